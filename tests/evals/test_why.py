"""Why a case came out otherwise: runs of real documents before and after an edit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from agents.location import Lines
from agents.settings import Settings
from agents.workspace import Workspace
from evals.compare import compare_runs
from evals.comparison import Fate, Reason
from evals.history import kept_document
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.suite import load_suite
from evals.why import Explainer

PAYMENTS = """\
---
name: payments
description: Payments.
---
# Payments

## Rules

- Send refunds to the bank from a nightly action, never from a mutation.
- Use `.withIndex()` instead of `.filter()` on a database query.

## Limits

- A transfer holds at most 16 positions.
"""
SUITE = """\
cases:
  - id: refunds
    kind: retrieval
    question: From where are refunds sent to the bank?
    relevant:
      - {document: payments, quote: "Send refunds to the bank from a nightly action"}
  - id: positions
    kind: answer
    question: How many positions can a transfer hold?
    facts: ["at most 16 positions"]
    cites: [payments]
  - id: whole
    kind: document
    document: payments
    sections: [Rules, Limits]
    rules: [no-filter-in-query]
  - id: rules
    kind: document
    document: payments
    section: Rules
    items: ["Send refunds to the bank from a nightly action, never from a mutation."]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("why")
    (folder / "suite.yaml").write_text(SUITE, encoding="utf-8")
    return folder


def run_of(folder: Path, text: str) -> Run:
    (folder / "documents").mkdir(exist_ok=True)
    (folder / "documents" / "payments.md").write_text(text, encoding="utf-8")
    return run_suites(
        [load_suite(folder / "suite.yaml")],
        RunOptions(agents=(str(folder / "documents"),)),
        workspace=Workspace(folder / ".convexpert"),
        settings=Settings(),
    )


def reasons(folder: Path, old: str, new: str) -> dict[str, tuple[Reason, ...]]:
    base, head = run_of(folder, PAYMENTS), run_of(folder, PAYMENTS.replace(old, new))
    workspace = Workspace(folder / ".convexpert")
    explain = Explainer(base, head, lambda digest: kept_document(workspace, digest))
    (suite,) = compare_runs(base, head, explain=explain).suites
    return {case.case: case.why for case in suite.of(Fate.LOST, Fate.WORSE)}


def test_a_removed_item_explains_every_case_that_rested_on_it(folder: Path) -> None:
    item = "- Send refunds to the bank from a nightly action, never from a mutation.\n"
    found = reasons(folder, item, "")
    assert set(found) == {"refunds", "rules"}
    (passage,) = found["refunds"]
    assert (passage.code, passage.told) == (
        "passage-edited",
        "the passage at payments:9 was removed",
    )
    assert passage.before == Lines(9, 9)
    assert passage.after is None
    assert passage.hunk is not None
    assert f"-{item.strip()}" in passage.hunk.splitlines()
    (gone,) = found["rules"]
    assert (gone.code, gone.told) == ("item-gone", "the item at payments:9 was removed")


def test_a_reversed_item_is_told_as_such_with_both_lines(folder: Path) -> None:
    found = reasons(folder, "- Send refunds", "- Do not send refunds")
    (gone,) = found["rules"]
    assert gone.told == "the item at payments:9 was reversed"
    assert gone.after == Lines(9, 9)


def test_a_lost_rule_names_the_item_that_asked_for_it(folder: Path) -> None:
    found = reasons(folder, "- Use `.withIndex()` instead of `.filter()` on a", "- Know your")
    (lost,) = found["whole"]
    assert lost.code == "rule-lost"
    assert lost.told.startswith("the item at payments:10 asked for no-filter-in-query and was")


def test_a_lost_section_and_an_edited_citation_are_told(folder: Path) -> None:
    limits = PAYMENTS[PAYMENTS.index("## Limits") :]
    found = reasons(folder, limits, "")
    assert [reason.code for reason in found["whole"]] == ["section-gone"]
    assert "citation-edited" in [reason.code for reason in found["positions"]]


def test_where_only_the_code_changed_that_is_the_reason(folder: Path) -> None:
    base = run_of(folder, PAYMENTS)
    worse = run_of(folder, PAYMENTS.replace("- Send refunds", "- Do not send refunds"))
    head = replace(
        worse,
        spec=replace(worse.spec, code="other"),
        suites=tuple(replace(suite, agents=base.suites[0].agents) for suite in worse.suites),
    )
    explain = Explainer(base, head, lambda digest: None)
    (suite,) = compare_runs(base, head, explain=explain).suites
    assert {reason.code for case in suite.of(Fate.LOST) for reason in case.why} == {"code-changed"}


def test_without_the_documents_nothing_is_made_up(folder: Path) -> None:
    base = run_of(folder, PAYMENTS)
    head = run_of(folder, PAYMENTS.replace("- Send refunds", "- Do not send refunds"))
    explain = Explainer(base, head, lambda digest: None)
    (suite,) = compare_runs(base, head, explain=explain).suites
    assert [case.why for case in suite.of(Fate.LOST)] == [()]
