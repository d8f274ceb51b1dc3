"""The answer's Markdown, put together from the documents' own statements, without a model."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from agents.document import Polarity
from assistant.answer.cite import Citations
from assistant.answer.evidence import Evidence, Findings
from assistant.answer.example import Example
from assistant.answer.fixed_words import RULES_LEAD, SOURCES
from assistant.answer.result import Citation
from assistant.answer.select import Disagreement, Point
from assistant.answer.statement import Statement, sentences_of
from kb.lexical import terms

LEAD_CHARACTERS = 420
POINT_CHARACTERS = 220
MOST_RULES = 4
_LABEL = re.compile(r"^\*\*([^*\n]{1,60})\*\*\s*[:：—–-]?\s*")
_EMPTY_LABELS = re.compile(
    r"^(?:recommendation|note|important|tip|rule|answer)s?\W*$", re.IGNORECASE
)
_CODE_LINE = re.compile(r"[A-Za-z]")
_OPEN_END = re.compile(r"[\s({\[=>,;]+$")
_OPENS_NEGATED = re.compile(
    r"\W*(?:never|don['’]t|do not|avoid|no|not|without|must not|cannot|can['’]t)\b"
    r"|.*\b(?:never|don['’]t|do not|must not|cannot|avoid)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer's text with what it stands on."""

    text: str
    citations: tuple[Citation, ...]
    rules: tuple[str, ...]


def compose_answer(
    findings: Findings,
    points: Sequence[Point],
    example: Example | None,
    contradictions: Sequence[Disagreement],
    outdated: Statement | None = None,
    *,
    most_citations: int,
) -> Composed:
    """The answer: the direct statement, more points, an example, warnings, rules, sources."""
    citations = Citations(
        most_citations, reserved=sum(each is not None for each in (example, outdated))
    )
    named = forms_asked(findings)
    blocks: list[str] = []
    bullets: list[str] = []
    for number, point in enumerate(points):
        most = POINT_CHARACTERS if number else LEAD_CHARACTERS
        marks = _marks(point.voices, citations)
        if marks:
            line = f"{shown(point.lead.statement, named, most)} {marks}"
            bullets.append(f"- {line}") if number else blocks.append(line)
    if bullets:
        blocks.append("\n".join(bullets))
    citations.release()
    if example is not None and (mark := citations.number(example.statement)) is not None:
        blocks.append(_code(example, mark))
    blocks += [text for each in contradictions if (text := _warning(each, citations, named))]
    if outdated is not None and (mark := citations.number(outdated)) is not None:
        blocks.append(f"⚠ Partly outdated: {shown(outdated, named, POINT_CHARACTERS)} [{mark}]")
    rules = _rules(points)
    if rules:
        blocks.append(f"{RULES_LEAD}{', '.join(f'`{rule}`' for rule in rules)}")
    cited = citations.all()
    blocks.append(sources_text(cited))
    return Composed("\n\n".join(blocks), cited, rules)


def sources_text(citations: Sequence[Citation]) -> str:
    """The list of sources at the end of an answer."""
    lines = [SOURCES, ""]
    for citation in citations:
        start, end = citation.lines.start, citation.lines.end
        place = f"{start}" if start == end else f"{start}–{end}"
        lines.append(
            f"- [{citation.n}] {escaped(citation.source)} v{citation.version}, line {place}"
        )
    return "\n".join(lines)


def shown(statement: Statement, named: frozenset[str], most: int) -> str:
    """The statement as the answer says it: the sentences that matter, up to `most` characters."""
    if statement.kind == "row":
        return _row(statement)
    if statement.kind == "piece":
        return _piece(statement, named)
    text = _without_empty_label(statement.text)
    if statement.polarity is Polarity.DONT and not _OPENS_NEGATED.match(text):
        text = f"Don't: {text[:1].lower() + text[1:] if text[1:2].islower() else text}"
    parts = sentences_of(text)
    if len(text) > most and len(parts) > 1:
        chosen = _best_sentences(parts, named, most)
        text = " ".join(parts[n] for n in chosen)
    return text if len(text) <= most + 60 else f"{text[:most].rsplit(' ', 1)[0]} …"


