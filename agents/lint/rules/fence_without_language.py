"""A code block doesn't say its language.

Why: the code check looks at examples by their language, and readers colour them by it.
Silent when: the block doesn't look like code: a template, a tree of files, output.

Bad:
    ```
    import { query } from "./_generated/server";
    export const list = query({ args: {}, handler: async (ctx) => [] });
    ```
Good:
    ```ts
    import { query } from "./_generated/server";
    export const list = query({ args: {}, handler: async (ctx) => [] });
    ```

    ```
    src/
      convex/
    ```
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from agents.document import CodeBlock
from agents.finding import Edit, Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_TYPESCRIPT = re.compile(
    r"^[ \t]*(?:import\s[^;\n]{1,200}\sfrom\s+[\"']|export\s+(?:default|const|async|function|type"
    r"|interface)\b|(?:const|let)\s+[\w{}\[\], :]{1,100}\s*=\s*\S[^\n]*[;({\[]\s*$)",
    re.MULTILINE,
)
_SHELL = re.compile(
    r"(?:\$ )?(?:npm|npx|pnpm|yarn|bun|bunx|git|curl|cd|mkdir|pip|uv|docker|kubectl|brew|sudo"
    r"|export|cargo|go|make|claude)\s+\S|#(?!#)[ !]"
)
_PYTHON = re.compile(r"^(?:def \w+\(|from [\w.]+ import |class \w+[(:]|import \w+$)", re.MULTILINE)
LONGEST_JSON = 100_000


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report fences without a word behind them around what is code beyond doubt."""
    for block in subject.document.code:
        opening = subject.line(block.lines.start)
        is_fence = opening.strip().startswith(("```", "~~~"))
        # A longer fence holds a text with fences of its own.
        if block.info or not is_fence or "```" in block.code:
            continue
        language, sure = _language(block)
        if language is None:
            continue
        end = len(opening.rstrip())
        edits: tuple[Edit, ...] = (subject.edit(block.lines.start, end, end, language),)
        yield RULE.at(
            subject,
            block.lines.start,
            message=f"this code block doesn't say that it is {language}",
            hint=f"write `{language}` behind the marks that open it",
            edits=edits if sure else (),
        )


def _language(block: CodeBlock) -> tuple[str | None, bool]:
    """The language of the code, and whether nothing else can be meant."""
    code = block.code.strip()
    if code[:1] in ("{", "[") and len(code) < LONGEST_JSON and _is_json(code):
        return "json", True
    lines = [line.strip() for line in code.split("\n") if line.strip()]
    commands = [line for line in lines if _SHELL.match(line)]
    if lines and len(commands) == len(lines) and any(line[0] != "#" for line in lines):
        return "bash", True
    if len(_TYPESCRIPT.findall(code)) >= 2:
        return "ts", True
    if len(_PYTHON.findall(code)) >= 2:
        return "python", True
    return None, False


def _is_json(code: str) -> bool:
    try:
        value = json.loads(code)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list) and bool(value)


RULE = Rule(
    id="fence-without-language",
    severity=Severity.INFO,
    category="structure",
    check=check,
)
