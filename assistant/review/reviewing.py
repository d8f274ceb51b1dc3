"""A review: each unit shown to the model once, and what comes of all its verdicts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agents.document import digest_of
from agents.errors import ModelError
from agents.finding import Confidence, DocumentedBy, Finding, Severity
from agents.reporters.report import FindingsReport
from assistant.model.conversation import ChatModel, Usage
from assistant.review import MOST_UNITS
from assistant.review.prompt import build_prompt
from assistant.review.relevant import Relevance
from assistant.review.units import Unit
from assistant.review.verdict import Judged, Verdict, lists_verdicts, read_verdicts

if TYPE_CHECKING:
    from assistant.code.store import Store

RULE = "model-review"
"""The id of its findings; no rule of the catalogue."""
MOST_FAILURES = 3
"""Calls in a row without an answer after which the others are not tried: each can take minutes."""
_KEPT_ROW = "review:"
_LONGEST_QUOTED = 100


@dataclass(frozen=True)
class Review:
    """What a model made of the items that no rule decides."""

    findings: tuple[Finding, ...]
    """Of the rule `model-review`, with low confidence: a model can be wrong."""
    settled: tuple[DocumentedBy, ...]
    """Items on which the model was sure about each function that it was asked about."""
    asked: int
    """Functions that the model was asked about, or had been before."""
    left_out: int
    """Functions beyond the limit."""
    unanswered: int
    """Functions about which it gave no usable answer, or was not asked after it had failed."""
    failure: str
    """What failed last; empty where nothing did."""
    usage: Usage
    """Of the calls that were made now."""
    sources: Mapping[str, bytes]
    """The files that have findings, by name."""

    def added_to(self, report: FindingsReport) -> FindingsReport:
        """The report with these findings, and without the items that are settled."""
        settled = set(self.settled)
        findings = sorted([*report.findings, *self.findings], key=lambda finding: finding.sort_key)
        return replace(
            report,
            findings=tuple(findings),
            sources={**report.sources, **self.sources},
            review=tuple(item for item in report.review if item not in settled),
        )


def review(
    units: Sequence[Unit],
    items: Sequence[DocumentedBy],
    model: ChatModel,
    *,
    most_units: int = MOST_UNITS,
    store: Store | None = None,
    on_unit: Callable[[int, int], None] = lambda _done, _all: None,
) -> Review:
    """Have a model judge the items on each unit that they speak of.

    What `store` keeps of an earlier review of the same code is not asked again. `on_unit` is told
    after each unit how many are done, and of how many.

    Raises ModelError where the model can't be reached at all.
    """
    relevance = Relevance(items)
    asked = [(unit, found) for unit in units if (found := relevance.items_for(unit.code))]
    chosen = asked[:most_units]
    heard = _heard(chosen, model, store, on_unit)
    verdicts = [
        (unit, one)
        for (unit, found), reply in zip(chosen, heard.replies, strict=True)
        for one in read_verdicts(reply, unit, found)
    ]
    broken = [(unit, one) for unit, one in verdicts if one.evidence is not None]
    doubtful = {one.item for _, one in verdicts if one.judged is Judged.UNSURE}
    sure = {one.item for _, one in verdicts if one.judged in (Judged.KEPT, Judged.BROKEN)}
    return Review(
        findings=tuple(_finding(unit, one) for unit, one in broken),
        settled=tuple(item for item in items if item in sure and item not in doubtful),
        asked=len(chosen),
        left_out=len(asked) - len(chosen),
        unanswered=sum(not lists_verdicts(reply) for reply in heard.replies),
        failure=heard.failure,
        usage=Usage(
            sum(usage.input_tokens for usage in heard.usages),
            sum(usage.output_tokens for usage in heard.usages),
        ),
        sources={unit.file: unit.source for unit, _ in broken},
    )


@dataclass
class _Heard:
    """What a model replied to each question, in their order; nothing where it failed."""

    replies: list[str]
    usages: list[Usage] = field(default_factory=list)
    failure: str = ""


def _heard(
    chosen: Sequence[tuple[Unit, Sequence[DocumentedBy]]],
    model: ChatModel,
    store: Store | None,
    on_unit: Callable[[int, int], None],
) -> _Heard:
    """Ask about each unit. Raises ModelError where the first question fails already.

    Then the model isn't there, rather than one question hard.
    """
    heard = _Heard([""] * len(chosen))
    failures = 0
    for at, (unit, items) in enumerate(chosen):
        try:
            heard.replies[at], usage = _asked(unit, items, model, store)
        except ModelError as error:
            if at == 0:
                raise
            heard.failure, failures = error.message, failures + 1
            if failures == MOST_FAILURES:
                break
        else:
            heard.usages.append(usage)
            failures = 0
        on_unit(at + 1, len(chosen))
    return heard


def _asked(
    unit: Unit, items: Sequence[DocumentedBy], model: ChatModel, store: Store | None
) -> tuple[str, Usage]:
    """The reply about a unit, kept or new; kept where it holds verdicts. Raises ModelError."""
    messages = build_prompt(unit, items)
    said = json.dumps([[model.name], *([m.role, m.content] for m in messages)])
    key = digest_of(said.encode())
    row = f"{_KEPT_ROW}{key}"
    if store is not None and (kept := store.get(row, key)) is not None:
        store.touch(row)
        return kept.decode(), Usage()
    reply = model.reply(messages, on_text=lambda _piece: None)
    if store is not None and lists_verdicts(reply.text):
        store.put(row, key, reply.text.encode("utf-8", "replace"))
    return reply.text, reply.usage


def _finding(unit: Unit, verdict: Verdict) -> Finding:
    assert verdict.evidence is not None
    text = " ".join(verdict.item.text.split())
    if len(text) > _LONGEST_QUOTED:
        text = f"{text[: _LONGEST_QUOTED - 1].rstrip()}…"
    return Finding(
        rule=RULE,
        severity=Severity.INFO,
        file=unit.file,
        span=verdict.evidence,
        message=f"a model finds that `{unit.name}` breaks the item “{text}”",
        hint=verdict.reason or None,
        confidence=Confidence.LOW,
        documented_by=(verdict.item,),
    )
