"""How developers say it, and what the documentation of Convex calls it.

Neither an embedding nor a stem leads from how somebody speaks who doesn't know the names to the
documentation that uses them. The table of `kb.matters` does so in two ways. What a question says
outright is put behind it before its vector is made (`names_for`). What it is near to by meaning
counts as well, by how near it is (`NearMatters`): nobody thinks of all that people may say.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kb.array_file import read_copy, write_copy
from kb.lexical import stem
from kb.matters import matters

if TYPE_CHECKING:
    from kb.embed import Embedder, Vectors

_GAP = 2
"""Other words that may stand between two words of an expression."""
_MOST_WORDS = 200
"""Words of a question beyond so many are not looked at."""
_WORD = re.compile(r"[a-z0-9]+!?")

NEAREST = 3
"""Matters that a question is taken to be near to; five and ten found nothing more."""
_FADING = 0.05
"""A matter whose cosine is so much smaller than the nearest one's counts a third."""

_PREFIX = "matters-"
"""How the name of the file with their vectors begins."""

Expression = tuple[str, ...]


def names_for(question: str) -> tuple[str, ...]:
    """What the documentation calls what the question speaks of, in the table's order."""
    words = _WORD.findall(question.lower().replace("'", "").replace("!", " "))[:_MOST_WORDS]
    forms = [{f"{word}!", stem(word)} for word in words]
    known = _expressions()
    found = {
        (row, name)
        for at, here in enumerate(forms)
        for form in here
        for row, name, rest in known.get(form, ())
        if _follows(rest, forms[at + 1 :])
    }
    return tuple(name for _, name in sorted(found))


def _follows(rest: Expression, forms: Sequence[set[str]]) -> bool:
    """Whether the rest of an expression comes next; the nearest place of each word is taken."""
    at = 0
    for word in rest:
        window = forms[at : at + _GAP + 1]
        near = next((n for n, here in enumerate(window) if word in here), None)
        if near is None:
            return False
        at += near + 1
    return True


@cache
def _expressions() -> Mapping[str, Sequence[tuple[int, str, Expression]]]:
    """By its first word, the table's row, the names and the other words of each expression."""
    found: dict[str, list[tuple[int, str, Expression]]] = {}
    for number, matter in enumerate(matters()):
        for expression in matter.said:
            words = _WORD.findall(expression.lower().replace("'", ""))
            first, *rest = [word if word.endswith("!") else stem(word) for word in words]
            found.setdefault(first, []).append((number, matter.name, tuple(rest)))
    return found


@dataclass(frozen=True)
class NearMatters:
    """The vectors of how people speak of each matter, by one model."""

    vectors: Vectors
    """A row for each matter, in the table's order."""

    def of(self, vector: Vectors) -> tuple[tuple[str, float], ...]:
        """The names of the matters nearest to a question's vector, nearest first.

        Each with how much it counts: all together as much as the nearest one's cosine.
        """
        import numpy

        cosines = numpy.round(self.vectors @ vector, 6)
        nearest = numpy.argsort(-cosines, kind="stable")[:NEAREST]
        near = numpy.clip(cosines[nearest].astype(numpy.float64), 0, 1)
        shares = numpy.exp((near - near[0]) / _FADING) * near
        counts = shares / (shares.sum() or 1.0) * near[0]
        names = [matters()[at].name for at in nearest.tolist()]
        return tuple((name, round(c, 6)) for name, c in zip(names, counts.tolist(), strict=True))


def near_matters(embedder: Embedder, folder: Path | None) -> NearMatters:
    """The matters' vectors by this model, kept in `folder` where one is given.

    Making them takes some seconds.
    """
    texts = [matter.text for matter in matters()]
    digest = hashlib.sha256("\0".join((embedder.model_id, *texts)).encode()).hexdigest()[:16]
    found = None if folder is None else read_copy(folder, _PREFIX, digest)
    if found is not None and len(found) == 1:
        rows = found[0]
        if rows.dtype.str == "<f4" and rows.shape == (len(texts), embedder.dimension):
            return NearMatters(rows)
    rows = embedder.embed_documents(texts)
    if folder is not None:
        write_copy(folder, _PREFIX, digest, (rows.astype("<f4"),))
    return NearMatters(rows)
