"""Vectors of the default model, and that they are those of sentence-transformers."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy
import platformdirs
import pytest

from kb.embed import Embedder, SentenceTransformersEmbedder, open_embedder
from kb.model import choose_model, prepared_model

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"

TEXTS = [
    "",
    " ",
    "x",
    "Where should I call the Stripe API from?",
    "export const list = query({ args: {}, handler: (ctx) => ctx.db.query('tasks').take(5) });",
    "反応的なデータベース – Ünïcödé 🙂 \u202e \u0000 e\u0301",
    "An index lists its fields in the order in which they are compared. " * 60,
    "word " * 127,
    "word " * 255,
    "{}();" * 400,
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(prepared_model(choose_model(None)))


def test_vectors_are_normalised_rows_of_the_model_s_dimension(embedder: Embedder) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (len(TEXTS), 384)
    assert vectors.dtype == numpy.float32
    assert numpy.allclose(numpy.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape == (0, 384)


def test_a_vector_does_not_depend_on_its_neighbours(embedder: Embedder) -> None:
    together = embedder.embed_documents(TEXTS)
    for text, row in zip(TEXTS, together, strict=True):
        assert numpy.array_equal(embedder.embed_documents([text])[0], row)


def test_lone_surrogates_are_embedded_like_any_other_noise(embedder: Embedder) -> None:
    assert numpy.isfinite(embedder.embed_query("broken \ud800 text")).all()


def test_what_means_alike_is_nearer(embedder: Embedder) -> None:
    question = embedder.embed_query("How do I charge a credit card?")
    near, far = embedder.embed_documents(["Take payments with Stripe.", "Write tests with vitest."])
    assert question @ near > question @ far


def _by_sentence_transformers(folder: Path, texts: list[str]) -> numpy.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)


@pytest.mark.slow
def test_vectors_are_those_of_sentence_transformers(embedder: Embedder) -> None:
    texts = [*TEXTS]
    for path in sorted(SEEDS.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        texts += [text[at : at + 700] for at in range(0, len(text), 700)]
    folder = choose_model(None).folder
    assert folder is not None
    expected = _by_sentence_transformers(folder, texts)
    cosines = (embedder.embed_documents(texts) * expected).sum(axis=1)
    assert cosines.min() > 0.9999


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["cls", "max"])
def test_another_model_gives_its_own_vectors(mode: str, tmp_path: Path) -> None:
    """First-token pooling is exported; maximum pooling is left to sentence-transformers."""
    folder = choose_model(None).folder
    assert folder is not None
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    pooling = other / "1_Pooling" / "config.json"
    config = json.loads(pooling.read_text(encoding="utf-8"))
    config["pooling_mode_mean_tokens"] = False
    config[f"pooling_mode_{mode}_token{'s' if mode == 'max' else ''}"] = True
    pooling.write_text(json.dumps(config), encoding="utf-8")

    served = open_embedder(prepared_model(choose_model(str(other)), cache=tmp_path / "cache"))
    assert isinstance(served, SentenceTransformersEmbedder) == (mode == "max")
    expected = _by_sentence_transformers(other, TEXTS)
    assert (served.embed_documents(TEXTS) * expected).sum(axis=1).min() > 0.9999
    assert served.model_id != choose_model(None).name


def test_the_runtime_leaves_nothing_in_the_user_s_home(tmp_path: Path) -> None:
    """Newer ones note a device there, to report what is done on it."""
    code = (
        "from kb.embed import open_embedder\n"
        "from kb.model import choose_model, prepared_model\n"
        "from agents.workspace import Workspace\n"
        "import sys\n"
        "open_embedder(prepared_model(choose_model(None))).embed_query('Stripe')\n"
    )
    caches = platformdirs.user_cache_dir()
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": caches}
    environ.pop("ORT_DISABLE_TELEMETRY", None)
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)
    assert list(tmp_path.iterdir()) == []
