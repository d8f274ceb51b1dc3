"""What composed answers hold, beside the five passages that search finds for the same question.

    python benchmarks/answer_quality.py [--split held_out] [--scratch DIR] [--verbose]

Facts are counted in the answer's text; an answer is right when its first citation is a passage that
answers, search when one of its first five is. A declined question holds nothing and is not right.
`tuning` and `blind` are the halves of the questions over the seed documents alone, `fresh`
those of `seeds_held_out.yaml`, `practice` of `seeds_practice.yaml`, `final` of `seeds_final.yaml`.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from answer_questions import (
    LIBRARIES,
    Asked,
    final_seed_questions,
    fresh_seed_questions,
    library,
    practice_seed_questions,
    questions,
    seed_questions,
)

from agents.registry import Registry
from assistant.answer import Answer, answer_question
from assistant.answer.result import Status
from kb.chunk import Chunk
from kb.knowledge_base import KnowledgeBase

PASSAGES = 5
SPLITS = ("training", "held_out", "tuning", "blind", "fresh", "practice", "final")


@dataclass(frozen=True, slots=True)
class Measured:
    """One question's answer and what search finds for it."""

    asked: Asked
    answer: Answer
    passages: tuple[Chunk, ...]

    @property
    def facts(self) -> int:
        """How many facts the answer holds."""
        return _held(self.asked, self.answer.answer) if self._answers else 0

    @property
    def is_right(self) -> bool:
        """Whether the first citation answers."""
        first = self.answer.citations[0] if self.answer.citations else None
        return (
            self._answers
            and first is not None
            and self.asked.is_answered_by(first.path, first.lines, first.quote)
        )

    @property
    def facts_found(self) -> int:
        """How many facts the first passages hold."""
        return _held(self.asked, "\n".join(passage.text for passage in self.passages))

    @property
    def is_found(self) -> bool:
        """Whether one of the first passages answers."""
        return any(
            self.asked.is_answered_by(passage.path, passage.lines, passage.text)
            for passage in self.passages
        )

    @property
    def _answers(self) -> bool:
        return self.answer.status is Status.ANSWERED


def main() -> None:
    """Answer the questions of a split in each library and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", default="held_out", choices=SPLITS)
    parser.add_argument("--scratch", type=Path, help="where the indexes are kept")
    parser.add_argument("--verbose", action="store_true", help="print each answer that falls short")
    given = parser.parse_args()
    print(
        "| library | questions | facts held | in 5 passages | right first | in 5 | median"
        " | declined | others declined |"
    )
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as temporary:
        for name in LIBRARIES:
            asked = [one for one in _questions(given.split) if name in one.judged_in]
            if not asked:
                continue
            with library(name, given.scratch or Path(temporary)) as opened:
                all_measured = [_measure(one, *opened) for one in asked]
            measured = [one for one in all_measured if name in one.asked.libraries]
            others = [one for one in all_measured if name not in one.asked.libraries]
            _print_row(name, measured, others)
            if given.verbose:
                _print_short(measured)


def _questions(split: str) -> list[Asked]:
    if split == "tuning":
        return seed_questions("tuning")
    if split == "blind":
        return seed_questions("blind")
    if split == "fresh":
        return fresh_seed_questions()
    if split == "practice":
        return practice_seed_questions()
    if split == "final":
        return final_seed_questions()
    return questions(split)


def _measure(asked: Asked, registry: Registry, knowledge_base: KnowledgeBase) -> Measured:
    answer = answer_question(asked.question, knowledge_base=knowledge_base, registry=registry)
    hits = knowledge_base.search(asked.question, k=PASSAGES).hits
    return Measured(asked, answer, tuple(hit.chunk for hit in hits))


def _print_row(name: str, measured: list[Measured], others: list[Measured]) -> None:
    facts = sum(len(one.asked.facts) for one in measured)
    count = len(measured)
    cells = [
        name,
        str(count),
        f"{sum(one.facts for one in measured) / facts:.0%}",
        f"{sum(one.facts_found for one in measured) / facts:.0%}",
        f"{sum(one.is_right for one in measured) / count:.0%}",
        f"{sum(one.is_found for one in measured) / count:.0%}",
        f"{median(len(one.answer.answer) for one in measured):.0f}",
        f"{_declined(measured)}/{count}",
        f"{_declined(others)}/{len(others)}",
    ]
    print(f"| {' | '.join(cells)} |")


def _declined(measured: list[Measured]) -> int:
    return sum(one.answer.status is Status.NOT_COVERED for one in measured)


def _print_short(measured: list[Measured]) -> None:
    for one in measured:
        if not one.is_right or one.facts < len(one.asked.facts):
            held = (
                f"{one.facts}/{len(one.asked.facts)} facts, {'' if one.is_right else 'not '}right"
            )
            print(f"  {one.asked.question} ({held})\n    {one.answer.answer.splitlines()[0]}")


def _held(asked: Asked, text: str) -> int:
    lowered = text.lower()
    return sum(any(word.lower() in lowered for word in fact) for fact in asked.facts)


if __name__ == "__main__":
    main()
