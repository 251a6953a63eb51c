"""Images in namespaces: the content, the unpacked layers and the record, as a pull leaves them."""

from collections.abc import Mapping

from protos import images_pb2, snapshots_pb2, types_pb2
from tui.demo.bundle import Blob, Recipe, bundle
from tui.demo.services.introspection import architecture
from tui.demo.store import Space, Store
from tui.demo.tree import REFERENCE

UNCOMPRESSED = "containerd.io/uncompressed"
"""Label of a compressed layer that was unpacked: the digest of its tar."""
SNAPSHOT_EDGE = "containerd.io/gc.ref.snapshot"
SOURCE = "containerd.io/distribution.source"


def host_architecture() -> str:
    """The host's architecture, or another where no image of the world is made for that."""
    here = architecture()
    return here if here in ("amd64", "arm64") else "amd64"


def platforms(host: str) -> list[str]:
    """The architectures that images are made for, the host's first."""
    return [host, *(other for other in ("amd64", "arm64") if other != host)]


def source_label(reference: str) -> tuple[str, str]:
    """The label that says which registry and repository a blob came from."""
    registry, _, path = reference.partition("/")
    repository = path.partition("@")[0].rpartition(":")[0] or path.partition("@")[0]
    return f"{SOURCE}.{registry.partition(':')[0]}", repository


def save_image(
    store: Store,
    space: Space,
    name: str,
    target: types_pb2.Descriptor,
    labels: Mapping[str, str],
) -> None:
    """Make an image record or replace it, and say so."""
    known = space.images.get(name)
    image = images_pb2.Image(name=name, labels=labels, target=target)
    image.updated_at.CopyFrom(store.clock.stamp())
    image.created_at.CopyFrom(image.updated_at if known is None else known.created_at)
    space.images[name] = image
    if known is None:
        created = images_pb2.ImageCreate(name=name, labels=labels)
        store.bus.publish(space.name, "/images/create", created)
    else:
        updated = images_pb2.ImageUpdate(name=name, labels=labels)
        store.bus.publish(space.name, "/images/update", updated)


class Installer:
    """Puts images into namespaces as a pull would have."""

    def __init__(self, store: Store, architecture: str) -> None:
        self._store = store
        self._architecture = architecture

    def install(self, space: Space, recipe: Recipe) -> types_pb2.Descriptor:
        """Add the content, the unpacked layers and the image record; return its target."""
        top = bundle(recipe, platforms(self._architecture))
        for manifest in top.manifests:
            if recipe.complete or manifest.architecture == self._architecture:
                self._content(space, recipe, manifest)
        if top.kind == "index":
            self._add(space, recipe, top, {})
        self._unpack(space, recipe, top.manifests[0].chain)
        self.tag(space, recipe.name, top.descriptor, recipe.labels)
        return top.descriptor

    def tag(
        self,
        space: Space,
        name: str,
        target: types_pb2.Descriptor,
        labels: Mapping[str, str],
    ) -> None:
        """Give content a name."""
        image = images_pb2.Image(name=name, labels=labels, target=target)
        image.created_at.CopyFrom(self._store.clock.stamp())
        image.updated_at.CopyFrom(image.created_at)
        space.images[name] = image

    def _content(self, space: Space, recipe: Recipe, manifest: Blob) -> None:
        """Add what one platform needs."""
        config, *layers = manifest.children
        self._add(space, recipe, config, {f"{SNAPSHOT_EDGE}.overlayfs": manifest.chain[-1]})
        self._add(space, recipe, manifest, {})
        for layer, part in zip(layers, manifest.layers, strict=True):
            self._add(space, recipe, layer, {UNCOMPRESSED: part.diff_id})

    def _add(self, space: Space, recipe: Recipe, blob: Blob, labels: Mapping[str, str]) -> None:
        key, repository = source_label(recipe.name)
        wanted = {**blob.edges, **labels, key: repository}
        if blob.digest in space.content:
            space.content[blob.digest].labels.update(wanted)
        else:
            self._store.add_blob(space, blob.data, wanted, self._store.clock.now())

    def _unpack(self, space: Space, recipe: Recipe, chain: list[str]) -> None:
        tree, now, parent = space.tree("overlayfs"), self._store.clock.now(), ""
        for name, part in zip(chain, recipe.parts, strict=True):
            if name not in tree.nodes:
                labels = {REFERENCE: name}
                key = f"extract-{int(now * 1e9) % 10**9}-{part.name[:4]} {name}"
                node = tree.add(key, parent, snapshots_pb2.ACTIVE, labels, now)
                node.files.update(part.files)
                tree.commit(key, name, labels, now)
            parent = name
