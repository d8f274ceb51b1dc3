"""Whether the documents answer a question, decided by more than similarity.

A likely answer shares the question's rare words, is near to it in meaning, and is found by words
and by meaning alike. Look-alikes (prices, other products, dashboard matters) ask for something that
no document names, or for a number that no statement has. How much of a question's meaning rests
on words that were not found is measured by leaving them out: without `kafka`, another question is
left; without `hardly`, the same.

The decision is a logistic regression over the features below and over the single words of the
question that the leading statement doesn't say. `benchmarks/fit_answers.py` fits it
to the training questions of `tests/fixtures/answers`, reports how it does on others, and writes
`weights.json`. Rules stand above it: what only a quantity can answer is never answered without one,
what is in the dashboard not by what is not of that, and what a check-list says not by an item about
something else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from assistant.answer.evidence import Evidence, Findings, Library
from assistant.answer.form import NAMES_LIST, OF_LIST, tells_quantity
from assistant.answer.question import CLICKS, Question
from assistant.answer.select import Point
from assistant.answer.unsaid import unsaid_words
from assistant.answer.weights import weights_of

THRESHOLD = 0.4
"""Below one half: a wrong refusal of a covered question is worse than a cited near miss. Over few
documents, cross-validation then declines nine of ten look-alikes and one of eleven others."""
FEW = 300
"""Chunks of a library that is half small."""
MUCH = 4
"""Key terms of a question of which as much as possible is known."""
LISTED = 0.34
"""Share of what a check-list is asked for that its item names."""
_TO_TICK = re.compile(r"[ \t]*[-*+] \[[ xX]\]")
"""An item that is ticked off stands in a check-list, whatever that is called."""
TOGETHER = 3.0
"""How far below the leading point's score another one may be to count as part of an answer."""

FEATURES = (
    "meaning",
    "score",
    "named",
    "unknown",
    "guessed",
    "about_unknown",
    "rests_on_unknown",
    "rests_on_unsaid",
    "foreign",
    "inside",
    "known",
    "within_unknown",
    "opens_unknown",
    "small",
)
"""What the decision rests on, nearly all from 0 to 1. See `features_of`."""
UNSAID = "unsaid "
"""What the feature of a word begins with that the leading statement doesn't say."""
RULES = ("unmeasured", "elsewhere", "unlisted")
"""Features of which each alone decides that the documents don't answer."""


def features_of(
    findings: Findings, points: Sequence[Point], library: Library
) -> Mapping[str, float]:
    """The features of a question with what was found and chosen for it, by the names in FEATURES.

    - `meaning`: cosine between the question and the nearer of the first two points;
    - `score`: the leading statement's, in tens;
    - `named`: weighted share of the known key terms that the leading statement names, or the
      headings above it;
    - `unknown`: weighted share of the key terms that no document uses; `guessed`: of identifiers of
      which documents have only parts;
    - `about_unknown`: 1 where it is asked what a thing is or does, or how it is used, that no
      document has as it stands;
    - `rests_on_unknown`, `rests_on_unsaid`: how far the question's meaning moves when the words
      that no document uses, or that the chosen statements don't, are left out (1 - cosine);
    - `foreign`: 1 where something written like a product is named that no document knows;
    - `inside`: weighted share of the key terms that the leading statement has in its code only;
    - `known`: how many key terms documents use, in fours: of a long question much is found;
    - `within_unknown`: 1 where something is asked of what is done `in`, `with` or `from` a thing
      that no document knows; `opens_unknown`: 1 where the first key term is such a thing;
    - `small`: from 1 for hardly any documents to 0: where there are few, words are missing soon;
    - `unmeasured`: 1 where only a quantity can answer and the leading statement has none of the
      matter;
    - `elsewhere`: 1 where something is looked for in the dashboard and the leading statement is
      not of that;
    - `unlisted`: 1 where a check-list is asked for something and the leading statement is no item
      of one, or doesn't name it;
    - `unsaid …`: 1 for each word of the question that the leading statement doesn't say.
    """
    if not points:
        return {"unknown": 1.0, "rests_on_unknown": 1.0, "rests_on_unsaid": 1.0}
    lead, question = points[0].lead, findings.question
    told = [point for point in points if point.lead.score >= lead.score - TOGETHER]
    said = {text for point in told for voice in point.voices for text in voice.covered}
    # Acronyms are no products: a `PDF` is the asker's own matter.
    names = {term.text for term in question.key_terms if term.is_name and not term.text.isupper()}
    known = [text for text in findings.weights if text not in findings.unknown]
    # A single word is soon found somewhere: it tells half of what two words do.
    telling = min(1.0, len(known) / 2) / (findings.share(known) or 1.0)
    strange = {*findings.unknown, *(t.text for t in question.key_terms if t.is_guessed)}
    unsaid = [term.text for term in question.key_terms if term.text not in said]
    return {
        "meaning": max(point.lead.cosine for point in points[:2]),
        "score": lead.score / 10,
        "named": telling * findings.share(lead.covered),
        "unknown": findings.share(findings.unknown),
        "guessed": findings.share(term.text for term in question.key_terms if term.is_guessed),
        "about_unknown": float(any(_is_about(text, question) for text in strange)),
        "rests_on_unknown": _rests_on(findings.unknown, question, library),
        "rests_on_unsaid": _rests_on(unsaid, question, library),
        "foreign": float(not names.isdisjoint(findings.unknown)),
        "inside": lead.merits.get("inside", 0.0),
        "known": min(len(known), MUCH) / MUCH,
        "within_unknown": float(any(_stands_within(text, question) for text in findings.unknown)),
        "opens_unknown": float(_opens(findings) in findings.unknown),
        "unlisted": float(_is_unlisted(findings, lead)),
        "small": 1.0 / (1.0 + library.chunk_count() / FEW),
        "unmeasured": float(not tells_quantity(question, lead.statement)),
        "elsewhere": float(question.clicks and not _shows_where(findings, lead)),
        **dict.fromkeys((UNSAID + word for word in _unsaid(question, lead)), 1.0),
    }


