"""A project as it was when it was last checked, told by what its folders show.

To be sure that nothing changed, all files would have to be read. Git's index has shown a way that
is as good and costs a tenth: a file of the same size, number and times holds the same bytes. That
isn't so where it was written while it was looked at, within one tick of the clock; so a project
that was written just before is not taken for known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from agents.finding import Finding
from assistant.code.kept_findings import from_plain, plain
from assistant.code.layout import ListedFile, ProjectFacts

TICK = 2_000_000_000
"""Nanoseconds: the coarsest that file systems keep times in, which is that of FAT."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check of a whole project found."""

    findings: tuple[Finding, ...]
    """Without the documents' items, which change by themselves."""
    files: frozenset[str]
    """The names of the files that were checked, as in findings."""


def state_of(listed: Iterable[ListedFile], facts: ProjectFacts, asked: object) -> str:
    """A digest of all that decides what a check finds; `asked` says which check it is."""
    said = (
        sorted(facts.aliases.patterns.items()),
        facts.aliases.base,
        facts.convex_version,
        facts.has_package,
        sorted(facts.dependencies),
    )
    everything = repr((asked, said, [(one.path, one.state) for one in listed]))
    return hashlib.blake2b(everything.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def is_settled(listed: Iterable[ListedFile], now: int) -> bool:
    """Whether a change since `now`, in nanoseconds, would show in the files' states."""
    return all(max(one.state[2:]) < now - TICK for one in listed)


def to_bytes(state: str, seen: Seen) -> bytes:
    """What a check found, to be kept."""
    found: dict[str, list[object]] = {}
    for finding in seen.findings:
        found.setdefault(finding.file, []).append(plain(finding))
    return json.dumps([state, sorted(seen.files), found], separators=(",", ":")).encode("ascii")


def from_bytes(raw: bytes, state: str) -> Seen | None:
    """What `to_bytes` made of a project in this state; None for anything else."""
    try:
        kept_state, files, found = json.loads(raw)
        if kept_state != state:
            return None
        return Seen(
            tuple(from_plain(one, file) for file, own in found.items() for one in own),
            frozenset(files),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
