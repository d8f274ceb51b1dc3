"""Added documentation in the tables: sources, their pages, and the bytes nobody needs any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from agents.document import digest_of
from agents.errors import SourceNotFound, UsageError
from agents.registry.connection import Connection
from agents.registry.naming import check_source_name
from agents.registry.pages import (
    AddedSource,
    Page,
    PageSubmission,
    SourceChange,
    SourceKind,
    Validators,
)
from agents.registry.tables import BLOBS, PAGES, SOURCES

MAX_PATH = 1000
"""Characters of a page's path: what an index of any database takes."""


def select_sources(db: Connection) -> list[AddedSource]:
    """All sources, by name."""
    found = db.rows(
        """SELECT name, kind, location, etag, last_modified, added_at, updated_at,
                (SELECT count(*) FROM pages WHERE pages.source_id = sources.id) AS pages
            FROM sources"""
    )
    made = [
        AddedSource(
            name=row.name,
            kind=row.kind,
            location=row.location,
            pages=row.pages,
            added_at=row.added_at,
            updated_at=row.updated_at,
            validators=Validators(row.etag, row.last_modified),
        )
        for row in found
    ]
    return sorted(made, key=lambda source: source.name)


def select_pages(
    db: Connection, read: Callable[[str], bytes], source: str | None = None
) -> list[Page]:
    """The pages of one source or of all, by source and path."""
    chosen = """SELECT sources.name, pages.path, pages.number, pages.digest, pages.address,
            pages.etag, pages.last_modified
        FROM pages JOIN sources ON sources.id = pages.source_id"""
    if source is None:
        found = db.rows(chosen)
    else:
        found = db.rows(f"{chosen} WHERE sources.name = :source", source=source)
    made = [
        Page(
            source=row.name,
            path=row.path,
            number=row.number,
            digest=row.digest,
            address=row.address,
            validators=Validators(row.etag, row.last_modified),
            read=read,
        )
        for row in found
    ]
    return sorted(made, key=lambda page: (page.source, page.path))


def source_names(db: Connection) -> set[str]:
    """What sources are called: agents and collections have to be called otherwise."""
    return set(db.column("SELECT name FROM sources"))


def names_in_use(db: Connection) -> dict[str, str]:
    """Handles and collections with what each is: a source has to be called otherwise."""
    taken = dict.fromkeys(db.column("SELECT name FROM collections"), "a collection")
    taken.update(dict.fromkeys(db.column("SELECT handle FROM agents"), "an agent"))
    return taken


def put_source(
    db: Connection,
    name: str,
    kind: SourceKind,
    location: str,
    given: Sequence[PageSubmission],
    *,
    validators: Validators,
    now: str,
) -> SourceChange:
    """Let the source have exactly these pages.

    Raises UsageError for a name that is no name or an agent's, and for a path that is none.
    """
    check_source_name(name)
    taken = names_in_use(db).get(name)
    if taken is not None:
        raise UsageError(f"{name!r} is {taken}", hint="choose another name with --name")
    for page in given:
        if not page.path or len(page.path) > MAX_PATH or "\0" in page.path:
            raise UsageError(
                f"{page.path[:80]!r} can't be the path of a page",
                hint=f"at most {MAX_PATH} characters",
            )
    source_id = _put_row(db, name, kind, location, validators, now)
    stored = "SELECT path, number, digest FROM pages WHERE source_id = :source"
    before = {row.path: row for row in db.rows(stored, source=source_id)}
    wanted = {page.path: page for page in given}
    change = _compared(name, before, wanted)
    _put_blobs(db, [wanted[path].raw for path in (*change.added, *change.changed)])
    db.run("DELETE FROM pages WHERE source_id = :source", source=source_id)
    rows = [_row(source_id, page, before.get(page.path)) for page in wanted.values()]
    db.run_each(PAGES.insert, rows)
    if change.added or change.changed or change.removed:
        touched = "UPDATE sources SET updated_at = :now WHERE id = :source"
        db.run(touched, now=now, source=source_id)
    _drop_blobs(db, {before[path].digest for path in (*change.changed, *change.removed)})
    return change


def remove_source(db: Connection, name: str) -> int:
    """Forget a source and its pages, and say how many. Raises SourceNotFound."""
    source_id = _id_of(db, name)
    if source_id is None:
        raise SourceNotFound(name, sorted(source_names(db)))
    digests = db.column("SELECT digest FROM pages WHERE source_id = :source", source=source_id)
    db.run("DELETE FROM pages WHERE source_id = :source", source=source_id)
    db.run("DELETE FROM sources WHERE id = :source", source=source_id)
    _drop_blobs(db, set(digests))
    return len(digests)


def page_states(db: Connection) -> list[tuple[str, ...]]:
    """Of each page what search can see: source, path, number and digest."""
    found = db.rows(
        """SELECT sources.name, pages.path, pages.number, pages.digest
            FROM pages JOIN sources ON sources.id = pages.source_id"""
    )
    return [("page", *map(str, row)) for row in found]


def _put_row(
    db: Connection,
    name: str,
    kind: SourceKind,
    location: str,
    validators: Validators,
    now: str,
) -> int:
    values = {
        "kind": kind,
        "location": location,
        "etag": validators.etag,
        "last_modified": validators.last_modified,
    }
    found = _id_of(db, name)
    if found is not None:
        db.run(
            """UPDATE sources SET kind = :kind, location = :location, etag = :etag,
                last_modified = :last_modified WHERE id = :id""",
            id=found,
            **values,
        )
        return found
    new = db.next_id("sources")
    db.run(SOURCES.insert, id=new, name=name, added_at=now, updated_at=now, **values)
    return new


def _id_of(db: Connection, name: str) -> int | None:
    found = db.value("SELECT id FROM sources WHERE name = :name", name=name)
    return None if found is None else int(found)


def _compared(name: str, before: dict[str, Any], wanted: dict[str, PageSubmission]) -> SourceChange:
    both = before.keys() & wanted.keys()
    changed = [path for path in both if before[path].digest != digest_of(wanted[path].raw)]
    return SourceChange(
        name=name,
        added=tuple(sorted(wanted.keys() - before.keys())),
        changed=tuple(sorted(changed)),
        removed=tuple(sorted(before.keys() - wanted.keys())),
        unchanged=len(both) - len(changed),
    )


def _row(source_id: int, page: PageSubmission, before: Any | None) -> dict[str, Any]:
    digest = digest_of(page.raw)
    number = 1 if before is None else before.number + (before.digest != digest)
    return {
        "source_id": source_id,
        "path": page.path,
        "number": number,
        "digest": digest,
        "address": page.address,
        "etag": page.validators.etag,
        "last_modified": page.validators.last_modified,
    }


def _put_blobs(db: Connection, texts: Iterable[bytes]) -> None:
    wanted = {digest_of(raw): raw for raw in texts}
    stored = db.among("blobs", "digest", sorted(wanted))
    fresh = [
        {"digest": digest, "raw": raw} for digest, raw in wanted.items() if digest not in stored
    ]
    db.run_each(BLOBS.insert, fresh)


def _drop_blobs(db: Connection, digests: set[str]) -> None:
    """Drop the bytes that are neither a version's nor a page's any more."""
    given = sorted(digests)
    kept = db.among("versions", "digest", given) | db.among("pages", "digest", given)
    loose = [{"digest": digest} for digest in given if digest not in kept]
    db.run_each("DELETE FROM blobs WHERE digest = :digest", loose)
