"""What the HTML reports of runs and of comparisons share: filter, cases, history."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evals.metric_history import HistoryPoint, MetricHistory
from evals.report.html_charts import history_line, number
from evals.report.html_page import badge, table, text

MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case in a list that can be filtered."""

    case: str
    kind: str
    tags: tuple[str, ...]
    outcome: str
    """One word."""
    tone: str
    """See `badge`."""
    inside: tuple[str, ...]
    """HTML that is shown when the case is opened."""
    also: str = ""
    """A few words beside the id."""
    opened: bool = False


def filter_form(cases: Iterable[ShownCase]) -> Iterator[str]:
    """A form that the page's script turns on; without scripts all cases are shown."""
    every = list(cases)
    yield '<form class="filter" hidden aria-label="Filter of cases">'
    yield _select("kind", (case.kind for case in every))
    yield _select("outcome", (case.outcome for case in every))
    yield _select("tag", (tag for case in every for tag in case.tags))
    yield '<label>text<input type="search" name="text" autocomplete="off"></label>'
    yield '<button type="button" data-open>open or close</button>'
    yield '<button type="button" data-clear>clear</button>'
    yield '<output aria-live="polite"></output></form>'


def case_list(cases: Iterable[ShownCase], *, caption: str) -> Iterator[str]:
    """Cases to be opened one by one."""
    yield f'<section class="cases"><h3>{text(caption)}</h3>'
    for case in cases:
        tags = text(json.dumps(case.tags))
        yield (
            f'<details class="case" data-kind="{text(case.kind)}" data-tags="{tags}"'
            f' data-outcome="{text(case.outcome)}"{" open" if case.opened else ""}>'
        )
        about = " · ".join(filter(None, (case.kind, *case.tags, case.also)))
        yield (
            f"<summary>{badge(case.outcome, case.tone)} <code>{text(case.case)}</code>"
            f' <span class="dim">{text(about)}</span></summary>'
        )
        yield '<div class="inside">'
        yield from case.inside
        yield "</div></details>"
    yield "</section>"


def history_section(
    suite: str, histories: Sequence[MetricHistory], here: Sequence[str]
) -> Iterator[str]:
    """How the metrics of one suite went over the stored runs."""
    own = [one for one in histories if one.suite == suite]
    whole = [one for one in own if ":" not in one.metric.name]
    single = [one for one in own if ":" in one.metric.name]
    if not own:
        return
    runs = {point.run: point for one in own for point in one.points}
    yield f"<h3>History over {len(runs)} {'run' if len(runs) == 1 else 'runs'}</h3>"
    yield '<div class="cards">'
    yield from (_history(one, here) for one in whole)
    yield "</div>"
    if single:
        yield f'<details class="fold"><summary>{len(single)} metrics of single rules</summary>'
        yield '<div class="cards">'
        yield from (_history(one, here) for one in single)
        yield "</div></details>"
    yield '<details class="fold"><summary>the values</summary>'
    yield _history_table(whole, [runs[key] for key in sorted(runs)], here)
    yield "</details>"


def _history(history: MetricHistory, here: Sequence[str]) -> str:
    last = number(history.points[-1].value, history.metric)
    return (
        f'<figure class="card"><figcaption><span class="name">{text(history.metric.name)}</span>'
        f" <strong>{last}</strong></figcaption>{history_line(history, here)}</figure>"
    )


def _history_table(
    histories: Sequence[MetricHistory], runs: Sequence[HistoryPoint], here: Sequence[str]
) -> str:
    values = [
        {point.run: number(point.value, one.metric) for point in one.points} for one in histories
    ]
    body = [
        (
            f"{_run_id(run.run)}{' ●' if run.run in here else ''}",
            text(run.agents or "as the suite says"),
            *(value.get(run.run, "–") for value in values),
        )
        for run in reversed(runs[-MOST_POINTS:])
    ]
    names = [one.metric.name for one in histories]
    return table("values of each run, newest first", ("run", "agents", *names), body)


def _run_id(run: str) -> str:
    """A run's id, broken where it is too long between day, time and digest alone."""
    day, mark, rest = run.partition("T")
    time, dash, digest = rest.partition("-")
    return f'<span class="run">{text(day)}{mark}<wbr>{text(time)}{dash}<wbr>{text(digest)}</span>'


def _select(name: str, values: Iterable[str]) -> str:
    options = "".join(
        f'<option value="{text(value)}">{text(value)}</option>' for value in sorted(set(values))
    )
    every = '<option value="">all</option>'
    return f'<label>{name}<select name="{name}">{every}{options}</select></label>'
