"""What a suite's results are held to, beside its thresholds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from agents.errors import SuiteError
from evals.yaml_lines import Entry, Table

TAG = "tag:"
KAPPA = 0.6


@dataclass(frozen=True, slots=True)
class Gates:
    """The gates of a suite. Without any in its file: nothing may be lost, no metric may fall."""

    must_pass: tuple[str, ...] = ()
    """Ids of cases that must pass in every run, or `tag:NAME` for all cases with the tag."""
    lost: int = 0
    """How many cases, decided without a model, may have passed before and no longer do."""
    regression: tuple[str, ...] | None = None
    """The metrics that must not fall significantly; None for all of whole suites."""
    tolerance: Mapping[str, float] = field(default_factory=dict)
    """By metric: a fall up to this is accepted, however certain it is."""
    kappa: float = KAPPA
    """The agreement with people that a judge must have before its metric gates."""

    def must(self, case: str, tags: Iterable[str]) -> bool:
        """Whether this case must pass."""
        return case in self.must_pass or any(f"{TAG}{tag}" in self.must_pass for tag in tags)

    def guards(self, metric: str) -> bool:
        """Whether a significant fall of this metric is a regression."""
        return ":" not in metric if self.regression is None else metric in self.regression


def read_gates(
    entry: Entry | None,
    *,
    cases: Collection[str],
    tags: Collection[str],
    measures: Callable[[str], bool],
) -> Gates:
    """The `gates` of a suite file. Raises SuiteError for cases, tags or metrics it doesn't have.

    `measures` tells whether the suite has a metric of that name.
    """
    if entry is None:
        return Gates()
    table = entry.table()
    table.only("must_pass", "lost", "regression", "tolerance", "kappa")
    lost = table.get("lost")
    return Gates(
        must_pass=_must_pass(table, cases, tags),
        lost=lost.integer(0, 100_000) if lost is not None else 0,
        regression=_regression(table, measures),
        tolerance=_tolerance(table, measures),
        kappa=_kappa(table),
    )


def _must_pass(table: Table, cases: Collection[str], tags: Collection[str]) -> tuple[str, ...]:
    entry = table.get("must_pass")
    if entry is None:
        return ()
    names = entry.texts()
    for name in names:
        known = tags if name.startswith(TAG) else cases
        if name.removeprefix(TAG) not in known:
            what = "tag" if name.startswith(TAG) else "case"
            raise _unknown(entry, what, name.removeprefix(TAG))
    return names


def _regression(table: Table, measures: Callable[[str], bool]) -> tuple[str, ...] | None:
    entry = table.get("regression")
    if entry is None or entry.value == "all":
        return None
    if entry.value == "none":
        return ()
    names = entry.texts()
    for name in names:
        if not measures(name):
            raise _unknown(entry, "metric", name)
    return names


def _tolerance(table: Table, measures: Callable[[str], bool]) -> dict[str, float]:
    entry = table.get("tolerance")
    if entry is None:
        return {}
    found: dict[str, float] = {}
    for name, value in entry.table():
        if not measures(name):
            raise _unknown(value, "metric", name)
        found[name] = value.number()
        if found[name] < 0:
            raise value.wrong("0 or more")
    return found


def _kappa(table: Table) -> float:
    entry = table.get("kappa")
    if entry is None:
        return KAPPA
    if not 0 <= entry.number() <= 1:
        raise entry.wrong("from 0 to 1")
    return entry.number()


def _unknown(entry: Entry, what: str, name: str) -> SuiteError:
    return SuiteError(
        f"`{entry.key}` names the {what} {name}, which this suite does not have",
        path=entry.path,
        line=entry.line,
    )
