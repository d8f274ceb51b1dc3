"""The one code example that shows an answer: a whole block, or the declaration that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from textwrap import dedent

from agents.location import Lines, split_lines
from assistant.answer.evidence import Evidence, Findings, Library
from assistant.answer.question import KeyTerm
from assistant.answer.select import Point
from assistant.answer.statement import Statement, cut_lines, sentences_of, split_chunk
from kb.lexical import terms
from kb.search import Mode

LEAST_LINES = 4
"""Of a declaration cut out of a longer block."""
MOST_LINES = 40
MOST_CHARACTERS = 1_300
NEAR_ENOUGH = 0.35
"""Cosine of a block's passage from which it is taken from another section than the statement's."""
ASKED = 0.5
"""Share of the question's key terms that a piece names where the statement names no code."""
NAMED_TOO = 0.15
"""The same where the piece uses what the statement names in code."""
NEARBY = 0.25
"""What standing in the leading statement's section adds to a piece's score."""
AS_GOOD = 2.5
"""How far below the leading statement's score a piece of code that shows it may be."""
FURTHER = 12
"""Passages of the leading statement's document that are looked through for its code."""

_OPENING = re.compile(r"^(?:[ \t]*)(`{3,}|~{3,})[ \t]*(\S*)")
_DECLARES = re.compile(r"[A-Za-z_$@]")
_COMMENT = re.compile(r"//|/\*| \*|#")
_TELLS = re.compile(r"(?!import\b|//|/\*| \*|#|\s|[})\]]).")
"""A line at the margin that is more than an import or a comment."""
_IDENTIFIER = re.compile(r"`([^`\n]{2,80})`")
_CAUTION = re.compile(
    r"\b(?:never|not|avoid|only|instead of|rather than|without|cannot)\b|n['’]t\b", re.IGNORECASE
)
"""What follows in a sentence is not what it recommends."""
_MAKES = re.compile(r"\s*(?:export )?(?:const|let) \w+ = (?:new )?\w+\([^()]*\);?\s*")
"""Code that only makes an object, which shows nothing of its use."""
_LITERALS = frozenset(["null", "undefined", "true", "false", "string", "number", "any"])
_BUILDERS = frozenset(
    ["query", "mutation", "action", "internalQuery", "internalMutation", "internalAction"]
)
"""What nearly all code uses, whatever it is about."""
_CALLED = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*")


@dataclass(frozen=True, slots=True)
class Example:
    """Code to show: whole lines of one code block."""

    statement: Statement
    """The lines that are shown; its text is the code without fences."""
    language: str


def choose_example(findings: Findings, points: Sequence[Point], library: Library) -> Example | None:
    """The example that shows the first point best, if one does.

    It uses what the leading statement names in code; where that names nothing, it stands in the
    same section and names most of what the question does. Where the question names a product or
    a language, the example is about it.
    """
    lead = points[0].lead.statement
    if lead.kind == "command":
        return None  # it says all
    if lead.kind == "piece":
        return _piece(lead)
    if lead.kind == "comment":
        return _commented(lead)
    names = _products(findings)
    if (piece := _nearly_leading(findings, points[0].lead, names)) is not None:
        return piece
    names_code = _IDENTIFIER.search(lead.text) is not None
    identifiers = frozenset(_identifiers(lead.text))
    best: tuple[float, Example] | None = None
    for block, near in _blocks(findings, lead, library):
        here = block.chunk.heading == lead.chunk.heading and block.chunk.origin == lead.chunk.origin
        if not here and (near < NEAR_ENOUGH or not identifiers):
            continue
        for piece in _pieces(block):
            there = frozenset(terms(piece.statement.text))
            if any(there.isdisjoint(name.all_forms) for name in names):
                continue
            asked = _asked(findings, there)
            least = NAMED_TOO if names_code else 0.0 if names and here else ASKED
            if asked < least or (names_code and identifiers.isdisjoint(there)):
                continue
            score = near + 0.5 * asked + 0.125 * len(identifiers & there) + (NEARBY if here else 0)
            if best is None or score > best[0]:
                best = (score, piece)
    return best[1] if best is not None else None


