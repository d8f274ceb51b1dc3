"""The JSON Schema of suite files, for editors; made from what the kinds say about their fields.

`evals/suites/schema.json` is this, written down. The reader of suites is stricter still: it knows
which rules, cases and metrics there are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from evals.kinds import KINDS
from evals.kinds.base import TEXT, TEXTS

FILE = "schema.json"

ID = {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,79}$"}
_NUMBERS = {"type": "object", "additionalProperties": {"type": "number"}}


def suite_schema() -> dict[str, Any]:
    """The schema, as a JSON document."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "convexpert eval suite",
        "type": "object",
        "required": ["cases"],
        "additionalProperties": False,
        "properties": {
            "name": {**ID, "description": "The file's name without it."},
            "description": {**TEXT, "description": "What the suite is for."},
            "agents": {
                **TEXTS,
                "description": "Documents under test: paths relative to this file, or builtin.",
            },
            "thresholds": {
                **_NUMBERS,
                "description": "What each metric has to reach, such as recall@10 or pass_rate.",
            },
            "gates": _gates(),
            "defaults": {
                "type": "object",
                "description": "Fields that all cases of a kind share.",
                "additionalProperties": False,
                "properties": {
                    name: {
                        "type": "object",
                        "additionalProperties": False,
                        "properties": dict(kind.schema()),
                    }
                    for name, kind in KINDS.items()
                },
            },
            "cases": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["id", "kind"],
                    "properties": {"kind": {"enum": list(KINDS)}},
                    "allOf": [_case(name, kind.schema()) for name, kind in KINDS.items()],
                },
            },
        },
    }


def schema_text() -> str:
    """The schema as it stands in its file."""
    return json.dumps(suite_schema(), indent=2, ensure_ascii=False) + "\n"


def _gates() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "What a comparison with an earlier run is held to.",
        "additionalProperties": False,
        "properties": {
            "must_pass": {
                **TEXTS,
                "description": "Ids of cases that must pass in every run, or tag:NAME.",
            },
            "lost": {
                "type": "integer",
                "minimum": 0,
                "description": "How many cases that passed may no longer pass, 0 without it.",
            },
            "regression": {
                **TEXTS,
                "description": "Metrics that must not fall significantly; all, none, or a list.",
            },
            "tolerance": {
                **_NUMBERS,
                "description": "By metric: a fall that is accepted, however certain it is.",
            },
            "kappa": {
                "type": "number",
                "minimum": 0,
                "maximum": 1,
                "description": "Agreement with people that a judge needs to gate, 0.6 without it.",
            },
        },
    }


def _case(name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "if": {"properties": {"kind": {"const": name}}},
        "then": {
            "additionalProperties": False,
            "properties": {
                "id": {**ID, "description": "Unique in the suite; stays when the case is mended."},
                "kind": {"const": name},
                "tags": {"type": "array", "items": ID, "maxItems": 20},
                **fields,
            },
        },
    }
