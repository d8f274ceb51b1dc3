"""Search in a running process at 1,000 and 20,000 chunks, beside the plain way's search.

The passages' vectors are seeded random ones on both sides, since embedding 20,000 passages says
nothing about search; questions are embedded for real.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import plain_way
from corpus import write_documents
from timing import Row, percentile, print_table, seconds

from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase

QUESTIONS = (
    "Where should I call the Stripe API from?",
    "Should I use filter or withIndex?",
    "How do I paginate a long list?",
    "Why is Date.now() in a query bad?",
    "How do I verify a webhook's signature?",
    "Which component limits how often a user may send?",
    "api or internal for crons?",
    "How do I avoid N+1 queries?",
)
ROUNDS = 12


def random_vectors(count: int, dimension: int, seed: int) -> Any:
    """Normalised rows."""
    import numpy as np

    rows = np.random.default_rng(seed).standard_normal((count, dimension)).astype("float32")
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class RandomPassages(KnowledgeBase):
    """A knowledge base that embeds questions only."""

    def _load_embedder(self) -> Any:
        real = super()._load_embedder()

        class Embedder:
            model_id = "random"
            dimension = real.dimension

            def embed_query(self, text: str) -> Any:
                return real.embed_query(text)

            def embed_documents(self, texts: Sequence[str]) -> Any:
                seed = random.Random(texts[0] if texts else "").randrange(2**31)
                return random_vectors(len(texts), real.dimension, seed)

        return Embedder()


def times_of(search: Any) -> list[float]:
    """Milliseconds of each question in each round, after one round that doesn't count."""
    for question in QUESTIONS:
        search(question)
    return [
        1000 * took
        for _ in range(ROUNDS)
        for question in QUESTIONS
        for took in seconds(lambda question=question: search(question), 1)
    ]


def measure(documents: int) -> tuple[int, list[float], list[float]]:
    """The number of chunks, our times and the plain way's times over as many passages."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_documents(folder / "documents", documents)
        workspace = Workspace(folder / "workspace")
        with open_registry(workspace, Settings(), builtin=False) as registry:
            import_paths(registry, [folder / "documents"], collection="many")
            with RandomPassages.open(workspace, registry, Settings()) as knowledge:
                chunks = knowledge.chunk_count()
                ours = times_of(lambda question: knowledge.search(question, k=8))
        plain = plain_way.store(folder / "plain")
        vectors = random_vectors(chunks, 384, seed=2)
        for at in range(0, chunks, 1000):
            page = vectors[at : at + 1000]
            plain._collection.add(
                ids=[str(at + place) for place in range(len(page))],
                embeddings=page,
                documents=["passage " * 120] * len(page),
            )
        return chunks, ours, times_of(lambda question: plain.similarity_search(question, k=8))


def main() -> None:
    """Print both sizes."""
    rows = []
    for documents in map(int, sys.argv[1:] or ("28", "568")):
        chunks, ours, plain = measure(documents)
        label = f"{chunks:,} chunks"
        medians = statistics.median(ours), statistics.median(plain)
        rows.append(Row(f"{label}, median", *medians, "ms"))
        rows.append(Row(f"{label}, 95 %", percentile(ours, 95), percentile(plain, 95), "ms"))
    print_table(
        "Warm search: dense, BM25 and fusion, beside dense alone",
        rows,
        peer="langchain-chroma + sentence-transformers",
    )


if __name__ == "__main__":
    main()