def _products(findings: Findings) -> list[KeyTerm]:
    """Products and languages that the question names; API and HTTP are none."""
    return [
        term for term in findings.question.key_terms if term.is_name and not term.text.isupper()
    ]


def _nearly_leading(findings: Findings, lead: Evidence, names: Sequence[KeyTerm]) -> Example | None:
    """The best piece of code, where it answers nearly as well as the leading statement."""
    pieces = [found for found in findings.evidence if found.statement.kind == "piece"]
    if not pieces or pieces[0].score < lead.score - AS_GOOD:
        return None
    there = pieces[0].statement.terms | pieces[0].statement.terms_inside
    if any(there.isdisjoint(name.all_forms) for name in names):
        return None
    if _asked(findings, there) < ASKED:
        return None
    return _piece(pieces[0].statement)


def _piece(lead: Statement) -> Example | None:
    """The piece itself, at the margin, where it is short and shows something."""
    lines = split_lines(dedent(lead.quote))
    if not _short(lines) or _MAKES.fullmatch(lead.quote):
        return None
    blocks = (block for block in split_chunk(lead.chunk) if block.lines.overlaps(lead.lines))
    opening = next(filter(None, (_OPENING.match(block.quote) for block in blocks)), None)
    return Example(replace(lead, text="\n".join(lines)), opening[2] if opening else "")


def _commented(lead: Statement) -> Example | None:
    """The piece of code that the comment stands in."""
    blocks = [block for block in split_chunk(lead.chunk) if block.kind == "code"]
    pieces = [piece for block in blocks for piece in _pieces(block)]
    return next((piece for piece in pieces if piece.statement.lines.overlaps(lead.lines)), None)


def _blocks(
    findings: Findings, lead: Statement, library: Library
) -> Iterator[tuple[Statement, float]]:
    """Code blocks with the nearness of their passages, then those of the lead's own section."""
    known = set()
    for evidence in findings.code:
        known.add(evidence.statement.key)
        yield evidence.statement, evidence.cosine
    asked = " ".join([*lead.chunk.heading[-1:], *_IDENTIFIER.findall(lead.text)])
    if not asked.strip():
        return
    source = lead.chunk.source
    for hit in library.search(asked, k=FURTHER, mode=Mode.LEXICAL, sources=[source]).hits:
        if hit.chunk.heading == lead.chunk.heading and hit.chunk.origin == lead.chunk.origin:
            for statement in split_chunk(hit.chunk):
                if statement.kind == "code" and statement.key not in known:
                    yield statement, 0.0


def _asked(findings: Findings, there: frozenset[str]) -> float:
    """The weighted share of the question's key terms that are among these terms."""
    return findings.share(
        term.text for term in findings.question.key_terms if not term.all_forms.isdisjoint(there)
    )


def _identifiers(text: str) -> Iterator[str]:
    """The terms of what a text recommends in code, each as a whole."""
    for sentence in sentences_of(text):
        for code in _IDENTIFIER.findall(_CAUTION.split(sentence)[0]):
            for typed in _CALLED.findall(code):
                if typed in _LITERALS or typed in _BUILDERS:
                    continue
                yield next(iter(terms(typed)))


def _pieces(block: Statement) -> Iterator[Example]:
    """The block whole where it is short, else its top-level declarations that are."""
    lines = split_lines(block.quote)
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
            quote = cut_lines(block.quote, start + 1, end + 1)
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
    for start, following in pairwise([*starts, len(body)]):
        end = following
        while end > start and not body[end - 1].strip():
            end -= 1
        if end - start >= LEAST_LINES and any(_TELLS.match(line) for line in body[start:end]):
            yield start, end
