"""Suite files: cases and the thresholds that they are held to, in YAML.

Unknown keys, cases with the same id and thresholds for metrics that no case gives are refused,
with the file, the line and the key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from agents.document import digest_of
from agents.errors import SuiteError
from evals.digests import digest_of_value
from evals.gates import Gates, read_gates
from evals.kinds import KINDS
from evals.metrics.base import Metric
from evals.yaml_lines import Entry, Table, read_yaml, suite_bytes

MAX_CASES = 5_000

PASS_RATE = Metric("pass_rate", "cases that met all their expectations")
"""Every kind of case has it. A case that could not be scored met none."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Case:
    """One question, snippet or document, and what is expected of it."""

    id: str
    """Unique in its suite; stays the same when the case is mended."""
    kind: str
    task: Any
    """What the kind read; its own frozen type."""
    line: int
    """1-based, in the suite's file."""
    tags: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of what the case asks and expects, wherever it stands in its file."""
        return digest_of_value(self.task)


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that belong together."""

    name: str
    description: str
    path: str
    digest: str
    """SHA-256 of the file's exact bytes."""
    agents: tuple[str, ...]
    """The documents under test: `builtin`, or paths relative to the suite's file; the empty
    tuple means `builtin`."""
    thresholds: Mapping[str, float]
    """What each metric, by name, has to reach for the suite to pass."""
    cases: tuple[Case, ...]
    gates: Gates = field(default_factory=Gates)

    @property
    def is_builtin(self) -> bool:
        """Whether it comes with the package."""
        return Path(self.path) in builtin_suites()

    @property
    def folder(self) -> Path:
        """Where relative paths of the suite start."""
        return Path(self.path).parent

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of its cases, sorted."""
        return tuple(sorted({case.kind for case in self.cases}))


def metric_named(name: str, kinds: Iterable[str]) -> Metric | None:
    """The metric of that name that one of these kinds gives."""
    if name == PASS_RATE.name:
        return PASS_RATE
    found = (KINDS[kind].metric(name) for kind in kinds)
    return next((metric for metric in found if metric is not None), None)


def read_suite(raw: bytes, *, path: str) -> Suite:
    """The suite that a file's bytes hold. Raises SuiteError with file, line and key."""
    table = read_yaml(raw, path=path).table()
    table.only("name", "description", "agents", "defaults", "thresholds", "gates", "cases")
    name, description, agents = table.get("name"), table.get("description"), table.get("agents")
    defaults = _defaults(table.get("defaults"))
    cases = _cases(table.need("cases"), defaults)
    suite = Suite(
        name=_id(name) if name is not None else _stem(path),
        description=description.text().strip() if description is not None else "",
        path=path,
        digest=digest_of(raw),
        agents=agents.texts() if agents is not None else (),
        thresholds={},
        cases=cases,
        gates=read_gates(
            table.get("gates"),
            cases={case.id for case in cases},
            tags={tag for case in cases for tag in case.tags},
            measures=lambda name: metric_named(name, {case.kind for case in cases}) is not None,
        ),
    )
    thresholds = table.get("thresholds")
    if thresholds is None:
        return suite
    return _with_thresholds(suite, thresholds.table())


def load_suite(path: Path) -> Suite:
    """The suite in a file. Raises SuiteError, also where the file can't be read."""
    return read_suite(suite_bytes(path), path=str(path))


def builtin_suites() -> tuple[Path, ...]:
    """The suite files that come with the package, by name."""
    folder = Path(str(files("evals") / "suites"))
    return tuple(sorted(path for path in folder.glob("*") if path.suffix in _ENDINGS))


def find_suites(wanted: Sequence[str] = ()) -> tuple[Suite, ...]:
    """The suites that are named: each a built-in suite's name, a file, or a folder of files.

    None named means all built-in ones. Raises SuiteError for a name that is none of these, for two
    suites of one name, and for a file that is no suite.
    """
    paths = [path for name in wanted for path in _paths_of(name)] if wanted else builtin_suites()
    suites = tuple(load_suite(path) for path in dict.fromkeys(paths))
    names: dict[str, Suite] = {}
    for suite in suites:
        if suite.name in names:
            raise SuiteError(
                f"two suites have the name {suite.name}",
                hint=f"the other one is {names[suite.name].path}",
                path=suite.path,
            )
        names[suite.name] = suite
    return suites


def _paths_of(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = sorted(file for file in path.iterdir() if file.suffix in _ENDINGS)
        if not found:
            raise SuiteError("holds no .yaml file", path=name)
        return found
    if path.is_file():
        return [path]
    known = {builtin.stem: builtin for builtin in builtin_suites()}
    if name not in known:
        raise SuiteError(
            f"no suite {name!r}", hint=f"a path, or one of {', '.join(known) or 'none built in'}"
        )
    return [known[name]]


def _defaults(entry: Entry | None) -> dict[str, Table]:
    """Fields that all cases of a kind share, by kind."""
    if entry is None:
        return {}
    table = entry.table()
    table.only(*KINDS)
    defaults = {kind: fields.table() for kind, fields in table}
    for kind, fields in defaults.items():
        fields.only(*KINDS[kind].fields)
    return defaults


def _cases(entry: Entry, defaults: Mapping[str, Table]) -> tuple[Case, ...]:
    cases: dict[str, Case] = {}
    for item in entry.items(most=MAX_CASES, least=1):
        case = _case(item.table(), defaults)
        if case.id in cases:
            raise SuiteError(
                f"two cases have the id {case.id}",
                hint=f"the other one is on line {cases[case.id].line}",
                path=item.path,
                line=item.line,
            )
        cases[case.id] = case
    return tuple(cases.values())


def _case(table: Table, defaults: Mapping[str, Table]) -> Case:
    name = table.need("kind").choice(KINDS)
    kind, tags = KINDS[name], table.get("tags")
    table.only("id", "kind", "tags", *kind.fields)
    return Case(
        id=_id(table.need("id")),
        kind=name,
        task=kind.read(table.over(defaults.get(name))),
        line=table.entry.line,
        tags=tuple(_id(tag) for tag in tags.items(most=20)) if tags is not None else (),
    )


def _with_thresholds(suite: Suite, table: Table) -> Suite:
    thresholds: dict[str, float] = {}
    for name, entry in table:
        metric = metric_named(name, suite.kinds)
        if metric is None:
            raise SuiteError(
                f"no case of this suite measures `{name}`",
                hint=f"its cases are of the kind {', '.join(suite.kinds)}",
                path=entry.path,
                line=entry.line,
            )
        value = entry.number()
        if value < metric.lowest or (metric.highest is not None and value > metric.highest):
            least = f"{metric.lowest:g} or more"
            most = metric.highest
            raise entry.wrong(least if most is None else f"from {metric.lowest:g} to {most:g}")
        thresholds[name] = value
    return replace(suite, thresholds=thresholds)


def _id(entry: Entry) -> str:
    text = entry.text()
    if not _ID.fullmatch(text):
        raise entry.wrong("made of a-z, 0-9, `.`, `_` and `-`, at most 80 of them")
    return text


def _stem(path: str) -> str:
    stem = re.sub(r"[^a-z0-9._-]+", "-", Path(path).stem.casefold()).strip("-._")
    return stem[:80] or "suite"
