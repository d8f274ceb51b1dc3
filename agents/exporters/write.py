"""Comparing exported files with a folder, and writing them there."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agents.document import digest_of
from agents.errors import ExportError
from agents.exporters.base import ExportFile, Target, check_relative
from agents.exporters.lock import LOCK_NAME, LockEntry, read_lock, render_lock

_MAX_READ = 64 * 1024 * 1024


class Change(StrEnum):
    """What writing does to a file."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    """Exported earlier, and its agent is no longer among the exported ones."""
    EDITED = "edited"
    """Exported earlier and changed by hand since: overwritten or deleted by force only."""
    FOREIGN = "foreign"
    """There, and never exported by us: overwritten by force only."""


FORCED = (Change.EDITED, Change.FOREIGN)
"""What is carried out by force only."""


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file of the output folder and what becomes of it."""

    path: str
    """Below the output folder, with `/`."""
    change: Change
    file: ExportFile | None
    """None where the file is to be deleted."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All that an export would do to a folder."""

    folder: Path
    files: tuple[PlannedFile, ...]
    lock: bytes
    lock_changes: bool

    @property
    def up_to_date(self) -> bool:
        """Whether writing would change nothing."""
        return not self.lock_changes and all(f.change is Change.UNCHANGED for f in self.files)

    @property
    def refused(self) -> tuple[PlannedFile, ...]:
        """The files that are overwritten by force only."""
        return tuple(file for file in self.files if file.change in FORCED)


def plan_export(
    files: Sequence[ExportFile],
    folder: Path,
    target: Target,
    *,
    knows: Callable[[str], bool] | None = None,
) -> ExportPlan:
    """What writing `files` into `folder` would do; nothing is written.

    `knows` says that these are all files of the target, and whether a version's digest is one of
    the registry that they come from: what was exported from there earlier and is not among them is
    deleted. Raises ExportError where the folder or its lock file can't be used.
    """
    lock_path = folder / LOCK_NAME
    lock_raw = _read(folder, LOCK_NAME)
    before = {} if lock_raw is None else read_lock(lock_raw, str(lock_path))
    after = dict(before)
    planned = []
    for file in sorted(files, key=lambda file: file.path):
        planned.append(PlannedFile(file.path, _change(file, folder, before), file))
        after[file.path] = LockEntry(
            file=file.path,
            target=target.name,
            handle=file.handle,
            version=file.version,
            digest=file.digest,
            content=digest_of(file.content),
        )
    wanted = {file.path for file in files}
    for path, entry in before.items():
        is_gone = path not in wanted and entry.target == target.name
        if not is_gone or knows is None or not knows(entry.digest):
            continue
        del after[path]
        current = _read(folder, path)
        if current is not None:
            is_ours = digest_of(current) == entry.content
            change = Change.DELETED if is_ours else Change.EDITED
            planned.append(PlannedFile(path, change, None))
    lock = render_lock(after)
    planned.sort(key=lambda file: file.path)
    return ExportPlan(folder, tuple(planned), lock, lock_changes=lock != lock_raw)


def write_export(plan: ExportPlan, *, force: bool = False) -> None:
    """Carry a plan out: each file whole or not at all, the lock file last.

    Raises ExportError, with nothing written, where files of somebody else or edited by hand would
    be overwritten and `force` is not given; also where the folder can't be written.
    """
    if plan.refused and not force:
        named = ", ".join(file.path for file in plan.refused[:5])
        more = f" and {len(plan.refused) - 5} more" if len(plan.refused) > 5 else ""
        raise ExportError(
            f"{named}{more} would lose changes that were not made by an export",
            hint="move them away, or use --force; nothing was written",
            path=str(plan.folder),
        )
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        for planned in plan.files:
            if planned.change is Change.UNCHANGED:
                continue
            if planned.file is None:
                _inside(plan.folder, planned.path).unlink(missing_ok=True)
            else:
                _write(plan.folder, planned.path, planned.file.content)
        if plan.lock_changes:
            _write(plan.folder, LOCK_NAME, plan.lock)
    except OSError as error:
        raise _cannot(plan.folder, error) from error


def _change(file: ExportFile, folder: Path, before: Mapping[str, LockEntry]) -> Change:
    current = _read(folder, file.path)
    if current is None:
        return Change.ADDED
    if current == file.content:
        return Change.UNCHANGED
    entry = before.get(file.path)
    if entry is None:
        return Change.FOREIGN
    return Change.CHANGED if digest_of(current) == entry.content else Change.EDITED


def _inside(folder: Path, path: str) -> Path:
    """`path` below `folder`. Raises ExportError where a link on the way could lead out of it."""
    parts = check_relative(path).split("/")
    here = folder
    for part in parts[:-1]:
        here = here / part
        if here.is_symlink():
            raise ExportError(
                f"{here.name!r} is a link, and an export doesn't follow links", path=str(here)
            )
    return here / parts[-1]


def _read(folder: Path, path: str) -> bytes | None:
    """The bytes of a regular file, None where there is nothing; a link is not followed."""
    place = _inside(folder, path)
    try:
        status = place.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ExportError(
                f"{place.name!r} is no regular file", hint="move it away", path=str(place)
            )
        if status.st_size > _MAX_READ:
            raise ExportError(
                f"{place.name!r} is too large to be an exported file", path=str(place)
            )
        return place.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise _cannot(place, error) from error


def _write(folder: Path, path: str, content: bytes) -> None:
    place = _inside(folder, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    with suppress(FileNotFoundError):
        beside.unlink()
    # O_EXCL: a link that somebody put there meanwhile is not followed.
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, place)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _cannot(path: Path, error: OSError) -> ExportError:
    return ExportError(f"can't export to {path.name!r}: {error.strerror or error}", path=str(path))
