"""What is counted about answers. No judge takes part: each number can be checked by hand."""

from __future__ import annotations

from evals.metrics.base import Metric

FACTS = Metric("facts", "expected facts that the answer states")
FACTS_SUPPORTED = Metric("facts_supported", "stated facts that a cited quote states too")
FORBIDDEN_ABSENT = Metric("forbidden_absent", "statements it must not make that it does not make")
CITED = Metric("cited", "documents or passages it must cite that it cites")
QUOTES_EXACT = Metric("quotes_exact", "citations whose quote is the exact text of their lines")
ANSWERED = Metric("answered", "questions the documents answer that got an answer")
DECLINED = Metric("declined", "questions the documents do not answer that were declined")

METRICS = (
    ANSWERED,
    DECLINED,
    FACTS,
    FACTS_SUPPORTED,
    FORBIDDEN_ABSENT,
    CITED,
    QUOTES_EXACT,
)
