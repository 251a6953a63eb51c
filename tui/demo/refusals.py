"""What the engine says no with: a status code and containerd's own words."""

from grpc import StatusCode


class Refusal(Exception):
    """A call that ends in an error; the router sends it to the caller."""

    def __init__(self, code: StatusCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def not_found(text: str) -> Refusal:
    """Something is not there."""
    return Refusal(StatusCode.NOT_FOUND, f"{text}: not found")


def already_exists(text: str) -> Refusal:
    """Something of that name is there."""
    return Refusal(StatusCode.ALREADY_EXISTS, f"{text}: already exists")


def failed_precondition(text: str) -> Refusal:
    """Something is not in the state that the call needs."""
    return Refusal(StatusCode.FAILED_PRECONDITION, f"{text}: failed precondition")


def invalid_argument(text: str) -> Refusal:
    """The request makes no sense."""
    return Refusal(StatusCode.INVALID_ARGUMENT, f"{text}: invalid argument")


def unavailable(text: str) -> Refusal:
    """Somebody else holds it; later it may work."""
    return Refusal(StatusCode.UNAVAILABLE, f"{text}: unavailable")


def out_of_range(text: str) -> Refusal:
    """An offset lies beyond the data."""
    return Refusal(StatusCode.OUT_OF_RANGE, text)


def unimplemented(text: str) -> Refusal:
    """The engine does not do it."""
    return Refusal(StatusCode.UNIMPLEMENTED, f"{text}: not implemented")


def shim(text: str) -> Refusal:
    """What a shim or runc says comes without a code of its own."""
    return Refusal(StatusCode.UNKNOWN, text)
