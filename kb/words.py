"""BM25 over all indexed texts at once, on arrays in a file.

The index keeps of each text which terms it holds and how often. The file is a copy of that, term by
term, made by the build that it is named after; one that is missing or damaged is made again. What a
question holds is added up in a tenth of the time that SQLite's FTS5 takes, with the same scores.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.array_file import read_copy, write_copy
from kb.scores import Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.scores import Numbers

K1, B = 1.2, 0.75
"""Of the formula: how soon repetitions count no more, and how much a text's length does."""

COMMON = 0.5
"""Terms in more than this share of the texts are not looked up when the question has rarer ones."""

_RARITY_OF_COMMON = 1e-6
PREFIX = "words-"
"""How the names of the files begin."""
_RECORD = [("term", "<u8"), ("count", "<f4")]
_LENGTH = 0
"""The key of a text's first record, whose count is the text's length."""


@lru_cache(maxsize=100_000)
def _key(term: str) -> int:
    """64 bits stand for a term: among a million terms two are alike once in 40 million corpora."""
    digest = hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


def words_of(fields: Sequence[str], weights: Sequence[float]) -> bytes:
    """What the index keeps of a text: its length in terms, and of each term the weighted count.

    Each field is a text of terms and spaces.
    """
    import numpy

    counts: dict[int, float] = {}
    length = 0
    for field, weight in zip(fields, weights, strict=True):
        terms = field.split()
        length += len(terms)
        for term in terms:
            key = _key(term)
            counts[key] = counts.get(key, 0.0) + weight
    records = [(_LENGTH, length), *sorted(counts.items())]
    return numpy.array(records, dtype=_RECORD).tobytes()


