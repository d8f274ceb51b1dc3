"""Files and folders to versions: one transaction per import, one report for all files."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.collect import Collected, collect_documents
from agents.document import Diagnostic, digest_of
from agents.errors import DocumentError
from agents.exporters.restore import Exports
from agents.parse import DocumentHead, parse_head
from agents.processes import processors, run_jobs
from agents.registry.moved import Move, find_moves
from agents.registry.naming import check_collection, storable
from agents.registry.store import Registry
from agents.registry.submission import Added, Outcome, Submission
from agents.registry.version import AgentVersion

_BATCH = 32
"""Files that a process parses at a time."""
_MUCH = 2_000_000
"""Bytes to parse from which several processes are worth their start."""
MAX_PATH = 1000
"""Characters of a path below its collection's folder."""

ShowProgress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of one file."""

    file: str
    """As the user named it."""
    outcome: Outcome
    added: Added | None = None
    """None where the file was rejected."""
    origin: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    """Of a file that was read; an unchanged one is not read again."""
    reason: str | None = None
    """Why it was rejected, in one line."""
    line: int | None = None
    """1-based; where the reason is, if it is somewhere."""
    hint: str | None = None
    versions: int | None = None
    """How many versions its history added; None where no history was asked for."""
    notes: tuple[str, ...] = ()
    """What was left out of its history, and why."""
    moved_from: str | None = None
    """The path below its collection's folder that it had before; None where it is the same."""
    restored_from: str | None = None
    """The tool that it had been exported to, where an unchanged export was taken for what it was
    made from."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """An agent whose file was there at the last import of its folder and is gone; it is kept."""

    handle: str
    origin: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file: paths in the order given, each folder's files sorted."""

    files: tuple[ImportedFile, ...]
    dry_run: bool
    vanished: tuple[Vanished, ...] = ()
    """By origin."""

    def count(self, outcome: Outcome) -> int:
        """How many files came out like that."""
        return sum(file.outcome is outcome for file in self.files)

    @property
    def rejected(self) -> tuple[ImportedFile, ...]:
        """The files that were not taken."""
        return tuple(file for file in self.files if file.outcome is Outcome.REJECTED)


def import_paths(
    registry: Registry,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    message: str | None = None,
    author: str | None = None,
    dry_run: bool = False,
    progress: ShowProgress | None = None,
) -> ImportReport:
    """Register the documents of files and folders; bytes that are the latest version add nothing.

    Without `collection` each folder, or folder of a file, has a collection of its own: see
    `free_collection`. Where a folder is imported again, a file that is somewhere else in it is
    still the same agent, also with a few lines changed; agents whose files are gone are reported
    and kept. A file that can't be taken is reported and stops no other. With `dry_run` the report
    is the same and nothing is kept. Files are read and parsed before the transaction begins, so
    that it is short.

    Raises UsageError for a collection that can't be called so, WorkspaceError where the registry
    fails.
    """
    if collection is not None:
        check_collection(collection)
    reading = _Reading(message=message, author=author)
    found = list(collect_documents(paths))
    items = [item for item in found if isinstance(item, Collected)]
    folders = {item.root: storable(str(item.root.resolve())) for item in items}
    roots = list(dict.fromkeys(folders.values()))
    before = registry.collections()
    claimed = (
        registry.claim_collections(roots, collection=collection, dry_run=dry_run) if roots else {}
    )
    latest = {name: registry.latest_of(name) for name in set(claimed.values())}
    again = {
        claimed[folder]: root
        for root, folder in folders.items()
        if before.get(claimed[folder]) == folder and root in set(paths)
    }
    gone = _look_for_moves(reading, again, items, latest)
    for done, item in enumerate(found, 1):
        if isinstance(item, Collected):
            name = claimed[folders[item.root]]
            reading.take(item, name, latest[name])
        else:
            reading.reject(item.file, item.reason, hint=item.hint)
        if progress is not None:
            progress("Reading", done, len(found))
    reading.parse(progress)
    added = registry.add(reading.submissions, moves=reading.moves, dry_run=dry_run)
    files = reading.files_with(added) if found else tuple(no_documents(paths))
    return ImportReport(files, dry_run, tuple(gone))


def _look_for_moves(
    reading: _Reading,
    again: Mapping[str, Path],
    items: Sequence[Collected],
    latest: Mapping[str, Mapping[str, AgentVersion]],
) -> list[Vanished]:
    """Tell the reading which files have moved, and return the agents whose files are gone.

    `again` are the collections whose whole folder is imported another time.
    """
    gone: list[Vanished] = []
    for name, root in sorted(again.items()):
        here = {item.path: item for item in items if item.root == root}
        known = latest[name]
        missing = [
            version
            for path, version in known.items()
            if path not in here and not version.removed and not os.path.lexists(root / path)
        ]
        if not missing:
            continue
        arrived = {
            path: raw
            for path, item in here.items()
            if path not in known and (raw := _bytes(item)) is not None
        }
        moved = find_moves(missing, arrived)
        for path, version in moved.items():
            reading.note_move(Move(name, version.path, path), version)
        handles = {version.handle for version in moved.values()}
        gone += [Vanished(v.handle, v.origin) for v in missing if v.handle not in handles]
    return sorted(gone, key=lambda one: one.origin)


