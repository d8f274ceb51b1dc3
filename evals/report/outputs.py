"""What a case returned, as lines that can be shown beside those of another run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from evals.outcome import CaseFailed, CaseOutcome


def output_lines(outcome: CaseOutcome | None) -> list[str]:
    """The output of a case, or why there is none; a line each, of any characters."""
    if outcome is None:
        return ["(not in this run)"]
    if isinstance(outcome, CaseFailed):
        return [f"{outcome.code}: {outcome.reason}"]
    layout = _LAYOUTS.get(outcome.kind, _other)
    try:
        lines = [str(line) for line in layout(outcome.result.output)]
    except (KeyError, TypeError, AttributeError):
        lines = list(_other(outcome.result.output))  # as an older version stored it
    return [*lines, *(f"✗ {missed}" for missed in outcome.result.missed)]


def runs_passed(base: CaseOutcome | None, head: CaseOutcome | None) -> str:
    """How many of a case's runs passed, on one side and the other."""
    sides = (f"{one.passes}/{one.tries}" if one is not None else "–" for one in (base, head))
    return f"{' → '.join(sides)} runs passed"


def missed_lines(outcome: CaseOutcome | None) -> tuple[str, ...]:
    """What a case did not meet, or why it could not be scored."""
    if isinstance(outcome, CaseFailed):
        return (f"{outcome.code}: {outcome.reason}",)
    return outcome.result.missed if outcome is not None else ()


def _retrieval(output: Mapping[str, Any]) -> Iterator[str]:
    for passage in output["relevant"]:
        rank = passage["rank"]
        yield f"rank {rank if rank is not None else '–'}: {passage['passage']}"
    for hit in output["hits"]:
        heading = " > ".join(hit["heading"])
        mark = " ✓" if hit["relevant"] else ""
        yield f"{hit['rank']}. {hit['source']} {heading}{mark}"


def _answer(output: Mapping[str, Any]) -> Iterator[str]:
    yield f"status: {output['status']}"
    yield from str(output["answer"]).splitlines()
    yield from _judged(output)


def _generate(output: Mapping[str, Any]) -> Iterator[str]:
    """The code first, what was found in it by rule, without line numbers that a change shifts."""
    yield f"status: {output['status']}"
    for path, text in output["files"].items():
        yield f"── {path}"
        yield from str(text).splitlines()
    if output.get("reply"):
        yield from str(output["reply"]).splitlines()
    for one in output["findings"]:
        yield f"{one['rule']} in {one['file']}: {one['message']}"
    for one in output["type_errors"]:
        yield f"{one['code']} in {one['file']}: {one['message']}"
    yield from _judged(output)


def _judged(output: Mapping[str, Any]) -> Iterator[str]:
    said = output.get("judged")
    if said is not None:
        yield f"judge {said['judge']}: {said['verdict'] or 'no verdict'}: {said['reason']}"


def _check(output: Mapping[str, Any]) -> Iterator[str]:
    for place in output["found"]:
        yield f"{place['rule']} at {place['file']}:{place['line']}"


def _document(output: Mapping[str, Any]) -> Iterator[str]:
    """Without line numbers, which an edit above changes."""
    for item in output["items"]:
        yield f"✓ {item['text']}" if item["text"] is not None else f"– {item['expected']}"
    yield from output["lint"]


def _other(output: Mapping[str, Any]) -> Iterator[str]:
    yield from json.dumps(output, indent=1, ensure_ascii=False, default=str).splitlines()


_LAYOUTS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "retrieval": _retrieval,
    "answer": _answer,
    "check": _check,
    "document": _document,
    "generate": _generate,
}
