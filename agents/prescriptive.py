"""Which words prescribe: headings that open rules, statements that command, ask or forbid.

Pure functions over single lines of Markdown; where the lines stand is `agents.checklist`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

from agents.command_words import GERUNDS, VERBS, is_noun_phrase
from agents.document import Polarity


class Context(Enum):
    """What the heading or the sentence above a list says about its entries."""

    FORBIDS = auto()
    """Each entry is something not to do."""
    PRESCRIBES = auto()
    """Each entry is something to do or to hold to."""
    CLAIMS = auto()
    """The entries tell what somebody knows or does; those that name a means are promises."""
    DESCRIBES = auto()
    """The entries are examples, features or references."""


_MARKUP = re.compile(r"\*\*|__|[*`~]|(?<![\w])_|_(?![\w])")
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()\s]{0,500}\)")
_EMOJI = re.compile(r"^[^\w`(\"'“‘<@$#]+")

_BOTH = re.compile(
    r"\bdo(?:'|’)?s?\s*(?:and|&|/|,|or|vs\.?)\s*do(?:n(?:'|’)?t|\s+not\b)"
    r"|\b(?:practices|patterns)\s*(?:and|&|/|,|or|vs\.?)\s*anti-?\s?patterns"
)
_FORBIDS = re.compile(
    r"\bnever\b|\bdon['’]?ts?\b|\bdo not\b|\b(?:must|will|shall|should|can|may)(?: not|n['’]t)\b"
    r"|\bwon['’]t\b|(?<!how to )(?<!you )\bavoid\b|\banti-?\s?patterns?\b|\bforbidden\b"
    r"|\bprohibited\b|\bnot allowed\b|\bpitfalls?\b|\bmistakes\b|\bbad practices\b|\bnot to do\b"
    r"|\bred flags\b|\bno-?gos?\b"
)
_PRESCRIBES = re.compile(
    r"\balways\b|\bmust(?:s|-do)?\b|\bpractices?\b|\bcheck-?\s?lists?\b|\brules?\b|\bguidelines?\b"
    r"|\bguidance\b|\bconventions?\b|\bstandards?\b|\brequire(?:d|ments?)\b|\bverif(?:y|ication)\b"
    r"|\bprinciples?\b|\bphilosophy\b|\bconstraints?\b|\bguardrails?\b|\bpolic(?:y|ies)\b"
    r"|\brecommend(?:ed|ations?)\b|\bdo(?:'|’)?s\b|\byou (?:will|must|should|shall)\b|\bensure\b"
    r"|\bmake sure\b|\bprefer(?:red)?\b|\bcriteria\b|\bmandatory\b|\bcritical\b|\bmust-have"
    r"|\bdecision\b"
)
_TOPICS = re.compile(
    r"\bsecurity\b|\bquality\b|\bperformance\b|\bvalidation\b|\bself-(?:check|review)\b"
    r"|\baccessibility\b|\bhow to avoid\b|^do$"
)
"""Matters that a section of rules is often named after; a document's title too, so not there."""
_STEPS = re.compile(
    r"\bworkflow\b|\bprocess\b|\bsteps?\b|\binstructions?\b|\bprocedures?\b|\bprotocols?\b"
    r"|\bapproach\b|\bmethodology\b|\bwhen invoked\b"
)
_CLAIMS = re.compile(
    r"\bexpert(?:ise|s)?\b|\bcapabilit(?:y|ies)\b|\bcompetenc(?:e|es|y|ies)\b|\bskills?\b"
    r"|\bspeciali[sz]\w*|\bfocus\b|\bresponsibilit(?:y|ies)\b|\bmaster(?:y|ies)\b|\bknowledge\b"
    r"|\bproficien\w*"
)
_DESCRIBES = re.compile(
    r"\bexamples?\b|\boverview\b|\bfeatures\b|\bresources\b|\breferences\b|\blinks\b"
    r"|\bintegration (?:points|with)\b|\bcollaborat\w*|\bwhen to use\b|\buse (?:cases|when)\b"
    r"|\bcommon patterns\b|\btech(?:nology)? stack\b|\bdeliverables?\b|\bfile structure\b"
    r"|\btable of contents\b|\bchangelog\b|\bsee also\b|\brelated\b|\bbackground\b"
)

_LABEL = re.compile(
    r"^(?:\*\*|__)([^*_]{1,120})(?:\*\*|__)\s*(?:[:：]|[-–—]+\s)?\s*|^([A-Z][^:.!?`]{1,60}):\s+"
)
_BOLD_LABEL = re.compile(r"(?:\*\*|__)[^*_]{1,120}(?:\*\*|__)\s*[:：–—-]")
_CONDITION = re.compile(
    r"^(?:for|if|when|whenever|in|on|before|after|once|while|during|with|to|unless|where)\b"
    r"[^,:.;]{1,120}[,:]\s+",
    re.IGNORECASE,
)
_COMMANDING = re.compile(
    r"^(?:always|never|do not|do|don['’]t|you (?:must|should|will|can)) (?:\w+ly )?", re.IGNORECASE
)
_CONDITION_WORD = re.compile(r"(?:for|if|when|whenever|before|after|while)\b", re.IGNORECASE)
_ADVERB = re.compile(
    r"^(?:(?:please|then|also|first|next|finally|carefully|explicitly|instead|where \w+|just|only"
    r"|proactively|immediately|thoroughly|clearly|simply|where possible|when possible|[a-z]+ly)"
    r",?\s+)+",
    re.IGNORECASE,
)
_NAMES = re.compile(r"(?:[A-Z][\w-]*,[ ]){2,40}(?:and[ ])?[A-Z][\w-]*[.]?\Z")
"""Names parted by commas: `Read, Write, Edit, Bash` are tools."""
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")

