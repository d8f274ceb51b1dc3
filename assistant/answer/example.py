"""The one code example that shows an answer: a whole block, or the declaration that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.location import Lines
from assistant.answer.evidence import Findings
from assistant.answer.select import Point
from assistant.answer.statement import Statement
from kb.lexical import terms

LEAST_LINES = 4
"""Of a declaration cut out of a longer block."""
MOST_LINES = 40
MOST_CHARACTERS = 1_000
LIKELY = 0.40
"""Score from which a code block is taken for an example of the answer."""
NEAR_ENOUGH = 0.45
"""Cosine of a block's passage from which it is taken from another section than the statement's."""
FITTING = 0.10
"""How much of what is wanted a piece must name at least."""
NEARBY = 0.25
"""What standing in the leading statement's section adds to a block's score."""

_OPENING = re.compile(r"^(?:[ \t]*)(`{3,}|~{3,})[ \t]*(\S*)")
_DECLARES = re.compile(r"[A-Za-z_$@]")
_COMMENT = re.compile(r"//|/\*| \*|#")
_TELLS = re.compile(r"(?!import\b|//|/\*| \*|#|\s|[})\]]).")
"""A line at the margin that is more than an import or a comment."""
_IDENTIFIER = re.compile(r"`([^`\n]{2,80})`")


@dataclass(frozen=True, slots=True)
class Example:
    """Code to show: whole lines of one code block."""

    statement: Statement
    """The lines that are shown; its text is the code without fences."""
    language: str


def choose_example(findings: Findings, points: Sequence[Point]) -> Example | None:
    """The example that shows the points best, if one is near enough."""
    lead = points[0].lead.statement
    wanted = _wanted(findings, points)
    best: tuple[float, Example] | None = None
    for evidence in findings.code:
        block = evidence.statement
        here = block.chunk.heading == lead.chunk.heading and block.chunk.origin == lead.chunk.origin
        likely = evidence.score + (NEARBY if here else 0.0)
        if likely < LIKELY or not (here or evidence.cosine >= NEAR_ENOUGH):
            continue
        for piece in _pieces(block):
            fit = _fit(piece, wanted)
            if fit >= FITTING and (best is None or likely + fit > best[0]):
                best = (likely + fit, piece)
    return best[1] if best is not None else None


def _wanted(findings: Findings, points: Sequence[Point]) -> dict[str, float]:
    """How much each term counts: the question's key terms, and the code that the lead names."""
    wanted: dict[str, float] = {}
    for term in findings.question.key_terms:
        for form in term.forms:
            wanted[form] = wanted.get(form, 0.0) + findings.weights.get(term.text, 0.0)
    for code in _IDENTIFIER.findall(points[0].lead.statement.text):
        for form in dict.fromkeys(terms(code)):
            wanted[form] = max(wanted.get(form, 0.0), 0.25)
    return wanted


def _fit(example: Example, wanted: dict[str, float]) -> float:
    there = set(terms(example.statement.text))
    return 0.5 * sum(weight for form, weight in wanted.items() if form in there)


def _pieces(block: Statement) -> Iterator[Example]:
    """The block whole where it is short, else its top-level declarations that are."""
    lines = block.quote.splitlines()
    opening = _OPENING.match(lines[0]) if lines else None
    if opening is None or not opening[2] or len(lines) < 2:
        return
    closed = lines[-1].strip().startswith(opening[1])
    body = lines[1:-1] if closed else lines[1:]
    first = block.lines.start + 1
    spans = [(0, len(body))]
    if not _short(body):
        spans = [span for span in _declarations(body) if _short(body[slice(*span)])]
    for start, end in spans:
        if any(line.strip() for line in body[start:end]):
            part = Lines(first + start, first + end - 1)
            text = "\n".join(body[start:end])
            quote = _cut(block.quote, start + 1, end + 1)
            statement = Statement(block.chunk, "code", text, part, quote, block.context)
            yield Example(statement, opening[2])


def _short(lines: Sequence[str]) -> bool:
    return len(lines) <= MOST_LINES and sum(map(len, lines)) + len(lines) <= MOST_CHARACTERS


def _declarations(body: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of lines that begin with a declaration at the margin, comments above included."""
    starts = [n for n, line in enumerate(body) if _DECLARES.match(line) or _COMMENT.match(line)]
    starts = [
        n
        for n in starts
        if not (n and _COMMENT.match(body[n - 1]) and body[n - 1].strip())  # its comment began it
    ]
    for start, following in zip(starts, [*starts[1:], len(body)], strict=True):
        end = following
        while end > start and not body[end - 1].strip():
            end -= 1
        if end - start >= LEAST_LINES and any(_TELLS.match(line) for line in body[start:end]):
            yield start, end


def _cut(quote: str, start: int, end: int) -> str:
    """Whole lines of a quote, by number from 0, without the last one's break."""
    pieces = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", quote)
    taken = "".join(pieces[start:end])
    for ending in ("\r\n", "\n", "\r"):
        if taken.endswith(ending):
            return taken[: -len(ending)]
    return taken
