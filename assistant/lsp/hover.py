"""What an editor shows about the findings under the pointer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agents.errors import ConvexpertError
from agents.finding import DocumentedBy, Finding, telling_first
from agents.rulebook import RuleText

MOST_ITEMS = 8
"""Of one finding; a rule that many documents ask for would fill the screen."""
LONGEST_ITEM = 400
"""Characters of an item's text."""
_MARKED = re.compile(r"([\\`*_{}\[\]()<>#+!|~&])")


def hover_text(findings: Sequence[Finding], *, markdown: bool) -> str:
    """The findings with their rules' reasons and the documents' items, one below the other."""
    shown = "\n\n---\n\n" if markdown else "\n\n"
    return shown.join(_one(finding, markdown=markdown) for finding in findings)


def _one(finding: Finding, *, markdown: bool) -> str:
    text = rule_text_of(finding.rule)
    said = _prose if markdown else str
    name = f"**{finding.rule}**" if markdown else finding.rule
    parts = [f"{name} ({finding.severity}): {said(finding.message)}"]
    if finding.hint is not None:
        parts.append(said(finding.hint))
    if text is not None:
        parts += [said(part) for part in (text.summary, text.why) if part]
    parts += _items(finding.documented_by, markdown=markdown)
    return "\n\n".join(parts)


def _items(items: Sequence[DocumentedBy], *, markdown: bool) -> list[str]:
    if not items:
        return []
    lines = [_item(item, markdown=markdown) for item in telling_first(items)[:MOST_ITEMS]]
    more = len(items) - len(lines)
    if more > 0:
        lines.append(f"- and {more} more")
    return ["\n".join(["Asked for by:", "", *lines] if markdown else ["Asked for by:", *lines])]


def _item(item: DocumentedBy, *, markdown: bool) -> str:
    where = f"{item.agent}@{item.version}:{item.line}"
    text = " ".join(item.text.split())
    text = text if len(text) <= LONGEST_ITEM else f"{text[:LONGEST_ITEM]}…"
    return f"- `{where}` {_escaped(text)}" if markdown else f"- {where} {text}"


def _prose(text: str) -> str:
    """Text of ours: what stands in backticks stays code, the rest is shown as it is."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return _escaped(text)
    return "".join(f"`{part}`" if place % 2 else _escaped(part) for place, part in enumerate(parts))


def _escaped(text: str) -> str:
    """Text of others, in which nothing is a link, a picture or a tag."""
    return _MARKED.sub(r"\\\1", text)


def rule_text_of(rule: str) -> RuleText | None:
    """What a rule of the code check or of lint says about itself."""
    from agents.lint.catalogue import about_rules as about_lint_rules
    from assistant.code.manual import about_rules

    for about in (about_rules, about_lint_rules):
        try:
            return about([rule])[rule].text
        except ConvexpertError:
            continue
    return None
