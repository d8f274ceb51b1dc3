"""Which statements make the answer: points, each with everyone who says the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from assistant.answer.evidence import Evidence, Findings, Library, Scorer
from assistant.answer.form import NAMES_LIST, adds, asks_back, is_wanted, wants_advice
from assistant.answer.statement import Statement, sentences_of, telling_statements
from kb.lexical import terms
from kb.search import Mode

if TYPE_CHECKING:
    from kb.search import Hit

SAME = 0.68
"""Cosine from which two statements say the same."""
SAME_BY_RULE = 0.35
"""The same, where the same code rule enforces both."""
AS_MUCH = 0.35
"""Share of the question's matter that one who says the same names, compared with the lead."""
OPPOSED = 0.6
"""Cosine from which a ban and a recommendation are about the same matter."""
OF_USE = 0.24
"""Cosine with the question below which a statement that says the same is not worth citing."""
MEASURED = 4.0
"""How far below the best score a statement may lead that has the quantity which is asked for, or
stands in the check-list that is."""
FORMED = 1.0
"""The same for a command or a table's row, where one is asked for."""
MOST_VOICES = 6
"""Documents that are cited for one point."""
MOST_POINTS = 7
WORTH = 5.0
"""How far below the first point's score a further one's may be."""
NEAR = 0.22
"""Cosine with the question that a further point has at least, unless it is as good as the first."""
HARDLY_WORSE = 2.0
"""How far below the first point's score a further one is as good."""
IN_WORDS = 1.0
"""How far below a piece of code a statement in words may be to lead before it."""
ADVISED = 3.5
"""The same where advice is wanted."""
IN_CODE_TOO = 3.5
"""How far below the first point's score a further one that stands in code may be."""
ADVICE_TOO = 1.0
"""The same where advice is wanted."""
AS_GOOD = 1.5
"""How far below the answering row's score another row of its table may be to be told as well."""
CORROBORATING = 40
"""Chunks that are searched for statements which say the same as the first point."""
CLOSE = 15
"""Chunks of these whose statements are all compared where no code rule narrows them."""
SHARED = 2
"""Terms that such a statement has in common with the first point or the question."""
MOST_ASKED = 10
"""Documents that are each asked for such statements."""


@dataclass(frozen=True)
class Point:
    """Something the documents say, by its best statement and the others that say the same."""

    lead: Evidence
    others: tuple[Evidence, ...] = ()

    @property
    def voices(self) -> tuple[Evidence, ...]:
        """All statements, the lead first."""
        return (self.lead, *self.others)


@dataclass(frozen=True)
class Disagreement:
    """Two statements of different documents that can't both be followed."""

    one: Evidence
    other: Evidence
    about: str
    """What they differ in: `opposite advice`, or the two numbers."""


def select_points(findings: Findings, library: Library, *, sources: Sequence[str]) -> list[Point]:
    """The points that answer the question, the most direct one first."""
    if not findings.evidence:
        return []
    first = _direct(findings)
    more = _corroborating(first, findings, library, sources)
    pool = sorted({*findings.evidence, *more}, key=lambda e: (-e.score, e.statement.key))
    voices = [found for found in pool if _supports(found, first, findings)]
    points = [Point(first, _same(first, voices))]
    used = set(points[0].voices)
    for evidence in pool:
        if len(points) == MOST_POINTS or evidence.score < first.score - WORTH:
            break
        if (
            evidence in used
            or (evidence.cosine < NEAR and evidence.score < first.score - HARDLY_WORSE)
            or (_is_code(evidence) and not _may_follow(evidence, first, findings))
            or any(_repeats(point.lead, evidence) for point in points)
            or _is_another_row(evidence, first)
        ):
            continue
        others = tuple(found for found in _same(evidence, pool) if found not in used)
        points.append(Point(evidence, others))
        used.update(points[-1].voices)
    return points


def _supports(found: Evidence, first: Evidence, findings: Findings) -> bool:
    """Whether a statement is about as much of the question's matter as the first one."""
    if findings.question.quantity is not None and not is_wanted(findings.question, found.statement):
        return False
    return findings.share(found.covered) >= AS_MUCH * findings.share(first.own)


