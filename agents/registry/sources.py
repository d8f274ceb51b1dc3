"""Added documentation in the tables: sources, their pages, and the bytes nobody needs any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa  # noqa: TID253 - this package owns the import

from agents.document import digest_of
from agents.errors import SourceNotFound, UsageError
from agents.registry.naming import check_source_name
from agents.registry.pages import (
    AddedSource,
    Page,
    PageSubmission,
    SourceChange,
    SourceKind,
    Validators,
)
from agents.registry.tables import agents, blobs, collections, pages, sources, versions

MAX_PATH = 1000
"""Characters of a page's path: what an index of any database takes."""

# SQLite takes at least 999 parameters in one statement.
_PARAMETERS = 500


def select_sources(db: sa.Connection) -> list[AddedSource]:
    """All sources, by name."""
    counted = sa.func.count(pages.c.path).label("pages")
    joined = sources.outerjoin(pages)
    found = db.execute(sa.select(sources, counted).select_from(joined).group_by(sources.c.id))
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
    db: sa.Connection, read: Callable[[str], bytes], source: str | None = None
) -> list[Page]:
    """The pages of one source or of all, by source and path."""
    chosen = sa.select(sources.c.name, pages).select_from(pages.join(sources))
    if source is not None:
        chosen = chosen.where(sources.c.name == source)
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
        for row in db.execute(chosen)
    ]
    return sorted(made, key=lambda page: (page.source, page.path))


def source_names(db: sa.Connection) -> set[str]:
    """What sources are called: agents and collections have to be called otherwise."""
    return set(db.scalars(sa.select(sources.c.name)))


def names_in_use(db: sa.Connection) -> dict[str, str]:
    """Handles and collections with what each is: a source has to be called otherwise."""
    taken = dict.fromkeys(db.scalars(sa.select(collections.c.name)), "a collection")
    taken.update(dict.fromkeys(db.scalars(sa.select(agents.c.handle)), "an agent"))
    return taken


def put_source(
    db: sa.Connection,
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
    before = {
        row.path: row for row in db.execute(sa.select(pages).where(pages.c.source_id == source_id))
    }
    wanted = {page.path: page for page in given}
    change = _compared(name, before, wanted)
    _put_blobs(db, [wanted[path].raw for path in (*change.added, *change.changed)])
    db.execute(sa.delete(pages).where(pages.c.source_id == source_id))
    rows = [_row(source_id, page, before.get(page.path)) for page in wanted.values()]
    if rows:
        db.execute(sa.insert(pages), rows)
    if change.added or change.changed or change.removed:
        db.execute(sa.update(sources).where(sources.c.id == source_id).values(updated_at=now))
    _drop_blobs(db, {before[path].digest for path in (*change.changed, *change.removed)})
    return change


def remove_source(db: sa.Connection, name: str) -> int:
    """Forget a source and its pages, and say how many. Raises SourceNotFound."""
    source_id = db.scalar(sa.select(sources.c.id).where(sources.c.name == name))
    if source_id is None:
        raise SourceNotFound(name, sorted(db.scalars(sa.select(sources.c.name))))
    of_it = pages.c.source_id == source_id
    digests = list(db.scalars(sa.select(pages.c.digest).where(of_it)))
    db.execute(sa.delete(pages).where(of_it))
    db.execute(sa.delete(sources).where(sources.c.id == source_id))
    _drop_blobs(db, set(digests))
    return len(digests)


def page_states(db: sa.Connection) -> list[tuple[str, ...]]:
    """Of each page what search can see: source, path, number and digest."""
    found = db.execute(
        sa.select(sources.c.name, pages.c.path, pages.c.number, pages.c.digest).select_from(
            pages.join(sources)
        )
    )
    return [("page", *map(str, row)) for row in found]


def _put_row(
    db: sa.Connection,
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
    found = db.scalar(sa.select(sources.c.id).where(sources.c.name == name))
    if found is not None:
        db.execute(sa.update(sources).where(sources.c.id == found).values(**values))
        return int(found)
    new: int = (db.scalar(sa.select(sa.func.max(sources.c.id))) or 0) + 1
    row = {"id": new, "name": name, "added_at": now, "updated_at": now}
    db.execute(sa.insert(sources).values(**row, **values))
    return new


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


def _put_blobs(db: sa.Connection, texts: Iterable[bytes]) -> None:
    wanted = {digest_of(raw): raw for raw in texts}
    stored = _among(db, blobs.c.digest, sorted(wanted))
    fresh = [
        {"digest": digest, "raw": raw} for digest, raw in wanted.items() if digest not in stored
    ]
    if fresh:
        db.execute(sa.insert(blobs), fresh)


def _drop_blobs(db: sa.Connection, digests: set[str]) -> None:
    """Drop the bytes that are neither a version's nor a page's any more."""
    given = sorted(digests)
    kept = _among(db, versions.c.digest, given) | _among(db, pages.c.digest, given)
    loose = [digest for digest in given if digest not in kept]
    for at in range(0, len(loose), _PARAMETERS):
        some = loose[at : at + _PARAMETERS]
        db.execute(sa.delete(blobs).where(blobs.c.digest.in_(some)))


def _among(db: sa.Connection, column: sa.Column[Any], values: Sequence[str]) -> set[str]:
    """Those of the values that the column holds."""
    found: set[str] = set()
    for at in range(0, len(values), _PARAMETERS):
        some = values[at : at + _PARAMETERS]
        found.update(db.scalars(sa.select(column).where(column.in_(some)).distinct()))
    return found
