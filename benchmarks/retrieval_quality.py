"""How good search is over a folder of documentation, beside the plain way of doing the same.

    python benchmarks/retrieval_quality.py DOCS_FOLDER [SPLIT ...]

The questions and what answers them are in `retrieval_questions.yaml`; the folder is the public
Convex documentation (get-convex/convex-backend, `npm-packages/docs/docs`). The splits are those of
that file, `held-out`, `unnamed-held-out` and `blind-2` if none is named. Each way gives its ten
best passages; a page counts at the place of its first passage. A passage answers where it is of a
page with grade 3 and has one of the judged lines, or stands under the judged heading.

The plain way: recursive splitter (1000 characters, 200 overlapping), all-MiniLM-L6-v2 and exact
cosine; BM25 over lower-case words; their reciprocal rank fusion.
"""

from __future__ import annotations

import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from fuse import reciprocal_rank_fusion
from langchain_text_splitters import RecursiveCharacterTextSplitter
from questions import Judged, Relevant, Split, read_questions

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from kb.adding import add_documentation
from kb.chunk import Chunk
from kb.knowledge_base import KnowledgeBase
from kb.page import ENDINGS
from kb.search import Mode

DEPTH = 50
"""Passages of each ranking that the fusions look at."""
_MARKS = re.compile(r"[`*\\]|\s*\{.*")
METRICS = ("nDCG@10", "natural", "MRR@10", "recall@5", "recall@10", "passage@1", "passage@5")


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage that a way of searching shows."""

    page: str
    heading: tuple[str, ...] = ()
    lines: tuple[int, int] = (0, 0)


Way = Callable[[str], Sequence[Shown]]


def measure(way: Way, questions: Sequence[Judged]) -> list[float]:
    """The metrics over all questions, in the order of METRICS."""
    rows = [scores(asked, list(way(asked.question))[:10]) for asked in questions]
    means = np.array(rows).mean(axis=0)
    natural = [
        row[0] for row, asked in zip(rows, questions, strict=True) if asked.kind == "natural"
    ]
    return [means[0], float(np.mean(natural)), *means[1:]]


def scores(asked: Judged, shown: Sequence[Shown]) -> list[float]:
    """Of one question: nDCG, reciprocal rank, recall at 5 and 10, passage at 1 and 5."""
    pages = list(dict.fromkeys(one.page for one in shown))
    gains = [2 ** asked.grade(page) - 1 for page in pages]
    ideal = sorted((2**grade - 1 for grade in asked.grades.values()), reverse=True)[:10]
    wanted = {page for page, grade in asked.grades.items() if grade >= 2}
    first = next((1 / rank for rank, page in enumerate(pages, 1) if page in wanted), 0.0)
    right = [answers(asked, one) for one in shown]
    return [
        discounted(gains) / discounted(ideal),
        first,
        len(wanted & set(pages[:5])) / len(wanted),
        len(wanted & set(pages[:10])) / len(wanted),
        float(any(right[:1])),
        float(any(right[:5])),
    ]


def discounted(gains: Sequence[int]) -> float:
    """The discounted cumulative gain."""
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def answers(asked: Judged, shown: Shown) -> bool:
    """Whether the passage is one that answers."""
    return any(
        one.grade == 3 and one.page == shown.page and _holds(one, shown) for one in asked.relevant
    )


def _holds(one: Relevant, shown: Shown) -> bool:
    if one.lines is not None:
        return shown.lines[0] <= one.lines[1] and one.lines[0] <= shown.lines[1]
    return one.section is None or plain(one.section) in {plain(part) for part in shown.heading}


def plain(heading: str) -> str:
    """A heading without marks."""
    return _MARKS.sub("", heading).strip().lower()


def plain_ways(folder: Path, base: KnowledgeBase) -> dict[str, Way]:
    """What a developer writes who follows the libraries' tutorials."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    files = sorted(file for file in folder.rglob("*") if file.suffix in ENDINGS)
    passages: list[tuple[str, str]] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        page = file.relative_to(folder).as_posix()
        passages += [(page, part) for part in splitter.split_text(text)]
    vectors = np.concatenate(
        [
            base.embed([text for _, text in passages[n : n + 500]])
            for n in range(0, len(passages), 500)
        ]
    )
    bm25 = plain_bm25([text for _, text in passages])

    def dense(question: str) -> list[str]:
        near = vectors @ base.embed([question])[0]
        return [str(n) for n in np.argsort(-near, kind="stable")[:DEPTH]]

    def lexical(question: str) -> list[str]:
        return [str(n) for n in np.argsort(-bm25(question), kind="stable")[:DEPTH]]

    def fused(question: str) -> list[str]:
        rankings = {"dense": dense(question), "lexical": lexical(question)}
        ranked = reciprocal_rank_fusion(rankings, weights={"dense": 1.0, "lexical": 1.0})
        return [found for found, _ in ranked]

    def way(ranking: Callable[[str], list[str]]) -> Way:
        return lambda question: [Shown(passages[int(n)][0]) for n in ranking(question)]

    return {"plain dense": way(dense), "plain BM25": way(lexical), "plain fusion": way(fused)}


