"""Retrieval: a question and the passages that a search for it should show.

Fields: `question`; `relevant`, passages with an optional `grade` from 1 (helps) to 3 (answers,
the default); `k`, the cut-offs of recall (the largest one also of MRR and nDCG); `mode`.

A case passes when a passage of its highest grade is among the first hits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.kinds.base import TEXT, Needs
from evals.metrics.base import Measurement, Metric
from evals.metrics.retrieval import (
    Found,
    mrr_metric,
    ndcg,
    ndcg_metric,
    recall,
    recall_metric,
    reciprocal_rank,
)
from evals.outcome import Json, Result
from evals.passages import Passage, Place, locate, passage_schema, read_passage
from evals.subject import Subject
from evals.yaml_lines import Entry, Table

if TYPE_CHECKING:
    from kb.search import Hit

MAX_K = 100
DEFAULT_CUTOFFS = (5, 10)
MODES = ("hybrid", "dense", "lexical")

_FAMILIES = {"recall": recall_metric, "mrr": mrr_metric, "ndcg": ndcg_metric}


@dataclass(frozen=True, slots=True)
class RetrievalTask:
    """The fields of a retrieval case."""

    question: str
    relevant: tuple[Passage, ...]
    cutoffs: tuple[int, ...] = DEFAULT_CUTOFFS
    mode: str = "hybrid"


class RetrievalKind:
    """See the module's text."""

    name = "retrieval"
    fields = ("question", "relevant", "k", "mode")

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field."""
        return {
            "question": {**TEXT, "description": "What somebody asks."},
            "relevant": {
                "type": "array",
                "minItems": 1,
                "description": "Passages that answer it.",
                "items": passage_schema(graded=True),
            },
            "k": {
                "description": "Cut-offs of the metrics.",
                "anyOf": [
                    {"type": "integer", "minimum": 1, "maximum": MAX_K},
                    {"type": "array", "items": {"type": "integer", "minimum": 1}},
                ],
            },
            "mode": {"enum": list(MODES)},
        }

    def read(self, table: Table) -> RetrievalTask:
        """The kind's own fields of a case."""
        cutoffs, mode = table.get("k"), table.get("mode")
        return RetrievalTask(
            question=table.need("question").text(),
            relevant=tuple(
                read_passage(entry, graded=True)
                for entry in table.need("relevant").items(least=1, most=100)
            ),
            cutoffs=_cutoffs(cutoffs) if cutoffs is not None else DEFAULT_CUTOFFS,
            mode=mode.choice(MODES) if mode is not None else "hybrid",
        )

    def needs(self, task: RetrievalTask) -> Needs:
        """Every document: one more passage anywhere can take a rank."""
        return Needs(named=tuple(one.document for one in task.relevant), index=True)

    def run(self, task: RetrievalTask, subject: Subject) -> Result:
        """Search, and compare the hits with where the passages stand now."""
        from kb.search import Mode

        places = [locate(passage, subject.versions) for passage in task.relevant]
        depth = task.cutoffs[-1]
        hits = subject.knowledge_base.search(task.question, k=depth, mode=Mode(task.mode)).hits
        found = [Found(place.passage.grade, _rank(place, hits)) for place in places]
        missed = _missed(places, found, depth)
        best = _best(found)
        if best is None or best > depth / 2:
            # Near the cut-off a search twice as deep tells how far it is from it: asked on both
            # sides of it, since a deeper search ranks otherwise.
            deeper = min(2 * depth, MAX_K)
            further = subject.knowledge_base.search(task.question, k=deeper, mode=Mode(task.mode))
            best = _best([Found(p.passage.grade, _rank(p, further.hits)) for p in places])
        return Result(
            scores=_scores(found, task.cutoffs),
            missed=missed,
            margin=-1.0 if best is None else (depth - best) / depth,
            output={
                "question": task.question,
                "relevant": [
                    {
                        "passage": str(place.passage),
                        "at": str(place),
                        "source": place.source,
                        "lines": [lines.as_list() for lines in place.lines],
                        "reworded": place.reworded,
                        "grade": one.grade,
                        "rank": one.rank,
                    }
                    for place, one in zip(places, found, strict=True)
                ],
                "hits": [
                    {
                        "rank": hit.rank,
                        "source": hit.chunk.source,
                        "lines": hit.chunk.lines.as_list(),
                        "heading": list(hit.chunk.heading),
                        "relevant": any(
                            p.shown_by(hit.chunk.source, hit.chunk.lines) for p in places
                        ),
                    }
                    for hit in hits
                ],
            },
        )

    def metric(self, name: str) -> Metric | None:
        """`recall@k`, `mrr@k` or `ndcg@k` for any k up to 100."""
        family, at, k = name.partition("@")
        if not at or family not in _FAMILIES or not (k.isascii() and k.isdigit()):
            return None
        return _FAMILIES[family](int(k)) if 1 <= int(k) <= MAX_K else None


KIND = RetrievalKind()


def _cutoffs(entry: Entry) -> tuple[int, ...]:
    entries = entry.items(least=1, most=10) if isinstance(entry.value, tuple) else (entry,)
    return tuple(sorted({one.integer(1, MAX_K) for one in entries}))


def _rank(place: Place, hits: Sequence[Hit]) -> int | None:
    ranks = (h.rank for h in hits if place.shown_by(h.chunk.source, h.chunk.lines))
    return min(ranks, default=None)


def _scores(found: Sequence[Found], cutoffs: tuple[int, ...]) -> dict[str, Measurement]:
    depth = cutoffs[-1]
    return {
        **{recall_metric(k).name: recall(found, k) for k in cutoffs},
        mrr_metric(depth).name: reciprocal_rank(found, depth),
        ndcg_metric(depth).name: ndcg(found, depth),
    }


def _best(found: Sequence[Found]) -> int | None:
    """The first rank of a passage with the highest grade."""
    grade = max(one.grade for one in found)
    return min((one.rank for one in found if one.grade == grade and one.rank), default=None)


def _missed(places: Sequence[Place], found: Sequence[Found], depth: int) -> tuple[str, ...]:
    best = max(one.grade for one in found)
    if any(one.rank is not None for one in found if one.grade == best):
        return ()
    wanted = "; ".join(
        f"{place} ({place.passage})" for place in places if place.passage.grade == best
    )
    return (f"none of the first {depth} hits shows {wanted}",)
