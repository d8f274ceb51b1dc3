"""Files, catalogue, texts and fixtures name the same rules, and a rule's examples are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.code.catalogue import catalogue, rule_ids, rule_text
from assistant.code.check import CheckOptions, check_project
from assistant.code.intent import parse_intent
from assistant.code.snippets import project_of_source, project_of_sources, split_files

RULES = Path(__file__).parents[3] / "assistant" / "code" / "rules"
FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"


def _flagged(code: str, rule: str) -> list[str]:
    parts = split_files(code)
    if any(part.path for part in parts):
        # An example that names its files is a whole project.
        sources = [(part.path or "convex/main.ts", part.code.encode()) for part in parts]
        project = project_of_sources(sources)
    else:
        project = project_of_source(code.encode(), "convex/main.ts")
    report = check_project(project, CheckOptions(select=(rule,)))
    return [f"{f.span.line}: {f.rule}: {f.message}" for f in report.findings]


def test_each_rule_file_is_in_the_catalogue_and_has_fixtures() -> None:
    files = {p.stem.replace("_", "-") for p in RULES.glob("[!_]*.py")}
    folders = {path.name for path in FIXTURES.iterdir() if path.is_dir()}
    assert set(catalogue()) == files
    assert files - folders == set()


@pytest.mark.parametrize("rule", rule_ids())
def test_a_rule_explains_itself(rule: str) -> None:
    text = rule_text(rule)
    assert text.summary.endswith(".") and len(text.summary) <= 120
    assert text.why and text.bad and text.good
    assert parse_intent(text.intent)


@pytest.mark.parametrize("rule", rule_ids())
def test_a_rule_flags_its_bad_example_and_leaves_the_good_one_alone(rule: str) -> None:
    text = rule_text(rule)
    bad = [line for line in _flagged(text.bad, rule) if f": {rule}: " in line]
    assert bad, "the bad example is not flagged"
    assert _flagged(text.good, rule) == []
