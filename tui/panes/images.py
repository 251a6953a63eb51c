"""The images: names, what they point at and who uses them."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tui.format import age, moment, short_digest, size
from tui.panes.cells import text
from tui.panes.columns import column
from tui.panes.names import short_reference
from tui.panes.resource import Resource, View
from tui.panes.sections import section
from tui.state.models import Image
from tui.state.select import in_use
from tui.state.snapshot import Snapshot
from tui.targets import Pane
from tui.text import cell_width, safe
from widgets.cells import Cell
from widgets.columns import Column
from widgets.detail import Section
from widgets.glyphs import glyphs

WIDE = 110
"""Cells from which on a pane has room for long digests and many platforms."""


class ImageItem(NamedTuple):
    """All that the row of an image depends on."""

    image: Image
    users: int
    pending: str
    age: str


class Images(Resource[ImageItem]):
    """Columns, rows and details of the images."""

    pane = Pane.IMAGES

    def columns(self, width: int) -> tuple[Column, ...]:
        """Return the columns for a pane of that width."""
        return (
            column("name", "NAME", least=16, weight=3),
            column("digest", "DIGEST", 12 if width >= WIDE else 8, 5),
            column("size", "SIZE", 10, 1, right=True),
            column("platforms", "PLATFORMS", None if width >= WIDE else 9, 4, least=13, most=40),
            column("age", "AGE", 4, 3, right=True),
            column("users", "USED BY", 7, 2, right=True),
        )

    def items(self, view: View) -> Iterator[tuple[str, ImageItem]]:
        """Yield name and item of every image."""
        users = in_use(view.snapshot)
        for key, image in view.snapshot.images.items():
            yield (
                key,
                ImageItem(
                    image,
                    users.get(key, 0),
                    view.pending.get(key, ""),
                    age(image.created_at, view.now),
                ),
            )

    def cells(self, item: ImageItem, width: int) -> tuple[Cell, ...]:
        """Draw one image."""
        image = item.image
        return (
            Cell(_name(image.name, width), "title"),
            text(safe(short_digest(image.digest)[: 12 if width >= WIDE else 8]), "dim"),
            _size(item),
            text(_platforms(image.platforms, 40 if width >= WIDE else 9)),
            text(item.age, "dim"),
            text(str(item.users) if item.users else ""),
        )

    def sort_value(self, item: ImageItem, column: str) -> Any:
        """Return what to sort an image by."""
        image = item.image
        match column:
            case "digest":
                return image.digest
            case "size":
                return image.size
            case "platforms":
                return image.platforms
            case "age":
                return -image.created_at.timestamp() if image.created_at else None
            case "users":
                return item.users
        return image.name

    def search_text(self, item: ImageItem) -> str:
        """Return name, digest and platforms."""
        return " ".join((item.image.name, item.image.digest, *item.image.platforms))

    def labels(self, snapshot: Snapshot, key: str) -> Mapping[str, str]:
        """Return the labels of the image's name."""
        return snapshot.images[key].labels

    def overview(self, view: View, key: str) -> tuple[Section, ...]:
        """Return the image and the containers that use it."""
        image = view.snapshot.images[key]
        rows = (
            ("Name", safe(image.name)),
            ("Digest", safe(image.digest)),
            ("Media type", safe(image.media_type)),
            ("Size", size(image.size) + " compressed" if image.size is not None else ""),
            ("Problem", safe(image.problem)),
            ("Platforms", safe(", ".join(image.platforms))),
            ("Chain ID", safe(image.chain_id)),
            ("Created", moment(image.created_at, view.now)),
            ("Updated", moment(image.updated_at, view.now)),
        )
        users = tuple(
            ("", safe(container.title))
            for container in view.snapshot.containers.values()
            if container.image == image.name
        )
        return (
            section("Image", rows),
            section("Used by", users or (("", "no container"),)),
        )


def _size(item: ImageItem) -> Cell:
    if item.pending:
        return Cell(item.pending, "busy")
    if item.image.size is not None:
        return Cell(size(item.image.size))
    return Cell("incomplete", "warn") if item.image.problem else text("")


def _name(name: str, width: int) -> str:
    """Return a name that shows its end, which tells images apart, where room is short."""
    text = short_reference(name)
    room = max(16, width - (50 if width < WIDE else 60))
    while cell_width(text) > room and "/" in text.removeprefix(f"{glyphs().ellipsis}/"):
        _, _, rest = text.removeprefix(f"{glyphs().ellipsis}/").partition("/")
        text = f"{glyphs().ellipsis}/{rest}"
    return text


def _platforms(platforms: tuple[str, ...], width: int) -> str:
    """Return as many platforms as fit, and how many there are more."""
    shown = ""
    for index, platform in enumerate(platforms):
        short = safe(platform.removeprefix("linux/"), 24)
        longer = f"{shown}, {short}" if shown else short
        rest = len(platforms) - index - 1
        if shown and len(longer) + (4 if rest else 0) > width:
            return f"{shown} +{rest + 1}"
        shown = longer
    return shown
