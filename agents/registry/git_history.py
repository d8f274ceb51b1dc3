"""Which commits changed a file, through renames, as git tells it.

One `git log` reads the history of a whole folder. A file that appears in it from outside is looked
up among the renames of that commit, and another `git log` goes on from there; so the number of
calls grows with how often files came from elsewhere, not with files or commits.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agents.collect import ENDINGS
from agents.git import Repository

_LOG = (
    "log",
    "--raw",
    "-z",
    "-c",
    "-M",
    "--root",
    "--topo-order",
    "--no-abbrev",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--no-notes",
    "--ignore-submodules",
    "--encoding=UTF-8",
    "--format=%H%x00%an%x00%ae%x00%at%x00%s",
)
_FIELDS = 5
_FILE_MODES = frozenset({b"100644", b"100755"})
_MOST_RENAMES = 100
"""How often a file is followed to another folder."""
_MOST_PATHS = 500
"""Paths in one call of git."""
_LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z: commits can bear any number as their date."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Who changed something, when and why."""

    name: str
    """The full hash."""
    author: str
    """The author's name, else the mail address."""
    time: int
    """When the author made it: seconds since 1970, UTC."""
    subject: str


@dataclass(frozen=True, slots=True)
class FileState:
    """A file as a commit left it."""

    commit: Commit
    path: str
    """In the repository, as the file was called then."""
    blob: str
    """The name of the object that holds its bytes."""


@dataclass(frozen=True, slots=True)
class _Change:
    status: str
    path: str
    source: str | None
    """What a renamed or copied file was called before."""
    blob: str
    is_file: bool
    """Not a link, a submodule or nothing."""


@dataclass(slots=True)
class _Trail:
    """What is known of one file, newest first."""

    states: list[FileState] = field(default_factory=list)
    arrivals: list[tuple[str, str, int]] = field(default_factory=list)
    """The commits that brought the file under a path: commit, path, number of states up to it."""


def file_histories(
    repository: Repository, folder: Path, names: Sequence[str]
) -> dict[str, tuple[FileState, ...]]:
    """The states of files below `folder`, oldest first; none for a file that HEAD doesn't have.

    `names` are paths below the folder, with `/`. Commits that left a file's bytes as they were (a
    mere rename) bring no state. Merges bring one where the result is neither parent's.

    Raises GitError where git fails.
    """
    if not repository.has_commits():
        return dict.fromkeys(names, ())
    below = folder.resolve().relative_to(repository.root).as_posix()
    paths = {name if below == "." else f"{below}/{name}": name for name in names}
    heads = _heads(repository, folder)
    tracked = {path: path for path in paths if path in heads}
    specs = [f":(glob,icase)**/*{ending}" for ending in ENDINGS]
    specs += [f":(literal){name}" for name in names if not name.lower().endswith(ENDINGS)]
    # One file, or few: the history of nothing but these is shorter.
    if len(names) <= len(ENDINGS):
        specs = [f":(literal){name}" for name in names]
    states = _followed(repository, folder, "HEAD", specs, tracked) if tracked else {}
    for path in tracked:
        if not states[path] or states[path][0].blob != heads[path]:
            # Seen with other files, a branch that a merge threw away looks like the file's own.
            spec = f":(top,literal){path}"
            states |= _followed(repository, folder, "HEAD", [spec], {path: path})
    return {name: _changes_of_bytes(states.get(path, [])) for path, name in paths.items()}


def _heads(repository: Repository, folder: Path) -> dict[str, str]:
    """The blob of each regular file below the folder in the commit that is checked out."""
    listed = repository.ask("ls-tree", "-r", "-z", "--full-name", "HEAD", folder=folder)
    found = {}
    for entry in listed.split(b"\0"):
        told, _, path = entry.partition(b"\t")
        if told[:6] in _FILE_MODES:
            found[os.fsdecode(path)] = told.split()[2].decode("ascii")
    return found


def _changes_of_bytes(newest_first: Sequence[FileState]) -> tuple[FileState, ...]:
    kept: list[FileState] = []
    for state in reversed(newest_first):
        if not kept or kept[-1].blob != state.blob:
            kept.append(state)
    return tuple(kept)


