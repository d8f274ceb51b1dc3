"""Documentation on its way into the registry: from files, folders and addresses."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from agents.errors import UsageError
from agents.registry.naming import storable
from agents.registry.pages import NO_VALIDATORS, SourceChange, SourceKind
from kb.address import is_address, read_address
from kb.gather import Gathered, LeftOut, Progress, gather_files
from kb.llms import is_llms, is_llms_full

if TYPE_CHECKING:
    from agents.registry import Registry
    from kb.fetch import Fetcher


@dataclass(frozen=True, slots=True)
class AddReport:
    """What adding did."""

    change: SourceChange
    kind: SourceKind
    location: str
    """The absolute path, or the address."""
    left_out: tuple[LeftOut, ...]


def add_documentation(
    registry: Registry,
    what: str,
    *,
    name: str | None = None,
    fetcher: Callable[[], Fetcher],
    progress: Progress = lambda step, done, total: None,
) -> AddReport:
    """Add the pages of a folder, a file or an address, or bring up to date what was added.

    Without a `name` it is the one under which the same place was added before, else one made of
    the place. `fetcher` is called for an address only. Raises UsageError, FetchError or
    DocumentError where nothing can be taken; nothing is changed then.
    """
    if not what.strip():
        raise UsageError("the path is empty", hint="name a folder, a file or an address")
    location = str(read_address(what)) if is_address(what) else storable(os.path.abspath(what))
    called = name if name is not None else registry.source_name(location, _like(location))
    if is_address(what):
        gathered = _from_address(registry, called, location, fetcher, progress)
    else:
        gathered = gather_files(Path(what), progress)
    change = registry.put_source(
        called, gathered.kind, location, gathered.pages, validators=gathered.validators
    )
    return AddReport(change, gathered.kind, location, gathered.left_out)


def _from_address(
    registry: Registry,
    called: str,
    location: str,
    fetcher: Callable[[], Fetcher],
    progress: Progress,
) -> Gathered:
    from kb.web import gather_address

    # What another address said is no answer to whether this one has changed.
    before = [s for s in registry.sources() if s.name == called and s.location == location]
    known = registry.pages(called) if before else []
    validators = before[0].validators if before else NO_VALIDATORS
    with fetcher() as opened:
        return gather_address(opened, location, known, validators, progress)


def _like(location: str) -> str:
    """A path whose last parts a name is made of."""
    if not is_address(location):
        file = Path(location)
        return location if file.is_dir() else str(file.with_suffix(""))
    parts = urlsplit(location)
    host = parts.netloc.removeprefix("www.").replace(":", "-")
    path = parts.path.rstrip("/")
    if is_llms(path) or is_llms_full(path):
        path = path.rpartition("/")[0]
    ending = path.rsplit(".", 1)
    return f"/{host}{ending[0] if len(ending) == 2 and '/' not in ending[1] else path}"
