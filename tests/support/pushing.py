"""Puts built images into a registry, over HTTP and with nothing of ours that is tested."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.support.image import BuiltImage

_SECONDS = 120.0


class PushError(Exception):
    """The registry did not take something; the text is its answer."""


class Pusher:
    """One connection to one registry."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None = None, authorization: str = ""
    ) -> None:  # fmt: skip
        """Connects with the first request.

        Args:
            host: without the port.
            port: of the registry.
            context: what to speak TLS with; plain HTTP without.
            authorization: the header of that name.
        """
        if context is not None:
            self._http: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=_SECONDS, context=context
            )
        else:
            self._http = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        self._headers = {"Authorization": authorization} if authorization else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._http.close()

    def push(self, image: BuiltImage, name: str) -> None:
        """Puts every blob, then the manifests, then what the tag points at.

        Args:
            image: of one platform, or an index of several.
            name: repository and tag.
        """
        repository, _, tag = name.partition(":")
        manifests = {descriptor.digest: descriptor for descriptor in image.manifests}
        for digest, blob in image.blobs.items():
            if digest not in manifests and digest != image.target.digest:
                self._put_blob(repository, digest, blob)
        for descriptor in manifests.values():
            blob = image.blobs[descriptor.digest]
            self._put_manifest(repository, descriptor.digest, blob, descriptor.media_type)
        target = image.target
        self._put_manifest(repository, tag, image.blobs[target.digest], target.media_type)

    def _put_blob(self, repository: str, digest: str, blob: bytes) -> None:
        status, _ = self._ask("HEAD", f"/v2/{repository}/blobs/{digest}", expect=(200, 404))
        if status == 200:
            return
        _, headers = self._ask("POST", f"/v2/{repository}/blobs/uploads/", expect=(202,))
        where = urlsplit(headers["location"])
        query = f"{where.query}&" if where.query else ""
        octets = {"Content-Type": "application/octet-stream"}
        path = f"{where.path}?{query}digest={digest}"
        self._ask("PUT", path, blob, octets, expect=(201,))

    def _put_manifest(self, repository: str, name: str, blob: bytes, media_type: str) -> None:
        path = f"/v2/{repository}/manifests/{name}"
        self._ask("PUT", path, blob, {"Content-Type": media_type}, expect=(201,))

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None,
        *, expect: tuple[int, ...],
    ) -> tuple[int, dict[str, str]]:  # fmt: skip
        self._http.request(method, path, body, self._headers | dict(headers or {}))
        answer = self._http.getresponse()
        said = answer.read()
        if answer.status not in expect:
            raise PushError(f"{method} {path}: {answer.status} {said[:300]!r}")
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}