def plain_bm25(texts: Sequence[str]) -> Callable[[str], Any]:
    """BM25 (k1 1.5, b 0.75) over lower-case words: the scores of all texts for a question."""
    counts = [Counter(re.findall(r"\w+", text.lower())) for text in texts]
    sizes = np.array([sum(count.values()) for count in counts])
    norms = 1.5 * (0.25 + 0.75 * sizes / sizes.mean())
    holding: dict[str, list[int]] = {}
    for number, count in enumerate(counts):
        for word in count:
            holding.setdefault(word, []).append(number)

    def of_question(question: str) -> Any:
        found = np.zeros(len(texts))
        for word in re.findall(r"\w+", question.lower()):
            for number in holding.get(word, ()):
                rarity = math.log(
                    1 + (len(texts) - len(holding[word]) + 0.5) / (len(holding[word]) + 0.5)
                )
                count = counts[number][word]
                found[number] += rarity * count * 2.5 / (count + norms[number])
        return found

    return of_question


def our_ways(base: KnowledgeBase) -> dict[str, Way]:
    """The parts of our search, their plain fusion, and what a search shows in the end."""

    def way(mode: Mode) -> Way:
        def search(question: str) -> list[Shown]:
            hits = base.search(question, k=10, mode=mode).hits
            return [_shown(hit.chunk) for hit in hits]

        return search

    def fused(question: str) -> list[Shown]:
        rankings = {
            mode.value: base.search(question, k=DEPTH, mode=mode).hits
            for mode in (Mode.DENSE, Mode.LEXICAL)
        }
        shown = {h.chunk.id: _shown(h.chunk) for r in rankings.values() for h in r}
        ids = {name: [hit.chunk.id for hit in hits] for name, hits in rankings.items()}
        ranked = reciprocal_rank_fusion(ids, weights=dict.fromkeys(ids, 1.0))
        return [shown[found] for found, _ in ranked]

    return {
        "lexical": way(Mode.LEXICAL),
        "dense": way(Mode.DENSE),
        "hybrid (rank fusion)": fused,
        "final": way(Mode.HYBRID),
    }


def _shown(chunk: Chunk) -> Shown:
    return Shown(chunk.path, chunk.heading, (chunk.lines.start, chunk.lines.end))


def main() -> None:
    """Print a table for each split."""
    folder = Path(sys.argv[1])
    splits = cast(Sequence[Split], sys.argv[2:] or ["held-out", "unnamed-held-out", "blind-2"])
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(Path(scratch))
        with open_registry(workspace, Settings(), builtin=False) as registry:
            add_documentation(registry, str(folder), name="docs", fetcher=NotImplemented)
            with KnowledgeBase.open(workspace, registry, Settings()) as base:
                ways = {**plain_ways(folder, base), **our_ways(base)}
                for split in splits:
                    show(split, ways)


def show(split: Split, ways: Mapping[str, Way]) -> None:
    """Print how good each way is on the questions of a split."""
    questions = read_questions(split)
    print(f"\n### Retrieval: {len(questions)} {split} questions\n")
    print(f"| way | {' | '.join(METRICS)} |")
    print(f"| --- |{' ---: |' * len(METRICS)}")
    for name, way in ways.items():
        found = measure(way, questions)
        told = found if not name.startswith("plain") else found[:5]  # has no headings
        cells = [f"{value:.3f}" for value in told] + ["–"] * (len(found) - len(told))
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
