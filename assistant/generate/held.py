"""A model's answer held to the passages: what stays, what is marked, what is dropped.

A sentence with a number or an address that its passages lack is dropped: a wrong number is worse
than none. One that its passages don't support stays with a mark and is returned as unsupported.
Citations of passages that aren't there are dropped; what stays is cited to the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from assistant.answer.cite import Citations
from assistant.answer.compose import sources_text
from assistant.answer.fixed_words import RULES_LEAD
from assistant.answer.result import Citation
from assistant.generate.draft import Block, Claim, read_draft
from assistant.generate.facts import (
    addresses_of,
    facts_of,
    missing_identifiers,
    missing_numbers,
    numbers_of,
)
from assistant.generate.support import BOUND, SURE, Judge, Support
from assistant.generate.wording import MARK, NOT_COVERED
from kb.lexical import query_terms

if TYPE_CHECKING:
    from assistant.answer.evidence import Library
    from assistant.answer.statement import Statement
    from assistant.generate.passages import Passage

MOST_CLAIMS = 60
"""Sentences of an answer that are looked at; what follows is dropped."""
SHORTEST_REPEATED = 20
"""Characters of what is not said again; `Yes.` and rows of tables may be."""
MOST_RULES = 4
LONGEST_REPORTED = 500
"""Characters of a sentence or code in `unsupported`."""
FROM_PASSAGES = 0.6
"""Share of a code block's names that a passage must have."""

_NAME = re.compile(r"[A-Za-z_$][\w$]{2,}")
_KEYWORD_LIST = (
    "await async const export default function return import from let var new for if else null "
    "undefined true false this type interface extends string number boolean void Promise try catch "
    "throw while class handler args ctx console log"
)
_KEYWORDS = frozenset(_KEYWORD_LIST.split())
_ORDINAL = re.compile(r"^\d{1,2}[.)]\s+")
_REST = re.compile(rf"\b{NOT_COVERED}\b[.:]?")


class Verdict(Enum):
    """What becomes of a sentence."""

    SUPPORTED = "supported"
    NEUTRAL = "neutral"
    """It claims nothing."""
    UNSUPPORTED = "unsupported"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Held:
    """An answer after it was held to the passages."""

    text: str
    citations: tuple[Citation, ...]
    rules: tuple[str, ...]
    unsupported: tuple[str, ...]
    """The sentences that no cited passage supports, dropped ones included, in order."""
    stands: bool
    """Whether there is a supported statement."""


@dataclass(frozen=True, slots=True)
class _Judged:
    verdict: Verdict
    stands_on: tuple[Statement, ...] = ()


def hold(
    text: str,
    passages: Sequence[Passage],
    library: Library,
    *,
    question: str,
    most_citations: int,
    cut_off: bool = False,
) -> Held:
    """Hold a model's Markdown to the passages that it was given.

    `cut_off` says that the model met a limit: its last, unfinished sentence is left out.
    """
    blocks = read_draft(_REST.sub("", text))
    holder = _Holder(passages, Judge(library), question, Citations(most_citations))
    return holder.held(_without_last(blocks) if cut_off else blocks)


def _without_last(blocks: list[Block]) -> list[Block]:
    last = blocks[-1:]
    if not last or last[0].kind == "code":
        return blocks[:-1]
    claims = last[0].claims
    if claims and not claims[-1].text.rstrip("*_`\"')").endswith((".", "!", "?")):
        claims = claims[:-1]
    return [*blocks[:-1], Block(last[0].kind, last[0].prefix, claims)] if claims else blocks[:-1]


