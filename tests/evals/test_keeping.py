"""What a run takes from earlier ones, and what it runs again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.settings import Settings
from agents.workspace import Workspace
from evals.kept_values import FILE
from evals.kinds import KINDS
from evals.metrics.base import Measured
from evals.outcome import CaseFailed, Outcome, Result
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.subject import Subject
from evals.suite import load_suite
from kb.embed import OnnxEmbedder

FIRST = "---\nname: first\ndescription: One.\n---\n# First\n\n- Send refunds from an action.\n"
SECOND = "---\nname: second\ndescription: Two.\n---\n# Second\n\n- Water tomatoes at dawn.\n"
SUITE = """\
agents: [documents]
cases:
  - id: refunds
    kind: retrieval
    question: From where are refunds sent?
    relevant: [first]
  - id: clean
    kind: check
    rules: [no-filter-in-query]
    code: "export const one = 1;"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "first.md").write_text(FIRST, encoding="utf-8")
    (tmp_path / "documents" / "second.md").write_text(SECOND, encoding="utf-8")
    (tmp_path / "suite.yaml").write_text(SUITE, encoding="utf-8")
    return tmp_path


def run_in(folder: Path, options: RunOptions = RunOptions()) -> Run:  # noqa: B008 - frozen
    return run_suites(
        [load_suite(folder / "suite.yaml")],
        options,
        workspace=Workspace(folder / ".convexpert"),
        settings=Settings(),
        stopwatch=lambda: 0.0,
    )


def kept(run: Run) -> dict[str, bool]:
    return {case.case: case.cached for case in run.suites[0].cases}


def test_a_run_with_the_same_inputs_runs_nothing_again_and_says_so(folder: Path) -> None:
    assert kept(run_in(folder)) == {"refunds": False, "clean": False}
    assert kept(run_in(folder)) == {"refunds": True, "clean": True}
    assert kept(run_in(folder, RunOptions(fresh=True))) == {"refunds": False, "clean": False}


def test_after_an_edit_only_what_it_can_have_changed_is_run_again(folder: Path) -> None:
    run_in(folder)
    edited = SECOND.replace("dawn", "noon")
    (folder / "documents" / "second.md").write_text(edited, encoding="utf-8")
    assert kept(run_in(folder)) == {"refunds": False, "clean": True}
    (folder / "documents" / "second.md").write_text(SECOND, encoding="utf-8")
    assert kept(run_in(folder)) == {"refunds": True, "clean": True}


def test_lint_of_a_document_looks_at_it_and_at_the_names_of_the_others(folder: Path) -> None:
    suite = (
        "agents: [documents]\ncases:\n  - {id: tidy, kind: document, document: first, lint: clean}"
    )
    (folder / "suite.yaml").write_text(suite, encoding="utf-8")
    other = folder / "documents" / "second.md"
    assert kept(run_in(folder)) == {"tidy": False}
    other.write_text(SECOND.replace("dawn", "noon"), encoding="utf-8")
    assert kept(run_in(folder)) == {"tidy": True}
    other.write_text(SECOND.replace("name: second", "name: gardener"), encoding="utf-8")
    assert kept(run_in(folder)) == {"tidy": False}
    first = folder / "documents" / "first.md"
    first.write_text(FIRST.replace("refunds", "payments"), encoding="utf-8")
    assert kept(run_in(folder)) == {"tidy": False}


def test_questions_and_texts_are_embedded_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded: list[str] = []
    vector = OnnxEmbedder._vector

    def counted(self: OnnxEmbedder, text: str) -> object:
        embedded.append(text)
        return vector(self, text)

    monkeypatch.setattr(OnnxEmbedder, "_vector", counted)
    run_in(folder)
    assert "From where are refunds sent?" in embedded
    embedded.clear()
    edited = SECOND.replace("dawn", "noon")
    (folder / "documents" / "second.md").write_text(edited, encoding="utf-8")
    run_in(folder)
    assert len(embedded) == len(set(embedded)) and all("noon" in text for text in embedded)
    embedded.clear()
    (folder / "documents" / "second.md").write_text(SECOND, encoding="utf-8")
    run_in(folder, RunOptions(fresh=True))
    assert embedded == []


def test_an_edited_case_is_run_again_and_a_moved_one_is_not(folder: Path) -> None:
    run_in(folder)
    suite = folder / "suite.yaml"
    suite.write_text("description: A line more.\n" + SUITE, encoding="utf-8")
    assert kept(run_in(folder)) == {"refunds": True, "clean": True}
    suite.write_text(SUITE.replace("one = 1", "one = 2"), encoding="utf-8")
    assert kept(run_in(folder)) == {"refunds": True, "clean": False}


