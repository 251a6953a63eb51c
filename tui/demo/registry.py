"""The registries of the world: what a reference leads to, made up but always the same."""

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache

from tui.demo.bundle import Blob, Recipe, bundle
from tui.demo.cast import CLUSTER_IMAGES, IMAGES
from tui.demo.flaws import Flaw, flaw_of, unreachable
from tui.demo.images import platforms
from tui.demo.layers import LAYERS, Layer
from tui.demo.refusals import not_found, shim

_RESOLVE = "failed to resolve image"
_KNOWN = {recipe.name: recipe for recipe in (*IMAGES, *CLUSTER_IMAGES)}
_BASES = ("debian-12", "alpine-3.20", "ubuntu-24.04", "wolfi-1", "distroless-12")
_SHARED = {*_BASES, "python-3.12", "acme-deps"}
"""Layers that other tags of the same repository have too."""
_BIG = sorted(name for name in LAYERS if name.startswith("runtime-"))
_SMALL = sorted(name for name in LAYERS if name.startswith("package-"))


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference, taken apart."""

    text: str
    host: str
    repository: str
    tag: str = ""
    digest: str = ""

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Take a full reference apart.

        Raises:
            Refusal: it names no image, as a daemon sees it.
        """
        left, _, digest = text.partition("@")
        host, _, path = left.partition("/")
        repository, _, tag = path.partition(":")
        if not host or not repository or not (tag or digest):
            raise shim(f"{_RESOLVE}: object required")
        return cls(text, host, repository, tag, digest)

    @property
    def url(self) -> str:
        """Where its manifest is asked for."""
        server = "registry-1.docker.io" if self.host == "docker.io" else self.host
        return f"https://{server}/v2/{self.repository}/manifests/{self.digest or self.tag}"

    @property
    def words(self) -> list[str]:
        """The first words of the parts of its repository."""
        return [part.partition("-")[0] for part in self.repository.split("/")]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a registry has for a reference."""

    top: Blob
    flaw: Flaw | None = None


class Registry:
    """All registries there are.

    Args:
        seed: makes the images.
        architecture: the host's.
    """

    def __init__(self, seed: int, architecture: str) -> None:
        self._seed = seed
        self._platforms = platforms(architecture)
        self._seen: dict[str, Recipe] = {}
        self._flaws: list[Flaw] = []

    def spoil(self, flaw: Flaw) -> None:
        """Have the next pull go wrong."""
        self._flaws.append(flaw)

    def wants_login(self, reference: str) -> bool:
        """Whether the image is for those only who say who they are."""
        return "private" in Reference.parse(reference).words

    def offer(self, reference: str) -> Offer:
        """Resolve a reference.

        Raises:
            Refusal: there is no such registry or image.
        """
        parsed = Reference.parse(reference)
        why = unreachable(parsed.host)
        if why:
            raise shim(f'{_RESOLVE}: failed to do request: Head "{parsed.url}": {why}')
        if "missing" in parsed.words:
            raise not_found(f"{_RESOLVE}: {reference}")
        top = bundle(self._recipe(parsed), self._platforms)
        if parsed.digest and parsed.digest != top.digest:
            raise not_found(f"{_RESOLVE}: {reference}")
        self._seen[top.digest] = self._recipe(parsed)
        layers = len(top.manifests[0].layers)
        flaw = self._flaws.pop(0) if self._flaws else flaw_of(parsed.words, layers)
        return Offer(top, flaw)

    def _recipe(self, reference: Reference) -> Recipe:
        name = f"{reference.host}/{reference.repository}:{reference.tag}"
        if reference.tag:
            return _KNOWN.get(name) or made_up(self._seed, name)
        for recipe in _KNOWN.values():
            if bundle(recipe, self._platforms).digest == reference.digest:
                return recipe
        if reference.digest not in self._seen:
            raise not_found(f"{_RESOLVE}: {reference.text}")
        return self._seen[reference.digest]


@lru_cache(maxsize=64)
def made_up(seed: int, name: str) -> Recipe:
    """Make up an image: what its repository's tags share, and what is this tag's own."""
    repository = name.rpartition(":")[0]
    kin = next((r for r in _KNOWN.values() if r.name.rpartition(":")[0] == repository), None)
    shared = random.Random(f"{seed}/{repository}")
    own = random.Random(f"{seed}/{name}")
    lower: list[str | Layer] = [shared.choice(_BASES)]
    if kin is not None:
        lower = [item for item in kin.layers if item in _SHARED]
    packages = shared.sample(_SMALL, shared.randint(0, 2))
    rest = [item for item in _SMALL if item not in packages]
    above = [own.choice(_BIG), *own.sample(rest, own.randint(0, 2))]
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    top = _small_layer(f"app-{mark}", own.randint(40, 900))
    configuration = _small_layer(f"conf-{mark}", own.randint(1, 9))
    layers = (*lower, *packages, *above, top, configuration)
    program = repository.rpartition("/")[2]
    command = kin.command if kin else (program,)
    return Recipe(name, layers[:9], command, labels={"org.opencontainers.image.title": program})


def _small_layer(name: str, payload: int) -> Layer:
    """Make a layer of an image's own; so small that its digests are worked out in passing."""
    return Layer(name, payload).measured()
