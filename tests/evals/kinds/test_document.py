"""Document cases over small documents: what meets them and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.errors import SuiteError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.metrics.base import Measured, NotMeasured
from evals.outcome import Outcome
from evals.run import RunOptions, run_suites
from evals.suite import load_suite, read_suite

DOCUMENT = """\
---
name: expert
description: Use this agent to review Convex queries.
---
# Expert

## Rules

- Use `.withIndex()` instead of `.filter()` in queries.
- Never call `fetch` from a query.

## Examples

```ts
export const one = ctx.db.query("t").withIndex("by_a").take(5);
```
"""
CASES = """\
agents: [documents]
cases:
  - id: whole
    kind: document
    document: expert
    sections: [Rules, Examples]
    rules: [no-filter-in-query]
    max_tokens: 200
    lint: clean
    lint_ignore: [description-without-trigger]
    loads: true
  - id: rules
    kind: document
    document: expert
    section: Expert > Rules
    items:
      - Use `.withIndex()` instead of `.filter()` in queries
      - Never call `fetch` from a query
    says: [[from a query, from queries]]
    must_not: [always poll]
    mentions: {fetch: 1}
  - id: examples
    kind: document
    document: expert
    section: Examples
    mentions: {withIndex: 1, ctx.db: 1, .take: 1}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    (tmp_path / "suite.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path


def missed(folder: Path, text: str) -> dict[str, tuple[str, ...]]:
    return {
        name: outcome.result.missed
        for name, outcome in outcomes(folder, text).items()
        if not outcome.passed
    }


def outcomes(folder: Path, text: str) -> dict[str, Outcome]:
    (folder / "documents" / "expert.md").write_text(text, encoding="utf-8")
    (suite,) = run_suites(
        [load_suite(folder / "suite.yaml")],
        RunOptions(),
        workspace=Workspace(folder / ".convexpert"),
        settings=Settings(),
    ).suites
    return {case.case: case for case in suite.cases if isinstance(case, Outcome)}


def test_a_document_that_says_and_costs_what_is_expected_passes(folder: Path) -> None:
    found = outcomes(folder, DOCUMENT)
    assert {name: one.result.missed for name, one in found.items()} == {
        "whole": (),
        "rules": (),
        "examples": (),
    }
    scores = found["rules"].result.scores
    assert scores["items"] == Measured(1.0, 2)
    assert scores["phrases"] == Measured(1.0, 2)
    assert isinstance(scores["tokens"], NotMeasured)
    assert found["whole"].result.scores["loads"] == Measured(1.0, 1)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("- Never call", "* **Never** call"),
        ("instead of", "rather than"),
        ("\n- Never", "\n\n\n- Never"),
        ("name: expert", "name: expert\nmodel: inherit"),
    ],
)
def test_rewording_and_layout_are_no_miss(old: str, new: str, folder: Path) -> None:
    assert missed(folder, DOCUMENT.replace(old, new)) == {}


@pytest.mark.parametrize(
    ("old", "new", "case", "told"),
    [
        ("- Never call `fetch` from a query.\n", "", "rules", "no item says “Never call `fetch`"),
        ("- Never call", "- Always call", "rules", "no item says “Never call `fetch`"),
        (
            "- Use `.withIndex()` instead of",
            "- See",
            "whole",
            "asks for the rule no-filter-in-query",
        ),
        ('"t").withIndex("by_a")', '"t")', "examples", "mentions `withIndex` 0 times, expected 1"),
        ("## Rules", "## Regulations", "rules", "the section “Expert > Rules” is gone"),
        ("## Rules", "## Regulations", "whole", "the section “Rules” is gone or out of order"),
        ("---\n# Expert", "---\n" + "word " * 400 + "\n# Expert", "whole", "tokens, at most 200"),
        ("name: expert", "nome: expert", "whole", "Claude Code drops"),
        ("from a query.", "from a query. Always poll.", "rules", "says “always poll”"),
    ],
)
def test_what_is_lost_is_told(old: str, new: str, case: str, told: str, folder: Path) -> None:
    found = missed(folder, DOCUMENT.replace(old, new))
    assert any(told in line for line in found[case]), found


def test_sections_in_another_order_are_a_miss(folder: Path) -> None:
    head, rules, examples = (
        DOCUMENT[: DOCUMENT.index("## Rules")],
        DOCUMENT[DOCUMENT.index("## Rules") : DOCUMENT.index("## Examples")],
        DOCUMENT[DOCUMENT.index("## Examples") :],
    )
    assert missed(folder, f"{head}{examples}\n{rules}") == {
        "whole": ("the section “Examples” is gone or out of order",)
    }


def test_a_document_that_is_not_under_test_fails_its_case(folder: Path) -> None:
    text = CASES.replace("document: expert\n    section: Examples", "document: other")
    (folder / "suite.yaml").write_text(text, encoding="utf-8")
    assert "examples" not in outcomes(folder, DOCUMENT)


@pytest.mark.parametrize(
    "fields",
    [
        "",
        "section: A",
        "lint_ignore: [long-body]",
        "lint: dirty",
        "mentions: {'a b': 1}",
        "mentions: {a: 0}",
        "rules: [no-such-rule]",
        "lint: clean, lint_ignore: [no-such-rule]",
        "max_tokens: 0",
    ],
)
def test_what_expects_nothing_or_names_nothing_is_refused(fields: str) -> None:
    text = f"cases:\n  - {{id: a, kind: document, document: d{', ' + fields if fields else ''}}}\n"
    with pytest.raises(SuiteError) as raised:
        read_suite(text.encode(), path="s.yaml")
    assert raised.value.line == 2
