"""Why a case came out otherwise, as far as the documents and the outputs tell.

- `passage-edited`, `citation-edited`, `item-gone`: the words that the case rested on were edited.
- `passage-overtaken`: they stand as they were, and other passages are found before them.
- `rule-lost`: no item asks for a rule any more; the one that did was edited.
- `section-gone`: a section is no longer there.
- `document-gone`: the document is not under test any more.
- `code-changed`: the documents are the same, the product is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from agents.document import Document
from agents.errors import DocumentError
from agents.location import Lines
from agents.parse import parse_document
from evals.comparison import AgentChange, CaseComparison, Fate, Reason
from evals.edits import Edit, Edits
from evals.outcome import CaseOutcome, Outcome
from evals.record import Run

Find = Callable[[str], bytes | None]
"""The bytes of a document by its digest; None where they are not kept."""

MOST = 5
"""Reasons for one case."""
_EXPLAINED = (Fate.LOST, Fate.WORSE, Fate.MIXED)


class Explainer:
    """Says why, for the cases of two runs; see `evals.compare.Explain`."""

    def __init__(self, base: Run, head: Run, find: Find) -> None:
        self._same_code = base.spec.code == head.spec.code
        self._find = find
        self._edits: dict[tuple[str, str, str], Edits | None] = {}

    def __call__(self, case: CaseComparison, agents: Sequence[AgentChange]) -> tuple[Reason, ...]:
        """The reasons, the surest first."""
        if case.fate not in _EXPLAINED:
            return ()
        changed = [agent for agent in agents if agent.word != "same"]
        if not changed:
            return () if self._same_code else (_CODE_CHANGED,)
        edits = {found.handle: found for agent in changed if (found := self._edits_of(agent))}
        gone = {agent.handle for agent in changed if agent.head is None}
        reasons = list(dict.fromkeys(self._reasons(case, edits, gone)))
        return tuple(reasons[:MOST])

    def _edits_of(self, agent: AgentChange) -> Edits | None:
        if agent.base is None or agent.head is None:
            return None
        key = (agent.base.digest, agent.head.digest, agent.base.handle)
        if key not in self._edits:
            before = self._document(agent.base.digest)
            after = self._document(agent.head.digest)
            self._edits[key] = (
                Edits(agent.base.handle, before, after)
                if before is not None and after is not None
                else None
            )
        return self._edits[key]

    def _document(self, digest: str) -> Document | None:
        raw = self._find(digest)
        return _parsed(raw) if raw is not None else None

    def _reasons(
        self, case: CaseComparison, edits: Mapping[str, Edits], gone: set[str]
    ) -> Iterator[Reason]:
        explain = _KINDS.get(case.kind)
        before, after = _output(case.base), _output(case.head)
        if explain is None or before is None:
            return
        try:
            yield from explain(before, after, edits, gone)
        except (KeyError, TypeError, ValueError, AttributeError):
            return  # outputs as another version stored them


_CODE_CHANGED = Reason("code-changed", "the documents are the same; convexpert's code is not")

Output = Mapping[str, Any]


@lru_cache(maxsize=64)
def _parsed(raw: bytes) -> Document | None:
    try:
        return parse_document(raw)
    except DocumentError:
        return None


def _output(outcome: CaseOutcome | None) -> Output | None:
    """Of several attempts the one that passed where one did: it is what can be lost."""
    if outcome is None:
        return None
    ran = [one for one in (*outcome.attempts, outcome) if isinstance(one, Outcome)]
    return next((one.result.output for one in ran), None)


def _retrieval(
    before: Output, after: Output | None, edits: Mapping[str, Edits], gone: set[str]
) -> Iterator[Reason]:
    now = {one["passage"]: one["rank"] for one in after["relevant"]} if after is not None else {}
    for one in before["relevant"]:
        yield from _edited(
            "passage-edited", "the passage", one["source"], one["lines"], edits, gone
        )
    for one in before["relevant"]:
        rank = now.get(one["passage"])
        if after is None or one["rank"] is None or (rank is not None and rank <= one["rank"]):
            continue
        known = {(hit["source"], tuple(hit["heading"])) for hit in before["hits"][: one["rank"]]}
        ahead = [
            f"{hit['source']} › {' › '.join(hit['heading'][-2:])}"
            for hit in after["hits"][: (rank or len(after["hits"]) + 1) - 1]
            if (hit["source"], tuple(hit["heading"])) not in known
        ]
        told = f"rank {one['rank']} → {rank or 'none'}: {one['passage']}"
        if ahead:
            told += f"; now before it: {'; '.join(dict.fromkeys(ahead[:3]))}"
        yield Reason("passage-overtaken", told, one["source"])


def _answer(
    before: Output, after: Output | None, edits: Mapping[str, Edits], gone: set[str]
) -> Iterator[Reason]:
    cited = before["citations"]
    for one in cited:
        lines = [one["lines"]]
        yield from _edited("citation-edited", "what it cited", one["source"], lines, edits, gone)
    if after is None:
        return
    quotes = {one["quote"] for one in after["citations"]}
    for one in cited:
        if one["quote"] not in quotes:
            first, last = one["lines"]
            told = f"it no longer cites {one['source']}:{first}-{last}, which stands as it was"
            if _edit(edits, one["source"], [one["lines"]]) is None and one["source"] not in gone:
                yield Reason("citation-lost", told, one["source"])


def _document(
    before: Output, after: Output | None, edits: Mapping[str, Edits], gone: set[str]
) -> Iterator[Reason]:
    handle = before["document"]
    yield from _gone(handle, gone)
    if after is None or handle not in edits:
        return
    there = {one["expected"] for one in after["items"] if one["line"] is not None}
    own = edits[handle]
    for one in before["items"]:
        if one["line"] is None or one["expected"] in there:
            continue
        item = next((i for i in own.before.checklist if i.line == one["line"]), None)
        lines = item.lines if item is not None else Lines(one["line"], one["line"])
        yield from _edited("item-gone", "the item", handle, [lines.as_list()], edits, gone)
    yield from _rules_lost(set(after["unasked_rules"]) - set(before["unasked_rules"]), own)
    titles = {section.heading for section in own.after.sections}
    for section in own.before.sections:
        if section.heading not in titles:
            title = " > ".join(section.heading[-2:])
            told = f"the section “{title}” is no longer there"
            yield Reason("section-gone", told, handle, section.own)


def _generate(
    before: Output, after: Output | None, edits: Mapping[str, Edits], gone: set[str]
) -> Iterator[Reason]:
    handle = before["agent"]
    yield from _gone(handle, gone)
    if after is None or handle not in edits:
        return
    kept = {one["rule"] for one in before["findings"]}
    yield from _rules_lost({one["rule"] for one in after["findings"]} - kept, edits[handle])


def _gone(handle: str, gone: set[str]) -> Iterator[Reason]:
    if handle in gone:
        yield Reason("document-gone", f"{handle} is not under test any more", handle)


def _rules_lost(rules: set[str], edits: Edits) -> Iterator[Reason]:
    from assistant.code.documented import rules_of_item

    for item in edits.before.checklist:
        lost = sorted(rules.intersection(rules_of_item(item))) if rules else []
        edit = edits.at(item.lines) if lost else None
        if edit is not None:
            told = f"the item at {edits.handle}:{item.line} asked for {', '.join(lost)}"
            told += f" and {edit.word}"
            yield Reason("rule-lost", told, edits.handle, item.lines, edit.after, edit.hunk)


def _edited(
    code: str,
    what: str,
    source: str,
    lines: Sequence[Sequence[int]],
    edits: Mapping[str, Edits],
    gone: set[str],
) -> Iterator[Reason]:
    yield from _gone(source, gone)
    edit = _edit(edits, source, lines)
    if edit is not None:
        own = Lines(*lines[0])
        told = f"{what} at {source}:{own.start} {edit.word}"
        yield Reason(code, told, source, own, edit.after, edit.hunk)


def _edit(edits: Mapping[str, Edits], source: str, lines: Sequence[Sequence[int]]) -> Edit | None:
    """The edit of these lines, where all their occurrences were edited."""
    if source not in edits:
        return None
    found = [edits[source].at(Lines(*one)) for one in lines]
    return next(iter(found), None) if all(found) else None


_KINDS: Mapping[
    str, Callable[[Output, Output | None, Mapping[str, Edits], set[str]], Iterator[Reason]]
] = {"retrieval": _retrieval, "answer": _answer, "document": _document, "generate": _generate}
