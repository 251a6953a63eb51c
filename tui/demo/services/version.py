"""containerd.services.version.v1."""

from google.protobuf.empty_pb2 import Empty

from protos import version_pb2
from tui.demo.router import Call

VERSION = "2.1.0+demo"
REVISION = "demo"


class Version:
    """Who the engine says it is."""

    def Version(self, _request: Empty, _call: Call) -> version_pb2.VersionResponse:
        """The version."""
        return version_pb2.VersionResponse(version=VERSION, revision=REVISION)
