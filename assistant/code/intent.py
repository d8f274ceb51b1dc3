"""What a rule's `Intent:` section says, read and compared with statements of documents.

An intent lists the ways in which authors ask for what the rule enforces. Ways end with `;`. A way
is a few groups joined by `&`, all of which one sentence must name; the members of a group are
joined by `|`, and one of them is enough:

    Intent:
        against .filter | filter() | filter & @db;
        table scan | full scan & @read & not vector;

Words match by stem (`paginate`, `pagination`), identifiers whole or by their parts (`index` is in
`withIndex`); `.filter`, `api.` and `query()` match only code written that way, a word in backticks
only code of that one word, `=validator` only that very word. Several words in a row are a phrase;
articles and words such as *proper* don't count. Before a group may stand

- `against`: the statement speaks against each member: under a heading that forbids, or after
  *never*, *avoid*, *without*, *instead of*, *prefer … over* and the like (before a later member
  it is meant for that one alone);
- `not`: the way doesn't apply where a member is named (`not against …` likewise);
- `about`: named by the sentence or by the headings above it.

`@name` stands for the words of a shared concept (`CONCEPTS`). A way whose groups are all `not` is
refused, and so is an unknown concept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.code.intent_words import Sentence, term

Phrase = tuple[str, ...]

CONCEPTS: Mapping[str, str] = {
    "db": "query | database | db | table | ctx.db | index",
    "read": "query | read | lookup | look up | list | retrieve | load | access pattern",
    "function": "function | query | mutation | action | endpoint | handler",
    "transaction": "query | mutation | transaction",
    "args": "argument | args | arg | input | parameter | param | payload",
    "validate": "validate | validator | sanitize | v. | check type",
    "every": "all | every | each | always | any",
    "many": "large | huge | big | unbounded | unlimited | growing | million | thousand | entire | "
    "whole | full table",
    "rows": "row | record | document | result | list | collection | table | dataset | data set",
    "auth": "auth | authentication | authenticate | getUserIdentity | identity | signed in | "
    "=logged in | login | caller | session | unauthenticated | anonymous",
    "check": "check | verify | require | enforce | guard | protect | secure | ensure | assert | "
    "validate | reject | gate | confirm",
    "external": "external | third party | outside service | outside api | =fetch | fetch() | "
    "network | http call | http request | api call | stripe | openai | email | sdk | llm | "
    "side effect | remote api",
    "client": "client | frontend | browser | react | component | ui",
    "secret": "secret | api key | credential | token | private key | password | access key",
    "multi": "compound | composite | multi field | multiple field | multi column | "
    "multiple column | several field | two field | more than one field",
    "schedule": "scheduler | schedule | cron | runAfter | runAt | ctx.scheduler",
    "run": "runQuery | runMutation | ctx.run | runAction",
}


class IntentError(ValueError):
    """An intent that doesn't follow the notation; the message says which way and why."""


@dataclass(frozen=True, slots=True)
class Group:
    """Some ways to name one thing."""

    members: tuple[tuple[Phrase, bool], ...]
    """Phrases, each with whether it must be spoken against."""
    veto: bool = False
    about: bool = False

    def named_in(self, sentence: Sentence, context: Sentence) -> bool:
        """Whether the sentence names it, or the context does where that is enough."""
        if any(sentence.has(phrase, against=against) for phrase, against in self.members):
            return True
        return self.about and any(context.has(phrase) for phrase, _ in self.members)


@dataclass(frozen=True, slots=True)
class Way:
    """One way of asking: all `groups` named, none of the `vetoes`."""

    groups: tuple[Group, ...]
    vetoes: tuple[Group, ...]

    def asked_in(self, sentence: Sentence, context: Sentence) -> bool:
        """Whether this sentence asks in this way."""
        return all(group.named_in(sentence, context) for group in self.groups) and not any(
            veto.named_in(sentence, context) for veto in self.vetoes
        )


def parse_intent(text: str) -> tuple[Way, ...]:
    """The ways that the text of an `Intent:` section lists.

    Raises IntentError.
    """
    parts = (" ".join(part.split()) for part in text.split(";"))
    return tuple(_way(part) for part in parts if part)


def _way(text: str) -> Way:
    groups = [_group(part.strip(), way=text) for part in text.split("&")]
    wanted = tuple(group for group in groups if not group.veto)
    if not any(not group.about for group in wanted):
        raise IntentError(f"a way must name something in the sentence itself: {text!r}")
    return Way(wanted, tuple(group for group in groups if group.veto))


def _group(text: str, *, way: str) -> Group:
    marks = {"not": False, "about": False, "against": False}
    first, _, rest = text.partition(" ")
    while first in marks and rest:
        marks[first], text = True, rest
        first, _, rest = text.partition(" ")
    members: dict[tuple[Phrase, bool], None] = {}
    for member in (part.strip() for part in text.split("|")):
        mark, _, spoken_against = member.partition(" ")
        against = mark == "against" and bool(spoken_against)
        for words in _expanded(spoken_against if against else member, way=way):
            phrase = term(words)
            if not phrase:
                raise IntentError(f"{words!r} has no word that counts: {way!r}")
            members[phrase, against or marks["against"]] = None
    return Group(tuple(members), veto=marks["not"], about=marks["about"])


def _expanded(member: str, *, way: str) -> list[str]:
    if not member.startswith("@"):
        return [member]
    if member[1:] not in CONCEPTS:
        raise IntentError(f"no concept is called {member!r}: {way!r}")
    return [part.strip() for part in CONCEPTS[member[1:]].split("|")]


class IntentIndex:
    """The intents of many rules, asked at once."""

    def __init__(self, intents: Mapping[str, Sequence[Way]]) -> None:
        self._by_form: dict[str, list[tuple[str, Way]]] = defaultdict(list)
        for rule in sorted(intents):
            for way in intents[rule]:
                self._file(rule, way)

    def _file(self, rule: str, way: Way) -> None:
        # A sentence that lacks all first words of a group can't be asking in this way.
        keys = [
            {phrase[0] for phrase, _ in group.members} for group in way.groups if not group.about
        ]
        for form in min(keys, key=len):
            self._by_form[form].append((rule, way))

    def rules_asked_in(self, parts: Sequence[Sentence], context: Sentence) -> tuple[str, ...]:
        """The ids of the rules that one of the sentences asks for, sorted."""
        found: set[str] = set()
        for sentence in parts:
            for form in sentence.forms:
                for rule, way in self._by_form.get(form, ()):
                    if rule not in found and way.asked_in(sentence, context):
                        found.add(rule)
        return tuple(sorted(found))
