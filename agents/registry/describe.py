"""A version as the JSON contract shows it (`agents list` and `agents show`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agents.document import ChecklistItem, Diagnostic
from agents.registry.naming import storable
from agents.registry.version import AgentVersion


def summary_of(version: AgentVersion) -> dict[str, Any]:
    """What `agents list --json` says about a version."""
    return {
        "handle": version.handle,
        "name": version.name,
        "description": version.description,
        "collection": version.collection,
        "origin": version.origin,
        "version": version.number,
        "digest": version.digest,
        "labels": list(version.labels),
        "created_at": version.created_at,
        "author": version.author,
    }


def details_of(
    version: AgentVersion, rules_of_item: Callable[[ChecklistItem], Sequence[str]]
) -> dict[str, Any]:
    """What `agents show --json` says about a version; lines as in the file as imported."""
    from agents.claude_diagnostics import claude_loadings  # brings the YAML library
    from agents.head_fields import meant_fields

    document = version.document
    return {
        **summary_of(version),
        "message": version.message,
        "frontmatter": jsonable(document.frontmatter.values),
        "sections": [
            {"heading": list(section.heading), "lines": section.lines.as_list()}
            for section in document.sections
        ],
        "checklist": [
            {"text": item.text, "line": item.line, "rules": list(rules_of_item(item))}
            for item in document.checklist
        ],
        "code": [
            {"language": block.language, "lines": block.lines.as_list()} for block in document.code
        ],
        "diagnostics": [diagnostic_of(diagnostic) for diagnostic in document.diagnostics],
        "kind": document.kind.value,
        "fields": jsonable(meant_fields(document.frontmatter.values)),
        "claude_code": {
            place: {"loading": found.loading.value, "reason": found.reason}
            for place, found in claude_loadings(document, version.path).items()
        },
    }


def diagnostic_of(diagnostic: Diagnostic) -> dict[str, Any]:
    """A diagnostic as JSON shows it."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "line": diagnostic.line,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }


def jsonable(value: Any) -> Any:
    """YAML knows infinities and halves of surrogate pairs, which JSON has no place for."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, Mapping):
        return {storable(str(key)): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value
