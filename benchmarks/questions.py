"""The judged questions of `retrieval_questions.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("retrieval_questions.yaml")


@dataclass(frozen=True, slots=True)
class Relevant:
    """A page that answers a question, or helps to."""

    page: str
    grade: int
    """3 answers, 2 helps, 1 touches it."""
    section: str | None
    """The heading that the answer stands under; None: the page as a whole."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A question and what answers it."""

    question: str
    kind: str
    """natural, terse, identifier or error."""
    relevant: tuple[Relevant, ...]

    def grade(self, page: str) -> int:
        """The page's best grade; 0 where it doesn't matter."""
        return self.grades.get(page, 0)

    @property
    def grades(self) -> Mapping[str, int]:
        """The best grade of each page that matters."""
        found: dict[str, int] = {}
        for one in self.relevant:
            found[one.page] = max(found.get(one.page, 0), one.grade)
        return found


def read_questions(split: Literal["development", "held-out"]) -> list[Judged]:
    """The questions of one half."""
    import yaml

    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))[split]
    return [
        Judged(
            one["question"],
            one["kind"],
            tuple(Relevant(r["page"], r["grade"], r.get("section")) for r in one["relevant"]),
        )
        for one in read
    ]
