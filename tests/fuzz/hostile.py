"""Text as an attacker would write it, and a demo engine full of it."""

import json

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message

from protos import containers_pb2, images_pb2, snapshots_pb2, types_pb2
from tui.demo.control import Control

MARK = "c9dEVIL"
ATTACKS = {
    "osc52": f"\x1b]52;c;{MARK}\x07",
    "title": f"\x1b]0;{MARK}\x1b\\",
    "erase": f"\x1b[2J\x1b[H{MARK}",
    "private": f"\x1b[?1049l{MARK}",
    "c1": f"\x9b31m{MARK}\x9d52;c;{MARK}\x9c",
    "markup": f"[/b][bold red]{MARK}[link=http://x]y[/link][@click=app.quit]q[/]",
    "bidi": f"\u202e{MARK}\u2066\u200b\u200f\ufeff",
    "newlines": f"{MARK}\r\n\tx\x08\x7f\x00",
    "huge": MARK + "A" * 1_000_000,
    "zalgo": MARK + "e" + "\u0301" * 500,
    "wide": MARK + "\U0001f469\u200d\U0001f4bb漢字" * 20,
    "private-use": f"{MARK}\ue000\U000f0000\uffff",
}
SPEC = "types.containerd.io/opencontainers/runtime-spec/1/Spec"


def plant(address: str) -> None:
    """Put every attack into an id, a label, an image name, an image field, a key and a command."""
    with Control(address) as control, grpc.insecure_channel(f"unix:{address}") as channel:
        control.hang("Nothing.*")  # the control service takes any pattern and is there
        for name, text in ATTACKS.items():
            call(channel, "images.v1.Images/Create", image(text))
            call(channel, "snapshots.v1.Snapshots/Prepare", snapshot(text))
            call(channel, "containers.v1.Containers/Create", container(name, text))
        control.clear()
        for name, text in ATTACKS.items():
            # A daemon would refuse such an id. One that does not must not harm us either.
            identifier = f"{name}-{text[:2000]}"
            control.add(identifier, labels={"nerdctl/name": text[:2000], text[:200]: "x"})


def call(channel: grpc.Channel, method: str, request: Message) -> None:
    """Call a method of containerd in the namespace ``default``."""
    send: grpc.UnaryUnaryMultiCallable[Message, bytes] = channel.unary_unary(
        f"/containerd.services.{method}",
        request_serializer=lambda message: bytes(message.SerializeToString()),
    )
    send(request, metadata=(("containerd-namespace", "default"),), timeout=30)


def image(text: str) -> Message:
    """An image of a hostile name that points nowhere."""
    target = types_pb2.Descriptor(
        media_type=text[:1000], digest="sha256:" + "0" * 64, size=12, annotations={"a": text[:1000]}
    )
    return images_pb2.CreateImageRequest(
        image=images_pb2.Image(name=text, target=target, labels={"l": text[:1000]})
    )


def snapshot(text: str) -> Message:
    """An active snapshot of a hostile key."""
    return snapshots_pb2.PrepareSnapshotRequest(
        snapshotter="native", key=text, labels={"l": text[:1000]}
    )


def container(name: str, text: str) -> Message:
    """A container whose every field but the id is hostile; its spec holds a lone surrogate."""
    spec = json.dumps({"process": {"args": [text, "\ud800lone"], "env": [text]}}).encode()
    return containers_pb2.CreateContainerRequest(
        container=containers_pb2.Container(
            id=f"evil-{name}",
            image=text,
            labels={"nerdctl/name": text[:2000], "io.kubernetes.pod.name": text[:1000]},
            runtime=containers_pb2.Container.Runtime(name=text[:200]),
            spec=Any(type_url=SPEC, value=spec),
            snapshotter="overlayfs",
            snapshot_key=text[:500],
        )
    )
