"""Pages gathered from an address: one page, those that an `llms.txt` lists, an `llms-full.txt`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit, urlunsplit

from agents.errors import DocumentError, FetchError
from agents.registry.pages import NO_VALIDATORS, Page, PageSubmission, Validators
from kb.address import read_address
from kb.fetch import Fetched, Fetcher
from kb.gather import Gathered, LeftOut, Progress, pages_of_full
from kb.llms import (
    MOST_FULL_BYTES,
    MOST_LINKS,
    is_llms,
    is_llms_full,
    linked_pages,
    path_of_address,
)
from kb.page import MAX_BYTES, decode_page

FETCHING = "Fetching pages"
MOST_FAILURES = 20
"""Pages in a row that can't be fetched before the rest isn't tried."""

_ALTERNATE = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s<>]{1,2000})""", re.IGNORECASE)


def gather_address(
    fetcher: Fetcher,
    address: str,
    known: Sequence[Page],
    validators: Validators,
    progress: Progress,
) -> Gathered:
    """The pages at an address.

    `known` are those that were gathered before, `validators` what the address itself said then:
    what hasn't changed is not sent again. Raises FetchError or DocumentError where nothing can be
    taken.
    """
    by_address = {page.address: page for page in known if page.address}
    path = urlsplit(address).path
    if is_llms_full(path):
        return _full(fetcher, address, known, validators)
    if is_llms(path):
        return _list(fetcher, address, by_address, validators, progress)
    page = _page(fetcher, address, by_address.get(address))
    return Gathered("address", (page,))


def _full(
    fetcher: Fetcher, address: str, known: Sequence[Page], validators: Validators
) -> Gathered:
    before = validators if known else NO_VALIDATORS
    fetched = fetcher.get(address, most=MOST_FULL_BYTES, validators=before)
    if fetched is None:
        return Gathered("address", tuple(map(_kept, known)), (), validators)
    if fetched.html:
        raise _web_page(address)
    return pages_of_full(
        fetched.raw, kind="address", address=address, validators=fetched.validators
    )


def _list(
    fetcher: Fetcher,
    address: str,
    known: Mapping[str, Page],
    validators: Validators,
    progress: Progress,
) -> Gathered:
    before = validators if known else NO_VALIDATORS
    fetched = fetcher.get(address, most=MAX_BYTES, validators=before)
    if fetched is None:
        links = list(known)
    else:
        if fetched.html:
            raise _web_page(address)
        links = linked_pages(decode_page(fetched.raw, address), base=address)
        validators = fetched.validators
        if not links:  # a list of nothing is a page by itself
            page = PageSubmission(path_of_address(address), fetched.raw, address)
            return Gathered("address", (page,))
    pages: dict[str, PageSubmission] = {}
    left_out = [
        LeftOut(link, f"the list names more than {MOST_LINKS} pages") for link in links[MOST_LINKS:]
    ]
    in_a_row = 0
    for done, link in enumerate(links[:MOST_LINKS], start=1):
        try:
            page = _page(fetcher, link, known.get(link))
        except (FetchError, DocumentError) as error:
            left_out.append(LeftOut.because(link, error))
            in_a_row += 1
            if in_a_row > MOST_FAILURES:
                raise FetchError(
                    f"{in_a_row} pages in a row could not be fetched; the last: {error.message}",
                    hint="nothing was changed; try again later",
                    path=link,
                ) from error
            if link in known and not (isinstance(error, FetchError) and error.gone):
                pages[known[link].path] = _kept(known[link])
        else:
            in_a_row = 0
            pages.setdefault(page.path, page)
        progress(FETCHING, done, len(links))
    if not pages:
        first = left_out[0]
        raise FetchError(
            f"none of the pages can be taken; the first: {first.reason}",
            hint=first.hint,
            path=first.path,
        )
    # With a page missing the whole list is asked for again the next time.
    kept = NO_VALIDATORS if left_out else validators
    return Gathered("address", tuple(pages.values()), tuple(left_out), kept)


def _page(fetcher: Fetcher, address: str, known: Page | None) -> PageSubmission:
    """One page as Markdown; of a web page its Markdown twin, or what it says."""
    validators = known.validators if known is not None else NO_VALIDATORS
    fetched = fetcher.get(address, most=MAX_BYTES, validators=validators)
    if fetched is None:
        assert known is not None
        return _kept(known)
    raw = _markdown_of(fetcher, fetched) if fetched.html else fetched.raw
    decode_page(raw, address)
    return PageSubmission(path_of_address(address), raw, address, fetched.validators)


def _markdown_of(fetcher: Fetcher, fetched: Fetched) -> bytes:
    from kb.web_page import markdown_of

    html = fetched.raw.decode("utf-8", "replace")
    for twin in _twins(html, fetched.address):
        try:
            found = fetcher.get(twin, most=MAX_BYTES)
        except FetchError:
            continue
        if found is not None and not found.html:
            return found.raw
    return markdown_of(html).encode()


def _twins(html: str, address: str) -> list[str]:
    """Where the page's own Markdown may stand, on the same host."""
    found: list[str] = []
    for link in _ALTERNATE.findall(html[:100_000]):
        href = _HREF.search(link)
        if "text/markdown" in link.lower() and href:
            found.append(href[1])
    parts = urlsplit(address)
    path = parts.path.rstrip("/").removesuffix(".html")
    if path and "." not in path.rsplit("/", 1)[-1]:
        found.append(urlunsplit((parts.scheme, parts.netloc, f"{path}.md", "", "")))
    host = read_address(address).host
    twins: list[str] = []
    for place in found:
        try:
            twin = read_address(place, base=address)
        except FetchError:
            continue
        if twin.host == host:
            twins.append(str(twin))
    return twins[:3]


def _kept(page: Page) -> PageSubmission:
    return PageSubmission(page.path, page.raw, page.address, page.validators)


def _web_page(address: str) -> FetchError:
    return FetchError(
        "the server sends a web page in place of a list of pages",
        hint="see whether the address is right",
        path=address,
    )
