"""What answers say in fixed words, by which they are known again."""

from __future__ import annotations

NOT_COVERED = "NOT_COVERED"
"""What a model says where the passages do not answer."""
REFUSED = "**The documents don't answer this.**"
"""How a refusal begins, with a model and without."""
MARK = "(⚠ unsupported)"
"""Behind a sentence that no passage supports."""
RULES_LEAD = "Checked in code: "
SOURCES_LEAD = "\n\n**Sources**"