def _direct(findings: Findings) -> Evidence:
    """The statement to lead with: the best, or one nearly as good of the form that is asked for.

    A question, as check-lists have them, leads only where such are asked for or there is nothing
    else.
    """
    ranked = list(findings.evidence)
    if not asks_back(findings.question):
        ranked = [e for e in ranked if not e.statement.text.endswith("?")] or ranked
    exact = findings.question.quantity is not None or NAMES_LIST.search(findings.question.text)
    allowed = MEASURED if exact else FORMED
    formed = [found for found in ranked if is_wanted(findings.question, found.statement)]
    if formed and formed[0].score >= ranked[0].score - allowed:
        return formed[0]
    words = next((found for found in ranked if not _is_code(found)), ranked[0])
    allowed = ADVISED if wants_advice(findings.question) else IN_WORDS
    return words if words.score >= ranked[0].score - allowed else ranked[0]


def _corroborating(
    first: Evidence, findings: Findings, library: Library, sources: Sequence[str]
) -> tuple[Evidence, ...]:
    """Statements near the first one in meaning, or enforced by the same code rule."""
    asked = " ".join(sentences_of(first.statement.text)[:2])[:300]
    known = {found.statement.key for found in findings.evidence}
    hits = [
        hit
        for hit in library.search(asked, k=CORROBORATING, sources=sources).hits
        if hit.chunk.origin != first.statement.chunk.origin
    ]
    if first.statement.rules and not sources:
        clause = f"{_CLAUSE.split(asked)[0]} {findings.question.search}"
        worded = library.search(clause, k=CORROBORATING, mode=Mode.LEXICAL).hits
        others = [hit for hit in worded if hit.chunk.origin != first.statement.chunk.origin]
        names = list(dict.fromkeys(hit.chunk.source for hit in (*hits, *others)))[:MOST_ASKED]
        for name in names:
            # A short item that says the same in general words is far down in a search of all.
            hits += library.search(clause, k=4, mode=Mode.LEXICAL, sources=[name]).hits
    rules = set(first.statement.rules)
    matter = first.statement.terms.union(*(t.all_forms for t in findings.question.key_terms))
    by_origin: dict[str, list[tuple[Statement, Hit]]] = {}
    for hit in hits:
        for statement in telling_statements(hit.chunk):
            if statement.kind in ("code", "piece") or statement.key in known:
                continue
            if _may_agree(statement, hit, rules, matter):
                by_origin.setdefault(hit.chunk.origin, []).append((statement, hit))
    scorer = Scorer(findings.question, library, findings.weights)
    pairs = [scorer.likely(each) for each in by_origin.values()]
    return scorer.score(pairs, at_most=MOST_ASKED)


def _may_agree(statement: Statement, hit: Hit, rules: Set[str], matter: Set[str]) -> bool:
    """Whether a statement is worth comparing. Finding its rules costs most, so words come first."""
    if not rules:
        return hit.rank <= CLOSE
    shared = [term for term in matter & statement.terms if len(term) > 3]
    return len(shared) >= SHARED and not rules.isdisjoint(statement.rules)


