"""Fit the weights of `kb.rank` to the judged questions, on the documentation's own pages.

    python benchmarks/fit_ranking.py DOCS_FOLDER

A linear model over what a search has at hand, by gradient ascent on the likelihood that a page that
answers is ranked before one that doesn't (listwise, its best passage counts), and that a passage
that answers is ranked before one that doesn't. Held-out questions are not looked at; what is told
of the fit is measured by cross-validation, questions about one page in one part.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from questions import FITTED, Judged, read_questions
from retrieval_quality import Shown, answers, scores

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb import search
from kb.adding import add_documentation
from kb.knowledge_base import KnowledgeBase
from kb.rank import WEIGHTS, Candidate, Weights, features, rank

NAMES = tuple(field.name for field in fields(Weights))
STEPS = 120
DECAY = 0.01
"""Of the weights, so that correlated features share theirs."""
PASSAGES = 0.3
"""How much a right passage counts beside a right page."""
PARTS = 5
NAMED = ("names", "matters", "topic_names", "topic_matters")
TRUST = 0.5
"""What NAMED features are given of their weights: the table of names was written with these same
questions at hand, so that they make it look better than it is for others."""


@dataclass(frozen=True)
class Observed:
    """A question with all that a search weighed for it."""

    asked: Judged
    candidates: Sequence[Candidate]
    shown: Sequence[Shown]
    """What each candidate would show."""
    rows: Any
    """Their features."""

    @property
    def part(self) -> int:
        """Of the cross-validation."""
        page = self.asked.relevant[0].page
        return int(hashlib.sha256(page.encode()).hexdigest(), 16) % PARTS


def observe(base: KnowledgeBase, asked: Judged) -> Observed:
    """Put the question and keep what was weighed."""
    caught: list[Candidate] = []

    def catch(found: Sequence[Candidate]) -> list[tuple[str, float]]:
        caught.extend(found)
        return rank(found)

    with patch.object(search, "rank", catch):
        base.search(asked.question, k=10)
    chunks = [base.chunk(one.id) for one in caught]
    shown = [Shown(c.path, c.heading, (c.lines.start, c.lines.end)) for c in chunks]
    return Observed(asked, caught, shown, np.array([features(one) for one in caught]))


def fit(questions: Sequence[Observed]) -> Weights:
    """The weights that fit these questions best, that of similarity being 1."""
    spread = np.concatenate([one.rows for one in questions]).std(axis=0) + 1e-9
    weights, speed = np.full(len(NAMES), 0.3), np.zeros(len(NAMES))
    for _ in range(STEPS):
        slope, total = np.zeros(len(NAMES)), 0.0
        for one in questions:
            for step, share in steps(one, one.rows / spread, weights):
                slope, total = slope + share * step, total + share
        speed = 0.8 * speed + 0.3 * (slope / max(total, 1.0) - DECAY * weights)
        weights = weights + speed
    found = weights / spread
    trusted = np.array([TRUST if name in NAMED else 1.0 for name in NAMES])
    return Weights(*(float(weight) for weight in found / found[0] * trusted))


def steps(one: Observed, rows: Any, weights: Any) -> Iterator[tuple[Any, float]]:
    """Where each page and passage that answers pulls the weights, and how much it counts."""
    points = rows @ weights
    pages = np.array([shown.page for shown in one.shown])
    grades = np.array([one.asked.grade(page) for page in pages])
    order = np.argsort(-points)
    best = order[np.unique(pages[order], return_index=True)[1]]
    wrong = best[grades[best] < 2]
    for right in best[grades[best] >= 2]:
        yield pull(rows, points, right, wrong), 1.0 if grades[right] == 3 else 0.5
    is_right = np.array([answers(one.asked, shown) for shown in one.shown])
    if is_right.any():
        nearest = order[is_right[order]][0]
        yield pull(rows, points, nearest, np.nonzero(~is_right)[0]), PASSAGES


def pull(rows: Any, points: Any, right: int, wrong: Any) -> Any:
    """What one right row has more than what stands for it in the likelihood."""
    both = np.concatenate([[right], wrong])
    share = np.exp(points[both] - points[both].max())
    return rows[right] - share / share.sum() @ rows[both]


def quality(one: Observed, weights: Weights) -> list[float]:
    """The question's scores in `retrieval_quality` under these weights."""
    places = {found.id: shown for found, shown in zip(one.candidates, one.shown, strict=True)}
    return scores(one.asked, [places[id_] for id_, _ in rank(one.candidates, weights)[:10]])


def main() -> None:
    """Print how good weights are on questions that they weren't fitted to, and the weights."""
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        with open_registry(workspace, Settings(), builtin=False) as registry:
            add_documentation(registry, sys.argv[1], name="docs", fetcher=NotImplemented)
            with KnowledgeBase.open(workspace, registry, Settings()) as base:
                data = [observe(base, asked) for asked in read_questions(*FITTED)]
    report(data)


def report(data: Sequence[Observed]) -> None:
    """Print the quality of the weights in use and of fitted ones, then the fit to all."""
    parts = {n: fit([one for one in data if one.part != n]) for n in range(PARTS)}
    now = np.mean([quality(one, WEIGHTS) for one in data], axis=0)
    fitted = np.mean([quality(one, parts[one.part]) for one in data], axis=0)
    print(f"in use: nDCG@10 {now[0]:.3f}, passage@1 {now[4]:.3f}, passage@5 {now[5]:.3f}")
    print(
        f"fitted, on other pages' questions: nDCG@10 {fitted[0]:.3f}, "
        f"passage@1 {fitted[4]:.3f}, passage@5 {fitted[5]:.3f}"
    )
    for name, weight in zip(NAMES, fit(data).as_tuple, strict=True):
        print(f"{name}: {weight:.2f}")


if __name__ == "__main__":
    main()
