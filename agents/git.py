"""Asking git about a repository, without anything that its settings could have git run.

No shell, hooks, pagers, external diffs, signature checks, file system monitors or downloads. What
a hook's environment says about its own repository is not passed on: a path may lie in another.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from agents.errors import GitError

TIMEOUT = 600
"""Seconds that one call of git may take."""

_SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "diff.orderFile": os.devnull,
    "log.showSignature": "false",
    "protocol.allow": "never",
}
_HIDDEN = frozenset(
    f"GIT_{name}"
    for name in (
        *("ALTERNATE_OBJECT_DIRECTORIES", "COMMON_DIR", "DIFF_OPTS", "DIR", "EXTERNAL_DIFF"),
        *("GRAFT_FILE", "ICASE_PATHSPECS", "GLOB_PATHSPECS", "INDEX_FILE", "LITERAL_PATHSPECS"),
        *("NAMESPACE", "NOGLOB_PATHSPECS", "OBJECT_DIRECTORY", "PREFIX", "QUARANTINE_PATH"),
        *("REPLACE_REF_BASE", "SHALLOW_FILE", "WORK_TREE"),
    )
)
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a work tree."""

    root: Path
    """The work tree's folder, without links."""

    @classmethod
    def around(cls, folder: Path) -> Repository:
        """The repository that a folder lies in.

        Raises GitError where git is missing, or the folder lies in no work tree, or in one that
        git does not trust.
        """
        done = _call(folder, ("rev-parse", "--show-toplevel"), b"")
        if done.returncode == 0:
            return cls(Path(os.fsdecode(done.stdout.removesuffix(b"\n"))))
        said = _said(done)
        if "not a git repository" in said or "work tree" in said:
            said = "not in the work tree of a git repository"
        raise GitError(said, hint="name files or folders of a repository", path=str(folder))

    def ask(self, *args: str, folder: Path | None = None, given: bytes = b"") -> bytes:
        """What git prints, called in `folder` or at the root, with `given` as its input.

        Raises GitError where git says no.
        """
        done = _call(folder or self.root, args, given)
        if done.returncode:
            raise GitError(f"git {args[0]}: {_said(done)}", path=str(self.root))
        return done.stdout

    def commit(self, revision: str) -> str | None:
        """The full hash of the commit that a revision names; None where it names none.

        A hash can be no option and no range, whatever was asked for.
        """
        if revision.startswith("-") or "\0" in revision:
            return None
        wanted = ("--end-of-options", f"{revision}^{{commit}}")
        done = _call(self.root, ("rev-parse", "--verify", "--quiet", *wanted), b"")
        return done.stdout.decode("ascii").strip() if done.returncode == 0 else None

    def has_commits(self) -> bool:
        """Whether anything is checked out: a new repository has no HEAD yet."""
        return self.commit("HEAD") is not None

    def blobs(self, names: Iterable[str], *, most: int) -> Iterator[bytes | None]:
        """The bytes of each object, one after the other; None for one that is not here.

        Of an object with more than `most` bytes only the first `most` + 1 are kept.
        """
        command = _command(self.root, ("cat-file", "--batch"))
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
            )
        except OSError as error:
            raise _missing() from error
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                for name in names:
                    process.stdin.write(name.encode("ascii") + b"\n")
                    process.stdin.flush()
                    yield _blob(process.stdout, most)
            except OSError as error:
                raise GitError("git broke off", path=str(self.root)) from error
            finally:
                process.kill()


def _blob(stream: IO[bytes], most: int) -> bytes | None:
    header = stream.readline().split()
    if not header:
        raise GitError("git broke off while it read an object")
    if len(header) != 3:
        return None
    size = int(header[2])
    kept = stream.read(min(size, most + 1))
    rest = size - len(kept) + 1  # with the line break behind the object
    while rest > 0:
        skipped = stream.read(min(rest, _PIECE))
        if not skipped:
            raise GitError("git broke off while it read an object")
        rest -= len(skipped)
    return kept if header[1] == b"blob" else None


def _command(folder: Path, args: Sequence[str]) -> list[str]:
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    fixed = ["git", "--no-pager", "--no-replace-objects", *settings]
    return [*fixed, "-C", str(folder), *args]


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    fixed = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}
    return {**kept, **fixed, "LC_ALL": "C"}


def _call(folder: Path, args: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            _command(folder, args),
            input=given,
            capture_output=True,
            env=_environment(),
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git took longer than {TIMEOUT} seconds", path=str(folder)) from error
    except OSError as error:
        raise _missing() from error


def _missing() -> GitError:
    return GitError(
        "git can't be run", hint="install git; history and changes of files are read with it"
    )


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[0].removeprefix("fatal: ") if lines else f"git ended with status {done.returncode}"
