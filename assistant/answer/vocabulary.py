"""Other words for the same: what people type, and what the documents say instead.

Only words that a developer would swap without a second thought stand together. They widen what a
key term of a question is found by; they never make two statements say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb.lexical import terms

BEGINNING = 3
"""Letters that the forms of a word have in common."""

_GROUPS = """
login signin authenticate authenticated authentication auth getUserIdentity
authorize authorise authorization authorisation permission access
org organization organisation tenant
owner ownership own belong
edit change modify update patch
delete remove erase purge
insert create add
column field attribute property
row record document entry
error exception failure
throttle ratelimit rate
later delayed delay schedule scheduled scheduler
job background schedule
recurring periodic periodically cron crons
picture image photo file
upload attach
download serve getUrl
private protect protected secure guard
secret credential key
env environment
config configuration configure
setup set install
parameter param arg args argument
perf performance slow fast speed latency
realtime live reactive subscription subscribe
paginate pagination page pages paging cursor
validate validation validator validators
email e-mail mail
concurrent concurrency parallel parallelism
conflict contention
transaction transactional atomic atomically
retry retries repeat repeated
idempotent idempotency repeat repeated twice duplicate
big large huge bulk batch batches thousands millions unbounded grow grows
count counting counter number
sum total aggregate
deploy deployment release ship
prod production
cli terminal command shell
undo undone revert rollback
cancel abort
wait pause sleep
migrate migration backfill
cache caching cached
forge forged spoof fake trust
frontend client browser
cors origin origins preflight
typo typos misspelling fuzzy
bug bugs defect unexpected
fetching fetched loading loaded
backend server
db database
llm ai
chat conversation thread
semantic vector embedding
lookup find search
online presence
offline disconnect disconnected reconnect reconnects
share shared reuse common
helper util utility
throw raise raised
direct directly straight
durable durably
nested inner
document documents doc docs
index indices indexes
join relation relationship
"""

_PHRASES = (
    (
        re.compile(r"\b(?:logg?(?:ed|ing)?|sign(?:ed|ing)?)[ -]?(?:in|on|ups?)\b", re.IGNORECASE),
        "login",
    ),
    (
        re.compile(r"\b(?:limit\w*|restrict\w*) how (?:often|many|much)\b", re.IGNORECASE),
        "throttle",
    ),
    (re.compile(r"\b(?:number|amount) of\b", re.IGNORECASE), ""),
    (re.compile(r"\broll(?:s|ed|ing)? (?:it )?back\b", re.IGNORECASE), "rollback"),
    (re.compile(r"\breal[ -]time\b", re.IGNORECASE), "realtime"),
    (
        re.compile(
            r"\b(?:(?:\w+ )?(?:second|minute|hour|day|week|month)s? )?(?:from now|later on)\b",
            re.IGNORECASE,
        ),
        "later",
    ),
    (
        re.compile(r"\bonly (?:the |an? )?(\w+) (?:can|may|is allowed to)\b", re.IGNORECASE),
        r"\1 access",
    ),
    (re.compile(r"\b(?:a )?(?:lots?|thousands|millions|hundreds) of\b", re.IGNORECASE), "bulk"),
)
"""What two or three words say together, and the one word that stands for it."""

_SPELLING = re.compile(r"(?<=\w\w)([iy])[sz](?=(?:e|es|ed|er|ers|ing|ation|ations|able)?$)")


def plainly(text: str) -> str:
    """The text with phrases replaced by the one word that stands for them."""
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    return text


def others_for(word: str) -> tuple[str, ...]:
    """Other words that say the same, British and American spelling too; in a fixed order."""
    found: list[str] = []
    for variant in (word, *sorted(_spellings(word))):
        if variant != word:
            found.append(variant)
        found += _said_for(variant)
    own = set(terms(word))
    return tuple(other for other in dict.fromkeys(found) if own.isdisjoint(terms(other)))


def _spellings(word: str) -> set[str]:
    match = _SPELLING.search(word)
    if match is None:
        return set()
    at = match.end(1)
    return {word[:at] + letter + word[at + 1 :] for letter in "sz"} - {word}


def _said_for(word: str) -> Iterator[str]:
    """All words of the groups in which the word, or a form of it, stands."""
    term = next(iter(terms(word)), "")
    for other in _by_beginning().get(word[:BEGINNING].lower(), ()):
        if next(iter(terms(other)), "") == term:
            yield from _groups()[other]


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """Each word to all words of its groups."""
    found: dict[str, list[str]] = {}
    for line in _GROUPS.strip().splitlines():
        group = line.split()
        for word in group:
            found.setdefault(word, []).extend(group)
    return {word: tuple(dict.fromkeys(group)) for word, group in found.items()}


@cache
def _by_beginning() -> dict[str, tuple[str, ...]]:
    """The words by their first letters: few are stemmed for one that is looked up."""
    found: dict[str, list[str]] = {}
    for word in _groups():
        found.setdefault(word[:BEGINNING].lower(), []).append(word)
    return {beginning: tuple(words) for beginning, words in found.items()}
