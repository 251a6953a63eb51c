"""Sentences for what aiohttp raises: its own texts hold URLs and headers."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
from yarl import URL

from tui.backend import registry_tls
from tui.backend.errors import (
    BackendError,
    InvalidArgument,
    Timeout,
    Unavailable,
    safe,
)
from tui.backend.registry_errors import Broken, NotHttp, NotTls, Refused, UnknownHost
from tui.backend.registry_host import Host


def name_of(url: URL) -> str:
    """Return host and port of a URL as people write them, never a user or a password."""
    host = url.raw_host or ""
    host = f"[{host}]" if ":" in host else host
    return host if url.explicit_port is None else f"{host}:{url.explicit_port}"


@contextmanager
def in_sentences(url: URL, host: Host) -> Iterator[None]:
    """Make one of our errors of what aiohttp raises inside the block."""
    try:
        yield
    except aiohttp.ClientConnectorCertificateError as error:
        raise _certificate(url, host, error) from None
    except aiohttp.ClientConnectorDNSError:
        name = safe(name_of(url))
        raise UnknownHost(f"There is no host {name}, or no name server that knows it.") from None
    except (aiohttp.ClientProxyConnectionError, aiohttp.ClientHttpProxyError):
        proxy = "The proxy of the environment does not let us through"
        raise Unavailable(f"{proxy} to {safe(name_of(url))}: see HTTPS_PROXY, NO_PROXY.") from None
    except aiohttp.ClientSSLError:
        raise NotTls(f"{safe(name_of(url))} does not speak TLS as it should.") from None
    except TimeoutError:
        raise too_slow(url) from None
    except aiohttp.ClientConnectorError as error:
        raise _no_connection(url, error.os_error) from None
    except (aiohttp.InvalidURL, ValueError):
        raise InvalidArgument(f"{safe(name_of(url))} cannot be asked: no valid URL.") from None
    except (aiohttp.ClientError, OSError) as error:
        raise _broken(url, error) from None


def _certificate(url: URL, host: Host, error: Any) -> BackendError:
    cause = getattr(error, "certificate_error", None)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return registry_tls.untrusted(name_of(url), host, cause)
    return NotTls(f"{safe(name_of(url))} does not speak TLS as it should.")


def too_slow(url: URL) -> Timeout:
    """Return the error for a host that lets us wait."""
    return Timeout(f"{safe(name_of(url))} did not answer in time.")


def _no_connection(url: URL, error: OSError) -> BackendError:
    name = safe(name_of(url))
    if isinstance(error, ConnectionRefusedError):
        return Refused(f"{name} refuses the connection: does a registry listen there?")
    if isinstance(error, ConnectionError):
        return Broken(f"{name} broke off the connection.")
    return Unavailable(f"{name} cannot be reached: {safe(error.strerror or 'no connection')}.")


def _broken(url: URL, error: Exception) -> BackendError:
    name = safe(name_of(url))
    if isinstance(error, aiohttp.ClientResponseError):
        return NotHttp(f"{name} answered with something that is not HTTP.")
    return Broken(f"{name} broke off the connection.")
