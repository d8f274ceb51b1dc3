"""Which lines a change brings: the work tree against a revision, as git tells it.

Git is called without a shell, and without anything that a repository's settings could have it run:
external diffs, text conversion, file system monitors.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.errors import CodeCheckError
from agents.location import Lines, Span
from assistant.code.check import CheckReport

TIMEOUT = 120
"""Seconds that one call of git may take."""
_GIT = ("git", "--no-pager", "-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}")
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
_HIDDEN = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_DIFF_OPTS"})
"""Set while a hook runs, for the repository that has the hook; a path may lie in another."""
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

    Raises CodeCheckError where git is missing, a path lies in no repository, or `revision` names no
    commit.
    """
    files: dict[str, tuple[Lines, ...]] = {}
    whole: set[str] = set()
    for root in sorted({_root(path) for path in paths}):
        commit = _commit(root, revision)
        for name, runs in _parsed(_git(root, *_DIFF, commit, "--")):
            files[_real(root, name)] = runs
        listed = _git(root, "ls-files", "--others", "--exclude-standard", "-z")
        whole.update(_real(root, name) for name in listed.split(b"\0") if name)
    return ChangedLines(files, frozenset(whole))


def _root(path: Path) -> str:
    folder = path if path.is_dir() else path.parent
    if not folder.is_dir():
        raise CodeCheckError("no such file or folder", path=str(path))
    done = _call(str(folder), "rev-parse", "--show-toplevel")
    if done.returncode:
        raise CodeCheckError(
            "not in the work tree of a git repository",
            hint="--diff needs one to compare with",
            path=str(path),
        )
    return os.fsdecode(done.stdout.removesuffix(b"\n"))


def _commit(root: str, revision: str) -> str:
    """The commit's full hash, which can be no option and no range."""
    wanted = f"{revision}^{{commit}}"
    if not revision.startswith("-") and "\0" not in revision:
        done = _call(root, "rev-parse", "--verify", "--quiet", "--end-of-options", wanted)
        if done.returncode == 0:
            return done.stdout.decode("ascii").strip()
    raise CodeCheckError(
        f"{revision!r} names no commit", hint="--diff takes one, such as HEAD or main", path=root
    )


def _git(root: str, *args: str) -> bytes:
    done = _call(root, *args)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CodeCheckError(
            f"git can't tell what changed: {said[-1] if said else f'status {done.returncode}'}",
            path=root,
        )
    return done.stdout


def _call(folder: str, *args: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(
            [*_GIT, "-C", folder, *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            timeout=TIMEOUT,
            check=False,
        )
    except FileNotFoundError as error:
        raise CodeCheckError("git is not installed", hint="--diff asks it what changed") from error
    except subprocess.TimeoutExpired as error:
        raise CodeCheckError(f"git took longer than {TIMEOUT} seconds", path=folder) from error


def _real(root: str, name: bytes) -> str:
    return os.path.realpath(os.path.join(root, os.fsdecode(name)))


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
