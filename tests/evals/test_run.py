"""Whole runs over documents of their own, with the real search, answers and code check."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from eval_project import GARDEN, eval_project

from agents.errors import SuiteError, UsageError
from agents.registry import open_registry
from agents.registry.importer import import_paths
from agents.settings import Settings
from agents.workspace import Workspace
from evals.metrics.base import Measured, NotMeasured
from evals.outcome import CaseFailed, Outcome
from evals.record import Run, SuiteRun
from evals.run import RunOptions, run_suites
from evals.suite import load_suite

PAYMENTS = """\
---
name: payments
description: Payments.
---
# Payments

## Refunds

- Send refunds to the bank from a nightly action, never from a mutation.
- Keep the refund's receipt number in the ledger table.

## Invoices

- Number invoices from a counter document in the same mutation that writes them.
"""

SUITE = """\
agents: [documents]
thresholds:
  mrr@10: 0.1
cases:
  - id: refunds
    kind: retrieval
    question: From where are refunds sent to the bank?
    relevant:
      - {document: payments, quote: "Send refunds to the bank from a nightly action"}
  - id: moved
    kind: retrieval
    question: From where are refunds sent?
    relevant:
      - {document: payments, quote: "These words are in no document"}
  - id: tomatoes
    kind: answer
    question: When should I water tomatoes?
    facts: [[at dawn], [receipt number]]
    must_not: ["at noon"]
    cites: [garden]
  - id: filtered
    kind: check
    rules: [no-filter-in-query]
    code: |
      import { internalQuery } from "./_generated/server";
      export const few = internalQuery({
        args: {},
        handler: async (ctx) => {
          const rows = ctx.db.query("t");
          return rows.filter((q) => q.gt(q.field("a"), 1)).take(5); // expect: no-filter-in-query
        },
      });
  - id: nothing-wrong
    kind: check
    rules: [no-filter-in-query]
    code: |
      export const one = [1].filter((n) => n > 0); // expect: no-filter-in-query
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    return eval_project(folder, SUITE, payments=PAYMENTS, garden=GARDEN)


def run_in(folder: Path, options: RunOptions = RunOptions()) -> Run:  # noqa: B008 - frozen
    return run_suites(
        [load_suite(folder / "suite.yaml")],
        options,
        workspace=Workspace(folder / ".convexpert"),
        settings=Settings(),
        now=lambda: datetime(2026, 3, 1, tzinfo=UTC),
        stopwatch=lambda: 0.0,
    )


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return run_in(folder)


@pytest.fixture
def suite(run: Run) -> SuiteRun:
    return run.suites[0]


def outcome(suite: SuiteRun, case: str) -> Outcome:
    found = next(one for one in suite.cases if one.case == case)
    assert isinstance(found, Outcome)
    return found


def test_a_passage_that_search_shows_first_is_measured_as_found(suite: SuiteRun) -> None:
    found = outcome(suite, "refunds")
    assert found.passed
    assert found.result.scores["mrr@10"] == Measured(1.0, 1)
    assert found.result.margin == 0.9


def test_a_passage_that_is_gone_fails_its_case_and_lowers_no_score(suite: SuiteRun) -> None:
    (failed,) = suite.failed
    assert (failed.case, failed.code) == ("moved", "passage-gone")
    assert failed.reason == "the passage is gone: payments: “These words are in no document”"
    scores = {score.metric.name: score.result for score in suite.scores}
    assert scores["recall@10"] == Measured(1.0, 1)


def test_a_fact_that_is_not_stated_is_missed_and_the_others_count(suite: SuiteRun) -> None:
    found = outcome(suite, "tomatoes")
    assert found.result.missed == ("does not say “receipt number”",)
    assert found.result.scores["facts"] == Measured(0.5, 2)
    assert found.result.scores["facts_supported"] == Measured(1.0, 1)
    assert found.result.scores["forbidden_absent"] == Measured(1.0, 1)
    assert found.result.scores["cited"] == Measured(1.0, 1)
    exact = found.result.scores["quotes_exact"]
    assert isinstance(exact, Measured)
    assert exact.value == 1.0
    assert isinstance(found.result.scores["declined"], NotMeasured)


def test_findings_are_compared_with_the_marks(suite: SuiteRun) -> None:
    assert outcome(suite, "filtered").passed
    missed = outcome(suite, "nothing-wrong").result.missed
    assert missed == ("missing: no-filter-in-query at convex/snippet.ts:1",)
    scores = {score.metric.name: score for score in suite.scores}
    assert scores["precision"].result == Measured(1.0, 1)
    assert scores["recall"].result == Measured(0.5, 2)
    assert scores["recall:no-filter-in-query"].result == Measured(0.5, 2)


def test_a_threshold_that_is_met_does_not_save_a_run_with_a_failed_case(run: Run) -> None:
    (suite,) = run.suites
    assert [s.passed for s in suite.scores if s.threshold is not None] == [True]
    assert not run.passed


