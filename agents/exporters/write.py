"""Comparing exported files with a folder, and writing them there."""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from agents.document import digest_of
from agents.errors import ExportError
from agents.exporters.base import Exported, ExportFile, Sharing, Skipped, Target, check_relative
from agents.exporters.blocks import Block, blocks_of, merged, rendered
from agents.exporters.lock import (
    LOCK_NAME,
    MAX_LOCK,
    LockEntry,
    Place,
    read_lock,
    render_lock,
    restoring,
)
from agents.whole_file import write_whole


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
    """A file of the output folder, or a block of one, and what becomes of it."""

    path: str
    """Below the output folder, with `/`."""
    change: Change
    file: ExportFile | None
    """None where the file or block is to be deleted."""
    handle: str = ""
    is_block: bool = False
    """Whether the rest of the file is other people's."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """All that an export would do to a folder."""

    folder: Path
    files: tuple[PlannedFile, ...]
    lock: bytes
    lock_changes: bool
    skipped: tuple[Skipped, ...] = ()
    """Versions that the target has no place for."""

    @property
    def up_to_date(self) -> bool:
        """Whether writing would change nothing."""
        return not self.lock_changes and all(f.change is Change.UNCHANGED for f in self.files)

    @property
    def refused(self) -> tuple[PlannedFile, ...]:
        """The files that are overwritten by force only."""
        return tuple(file for file in self.files if file.change in FORCED)


def plan_export(
    export: Exported,
    folder: Path,
    target: Target,
    *,
    knows: Callable[[str], bool] | None = None,
) -> ExportPlan:
    """What writing an export into `folder` would do; nothing is written.

    `knows` says that these are all files of the target, and whether a version's digest is one of
    the registry that they come from: what was exported from there earlier and is not among them is
    deleted. Raises ExportError where the folder or its lock file can't be used.
    """
    lock_path = folder / LOCK_NAME
    lock_raw = _read(folder, LOCK_NAME)
    before = {} if lock_raw is None else read_lock(lock_raw, str(lock_path))
    after = dict(before)
    present = _Present(folder)
    planned = []
    for file in export.files:
        entry = _lock_entry(file, target)
        change = _change(file, entry, present, before.get(entry.place))
        is_block = file.sharing is not Sharing.OWN
        planned.append(PlannedFile(file.path, change, file, file.handle, is_block))
        after[entry.place] = entry
    for gone in _gone(after, before, export, target, knows):
        del after[gone.place]
        found = _deletion(gone, present)
        if found is not None:
            planned.append(found)
    lock = render_lock(after)
    planned.sort(key=lambda file: (file.path, file.handle))
    plan = ExportPlan(folder, tuple(planned), lock, lock != lock_raw, export.skipped)
    _check_shared(plan, present)
    return plan


def _gone(
    after: Mapping[Place, LockEntry],
    before: Mapping[Place, LockEntry],
    export: Exported,
    target: Target,
    knows: Callable[[str], bool] | None,
) -> list[LockEntry]:
    """What was exported earlier and is no longer among the files."""
    wanted = {(file.path, file.handle) for file in export.files}
    exported_anew = {file.handle for file in export.files}
    return [
        entry
        for place, entry in before.items()
        if place not in wanted
        and place in after
        and entry.target == target.name
        # A part that an agent no longer has goes with its agent, also where only some are exported.
        and ((entry.handle and entry.handle in exported_anew) or (knows and knows(entry.digest)))
    ]


def _lock_entry(file: ExportFile, target: Target) -> LockEntry:
    written = file.content if file.sharing is Sharing.OWN else rendered(file)
    return LockEntry(
        file=file.path,
        target=target.name,
        handle=file.handle,
        version=file.version,
        digest=file.digest,
        content=digest_of(written),
        restore=None if file.original is None else restoring(file.original, file.content),
    )


class _Present:
    """What stands in the output folder, each file read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, bytes | None] = {}
        self._blocks: dict[str, dict[str, Block]] = {}

    def file(self, path: str) -> bytes | None:
        if path not in self._files:
            self._files[path] = _read(self.folder, path)
        return self._files[path]

    def block(self, path: str, handle: str) -> bytes | None:
        if path not in self._blocks:
            raw = self.file(path)
            found = {} if raw is None else blocks_of(raw, str(self.folder / path))
            self._blocks[path] = found
        block = self._blocks[path].get(handle)
        return None if block is None else block.text


