"""Texts to vectors. The default way serves an exported model with onnxruntime, without torch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from agents.errors import KnowledgeBaseError
from agents.processes import processors
from kb.model import PreparedModel

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Vectors = NDArray[numpy.float32]

MOST_WORKERS = 8
"""Texts that are embedded at the same time, where there are so many processors."""


class Embedder(Protocol):
    """Makes vectors whose dot product is the cosine similarity of their texts."""

    @property
    def model_id(self) -> str:
        """Names the model and its weights; vectors of two models are never compared."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row for each text; a row depends on its own text alone."""

    def embed_query(self, text: str) -> Vectors:
        """The L2-normalised vector of a question."""


def open_embedder(model: PreparedModel) -> Embedder:
    """The embedder of a prepared model."""
    if model.serve == "sentence-transformers":
        return SentenceTransformersEmbedder(model)
    return OnnxEmbedder(
        model.folder,
        model_id=model.id,
        dimension=model.dimension,
        max_tokens=model.max_tokens,
        inputs=model.inputs,
        query_prompt=model.query_prompt,
        document_prompt=model.document_prompt,
        lower_case=model.lower_case,
    )


class OnnxEmbedder:
    """Serves an exported model.

    Texts are run one by one, each on one processor, several at the same time. On a CPU that is
    faster than padded batches (3,300 tokens in a second of a processor, 2,500 in batches of 4,096
    tokens) and than two processors on one text, which spend a sixth of their time waiting for each
    other; and a vector can't depend on what else was in the batch.
    """

    def __init__(
        self,
        folder: Path,
        *,
        model_id: str,
        dimension: int,
        max_tokens: int,
        inputs: Sequence[str],
        query_prompt: str = "",
        document_prompt: str = "",
        lower_case: bool = False,
    ) -> None:
        self._folder = folder
        self._model_id = model_id
        self._dimension = dimension
        self._max_tokens = max_tokens
        self._inputs = inputs
        self._query_prompt = query_prompt
        self._document_prompt = document_prompt
        self._lower_case = lower_case
        # Here, not in the first call, which may happen in a thread: two threads that import
        # packages with circular imports (numpy) can see each other's half-made modules.
        import numpy

        # Newer ones write a device id into the user's home and report to their maker otherwise.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime
        import tokenizers

        self._numpy = numpy
        self._onnxruntime = onnxruntime
        self._tokenizers = tokenizers

    @property
    def model_id(self) -> str:
        """Name and digest of the model."""
        return self._model_id

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._dimension

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row for each text."""
        rows = self._numpy.empty((len(texts), self._dimension), dtype=self._numpy.float32)

        def embed(at: int) -> None:
            rows[at] = self._vector(self._document_prompt + texts[at])

        workers = min(len(texts), processors(), MOST_WORKERS)
        if workers < 2:
            for at in range(len(texts)):
                embed(at)
            return rows
        self._load()
        # The longest first, so that the workers finish together.
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
        pool = ThreadPoolExecutor(workers)
        try:
            for _ in pool.map(embed, order):
                pass
        finally:
            pool.shutdown(cancel_futures=True)  # what was interrupted ends with the text at hand
        return rows

    def embed_query(self, text: str) -> Vectors:
        """The L2-normalised vector of a question."""
        return self._vector(self._query_prompt + text)

    def _load(self) -> None:
        """Load what is loaded at the first use: two threads would do it twice."""
        _ = self._session, self._tokenizer

    def _vector(self, text: str) -> Vectors:
        # A lone surrogate has no UTF-8 form, which the tokenizer insists on.
        clean = text.encode("utf-8", "replace").decode("utf-8")
        encoded = self._tokenizer.encode(clean.lower() if self._lower_case else clean)
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        given = {
            name: self._numpy.array([columns[name]], dtype=self._numpy.int64)
            for name in self._inputs
        }
        output: Vectors = self._session.run(None, given)[0][0]
        return output

    @cached_property
    def _session(self) -> Any:
        options = self._onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        try:
            return self._onnxruntime.InferenceSession(
                str(self._folder / "model.onnx"),
                options,
                providers=["CPUExecutionProvider"],
                # Its kernel takes ten times as long as an addition and a normalisation.
                disabled_optimizers=["SkipLayerNormFusion"],
            )
        except Exception as error:  # onnxruntime's exceptions have no common base
            raise self._damaged(error) from error

    @cached_property
    def _tokenizer(self) -> Any:
        try:
            tokenizer = self._tokenizers.Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        except Exception as error:  # tokenizers raises plain Exception
            raise self._damaged(error) from error
        tokenizer.no_padding()
        # The file's own limit (128 for the default model) is not the model's.
        tokenizer.enable_truncation(self._max_tokens)
        return tokenizer

    def _damaged(self, error: Exception) -> KnowledgeBaseError:
        return KnowledgeBaseError(
            f"the prepared embedding model can't be read: {str(error).splitlines()[0]}",
            hint="remove the folder, it is made anew",
            path=str(self._folder),
        )


class SentenceTransformersEmbedder:
    """Serves a model that can't be exported by sentence-transformers itself."""

    def __init__(self, model: PreparedModel) -> None:
        from kb.onnx_export import load_sentence_transformer

        self._prepared = model
        self._model: Any = load_sentence_transformer(Path(model.location))

    @property
    def model_id(self) -> str:
        """Name and digest of the model."""
        return self._prepared.id

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._prepared.dimension

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One L2-normalised row for each text."""
        import numpy

        rows = numpy.empty((len(texts), self.dimension), dtype=numpy.float32)
        for at, text in enumerate(texts):
            rows[at] = self._vector(self._prepared.document_prompt + text)
        return rows

    def embed_query(self, text: str) -> Vectors:
        """The L2-normalised vector of a question."""
        return self._vector(self._prepared.query_prompt + text)

    def _vector(self, text: str) -> Vectors:
        clean = text.encode("utf-8", "replace").decode("utf-8")
        rows = self._model.encode([clean], normalize_embeddings=True, show_progress_bar=False)
        row: Vectors = rows[0]
        return row
