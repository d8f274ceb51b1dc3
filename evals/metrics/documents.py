"""What is counted about documents."""

from __future__ import annotations

from evals.metrics.base import Metric

ITEMS = Metric("items", "expected checklist items that the document still says")
SECTIONS = Metric("sections", "expected sections that stand there, in their order")
PHRASES = Metric("phrases", "expected phrases that the text says, and forbidden ones it does not")
MENTIONS = Metric("mentions", "names of code that occur as often as expected")
RULES = Metric("rules", "expected rules of the code check that an item asks for")
TOKENS = Metric("tokens", "about how many tokens the document costs", "tokens", 0.0, None, False)
LINT = Metric("lint_clean", "documents without a lint finding at or above the threshold")
LOADS = Metric("loads", "documents that Claude Code loads as they are written")

METRICS = (ITEMS, SECTIONS, PHRASES, MENTIONS, RULES, TOKENS, LINT, LOADS)
