"""Files and folders to versions: one transaction per import, one report for all files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.collect import Collected, collect_documents
from agents.document import Diagnostic, digest_of
from agents.errors import DocumentError
from agents.parse import parse_document
from agents.registry.naming import check_collection, storable
from agents.registry.store import Registry
from agents.registry.submission import Added, Outcome, Submission
from agents.registry.version import AgentVersion

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


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, file by file: paths in the order given, each folder's files sorted."""

    files: tuple[ImportedFile, ...]
    dry_run: bool

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
    `free_collection`. A file that can't be taken is reported and stops no other. With `dry_run`
    the report is the same and nothing is kept. Files are read and parsed before the transaction
    begins, so that it is short.

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
    claimed = (
        registry.claim_collections(roots, collection=collection, dry_run=dry_run) if roots else {}
    )
    latest = {name: registry.latest_of(name) for name in set(claimed.values())}
    for done, item in enumerate(found, 1):
        if isinstance(item, Collected):
            name = claimed[folders[item.root]]
            reading.take(item, name, latest[name])
        else:
            reading.reject(item.file, item.reason, hint=item.hint)
        if progress is not None:
            progress("Reading", done, len(found))
    added = registry.add(reading.submissions, dry_run=dry_run)
    files = reading.files_with(added) if found else tuple(no_documents(paths))
    return ImportReport(files, dry_run)


def no_documents(paths: Sequence[Path]) -> list[ImportedFile]:
    """What is said of folders in none of which a document was found."""
    reason, hint = "holds no .md or .mdc file", "name a folder that does"
    return [
        ImportedFile(storable(str(path)), Outcome.REJECTED, reason=reason, hint=hint)
        for path in paths
    ]


class _Reading:
    """Reads files one by one; which of them are new versions is for the registry to say."""

    def __init__(self, *, message: str | None, author: str | None) -> None:
        self._message = message
        self._author = author
        self._files: list[ImportedFile] = []
        self._waiting: list[int] = []
        self._origins: set[str] = set()
        self.submissions: list[Submission] = []

    def reject(
        self, file: Path, reason: str, *, line: int | None = None, hint: str | None = None
    ) -> None:
        shown = storable(str(file))
        self._files.append(
            ImportedFile(shown, Outcome.REJECTED, reason=reason, line=line, hint=hint)
        )

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
            digest = digest_of(raw)
            known = latest.get(item.path)
            file = ImportedFile(storable(str(item.file)), Outcome.UNCHANGED, origin=origin)
            if known is not None and known.digest == digest:
                added = Added(Outcome.UNCHANGED, known.handle, known.number, digest, known.removed)
                self._files.append(replace(file, added=added))
            else:
                self._submit(file, item, collection, raw)
        except DocumentError as error:
            self.reject(item.file, error.message, line=error.line, hint=error.hint)
            return
        self._origins.add(origin)

    def _submit(self, file: ImportedFile, item: Collected, collection: str, raw: bytes) -> None:
        document = parse_document(raw, filename=f"{collection}/{item.path}")
        self.submissions.append(
            Submission(
                collection,
                item.path,
                raw,
                document.name,
                document.description,
                author=self._author,
                message=self._message,
            )
        )
        self._waiting.append(len(self._files))
        self._files.append(replace(file, diagnostics=document.diagnostics))

    def files_with(self, added: Sequence[Added]) -> tuple[ImportedFile, ...]:
        """All files, those that were submitted with what became of them."""
        files = list(self._files)
        for place, one in zip(self._waiting, added, strict=True):
            files[place] = replace(files[place], outcome=one.outcome, added=one)
        return tuple(files)
