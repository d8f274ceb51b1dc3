"""The summary for a pull request."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html import unescape

from markdown_it import MarkdownIt

from evals.compare import compare_runs
from evals.comparison import CaseComparison, Reason
from evals.metrics.base import Measured
from evals.outcome import Outcome, Result
from evals.record import Run, RunSpec, SuiteRun
from evals.report.comparison_markdown import LONGEST, comparison_markdown, escaped
from evals.scores import score


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
    assert "**lost** `case-0`" in text


HOSTILE = (
    "</details></summary>\n@everyone #1 www.e.org https://e.org <!-- ` ``` \n````\n"
    "[x](http://e.org) | \x1b[31m \u202e \ud800\n\n# Heading\n- item\n</sub><h1>"
)


def hostile_run(said: str, *, passed: bool) -> Run:
    run = run_of(said, passed=passed)
    outcomes = tuple(replace(case, case=HOSTILE) for case in run.suites[0].cases)
    suite = replace(run.suites[0], name=HOSTILE, cases=outcomes)
    return replace(run, id=HOSTILE, spec=RunSpec(HOSTILE, None, 0), suites=(suite,))


def test_a_reader_of_markdown_finds_nothing_of_others_but_text_and_code() -> None:
    def why(case: CaseComparison, agents: object) -> tuple[Reason, ...]:
        return (Reason("x", HOSTILE, hunk=f"-{HOSTILE}\n+{HOSTILE}"),)

    base, head = hostile_run("fine", passed=True), hostile_run(HOSTILE, passed=False)
    text = comparison_markdown(compare_runs(base, head, explain=why))
    reader = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = [one for token in reader.parse(text) for one in (token, *(token.children or ()))]
    raw = [one.content.strip() for one in tokens if one.type in ("html_block", "html_inline")]
    found = Counter(tag for piece in raw for tag in re.findall(r"<[^>]*>", piece))
    own = ("<details>", "<summary>", "</summary>", "</details>", "<sub>", "</sub>")
    assert found == Counter(own)
    assert "<!--" not in " ".join(raw)
    assert not {"link_open", "image"} & {one.type for one in tokens}
    assert sum(one.type == "heading_open" for one in tokens) == 1
    texts = " ".join(one.content for one in tokens if one.type == "text") + unescape(" ".join(raw))
    assert not re.search(r"@everyone|#1|https?://|www\.", texts)
    text.encode()


def test_escaped_text_reads_as_before() -> None:
    assert escaped("a\nb") == "a b"
    assert escaped("`x` <b>") == "&#96;x&#96; &#60;b&#62;"
