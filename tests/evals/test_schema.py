"""The JSON Schema of suites: it is what is written down, and it takes what the reader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import evals
from evals.kinds import KINDS
from evals.schema import FILE, schema_text, suite_schema
from evals.suite import builtin_suites

SUITES = Path(evals.__file__).parent / "suites"


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    Draft202012Validator.check_schema(suite_schema())
    return Draft202012Validator(suite_schema())


def test_the_file_is_what_the_kinds_say() -> None:
    assert (SUITES / FILE).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_field_of_a_kind_is_described_and_no_other(kind: str) -> None:
    assert set(KINDS[kind].schema()) == set(KINDS[kind].fields)


@pytest.mark.parametrize("path", builtin_suites(), ids=lambda path: path.stem)
def test_the_built_in_suites_are_valid(path: Path, validator: Draft202012Validator) -> None:
    suite = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
    # The base loader reads every scalar as text: numbers and truth values are put back.
    errors = [error.message for error in validator.iter_errors(_typed(suite))]
    assert errors == []


def _typed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _typed(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_typed(one) for one in value]
    try:
        found = json.loads(value)
    except ValueError:
        return value
    return found if isinstance(found, bool | int | float) else value


@pytest.mark.parametrize(
    "case",
    [
        {"id": "a", "kind": "other"},
        {"id": "a", "kind": "check", "cod": "x"},
        {"id": "A b", "kind": "check", "code": "x"},
        {"id": "a", "kind": "retrieval", "question": "x", "relevant": [{"quote": "x"}]},
        {"id": "a", "kind": "document", "document": "d", "lint": "dirty"},
        {"id": "a", "kind": "answer", "question": ""},
    ],
)
def test_a_wrong_case_is_not_valid(
    case: dict[str, object], validator: Draft202012Validator
) -> None:
    assert not validator.is_valid({"cases": [case]})
    assert validator.is_valid({"cases": [{"id": "a", "kind": "check", "code": "x"}]})
