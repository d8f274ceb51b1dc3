"""What is counted about code that a model wrote."""

from __future__ import annotations

from evals.metrics.base import FINDINGS, Metric

CODE_GIVEN = Metric("code_given", "tasks for which the model wrote code")
VIOLATIONS = Metric(
    "violations", "findings of the code check for each task", FINDINGS, 0.0, None, False
)
MUST_HAVE = Metric("must_have", "patterns that the code must hold and holds")
MUST_NOT_ABSENT = Metric("must_not_absent", "patterns that the code must not hold and does not")
TYPE_ERRORS = Metric("type_errors", "errors of types for each task", FINDINGS, 0.0, None, False)

METRICS = (CODE_GIVEN, VIOLATIONS, MUST_HAVE, MUST_NOT_ABSENT, TYPE_ERRORS)


def violations_of(rule: str) -> Metric:
    """The findings of one rule alone: `violations:n-plus-one`."""
    meaning = f"{VIOLATIONS.meaning}, {rule} alone"
    return Metric(f"{VIOLATIONS.name}:{rule}", meaning, FINDINGS, 0.0, None, False)
