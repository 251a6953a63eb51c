"""A private certification authority for tests, and certificates of loopback hosts."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

import trustme


class Certificates:
    """One authority that nobody trusts by itself, and the certificate of one server."""

    def __init__(
        self, *hosts: str, expires: datetime | None = None, ca: trustme.CA | None = None
    ) -> None:
        """Makes them.

        Args:
            hosts: whom the server's certificate is for; loopback if not given.
            expires: the end of the server's certificate.
            ca: the authority that issues it; a new one if not given.
        """
        self.ca = ca or trustme.CA()
        self._server = self.ca.issue_cert(
            *(hosts or ("127.0.0.1", "localhost", "::1")), not_after=expires
        )

    @property
    def ca_pem(self) -> str:
        """The authority's certificate, for those who shall trust it."""
        return self.ca.cert_pem.bytes().decode()

    def server_files(self, folder: Path) -> tuple[Path, Path]:
        """Writes the server's certificate chain and key into a folder; returns their paths."""
        chain, key = folder / "server.cert", folder / "server.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in self._server.cert_chain_pems))
        key.write_bytes(self._server.private_key_pem.bytes())
        return chain, key

    def server_context(self) -> ssl.SSLContext:
        """Returns what a server in this process speaks TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._server.configure_cert(context)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Returns what a client that trusts the authority connects with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.ca.configure_trust(context)
        return context

    def client_files(self, folder: Path, name: str = "client") -> tuple[Path, Path]:
        """Writes a client's certificate and key into a folder; returns their paths."""
        issued = self.ca.issue_cert("tester@c9d.test")
        chain, key = folder / f"{name}.cert", folder / f"{name}.key"
        chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.write_bytes(issued.private_key_pem.bytes())
        return chain, key
