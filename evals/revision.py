"""Documents as a git revision has them, written to a scratch folder from where they are imported.

The folders above them are kept, since a tool's own folder (`.claude/agents`) says what a document
is. Links and submodules are left out, and so is what can't be the path of a file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agents.collect import ENDINGS
from agents.errors import GitError, UsageError
from agents.git import Repository
from agents.parse import MAX_BYTES

MAX_FILES = 20_000
_FILE_MODES = (b"100644", b"100755")
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class AtRevision:
    """A folder or a file of a repository at one commit."""

    repository: Repository
    commit: str
    """The full hash."""
    path: str
    """Relative to the repository's root, with `/`; empty for the root."""
    named: str
    """As the user wrote it."""

    @property
    def is_single(self) -> bool:
        """Whether a file was named, and not just a revision."""
        return ":" in self.named and self.path.endswith(tuple(ENDINGS))

    def __str__(self) -> str:
        return f"{self.commit[:12]}:{self.path}"


def find_revision(folder: Path, name: str) -> tuple[Repository, str] | None:
    """The repository around `folder` and the commit that `name` means there; None for neither."""
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        return None
    try:
        repository = Repository.around(folder)
        commit = repository.commit(name)
    except GitError:
        return None
    return None if commit is None else (repository, commit)


def path_in(repository: Repository, path: Path) -> str | None:
    """A path relative to the repository's root; None where it lies elsewhere."""
    full = Path(os.path.abspath(path.expanduser()))
    root = repository.root.resolve()
    for candidate in (full, full.resolve()):
        if candidate.is_relative_to(root):
            found = candidate.relative_to(root).as_posix()
            return "" if found == "." else found
    return None


def write_documents(wanted: AtRevision, scratch: Path) -> Path:
    """Write the documents at `wanted` below `scratch`, and return what of it is to be imported.

    Raises UsageError where the revision has no such path, or no document in it.
    """
    blobs = dict(_blobs(wanted))
    if not blobs:
        raise UsageError(
            f"no agent document at {wanted.named}",
            hint="REV:FOLDER names a folder of the repository that holds .md files",
        )
    if len(blobs) > MAX_FILES:
        raise UsageError(
            f"more than {MAX_FILES} documents at {wanted.named}", hint="name a folder below it"
        )
    # The same name as in the work tree: imported folders are told apart by it.
    root = scratch / (wanted.repository.root.name or "repository")
    contents = wanted.repository.blobs(blobs.values(), most=MAX_BYTES)
    for path, raw in zip(blobs, contents, strict=True):
        if raw is None:
            raise GitError("the object is not here", path=f"{wanted.named}: {path}")
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(raw)
    return root / wanted.path if wanted.path else root


def _blobs(wanted: AtRevision) -> Iterator[tuple[str, str]]:
    """Path and object of each document, in git's order."""
    where = ("--", f":(literal){wanted.path}") if wanted.path else ()
    args = ("ls-tree", "-r", "-z", "--full-tree", wanted.commit, *where)
    for entry in wanted.repository.ask(*args).split(b"\0"):
        facts, _, name = entry.partition(b"\t")
        mode, _, rest = facts.partition(b" ")
        path = os.fsdecode(name)
        if mode in _FILE_MODES and _is_document(path, wanted.path):
            yield path, rest.rpartition(b" ")[2].decode("ascii")


def _is_document(path: str, wanted: str) -> bool:
    if not path.lower().endswith(ENDINGS) and path != wanted:
        return False
    parts = path.split("/")
    return (
        not any(part in ("", ".", "..") for part in parts) and not PurePosixPath(path).is_absolute()
    )
