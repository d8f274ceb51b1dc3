"""What each tool returns, as JSON Schema: the shapes of the command line's JSON.

Objects may carry more than is named here: fields are added over time, never taken away.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
LINE: Schema = {"type": "integer", "minimum": 1}
OR_NULL: Schema = {"type": ["string", "null"]}


def array(items: Schema, description: str = "") -> Schema:
    """A list of `items`."""
    return {
        "type": "array",
        "items": items,
        **({"description": description} if description else {}),
    }


def record(description: str = "", /, **properties: Schema) -> Schema:
    """An object with these properties, all of them required."""
    return {
        "type": "object",
        **({"description": description} if description else {}),
        "properties": properties,
        "required": list(properties),
    }


LINES: Schema = {
    **array(LINE, "First and last line, 1-based, in the file as imported."),
    "minItems": 2,
    "maxItems": 2,
}

_PASSAGE: dict[str, Schema] = {
    "source": TEXT,
    "origin": TEXT,
    "path": TEXT,
    "version": COUNT,
    "lines": LINES,
    "heading": array(TEXT),
}
_ITEM = record(agent=TEXT, version=COUNT, line=LINE, text=TEXT)

SEARCH = record(
    query=TEXT,
    mode={"enum": ["hybrid", "dense", "lexical"]},
    results=array(record(rank=LINE, score=NUMBER, **_PASSAGE, text=TEXT)),
    elapsed_ms=NUMBER,
)

ANSWER = record(
    question=TEXT,
    status={
        "enum": ["answered", "not_covered"],
        "description": "not_covered: the documents don't answer the question.",
    },
    answer={**TEXT, "description": "Markdown that carries the citations' numbers as [1]."},
    citations=array(record(n=LINE, **_PASSAGE, quote=TEXT)),
    rules=array(TEXT, "Code rules that hold code to the answer; see explain_rule."),
    model=OR_NULL,
    unsupported=array(TEXT),
    usage={"type": "object"},
    elapsed_ms=NUMBER,
)

_FINDING = record(
    rule=TEXT,
    severity={"enum": ["info", "warning", "error"]},
    confidence={"enum": ["high", "medium", "low"]},
    file=TEXT,
    line=LINE,
    column=LINE,
    end_line=LINE,
    end_column=LINE,
    message=TEXT,
    documented_by=array(_ITEM, "The checklist items that ask for this rule."),
    fixable={"type": "boolean"},
)

FINDINGS = record(
    findings=array(_FINDING),
    summary=record(files=COUNT, errors=COUNT, warnings=COUNT, infos=COUNT),
    review=array(_ITEM, "Checklist items that need judgement, where asked for."),
    omitted={**COUNT, "description": "Findings beyond `limit`, which the summary counts."},
)

_SUMMARY: dict[str, Schema] = {
    "handle": TEXT,
    "name": TEXT,
    "description": TEXT,
    "collection": TEXT,
    "origin": TEXT,
    "version": COUNT,
    "digest": TEXT,
    "labels": array(TEXT),
    "created_at": TEXT,
    "author": OR_NULL,
}

AGENTS = record(agents=array(record(**_SUMMARY)))

AGENT = record(
    **_SUMMARY,
    message=OR_NULL,
    frontmatter={"type": "object"},
    sections=array(record(heading=array(TEXT), lines=LINES)),
    checklist=array(record(text=TEXT, line=LINE, rules=array(TEXT))),
    code=array(record(language=TEXT, lines=LINES)),
    diagnostics=array({"type": "object"}),
    text={**OR_NULL, "description": "The document as imported; null where not asked for."},
)

RULE = record(
    id=TEXT,
    severity={"enum": ["off", "info", "warning", "error"]},
    category=TEXT,
    summary=TEXT,
    why=TEXT,
    silent_when=TEXT,
    bad=TEXT,
    good=TEXT,
    documented_by=array(_ITEM, "The checklist items that ask for this rule."),
)
