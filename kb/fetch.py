"""Texts over HTTP, bounded in size, time and redirects; the only importer of httpx in `kb`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.closing import Closing
from agents.errors import FetchError
from agents.registry.pages import NO_VALIDATORS, Validators
from kb.address import Address, Resolve, checked, read_address, resolve

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 5
SECONDS = 30.0
"""How long one text may take, redirects included."""
_CONNECT_SECONDS = 10.0
_MARKDOWN = ("text/markdown", "text/x-markdown", "text/mdx", "text/plain", "text/x-mdx")
_UNTOLD = ("", "application/octet-stream", "binary/octet-stream", "application/markdown")
"""What servers say that don't know Markdown; the text is looked at then."""
_ACCEPT = "text/markdown, text/plain;q=0.9, text/html;q=0.2"
_AGENT = "convexpert (documentation for a local knowledge base)"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server answered."""

    address: str
    """Where the text came from in the end."""
    raw: bytes
    validators: Validators
    html: bool
    """Whether it is a web page and no Markdown."""


class Fetcher(Closing):
    """Fetches texts one after the other, over few connections. A context manager.

    Proxies of the environment are not used: they would resolve names by themselves.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolver: Resolve = resolve,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._clock = clock
        # One client for each server: connections to one numeric address may be to several hosts.
        self._clients: dict[tuple[str, str, int], tuple[str, httpx.Client]] = {}

    def close(self) -> None:
        """Close the connections."""
        for _, client in self._clients.values():
            client.close()
        self._clients.clear()

    def get(
        self, address: str, *, most: int, validators: Validators = NO_VALIDATORS
    ) -> Fetched | None:
        """The text at an address; None where it is still what `validators` are of.

        `most`: bytes that it may have. Raises FetchError for whatever goes wrong.
        """
        import httpx

        deadline = self._clock() + SECONDS
        at = read_address(address)
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(at, validators, most, deadline)
            except httpx.TimeoutException:
                raise _too_slow(at) from None
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                reason = " ".join(str(error).split()) or type(error).__name__
                raise FetchError(
                    f"the server could not be asked: {reason}",
                    hint="see whether the address is right and the server is up",
                    path=str(at),
                ) from error
            if not isinstance(answer, Address):
                return answer
            if at.scheme == "https" and answer.scheme == "http":
                raise FetchError("the server leads from https to http", path=str(at))
            at = answer
        raise FetchError(
            f"the server leads from one address to the next more than {MOST_REDIRECTS} times",
            path=address,
        )

    def _ask(
        self, at: Address, validators: Validators, most: int, deadline: float
    ) -> Fetched | Address | None:
        numeric, client = self._client(at)
        headers = {"Host": at.authority, "Accept": _ACCEPT, "User-Agent": _AGENT}
        if validators.etag:
            headers["If-None-Match"] = validators.etag
        if validators.last_modified:
            headers["If-Modified-Since"] = validators.last_modified
        request = client.build_request(
            "GET", at.at(numeric), headers=headers, extensions={"sni_hostname": at.host}
        )
        answer = client.send(request, stream=True)
        try:
            if answer.status_code == 304 and validators != NO_VALIDATORS:
                return None
            if answer.has_redirect_location:
                return read_address(answer.headers["Location"], base=str(at))
            if answer.status_code != 200:
                raise FetchError(
                    f"the server answered {answer.status_code} {answer.reason_phrase}".rstrip(),
                    hint=_advice(answer.status_code),
                    path=str(at),
                    gone=answer.status_code in (404, 410),
                )
            return self._read(answer, at, most, deadline)
        finally:
            answer.close()

    def _read(self, answer: httpx.Response, at: Address, most: int, deadline: float) -> Fetched:
        kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        html = kind in ("text/html", "application/xhtml+xml")
        if not html and kind not in _MARKDOWN and kind not in _UNTOLD:
            raise FetchError(
                f"the server sends {kind}, which is no Markdown",
                hint="name the address of a Markdown page, an llms.txt or an llms-full.txt",
                path=str(at),
            )
        parts: list[bytes] = []
        size = 0
        for part in answer.iter_bytes(65536):
            size += len(part)
            if size > most:
                raise FetchError(f"the text is larger than {most // 1024} KiB", path=str(at))
            if self._clock() > deadline:
                raise _too_slow(at)
            parts.append(part)
        validators = Validators(answer.headers.get("ETag"), answer.headers.get("Last-Modified"))
        return Fetched(str(at), b"".join(parts), validators, html)

    def _client(self, at: Address) -> tuple[str, httpx.Client]:
        if at.server not in self._clients:
            import httpx

            numeric = checked(at, allow_private=self._allow_private, resolver=self._resolver)
            client = httpx.Client(
                follow_redirects=False,
                trust_env=False,
                verify=httpx.create_ssl_context() if at.scheme == "https" else False,
                timeout=httpx.Timeout(SECONDS, connect=_CONNECT_SECONDS),
            )
            self._clients[at.server] = (numeric, client)
        return self._clients[at.server]


def _too_slow(at: Address) -> FetchError:
    return FetchError(
        f"the server took longer than {SECONDS:.0f} seconds",
        hint="try again later",
        path=str(at),
    )


def _advice(status: int) -> str:
    if status in (401, 403):
        return "the page is not public; save it to a file and add that"
    if status in (404, 410):
        return "see whether the address is right"
    return "try again later"
