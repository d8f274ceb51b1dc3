"""A link leads to a heading that the document doesn't have.

Why: whoever follows it, a person or the agent, finds nothing; the heading was probably renamed.

Bad:
    See [the limits](#limits).

    ## Bounds

    At most 100 rows.
Good:
    See [the limits](#limits).

    ## Limits

    At most 100 rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from agents.errors import did_you_mean
from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.rules._links import anchors, links
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report links within the document that no heading answers."""
    known: frozenset[str] | None = None
    for link in links(subject):
        if not link.target.startswith("#") or len(link.target) < 2:
            continue
        known = anchors(subject) if known is None else known
        name = unquote(link.target[1:]).lower()
        if name not in known and not _differs_in_hyphens(name, known):
            yield RULE.at(
                subject,
                link.line,
                link.start,
                link.end,
                message=f"no heading makes the anchor `{link.target}`",
                hint=did_you_mean(name, sorted(known), "link to a heading that is there"),
            )


def _differs_in_hyphens(name: str, known: frozenset[str]) -> bool:
    """Whether another site's way to spell the heading is meant (emoji, double hyphens)."""
    plain = name.replace("-", "").replace("\ufe0f", "")
    return any(plain == other.replace("-", "").replace("\ufe0f", "") for other in known)


RULE = Rule(
    id="broken-anchor",
    severity=Severity.WARNING,
    category="reference",
    check=check,
)
