"""The links of a document's prose, and the anchors that its headings make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agents.lint.subject import Subject

_LINK = re.compile(
    r"(?<!\\)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(\s*(<[^<>\n]*>|[^()\s]+)(?:\s+[\"'(][^\n]*)?\)"
)
_ANCHOR = re.compile(r"<[a-z]+\s[^<>]*?\b(?:id|name)=[\"']([^\"']+)[\"']", re.IGNORECASE)
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its target's place: 1-based line, 0-based characters."""

    target: str
    line: int
    start: int
    end: int


def links(subject: Subject) -> Iterator[Link]:
    """All inline links outside code."""
    for number, text in subject.prose:
        if "](" not in text:
            continue
        for found in _LINK.finditer(text):
            target = found[1]
            start = found.start(1)
            if target.startswith("<"):
                target, start = target[1:-1], start + 1
            yield Link(target, number, start, start + len(target))


def anchors(subject: Subject) -> frozenset[str]:
    """What `#…` may name: the headings as GitHub spells them, and ids in HTML."""
    found: set[str] = set()
    seen: Counter[str] = Counter()
    for section in subject.document.sections:
        if section.heading:
            slug = slug_of(section.heading[-1])
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    for _, text in subject.written:
        found.update(match[1].lower() for match in _ANCHOR.finditer(text))
    return frozenset(found)


def slug_of(heading: str) -> str:
    """A heading's anchor as GitHub spells it."""
    return _NOT_IN_SLUG.sub("", heading.strip().lower()).replace(" ", "-")