def _followed(
    repository: Repository,
    folder: Path,
    revision: str,
    specs: Sequence[str],
    tracked: Mapping[str, str],
    depth: int = 0,
) -> dict[str, list[FileState]]:
    """The states of each tracked file, newest first, by the key that `tracked` gives its path."""
    log = repository.ask(*_LOG, revision, "--", *specs, folder=folder)
    trails = _walk(_parsed(log), tracked)
    result = {key: trail.states for key, trail in trails.items()}
    if depth == _MOST_RENAMES:
        return result
    arrivals = [arrival for trail in trails.values() for arrival in trail.arrivals]
    sources = _renames(repository, {commit for commit, _, _ in arrivals})
    came: dict[str, dict[str, str]] = defaultdict(dict)
    for key, trail in trails.items():
        for commit, path, count in trail.arrivals:
            source = sources.get((commit, path))
            if source is not None:
                # What stood under this path before was another file.
                result[key] = trail.states[:count]
                came[commit][source] = key
                break
    for commit, group in came.items():
        for some in _pieces(sorted(group)):
            older = _followed(
                repository,
                repository.root,
                f"{commit}^",
                [f":(top,literal){path}" for path in some],
                {path: group[path] for path in some},
                depth + 1,
            )
            for key, states in older.items():
                result[key] = result[key] + states
    return result


def _walk(
    log: Iterator[tuple[Commit, Sequence[_Change]]], tracked: Mapping[str, str]
) -> dict[str, _Trail]:
    trails = {key: _Trail() for key in tracked.values()}
    keys = dict(tracked)
    for commit, changes in log:
        renamed: dict[str, str] = {}
        for change in changes:
            key = keys.get(change.path)
            if key is None:
                continue
            trail = trails[key]
            if change.is_file:
                trail.states.append(FileState(commit, change.path, change.blob))
            if change.status == "A":
                trail.arrivals.append((commit.name, change.path, len(trail.states)))
            elif change.status == "R" and change.source is not None:
                renamed[change.path] = change.source
        # After the whole commit: one file may have got the name that another one had.
        moved = {source: keys.pop(path) for path, source in renamed.items()}
        keys |= moved
    return trails


def _renames(repository: Repository, commits: set[str]) -> dict[tuple[str, str], str]:
    """By commit and path, what a file was called before that the commit renamed."""
    if not commits:
        return {}
    given = "".join(f"{commit}\n" for commit in sorted(commits)).encode("ascii")
    args = ("--no-walk=unsorted", "--diff-filter=R", "--stdin")
    log = repository.ask(*_LOG, *args, given=given)
    return {
        (commit.name, change.path): change.source
        for commit, changes in _parsed(log)
        for change in changes
        if change.source is not None
    }


def _pieces(paths: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(paths), _MOST_PATHS):
        yield paths[start : start + _MOST_PATHS]


def _parsed(log: bytes) -> Iterator[tuple[Commit, Sequence[_Change]]]:
    """The commits of a raw log, each with what it changed.

    Everything ends with NUL: five fields of a commit, then for each change a record that begins
    with as many colons as there are parents, and one path, or two for a rename or a copy.
    """
    tokens = iter(log.split(b"\0"))
    name = next(tokens, b"")
    while name:
        rest = [next(tokens, b"") for _ in range(_FIELDS - 1)]
        commit = _commit(name, rest)
        changes: list[_Change] = []
        name = b""
        for token in tokens:
            told = token.lstrip(b"\n")
            if told.startswith(b":"):
                changes.append(_change(told, tokens))
            elif told:
                name = told
                break
        yield commit, changes


def _commit(name: bytes, fields: Sequence[bytes]) -> Commit:
    author, mail, time, subject = (part.decode("utf-8", "replace") for part in fields)
    seconds = int(time) if time.lstrip("-").isdecimal() else 0
    return Commit(name.decode("ascii"), author or mail, max(0, min(seconds, _LAST_SECOND)), subject)


def _change(told: bytes, tokens: Iterator[bytes]) -> _Change:
    parents = len(told) - len(told.lstrip(b":"))
    fields = told.lstrip(b":").split()
    status = fields[-1].decode("ascii")
    first = os.fsdecode(next(tokens, b""))
    has_source = parents == 1 and status[:1] in ("R", "C")
    return _Change(
        status[:1] if parents == 1 else "M",
        os.fsdecode(next(tokens, b"")) if has_source else first,
        first if has_source and status[0] == "R" else None,
        fields[2 * parents + 1].decode("ascii"),
        fields[parents] in _FILE_MODES,
    )
