"""Labelled verdicts: what people said about outputs, to see how far a judge agrees with them.

A YAML file with one `rubric` and `labels`: each with an `id`, a `question`, and either `output` and
the verdict `pass` or `fail`, or `first` and `second` and the verdict `first`, `second` or `tie`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.errors import ModelError
from evals.judge import PREFERENCES, VERDICTS, NoVerdict, Rubric, both
from evals.judge_agreement import NONE, PAIRWISE, SINGLE, cohens_kappa, kappa_interval
from evals.judge_kept import KeptJudge
from evals.judge_pairs import preferred
from evals.outcome import Usage
from evals.statistics import Interval
from evals.yaml_lines import Entry, Table, read_yaml, suite_bytes

MAX_LABELS = 1_000
LONGEST = 20_000
"""Characters of an output."""


@dataclass(frozen=True, slots=True)
class Label:
    """What people said about one output, or two."""

    id: str
    question: str
    outputs: tuple[str, ...]
    """One, or two that are held against each other."""
    verdict: str

    @property
    def asked(self) -> str:
        """SINGLE or PAIRWISE."""
        return SINGLE if len(self.outputs) == 1 else PAIRWISE


@dataclass(frozen=True, slots=True)
class Labels:
    """A file of labelled verdicts."""

    rubric: Rubric
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class JudgedLabel:
    """A label beside the judge's word."""

    label: Label
    verdict: str
    """NONE where the judge gave no verdict that counts."""
    reason: str


@dataclass(frozen=True, slots=True)
class Measured:
    """How far a judge agrees with labels of one sort."""

    asked: str
    kappa: float | None
    """None where it is not defined: all labels and verdicts are the same."""
    interval: Interval | None
    agreed: float
    """Share of labels."""
    confusion: Counter[tuple[str, str]]
    """By label and verdict."""

    @property
    def labels(self) -> int:
        """How many there are."""
        return self.confusion.total()

    @property
    def verdicts(self) -> tuple[str, ...]:
        """The words that occur, labels' first, in their usual order."""
        usual = (*(VERDICTS if self.asked == SINGLE else PREFERENCES), NONE)
        return tuple(word for word in usual if any(word in pair for pair in self.confusion))


def load_labels(path: Path) -> Labels:
    """The labels in a file. Raises SuiteError with file, line and key."""
    table = read_yaml(suite_bytes(path), path=str(path)).table()
    table.only("rubric", "labels")
    rubric = Rubric(table.need("rubric").text().strip())
    entries = table.need("labels").items(least=1, most=MAX_LABELS)
    labels: dict[str, Label] = {}
    for entry in entries:
        label = _label(entry)
        if label.id in labels:
            raise entry.wrong(f"given an id of its own: {label.id} stands twice")
        labels[label.id] = label
    return Labels(rubric, tuple(labels.values()))


def _label(entry: Entry) -> Label:
    table = entry.table()
    table.only("id", "question", "output", "first", "second", "verdict")
    outputs = _outputs(table)
    verdict = table.need("verdict").choice(VERDICTS if len(outputs) == 1 else PREFERENCES)
    question = table.get("question")
    return Label(
        table.need("id").text(longest=80),
        question.text() if question is not None else "",
        outputs,
        verdict,
    )


def _outputs(table: Table) -> tuple[str, ...]:
    output, first, second = table.get("output"), table.get("first"), table.get("second")
    if output is not None and first is None and second is None:
        return (output.text(longest=LONGEST),)
    if output is None and first is not None and second is not None:
        return (first.text(longest=LONGEST), second.text(longest=LONGEST))
    raise table.entry.wrong("given either `output`, or `first` and `second`")


def judge_labels(
    labels: Labels,
    judge: KeptJudge,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> tuple[tuple[JudgedLabel, ...], Usage]:
    """The judge's word on each label, and what it used.

    Raises ModelError where the judge can't be reached: that says nothing about its agreement.
    """
    usage: Usage | None = None
    found = []
    for done, label in enumerate(labels.labels):
        if progress is not None:
            progress("Labels", done, len(labels.labels))
        one, used = _judged(label, labels.rubric, judge)
        found.append(one)
        usage = both(usage, used)
    if progress is not None:
        progress("Labels", len(found), len(found))
    return tuple(found), usage or Usage(0, 0, 0)


def _judged(label: Label, rubric: Rubric, judge: KeptJudge) -> tuple[JudgedLabel, Usage]:
    if label.asked == PAIRWISE:
        first, second = label.outputs
        pair = preferred(
            judge, label.id, rubric, question=label.question, first=first, second=second
        )
        said = JudgedLabel(label, pair.winner or NONE, " / ".join(pair.reasons))
        lasting, usage = pair.lasting, pair.usage
    else:
        (output,) = label.outputs
        single = judge.judge_output(label.id, rubric, question=label.question, output=output)
        verdict = NONE if isinstance(single.verdict, NoVerdict) else single.verdict.verdict
        said = JudgedLabel(label, verdict, single.verdict.reason)
        lasting, usage = single.lasting, single.usage
    if not lasting:
        raise ModelError(
            f"the judge gave no answer about the label {label.id}: {said.reason}",
            hint="nothing is recorded; the next call goes on from here",
        )
    return said, usage


def measured_agreement(judged: Sequence[JudgedLabel], *, seed: int) -> tuple[Measured, ...]:
    """For each sort of label that occurs: kappa, its interval, and what was taken for what.

    A verdict that does not count agrees with no label.
    """
    found = []
    for asked in (SINGLE, PAIRWISE):
        pairs = [(one.label.verdict, one.verdict) for one in judged if one.label.asked == asked]
        if pairs:
            agreed = sum(label == verdict for label, verdict in pairs) / len(pairs)
            kappa, interval = cohens_kappa(pairs), kappa_interval(pairs, seed=seed)
            found.append(Measured(asked, kappa, interval, agreed, Counter(pairs)))
    return tuple(found)
