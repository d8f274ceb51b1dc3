"""The kinds of cases: one module each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evals.kinds.answer import KIND as ANSWER
from evals.kinds.base import Kind
from evals.kinds.check import KIND as CHECK
from evals.kinds.document import KIND as DOCUMENT
from evals.kinds.retrieval import KIND as RETRIEVAL

KINDS: Mapping[str, Kind[Any]] = {kind.name: kind for kind in (RETRIEVAL, ANSWER, CHECK, DOCUMENT)}

__all__ = ["KINDS", "Kind"]
