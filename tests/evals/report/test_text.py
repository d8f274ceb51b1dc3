from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from evals.gates import Gates
from evals.metrics.base import Measured, Metric, NotMeasured
from evals.outcome import CaseFailed, Outcome, Result, together
from evals.record import Run, RunSpec, Score, SuiteRun
from evals.report.text import show_run
from evals.statistics import Interval
from evals.subject import AgentUnderTest


def shown(run: Run, *, terminal: bool = False, width: int = 100) -> str:
    out = io.StringIO()
    show_run(Console(file=out, width=width, force_terminal=terminal, soft_wrap=not terminal), run)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def a_run(reason: str = "does not say “x”") -> Run:
    suite = SuiteRun(
        name="answers",
        digest="d",
        agents=(AgentUnderTest("expert", "c/expert.md", "e"),),
        scores=(
            Score(Metric("facts", "facts found"), Measured(0.5, 2), Interval(0.25, 0.75), 0.6),
            Score(Metric("cited", "cited"), Measured(1.0, 3), None, 0.9),
            Score(Metric("declined", "declined"), NotMeasured("no case measures it")),
            Score(Metric("recall:n-plus-one", ""), Measured(0.25, 4), None, 0.2),
            Score(Metric("precision:n-plus-one", ""), NotMeasured("nothing was found")),
        ),
        cases=(
            Outcome("one", "answer", (), Result({}, (reason,), {}), 1.0),
            CaseFailed("two", "answer", (), "passage-gone", "the passage is gone: x", 1.0),
            Outcome("three", "answer", (), Result({}, (), {}), 1.0),
        ),
    )
    return Run("20260301T000000000Z-abcdef", "t", 2500.0, RunSpec("1", None, 0), (suite,))


def test_the_summary_reads_without_colour() -> None:
    assert shown(a_run()) == (
        "answers  3 cases over expert\n"
        "  metric    value  95 % interval  n  threshold  result\n"
        "  facts     0.500  0.250–0.750    2  ≥ 0.6      ✗ FAIL\n"
        "  cited     1.000                 3  ≥ 0.9      ✓ pass\n"
        "  declined      –                 0\n"
        "\n"
        "  rule        recall  n  precision  n  result\n"
        "  n-plus-one  0.250   4  –          0  ✓ pass\n"
        "  ✗ missed one\n"
        "      does not say “x”\n"
        "  ✗ failed two\n"
        "      passage-gone: the passage is gone: x\n"
        "\n"
        "✗ FAIL  run 20260301T000000000Z-abcdef  2.5 s"
    )


def test_a_wide_screen_explains_the_metrics() -> None:
    text = shown(a_run(), width=140)
    assert "facts found" in text
    assert "not measured: no case measures it" in text


def test_markup_and_escapes_from_cases_are_shown_and_not_obeyed() -> None:
    text = shown(a_run("says “[bold]x[/bold]\x1b[2J\u202e”"), terminal=False)
    assert "[bold]x[/bold]" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_repeated_kept_and_must_pass_cases_are_told() -> None:
    passed = Outcome("one", "answer", ("basic",), Result({}, (), {}), 1.0, cached=True)
    missed = replace(passed, result=Result({}, ("no",), {}))
    suite = SuiteRun(
        name="answers",
        digest="d",
        agents=(),
        scores=(),
        cases=(together([passed, missed, passed]), replace(passed, case="two")),
        gates=Gates(must_pass=("tag:basic",)),
    )
    run = Run("20260301T000000000Z-abcdef", "t", 2500.0, RunSpec("1", None, 0), (suite,))
    text = shown(run)
    assert "✗ missed one  must pass  2 of 3 runs passed" in text
    assert text.endswith("2.5 s  2 of 2 cases as before, not run again")
    assert "✗ FAIL" in text
