"""A code example breaks a rule of the code check.

Why: models copy examples more faithfully than they follow rules. An example with a fault is written
again and again.
Silent when: the example is shown as one not to follow (`❌`, `Bad`, `Don't` above it or in it), it
is a test, the code check is not sure, or the rule is about what a whole project does (who may call
a function).

Bad:
    ```ts
    import { query } from "./_generated/server";

    export const open = query({
      args: {},
      handler: async (ctx) =>
        await ctx.db
          .query("polls")
          .withIndex("by_end", (q) => q.gt("end", Date.now()))
          .take(20),
    });
    ```
Good:
    ```ts
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const open = query({
      args: { minute: v.number() },
      handler: async (ctx, { minute }) =>
        await ctx.db
          .query("polls")
          .withIndex("by_end", (q) => q.gt("end", minute))
          .take(20),
    });
    ```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.document import CodeBlock
from agents.finding import Confidence, Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_CONVEX = re.compile(
    r"(?<!this\.)\bctx\.(?:db|runQuery|runMutation|runAction|scheduler|auth|storage)\b|convex/|_generated/"
    r"|\bdefine(?:Schema|Table)\b"
)
_NAMED = re.compile(r"convex|_generated/", re.IGNORECASE)
"""Other servers hand a `ctx` to their functions as well."""
_WRONG = re.compile(
    r"❌|✗|✘|🚫|⛔|\b(?:bad|wrong|incorrect|don['’]?t|do not|avoid|never|anti-?pattern|inefficient"
    r"|slow|before|instead of|not recommended|problem|unsafe|insecure|vulnerable|deprecated|old)\b",
    re.IGNORECASE,
)
_ELLIPSIS = re.compile(r"\.\.\.(?![\w(\[{])|…")
_TEST = re.compile(r"\bconvexTest\b|\bexpect\(|\b(?:describe|it|test)\(\s*[\"'`]")
_MARKUP = re.compile(r"^</?[A-Z][\w.]*[ >/]", re.MULTILINE)
"""An element that stands by itself: an excerpt of what some component returns."""
_MARKDOWN = re.compile(r"^(?:#{2,6} |```)", re.MULTILINE)
_ABOUT_PROJECTS = frozenset(
    {
        *("require-access-control", "missing-ownership-check", "missing-rate-limit"),
        *("unvalidated-upload", "untested-function", "orphaned-file", "missing-schema"),
        *("sensitive-field-exposed", "spoofable-identity", "missing-reference-index"),
        *("use-internal-function", "missing-returns-validator", "unused-directive"),
    }
)
"""Code rules about what a whole project does: an example leaves that out to show something else."""
ABOVE = 3
"""Lines above an example in which a word may say that it is a bad one."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report what the code check is sure of in the examples that are to be followed."""
    text = subject.document.text
    if surroundings.check_code is None or not (_CONVEX.search(text) and _NAMED.search(text)):
        return
    blocks = subject.document.code
    broken: list[CodeBlock] = []
    for finding in surroundings.check_code(subject.document, subject.file):
        line = finding.span.line
        block = next((one for one in blocks if line in one.lines), None)
        sure = finding.confidence is Confidence.HIGH and finding.severity.reaches(Severity.WARNING)
        if block is None or not sure or finding.rule in _ABOUT_PROJECTS:
            continue
        if _TEST.search(block.code) and finding.rule != "syntax-error":
            continue
        if not _CONVEX.search(block.code) or _is_shown_as_wrong(subject, block, line):
            continue
        if finding.rule == "syntax-error":
            # No fault where something is left out, or where a fence isn't closed.
            partial = any(one.search(block.code) for one in (_ELLIPSIS, _MARKUP, _MARKDOWN))
            if partial or block in broken:
                continue
            broken.append(block)
        start = finding.span.column - 1
        end = finding.span.end_column - 1 if finding.span.end_line == line else None
        yield RULE.at(
            subject,
            line,
            start,
            end,
            message=f"{finding.message} ({finding.rule})",
            hint=finding.hint,
        )


def _is_shown_as_wrong(subject: Subject, block: CodeBlock, line: int) -> bool:
    """Whether the heading, the text above, or a comment of the example says so."""
    above = [subject.line(n) for n in range(max(1, block.lines.start - ABOVE), block.lines.start)]
    comments = [
        text
        for number in range(block.first_code_line, line + 1)
        if (text := subject.line(number).strip()).startswith(("//", "/*", "*", "{/*"))
    ]
    heading = block.heading[-1:]
    return any(_WRONG.search(text) for text in (*above, *comments, *heading, block.info))


RULE = Rule(
    id="example-breaks-code-rule",
    severity=Severity.WARNING,
    category="content",
    check=check,
)