def _bytes(item: Collected) -> bytes | None:
    try:
        return item.read()
    except DocumentError:
        return None


def no_documents(paths: Sequence[Path]) -> list[ImportedFile]:
    """What is said of folders in none of which a document was found."""
    reason, hint = "holds no .md or .mdc file", "name a folder that does"
    return [
        ImportedFile(storable(str(path)), Outcome.REJECTED, reason=reason, hint=hint)
        for path in paths
    ]


@dataclass(frozen=True, slots=True)
class _Unread:
    """A file that is new or changed."""

    place: int
    """Where it stands in the report."""
    item: Collected
    collection: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why a file is no document."""

    reason: str
    line: int | None
    hint: str | None


def _parse_batch(batch: Sequence[tuple[bytes, str]]) -> list[DocumentHead | _Refused]:
    return [_parse_one(raw, filename) for raw, filename in batch]


def _parse_one(raw: bytes, filename: str) -> DocumentHead | _Refused:
    try:
        return parse_head(raw, filename=filename)
    except DocumentError as error:
        return _Refused(error.message, error.line, error.hint)


class _Reading:
    """Reads files one by one; which of them are new versions is for the registry to say."""

    def __init__(self, *, message: str | None, author: str | None) -> None:
        self._message = message
        self._author = author
        self._files: list[ImportedFile] = []
        self._waiting: list[int] = []
        self._unread: list[_Unread] = []
        self._origins: set[str] = set()
        self._exports = Exports()
        self._moved: dict[str, AgentVersion] = {}
        self.moves: list[Move] = []
        self.submissions: list[Submission] = []

    def reject(
        self, file: Path, reason: str, *, line: int | None = None, hint: str | None = None
    ) -> None:
        shown = storable(str(file))
        self._files.append(
            ImportedFile(shown, Outcome.REJECTED, reason=reason, line=line, hint=hint)
        )

    def note_move(self, move: Move, version: AgentVersion) -> None:
        """Take what stands at the new path for this agent from now on."""
        self.moves.append(move)
        self._moved[f"{move.collection}/{move.new}"] = version

    def take(self, item: Collected, collection: str, latest: Mapping[str, AgentVersion]) -> None:
        origin = f"{collection}/{item.path}"
        if origin in self._origins:
            reason = f"another file of this import is {origin} too"
            self.reject(item.file, reason, hint="give it another --collection")
            return
        if len(item.path) > MAX_PATH:
            self.reject(item.file, f"its path has more than {MAX_PATH} characters")
            return
        try:
            raw = item.read()
            moved = self._moved.get(origin)
            known = latest.get(item.path) or moved
            file = ImportedFile(
                storable(str(item.file)),
                Outcome.UNCHANGED,
                origin=origin,
                moved_from=None if moved is None else moved.path,
            )
            export = self._exports.original_of(item.file, item.root, raw)
            if export is not None and export[0] != raw:
                raw, entry = export
                file = replace(file, restored_from=entry.target)
            digest = digest_of(raw)
            if known is not None and known.digest == digest:
                added = Added(Outcome.UNCHANGED, known.handle, known.number, digest, known.removed)
                self._files.append(replace(file, added=added))
            else:
                self._unread.append(_Unread(len(self._files), item, collection, raw))
                self._files.append(file)
        except DocumentError as error:
            self.reject(item.file, error.message, line=error.line, hint=error.hint)
            return
        self._origins.add(origin)

    def parse(self, progress: ShowProgress | None) -> None:
        """Parse all files that are new or changed, and make submissions of them."""

        def show(batches: int) -> None:
            if progress is not None:
                progress("Parsing", min(batches * _BATCH, len(self._unread)), len(self._unread))

        jobs = [(one.raw, f"{one.collection}/{one.item.path}") for one in self._unread]
        batches = [jobs[at : at + _BATCH] for at in range(0, len(jobs), _BATCH)]
        sizes = [sum(len(raw) for raw, _ in batch) for batch in batches]
        crew = processors() if sum(sizes) >= _MUCH else 1
        heads = [
            head
            for batch in run_jobs(_parse_batch, batches, sizes, crew, progress=show)
            for head in batch
        ]
        for one, head in zip(self._unread, heads, strict=True):
            self._submit(one, head)

    def _submit(self, unread: _Unread, head: DocumentHead | _Refused) -> None:
        file = self._files[unread.place]
        if isinstance(head, _Refused):
            self._files[unread.place] = ImportedFile(
                file.file, Outcome.REJECTED, reason=head.reason, line=head.line, hint=head.hint
            )
            return
        self.submissions.append(
            Submission(
                unread.collection,
                unread.item.path,
                unread.raw,
                head.name,
                head.description,
                author=self._author,
                message=self._message,
            )
        )
        self._waiting.append(unread.place)
        self._files[unread.place] = replace(file, diagnostics=head.diagnostics)

    def files_with(self, added: Sequence[Added]) -> tuple[ImportedFile, ...]:
        """All files, those that were submitted with what became of them."""
        files = list(self._files)
        for place, one in zip(self._waiting, added, strict=True):
            files[place] = replace(files[place], outcome=one.outcome, added=one)
        return tuple(files)
