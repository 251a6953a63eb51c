"""containerd's hosts directory: mirrors of a registry, and whom to trust there."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tui.backend.errors import FailedPrecondition, safe
from tui.backend.registry_host import PULL, RESOLVE, Host, default_host, is_loopback

DEFAULT_HOSTS_DIR = Path("/etc/containerd/certs.d")
_FILE = "hosts.toml"
_CAPABILITIES = frozenset({PULL, RESOLVE, "push"})


class _Wrong(Exception):
    """The file says something that cannot be; the text is a few words."""


def hosts(domain: str, hosts_dir: Path | None) -> tuple[Host, ...]:
    """Return whom to ask for the images of a domain, in order; reads files.

    Args:
        domain: of a reference.
        hosts_dir: the directory, None for none.

    Raises:
        FailedPrecondition: a file is broken or cannot be read.
    """
    default = default_host(domain)
    if hosts_dir is None:
        return (default,)
    folder = _folder(domain, hosts_dir)
    if folder is None:
        return (replace(default, folder=hosts_dir / domain),)
    file = folder / _FILE
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return (_with_files(default, folder),)
    except OSError as error:
        why = safe(error.strerror or "it cannot be opened")
        raise FailedPrecondition(f"Could not read {safe(str(file))}: {why}.") from None
    except (ValueError, RecursionError) as error:
        raise FailedPrecondition(
            f"{safe(str(file))} is not valid TOML: {safe(str(error))}."
        ) from None
    try:
        return _from_file(document, folder, default)
    except _Wrong as why:
        raise FailedPrecondition(f"{safe(str(file))} cannot be followed: {why}.") from None


def _folder(domain: str, hosts_dir: Path) -> Path | None:
    """Return the folder for a domain, as containerd chooses it."""
    names = [domain, "_default"]
    host, colon, port = domain.rpartition(":")
    if colon and host:
        # For file systems where a colon has a meaning.
        names.insert(0, f"{host}_{port}_")
    try:
        return next((hosts_dir / name for name in names if (hosts_dir / name).exists()), None)
    except OSError as error:
        why = safe(error.strerror or "it cannot be read")
        raise FailedPrecondition(f"Could not read {safe(str(hosts_dir))}: {why}.") from None


def _from_file(document: dict[str, Any], folder: Path, default: Host) -> tuple[Host, ...]:
    mirrors = document.get("host", {})
    if not isinstance(mirrors, dict):
        raise _Wrong('"host" is no table')
    found = [_host(str(url), table, folder, default) for url, table in mirrors.items()]
    server = document.get("server", "")
    if not isinstance(server, str):
        raise _Wrong('"server" is no text')
    # The server comes last, and what the file says outside of tables is about it.
    return (*found, _host(server, document, folder, default))


def _host(url: str, table: object, folder: Path, default: Host) -> Host:
    if not isinstance(table, dict):
        raise _Wrong(f'"{safe(url)}" is no table')
    name, scheme, path = default.name, default.scheme, default.path
    if url:
        name, scheme, path = _address(url, override=_flag(table, "override_path"))
    plain = default.plain_allowed if not url else ("://" not in url and is_loopback(name))
    return Host(
        name=name,
        scheme=scheme,
        path=path,
        capabilities=_capabilities(table),
        ca=tuple(folder / each for each in _texts(table.get("ca"), "ca")),
        client=_clients(table.get("client"), folder),
        skip_verify=_flag(table, "skip_verify"),
        headers=_headers(table.get("header")),
        plain_allowed=plain,
        folder=folder,
    )


def _address(url: str, *, override: bool) -> tuple[str, str, str]:
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise _Wrong(f'"{safe(url)}" is no URL of a host')
    try:
        _ = parts.port
    except ValueError:
        raise _Wrong(f'"{safe(url)}" has no port that could be') from None
    path = "/".join(("", *(part for part in parts.path.split("/") if part)))
    if not override and not path.endswith("/v2"):
        path += "/v2"
    return parts.netloc, parts.scheme, path


def _flag(table: dict[str, Any], key: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _Wrong(f'"{key}" is neither true nor false')
    return value


def _capabilities(table: dict[str, Any]) -> frozenset[str]:
    named = _texts(table.get("capabilities"), "capabilities")
    if unknown := sorted(set(named) - _CAPABILITIES):
        raise _Wrong(f'there is no capability "{safe(unknown[0])}"')
    return frozenset(named) or _CAPABILITIES


def _texts(value: object, key: str) -> tuple[str, ...]:
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
        raise _Wrong(f'"{key}" is neither a text nor a list of texts')
    return tuple(values)


def _clients(value: object, folder: Path) -> tuple[tuple[Path, Path | None], ...]:
    entries = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(entries, list):
        raise _Wrong('"client" is neither a text nor a list')
    found: list[tuple[Path, Path | None]] = []
    for entry in entries:
        pair = _texts(entry, "client")
        if not 1 <= len(pair) <= 2:
            raise _Wrong('"client" has an entry that is no pair of certificate and key')
        key = folder / pair[1] if len(pair) == 2 and pair[1] else None
        found.append((folder / pair[0], key))
    return tuple(found)


def _headers(value: object) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Wrong('"header" is no table')
    found = {str(name): _texts(each, "header") for name, each in value.items()}
    for name, values in found.items():
        # Not the value: it may be a secret.
        if not all(text.isprintable() for text in (name, *values)) or not name.isascii():
            raise _Wrong("a header has signs that no header can have")
    return found


def _with_files(host: Host, folder: Path) -> Host:
    """Return the host with the certificates that lie in its folder, as Docker has them."""
    try:
        files = sorted(folder.iterdir())
    except OSError as error:
        why = safe(error.strerror or "it cannot be read")
        raise FailedPrecondition(f"Could not read {safe(str(folder))}: {why}.") from None
    ca = tuple(file for file in files if file.suffix == ".crt")
    pairs = [(file, file.with_suffix(".key")) for file in files if file.suffix == ".cert"]
    client = tuple((cert, key if key in files else None) for cert, key in pairs)
    return replace(host, ca=ca, client=client, folder=folder)
