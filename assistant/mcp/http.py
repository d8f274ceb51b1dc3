"""Streamable HTTP as the transport, and who may use it."""

from __future__ import annotations

import hmac
import ipaddress
import os
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mcp.server.lowlevel import Server  # noqa: TID253
from mcp.server.transport_security import TransportSecuritySettings  # noqa: TID253

from agents.errors import UsageError

PATH = "/mcp"
TOKEN_VARIABLE = "CONVEXPERT_MCP_TOKEN"
MOST_SESSIONS = 100
MOST_CONNECTIONS = 200
_ADDRESS = re.compile(r"(?:(?P<host>\[[0-9a-fA-F:.%\w]+\]|[^:\[\]]*):)?(?P<port>[0-9]{1,5})")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0 lets the system choose."""

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of this machine can reach it."""
        return is_loopback(self.host)


def parse_address(text: str) -> Address:
    """`HOST:PORT`, `[::1]:PORT`, `:PORT` or `PORT`; without a host only this machine is served.

    Raises UsageError.
    """
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or int(match["port"]) > 65_535:
        raise UsageError(f"{text[:80]!r} is no HOST:PORT", hint="for example 127.0.0.1:8000")
    return Address((match["host"] or "").strip("[]") or "127.0.0.1", int(match["port"]))


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine alone."""
    if host.lower().rstrip(".") == "localhost":
        return True
    literal = _literal(host)
    return literal is not None and literal.is_loopback


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Guard:
    """Lets through what comes from where it should: the right host, no foreign page, the token.

    A web page can let its own name point at this machine and then talk to it (DNS rebinding). The
    Host header carries that name, so only addresses, this machine's names and those that were
    allowed pass; the Origin header names the page.
    """

    inner: Application
    address: Address
    token: str | None = None
    names: frozenset[str] = frozenset()
    """Further host names, in lower case, by which the server is reached."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] == "http":
            refusal = self.refusal(dict(scope["headers"]))
            if refusal is not None:
                await _refuse(send, *refusal)
                return
        await self.inner(scope, receive, send)

    def refusal(self, headers: Mapping[bytes, bytes]) -> tuple[int, str] | None:
        """Status and reason with which to refuse a request of these headers."""
        host = _host_of("//" + headers.get(b"host", b"").decode("latin-1"))
        if host is None or not self._knows(host):
            return 421, "this server is not called by that host name"
        origin = headers.get(b"origin")
        if origin is not None:
            page = _host_of(origin.decode("latin-1"))
            if page is None or not (page == host or self._knows(page, literal=False)):
                return 403, "requests of that origin are not served"
        if self.token is not None and not self._has_token(headers):
            return 401, f"the bearer token of {TOKEN_VARIABLE} is missing or wrong"
        return None

    def _knows(self, host: str, *, literal: bool = True) -> bool:
        if self.address.is_loopback:
            return is_loopback(host) or host in self.names
        # Names that are resolved by whoever asks can lie; addresses can't.
        return (
            (literal and _literal(host) is not None)
            or is_loopback(host)
            or host == self.address.host.lower()
            or host in self.names
        )

    def _has_token(self, headers: Mapping[bytes, bytes]) -> bool:
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        wanted = (self.token or "").encode("utf-8")
        return scheme.lower() == b"bearer" and hmac.compare_digest(given.strip(), wanted)


def _host_of(address: str) -> str | None:
    """The host of an address, in lower case; None for what is no address."""
    try:
        host = urlsplit(address).hostname
    except ValueError:
        return None
    return host.rstrip(".") if host else None


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = (reason + "\n").encode("utf-8")
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
    ]
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="convexpert"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def application(
    server: Server[Any], address: Address, *, token: str | None, names: frozenset[str]
) -> Guard:
    """The server as an ASGI application, guarded."""
    inner: Any = server.streamable_http_app(
        streamable_http_path=PATH,
        max_sessions=MOST_SESSIONS,
        # The guard looks at Host and Origin, for every address and before anything else.
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return Guard(inner, address, token, names)


def serve(server: Server[Any], address: Address, *, names: frozenset[str]) -> None:
    """Serve until Ctrl-C. Raises UsageError where the address can't be listened on."""
    import uvicorn

    token = os.environ.get(TOKEN_VARIABLE) or None
    listening = _listen(address)
    port = listening.getsockname()[1]
    host = f"[{address.host}]" if ":" in address.host else address.host
    _say(f"listening on http://{host}:{port}{PATH}")
    if not address.is_loopback:
        _say("other machines can reach this address: they can read all that is registered here")
        if token is None:
            _say(f"anyone who reaches it is served; set {TOKEN_VARIABLE} to ask for a bearer token")
    config = uvicorn.Config(
        application(server, address, token=token, names=names),
        log_level="warning",
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listen(address: Address) -> socket.socket:
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, _, _, _, place = found[0]
        return socket.create_server(place[:2], family=family, backlog=128)
    except OSError as error:
        raise UsageError(
            f"can't listen on {address.host}:{address.port}: {error.strerror or error}",
            hint="choose another HOST:PORT; port 0 takes a free one",
        ) from error


def _say(text: str) -> None:
    sys.stderr.write(f"convexpert mcp: {text}\n")
    sys.stderr.flush()
