r"""A path leads into one person's home folder.

Why: on every other machine the file isn't there, and the path tells who the author is.
Silent when: the name in it is a stand-in (`/home/user`, `/Users/you`).

Bad:
    Read C:\Users\anna\shop\convex\schema.ts first.
Good:
    Read convex/schema.ts first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject

_PATH = re.compile(
    r"(?<![\w./@:-])(?:/Users/|/home/|[A-Z]:\\Users\\)([A-Za-z][\w.-]{1,40})[/\\][\w./\\-]*"
)
_STAND_INS = re.compile(
    r"(?:your|my|the|some|an?)?[-_.]?(?:user(?:name)?|you|name|me|home|runner|dev(?:eloper)?|admin"
    r"|shared|public|app|node|ubuntu|ec2-user|vscode|coder|agent|example|alice|bob|john(?:doe)?"
    r"|jane(?:doe)?|foo|test(?:user)?|linuxbrew|root|project|claude|jovyan|default|git|www"
    r"|first\w*(?:[._-]last\w*)?|deploy(?:er)?|x+|pi|nonroot|appuser|steam|postgres|builder|circleci|gitpod|vsts)\d*\Z",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report paths in prose and in code."""
    for number, text in enumerate(subject.lines, 1):
        for found in _PATH.finditer(text[:4_000]):
            if not _STAND_INS.match(found[1]):
                yield RULE.at(
                    subject,
                    number,
                    found.start(),
                    found.end(),
                    message=f"the path lies in the home of `{found[1]}`",
                    hint="write it from the project's folder on, or with `~`",
                )


RULE = Rule(
    id="absolute-path",
    severity=Severity.INFO,
    category="content",
    check=check,
)
