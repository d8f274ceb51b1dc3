"""What cases returned, as HTML: one output, two beside each other, ranks, hunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.outcome import CaseOutcome, Outcome
from evals.report.html_charts import rank_strip
from evals.report.html_page import table, text
from evals.report.outputs import output_lines
from evals.report.word_diff import MOST_LINES, Piece, rows

LONGEST_LINE = 20_000
"""Characters."""


def output(outcome: CaseOutcome | None) -> str:
    """The output of a case."""
    lines = output_lines(outcome)
    shown = [line[:LONGEST_LINE] for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"… {len(lines) - MOST_LINES} more lines")
    return f"<pre>{text(chr(10).join(shown))}</pre>"


def question(outcome: CaseOutcome | None) -> str:
    """The question of a case that has one."""
    asked = _field(outcome, "question")
    return f'<p class="question">{text(asked)}</p>' if isinstance(asked, str) else ""


def side_by_side(base: CaseOutcome | None, head: CaseOutcome | None) -> str:
    """Both outputs, with the words that differ marked."""
    lines = [
        '<table class="side"><caption>output</caption><thead><tr><th scope="col">base</th>'
        '<th scope="col">head</th></tr></thead><tbody>'
    ]
    for row in rows(output_lines(base), output_lines(head)):
        if row.same:
            same = _pieces(row.before, "")
            lines.append(f'<tr class="same"><td>{same}</td><td>{same}</td></tr>')
            continue
        cells = (_cell(row.before, "del", "gone"), _cell(row.after, "ins", "new"))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


def ranks(base: CaseOutcome | None, head: CaseOutcome | None) -> str:
    """Where each expected passage stood before and stands now; empty where nothing tells."""
    if not isinstance(base, Outcome) or not isinstance(head, Outcome):
        return ""
    try:
        before, after = _ranks(base), _ranks(head)
        depth = max(len(_field(one, "hits") or ()) for one in (base, head))
        graded = {**_grades(base), **_grades(head)}
    except (KeyError, TypeError, AttributeError, ValueError):
        return ""  # outputs as another version stored them
    if not before and not after:
        return ""
    body = [
        (
            text(passage),
            str(graded[passage]),
            _rank(before.get(passage)),
            _rank(after.get(passage)),
            _way(before.get(passage), after.get(passage)),
            rank_strip(before.get(passage), after.get(passage), depth),
        )
        for passage in dict.fromkeys([*before, *after])
    ]
    headers = ("passage", "-grade", "before", "after", "moved", "-places")
    caption = "retrieval ranks: framed before, filled after"
    return table(caption, headers, body, kind="numbers")


def hunk(diff: str) -> str:
    """An edit of a document."""
    kinds = {"-": "minus", "+": "plus"}
    lines = [
        f'<span class="{kinds.get(line[:1], "kept")}">{text(line)}</span>'
        for line in diff.splitlines()[:MOST_LINES]
    ]
    return f'<pre class="hunk">{"".join(lines)}</pre>'


def items(lines: Sequence[str]) -> str:
    """A list of texts."""
    if not lines:
        return ""
    return f"<ul>{''.join(f'<li>{text(line[:LONGEST_LINE])}</li>' for line in lines)}</ul>"


def _cell(pieces: Sequence[Piece] | None, mark: str, kind: str) -> str:
    if pieces is None:
        return "<td></td>"
    whole = all(other for _, other in pieces)  # its colour says that already
    return f'<td class="{kind}">{_pieces(pieces, "" if whole else mark)}</td>'


def _pieces(pieces: Sequence[Piece] | None, mark: str) -> str:
    return "".join(
        f"<{mark}>{text(some)}</{mark}>" if other and mark else text(some)
        for some, other in pieces or ()
    )


def _field(outcome: CaseOutcome | None, name: str) -> Any:
    if not isinstance(outcome, Outcome) or not isinstance(outcome.result.output, Mapping):
        return None
    return outcome.result.output.get(name)


def _ranks(outcome: CaseOutcome | None) -> dict[str, int | None]:
    if outcome is None or outcome.kind != "retrieval":
        return {}
    found = {}
    for one in _field(outcome, "relevant") or ():
        found[str(one["passage"])] = int(one["rank"]) if one["rank"] is not None else None
    return found


def _grades(outcome: CaseOutcome | None) -> dict[str, str]:
    if outcome is None or outcome.kind != "retrieval":
        return {}
    return {str(one["passage"]): text(one["grade"]) for one in _field(outcome, "relevant") or ()}


def _rank(rank: int | None) -> str:
    return str(rank) if rank is not None else "–"


def _way(before: int | None, after: int | None) -> str:
    if before == after:
        return "same"
    if after is None:
        return "lost"
    if before is None:
        return "found"
    return f"▼ {after - before}" if after > before else f"▲ {before - after}"
