"""TLS with registries: whom we trust, and sentences for whom we do not."""

import os
import ssl
from functools import lru_cache

from tui.backend.errors import BackendError, FailedPrecondition, safe
from tui.backend.registry_errors import Untrusted
from tui.backend.registry_host import Host

# OpenSSL's numbers for a certificate that does not verify.
_NOT_YET_VALID = 9
_EXPIRED = 10
_WRONG_NAME = (62, 64)


def context(host: Host, *, own: bool) -> ssl.SSLContext:
    """Return what a host is spoken TLS with; reads files.

    Args:
        host: with its authorities, which count beside those of the system.
        own: whether it is for the host itself; where it sends us elsewhere, that
            is verified whatever the host may skip, and does not see our certificate.

    Raises:
        FailedPrecondition: a file of the configuration is not what it should be.
    """
    if not (host.ca or host.client or host.skip_verify):
        return plain_context()
    made = ssl.create_default_context()
    for file in host.ca:
        try:
            made.load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            raise _unreadable("authority", str(file), error) from None
    if not own:
        return made
    for cert, key in host.client:
        try:
            # Without a password: a prompt of OpenSSL's would hang on our terminal.
            made.load_cert_chain(cert, key, password=lambda: "")
        except (OSError, ValueError) as error:
            raise _unreadable("client certificate", f"{cert}", error) from None
    if host.skip_verify:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


def plain_context() -> ssl.SSLContext:
    """Return what hosts are spoken TLS with that nothing is configured for; made once.

    Reading the authorities of the system takes as long as a small pull.
    """
    return _plain(_state_of(ssl.get_default_verify_paths().cafile))


@lru_cache(maxsize=1)
def _plain(_state: tuple[int, int]) -> ssl.SSLContext:
    return ssl.create_default_context()


def _state_of(file: str | None) -> tuple[int, int]:
    """Return what changes when a file does: authorities may come while we run."""
    try:
        status = os.stat(file or "")
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


def untrusted(name: str, host: Host, error: ssl.SSLCertVerificationError) -> BackendError:
    """Return the sentence for a certificate that does not verify.

    Args:
        name: of the server that showed it.
        host: whose configuration says how to trust it.
        error: what OpenSSL found.
    """
    shown = f"The certificate of {safe(name)}"
    if error.verify_code == _EXPIRED:
        return Untrusted(f"{shown} has expired: its owner has to renew it.")
    if error.verify_code == _NOT_YET_VALID:
        return Untrusted(f"{shown} is not valid yet: is the clock of this machine right?")
    if error.verify_code in _WRONG_NAME:
        return Untrusted(f"{shown} is for another host: use the name that it was made for.")
    where = f"{host.folder}/ca.crt" if host.folder else "the system's certificates"
    return Untrusted(
        f"{shown} is signed by an authority that is unknown here ({safe(error.verify_message)}): "
        f"to trust it, put the authority's certificate into {where}."
    )


def _unreadable(what: str, file: str, error: Exception) -> FailedPrecondition:
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or "it is no PEM"
    return FailedPrecondition(f"The {what} {safe(file)} cannot be used: {safe(str(reason))}.")
