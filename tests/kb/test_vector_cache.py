"""Texts that were embedded before are not embedded again, and a broken file harms nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import numpy
import pytest

from kb import vector_cache
from kb.vector_cache import embed_cached


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def embed(asked: list[str], tmp_path: Path) -> Callable[..., numpy.ndarray]:
    def compute(texts: Sequence[str]) -> numpy.ndarray:
        asked.extend(texts)
        return numpy.array([[len(text), 0.5, 1 / 3] for text in texts], dtype=numpy.float32)

    def call(texts: Sequence[str], model_id: str = "m") -> numpy.ndarray:
        path = tmp_path / "embedded.sqlite"
        return embed_cached(texts, path=path, model_id=model_id, dimension=3, embed=compute)

    return call


def test_a_text_is_computed_once(embed: Callable[..., numpy.ndarray], asked: list[str]) -> None:
    first = embed(["a", "bb", "a"])
    again = embed(["bb", "ccc", "a"])
    assert asked == ["a", "bb", "ccc"]
    assert first.tolist() == [again[2].tolist(), again[0].tolist(), again[2].tolist()]


def test_another_model_computes_anew(embed: Callable[..., numpy.ndarray], asked: list[str]) -> None:
    embed(["a"])
    embed(["a"], model_id="other")
    assert asked == ["a", "a"]


def test_no_texts_give_no_rows(embed: Callable[..., numpy.ndarray]) -> None:
    assert embed([]).shape == (0, 3)


def test_a_damaged_file_is_replaced(
    embed: Callable[..., numpy.ndarray], asked: list[str], tmp_path: Path
) -> None:
    (tmp_path / "embedded.sqlite").write_bytes(b"no database" * 100)
    assert embed(["a"]).tolist() == embed(["a"]).tolist() == embed(["a"]).tolist()
    assert asked == ["a", "a"]


def test_a_vector_that_became_another_is_computed_again(
    embed: Callable[..., numpy.ndarray], asked: list[str], tmp_path: Path
) -> None:
    made = embed(["a", "bb"]).tolist()
    with closing(sqlite3.connect(tmp_path / "embedded.sqlite")) as db, db:
        new = "CAST(x'01' || substr(vector, 2) AS BLOB)"
        db.execute(f"UPDATE vectors SET vector = {new} WHERE number = 1")
    assert embed(["a", "bb"]).tolist() == made
    assert embed(["a", "bb"]).tolist() == made
    assert asked == ["a", "bb", "a"]


def test_it_keeps_no_more_than_its_bound(
    embed: Callable[..., numpy.ndarray], asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_cache, "MOST", 4)
    embed([f"text {n}" for n in range(6)])
    asked.clear()
    embed(["text 5", "text 0"])
    assert asked == ["text 0"]
