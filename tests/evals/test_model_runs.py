"""Runs in which a chat model answers: a scripted server that speaks OpenAI's protocol."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval_project import GARDEN, eval_project, scripted_run
from scripted_model import Fail, Say, Script, scripted_server

from agents.errors import UsageError
from agents.settings import ModelPrice, Settings
from agents.workspace import Workspace
from evals.outcome import CaseFailed, Outcome, Usage
from evals.record import Run
from evals.report.json import run_from_json, run_to_json
from evals.run import RunOptions, run_suites
from evals.suite import load_suite

SUITE = """\
agents: [documents]
cases:
  - id: tomatoes
    kind: answer
    question: When should I water tomatoes?
    facts: [at dawn]
    cites: [garden]
  - id: clean
    kind: check
    rules: [no-filter-in-query]
    code: "export const one = 1;"
"""
RIGHT = Say("Water tomatoes at dawn [1].", tokens=(100, 20))
MODEL = "openai:scripted"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return eval_project(tmp_path, SUITE, garden=GARDEN)


def run_in(folder: Path, *script: Script, model: str = MODEL, repeat: int = 1) -> tuple[Run, int]:
    options = RunOptions(model=model, repeat=repeat)
    return scripted_run(folder, *script, options=options, prices={MODEL: ModelPrice(1.0, 10.0)})


def tomatoes(run: Run) -> Outcome | CaseFailed:
    return next(case for case in run.suites[0].cases if case.case == "tomatoes")


def test_a_models_answer_is_scored_and_its_tokens_and_cost_are_recorded(folder: Path) -> None:
    run, asked = run_in(folder, RIGHT)
    found = tomatoes(run)
    assert isinstance(found, Outcome)
    assert (found.passed, found.sampled, asked) == (True, True, 1)
    assert found.result.usage == Usage(1, 100, 20, pytest.approx(0.0003))
    assert (run.spec.model, run.spec.given) == (MODEL, {"model": MODEL})
    told = run_to_json(run)
    assert (told["totals"]["model_calls"], told["totals"]["output_tokens"]) == (1, 20)
    assert run_from_json(json.loads(json.dumps(told))) == run
    clean = next(case for case in run.suites[0].cases if case.case == "clean")
    assert not clean.sampled


def test_repeated_cases_ask_each_time_and_a_wrong_answer_shows(folder: Path) -> None:
    wrong = Say("Evening moisture invites blight [1].")
    run, asked = run_in(folder, RIGHT, wrong, RIGHT, repeat=3)
    found = tomatoes(run)
    assert (asked, found.passes, found.tries) == (3, 2, 3)
    assert not found.passed
    assert isinstance(found, Outcome)
    assert found.result.usage is not None
    assert found.result.usage.calls == 3


def test_an_answer_is_kept_by_its_model_and_a_failure_is_not(folder: Path) -> None:
    with scripted_server(Fail(400, "no"), RIGHT) as server:
        settings = Settings(model_url=server.url)

        def again(model: str) -> Outcome | CaseFailed:
            return tomatoes(
                run_suites(
                    [load_suite(folder / "suite.yaml")],
                    RunOptions(model=model),
                    workspace=Workspace(folder / ".convexpert"),
                    settings=settings,
                )
            )

        failed = again(MODEL)
        assert isinstance(failed, CaseFailed)
        assert failed.code == "model"
        asked = len(server.requests)
        assert not again(MODEL).cached
        assert len(server.requests) == asked + 1
        assert again(MODEL).cached
        assert len(server.requests) == asked + 1
        assert not again("openai:another").cached
        assert len(server.requests) == asked + 2


def test_a_model_that_no_case_would_ask_is_refused(folder: Path) -> None:
    only = SUITE[SUITE.index("  - id: clean") :]
    (folder / "suite.yaml").write_text(f"agents: [documents]\ncases:\n{only}", encoding="utf-8")
    with pytest.raises(UsageError, match="no case of these suites asks a model"):
        run_in(folder, RIGHT)
