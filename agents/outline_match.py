"""Which section of one document is which section of another, renamed and moved ones too."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agents.document import Document, Section
from agents.likeness import Words, pair_up, words_of
from agents.location import Lines

_RENAMED = 0.55
"""How like the texts of two sections with different titles must be to be one section."""
_MOVED = 0.35
"""The same for sections with one title in two places."""
_SAME_PARENT = 0.1
_SAME_GAP = 0.15
"""What it says for two sections that the sections around them belong together."""
_TITLE = 0.25
"""What a title of the same words says."""


class Outline:
    """A document's sections with who stands below whom."""

    def __init__(self, document: Document, lines: Sequence[str]) -> None:
        """`lines` are the document's lines without their breaks."""
        self.sections = document.sections
        self.parents = list(_parents(document.sections))
        self._starts = [section.own.start for section in document.sections]
        self._lines = lines
        self._words: dict[int, Words] = {}

    def owner(self, lines: Lines) -> int | None:
        """The section in whose own text these lines begin."""
        place = bisect_right(self._starts, lines.start) - 1
        return place if place >= 0 else None

    def words(self, number: int) -> Words:
        """The words of a section with its sub-sections, without its own title."""
        if number not in self._words:
            section = self.sections[number]
            first = section.lines.start - (0 if section.level else 1)
            self._words[number] = words_of("\n".join(self._lines[first : section.lines.end]))
        return self._words[number]

    def title(self, number: int) -> str:
        """The section's own heading; empty for text before the first one."""
        heading = self.sections[number].heading
        return heading[-1] if heading else ""


def _parents(sections: Sequence[Section]) -> Iterable[int | None]:
    open_ones: list[int] = []
    for number, section in enumerate(sections):
        while open_ones and sections[open_ones[-1]].level >= section.level:
            open_ones.pop()
        yield open_ones[-1] if open_ones else None
        if section.level:
            open_ones.append(number)


@dataclass(slots=True)
class OutlineMatch:
    """Pairs of sections by their numbers in both outlines."""

    before: Outline
    after: Outline
    partner: dict[int, int] = field(default_factory=dict)
    """The section after, for a section before."""
    origin: dict[int, int] = field(default_factory=dict)
    """The section before, for a section after."""

    def join(self, i: int, j: int) -> None:
        """Let section `i` before be section `j` after."""
        self.partner[i] = j
        self.origin[j] = i

    def unmatched(self) -> tuple[list[int], list[int]]:
        """The sections of either side that belong to none of the other."""
        left = [i for i in range(len(self.before.sections)) if i not in self.partner]
        right = [j for j in range(len(self.after.sections)) if j not in self.origin]
        return left, right

    def same_parent(self, i: int, j: int) -> bool:
        """Whether two sections stand below one section, or both at the top."""
        parent = self.before.parents[i]
        expected = None if parent is None else self.partner.get(parent, -1)
        return self.after.parents[j] == expected

    def moved(self) -> set[int]:
        """The matched sections before that now stand below another one or in another order.

        As few as explain the order: a section that others moved past did not move.
        """
        below: dict[int | None, list[int]] = defaultdict(list)
        result = set()
        for i, j in sorted(self.partner.items()):
            if self.same_parent(i, j):
                below[self.before.parents[i]].append(i)
            else:
                result.add(i)
        for siblings in below.values():
            result |= out_of_order(siblings, [self.partner[i] for i in siblings])
        return result


def match_outlines(before: Outline, after: Outline) -> OutlineMatch:
    """Match by heading path, then by title and likeness, then by likeness alone."""
    match = OutlineMatch(before, after)
    _match_paths(match)
    # A parent that is found to be renamed vouches for its sub-sections in the second round.
    for _ in range(2):
        _match_titles(match)
        _match_texts(match)
    return match


def _match_paths(match: OutlineMatch) -> None:
    places: dict[tuple[tuple[str, ...], int], int] = {}
    for j, key in enumerate(_numbered(section.heading for section in match.after.sections)):
        places[key] = j
    for i, key in enumerate(_numbered(section.heading for section in match.before.sections)):
        if key in places:
            match.join(i, places[key])


