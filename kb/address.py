"""Which addresses may be fetched: HTTP only, and by default nothing inside one's own network.

A name is resolved once and the connection goes to the address that was looked at, so that a name
that answers otherwise the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urljoin, urlsplit, urlunsplit

from agents.errors import FetchError

LONGEST = 2000
"""Characters of an address."""

Resolve = Callable[[str, int], list[str]]
"""A host name and a port to the numeric addresses that it has."""

_NAT64 = IPv6Network("64:ff9b::/96")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """An HTTP address taken apart."""

    scheme: str
    host: str
    """In lower case, without brackets."""
    port: int
    path: str
    """With the query, never empty."""

    @property
    def authority(self) -> str:
        """Host and port as they stand in an address; the port only where it isn't the usual."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def server(self) -> tuple[str, str, int]:
        """Scheme, host and port: what one connection may be used for."""
        return (self.scheme, self.host, self.port)

    def at(self, numeric: str) -> str:
        """The address with a numeric one in its host's place."""
        host = f"[{numeric}]" if ":" in numeric else numeric
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


def is_address(text: str) -> bool:
    """Whether somebody means an address and no file, be it one that can be fetched or not."""
    scheme, mark, _ = text.partition("://")
    return bool(mark) and scheme.isalpha()


def read_address(text: str, *, base: str | None = None) -> Address:
    """An address, relative to `base` where one is given; fragments are cut off.

    Raises FetchError for what can't be fetched.
    """
    try:
        parts = urlsplit(urljoin(base, text) if base else text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise FetchError("this is no address", hint="https://HOST/PATH", path=text[:200]) from None
    if parts.scheme not in _PORTS or not host:
        hint = "https://HOST/PATH; only http and https are fetched"
        raise FetchError("this is no web address", hint=hint, path=text[:200])
    if parts.username is not None or parts.password is not None:
        raise FetchError(
            "the address holds a user or a password",
            hint="leave it out; it would be kept with the pages",
            path=f"{parts.scheme}://…@{host}",
        )
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    if len(text) > LONGEST or not f"{host}{path}".isprintable() or " " in f"{host}{path}":
        raise FetchError("this is no address", hint="https://HOST/PATH", path=text[:200])
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise FetchError("this is no host's name", path=text[:200]) from None
    return Address(parts.scheme, ascii_host.lower(), port or _PORTS[parts.scheme], path)


def resolve(host: str, port: int) -> list[str]:
    """The numeric addresses of a host. Raises OSError where it has none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))


def checked(address: Address, *, allow_private: bool, resolver: Resolve = resolve) -> str:
    """The numeric address to connect to.

    Raises FetchError where the host has none, or where one of them is in a private network, this
    machine itself or otherwise not of the public internet, unless `allow_private`.
    """
    try:
        numeric = resolver(address.host, address.port)
    except (OSError, UnicodeError) as error:
        raise FetchError(
            f"no server is known by the name {address.host!r}",
            hint="see whether the name is right and the network is up",
            path=str(address),
        ) from error
    if not numeric:
        raise FetchError(f"no server is known by the name {address.host!r}", path=str(address))
    if not allow_private:
        inner = [found for found in numeric if not is_public(found)]
        if inner:
            means = "this is" if inner[0] == address.host else f"{address.host} is {inner[0]},"
            raise FetchError(
                f"{means} an address inside a private network",
                hint="--allow-private fetches from there all the same",
                path=str(address),
            )
    return numeric[0]


def is_public(numeric: str) -> bool:
    """Whether an address is one of the public internet, whatever form it is written in."""
    try:
        found = ip_address(numeric)
    except ValueError:
        return False
    return all(_is_public(one) for one in (found, *_inside(found)))


def _is_public(found: IPv4Address | IPv6Address) -> bool:
    return found.is_global and not (
        found.is_multicast or found.is_reserved or found.is_link_local or found.is_unspecified
    )


def _inside(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 one leads to."""
    if isinstance(found, IPv4Address):
        return []
    inner = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in _NAT64:
        inner.append(IPv4Address(int(found) & 0xFFFFFFFF))
    return [address for address in inner if address is not None]
