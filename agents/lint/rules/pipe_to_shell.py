"""A command runs whatever an address sends.

Why: an agent runs it without looking. Who owns the address, or the network on the way, decides what
happens on the machine.
Silent when: the line says not to do it.

Bad:
    ```bash
    curl -fsSL https://example.com/install.sh | bash
    ```
Good:
    ```bash
    curl -fsSL https://example.com/install.sh -o install.sh
    less install.sh && bash install.sh
    ```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.subject import Subject

_PIPED = re.compile(
    r"\b(?:curl|wget)\b[^|;\n]{0,300}https?://[^|;\n]{0,300}\|\s*(?:sudo\s+)?(?:-E\s+)?"
    r"(?:ba|z|da|k)?sh\b"
    r"|\b(?:ba|z)?sh\s+(?:-c\s+)?[\"']?(?:<\(|\$\()\s*(?:curl|wget)\b"
    r"|\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod)\b[^|\n]{0,200}\|\s*(?:iex|Invoke-Expression)\b"
)
_WARNS = re.compile(
    r"\b(?:never|don['’]t|do not|avoid|instead of|unsafe|dangerous|bad|flag|detect)\b|❌",
    re.IGNORECASE,
)


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report downloads that go straight into a shell."""
    for number, text in enumerate(subject.lines, 1):
        found = _PIPED.search(text[:4_000]) if "http" in text else None
        around = f"{subject.line(number - 1)} {text}"
        if found and not _WARNS.search(around):
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message="this runs whatever the address sends, unseen",
                hint="download the file, look at it, then run it; or name the package to install",
            )


RULE = Rule(
    id="pipe-to-shell",
    severity=Severity.INFO,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
