"""The judged questions of `retrieval_questions.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FILE = Path(__file__).with_name("retrieval_questions.yaml")

Split = Literal["development", "unnamed", "held-out", "unnamed-held-out", "blind", "blind-2"]
FITTED: tuple[Split, ...] = ("development", "unnamed", "blind")
"""What weights are fitted to; the others are for reporting only."""


@dataclass(frozen=True, slots=True)
class Relevant:
    """A page that answers a question, or helps to."""

    page: str
    grade: int
    """3 answers, 2 helps, 1 touches it."""
    section: str | None
    """The heading that the answer stands under; None: not told."""
    lines: tuple[int, int] | None
    """The first and last line that the answer stands on; None: not told."""


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


def read_questions(*splits: Split) -> list[Judged]:
    """The questions of these splits."""
    import yaml

    read = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [
        Judged(one["question"], one["kind"], tuple(map(_relevant, one["relevant"])))
        for split in splits
        for one in read[split]
    ]


def _relevant(one: Mapping[str, object]) -> Relevant:
    lines = one.get("lines")
    section = one.get("section")
    return Relevant(
        page=str(one["page"]),
        grade=int(str(one["grade"])),
        section=None if section is None else str(section),
        lines=(int(lines[0]), int(lines[1])) if isinstance(lines, list) else None,
    )
