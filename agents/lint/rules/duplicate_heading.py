"""Two sections beside each other have the same heading.

Why: a reference to the heading means either. Often one of the two was to be merged or removed.

Bad:
    # Convex

    ## Queries

    Use an index.

    ## Mutations

    Check the caller.

    ## Queries

    Paginate long lists.
Good:
    # Convex

    ## Queries

    Use an index. Paginate long lists.

    ## Mutations

    Check the caller.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import Report, Rule, Surroundings
from agents.lint.subject import Subject


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report each later heading of the same path."""
    seen: dict[tuple[int, tuple[str, ...]], int] = {}
    for section in subject.document.sections:
        if not section.heading or not section.heading[-1] or _is_template(section.heading[-1]):
            continue
        key = (section.level, tuple(part.lower() for part in section.heading))
        line = section.lines.start
        if key in seen:
            yield RULE.at(
                subject,
                line,
                message=f"the heading `{section.heading[-1]}` stands on line {seen[key]} already",
                hint="merge the two sections, or tell them apart",
            )
        seen.setdefault(key, line)


def _is_template(heading: str) -> bool:
    return "{" in heading or "..." in heading or heading.startswith("[")


RULE = Rule(
    id="duplicate-heading",
    severity=Severity.INFO,
    category="structure",
    check=check,
)