@dataclass(frozen=True)
class Postings:
    """The terms of many texts, by term."""

    numbers: Numbers
    """Of the texts, ascending."""
    lengths: NDArray[Any]
    """Of the texts, in terms."""
    keys: NDArray[Any]
    """Of the terms, ascending."""
    starts: NDArray[Any]
    """Where in `rows` each term's texts begin, and the end of all."""
    rows: NDArray[Any]
    """Places of texts in `numbers`."""
    weights: NDArray[Any]
    """How often the term stands in each, weighted by field."""

    def counts(self, terms: Iterable[str]) -> dict[str, int]:
        """In how many texts each term stands; terms that stand nowhere are missing."""
        given = list(dict.fromkeys(terms))
        sizes = ((term, stop - start) for term, (start, stop) in self._spans(given).items())
        return {term: size for term, size in sizes if size}

    def telling(self, terms: Sequence[str]) -> list[str]:
        """Those of the terms that tell texts apart, or all known ones where none does."""
        counts = self.counts(terms)
        most = COMMON * max(len(self.numbers), 1)
        known = [term for term in terms if term in counts]
        return [term for term in known if counts[term] <= most] or known

    def score(self, terms: Sequence[str]) -> Scores:
        """The BM25 scores of all texts that hold one of the terms, each term counted once.

        The formula of Robertson and Zaragoza as FTS5 computes it: a term of more than half of the
        texts still counts, but next to nothing.
        """
        import numpy

        total = numpy.zeros(len(self.numbers))
        norms = self._norms
        for start, stop in self._spans(list(dict.fromkeys(terms))).values():
            holding = stop - start
            if not holding:
                continue
            rarity = math.log((len(self.numbers) - holding + 0.5) / (holding + 0.5))
            rows = self.rows[start:stop]
            # Weighted counts have one decimal; a float32 has it nearly.
            found = numpy.round(self.weights[start:stop].astype(numpy.float64), 4)
            rarity = rarity if rarity > 0 else _RARITY_OF_COMMON
            total[rows] += rarity * (found * (K1 + 1) / (found + norms[rows]))
        held = total > 0
        return Scores(self.numbers[held], numpy.round(total[held], 6))

    @cached_property
    def _norms(self) -> NDArray[Any]:
        """What each text's length makes of its counts."""
        mean = float(self.lengths.mean()) if len(self.lengths) else 0.0
        return K1 * (1 - B + B * self.lengths / (mean or 1.0))

    def share(self, terms: Sequence[str]) -> Scores:
        """How much of the terms each text holds that holds any: 1 for all, rarer ones count more.

        Terms that stand nowhere count as well: a question of which much is unknown is held by none.
        """
        import numpy

        total, most = numpy.zeros(len(self.numbers)), 0.0
        for start, stop in self._spans(list(dict.fromkeys(terms))).values():
            holding = stop - start
            rarity = math.log(1 + (len(self.numbers) - holding + 0.5) / (holding + 0.5))
            total[self.rows[start:stop]] += rarity
            most += rarity
        held = total > 0
        return Scores(self.numbers[held], numpy.round(total[held] / (most or 1.0), 6))

    def _spans(self, terms: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Where in `rows` each term's texts lie."""
        import numpy

        if not len(self.keys) or not terms:
            return dict.fromkeys(terms, (0, 0))
        wanted = numpy.array([_key(term) for term in terms], dtype=numpy.uint64)
        at = numpy.minimum(numpy.searchsorted(self.keys, wanted), len(self.keys) - 1)
        known = self.keys[at] == wanted
        spans = zip(self.starts[at].tolist(), self.starts[at + 1].tolist(), strict=True)
        return {
            term: span if is_known else (0, 0)
            for term, span, is_known in zip(terms, spans, known.tolist(), strict=True)
        }

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """All of it, in the order of the fields."""
        return (self.numbers, self.lengths, self.keys, self.starts, self.rows, self.weights)


def make_postings(texts: Iterable[tuple[int, bytes]]) -> Postings:
    """The postings of texts: numbers, each with what `words_of` gave."""
    import numpy

    ordered = sorted(texts)
    records = numpy.frombuffer(b"".join(words for _, words in ordered), dtype=_RECORD)
    is_head = records["term"] == _LENGTH
    rows = numpy.cumsum(is_head, dtype=numpy.int32) - 1
    terms, places = records["term"][~is_head], rows[~is_head]
    # A stable sort leaves the texts of each term in their order.
    order = numpy.argsort(terms, kind="stable")
    keys, starts = numpy.unique(terms[order], return_index=True)
    return Postings(
        numbers=numpy.array([number for number, _ in ordered], dtype=numpy.int64),
        lengths=records["count"][is_head].astype(numpy.float64),
        keys=keys,
        starts=numpy.append(starts, len(order)).astype(numpy.int64),
        rows=places[order],
        weights=records["count"][~is_head][order],
    )


@dataclass(frozen=True)
class Words:
    """The terms of one build."""

    build: str
    chunks: Postings
    topics: Postings


def write_words(folder: Path, words: Words) -> None:
    """Write the copy of a build and drop the others. Does nothing where the disk refuses it."""
    arrays = (*words.chunks.arrays, *words.topics.arrays)
    write_copy(folder, PREFIX, words.build, arrays)


def read_words(folder: Path, build: str) -> Words | None:
    """The copy of a build; None where it is missing or damaged."""
    arrays = read_copy(folder, PREFIX, build)
    if arrays is None or len(arrays) != 12:
        return None
    chunks, topics = Postings(*arrays[:6]), Postings(*arrays[6:])
    return Words(build, chunks, topics) if _fits(chunks) and _fits(topics) else None


def _fits(found: Postings) -> bool:
    """Whether the arrays are of the right kinds and fit together."""
    kinds = [array.dtype.str for array in found.arrays]
    return (
        kinds == ["<i8", "<f8", "<u8", "<i8", "<i4", "<f4"]
        and all(array.ndim == 1 for array in found.arrays)
        and len(found.numbers) == len(found.lengths)
        and len(found.starts) == len(found.keys) + 1
        and len(found.rows) == len(found.weights) == found.starts[-1]
        and (not len(found.rows) or 0 <= found.rows.min() <= found.rows.max() < len(found.numbers))
    )