def _same(lead: Evidence, pool: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """The best statement of each other document that says what `lead` says."""
    voices: dict[str, Evidence] = {}
    for found in sorted(pool, key=lambda e: (-_likeness(lead, e), e.statement.key)):
        origin = found.statement.chunk.origin
        if (
            origin != lead.statement.chunk.origin
            and origin not in voices
            and _says_same(lead, found)
        ):
            voices[origin] = found
    return tuple(_in_turn(voices.values(), after=lead))[: MOST_VOICES - 1]


def _in_turn(voices: Iterable[Evidence], *, after: Evidence) -> list[Evidence]:
    """One of each collection in turn, so that the built-in agents don't drown a team's own."""
    spoken = Counter([_collection(after)])
    remaining, ordered = list(voices), []
    while remaining:
        following = min(
            remaining, key=lambda found: spoken[_collection(found)]
        )  # the first of them
        remaining.remove(following)
        ordered.append(following)
        spoken[_collection(following)] += 1
    return ordered


def _collection(evidence: Evidence) -> str:
    return evidence.statement.chunk.origin.partition("/")[0]


def _likeness(one: Evidence, other: Evidence) -> float:
    if one.vector is None or other.vector is None:
        return 0.0
    return float(one.vector @ other.vector)


def _says_same(one: Evidence, other: Evidence) -> bool:
    likeness = _likeness(one, other)
    if set(one.statement.rules) & set(other.statement.rules):
        enough = SAME if adds(other.statement.text, one.statement.text) else SAME_BY_RULE
        return likeness >= enough
    of_use = other.cosine >= OF_USE
    return of_use and likeness >= SAME and not _opposed(one.statement, other.statement)


def _is_code(found: Evidence) -> bool:
    """Whether it stands in code, and so tells little beside what is said in words."""
    return found.statement.kind in ("comment", "piece")


def _may_follow(code: Evidence, first: Evidence, findings: Findings) -> bool:
    """Whether what stands in code is worth telling behind the first point."""
    allowed = ADVICE_TOO if wants_advice(findings.question) else IN_CODE_TOO
    return code.score >= first.score - allowed


def _is_another_row(found: Evidence, first: Evidence) -> bool:
    """Whether it is a row of the table that answers with another row, clearly the better one."""
    return (
        found.statement.kind == first.statement.kind == "row"
        and found.statement.chunk.id == first.statement.chunk.id
        and found.score < first.score - AS_GOOD
    )


def _repeats(one: Evidence, other: Evidence) -> bool:
    """Whether a further point would say again what one says, or stands in the same lines."""
    here, there = one.statement, other.statement
    if here.chunk.origin == there.chunk.origin and here.lines.overlaps(there.lines):
        return True
    if adds(there.text, here.text):
        return False
    return _likeness(one, other) >= SAME and _says_same(one, other)


_FORBIDS = re.compile(r"\W*(?:never|don['’]t|do not|avoid)\b", re.IGNORECASE)
_NEGATES = re.compile(
    r"\b(?:never|not|no|avoid|without|only|instead|rather|unless|except|but|replace|until|"
    r"cannot)\b|n['’]t\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=\w{3})[,;.](?:\s|$)")
_CODE = re.compile(r"`([^`\n]{2,60})`")
_NUMBER = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s*(%|[A-Za-z]{1,12})?")


def disagreements(points: Sequence[Point], evidence: Sequence[Evidence]) -> list[Disagreement]:
    """Statements of different documents on the same matter that contradict each other."""
    pool = [
        found
        for found in dict.fromkeys([*(v for p in points for v in p.voices), *evidence[:10]])
        if not _is_code(found)
    ]
    found: list[Disagreement] = []
    for one, other in combinations(pool, 2):
        if one.statement.chunk.origin == other.statement.chunk.origin:
            continue
        likeness = _likeness(one, other)
        if likeness >= SAME and (numbers := _different_numbers(one.statement, other.statement)):
            found.append(Disagreement(one, other, numbers))
        elif likeness >= OPPOSED and _opposed(one.statement, other.statement):
            found.append(Disagreement(one, other, "opposite advice"))
    return found[:1]


def _opposed(one: Statement, other: Statement) -> bool:
    """Whether one forbids outright the very thing in code that the other plainly asks for."""
    if set(one.rules) & set(other.rules):
        return False
    left, right = sentences_of(one.text)[0], sentences_of(other.text)[0]
    if bool(_FORBIDS.match(left)) == bool(_FORBIDS.match(right)):
        return False
    forbidding, asking = (left, right) if _FORBIDS.match(left) else (right, left)
    return not _NEGATES.search(asking) and bool(_named(forbidding) & _named(asking))


def _named(text: str) -> frozenset[str]:
    return frozenset(code.strip(".()").lower() for code in _CODE.findall(text))


def _different_numbers(one: Statement, other: Statement) -> str:
    """`16 fields / 32 fields` where both count the same in a different number, else nothing."""
    left, right = dict(_counted(one.text)), dict(_counted(other.text))
    for unit in left.keys() & right.keys():
        if left[unit] != right[unit]:
            return f"{left[unit]} {unit} / {right[unit]} {unit}"
    return ""


def _counted(text: str) -> Iterator[tuple[str, str]]:
    for number, unit in _NUMBER.findall(text):
        if unit:
            yield next(iter(terms(unit)), unit), number.replace(",", "")
