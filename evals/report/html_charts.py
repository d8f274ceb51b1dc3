"""Charts as inline SVG. Each says in words what it draws, for who can't see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from evals.comparison import MetricComparison, Verdict
from evals.metric_history import HistoryPoint, MetricHistory
from evals.metrics.base import Measured, Measurement, Metric
from evals.record import Score
from evals.report.html_page import text

WIDTH, HEIGHT, EDGE = 240, 64, 8
"""Of a history, in its own units."""
MOST_RANKS = 20


def number(value: float, metric: Metric) -> str:
    """A value as it is printed everywhere."""
    return f"{value:,.0f}" if metric.is_cost else f"{value:.3f}"


def measured(measurement: Measurement, metric: Metric) -> str:
    """A value, or the sign that there is none."""
    return number(measurement.value, metric) if isinstance(measurement, Measured) else "–"


def score_bar(score: Score) -> str:
    """A value with its interval and its threshold."""
    if not isinstance(score.result, Measured):
        return ""
    metric, value = score.metric, score.result.value
    ends = [value, score.threshold or 0.0, score.interval.high if score.interval else 0.0]
    scale = _Scale(metric, ends)
    tone = {True: " good", False: " bad", None: ""}[score.passed]
    said = f"{metric.name} {number(value, metric)}"
    parts = [_bar(scale, value, tone)]
    if score.interval is not None:
        parts.append(_range(scale, score.interval.low, score.interval.high))
        low, high = number(score.interval.low, metric), number(score.interval.high, metric)
        said += f", interval {low} to {high}"
    if score.threshold is not None:
        parts.append(_line(scale, score.threshold, "held"))
        said += f", threshold {score.threshold:g}"
    return _chart(said, parts)


def change_bar(compared: MetricComparison) -> str:
    """The head's value as a bar, the base's as a line, the interval of the difference on it."""
    base, head, metric = compared.base, compared.head, compared.metric
    if not isinstance(base, Measured) or not isinstance(head, Measured):
        return ""
    interval = compared.interval
    reach = base.value + interval.high if interval is not None else 0.0
    scale = _Scale(metric, [base.value, head.value, reach])
    tone = {Verdict.WORSE: " bad", Verdict.BETTER: " good"}.get(compared.verdict, "")
    parts = [_bar(scale, head.value, tone)]
    if interval is not None and compared.changed:
        parts.append(_range(scale, base.value + interval.low, base.value + interval.high))
    parts.append(_line(scale, base.value, "before"))
    said = f"{metric.name}: {number(base.value, metric)} before, {number(head.value, metric)} after"
    return _chart(said, parts)


def history_line(history: MetricHistory, here: Sequence[str]) -> str:
    """One metric over the runs; a broken line where the suite was edited, a ring at `here`."""
    points, metric = history.points, history.metric
    low, high = min(p.value for p in points), max(p.value for p in points)
    said = (
        f"{metric.name} in {len(points)} runs: from {number(points[0].value, metric)}"
        f" to {number(points[-1].value, metric)}, lowest {number(low, metric)},"
        f" highest {number(high, metric)}"
    )
    head = f'<svg class="line" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{text(said)}">'
    return "".join([head, *_history_parts(points, metric, low, high, here), "</svg>"])


def _history_parts(
    points: Sequence[HistoryPoint], metric: Metric, low: float, high: float, here: Sequence[str]
) -> Iterator[str]:
    bottom, room = _room(metric, low, high)
    left = 44
    step = (WIDTH - left - EDGE) / max(len(points) - 1, 1)

    def height(value: float) -> float:
        return HEIGHT - EDGE - (value - bottom) / room * (HEIGHT - 2 * EDGE)

    places = [
        (WIDTH - EDGE - step * (len(points) - 1 - at), height(point.value))
        for at, point in enumerate(points)
    ]
    for at in range(1, len(points)):
        if points[at].suite_digest != points[at - 1].suite_digest:
            x = (places[at][0] + places[at - 1][0]) / 2
            yield f'<line class="edited" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}"/>'
    for value in (bottom, bottom + room):
        y = height(value)
        yield f'<line class="axis" x1="{left - 4}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick" x="0" y="{y + 3:.1f}">{number(value, metric)}</text>'
    yield f'<polyline class="path" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>'
    for (x, y), point in zip(places, points, strict=True):
        title = f"<title>{text(f'{point.run}: {number(point.value, metric)}')}</title>"
        ring, r = (" here", 4) if point.run in here else ("", 2.5)
        yield f'<circle class="dot{ring}" cx="{x:.1f}" cy="{y:.1f}" r="{r}">{title}</circle>'


def _room(metric: Metric, low: float, high: float) -> tuple[float, float]:
    """Where the axis begins and how far it reaches.

    It is never so short that a change of the last digit would look like a collapse.
    """
    room = max(0.1 if metric.unit == "share" else 0.1 * max(abs(high), 1.0), (high - low) * 1.1)
    bottom = max(metric.lowest, (low + high - room) / 2)
    if metric.highest is not None:
        room = min(room, metric.highest - metric.lowest)
        bottom = max(metric.lowest, min(bottom, metric.highest - room))
    return bottom, room


def rank_strip(before: int | None, after: int | None, depth: int) -> str:
    """Ranks as a row of boxes: framed where it was, filled where it is."""
    size = min(max(depth, before or 1, after or 1), MOST_RANKS)
    said = f"rank {before or 'none'} before, {after or 'none'} after"
    cells = []
    for rank in range(1, size + 1):
        kind = f"cell{' was' if rank == before else ''}{' is' if rank == after else ''}"
        cells.append(f'<rect class="{kind}" x="{rank * 12 - 10}" y="2" width="9" height="9"/>')
    width = size * 12 + 2
    view = f'viewBox="0 0 {width} 13" width="{width}" height="13"'
    return f'<svg class="ranks" {view} role="img" aria-label="{text(said)}">{"".join(cells)}</svg>'


class _Scale:
    """From a metric's values to 0–100."""

    def __init__(self, metric: Metric, values: Sequence[float]) -> None:
        self._low = metric.lowest
        self._high = metric.highest if metric.highest is not None else max(values) * 1.1
        if self._high <= self._low:
            self._high = self._low + 1.0

    def at(self, value: float) -> float:
        share = (value - self._low) / (self._high - self._low)
        return min(max(share, 0.0), 1.0) * 100


def _chart(said: str, parts: Sequence[str]) -> str:
    return (
        '<svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" role="img"'
        f' aria-label="{text(said)}"><rect class="track" y="3" width="100" height="8"/>'
        f"{''.join(parts)}</svg>"
    )


def _bar(scale: _Scale, value: float, tone: str) -> str:
    return f'<rect class="fill{tone}" y="3" width="{scale.at(value):.2f}" height="8"/>'


def _range(scale: _Scale, low: float, high: float) -> str:
    a, b = scale.at(low), scale.at(high)
    return f'<path class="range" d="M{a:.2f} 4V10M{a:.2f} 7H{b:.2f}M{b:.2f} 4V10"/>'


def _line(scale: _Scale, value: float, kind: str) -> str:
    x = scale.at(value)
    return f'<line class="{kind}" x1="{x:.2f}" x2="{x:.2f}" y1="0" y2="14"/>'