def _best_sentences(parts: Sequence[str], named: frozenset[str], most: int) -> list[int]:
    """The first sentence and those that name most of what was asked, in their order."""

    def worth(n: int) -> tuple[int, int]:
        return (-len(named.intersection(terms(parts[n]))), n)

    chosen = [0]
    room = most - len(parts[0])
    for n in sorted(range(1, len(parts)), key=worth):
        if len(parts[n]) + 1 <= room:
            chosen.append(n)
            room -= len(parts[n]) + 1
    return sorted(chosen)


def _row(statement: Statement) -> str:
    cells = [cell.replace("**", "") for cell in statement.text.split(" | ")]
    heads = [head.replace("**", "") for head in statement.context.split(" | ")]
    if len(cells) > 3 and len(heads) == len(cells):
        named = [f"{head}: {cell}" for head, cell in zip(heads, cells, strict=True) if cell]
        return f"**{cells[0]}** – {'; '.join(named[1:])}"
    first, *others = (cell for cell in cells if cell)
    if not others:
        return first
    more = f" ({', '.join(others[1:])})" if len(others) > 1 else ""
    return f"{first} → **{others[0]}**{more}"


def _piece(statement: Statement, named: frozenset[str]) -> str:
    """What a piece of code does, by its comment, else by its line that names most of the matter."""
    if not statement.text.startswith("`"):
        return statement.text
    lines = [line.strip() for line in statement.quote.splitlines() if _CODE_LINE.search(line)]
    if not lines:
        return statement.text
    best = max(lines, key=lambda line: (len(named.intersection(terms(line))), "(" in line))
    line = _OPEN_END.sub("", best if len(best) <= POINT_CHARACTERS else best[:POINT_CHARACTERS])
    within = statement.context if statement.context.endswith("`") else ""
    inside = within[within.find("`") :].strip("`")
    begins = f"In code, in `{inside}`" if inside and inside not in best else "In code"
    return f"{begins}: `{line.replace('`', chr(39))}`"


def _without_empty_label(text: str) -> str:
    """The text without a bold label that says nothing, such as `**Recommendation**:`."""
    match = _LABEL.match(text)
    if not match or not _EMPTY_LABELS.match(match[1]):
        return text
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:]


def _marks(voices: Sequence[Evidence], citations: Citations) -> str:
    numbers = [citations.number(voice.statement) for voice in voices]
    return " ".join(f"[{number}]" for number in dict.fromkeys(numbers) if number is not None)


def _code(example: Example, number: int) -> str:
    code = example.statement.text
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"Example [{number}]:\n\n{fence}{example.language}\n{code}\n{fence}"


def _warning(contradiction: Disagreement, citations: Citations, named: frozenset[str]) -> str:
    one, other = contradiction.one.statement, contradiction.other.statement
    numbers = citations.number(one), citations.number(other)
    if None in numbers:
        return ""
    return (
        f"⚠ The documents disagree ({contradiction.about}): {shown(one, named, 140)} [{numbers[0]}]"
        f" – but: {shown(other, named, 140)} [{numbers[1]}]"
    )


def _rules(points: Sequence[Point]) -> tuple[str, ...]:
    """The rules that enforce the first point; the leading statement's own come first."""
    own = points[0].lead.statement.rules
    counts = Counter(rule for voice in points[0].voices for rule in voice.statement.rules)
    shared = [rule for rule, count in counts.most_common() if count > 1]
    return tuple(dict.fromkeys([*own, *shared]))[:MOST_RULES]


def forms_asked(findings: Findings) -> frozenset[str]:
    """The index's terms for what is asked, by which sentences are picked."""
    return frozenset(form for term in findings.question.key_terms for form in term.all_forms)


def escaped(text: str) -> str:
    """Plain text as Markdown that shows it as it is, on one line."""
    return re.sub(r"([\\`*\[\]<>])", r"\\\1", " ".join(text.split()))
