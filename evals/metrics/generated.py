"""What is counted about code that a model wrote."""

from __future__ import annotations

from evals.metrics.base import FINDINGS, Metric

CODE_GIVEN = Metric("code_given", "tasks for which the model wrote code")
VIOLATIONS = Metric(
    "violations",
    "for each task: findings, patterns missing or forbidden, errors of types",
    "violations",
    0.0,
    None,
    False,
)
"""The score of a prompt. Findings alone would praise code that leaves out what was asked for."""
FOUND = Metric("findings", "findings of the code check for each task", FINDINGS, 0.0, None, False)
MUST_HAVE = Metric("must_have", "patterns that the code must hold and holds")
MUST_NOT_ABSENT = Metric("must_not_absent", "patterns that the code must not hold and does not")
TYPE_ERRORS = Metric("type_errors", "errors of types for each task", "errors", 0.0, None, False)

METRICS = (VIOLATIONS, CODE_GIVEN, FOUND, MUST_HAVE, MUST_NOT_ABSENT, TYPE_ERRORS)


def findings_of(rule: str) -> Metric:
    """The findings of one rule alone: `findings:n-plus-one`."""
    meaning = f"{FOUND.meaning}, {rule} alone"
    return Metric(f"{FOUND.name}:{rule}", meaning, FINDINGS, 0.0, None, False)
