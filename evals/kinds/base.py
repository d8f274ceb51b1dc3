"""The interface of a kind of case: its fields, how it is run, which metrics it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from evals.metrics.base import Metric
from evals.outcome import Json, Result
from evals.subject import Subject
from evals.yaml_lines import Table

Task = TypeVar("Task")

TEXT: Mapping[str, Json] = {"type": "string", "minLength": 1}
"""In a schema: a text that says something."""
TEXTS: Mapping[str, Json] = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
"""A text or a list of them."""


@dataclass(frozen=True, slots=True)
class Needs:
    """All that the outcome of a case can depend on, beside the case and the code."""

    documents: tuple[str, ...] | None = None
    """Names of documents, as passages name them; None for all that are under test."""
    named: tuple[str, ...] = ()
    """Names of documents that the case speaks of: without one of them it can't be scored."""
    names: bool = False
    """Whether the handles and names of all documents count, beside those documents."""
    index: bool = False
    """Whether documents are searched: then the embedding model counts too."""
    model: bool = False
    """Whether a chat model is asked where the run has one: then it counts, and another run may come
    out otherwise."""
    only_with_model: bool = False
    """Whether there is nothing to run without one: then the case is skipped."""
    prompt: str | None = None
    """The document that a model is told, as `evals.prompted.prompted_agent` finds it; the empty
    text for the only one under test."""
    types: bool = False
    """Whether code is type-checked where a compiler is named."""
    judge: bool = False
    """Whether a model judges where the run has one for that."""


class Kind(Protocol[Task]):
    """One kind of case. A module of `evals.kinds` holds one, and `evals.kinds.KINDS` lists it."""

    @property
    def name(self) -> str:
        """As suites write it in `kind:`."""
        ...

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of a case that belong to this kind."""
        ...

    def schema(self) -> Mapping[str, Json]:
        """The JSON Schema of each field, for editors."""
        ...

    def read(self, table: Table) -> Task:
        """The kind's own fields of a case. Raises SuiteError with line and key."""
        ...

    def needs(self, task: Task) -> Needs:
        """What running this case depends on; where nothing of it changed, it is not run again."""
        ...

    def run(self, task: Task, subject: Subject) -> Result:
        """Run one case. Raises PassageGone, or whatever the product raises."""
        ...

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None where this kind has none of that name."""
        ...
