"""The index file: all or nothing, ranking by terms, damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from agents.parse import parse_document
from kb.chunk import Chunk, chunk_document
from kb.index import Change, Entry, Index, IndexDamaged
from kb.lexical import fields_of
from kb.search import Mode, Query, search_index
from kb.source import Source
from kb.words import Words, make_postings


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index.create(tmp_path / "index.sqlite")
    yield made
    made.close()


def entries(name: str, body: str) -> tuple[Source, tuple[Entry, ...]]:
    document = parse_document(body.encode(), filename=f"{name}.md")
    source = Source(name, f"c/{name}.md", f"{name}.md", 1, document.digest)
    chunks = chunk_document(document, source)
    return source, tuple(
        Entry(chunk, (f"v-{chunk.text}",), fields_of(chunk.heading, chunk.text)) for chunk in chunks
    )


def add(index: Index, **bodies: str) -> None:
    added = tuple(entries(name, body) for name, body in bodies.items())
    index.apply(Change(remove=(), add=added, rename=(), meta={"registry": "1"}))


def ranked(index: Index, query: str, *, sources: tuple[str, ...] = ()) -> list[Chunk]:
    words = Words("1", make_postings(index.chunk_words()), make_postings(index.topic_words()))
    asked = Query(query, mode=Mode.LEXICAL, sources=sources)
    _, found = search_index(index, asked, words, None)
    chunks = index.chunks([id_ for id_, _ in found])
    return [chunks[id_] for id_, _ in found]


def test_what_was_added_is_read_back_as_it_was(index: Index) -> None:
    source, added = entries("a", "# One\n\nText.\n\n- item\n- item\n\n```ts\nf()\n```\n")
    index.apply(Change((), ((source, added),), (), {"x": "y"}))
    assert index.chunks_of("a") == [entry.chunk for entry in added]
    assert index.meta() == {"x": "y"}
    assert [(d.source, d.chunks) for d in index.documents()] == [(source, len(added))]


def test_rarer_words_and_words_in_headings_count_more(index: Index) -> None:
    filler = {f"f{n}": f"Queries number {n} are cached.\n" for n in range(6)}
    add(index, a="## Webhooks\nVerify them.\n", b="Call webhooks and more of the like.\n", **filler)
    assert [chunk.source for chunk in ranked(index, "webhooks")] == ["a", "b"]
    assert ranked(index, "cached webhooks")[0].source == "a"


def test_words_that_most_chunks_hold_do_not_hide_the_rarer_ones(index: Index) -> None:
    add(index, **{f"f{n}": f"convex thing{n}\n" for n in range(6)})
    assert [chunk.source for chunk in ranked(index, "convex thing3")] == ["f3"]
    assert len(ranked(index, "convex")) == 6


def test_equal_scores_are_ordered_by_id(index: Index) -> None:
    add(index, **dict.fromkeys("cab", "same words here\n"), other="nothing\n", more="none\n")
    found = [chunk.id for chunk in ranked(index, "words")]
    assert len(found) == 3
    assert found == sorted(found)


def test_a_search_can_stay_within_sources(index: Index) -> None:
    add(index, a="webhook\n", b="webhook\n", c="other\n", d="another\n", e="text\n")
    assert [chunk.source for chunk in ranked(index, "webhook", sources=("b", "c"))] == ["b"]


def test_words_that_occur_nowhere_find_nothing(index: Index) -> None:
    add(index, a="webhook\n")
    assert ranked(index, "kubernetes") == []


def test_removed_documents_are_found_no_more(index: Index) -> None:
    add(index, a="webhook\n", b="text\n", c="text\n")
    index.apply(Change(("c/a.md",), (), (), {}))
    assert ranked(index, "webhook") == []
    assert make_postings(index.chunk_words()).counts(["webhook", "text"]) == {"text": 2}
    assert {document.source.name for document in index.documents()} == {"b", "c"}
    assert index.vector_ids() == {"v-text"}


def test_a_change_that_fails_leaves_everything_as_it_was(index: Index) -> None:
    add(index, a="webhook\n", b="text\n", c="text\n")
    source, added = entries("new", "one\n")
    broken = Change(("c/a.md",), ((source, (*added, *added)),), (), {"registry": "2"})
    with pytest.raises(IndexDamaged):
        index.apply(broken)
    assert ranked(index, "webhook")
    assert index.meta() == {"registry": "1"}


def test_a_reader_sees_one_state_while_another_process_writes(tmp_path: Path, index: Index) -> None:
    add(index, a="webhook\n", b="text\n", c="text\n")
    reader = Index.open(tmp_path / "index.sqlite")
    try:
        with reader.reading():
            before = reader.chunk_count()
            index.apply(Change(("c/a.md",), (), (), {}))
            assert reader.chunk_count() == before
            assert ranked(reader, "webhook")
        assert reader.chunk_count() == before - 1
    finally:
        reader.close()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE chunks SET text = replace(text, 'webhook', 'wedhook')",
        "UPDATE chunks SET last = last + 1",
        "UPDATE chunks SET heading = '[\"other\"]'",
        "UPDATE chunks SET text = CAST(x'ff' AS TEXT)",
        "UPDATE chunks SET words = zeroblob(length(words))",
        "UPDATE chunks SET words = 'text'",
        "UPDATE documents SET name = 'other'",
        "UPDATE documents SET version = 7",
        "UPDATE meta SET value = '2' WHERE name = 'registry'",
        "DELETE FROM meta WHERE name = 'seal'",
    ],
)
def test_values_that_became_others_are_damage(index: Index, tmp_path: Path, damage: str) -> None:
    add(index, a="# Calls\n\nA webhook.\n")
    index.check_all()
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as db, db:
        db.execute(damage)
    with pytest.raises(IndexDamaged):
        index.check_all()


def test_a_passage_that_the_index_lost_is_damage(index: Index) -> None:
    add(index, a="webhook\n")
    (number,) = (number for number, _ in index.chunk_words())
    assert index.places([number, number]).keys() == {number}
    with pytest.raises(IndexDamaged):
        index.places([number, number + 1])


@pytest.mark.parametrize("contents", [b"", b"no database at all" * 100])
def test_a_file_that_is_no_index_is_damaged(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / "other.sqlite"
    path.write_bytes(contents)
    with pytest.raises(IndexDamaged):
        Index.open(path)
    Index.create(path).close()
    Index.open(path).close()
