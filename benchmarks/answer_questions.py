"""The questions of `tests/fixtures/answers` over three libraries, for fitting and for judging."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from agents.location import Lines
from agents.registry import Registry, open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from kb.knowledge_base import KnowledgeBase

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "tests/fixtures/answers"
SEEDS = ROOT.parent / "shared" / "seeds"
LIBRARIES = ("seeds", "builtin", "both")
"""The seed documents alone, the built-in agents alone, and all together."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what is known of its answer."""

    question: str
    libraries: frozenset[str]
    """Which libraries answer it; none for a look-alike."""
    judged_in: frozenset[str] = frozenset(LIBRARIES)
    """In which libraries it is known whether they answer it."""
    kind: str = ""
    """Of a look-alike: price, limit, version, product, dashboard, near, company, other."""
    right: tuple[str, ...] = ()
    """The statement that answers holds one of these; empty where that isn't noted."""
    where: tuple[tuple[str, Lines], ...] = ()
    """Or: the lines that answer, each with what the name of their file begins with."""
    facts: tuple[tuple[str, ...], ...] = ()
    """Each is in the answer, in one of its wordings."""

    @property
    def is_placed(self) -> bool:
        """Whether it is noted what answers."""
        return bool(self.right or self.where)

    def is_answered_by(self, path: str, lines: Lines, text: str) -> bool:
        """Whether these lines of a file, with this text, are among what answers."""
        if self.where:
            name = path.rpartition("/")[2]
            return any(name.startswith(file) and lines.overlaps(at) for file, at in self.where)
        return any(phrase.lower() in text.lower() for phrase in self.right)


def questions(split: str) -> list[Asked]:
    """The questions of `training` or `held_out`, by the file that was written with libraries."""
    return _read("development.yaml", split)


def earlier_questions(name: str) -> list[Asked]:
    """Those of `questions.yaml` or `held_out.yaml`: over the built-in agents, and over all."""
    return _read(f"{name}.yaml", None)


def seed_questions(half: Literal["tuning", "blind"]) -> list[Asked]:
    """One half of `seeds.yaml`, which is judged over the seed documents alone.

    `tuning` holds the further questions that were written for practice, too; `blind` was so once.
    """
    data: Any = yaml.safe_load((FIXTURES / "seeds.yaml").read_text(encoding="utf-8"))
    judged = [
        one
        for one in _of_seeds(data["judged"])
        if _is_for_tuning(one.question) == (half == "tuning")
    ]
    return judged + (_of_seeds(data["practice"]) if half == "tuning" else [])


def fresh_seed_questions() -> list[Asked]:
    """Those of `seeds_held_out.yaml`, over the seed documents alone, blind once."""
    return _of_seeds(yaml.safe_load((FIXTURES / "seeds_held_out.yaml").read_text(encoding="utf-8")))


def practice_seed_questions() -> list[Asked]:
    """Those of `seeds_practice.yaml`, over the seed documents alone, for fitting."""
    return _of_seeds(yaml.safe_load((FIXTURES / "seeds_practice.yaml").read_text(encoding="utf-8")))


def final_seed_questions() -> list[Asked]:
    """Those of `seeds_final.yaml`, over the seed documents alone; nothing is fitted to them."""
    return _of_seeds(yaml.safe_load((FIXTURES / "seeds_final.yaml").read_text(encoding="utf-8")))


def _of_seeds(cases: Mapping[str, Any]) -> list[Asked]:
    over = frozenset({"seeds"})
    answerable = [
        Asked(
            case["question"],
            over,
            over,
            where=tuple(_place(place) for place in case["where"]),
            facts=tuple(tuple(wordings) for wordings in case["facts"]),
        )
        for case in cases["answerable"]
    ]
    return answerable + [
        Asked(case["question"], frozenset(), over, kind=case["kind"])
        for case in cases["unanswerable"]
    ]


def _place(told: str) -> tuple[str, Lines]:
    """`003:36-38` or `003:36`: a file by the beginning of its name, and lines in it."""
    file, _, lines = told.partition(":")
    first, _, last = lines.partition("-")
    return file, Lines(int(first), int(last or first))


def _is_for_tuning(question: str) -> bool:
    return hashlib.sha256(question.encode()).digest()[0] % 2 == 0


@contextmanager
def library(name: str, scratch: Path) -> Iterator[tuple[Registry, KnowledgeBase]]:
    """A registry with the library's documents, and the knowledge base over it."""
    workspace = Workspace(scratch / name)
    workspace.create()
    with open_registry(workspace, Settings(), builtin=name != "seeds") as registry:
        if name != "builtin":
            import_paths(registry, [SEEDS])
        with KnowledgeBase.open(workspace, registry, Settings()) as knowledge_base:
            yield registry, knowledge_base


def _read(file: str, split: str | None) -> list[Asked]:
    data: Any = yaml.safe_load((FIXTURES / file).read_text(encoding="utf-8"))
    if split is not None:
        data = data[split]
    answerable = [_answerable(case) for case in data["answerable"]]
    return answerable + [_look_alike(case) for case in data["unanswerable"]]


def _answerable(case: Mapping[str, Any]) -> Asked:
    who = case.get("from")
    answered_by = frozenset(LIBRARIES if who == "both" else (who or "builtin", "both"))
    return Asked(
        case["question"],
        answered_by,
        frozenset(LIBRARIES) if who else answered_by,
        right=tuple(case.get("right") or case.get("lead") or ()),
        facts=tuple(tuple(wordings) for wordings in case.get("facts", ())),
    )


def _look_alike(case: str | Mapping[str, Any]) -> Asked:
    if isinstance(case, str):
        return Asked(case, frozenset(), kind="earlier")
    return Asked(case["question"], frozenset(), kind=case["kind"])
