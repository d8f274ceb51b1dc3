"""An embedder that makes no vector twice: for whoever builds and asks nearly the same again.

The model is loaded for the first text that is new, so not at all where none is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kb.embed import Embedder, open_embedder
from kb.model import PreparedModel
from kb.vector_cache import embed_cached

if TYPE_CHECKING:
    from kb.embed import Vectors


class RememberingEmbedder:
    """Keeps the vectors of passages and of questions in a file of `kb.vector_cache`."""

    def __init__(self, model: PreparedModel, path: Path) -> None:
        self._model = model
        self._path = path

    @property
    def model_id(self) -> str:
        """Name and digest of the model."""
        return self._model.id

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._model.dimension

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row for each text."""
        return embed_cached(
            texts,
            path=self._path,
            model_id=self.model_id,
            dimension=self.dimension,
            embed=lambda new: self._embedder.embed_documents(new),
        )

    def embed_query(self, text: str) -> Vectors:
        """The L2-normalised vector of a question."""
        rows = embed_cached(
            [text],
            path=self._path,
            model_id=f"questions for {self.model_id}",
            dimension=self.dimension,
            embed=lambda new: self._embedder.embed_query(new[0]).reshape(1, -1),
        )
        vector: Vectors = rows[0]
        return vector

    @cached_property
    def _embedder(self) -> Embedder:
        return open_embedder(self._model)
