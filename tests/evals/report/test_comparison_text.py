"""A comparison on the terminal and in a pipe."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from agents.location import Lines
from evals.compare import compare_runs
from evals.comparison import AgentChange, CaseComparison, Reason
from evals.metrics.base import Measured
from evals.outcome import CaseFailed, CaseOutcome, Outcome, Result
from evals.record import Run, RunSpec, SuiteRun
from evals.report.comparison_text import show_comparison
from evals.scores import score
from evals.subject import AgentUnderTest


def case(name: str, answer: str, *missed: str) -> Outcome:
    output = {"status": "answered", "answer": answer}
    facts = {"facts": Measured(0.0 if missed else 1.0, 1)}
    return Outcome(name, "answer", (), Result(facts, missed, output), 1.0)


def run_of(*cases: CaseOutcome, digest: str = "a") -> Run:
    agents = (AgentUnderTest("expert", "documents/expert.md", digest),)
    suite = SuiteRun("answers", "s", agents, score(cases, {}), cases)
    given = {"agents": ["main"]}
    spec = RunSpec("0.1.0", None, 0, given)
    return Run("20260101T000000000Z-aaaaaa", "2026", 1.0, spec, (suite,))


def explain(case: CaseComparison, agents: object) -> tuple[Reason, ...]:
    assert isinstance(agents, tuple)
    assert all(isinstance(agent, AgentChange) for agent in agents)
    return (Reason("item-gone", "the item was removed", "expert", Lines(1, 1), None, "-old\n+new"),)


def shown(base: Run, head: Run, *, terminal: bool = False, width: int = 120) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=terminal, soft_wrap=not terminal)
    show_comparison(console, compare_runs(base, head, explain=explain))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def test_a_lost_case_reads_without_colour() -> None:
    base = run_of(case("one", "use an index\nalways"), case("two", "yes"))
    head = run_of(
        case("one", "filter\nalways", "does not say “index”"), case("two", "yes"), digest="b"
    )
    assert shown(base, head, width=90) == (
        "base  20260101T000000000Z-aaaaaa  convexpert 0.1.0  main\n"
        "head  20260101T000000000Z-aaaaaa  convexpert 0.1.0  main\n"
        "\n"
        "answers  2 cases in both runs; expert edited\n"
        "  metric      base   head   diff.     95 % interval      p  says\n"
        "  pass_rate  1.000  0.500  -0.500  -1.000 to +0.000  1.000  not clear\n"
        "  facts      1.000  0.500  -0.500  -1.000 to +0.000  1.000  not clear\n"
        "  2 cases are too few for any significant difference\n"
        "  ✗ lost one  facts 1.000 → 0.000\n"
        "      does not say “index”\n"
        "      why: the item was removed\n"
        "        -old\n"
        "        +new\n"
        "       status: answered\n"
        "      -use an index\n"
        "      +filter\n"
        "       always\n"
        "      +✗ does not say “index”\n"
        "\n"
        "✗ answers: 1 case passed before and no longer does; none may: one\n"
        "✗ FAIL"
    )


def test_a_wide_window_shows_both_outputs_beside_each_other() -> None:
    text = shown(run_of(case("one", "LEFT")), run_of(case("one", "RIGHT", "no")), terminal=True)
    assert any("LEFT" in line and "RIGHT" in line for line in text.splitlines())


@pytest.mark.parametrize("terminal", [True, False])
def test_nothing_in_an_output_or_a_reason_moves_the_cursor(terminal: bool) -> None:
    hostile = "\x1b[2J\x9b31m\u202eevil [bold]x[/bold]"
    base = run_of(case("one", hostile))
    head = run_of(CaseFailed("one", "answer", (), "crash", hostile, 1.0))
    for text in (
        shown(base, head, terminal=terminal),
        shown(base, run_of(case("one", hostile * 2, hostile)), terminal=terminal),
    ):
        assert "\x1b[2J" not in text
        assert "\x9b" not in text
        assert "\u202e" not in text
        assert "[bold]x[/bold]" in text


def test_cases_that_fail_in_both_runs_are_noted_and_cases_on_one_side_listed() -> None:
    broken = CaseFailed("b", "answer", (), "passage-gone", "gone", 1.0)
    text = shown(run_of(broken, case("old", "x")), run_of(broken, case("new", "x")))
    assert "note: answers: can't be scored in either run, and says nothing: b" in text
    assert "  added: new" in text
    assert "  removed: old" in text
    assert text.endswith("✓ pass")
