"""Checklist items find the code rules that enforce them, whoever wrote them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from agents.document import ChecklistItem, Polarity
from agents.location import Lines
from agents.parse import parse_document
from assistant.code.documented import (
    documentation,
    intent_section,
    match_item,
    rules_of_item,
    shipped_intents,
)
from assistant.code.intent import IntentError, IntentIndex, parse_intent

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
RULES = ROOT / "assistant" / "code" / "rules"
ITEMS = ROOT / "tests" / "fixtures" / "documented" / "items.yaml"

needs_seeds = pytest.mark.skipif(
    not (SHARED / "seed_items.jsonl").is_file(), reason="needs ../shared with the seed documents"
)


@dataclass(frozen=True)
class Labelled:
    item: ChecklistItem
    rules: frozenset[str]
    indirect: frozenset[str]


def item(text: str, *, polarity: str = "do", heading: tuple[str, ...] = ()) -> ChecklistItem:
    return ChecklistItem(text, Lines(1, 1), heading, Polarity(polarity), "bullet")


def asks(intent: str, text: str, **more: object) -> bool:
    index = IntentIndex({"the-rule": parse_intent(intent)})
    return match_item(item(text, **more), index) == ("the-rule",)  # type: ignore[arg-type]


def shipped_rules() -> frozenset[str]:
    """The rules that declare an intent."""
    return frozenset(
        path.stem.replace("_", "-")
        for path in RULES.glob("[!_]*.py")
        if "\nIntent:" in path.read_text(encoding="utf-8")
    )


def seed_items() -> Iterator[Labelled]:
    gold = {}
    for line in (SHARED / "seed_items.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        gold[row["file"], row["line"]] = row
    for path in sorted((SHARED / "seeds").glob("*.md")):
        for found in parse_document(path.read_bytes(), filename=path.name).checklist:
            row = gold.get((path.name, found.line), {"rules": [], "indirect": []})
            yield Labelled(found, frozenset(row["rules"]), frozenset(row["indirect"]))


def paraphrases() -> Iterator[Labelled]:
    for row in yaml.safe_load(ITEMS.read_text(encoding="utf-8"))["items"]:
        yield Labelled(
            item(row["text"], polarity=row.get("polarity", "do")),
            frozenset(row.get("rules", ())),
            frozenset(row.get("indirect", ())),
        )


def f1(labelled: Iterator[Labelled]) -> tuple[float, list[str]]:
    """F1 over pairs of item and shipped rule, and what went wrong."""
    shipped = shipped_rules()
    hits = noise = missing = 0
    wrong = []
    for each in labelled:
        found = set(rules_of_item(each.item)) - each.indirect
        wanted = each.rules & shipped
        hits += len(found & wanted)
        noise += len(found - wanted)
        missing += len(wanted - found)
        if found != wanted:
            wrong.append(f"{each.item.text[:60]}: +{found - wanted} -{wanted - found}")
    return 2 * hits / (2 * hits + noise + missing), wrong


@needs_seeds
def test_the_seeds_items_find_their_rules() -> None:
    score, wrong = f1(seed_items())
    assert score >= 0.92, wrong


def test_items_in_other_words_find_their_rules() -> None:
    score, wrong = f1(paraphrases())
    assert score >= 0.95, wrong


def test_most_advice_that_no_rule_decides_stays_open() -> None:
    open_items = [each.item for each in paraphrases() if not each.rules and not each.indirect]
    decided = [each.text for each in open_items if rules_of_item(each)]
    assert len(open_items) >= 30
    assert len(decided) <= 2, decided


def test_every_shipped_intent_can_be_read() -> None:
    assert shipped_rules()
    shipped_intents()


def test_what_forbids_is_told_from_what_recommends() -> None:
    intent = "against filter & query;"
    assert asks(intent, "Never use `.filter()` on a query")
    assert asks(intent, "Use an index instead of `.filter()` in queries")
    assert asks(intent, "Prefer `withIndex` over `filter` in a query")
    assert asks(intent, "Use `.filter()` on queries", polarity="dont")
    assert not asks(intent, "Use `.filter()` to narrow a query")
    assert not asks(intent, "Never guess; filter the query")


def test_a_remedy_in_parentheses_is_not_forbidden() -> None:
    assert asks("against api. & scheduling", "Use `api.` for scheduling (use `internal.`)",
                polarity="dont")  # fmt: skip
    assert not asks("against internal.", "Use `api.` for scheduling (use `internal.`)",
                    polarity="dont")  # fmt: skip


def test_words_match_by_stem_and_identifiers_by_their_parts() -> None:
    assert asks("paginate & list", "Pagination for lists")
    assert asks("index", "Read with `withIndex`")
    assert asks("authorize", "Authorisation comes first")
    assert not asks("api.", "Call the public API.")
    assert asks("api.", "Call `api.tasks.list`")
    assert not asks("=returns", "Return early")


def test_all_groups_must_stand_in_one_sentence() -> None:
    assert not asks("webhook & signature", "Accept webhooks. Explain the signature.")


def test_a_heading_or_a_bold_lead_says_what_an_item_is_about() -> None:
    assert asks("about webhook & signature", "Verify signatures", heading=("Guide", "Webhooks"))
    assert asks("about webhook & signature", "**Webhooks**: be strict. Verify the signature.")
    assert not asks("about webhook & signature", "Verify signatures", heading=("Releases",))


def test_a_veto_silences_a_way() -> None:
    assert not asks("index & not vector", "Design a vector index")


@pytest.mark.parametrize("broken", ["not a;", "about a;", "@nothing;", "a | ;", "a & ;"])
def test_an_intent_that_says_nothing_is_refused(broken: str) -> None:
    with pytest.raises(IntentError):
        parse_intent(broken)


def test_the_section_ends_where_the_next_one_begins() -> None:
    docstring = "Title.\n\nIntent:\n    index & query;\n\n    scan;\nBad:\n    x\n"
    assert [len(way.groups) for way in parse_intent(intent_section(docstring))] == [2, 1]


@given(st.text(max_size=300), st.sampled_from(["do", "dont"]))
def test_no_text_breaks_it(text: str, polarity: str) -> None:
    found = rules_of_item(item(text, polarity=polarity))
    assert found == tuple(sorted(set(found)))


def test_hostile_repetition_is_read_in_bounded_time() -> None:
    rules_of_item(item("[" * 50_000 + "**a** (" * 20_000))


@dataclass(frozen=True)
class Version:
    handle: str
    number: int
    document: object


def test_documentation_lists_the_items_of_each_rule_and_the_open_ones() -> None:
    text = "# Guide\n\n## Never do\n\n- Use `.filter()` on database queries\n- Forget the user\n"
    version = Version("guide", 3, parse_document(text.encode(), filename="guide.md"))
    rules, review = documentation([version])  # type: ignore[list-item]
    assert [(by.agent, by.version, by.line) for by in rules["no-filter-in-query"]] == [
        ("guide", 3, 5)
    ]
    assert [by.line for by in review] == [6]
