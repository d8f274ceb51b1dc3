"""What a model is told of earlier turns.

An answer of ours carries what belongs to it alone: numbers of its own passages, its sources, marks
of what was not supported, and on a refusal the closest passages. A model that sees them copies
them, and then cites passages that it was not given.
"""

from __future__ import annotations

import re

from assistant.answer.fixed_words import REFUSED, RULES_LEAD, without_sources
from assistant.generate.wording import MARK, NOT_COVERED

_OF_ITS_OWN = re.compile(
    rf"(?:^|\n){re.escape(RULES_LEAD)}[^\n]*|(?: \[\d{{1,3}}\])+| {re.escape(MARK)}"
)
_GAPS = re.compile(r"\n{3,}")


def said_before(role: str, content: str) -> str:
    """A turn without what only its reader needs; a refusal as a model would say it."""
    if role != "assistant":
        return content
    if content.lstrip().startswith(REFUSED):
        return NOT_COVERED
    body = _OF_ITS_OWN.sub("", without_sources(content))
    return _GAPS.sub("\n\n", body).strip()
