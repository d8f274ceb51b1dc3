"""Words of a question that the leading statement doesn't say.

Most tell nothing: who asks what happens `if my list grows` is answered by what names the list. That
the statement says nothing of a `price`, a `menu` or a `version` tells much. What each word tells is
fitted by `benchmarks/fit_answers.py`, as a part of the decision in `assistant.answer.coverage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from kb.lexical import stem

_WORD = re.compile(r"[a-z0-9']+")


def unsaid_words(question: str, said: Iterable[str]) -> frozenset[str]:
    """The stems of a question's words that are in none of the texts `said`; small words, too."""
    return _stems(question).difference(*map(_stems, said))


@lru_cache(maxsize=1_024)
def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, _WORD.findall(text.lower())))
