"""What a model is to say in fixed words, and how its answer is marked."""

from __future__ import annotations

NOT_COVERED = "NOT_COVERED"
"""What a model says where the passages do not answer."""
MARK = "(⚠ unsupported)"
"""Behind a sentence that no passage supports."""
