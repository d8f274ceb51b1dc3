"""Fit the weights of `kb.rank` to the development questions, on the documentation's own pages.

    python benchmarks/fit_ranking.py DOCS_FOLDER

A linear model over the features that a search has at hand, by gradient ascent on the likelihood
that a page that answers is ranked before one that doesn't (listwise, its best passage counts).
The held-out questions are not looked at.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from questions import Judged, read_questions

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb import search
from kb.adding import add_documentation
from kb.knowledge_base import KnowledgeBase
from kb.rank import Candidate

NAMES = ("similarity", "bm25", "topic_similarity", "topic_bm25")
STEPS = 200
DECAY = 0.01
"""Of the weights, so that correlated features share theirs."""


def candidates_of(base: KnowledgeBase, question: str) -> tuple[Any, list[str]]:
    """The features of all that a search weighs, a row each, and the page of each."""
    caught: list[tuple[Any, float]] = []
    original = search.rank

    def catch(found: list[Candidate], *, best_topic: float) -> list[tuple[str, float]]:
        caught.append((found, best_topic))
        return original(found, best_topic=best_topic)

    search.rank = catch  # type: ignore[assignment]
    try:
        base.search(question, k=10)
    finally:
        search.rank = original
    found, best_topic = caught[0]
    best = max((one.bm25 for one in found), default=0.0) or 1.0
    rows = [
        (
            one.similarity,
            one.bm25 / best,
            one.topic_similarity,
            one.topic_bm25 / (best_topic or 1.0),
        )
        for one in found
    ]
    return np.array(rows), [base.chunk(one.id).path for one in found]


def fit(data: list[tuple[Any, Any, Any]]) -> Any:
    """The weights; `data` holds features, grades and page numbers of each question."""
    spread = np.concatenate([rows for rows, _, _ in data]).std(axis=0) + 1e-9
    weights, speed = np.full(len(NAMES), 0.3), np.zeros(len(NAMES))
    for _ in range(STEPS):
        slope, total = np.zeros(len(NAMES)), 0.0
        for rows, grades, pages in data:
            for step, share in steps(rows / spread, grades, pages, weights):
                slope, total = slope + share * step, total + share
        speed = 0.8 * speed + 0.3 * (slope / max(total, 1.0) - DECAY * weights)
        weights = weights + speed
    return weights / spread


def steps(rows: Any, grades: Any, pages: Any, weights: Any) -> Iterator[tuple[Any, float]]:
    """Where each page that answers pulls the weights, and how much it counts."""
    scores = rows @ weights
    order = np.argsort(-scores)
    best = order[np.unique(pages[order], return_index=True)[1]]
    wrong = best[grades[best] < 2]
    for right in best[grades[best] >= 2]:
        both = np.concatenate([[right], wrong])
        share = np.exp(scores[both] - scores[both].max())
        share /= share.sum()
        yield rows[right] - share @ rows[both], 1.0 if grades[right] == 3 else 0.5


def observed(base: KnowledgeBase, questions: list[Judged]) -> list[tuple[Any, Any, Any]]:
    """Features, grades and page numbers of each question for which a right page was found."""
    data = []
    for asked in questions:
        rows, paths = candidates_of(base, asked.question)
        numbers = {path: number for number, path in enumerate(dict.fromkeys(paths))}
        grades = np.array([asked.grade(path) for path in paths])
        if grades.max() >= 2:
            data.append((rows, grades, np.array([numbers[path] for path in paths])))
    return data


def main() -> None:
    """Print the weights, the first one made 1."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        with open_registry(workspace, Settings(), builtin=False) as registry:
            add_documentation(registry, sys.argv[1], name="docs", fetcher=NotImplemented)
            with KnowledgeBase.open(workspace, registry, Settings()) as base:
                data = observed(base, read_questions("development"))
    weights = fit(data)
    for name, weight in zip(NAMES, weights / weights[0], strict=True):
        print(f"{name}: {weight:.2f}")


if __name__ == "__main__":
    main()
