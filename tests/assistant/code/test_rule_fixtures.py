"""Each rule flags exactly the marked lines of its labelled fixtures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agents.finding import Finding
from assistant.code.catalogue import rule_ids
from assistant.code.check import CheckOptions, check_paths, check_source
from assistant.code.layout import find_projects
from assistant.code.modules import CODE_SUFFIXES

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rules"
MARK = re.compile(r"// expect: (.+?)\s*$")
ONE = re.compile(r"([a-z][a-z0-9-]+)(?: (off|info|warning|error))?(?: (low|medium|high))?$")
RULES = frozenset(rule_ids())
FOLDERS = sorted(path for path in FIXTURES.iterdir() if path.is_dir() and path.name in RULES)
SINGLES = [path for folder in FOLDERS for path in sorted(folder.glob("*.ts*"))]
PROJECTS = [path for folder in FOLDERS for path in sorted(folder.iterdir()) if path.is_dir()]

Labels = dict[tuple[str, int], tuple[str | None, str | None]]


def _marked(files: Iterator[tuple[str, Path]], rule: str) -> Labels:
    marked: Labels = {}
    for name, path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = MARK.search(line)
            for part in found[1].split(",") if found else ():
                one = ONE.match(part.strip())
                assert one is not None, f"{name}:{number}: can't read the mark {part!r}"
                if one[1] == rule:
                    marked[name, number] = (one[2], one[3])
    return marked


def _compare(marked: Labels, findings: tuple[Finding, ...], rule: str) -> None:
    found = {(f.file, f.span.line): f for f in findings if f.rule == rule}
    differing = [
        f"{place[0]}:{place[1]} is {found[place].severity} {found[place].confidence}, "
        f"wanted {severity or ''} {confidence or ''}"
        for place, (severity, confidence) in sorted(marked.items())
        if place in found
        and (
            severity not in (None, found[place].severity)
            or confidence not in (None, found[place].confidence)
        )
    ]
    outcome = {
        "missing": sorted(set(marked) - set(found)),
        "noisy": sorted((*place, found[place].message) for place in set(found) - set(marked)),
        "differing": differing,
    }
    assert outcome == {"missing": [], "noisy": [], "differing": []}


@pytest.mark.parametrize("path", SINGLES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_file_alone_is_flagged_exactly_where_it_is_marked(path: Path) -> None:
    rule, name = path.parent.name, f"convex/{path.name}"
    options = CheckOptions(select=(rule,))
    report = check_source(path.read_bytes(), filename=name, options=options)
    _compare(_marked(iter([(name, path)]), rule), report.findings, rule)


@pytest.mark.parametrize("path", PROJECTS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_project_is_flagged_exactly_where_it_is_marked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = path.parent.name
    monkeypatch.chdir(path)
    code = [f.relative_to(path) for f in sorted(path.rglob("*")) if f.name.endswith(CODE_SUFFIXES)]
    # A library has no functions folder: its files are checked one by one.
    wanted = [Path()] if find_projects(path) else code
    report = check_paths(wanted, CheckOptions(select=(rule,)))
    files = ((file.as_posix(), path / file) for file in code)
    _compare(_marked(files, rule), report.findings, rule)
