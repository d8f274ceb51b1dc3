"""Which lines a change brings: the work tree against a revision, as git tells it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.errors import CodeCheckError
from agents.git import Repository
from agents.location import Lines, Span
from assistant.code.check import CheckReport

_DIFF = (
    "diff",
    "--unified=0",
    "--inter-hunk-context=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-relative",
    "--find-renames",
    "--text",
    "--ignore-submodules",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_LETTERS = {
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"v": b"\v",
}


@dataclass(frozen=True, slots=True)
class ChangedLines:
    """The lines of each file, by its real path, that a change brings."""

    files: Mapping[str, tuple[Lines, ...]]
    whole: frozenset[str]
    """Files that git doesn't know yet: all their lines are new."""

    def hold(self, file: str, span: Span) -> bool:
        """Whether one of the lines of a span of a file is among them."""
        path = os.path.realpath(file)
        own = Lines(span.line, max(span.line, span.end_line))
        return path in self.whole or any(own.overlaps(run) for run in self.files.get(path, ()))

    def only(self, report: CheckReport) -> CheckReport:
        """The report without the findings on other lines."""
        kept = tuple(
            finding for finding in report.findings if self.hold(finding.file, finding.span)
        )
        return replace(report, findings=kept)


def changed_lines(paths: Iterable[Path], revision: str) -> ChangedLines:
    """What the work trees around these paths bring that `revision` hasn't, untracked files too.

    Raises GitError where git is missing or a path lies in no repository, CodeCheckError where a
    path is missing or `revision` names no commit.
    """
    files: dict[str, tuple[Lines, ...]] = {}
    whole: set[str] = set()
    for repository in sorted({_around(path) for path in paths}, key=lambda found: found.root):
        commit = _commit(repository, revision)
        for name, runs in _parsed(repository.ask(*_DIFF, commit, "--")):
            files[_real(repository, name)] = runs
        listed = repository.ask("ls-files", "--others", "--exclude-standard", "-z")
        whole.update(_real(repository, name) for name in listed.split(b"\0") if name)
    return ChangedLines(files, frozenset(whole))


def _around(path: Path) -> Repository:
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise CodeCheckError("no such file or folder", path=str(path))
    return Repository.around(folder)


def _commit(repository: Repository, revision: str) -> str:
    commit = repository.commit(revision)
    if commit is None:
        raise CodeCheckError(
            f"{revision!r} names no commit",
            hint="--diff takes one, such as HEAD or main",
            path=str(repository.root),
        )
    return commit


def _real(repository: Repository, name: bytes) -> str:
    return os.path.realpath(os.path.join(repository.root, os.fsdecode(name)))


def _parsed(patch: bytes) -> Iterator[tuple[bytes, tuple[Lines, ...]]]:
    """The new lines by file, of a patch without context."""
    found: dict[bytes, list[Lines]] = defaultdict(list)
    name = b""
    lines: Sequence[bytes] = patch.split(b"\n")
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        if line.startswith(b"+++ "):
            name = _name(line[4:])
        elif hunk := _HUNK.match(line):
            removed, start, added = (int(part) if part else 1 for part in hunk.groups())
            if added:
                found[name].append(Lines(start, start + added - 1))
            # The lines themselves may look like headers.
            place += removed + added
    yield from ((name, tuple(runs)) for name, runs in found.items())


def _name(given: bytes) -> bytes:
    """The path after `+++`: with a prefix, and quoted as in C where it holds odd characters."""
    if given.startswith(b'"'):
        given = _ESCAPE.sub(_unescaped, given.rstrip(b"\t").strip(b'"'))
    else:
        given = given.removesuffix(b"\t")  # git ends names with a space in them so
    return given.removeprefix(b"b/")


def _unescaped(match: re.Match[bytes]) -> bytes:
    code = match[1]
    return bytes([int(code, 8) & 0xFF]) if len(code) == 3 else _LETTERS.get(code, code)
