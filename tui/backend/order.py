"""Which of two readings of one object counts, when both were under way at once."""

from collections.abc import Collection


class Order:
    """Keeps a reading that began earlier from overwriting one that began later.

    Every change announces itself after it happened, and the reading that follows
    the announcement begins later than any that may have missed the change.
    """

    def __init__(self) -> None:
        self._tickets = 0
        self._floors: dict[str, int] = {}
        self._read: dict[tuple[str, str], int] = {}

    def begin(self) -> int:
        """Begin a reading; returns its ticket."""
        self._tickets += 1
        return self._tickets

    def admit(self, kind: str, key: str, ticket: int) -> bool:
        """Say whether the reading of one object counts, and remember that it does."""
        if ticket < max(self._floors.get(kind, 0), self._read.get((kind, key), 0)):
            return False
        self._read[kind, key] = ticket
        return True

    def admit_list(self, kind: str, ticket: int) -> Collection[str] | None:
        """Say which keys a list must leave alone, None if the whole list is too old."""
        if ticket < self._floors.get(kind, 0):
            return None
        self._floors[kind] = ticket
        later = {key for (name, key), at in self._read.items() if name == kind and at > ticket}
        self._read = {
            (name, key): at
            for (name, key), at in self._read.items()
            if name != kind or key in later
        }
        return later

    def close(self, kinds: Collection[str]) -> None:
        """Refuse every reading of these kinds that is still under way."""
        ticket = self.begin()
        for kind in kinds:
            self.admit_list(kind, ticket)
