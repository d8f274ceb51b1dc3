"""BM25 on arrays: FTS5's own scores, kept in a file that is made again where it is none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.words import Postings, Words, make_postings, read_words, words_of, write_words

WEIGHTS = (2.0, 1.0, 0.8)
TERMS = st.lists(st.sampled_from(["convex", "index", "cron", "action", "na\u00efve"]), max_size=12)
FIELDS = st.tuples(TERMS, TERMS, TERMS)


def postings(*texts: str) -> Postings:
    made = (words_of(("", text, ""), WEIGHTS) for text in texts)
    return make_postings(list(enumerate(made, start=1)))


def by_fts5(texts: list[tuple[object, ...]], term: str) -> dict[int, float]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5 (heading, text, code)")
    db.executemany("INSERT INTO t (rowid, heading, text, code) VALUES (?, ?, ?, ?)", texts)
    rows = db.execute(
        "SELECT rowid, -bm25(t, 2.0, 1.0, 0.8) FROM t WHERE t MATCH ?", (term,)
    ).fetchall()
    db.close()
    return {number: round(score, 6) for number, score in rows}


@settings(max_examples=60, deadline=None)
@given(st.lists(FIELDS, min_size=1, max_size=12), TERMS.filter(bool))
def test_scores_are_those_of_fts5(texts: list[tuple[list[str], ...]], query: list[str]) -> None:
    joined = [tuple(" ".join(field) for field in fields) for fields in texts]
    made = make_postings(
        [(n, words_of(fields, WEIGHTS)) for n, fields in enumerate(joined, start=1)]
    )
    rows = [(n, *fields) for n, fields in enumerate(joined, start=1)]
    asked = list(dict.fromkeys(query))
    found = made.score(asked)
    expected = by_fts5(rows, " OR ".join(f'"{term}"' for term in asked))
    assert found.numbers.tolist() == sorted(expected)
    for number, score in zip(found.numbers.tolist(), found.values.tolist(), strict=True):
        assert score == pytest.approx(expected[number], abs=2e-6)


def test_terms_are_counted_once_for_each_text() -> None:
    made = postings("convex convex index", "convex", "cron")
    assert made.counts(["convex", "cron", "zebra", "convex"]) == {"convex": 2, "cron": 1}
    assert postings().counts(["convex"]) == {}
    assert postings("").score(["convex"]).best(5) == []


def test_common_terms_do_not_tell_texts_apart_unless_there_are_no_others() -> None:
    made = postings("convex a", "convex b", "convex c", "d")
    assert made.telling(["convex", "a", "zebra"]) == ["a"]
    assert made.telling(["convex", "zebra"]) == ["convex"]
    assert made.telling(["zebra"]) == []


def test_what_was_written_is_read_back_for_that_build_only(tmp_path: Path) -> None:
    chunks, topics = postings("convex index", "cron"), postings()
    write_words(tmp_path, Words("1", chunks, topics))
    found = read_words(tmp_path, "1")
    assert found is not None
    assert found.chunks.score(["cron"]).best(5) == chunks.score(["cron"]).best(5) != []
    assert found.topics.score(["cron"]).best(5) == []
    assert read_words(tmp_path, "2") is None
    write_words(tmp_path, Words("2", chunks, topics))
    assert read_words(tmp_path, "1") is None
    assert len(list(tmp_path.iterdir())) == 1


def test_a_copy_that_is_cut_off_anywhere_is_none(tmp_path: Path) -> None:
    write_words(tmp_path, Words("1", postings("convex index", "cron"), postings("cron")))
    whole = (tmp_path / "words-1.npy").read_bytes()
    for size in range(0, len(whole), 7):
        (tmp_path / "words-1.npy").write_bytes(whole[:size])
        assert read_words(tmp_path, "1") is None, size


def test_arrays_that_do_not_fit_together_are_none(tmp_path: Path) -> None:
    one, other = postings("convex index", "cron"), postings("convex")
    mixed = Postings(one.numbers, one.lengths, one.keys, one.starts, other.rows, one.weights)
    write_words(tmp_path, Words("1", mixed, one))
    assert read_words(tmp_path, "1") is None


def test_a_folder_that_takes_no_file_is_no_error(tmp_path: Path) -> None:
    write_words(tmp_path / "missing", Words("1", postings("cron"), postings()))


def test_the_share_of_a_text_is_how_much_of_the_terms_it_holds() -> None:
    made = postings("convex cron", "convex", "index")
    shares = dict(made.share(["convex", "cron"]).best(5))
    assert shares[1] == 1.0
    assert 0 < shares[2] < 0.5  # holds one of two, the commoner one
    assert 3 not in shares
    assert dict(made.share(["convex", "zebra"]).best(5))[1] < 0.5, "unknown terms count too"
    assert made.share([]).best(5) == postings().share(["convex"]).best(5) == []


def test_scores_are_told_as_shares_of_the_best_one() -> None:
    made = postings("cron cron", "cron and more and more", *["index"] * 5)
    shares = dict(made.score(["cron"]).as_shares().best(5))
    assert shares[1] == 1.0 and 0 < shares[2] < 1
    assert made.score(["zebra"]).as_shares().best(5) == []
