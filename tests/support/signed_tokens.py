"""Tokens that a real registry believes: signed by a key that it trusts."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import time
from collections.abc import Iterable
from pathlib import Path

import trustme
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ISSUER = "c9d tests"
SERVICE = "tests"


class Signer:
    """A key with a certificate, and the authority of that."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        issued = self._ca.issue_cert("tokens@c9d.test", key_type=trustme.KeyType.ECDSA)
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        leaf = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())
        self._certificate = base64.b64encode(leaf).decode()

    def root_file(self, folder: Path) -> Path:
        """Writes what the registry has to trust into a folder; returns the path."""
        file = folder / "tokens.crt"
        self._ca.cert_pem.write_to_path(str(file))
        return file

    def sign(self, scopes: Iterable[str], *, lifetime: float = 300) -> str:
        """Returns a token.

        Args:
            scopes: what it allows: ``repository:demo/app:pull``.
            lifetime: in seconds.
        """
        now = int(time.time())
        access = [
            {"type": kind, "name": name, "actions": actions.split(",")}
            for kind, name, actions in (scope.split(":") for scope in scopes)
        ]
        header = {"typ": "JWT", "alg": "ES256", "x5c": [self._certificate]}
        claims = {
            "iss": ISSUER,
            "aud": SERVICE,
            "sub": "",
            "iat": now,
            "nbf": now - 60,
            "exp": now + int(lifetime),
            "jti": secrets.token_hex(8),
            "access": access,
        }
        signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_encoded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
