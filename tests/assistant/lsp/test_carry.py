"""Where findings of an earlier text stand in a later one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agents.finding import Edit, Finding, Severity
from agents.location import LineIndex
from assistant.lsp.carry import Carrier
from assistant.lsp.change import Change

TEXT = st.text(alphabet="ab \r\n\N{LATIN SMALL LETTER E WITH ACUTE}\N{ROCKET}", max_size=12)


@given(TEXT, TEXT, TEXT, TEXT, st.integers(0, 40), st.integers(0, 12))
def test_a_finding_moves_with_its_bytes(
    head: str, old: str, tail: str, new: str, first: int, length: int
) -> None:
    before, after = head + old + tail, head + new + tail
    first = min(first, len(before))
    start = len(before[:first].encode())
    end = len(before[: first + length].encode())
    raw, changed = before.encode(), after.encode()
    change = Change.between(raw, changed)
    edits = (Edit(start, end, "x"),)
    span = LineIndex(raw).span(start, end)
    finding = Finding("rule", Severity.INFO, "a.ts", span, "message", edits=edits)

    carried = Carrier(raw, changed, change).carried(finding)

    now, then = change.moved(start), change.moved_end(end)
    if now is None or then is None or then < now:
        assert carried is None
        return
    assert carried is not None
    assert carried.span == LineIndex(changed).span(now, then)
    for edit in carried.edits:
        assert changed[edit.start : edit.end] == raw[start:end]


def test_what_stands_above_a_change_is_the_same_finding() -> None:
    before, after = b"one\ntwo\nthree\n", b"one\ntwo\nthree and four\n"
    span = LineIndex(before).span(0, 3)
    finding = Finding("rule", Severity.INFO, "a.ts", span, "message")
    assert Carrier(before, after, Change.between(before, after)).carried(finding) is finding
