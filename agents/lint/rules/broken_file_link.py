"""A link leads to a file that isn't there.

Why: an agent that is told to read it fails, or makes up what it might say.
Silent when: the target is an address, an absolute path or a template, the document is a template
(`{{name}}`), or a version of the registry, whose companions may lie elsewhere.

Bad:
    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: Fills forms. Use when a form is to be filled.
    ---
    Read [the fields](fields.md) first.
Good:
    >>> skills/forms/SKILL.md
    ---
    name: forms
    description: Fills forms. Use when a form is to be filled.
    ---
    Read [the fields](fields.md) first.

    >>> skills/forms/fields.md
    A field has a name.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from urllib.parse import unquote

from agents.finding import Confidence, Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.rules._links import links
from agents.lint.subject import Subject

_RELATIVE = re.compile(
    r"(?![a-z][a-z0-9+.-]*:|[/#?~\\]|www\.|mailto)[^{}<>$*|\"]+\Z", re.IGNORECASE
)
_FILE = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")
_UPWARDS = 6
"""Folders above the document in which a path may start as well, as from a project's root."""


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report relative links to files with an ending that are nowhere to be found."""
    if subject.is_version or "{{" in subject.document.text:
        return
    for link in links(subject):
        path = unquote(re.split(r"[#?]", link.target, maxsplit=1)[0])
        if not path or not _RELATIVE.match(path) or not _FILE.search(path) or "..." in path:
            continue
        if not _is_there(subject, path, surroundings.files):
            yield RULE.at(
                subject,
                link.line,
                link.start,
                link.end,
                message=f"there is no file `{path}` beside the document",
                hint="mend the path, or remove the link",
                confidence=Confidence.MEDIUM,
            )


def _is_there(subject: Subject, path: str, known: frozenset[str]) -> bool:
    if subject.path is None:
        return posixpath.normpath((subject.where.parent / path).as_posix()) in known
    folder = subject.path.parent.absolute()
    for place in [folder, *folder.parents][:_UPWARDS]:
        try:
            if (place / path).exists():
                return True
        except (OSError, ValueError):
            return True  # what can't be looked up is not said to be missing
    return False


RULE = Rule(
    id="broken-file-link",
    severity=Severity.WARNING,
    category="reference",
    check=check,
)