def test_a_run_that_was_killed_goes_on_where_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same code in both processes, also while somebody edits it.
    monkeypatch.setattr("evals.run.code_digest", lambda: "code")
    script = """\
import os, sys
import evals.run
from pathlib import Path
from agents.settings import Settings
from agents.workspace import Workspace
from evals.run import RunOptions, run_suites
from evals.suite import load_suite
from kb.embed import OnnxEmbedder

evals.run.code_digest = lambda: "code"
folder = Path(sys.argv[1])
def die(step, done, total):
    if step == "Cases" and done == 1:
        os._exit(9)
run_suites([load_suite(folder / "suite.yaml")], RunOptions(),
           workspace=Workspace(folder / ".convexpert"), settings=Settings(), progress=die)
"""
    killed = subprocess.run([sys.executable, "-c", script, str(folder)], check=False)
    assert killed.returncode == 9
    assert kept(run_in(folder)) == {"refunds": True, "clean": False}


def test_processes_give_the_outcomes_of_one_process(folder: Path) -> None:
    alone = run_in(folder)
    several = run_in(folder, RunOptions(fresh=True, jobs=2))
    assert [case.result for case in outcomes(several)] == [case.result for case in outcomes(alone)]
    assert kept(several) == {"refunds": False, "clean": False}


@pytest.mark.parametrize("damage", [b"no database", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_damaged_store_only_costs_the_time_to_run_again(folder: Path, damage: bytes) -> None:
    first = run_in(folder)
    (folder / ".convexpert" / FILE).write_bytes(damage)
    again = run_in(folder)
    assert kept(again) == {"refunds": False, "clean": False}
    assert again.suites == first.suites


def outcomes(run: Run) -> list[Outcome]:
    return [case for case in run.suites[0].cases if isinstance(case, Outcome)]


@pytest.fixture
def flaky(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the check case miss, or fail, in the turns that a text such as `.x.` marks."""

    def install(turns: str) -> None:
        calls: Counter[str] = Counter()

        def run(task: object, subject: Subject) -> Result:
            turn = turns[calls["run"]]
            calls["run"] += 1
            if turn == "!":
                raise RuntimeError("boom")
            missed = ("something",) if turn == "x" else ()
            return Result({"exact": Measured(0.0 if missed else 1.0, 1)}, missed, {})

        monkeypatch.setattr(KINDS["check"], "run", run)

    return install


def test_of_repeated_cases_each_run_counts_and_all_must_pass(
    folder: Path, flaky: Callable[[str], None]
) -> None:
    flaky(".x.")
    (suite,) = run_in(folder, RunOptions(repeat=3)).suites
    refunds, clean = suite.cases
    assert (refunds.passes, refunds.tries, refunds.passed) == (3, 3, True)
    assert (clean.passes, clean.tries, clean.passed) == (2, 3, False)
    scores = {score.metric.name: score.result for score in suite.scores}
    assert scores["pass_rate"] == Measured(pytest.approx(5 / 6), 2)
    assert scores["pass^3"] == Measured(0.5, 2)
    assert scores["exact"] == Measured(pytest.approx(2 / 3), 1)


def test_a_case_that_fails_once_of_several_times_failed(
    folder: Path, flaky: Callable[[str], None]
) -> None:
    flaky(".!.")
    (suite,) = run_in(folder, RunOptions(repeat=3)).suites
    (failed,) = suite.failed
    assert isinstance(failed, CaseFailed)
    assert (failed.case, failed.passes, failed.tries) == ("clean", 2, 3)


def test_repeated_runs_survive_being_stored(folder: Path, flaky: Callable[[str], None]) -> None:
    from evals.report.json import run_from_json, run_to_json

    flaky("x!.")
    run = run_in(folder, RunOptions(repeat=3))
    assert run_from_json(json.loads(json.dumps(run_to_json(run)))) == run


def test_a_case_that_must_pass_fails_the_run_when_it_does_not(
    folder: Path, flaky: Callable[[str], None]
) -> None:
    (folder / "suite.yaml").write_text("gates: {must_pass: [clean]}\n" + SUITE, encoding="utf-8")
    flaky(".x")
    assert run_in(folder).passed
    run = run_in(folder, RunOptions(fresh=True))
    assert not run.passed
    assert [case.case for case in run.suites[0].broken] == ["clean"]
