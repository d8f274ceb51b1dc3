"""`agents import --history`: one version for each commit that changed a file, oldest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from agents.collect import Collected, collect_documents
from agents.document import Document, digest_of
from agents.errors import DocumentError
from agents.git import Repository
from agents.parse import MAX_BYTES, parse_document
from agents.registry.clock import timestamp
from agents.registry.git_history import FileState, file_histories
from agents.registry.importer import (
    MAX_PATH,
    ImportedFile,
    ImportReport,
    ShowProgress,
    no_documents,
)
from agents.registry.naming import check_collection, storable
from agents.registry.store import Registry
from agents.registry.submission import Added, Outcome, Submission
from agents.registry.version import AgentVersion


def import_history(
    registry: Registry,
    paths: Sequence[Path],
    *,
    collection: str | None = None,
    message: str | None = None,
    dry_run: bool = False,
    progress: ShowProgress | None = None,
) -> ImportReport:
    """Register each file's states in git as versions, with their author, date and message.

    As `import_paths`, but what is read are commits up to the one that is checked out, through
    renames; changes that are not committed are left out and told. `message` is put before the
    commits' subjects. Commits that are versions already add nothing. An agent that was imported
    without its history gets all of it as further versions, since versions keep their numbers.

    Raises GitError where git is missing or a path lies in no repository, and what `import_paths`
    raises. All versions are added in one transaction.
    """
    if collection is not None:
        check_collection(collection)
    found = list(collect_documents(paths))
    items = [item for item in found if isinstance(item, Collected)]
    repositories = {item.root: Repository.around(item.root) for item in items}
    states = {
        root: file_histories(repository, root, [item.path for item in items if item.root == root])
        for root, repository in repositories.items()
    }
    folders = {root: storable(str(root.resolve())) for root in repositories}
    roots = list(dict.fromkeys(folders.values()))
    claimed = (
        registry.claim_collections(roots, collection=collection, dry_run=dry_run) if roots else {}
    )
    latest = {name: registry.latest_of(name) for name in set(claimed.values())}
    reading = _Reading(registry, message)
    for done, item in enumerate(found, 1):
        if isinstance(item, Collected):
            name = claimed[folders[item.root]]
            known = latest[name].get(item.path)
            reading.take(item, name, repositories[item.root], states[item.root][item.path], known)
        else:
            reading.reject(item.file, item.reason, hint=item.hint)
        if progress is not None:
            progress("Reading", done, len(found))
    files = reading.files if found else no_documents(paths)
    added = registry.add(
        [submission for one in reading.waiting for submission in one.submissions],
        dry_run=dry_run,
    )
    return ImportReport(_with_added(files, reading.waiting, iter(added)), dry_run)


@dataclass(slots=True)
class _Waiting:
    """The new versions of one file."""

    place: int
    """Of the file in the report."""
    submissions: list[Submission] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a commit made of a file."""

    state: FileState
    raw: bytes
    digest: str
    created_at: str


