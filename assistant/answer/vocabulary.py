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
authorize authorise authorization authorisation permission access restrict forbidden
admin admins administrator role roles
org organization organisation tenant
owner ownership own belong
edit change modify update patch
delete remove erase purge
insert create add write
column field attribute property
row record document entry
error exception failure
throttle ratelimit rate abuse flood spam hammer
later delayed delay schedule scheduled scheduler postpone
job background schedule
recurring periodic periodically cron crons nightly hourly
picture image photo avatar file bytes blob attachment
upload attach
download serve getUrl
private protect protected secure guard
private hide hidden internal unreachable uncallable
secret credential key
env environment
config configuration configure
setup set install
parameter param arg args argument
perf performance slow fast speed latency lag laggy sluggish
realtime live reactive subscription subscribe
paginate pagination page pages paging cursor
validate validation validator validators
email e-mail mail
concurrent concurrency parallel parallelism
conflict contention occ collide collision clash
transaction transactional atomic atomically
retry retries repeat repeated
idempotent idempotency repeat repeated twice duplicate
big large huge bulk batch batches thousands millions unbounded grow grows
count counting counter counters number tally
rank ranking rankings leaderboard
link url
pay payment payments money checkout billing
goal target
dataset datasets
verify verified verification check
stale outdated cached
remember memory history
huge traffic scale load millions
crash crashes survive survives durable
rule rules logic
unlogged unauthenticated anonymous
multistep multi-step steps workflow
scan filter
sum total aggregate
deploy deployment release ship publish rollout
prod production
cli terminal command shell
undo undone revert rollback roll
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
chat conversation thread chatbot bot
semantic vector embedding similarity
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
log logs logging output console print
directory dir folder
external outside third-party remote
sanitize sanitise clean validate
sensitive personal confidential
user visitor people
organise organize structure layout split
assistant copilot agent
queue backlog
reconcile sync synchronize synchronise drift diverge
save persist store insert
responsive snappy instant instantly optimistic
finished finish done completed complete
boundless endless forever unbounded
thin lean slim minimal
vote votes likes counter count
replay rerun resume resumed determinism deterministic
leak reveal expose exposed
newest latest desc descending
refuse refused reject rejected
local locally laptop machine
join relation relationship
enum literal union
rights privilege privileges permission role
teammate colleague coworker member assignee assigned
websocket websockets subscription realtime
monitor monitoring observe observability watch alert
chunk chunks portion portions batch batches
shop shops webshop e-commerce marketplace
closest nearest similar similarity
state states status statuses
room channel
tail log logs
trigger fire invoke call
prevent avoid
phone smartphone mobile
pdf mp3 audio video media file
address url
strict strictly
sequence sequential sequentially
signature signed verify verified
wipe clear truncate delete
recover recovery restore
flaky unreliable retry recovery
network connection offline
ts tsconfig typescript
refactor refactoring change
robot bots abuse
visible public exposed
dispatch send
guest anonymous unauthenticated
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
    (re.compile(r"\b(?:turn|switch)(?:s|es|ed|ing)? (?:\w+ )?off\b", re.IGNORECASE), "disable"),
    (re.compile(r"\b(?:turn|switch)(?:s|es|ed|ing)? (?:\w+ )?on\b", re.IGNORECASE), "enable"),
    (
        re.compile(
            r"\bone after (?:another|the other)\b|\b(?:two|three|several|many) (\w+) in a row\b",
            re.IGNORECASE,
        ),
        r"\1 sequential",
    ),
    (re.compile(r"\b(?:up to date|in step|in line)(?: with)?\b", re.IGNORECASE), "sync"),
    (
        re.compile(r"\b(?:old|older|existing|deployed) (?:clients?|apps?)\b", re.IGNORECASE),
        "compatibility",
    ),
    (re.compile(r"\b(?:read|check|know|get|use)\w* the time\b", re.IGNORECASE), "Date.now"),
    (
        re.compile(
            r"\b(?:the |a )?(?:current|present|wall|system) (?:time|date|clock)\b"
            r"|\btoday['’]s date\b|\b(?:the )?(?:wall )?clock\b|\btime of day\b",
            re.IGNORECASE,
        ),
        "Date.now",
    ),
    (re.compile(r"\bg(?:et|ets|etting|ot) rid of\b|\bthrow away\b", re.IGNORECASE), "delete"),
    (re.compile(r"\b(?:put|push|mov)(?:s|es|ing)? (?:\w+ ){0,2}off\b", re.IGNORECASE), "delay"),
    (re.compile(r"\bcut(?:s|ting)? (?:down(?: on)?|back)\b", re.IGNORECASE), "reduce"),
    (
        re.compile(
            r"\bwho (?:the )?(?:caller|user) is\b"
            r"|\bwho(?: (?:is|has been))? (?:calls?|calling|called)\b"
            r"|\b(?:which|what) user (?:is )?(?:calls?|calling|makes?)\b",
            re.IGNORECASE,
        ),
        "user identity",
    ),
    (
        re.compile(r"\bfind(?:ing)? out\b|\bdeal(?:ing)? with\b|\bthink about\b", re.IGNORECASE),
        "",
    ),
    (re.compile(r"\b(?:two|several|many) times\b", re.IGNORECASE), "twice"),
    (
        re.compile(
            r"\b(?:every|each) (?:minute|hour|morning|day|night|week|month)\b", re.IGNORECASE
        ),
        "recurring",
    ),
    (re.compile(r"\bat (?:once|the same time)\b|\bsimultaneously\b", re.IGNORECASE), "parallel"),
    (re.compile(r"\b(?:go|goes|going|went) live\b", re.IGNORECASE), "deploy"),
    (
        re.compile(
            r"\b(?:in|after) (?:an?|one|\d+|two|three|five|ten|a few) "
            r"(?:second|minute|hour|day)s?\b"
            r"|\b(?:(?:\w+ )?(?:second|minute|hour|day|week|month)s? )?(?:from now|later on)\b",
            re.IGNORECASE,
        ),
        "later",
    ),
    (re.compile(r"\b(?:keep|have)(?:s|ing)? an eye on\b", re.IGNORECASE), "monitor"),
    (re.compile(r"\bsplit(?:s|ting)? (?:\w+ )?up\b", re.IGNORECASE), "batch"),
    (
        re.compile(r"\b(?:where|how) (?:to|do i|should i|can i) (?:start|begin)\b", re.IGNORECASE),
        "first",
    ),
    (re.compile(r"\b(?:once|when) (?:\w+ ){1,3}live\b", re.IGNORECASE), "production"),
    (
        re.compile(
            r"\b(?:no|without(?: an?)?|bad|poor) (?:network|internet|connection)\b", re.IGNORECASE
        ),
        "offline",
    ),
    (re.compile(r"\bdata sets?\b", re.IGNORECASE), "dataset"),
    (re.compile(r"\bcross[ -]origin(?: requests?)?\b", re.IGNORECASE), "CORS"),
    (re.compile(r"\bout(?:side)? of sync\b|\bno longer match(?:es)?\b", re.IGNORECASE), "sync"),
    (re.compile(r"\bthird[ -]part(?:y|ies)\b", re.IGNORECASE), "third-party"),
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
