"""`llms.txt` and `llms-full.txt`: the links of the one, the pages of the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from agents.errors import FetchError
from agents.registry.naming import slug
from kb.address import read_address

MOST_LINKS = 2000
"""Pages of one `llms.txt`."""
MOST_FULL_BYTES = 32 * 1024 * 1024
"""The largest `llms-full.txt`."""

_LINK = re.compile(r"\[[^\[\]\n]{0,500}\]\(\s*<?([^()\s<>]{1,2000})>?[^()\n]{0,300}\)")
_TITLE = re.compile(rb"# +\S")
_FENCE = re.compile(rb" {0,3}(`{3,}|~{3,})")
_PLACE = re.compile(rb"(?:Source|URL|Page|Link)\s*:\s*<?(https?://[^\s<>]{1,2000})>?\s*\Z", re.I)
_LOOKED_AT = 6
"""Lines below a title in which a page's address is looked for."""


@dataclass(frozen=True, slots=True)
class SplitPage:
    """A page of an `llms-full.txt`."""

    path: str
    raw: bytes


def is_llms_full(name: str) -> bool:
    """Whether a file or address of that name holds many pages."""
    return name.rsplit("/", 1)[-1].lower() == "llms-full.txt"


def is_llms(name: str) -> bool:
    """Whether an address of that name is a list of pages."""
    return name.rsplit("/", 1)[-1].lower() == "llms.txt"


def linked_pages(text: str, *, base: str) -> list[str]:
    """The addresses on the list's own host that it links to, in order, each once."""
    host = read_address(base).host
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        try:
            address = read_address(match[1], base=base)
        except FetchError:
            continue  # mail, anchors, addresses of other kinds
        if address.host == host and str(address) != base:
            found.setdefault(str(address))
        if len(found) > MOST_LINKS:
            break
    return list(found)


def path_of_address(address: str) -> str:
    """The path under which a fetched page is kept: `functions/actions.md`."""
    parts = urlsplit(address)
    path = unquote(parts.path).strip("/")
    clean = "/".join(part for part in path.split("/") if part not in ("", ".", ".."))
    printable = "".join(c if c.isprintable() else "-" for c in clean)
    query = f"-{slug(parts.query)}" if parts.query else ""
    return (printable + query)[-500:] or "index"


def split_llms_full(raw: bytes) -> list[SplitPage]:
    """The pages of an `llms-full.txt`, each from its `# Title` to the next one.

    What stands before the first title is a page where it says something. Titles inside code are
    none. A page is called by the address that stands below its title, else by its title.
    """
    pages: list[SplitPage] = []
    taken: set[str] = set()
    for part in _parts(raw):
        if not part.strip():
            continue
        name = _name_of(part)
        path, number = f"{name}.md", 2
        while path in taken:
            path, number = f"{name}-{number}.md", number + 1
        taken.add(path)
        pages.append(SplitPage(path, part))
    return pages


def _parts(raw: bytes) -> Iterator[bytes]:
    start = position = 0
    fence = b""
    for line in raw.splitlines(keepends=True):
        marks = _FENCE.match(line)
        if fence:
            if marks and marks[1].startswith(fence) and not line.strip().strip(fence[:1]):
                fence = b""
        elif marks:
            fence = marks[1]
        elif _TITLE.match(line) and position > start:
            yield raw[start:position]
            start = position
        position += len(line)
    if position > start:
        yield raw[start:position]


def _name_of(part: bytes) -> str:
    lines = part.splitlines()[: _LOOKED_AT + 1]
    for line in lines[1:]:
        found = _PLACE.match(line.strip())
        if found:
            path = path_of_address(found[1].decode("utf-8", "replace"))
            return path.removesuffix(".md").removesuffix(".mdx")
    title = lines[0].decode("utf-8", "replace").lstrip("# ") if lines else ""
    return slug(title) or "page"