def test_a_run_says_what_made_it(run: Run, folder: Path) -> None:
    (suite,) = run.suites
    assert suite.digest == load_suite(folder / "suite.yaml").digest
    assert [agent.handle for agent in suite.agents] == ["garden", "payments"]
    assert run.started_at == "2026-03-01T00:00:00.000+00:00"
    assert run.spec.embedding_model is not None
    assert run.spec.given == {}


def test_the_same_run_again_is_the_same_in_every_field(run: Run, folder: Path) -> None:
    assert run_in(folder) == run


def test_an_edited_document_gives_another_run_and_its_case_fails(run: Run, folder: Path) -> None:
    edited = folder / "edited"
    edited.mkdir(exist_ok=True)
    without = PAYMENTS.replace("Send refunds to the bank from a nightly action", "Never refund")
    (edited / "payments.md").write_text(without, encoding="utf-8")
    (edited / "garden.md").write_text(GARDEN, encoding="utf-8")
    again = run_in(folder, RunOptions(agents=(str(edited),)))
    assert again.id != run.id
    assert again.spec.given == {"agents": [str(edited)]}
    assert [case.case for case in again.suites[0].failed] == ["refunds", "moved"]


def test_versions_of_the_users_registry_are_run_by_reference_and_it_stays_as_it_was(
    folder: Path, tmp_path: Path
) -> None:
    users = Workspace(tmp_path / "users")
    with open_registry(users, Settings(), builtin=False) as registry:
        import_paths(registry, [folder / "documents"], collection="mine")
        newer = folder / "documents" / "garden.md"
        newer.write_text(GARDEN.replace("dawn", "noon"), encoding="utf-8")
        import_paths(registry, [folder / "documents"], collection="mine")
        newer.write_text(GARDEN, encoding="utf-8")
        registry.rename("payments", "money")
        before = registry.state()
    again = run_suites(
        [load_suite(folder / "suite.yaml")],
        RunOptions(agents=("garden@1", "money")),
        workspace=users,
        settings=Settings(),
        stopwatch=lambda: 0.0,
    )
    (suite,) = again.suites
    assert [(a.handle, a.reference) for a in suite.agents] == [
        ("garden", "garden@1"),
        ("money", "money@1"),
    ]
    # `payments` is still the name of the file, so the cases find their document.
    assert outcome(suite, "refunds").passed
    assert outcome(suite, "tomatoes").result.scores["facts"] == Measured(0.5, 2)
    with open_registry(users, Settings(), builtin=False) as registry:
        assert registry.state() == before
    assert not users.index.exists()


def test_cases_about_others_than_the_chosen_documents_are_skipped(folder: Path) -> None:
    documents = folder / "documents"
    (suite,) = run_in(folder, RunOptions(agents=(str(documents / "garden.md"),))).suites
    assert [case.case for case in suite.cases] == ["tomatoes", "filtered", "nothing-wrong"]
    assert [one.case for one in suite.skipped] == ["refunds", "moved"]
    assert "about documents that are not named" in suite.notes[0]
    # What the skipped ones alone would measure is not asked for.
    assert all(score.threshold is None for score in suite.scores)


def test_a_folder_without_a_document_fails_its_cases(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "garden.md").write_text(GARDEN, encoding="utf-8")
    (suite,) = run_in(folder, RunOptions(agents=(str(tmp_path),))).suites
    assert [case.case for case in suite.failed] == ["refunds", "moved"]
    assert suite.skipped == ()


def test_a_document_that_no_case_is_about_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "garden.md").write_text(GARDEN, encoding="utf-8")
    text = "cases:\n  - {id: a, kind: document, document: payments, lint: clean}\n"
    (tmp_path / "suite.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="no case of these suites is about"):
        run_in(tmp_path, RunOptions(agents=(str(tmp_path / "garden.md"),)))


def test_documents_of_a_suite_that_are_not_there_are_an_error_of_its_file(tmp_path: Path) -> None:
    text = "agents: [../none]\ncases:\n  - {id: a, kind: check, code: x}\n"
    (tmp_path / "suite.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SuiteError, match=r"`agents`, relative to this file: '\.\./none'") as raised:
        run_in(tmp_path)
    assert raised.value.path == str(tmp_path / "suite.yaml")


@pytest.mark.parametrize("name", ["no-such-agent", "no/such/folder", "expert@"])
def test_what_names_no_document_is_a_usage_error(name: str, folder: Path) -> None:
    with pytest.raises(UsageError):
        run_in(folder, RunOptions(agents=(name,)))


def test_a_crash_of_one_case_stops_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evals.kinds import KINDS

    def crash(task: object, subject: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(KINDS["answer"], "run", crash)
    (suite,) = run_in(folder, RunOptions(fresh=True)).suites
    crashed = next(case for case in suite.cases if case.case == "tomatoes")
    assert isinstance(crashed, CaseFailed)
    assert (crashed.code, crashed.reason) == ("crash", "RuntimeError: boom")
    assert outcome(suite, "filtered").passed
