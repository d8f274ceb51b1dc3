"""The score of a check, from 0 to 100, with one for each category of rules.

Each finding costs points, by its severity and by how sure it is. They are counted per ten files,
so that a large project isn't worse for being large. A rule costs at most `RULE_CAP`, a category at
most `CATEGORY_CAP`: one habit that goes through all files doesn't hide everything else. What is
left of a category's cap is its score in percent; the whole is their mean, weighed by `WEIGHTS`,
and rounded down, so that only a check without findings gives 100.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from math import floor
from typing import TYPE_CHECKING

from agents.finding import Confidence, Severity
from agents.reporters.report import Score
from assistant.code.catalogue import ENGINE_RULES, category_of

if TYPE_CHECKING:
    from agents.finding import Finding
    from agents.reporters.report import FindingsReport

COSTS: Mapping[Severity, float] = {
    Severity.ERROR: 5,
    Severity.WARNING: 2,
    Severity.INFO: 0.5,
    Severity.OFF: 0,
}
SURENESS: Mapping[Confidence, float] = {
    Confidence.HIGH: 1,
    Confidence.MEDIUM: 0.7,
    Confidence.LOW: 0.3,
}
RULE_CAP = 10.0
CATEGORY_CAP = 40.0
WEIGHTS: Mapping[str, int] = {
    "access": 30,
    "writing": 25,
    "reading": 20,
    "validation": 15,
    "layout": 10,
}
"""In percent."""
FILES = 10
"""Points are counted for so many files; a smaller check counts as one of so many."""


def score(report: FindingsReport) -> Score | None:
    """The score of all findings of a report; None where no file was checked."""
    if report.files == 0:
        return None
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    lost: dict[str, float] = dict.fromkeys(WEIGHTS, 0.0)
    for rule, findings in sorted(by_rule.items()):
        category = "layout" if rule in ENGINE_RULES else category_of(rule)
        points = sum(COSTS[one.severity] * SURENESS[one.confidence] for one in findings)
        lost[category] += min(RULE_CAP, points * FILES / max(report.files, FILES))
    parts = {
        category: 100 * (1 - min(points, CATEGORY_CAP) / CATEGORY_CAP)
        for category, points in lost.items()
    }
    total = sum(WEIGHTS[category] * part for category, part in parts.items()) / 100
    # The sum of exact hundreds may fall a hair short of one.
    return Score(floor(total + 1e-9), {name: floor(part + 1e-9) for name, part in parts.items()})
