"""The built-in documents: valid for every reader, and held to their own rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from agents.builtin import builtin_documents
from agents.parse import parse_document
from assistant.code.catalogue import rule_ids
from assistant.code.check import CheckOptions, check_paths
from assistant.code.documented import rules_of_item

ROOT = Path(__file__).parents[1]
DEFINITIONS = sorted((ROOT / "agents" / "definitions").glob("*.md"))
GOLD = ROOT.parent / "shared" / "seed_items.jsonl"
NAMES = {
    "convex-architect",
    "convex-backend-engineer",
    "convex-component-expert",
    "convex-database-specialist",
    "convex-expert",
}


def test_there_is_one_document_for_each_role() -> None:
    assert {path.stem for path in DEFINITIONS} == NAMES
    assert {document.path for document in builtin_documents()} == {f"{n}.md" for n in NAMES}


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.stem)
def test_a_document_is_read_without_a_diagnostic(path: Path) -> None:
    document = parse_document(path.read_bytes(), filename=path.name)
    head = path.read_text(encoding="utf-8").split("---\n")[1]
    assert yaml.safe_load(head)["name"] == document.name == path.stem
    assert len(document.description) > 80
    assert document.diagnostics == ()


def test_the_examples_pass_every_rule_of_the_check() -> None:
    report = check_paths(DEFINITIONS, CheckOptions())
    assert [(f.file, f.span.line, f.rule) for f in report.findings] == []


def test_the_examples_are_code_that_the_check_reads() -> None:
    seen = check_paths(DEFINITIONS, CheckOptions(select=("require-args-validator",)))
    assert seen.files == len(DEFINITIONS)
    blocks = [
        block
        for path in DEFINITIONS
        for block in parse_document(path.read_bytes(), filename=path.name).code
        if block.language in ("typescript", "ts", "tsx")
    ]
    assert len(blocks) > 40


@pytest.mark.skipif(not GOLD.is_file(), reason="the labelled items are not beside the repository")
def test_what_the_seeds_ask_of_code_the_built_in_documents_ask_too() -> None:
    gold = [json.loads(line) for line in GOLD.read_text(encoding="utf-8").splitlines()]
    wanted = {rule for item in gold for rule in item["rules"]} & set(rule_ids())
    asked = {
        rule
        for document in builtin_documents()
        for item in parse_document(document.raw, filename=document.path).checklist
        for rule in rules_of_item(item)
    }
    assert wanted - asked == set()
