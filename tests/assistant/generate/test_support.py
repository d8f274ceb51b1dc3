"""How often sentences are rightly called supported, on claims that nothing was fitted on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agents.registry import open_registry
from agents.settings import Settings
from agents.workspace import Workspace
from assistant.generate.facts import facts_of, missing_identifiers, missing_numbers, numbers_of
from assistant.generate.passages import Passage
from assistant.generate.support import BOUND, Judge, opposes
from kb.knowledge_base import KnowledgeBase

CLAIMS = Path(__file__).parents[2] / "fixtures" / "generate" / "claims.yaml"


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    workspace = Workspace(tmp_path_factory.mktemp("support") / ".convexpert")
    with (
        open_registry(workspace, Settings()) as registry,
        KnowledgeBase.open(workspace, registry, Settings()) as base,
    ):
        yield base


@pytest.mark.slow
def test_few_true_sentences_are_marked_and_most_invented_ones(
    knowledge_base: KnowledgeBase,
) -> None:
    judge = Judge(knowledge_base)
    entries = yaml.safe_load(CLAIMS.read_text(encoding="utf-8"))
    wrongly_marked: list[str] = []
    wrongly_kept: list[str] = []
    true = invented = 0
    for entry in entries[len(entries) // 2 :]:
        chunks = knowledge_base.chunks_of(entry["document"])
        line = entry["line"]
        [chunk] = [c for c in chunks if c.lines.start <= line <= c.lines.end]
        passage = Passage(1, chunk)

        def kept(text: str, passage: Passage = passage) -> bool:
            facts = facts_of(text)
            return (
                judge.support(text, [passage]).likelihood >= BOUND
                and not missing_numbers(facts.numbers, numbers_of(passage.told))
                and not missing_identifiers(facts.identifiers, passage.told)
            )

        true += len(entry["supported"])
        invented += len(entry["unsupported"])
        wrongly_marked += [text for text in entry["supported"] if not kept(text)]
        wrongly_kept += [text for text in entry["unsupported"] if kept(text)]
    assert len(wrongly_marked) / true <= 0.15, wrongly_marked
    assert len(wrongly_kept) / invented <= 0.15, wrongly_kept


@pytest.mark.parametrize(
    ("text", "statement", "opposed"),
    [
        ("Use `ctx.auth` in a component.", "Never use `ctx.auth` in a component.", True),
        ("You can call Stripe from a mutation.", "Never call Stripe from a mutation.", True),
        ("Never use `withIndex`.", "Use `withIndex` on every query.", True),
        ("Use an action for Stripe.", "Call Stripe from an action, never from a mutation.", False),
        ("Avoid `.filter()`.", "Use `.withIndex()` instead of `.filter()`.", False),
        ("Never call Stripe from a mutation.", "Call it in an action, never a mutation.", False),
        ("Keep the aggregate in sync.", "Never write a table without its aggregate.", False),
    ],
)
def test_advice_against_what_is_asked_for_and_the_reverse_is_opposed(
    text: str, statement: str, opposed: bool
) -> None:
    assert opposes(text, statement) is opposed
