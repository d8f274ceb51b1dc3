"""Which item or code example of one document is which of another, given which sections are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from agents.likeness import Words, pair_up
from agents.location import Lines
from agents.outline_match import OutlineMatch, gaps, out_of_order

_SAME_SECTION = 0.15
_SAME_GAP = 0.15
"""What it says for two parts of one section that they alone stand between the same neighbours."""
_ALONE = 3
"""Parts in a gap at most: a list that was written anew has no places any more."""


@dataclass(frozen=True, slots=True)
class Part:
    """An item or a code example, as matching sees it."""

    lines: Lines
    keys: tuple[Hashable, ...]
    """The exact content, then ever looser forms of it; two parts with one key are the same."""
    words: Callable[[], Words]
    """What likeness looks at; asked only of parts that have no equal."""


@dataclass(slots=True)
class PartMatch:
    """Pairs of parts by their numbers in both documents."""

    partner: dict[int, int] = field(default_factory=dict)
    """The part after, for a part before."""
    likeness: dict[int, float] = field(default_factory=dict)
    """Of a part before and its partner."""
    moved: set[int] = field(default_factory=set)
    """The parts before that stand in another section now, or in another order in theirs."""

    def in_order(self, before: int, after: int) -> Iterator[tuple[int | None, int | None]]:
        """Pairs, additions and removals of so many parts, in the order of the lines after.

        What was removed comes where it would stand: behind the part that was in front of it and
        did not move.
        """
        origin = {j: i for i, j in self.partner.items()}
        removed: dict[int, list[int]] = defaultdict(list)
        last = -1
        for i in range(before):
            if i not in self.moved:
                last = self.partner.get(i, last)
            if i not in self.partner:
                removed[last].append(i)
        for j in range(-1, after):
            if j >= 0:
                yield origin.get(j), j
            yield from ((i, None) for i in removed[j])


def match_parts(
    before: Sequence[Part], after: Sequence[Part], outlines: OutlineMatch, *, least: float
) -> PartMatch:
    """Match equal parts of one section, then equal ones anywhere, then like ones.

    `least` is how like two parts must be that nothing but their words speaks for.
    """
    match = PartMatch()
    sections_before = [outlines.before.owner(part.lines) for part in before]
    # Sections before are told by those after that they became; -1 for those that went.
    stood_in = [None if s is None else outlines.partner.get(s, -1) for s in sections_before]
    stands_in = [outlines.after.owner(part.lines) for part in after]
    levels = len(before[0].keys) if before else 0
    for level in range(levels):
        old, new = [part.keys[level] for part in before], [part.keys[level] for part in after]
        here = list(zip(old, stood_in, strict=True)), list(zip(new, stands_in, strict=True))
        _pair_equal(*here, match.partner)
        _pair_equal(old, new, match.partner)
    match.likeness.update(dict.fromkeys(match.partner, 1.0))
    _pair_like(before, after, stood_in, stands_in, match, least=least)
    match.moved = _moved(match.partner, stood_in, stands_in)
    return match


def _pair_equal(
    before: Sequence[Hashable], after: Sequence[Hashable], partner: dict[int, int]
) -> None:
    """Pair equal keys among those that have no partner yet, the first with the first."""
    taken = set(partner.values())
    places: dict[Hashable, list[int]] = defaultdict(list)
    for j in range(len(after) - 1, -1, -1):
        if j not in taken:
            places[after[j]].append(j)
    for i, key in enumerate(before):
        if i not in partner and places.get(key):
            partner[i] = places[key].pop()


def _pair_like(
    before: Sequence[Part],
    after: Sequence[Part],
    stood_in: Sequence[int | None],
    stands_in: Sequence[int | None],
    match: PartMatch,
    *,
    least: float,
) -> None:
    taken = {j: j for j in match.partner.values()}
    left = [i for i in range(len(before)) if i not in match.partner]
    right = [j for j in range(len(after)) if j not in taken]
    place_before = gaps(range(len(before)), match.partner)
    place_after = gaps(range(len(after)), taken)
    there_before, there_after = Counter(place_before.values()), Counter(place_after.values())

    def favour(a: int, b: int) -> float:
        i, j = left[a], right[b]
        if stood_in[i] != stands_in[j]:
            return 0.0
        place = place_before[i]
        is_alone = there_before[place] <= _ALONE and there_after[place] <= _ALONE
        return _SAME_SECTION + _SAME_GAP * (place == place_after[j] and is_alone)

    old, new = [before[i].words() for i in left], [after[j].words() for j in right]
    for pair in pair_up(old, new, least=least, favour=favour):
        match.partner[left[pair.before]] = right[pair.after]
        match.likeness[left[pair.before]] = pair.likeness


def _moved(
    partner: dict[int, int], stood_in: Sequence[int | None], stands_in: Sequence[int | None]
) -> set[int]:
    result = set()
    within: dict[int | None, list[int]] = defaultdict(list)
    for i, j in sorted(partner.items()):
        if stood_in[i] == stands_in[j]:
            within[stands_in[j]].append(i)
        else:
            result.add(i)
    for numbers in within.values():
        result |= out_of_order(numbers, [partner[i] for i in numbers])
    return result
