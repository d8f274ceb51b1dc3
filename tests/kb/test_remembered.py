"""A text is worked out once, whoever asks, and the model is not loaded for what is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb import remembered
from kb.embed import open_embedder
from kb.model import PreparedModel, choose_model, prepared_model
from kb.remembered import RememberingEmbedder


@pytest.fixture(scope="module")
def model() -> PreparedModel:
    return prepared_model(choose_model(None))


def test_vectors_are_those_of_the_model(model: PreparedModel, tmp_path: Path) -> None:
    plain, kept = open_embedder(model), RememberingEmbedder(model, tmp_path / "v.sqlite")
    texts = ["Use an index", "Never filter"]
    for _ in range(2):
        assert kept.embed_documents(texts).tolist() == plain.embed_documents(texts).tolist()
        assert kept.embed_query(texts[0]).tolist() == plain.embed_query(texts[0]).tolist()
    assert (kept.model_id, kept.dimension) == (plain.model_id, plain.dimension)


def test_what_is_known_loads_no_model(
    model: PreparedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = RememberingEmbedder(model, tmp_path / "v.sqlite")
    made = first.embed_documents(["a"]).tolist(), first.embed_query("b").tolist()

    def loaded(*_: object, **__: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr(remembered, "open_embedder", loaded)
    again = RememberingEmbedder(model, tmp_path / "v.sqlite")
    assert (again.embed_documents(["a"]).tolist(), again.embed_query("b").tolist()) == made
    with pytest.raises(AssertionError, match="loaded"):
        again.embed_query("a")