_MODAL = re.compile(
    r"(?:^|[;,:.!(—–]\s*|\s-\s|\b(?:you|we|agents?|code|and|but|so|then|please|should|must|will"
    r"|shall)\s+)(?:always|never|avoid|prefer|don['’]t|do not|make sure|ensure|only)\s+\w"
    r"|\b(?:must|shall|should)\s+(?:not\s+|never\s+|always\s+|only\s+)?[a-z]"
    r"|\b(?:can|may)not\b|\bmust(?:n['’]t)\b|\bshould(?:n['’]t)\b"
    r"|\b(?:is|are) (?:required|mandatory|forbidden|prohibited)\b",
    re.IGNORECASE,
)
_MODAL_STEMS = (
    *("always", "avoid", "don't", "don’t", "do not", "ensure", "forbidden", "make sure"),
    *("must", "never", "n't", "n’t", "not", "only", "prefer", "prohibited", "require", "shall"),
    *("mandatory", "should"),
)
_SOFT_MODAL = re.compile(
    r"^(?:you|this|it|that|they|there)?\s*(?:must|should) (?:be able|look like)"
)
_NEGATIVE = re.compile(
    r"^(?:never|avoid|don['’]?t|do not|no|not|without|stop|refuse|must not|mustn['’]t|cannot"
    r"|can['’]t|should not|shouldn['’]t)\b(?! (?:forget|hesitate)\b)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"\b(?:never|avoid|do not|don['’]t|must not|mustn['’]t|must never|should not|should never"
    r"|shouldn['’]t|cannot|may not|forbidden|prohibited)\b(?! (?:forget|hesitate)\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:always|must (?!not|never)|should (?!not|never)|only|prefer|ensure|make sure|required"
    r"|mandatory)\b",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"^(?:always|do|prefer|instead|ensure|make sure)\b(?!n['’]t| not\b)", re.IGNORECASE
)
_QUESTION = re.compile(
    r"^(?:is|are|am|was|were|do|does|did|can|could|will|would|should|has|have|must|may|what|which"
    r"|who|where|when|why|how)\b[^?]{3,300}\?",
    re.IGNORECASE,
)
_MEANS = re.compile(
    r"^[A-Za-z][\w/' -]{2,60} for [\w-]|`[^`]+`|\b[a-z]+[A-Z]\w*\b|\b\w+\.\w+\(|\bconvex/"
)
"""A means and what it is for (`X for Y`), or the name of something in code."""

_DO_LABEL = re.compile(
    r"(?:\*\*|__)(?:(do|always|must|should|prefer)|(don['’]t|do not|never|avoid|must not"
    r"|should not))[:：]?(?:\*\*|__)\s*[:：–—-]?\s+(?=\S+\s)",
    re.IGNORECASE,
)

VERDICTS = frozenset(
    {
        *("after", "avoid", "bad", "before", "best", "better", "correct", "do", "don't"),
        *("don’t", "example", "good", "incorrect", "instead", "no", "preferred", "right"),
        *("wrong", "yes"),
    }
)
"""Words that label an example as good or bad and say nothing else."""
_DO_COLUMNS = frozenset(
    {
        *("better", "correct", "do", "do this", "dos", "good", "instead", "prefer"),
        *("preferred", "recommended", "right", "use", "use this", "yes"),
    }
)
"""Headings of columns that hold what to do."""
_DONT_COLUMNS = frozenset(
    {
        *("anti-pattern", "avoid", "bad", "discouraged", "do not", "don't", "don't do"),
        *("don'ts", "don’t", "don’ts", "incorrect", "instead of", "never", "no", "not"),
        *("not recommended", "not this", "wrong"),
    }
)
"""Headings of columns that hold what not to do."""
_TICKS, _CROSSES = "✓✔✅", "❌✗✘✖⛔🚫"


@lru_cache(maxsize=16)  # the questions below are asked of the same statement in a row
def plain(markdown: str) -> str:
    """The words of one line of Markdown, without emphasis, code marks and links."""
    text = _LINK.sub(r"\1", markdown) if "](" in markdown else markdown
    return " ".join(_MARKUP.sub("", text).split())


def context_of_heading(markdown: str, *, title: bool = False) -> Context | None:
    """What a heading says about the entries below it; None where it says nothing.

    A `title` names the document's matter: words that are rules in a section (`Security`) are a
    field of work there.
    """
    text = _EMOJI.sub("", plain(markdown)).lower().rstrip(":： ")
    if _BOTH.search(text):
        return Context.PRESCRIBES
    if _FORBIDS.search(text):
        return Context.FORBIDS
    if _DESCRIBES.search(text):
        return Context.DESCRIBES
    if _PRESCRIBES.search(text):
        return Context.PRESCRIBES
    if title:
        return None
    if _CLAIMS.search(text):
        return Context.CLAIMS
    if _TOPICS.search(text):
        return Context.PRESCRIBES
    return None


def opens_steps(markdown: str) -> bool:
    """Whether numbered entries below this heading are steps that have to be taken."""
    return bool(_STEPS.search(plain(markdown).lower()))


def context_of_lead_in(markdown: str) -> Context | None:
    """What the sentence before a list says about its entries (`When coding, you will:`)."""
    text = plain(markdown).rstrip()
    if not text.endswith((":", "：")):
        return None
    sentence = re.split(r"[.!?]\s", text)[-1][-200:]
    context = context_of_heading(sentence)
    if context is Context.DESCRIBES and _CONDITION_WORD.match(sentence):
        return None
    return context


def is_command(markdown: str) -> bool:
    """Whether a statement begins with a verb in the imperative, after its label or condition."""
    return any(_begins_with_verb(text) for text in _beginnings(markdown))


def is_check_question(markdown: str) -> bool:
    """Whether a statement asks whether or how something is done."""
    return "?" in markdown and bool(_QUESTION.match(plain(markdown)))


def has_modal(markdown: str) -> bool:
    """Whether a statement says always, never, must, avoid, prefer, don't or only as a command."""
    text = plain(markdown)
    if not _may_hold_modal(text):
        return False
    return _MODAL.search(text) is not None and not _SOFT_MODAL.match(text)


def label_polarity(markdown: str) -> Polarity | None:
    """What a statement after a label such as `**Don't**:` is; None without such a label."""
    label = _DO_LABEL.match(markdown)
    if label is None:
        return None
    return Polarity.DO if label[1] else Polarity.DONT


def names_means(markdown: str) -> bool:
    """Whether an entry of a list of skills says by which means something is done."""
    label = _LABEL.match(markdown)
    rest = markdown[label.end() :] if label else markdown
    word = _WORD.match(plain(rest))
    gerund = word is not None and word[0].lower() in GERUNDS
    return gerund or bool(_MEANS.search(rest))


def polarity_of(markdown: str, context: Context | None) -> Polarity:
    """Whether a statement asks for something or forbids it, given the heading that it is under."""
    texts = [text for text in _beginnings(markdown) if text]
    if context is Context.FORBIDS:
        if _BOLD_LABEL.match(markdown):
            texts = texts[:1]  # `**What not to do** - what to do instead`
        asks = any(_POSITIVE.match(text) for text in texts)
        return Polarity.DO if asks else Polarity.DONT
    if any(_NEGATIVE.match(text) for text in texts):
        return Polarity.DONT
    if any(_begins_with_verb(text) for text in texts) or is_check_question(markdown):
        return Polarity.DO
    text = plain(markdown)
    if not _may_hold_modal(text):
        return Polarity.DO
    negated, asked = _NEGATED.search(text), _ASKED.search(text)
    if negated and (not asked or negated.start() <= asked.start()):
        return Polarity.DONT
    return Polarity.DO


def column_polarities(headers: Sequence[str]) -> list[Polarity | None]:
    """What each column asks for or forbids, where the headings part them into do and don't."""
    found: list[Polarity | None] = []
    for header in headers:
        words = plain(header).lower().strip(_TICKS + _CROSSES + "\ufe0f:! ")
        if words in _DONT_COLUMNS or (not words and any(c in header for c in _CROSSES)):
            found.append(Polarity.DONT)
        elif words in _DO_COLUMNS or (not words and any(c in header for c in _TICKS)):
            found.append(Polarity.DO)
        else:
            found.append(None)
    return found if Polarity.DONT in found else [None] * len(headers)


def _may_hold_modal(text: str) -> bool:
    # Looking for words costs a tenth of what the patterns do, and most statements hold none.
    lower = text.lower()
    return any(stem in lower for stem in _MODAL_STEMS)


@lru_cache(maxsize=4)
def _beginnings(markdown: str) -> tuple[str, ...]:
    """Where a statement may begin: at its start, after its label, after its condition."""
    text = _EMOJI.sub("", markdown)
    found = [text]
    label = _LABEL.match(markdown)
    if label:
        found += [markdown[label.end() :], label[1] or label[2]]
    beginnings = []
    for start in found:
        words = plain(start)
        condition = _CONDITION.match(words)
        beginnings.append(words)
        if condition:
            beginnings.append(words[condition.end() :])
    return tuple(beginnings)


def _begins_with_verb(text: str) -> bool:
    if _NAMES.match(text):
        return False
    text = _ADVERB.sub("", text)
    text = _COMMANDING.sub("", text)
    word = _WORD.match(text)
    if word is None or word[0].lower() not in VERBS:
        return False
    after = text[word.end() : word.end() + 1]
    if after not in ("", " ", ",", ".", ";"):
        return False
    return not is_noun_phrase(text[:200].lower())
