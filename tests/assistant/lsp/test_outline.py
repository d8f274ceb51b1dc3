"""The top level of a text, as an edit leaves it."""

from __future__ import annotations

from assistant.lsp.change import Change
from assistant.lsp.outline import Outline

MODULE = b"""\
import { v } from "convex/values";

// The newest first.
export const list = query({
  args: {},
  handler: async (ctx) => {
    return await ctx.db.query("tasks").take(20);
  },
});

function helper(rows: Row[]) {
  return rows.length;
}
"""
TYPED = """
    const open = [1].filter((one) => `${one}` !== "a");
    // d\N{LATIN SMALL LETTER E WITH ACUTE}j\N{LATIN SMALL LETTER A WITH GRAVE}
"""


def test_a_text_that_is_typed_has_the_outline_of_one_that_is_read() -> None:
    place = MODULE.index(b"=> {") + 4
    raw, outline = MODULE, Outline(MODULE, tsx=False)
    for end in range(1, len(TYPED) + 1):
        after = MODULE[:place] + TYPED[:end].encode() + MODULE[place:]
        change = Change.between(raw, after)
        outline = Outline(after, tsx=False, before=(outline, change))
        whole = Outline(after, tsx=False)
        assert outline.touched(0, len(after)) == whole.touched(0, len(after)), TYPED[:end]
        raw = after


def test_what_is_blanked_out_keeps_line_breaks_and_length() -> None:
    outline = Outline(MODULE, tsx=False)
    place = MODULE.index(b"rows.length")
    around = outline.around(outline.touched(place, place), limit=10)
    assert len(around) == len(MODULE)
    assert around.count(b"\n") == MODULE.count(b"\n")
    assert b"rows.length" in around
    assert b"convex/values" in around
    assert b"query" not in around


def test_a_statement_that_is_cut_in_pieces_still_stands_between_the_same_others() -> None:
    place = MODULE.index(b"return await")
    after = MODULE[:place] + b"});\n    const t " + MODULE[place:]
    change = Change.between(MODULE, after)
    pieces = Outline(after, tsx=False).touched(change.start, change.new_end)
    before = Outline(MODULE, tsx=False)
    (whole,) = before.stretched(change, after).touched(change.start, change.new_end)
    assert len(pieces) > 1
    assert after[whole.code :].startswith(b"export const list")
    assert after[: whole.end].endswith(b"});")
    assert whole.end >= max(piece.end for piece in pieces)
    (helper,) = before.stretched(change, after).touched(len(after) - 3, len(after) - 3)[1:]
    assert after[helper.start : helper.end].startswith(b"function helper")


def test_what_is_typed_between_two_statements_is_one_of_its_own() -> None:
    place = MODULE.index(b"\n\nfunction helper") + 1
    after = MODULE[:place] + b"stop(" + MODULE[place:]
    change = Change.between(MODULE, after)
    stretched = Outline(MODULE, tsx=False).stretched(change, after)
    (typed,) = stretched.touched(change.start, change.new_end)
    assert after[typed.start : typed.end] == b"stop("
