"""Files, catalogue, texts and docs name the same rules, and a rule's examples are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.lint.catalogue import catalogue, rule_ids, rule_text
from agents.lint.examples import example_targets
from agents.lint.linting import LintOptions, lint
from agents.lint.rule import CATEGORIES
from agents.parse import parse_document
from assistant.code.examples import check_examples

ROOT = Path(__file__).parents[3]
RULES = ROOT / "agents" / "lint" / "rules"


def _flagged(example: str, rule: str) -> list[str]:
    options = LintOptions(select=(rule,), check_code=check_examples)
    report = lint(example_targets(example), options)
    return [f"{f.file}:{f.span.line}: {f.rule}: {f.message}" for f in report.findings]


def test_each_rule_file_is_in_the_catalogue() -> None:
    assert set(catalogue()) == {p.stem.replace("_", "-") for p in RULES.glob("[!_]*.py")}


def test_the_manual_names_each_rule() -> None:
    manual = (ROOT / "docs" / "lint.md").read_text(encoding="utf-8")
    assert [rule for rule in rule_ids() if f"`{rule}`" not in manual] == []


@pytest.mark.parametrize("rule", rule_ids())
def test_a_rule_explains_itself(rule: str) -> None:
    text = rule_text(rule)
    assert text.summary.endswith(".") and len(text.summary) <= 120
    assert text.why and text.bad and text.good
    assert not text.intent
    assert catalogue()[rule].category in CATEGORIES


@pytest.mark.parametrize("rule", rule_ids())
def test_a_rule_flags_its_bad_example_and_leaves_the_good_one_alone(rule: str) -> None:
    text = rule_text(rule)
    assert _flagged(text.bad, rule), "the bad example is not flagged"
    assert _flagged(text.good, rule) == []


@pytest.mark.parametrize("rule", rule_ids())
def test_no_diagnostic_is_reported_by_two_rules(rule: str) -> None:
    own = catalogue()[rule].diagnostics
    others = [other for other in catalogue().values() if other.id != rule]
    assert not any(own & other.diagnostics for other in others)


DOCUMENTS = sorted((ROOT / "tests" / "fixtures" / "documents").glob("*.md"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_each_diagnostic_of_the_parser_belongs_to_a_rule(path: Path) -> None:
    claimed = {code for rule in catalogue().values() for code in rule.diagnostics}
    document = parse_document(path.read_bytes(), filename=path.name)
    codes = {diagnostic.code for diagnostic in document.diagnostics}
    assert codes - claimed - {"more-diagnostics"} == set()
