"""How near an answer was to being declined, and where that says nothing."""

from __future__ import annotations

from pathlib import Path

from eval_project import GARDEN, eval_project

from agents.settings import Settings
from agents.workspace import Workspace
from evals.outcome import Outcome
from evals.run import RunOptions, run_suites
from evals.suite import load_suite

SUITE = """\
agents: [documents]
cases:
  - {id: told, kind: answer, question: When should I water tomatoes?, facts: [at dawn]}
  - {id: other-fact, kind: answer, question: When should I water tomatoes?, facts: [at noon]}
  - {id: declined, kind: answer, question: Who won the chess tournament?, unanswerable: true}
  - {id: not-declined, kind: answer, question: When should I water tomatoes?, unanswerable: true}
"""


def test_the_margin_is_that_of_the_decision_where_nothing_else_decides(tmp_path: Path) -> None:
    folder = eval_project(tmp_path, SUITE, garden=GARDEN)
    run = run_suites(
        [load_suite(folder / "suite.yaml")],
        RunOptions(),
        workspace=Workspace(tmp_path / ".convexpert"),
        settings=Settings(),
    )
    cases = {case.case: case for case in run.suites[0].cases if isinstance(case, Outcome)}
    margins = {name: case.result.margin for name, case in cases.items()}
    assert [case.passed for case in cases.values()] == [True, False, True, False]
    told, declined, answered = margins["told"], margins["declined"], margins["not-declined"]
    assert told is not None and 0 < told <= 1
    assert declined is not None and 0 < declined <= 1
    assert answered == -told
    assert margins["other-fact"] is None
