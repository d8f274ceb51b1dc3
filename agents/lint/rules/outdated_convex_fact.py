"""The text says something of Convex that is no longer so.

Why: models follow what the document says before what they know, and write code with names that are
on their way out, or around limits that were raised.
Silent when: the line says itself that the name is deprecated or old.

Bad:
    Use `v.bigint()` for counters. A Convex query can scan at most 16,384 documents.
Good:
    Use `v.int64()` for counters. A Convex query can scan at most 32,000 documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


@dataclass(frozen=True, slots=True)
class _Fact:
    said: re.Pattern[str]
    """The outdated words; where it has a group, that is what stands for them."""
    message: str
    hint: str


_FACTS = (
    # convex/src/values/validator.ts marks it deprecated.
    _Fact(
        re.compile(r"(?<![\w.])v\.bigint\(\)"), "`v.bigint()` is deprecated", "write `v.int64()`"
    ),
    # convex/src/server/storage.ts marks it deprecated.
    _Fact(
        re.compile(r"\bstorage\.getMetadata\("),
        "`storage.getMetadata` is deprecated",
        'write `ctx.db.system.get("_storage", storageId)`',
    ),
    # docs/production/state/limits.mdx: 32,000 documents scanned.
    _Fact(
        re.compile(
            r"\b(?:scan(?:s|ned)?|read(?:s|ing)?|quer(?:y|ies))\b[^.\n|]{0,60}?"
            r"\b((?:16,?384|8,?192)\s+(?:documents|docs|rows|records))\b"
            r"|\b((?:16,?384|8,?192)\s+(?:documents|docs))\s+(?:scanned|read)\b",
            re.IGNORECASE,
        ),
        "a function may scan 32,000 documents, not {}",
        "docs.convex.dev/production/state/limits has the limits",
    ),
    # The same page: 16,000 documents written.
    _Fact(
        re.compile(
            r"\b(?:writ(?:e|es|ing|ten)|insert(?:s|ed|ing)?)\b[^.\n|]{0,40}?"
            r"\b(8,?192\s+(?:documents|docs|rows|records))\b"
            r"|\b(8,?192\s+(?:documents|docs))\s+written\b",
            re.IGNORECASE,
        ),
        "a mutation may write 16,000 documents, not {}",
        "docs.convex.dev/production/state/limits has the limits",
    ),
    # The same page: actions run for 30 minutes, in Node for 10.
    _Fact(
        re.compile(
            r"\bactions?\b[^.\n|]{0,40}\b(?:time\s?out|limit(?:ed)?|maximum|max|up to)\b"
            r"[^.\n|]{0,30}?\b((?:2|two|5|five)[- ]minutes?)\b",
            re.IGNORECASE,
        ),
        "an action may run for 30 minutes, in Node for 10, not {}",
        "docs.convex.dev/production/state/limits has the limits",
    ),
)
_CONVEX = re.compile(r"\bconvex\b", re.IGNORECASE)
_SAYS_SO = re.compile(
    r"\b(?:deprecated|old|legacy|no longer|instead of|former\w*|replaced|removed|not|never|don['’]t"
    r"|avoid|❌)\b",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report outdated facts in documents about Convex, in prose and code."""
    document = subject.document
    if not _CONVEX.search(f"{document.name} {document.description} {document.text}"):
        return
    for number, text in enumerate(subject.lines, 1):
        for fact in _FACTS:
            found = fact.said.search(text)
            if found is None or _SAYS_SO.search(text):
                continue
            group = found.lastindex or 0
            yield RULE.at(
                subject,
                number,
                found.start(group),
                found.end(group),
                message=fact.message.format(found[group]),
                hint=fact.hint,
            )


RULE = Rule(
    id="outdated-convex-fact",
    severity=Severity.WARNING,
    category="content",
    check=check,
)
