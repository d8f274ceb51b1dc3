"""What answers say in fixed words, by which whoever shows or reads one knows its parts again."""

from __future__ import annotations

REFUSED = "**The documents don't answer this.**"
"""How a refusal begins, with a model and without."""
RULES_LEAD = "Checked in code: "
"""How the line of the code rules begins."""
SOURCES = "**Sources**"
"""What stands above the sources, which end an answer."""


def without_sources(answer: str) -> str:
    """An answer's Markdown without its list of sources."""
    return answer.partition(f"\n\n{SOURCES}")[0]