def _unsaid(question: Question, lead: Evidence) -> frozenset[str]:
    """The words that neither a statement nor its heading says, also not by another word."""
    heading = lead.statement.chunk.heading[-1:]
    return unsaid_words(question.search, (lead.statement.text, *heading, *lead.covered))


def _rests_on(words: Iterable[str], question: Question, library: Library) -> float:
    """How far the question's meaning moves without these words, from 0 to 1."""
    left = question.search
    for word in words:
        left = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", left)
    left = " ".join(left.split())
    if left == " ".join(question.search.split()):
        return 0.0
    if not re.search(r"\w", left):
        return 1.0
    whole, without = library.embed([question.search, left])
    return min(1.0, max(0.0, 1.0 - float(whole @ without)))


def _stands_within(word: str, question: Question) -> bool:
    """Whether a question is about what is done in, with or from a thing, named without article."""
    place = rf"\b(?:in|with|from|using|via|to|for|on top of) {re.escape(word)}(?!\w)"
    return re.search(place, question.text, re.IGNORECASE) is not None


def _is_about(word: str, question: Question) -> bool:
    """Whether it is asked what a thing is or does, or how it is used."""
    asks = (
        r"\b(?:what (?:is|are|does|do)|how (?:to use|is|does)"
        r"|(?:do|can|should|would) (?:i|we|you)"
        r" (?:use|write|call|define|enable|add|configure|set up)) (?:the |an? )?[\"'`]?"
    )
    return re.search(asks + re.escape(word) + r"(?!\w)", question.text, re.IGNORECASE) is not None


def _opens(findings: Findings) -> str:
    """The first key term that counts; empty where none does."""
    terms = (term.text for term in findings.question.key_terms if term.text in findings.weights)
    return next(terms, "")


def _is_unlisted(findings: Findings, lead: Evidence) -> bool:
    """Whether a check-list is asked, and the leading statement is no item about the matter."""
    if not NAMES_LIST.search(findings.question.text):
        return False
    if not any(map(NAMES_LIST.search, lead.statement.chunk.heading)) and not _TO_TICK.match(
        lead.statement.quote
    ):
        return True
    matter = {text for text in findings.weights if not OF_LIST.fullmatch(text)}
    return bool(matter) and findings.share(lead.own & matter) < LISTED * findings.share(matter)


def _shows_where(findings: Findings, lead: Evidence) -> bool:
    """Whether a statement is about the dashboard, and about what is looked for there."""
    if not CLICKS.search(lead.statement.text):
        return False
    pages = {term.text for term in findings.question.key_terms if CLICKS.fullmatch(term.text)}
    matter = findings.share(set(findings.weights) - pages)
    return findings.share(lead.own - pages) >= matter / 2


def confidence(features: Mapping[str, float]) -> float:
    """From 0 (the documents don't answer) to 1 (they do)."""
    if any(features.get(rule) for rule in RULES):
        return 0.0
    weights = weights_of("coverage")
    logit = weights["bias"] + sum(
        weights.get(name, 0.0) * features.get(name, 0.0) for name in FEATURES
    )
    words = weights_of("unsaid")
    # Summed in the same order each time, or the last digit changes with the process.
    logit += sum(
        words.get(name.removeprefix(UNSAID), 0.0)
        for name in sorted(features)
        if name.startswith(UNSAID)
    )
    return 1.0 / (1.0 + math.exp(-logit))


def leaning(confident: float) -> float:
    """A confidence by its distance from the threshold: from -1 over 0, there, to 1."""
    room = 1 - THRESHOLD if confident >= THRESHOLD else THRESHOLD
    return (confident - THRESHOLD) / room