def _deletion(entry: LockEntry, present: _Present) -> PlannedFile | None:
    """What becomes of a file or block that is exported no longer; None where it is gone already."""
    raw = present.file(entry.file)
    if raw is None:
        return None
    current = present.block(entry.file, entry.handle) if entry.handle else None
    is_block = current is not None
    is_ours = digest_of(raw if current is None else current) == entry.content
    change = Change.DELETED if is_ours else Change.EDITED
    return PlannedFile(entry.file, change, None, entry.handle, is_block)


def _check_shared(plan: ExportPlan, present: _Present) -> None:
    """Compose the shared files once, so that what can't be done is known before writing."""
    for path in {file.path for file in plan.files if file.is_block}:
        _composed(plan, path, present.file(path))


def _composed(plan: ExportPlan, path: str, existing: bytes | None) -> bytes | None:
    wanted: dict[str, bytes | None] = {}
    opening = ""
    for planned in plan.files:
        if planned.path == path and planned.is_block:
            wanted[planned.handle] = rendered(planned.file) if planned.file else None
            opening = planned.file.opening if planned.file else opening
    return merged(existing, wanted, opening, str(plan.folder / path))


def write_export(plan: ExportPlan, *, force: bool = False) -> None:
    """Carry a plan out: each file whole or not at all, the lock file last.

    Raises ExportError, with nothing written, where files of somebody else or edited by hand would
    be overwritten and `force` is not given; also where the folder can't be written.
    """
    if plan.refused and not force:
        named = ", ".join(_named(file) for file in plan.refused[:5])
        more = f" and {len(plan.refused) - 5} more" if len(plan.refused) > 5 else ""
        raise ExportError(
            f"{named}{more} would lose changes that were not made by an export",
            hint="move them away, or use --force; nothing was written",
            path=str(plan.folder),
        )
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        for planned in plan.files:
            if planned.change is Change.UNCHANGED or planned.is_block:
                continue
            if planned.file is None:
                _delete(plan.folder, planned.path)
            else:
                _write(plan.folder, planned.path, planned.file.content)
        for path in _shared_that_change(plan):
            content = _composed(plan, path, _read(plan.folder, path))
            if content is None:
                _delete(plan.folder, path)
            else:
                _write(plan.folder, path, content)
        if plan.lock_changes:
            _write(plan.folder, LOCK_NAME, plan.lock)
    except OSError as error:
        raise _cannot(plan.folder, error) from error


def _shared_that_change(plan: ExportPlan) -> list[str]:
    changed = (file for file in plan.files if file.is_block)
    return sorted({file.path for file in changed if file.change is not Change.UNCHANGED})


def _named(file: PlannedFile) -> str:
    return f"the block of {file.handle} in {file.path}" if file.is_block else file.path


def _change(
    file: ExportFile, entry: LockEntry, present: _Present, before: LockEntry | None
) -> Change:
    if file.sharing is Sharing.OWN:
        current = present.file(file.path)
    else:
        current = present.block(file.path, file.handle)
    if current is None:
        return Change.ADDED
    digest = digest_of(current)
    if digest == entry.content:
        return Change.UNCHANGED
    if before is None:
        return Change.FOREIGN
    return Change.CHANGED if digest == before.content else Change.EDITED


def _delete(folder: Path, path: str) -> None:
    """Delete a file and the folders that are empty without it."""
    place = _inside(folder, path)
    place.unlink(missing_ok=True)
    for parent in place.parents:
        if parent == folder or folder not in parent.parents:
            return
        try:
            parent.rmdir()
        except OSError:
            return


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
        if status.st_size > MAX_LOCK:
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
    write_whole(place, content)


def _cannot(path: Path, error: OSError) -> ExportError:
    if isinstance(error, FileExistsError):
        where = str(error.filename or path)
        return ExportError("a file stands where a folder is needed", path=where)
    return ExportError(f"can't export to {path.name!r}: {error.strerror or error}", path=str(path))
