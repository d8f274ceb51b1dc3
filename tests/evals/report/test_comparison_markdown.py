"""The summary for a pull request."""

from __future__ import annotations

from evals.compare import compare_runs
from evals.metrics.base import Measured
from evals.outcome import Outcome, Result
from evals.record import Run, RunSpec, SuiteRun
from evals.report.comparison_markdown import LONGEST, comparison_markdown, escaped
from evals.run import score


def run_of(answer: str, *, passed: bool, cases: int = 1) -> Run:
    outcomes = [
        Outcome(
            f"case-{n}",
            "answer",
            (),
            Result(
                {"facts": Measured(1.0, 1)},
                () if passed else (f"does not say {answer}",),
                {"status": "answered", "answer": answer},
            ),
            1.0,
        )
        for n in range(cases)
    ]
    suite = SuiteRun("answers", "s", (), score(outcomes, {}), tuple(outcomes))
    return Run("20260101T000000000Z-aaaaaa", "2026", 1.0, RunSpec("0", None, 0), (suite,))


def test_texts_of_others_can_neither_mention_nor_close_what_they_stand_in() -> None:
    hostile = "</details> @everyone <!-- ``` \n````\n[x](http://e.org) \x1b[31m\u202e"
    text = comparison_markdown(
        compare_runs(run_of("fine", passed=True), run_of(hostile, passed=False))
    )
    outside = []
    fence: str | None = None
    for line in text.splitlines():
        bare = line.strip()
        if fence is None and bare.startswith("```"):
            fence = bare.removesuffix("diff")
        elif fence is not None and bare == fence:
            fence = None
        elif fence is None:
            outside.append(line)
    assert fence is None
    shown = "\n".join(outside)
    assert shown.count("</details>") == 1
    assert "@everyone" not in shown
    assert "](http" not in shown
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_a_comment_fits_whatever_came_out_otherwise() -> None:
    text = comparison_markdown(
        compare_runs(
            run_of("a " * 3000, passed=True, cases=300),
            run_of("b " * 3000, passed=False, cases=300),
        )
    )
    assert len(text) <= LONGEST
    assert "| answers | 300 | 300 | 0 | 0 | 0 | 1.000 → 0.000 |" in text


def test_escaped_text_reads_as_before() -> None:
    assert escaped("a\nb") == "a b"
    assert escaped("`x` <b>") == "&#96;x&#96; &#60;b&#62;"