class _Reading:
    """Reads files one by one; which of their states are new versions is decided here."""

    def __init__(self, registry: Registry, message: str | None) -> None:
        self._registry = registry
        self._message = message
        self._origins: set[str] = set()
        self.files: list[ImportedFile] = []
        self.waiting: list[_Waiting] = []

    def reject(self, file: Path, reason: str, *, hint: str | None = None) -> None:
        shown = storable(str(file))
        self.files.append(ImportedFile(shown, Outcome.REJECTED, reason=reason, hint=hint))

    def take(
        self,
        item: Collected,
        collection: str,
        repository: Repository,
        states: Sequence[FileState],
        known: AgentVersion | None,
    ) -> None:
        origin = f"{collection}/{item.path}"
        if origin in self._origins:
            reason = f"another file of this import is {origin} too"
            self.reject(item.file, reason, hint="give it another --collection")
        elif len(item.path) > MAX_PATH:
            self.reject(item.file, f"its path has more than {MAX_PATH} characters")
        elif not states:
            hint = "commit it, or import it without --history"
            self.reject(item.file, "the commit that is checked out doesn't have it", hint=hint)
        else:
            self._origins.add(origin)
            read = list(_read(repository, states))
            self._take(item, collection, read, len(states) - len(read), known)

    def _take(
        self,
        item: Collected,
        collection: str,
        read: Sequence[_Read],
        missing: int,
        known: AgentVersion | None,
    ) -> None:
        versions = self._registry.versions(known.handle) if known is not None else []
        new = read[_first_new(read, versions) :]
        origin = f"{collection}/{item.path}"
        texts = [(one, document) for one in new if (document := _parsed(one, origin)) is not None]
        if not texts and known is None:
            self.reject(item.file, "no commit has it as a text that can be taken")
            return
        submissions = [
            self._submission(collection, item.path, one, document, called=texts[-1][1].name)
            for one, document in texts
        ]
        notes = []
        left_out = len(new) - len(texts) + missing
        if left_out:
            notes.append(f"{left_out} of its commits left out: no text, too large, or not here")
        if read and _digest(item) != read[-1].digest:
            notes.append("what is not committed is left out")
        added = None if known is None else _unchanged(known)
        file = ImportedFile(
            storable(str(item.file)),
            Outcome.UNCHANGED,
            added,
            f"{collection}/{item.path}",
            texts[-1][1].diagnostics if texts else (),
            versions=0,
            notes=tuple(notes),
        )
        if submissions:
            self.waiting.append(_Waiting(len(self.files), submissions))
        self.files.append(file)

    def _submission(
        self, collection: str, path: str, read: _Read, document: Document, *, called: str
    ) -> Submission:
        subject = read.state.commit.subject
        return Submission(
            collection,
            path,
            read.raw,
            document.name,
            document.description,
            author=read.state.commit.author,
            message=f"{self._message}: {subject}" if self._message else subject,
            created_at=read.created_at,
            called=called,
        )


def _unchanged(version: AgentVersion) -> Added:
    return Added(Outcome.UNCHANGED, version.handle, version.number, version.digest, version.removed)


def _read(repository: Repository, states: Sequence[FileState]) -> Iterator[_Read]:
    blobs = repository.blobs((state.blob for state in states), most=MAX_BYTES)
    for state, raw in zip(states, blobs, strict=True):
        if raw is not None:
            moment = datetime.fromtimestamp(state.commit.time, UTC)
            yield _Read(state, raw, digest_of(raw), timestamp(moment))


def _parsed(read: _Read, origin: str) -> Document | None:
    try:
        return parse_document(read.raw, filename=origin)
    except DocumentError:
        return None


def _digest(item: Collected) -> str | None:
    try:
        return digest_of(item.read())
    except DocumentError:
        return None


def _first_new(read: Sequence[_Read], versions: Sequence[AgentVersion]) -> int:
    """The place of the first state that is no version yet; the ones before it are.

    The last version that was made from a commit tells how far an earlier import came. Versions
    after it may hold the bytes of later commits, imported before they were committed.
    """
    places = {(one.digest, one.created_at): place for place, one in enumerate(read)}
    came = -1
    rest: Sequence[AgentVersion] = ()
    for number, version in enumerate(versions):
        place = places.get((version.digest, version.created_at))
        if place is not None and _is_from(read[place].state, version):
            came, rest = place, versions[number + 1 :]
    for version in rest:
        later = (place for place in range(came + 1, len(read)))
        came = next((place for place in later if read[place].digest == version.digest), came)
    return came + 1


def _is_from(state: FileState, version: AgentVersion) -> bool:
    """Whether a version tells of this commit, and not of a file imported in the same second."""
    subject = storable(state.commit.subject)
    message = version.message
    return message is not None and (message == subject or message.endswith(f": {subject}"))


def _with_added(
    files: Sequence[ImportedFile], waiting: Sequence[_Waiting], added: Iterator[Added]
) -> tuple[ImportedFile, ...]:
    """All files, those with new versions with what became of them."""
    result = list(files)
    for one in waiting:
        done = [next(added) for _ in one.submissions]
        new = [each for each in done if each.outcome is not Outcome.UNCHANGED]
        # The first of them says whether the agent is new.
        outcome = new[0].outcome if new else Outcome.UNCHANGED
        result[one.place] = replace(
            files[one.place],
            outcome=outcome,
            added=replace(done[-1], outcome=outcome),
            versions=len(new),
        )
    return tuple(result)