class _Holder:
    """Goes through the blocks of one answer."""

    def __init__(
        self, passages: Sequence[Passage], judge: Judge, question: str, citations: Citations
    ) -> None:
        self._passages = {passage.n: passage for passage in passages}
        self._judge = judge
        self._question = question
        self._citations = citations
        self._unsupported: list[str] = []
        self._rules: dict[str, None] = {}
        self._stands = False
        self._left = MOST_CLAIMS
        self._said: set[str] = set()

    def held(self, blocks: Sequence[Block]) -> Held:
        shown = [(block, self._block(block)) for block in blocks]
        text = "\n".join(_laid_out(list(_without_empty_leads(shown))))
        if self._rules and self._stands:
            rules = tuple(self._rules)[:MOST_RULES]
            text += f"\n\n{RULES_LEAD}{', '.join(f'`{rule}`' for rule in rules)}"
        cited = self._citations.all()
        if cited:
            text += f"\n\n{sources_text(cited)}"
        return Held(
            text.strip(), cited, tuple(self._rules)[:MOST_RULES], tuple(self._unsupported),
            self._stands,
        )  # fmt: skip

    def _block(self, block: Block) -> str:
        """What is shown of a block; empty where nothing is left of it."""
        if block.kind in ("heading", "rule"):
            return block.prefix + " ".join(claim.text for claim in block.claims)
        if block.kind == "code":
            return self._code(block)
        parts = [part for claim in block.claims if (part := self._claim(claim))]
        return block.prefix + " ".join(parts) if parts else ""

    def _claim(self, claim: Claim) -> str:
        if self._left == 0 or self._repeats(claim.text):
            return ""
        self._left -= 1
        judged = self._judged(claim)
        if judged.verdict is Verdict.DROPPED:
            self._unsupported.append(claim.text[:LONGEST_REPORTED])
            return ""
        if judged.verdict is Verdict.UNSUPPORTED:
            self._unsupported.append(claim.text[:LONGEST_REPORTED])
            return f"{claim.text} {MARK}"
        marks = self._marks(judged.stands_on)
        self._stands |= judged.verdict is Verdict.SUPPORTED
        return f"{claim.text} {marks}" if marks else claim.text

    def _repeats(self, text: str) -> bool:
        """Whether it was said before word for word, as models do that have lost their way."""
        said = " ".join(text.casefold().split())
        if len(said) < SHORTEST_REPEATED or said.startswith("|"):
            return False
        before = said in self._said
        self._said.add(said)
        return before

    def _marks(self, statements: Sequence[Statement]) -> str:
        numbers = [self._citations.number(statement) for statement in statements]
        for statement in statements:
            self._rules.update(dict.fromkeys(statement.rules))
        return " ".join(f"[{n}]" for n in dict.fromkeys(numbers) if n is not None)

    def _judged(self, claim: Claim) -> _Judged:
        cited = [self._passages[n] for n in claim.cited if n in self._passages]
        if len(query_terms(_ORDINAL.sub("", claim.text))) < 2 and not _has_number(claim.text):
            return _Judged(Verdict.NEUTRAL)
        if claim.text.endswith(":") and not cited and not _has_number(claim.text):
            return _Judged(Verdict.NEUTRAL)
        return self._held_to(claim, cited)

    def _held_to(self, claim: Claim, cited: Sequence[Passage]) -> _Judged:
        """The verdict over a claim by the passages that it cites, or by any where it cites none."""
        found = [self._judge.support(claim.text, [passage]) for passage in cited]
        good = [one for one in found if one.likelihood >= BOUND]
        if not good:
            # The model named no passage or the wrong one: one that says it clearly is cited.
            others = [p for p in self._passages.values() if p not in cited]
            best = self._judge.support(claim.text, others)
            good = [best] if best.likelihood >= SURE else []
        told = "\n".join(p.told for p in (*cited, *(s.passage for s in good if s.passage)))
        if not told:
            told = "\n".join(p.told for p in self._passages.values())
        verdict = self._by_facts(claim.text, told)
        if verdict is not None:
            return _Judged(verdict)
        if not good:
            return _Judged(Verdict.UNSUPPORTED)
        return _Judged(Verdict.SUPPORTED, tuple(_statements(good)))

    def _by_facts(self, text: str, told: str) -> Verdict | None:
        """The verdict where a hard fact is not in the passages; None where all are."""
        facts = facts_of(_ORDINAL.sub("", text))
        wrong = missing_numbers(facts.numbers, numbers_of(told))
        if wrong and not missing_numbers(wrong, numbers_of(self._question)):
            return Verdict.UNSUPPORTED  # the asker's own number
        if wrong or facts.addresses - addresses_of(told):
            return Verdict.DROPPED
        asked = f"{told}\n{self._question}"
        return Verdict.UNSUPPORTED if missing_identifiers(facts.identifiers, asked) else None

    def _code(self, block: Block) -> str:
        """A code block, cited by the passage that has most of its names, or marked."""
        code = block.claims[0].text
        if self._repeats(code):
            return ""
        names = set(_NAME.findall(code)) - _KEYWORDS
        best = max(
            self._passages.values(),
            key=lambda passage: (_held(names, passage.text), -passage.n),
            default=None,
        )
        fence = "`" * (max((len(run) for run in re.findall(r"`{3,}", code)), default=2) + 1)
        fenced = f"{fence}{block.language}\n{code}\n{fence}"
        if best is None or _held(names, best.text) < FROM_PASSAGES:
            self._unsupported.append(code[:LONGEST_REPORTED])
            return f"{fenced}\n\nThis code is not from the documents. {MARK}"
        statement = max(
            best.statements, key=lambda one: (_held(names, one.text), one.kind == "code")
        )
        marks = self._marks((statement,))
        return f"Example {marks}:\n\n{fenced}" if marks else fenced


def _has_number(text: str) -> bool:
    return bool(numbers_of(_ORDINAL.sub("", text)))


def _statements(supports: Sequence[Support]) -> Iterator[Statement]:
    for support in supports:
        if support.statement is not None:
            yield support.statement


def _held(names: set[str], text: str) -> float:
    """The share of names that a text has; 1 for none."""
    return len(names & set(_NAME.findall(text))) / len(names) if names else 1.0


def _without_empty_leads(shown: Sequence[tuple[Block, str]]) -> Iterator[tuple[Block, str]]:
    """What is shown, without leads and headings that nothing is left of to follow."""
    kept = [(block, text) for block, text in shown if text]
    for at, (block, text) in enumerate(kept):
        following = kept[at + 1][0] if at + 1 < len(kept) else None
        last = following is None or following.kind == "heading"
        if block.kind in ("lead", "heading") and last:
            continue
        yield block, text


def _laid_out(shown: Sequence[tuple[Block, str]]) -> Iterator[str]:
    """Blocks as lines: items and rows close together, everything else with a line between."""
    for at, (block, text) in enumerate(shown):
        before = shown[at - 1][0] if at else None
        if before is not None and not (_is_listed(before) and _is_listed(block)):
            yield ""
        yield text


def _is_listed(block: Block) -> bool:
    row = block.kind == "text" and not block.prefix and block.claims[0].text.startswith("|")
    return (bool(block.prefix.strip()) and block.kind == "text") or block.kind == "rule" or row
