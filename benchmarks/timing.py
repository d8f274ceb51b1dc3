"""Time commands and functions, and print a table of ratios against a peer."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: ours beside the peer's, in the same unit."""

    what: str
    ours: float
    peer: float | None
    unit: str
    smaller_is_better: bool = True

    @property
    def ratio(self) -> float | None:
        """How many times better ours is; below 1 it is worse."""
        if self.peer is None:
            return None
        return self.peer / self.ours if self.smaller_is_better else self.ours / self.peer


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median wall time of `work()`, after one run that doesn't count."""
    work()
    return statistics.median(seconds(work, repeats))


def seconds(work: Callable[[], object], repeats: int) -> list[float]:
    """Wall time of each of `repeats` calls of `work()`, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return times


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def run(command: Sequence[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run a whole process and fail loudly when it fails."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, check=True, capture_output=True, encoding="utf-8", **options
    )


def print_table(title: str, rows: Sequence[Row], *, peer: str) -> None:
    """Print `rows` as a Markdown table."""
    print(f"\n### {title}\n\n| what | convexpert | {peer} | ratio |\n| --- | ---: | ---: | ---: |")
    for row in rows:
        theirs = "–" if row.peer is None else f"{row.peer:,.2f} {row.unit}"
        ratio = "–" if row.ratio is None else f"{row.ratio:,.1f}×"
        print(f"| {row.what} | {row.ours:,.2f} {row.unit} | {theirs} | {ratio} |")