def _numbered(
    headings: Iterable[tuple[str, ...]],
) -> Iterable[tuple[tuple[str, ...], int]]:
    """Headings with how often each was there before: sections may have one path."""
    seen: Counter[tuple[str, ...]] = Counter()
    for heading in headings:
        yield heading, seen[heading]
        seen[heading] += 1


def _match_titles(match: OutlineMatch) -> None:
    left, right = match.unmatched()
    titles = {match.before.title(i).casefold() for i in left}
    titles &= {match.after.title(j).casefold() for j in right}
    left = [i for i in left if match.before.title(i).casefold() in titles]
    right = [j for j in right if match.after.title(j).casefold() in titles]

    def favour(a: int, b: int) -> float:
        i, j = left[a], right[b]
        if match.before.title(i).casefold() != match.after.title(j).casefold():
            return -2.0
        return 1.0 if match.same_parent(i, j) else 0.0

    # The title is a word of the text here, so that sections without a text can be matched too.
    texts_before = [_titled(match.before, i) for i in left]
    texts_after = [_titled(match.after, j) for j in right]
    for pair in pair_up(texts_before, texts_after, least=_MOVED, favour=favour):
        match.join(left[pair.before], right[pair.after])


def _titled(outline: Outline, number: int) -> Words:
    return (f"# {outline.title(number).casefold()}", *outline.words(number))


def _match_texts(match: OutlineMatch) -> None:
    left, right = match.unmatched()
    left = [i for i in left if match.before.sections[i].level]
    right = [j for j in right if match.after.sections[j].level]
    gaps_before = gaps(range(len(match.before.sections)), match.partner)
    gaps_after = gaps(range(len(match.after.sections)), {j: j for j in match.origin})
    titles_before = [frozenset(words_of(match.before.title(i))) for i in left]
    titles_after = [frozenset(words_of(match.after.title(j))) for j in right]

    def favour(a: int, b: int) -> float:
        i, j = left[a], right[b]
        shared = titles_before[a] & titles_after[b]
        said = len(shared) / max(len(titles_before[a] | titles_after[b]), 1)
        level = abs(match.before.sections[i].level - match.after.sections[j].level)
        return (
            _TITLE * said
            + (_SAME_PARENT if match.same_parent(i, j) else 0.0)
            + (_SAME_GAP if gaps_before[i] == gaps_after[j] else 0.0)
            - 0.1 * level
        )

    texts_before = [match.before.words(i) or words_of(match.before.title(i)) for i in left]
    texts_after = [match.after.words(j) or words_of(match.after.title(j)) for j in right]
    for pair in pair_up(texts_before, texts_after, least=_RENAMED, favour=favour):
        match.join(left[pair.before], right[pair.after])


def gaps(numbers: Sequence[int], matched: dict[int, int]) -> dict[int, tuple[int, int]]:
    """For each number without a partner the partners of the nearest ones that have one.

    -1 and -2 stand for the beginning and the end. With a list's own numbers as partners on the
    other side, equal gaps are the same place.
    """
    result: dict[int, tuple[int, int]] = {}
    waiting: list[int] = []
    last = -1
    for number in numbers:
        if number in matched:
            result.update(dict.fromkeys(waiting, (last, matched[number])))
            waiting, last = [], matched[number]
        else:
            waiting.append(number)
    result.update(dict.fromkeys(waiting, (last, -2)))
    return result


def out_of_order(numbers: Sequence[int], places: Sequence[int]) -> set[int]:
    """The fewest of `numbers` without which `places` rise; no two places are equal."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for k, place in enumerate(places):
        at = bisect_left(tails, place)
        previous.append(ends[at - 1] if at else -1)
        if at == len(tails):
            tails.append(place)
            ends.append(k)
        else:
            tails[at] = place
            ends[at] = k
    kept = set()
    k = ends[-1] if ends else -1
    while k >= 0:
        kept.add(k)
        k = previous[k]
    return {number for k, number in enumerate(numbers) if k not in kept}
