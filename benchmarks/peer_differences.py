"""Every difference between our findings and the official ESLint plugin's, counted by its kind.

    python benchmarks/peer_differences.py PROJECT… --eslint FOLDER [--show] [--rule ID]

Each PROJECT is a folder with Convex code; FOLDER one in which `npm i eslint typescript-eslint
@convex-dev/eslint-plugin` was run. Both look at the same files: those that our check looks at. The
plugin runs with all its rules on and no type information; compared are the rules that both have,
but for `require-access-control`, where ours asks another question. Findings match where rule, file
and the spot that both name are the same, whatever node of it each reports. The kinds are described
in `docs/peer-differences.md`; the status is 1 where a difference is of none of them.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from peer_findings import PeerFinding, PeerReport, peer_findings
from peer_kinds import Spot, kind_of_ours, kind_of_theirs

from agents.finding import Finding
from agents.location import Span
from assistant.code import syntax
from assistant.code.catalogue import catalogue
from assistant.code.check import CheckOptions, check_paths
from assistant.code.layout import find_projects, load_project
from assistant.code.modules import CodeFile
from assistant.code.project import Project

if TYPE_CHECKING:
    from tree_sitter import Node

NOT_COMPARED = "require-access-control"
Place = tuple[str, Path, int]
"""Rule, file, and the byte at which the spot begins."""


@dataclass
class Tally:
    """What came out for one rule."""

    theirs: int = 0
    both: int = 0
    only_theirs: Counter[str | None] = field(default_factory=Counter)
    """By kind; None counts what nothing explains."""
    only_ours: Counter[str | None] = field(default_factory=Counter)

    @property
    def recall(self) -> float | None:
        """How many of the plugin's findings, those of a listed kind left out, are found.

        None where there are none.
        """
        expected = self.both + self.only_theirs[None]
        return self.both / expected if expected else None


@dataclass(frozen=True)
class Difference:
    """A finding that one side has."""

    rule: str
    where: str
    code: str
    ours: bool
    kind: str | None


class Sources:
    """The files of the projects, parsed when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[Path, tuple[Project, CodeFile]] = {}
        for found in find_projects(folder.absolute()):
            project = load_project(found, checked=(), display=str)
            for file in project.files:
                path = found.root / file.path
                known = self._files.get(path)
                # A file belongs to the project in whose functions folder it lies.
                if known is None or (file.module and not known[1].module):
                    self._files[path] = (project, file)

    def __contains__(self, path: Path) -> bool:
        return path in self._files

    def of(self, path: Path) -> tuple[Project, CodeFile]:
        """The project and the file at an absolute path."""
        return self._files[path]

    def peer_node(self, finding: PeerFinding) -> tuple[Node, int]:
        """What the plugin reports, and the byte at which that begins."""
        _, file = self.of(finding.file)
        start = _offset(file, finding.span.line, finding.span.column, utf16=True)
        end = _offset(file, finding.span.end_line, finding.span.end_column, utf16=True)
        return _node(file, start, end), start

    def our_node(self, finding: Finding) -> Node:
        """What our finding names."""
        _, file = self.of(Path(finding.file).absolute())
        return _node(file, *self.our_range(finding))

    def our_range(self, finding: Finding) -> tuple[int, int]:
        """The bytes of our finding."""
        _, file = self.of(Path(finding.file).absolute())
        span: Span = finding.span
        return (
            _offset(file, span.line, span.column, utf16=False),
            _offset(file, span.end_line, span.end_column, utf16=False),
        )


def _offset(file: CodeFile, line: int, column: int, *, utf16: bool) -> int:
    index = file.tree.index
    start = index.line_start(line)
    until = index.line_start(line + 1) if line < index.line_count else len(file.raw)
    text = file.raw[start:until].decode("utf-8", "replace")
    if not utf16:
        return start + len(text[: column - 1].encode())
    units = text.encode("utf-16-le")[: 2 * (column - 1)]
    return start + len(units.decode("utf-16-le", "replace").encode())


def _node(file: CodeFile, start: int, end: int) -> Node:
    root = file.tree.root
    node = root.descendant_for_byte_range(start, max(start, end)) or root
    # Of nodes of the same extent the outermost: the statement, not what it consists of.
    while node.parent is not None and (node.parent.start_byte, node.parent.end_byte) == (
        node.start_byte,
        node.end_byte,
    ):
        if node.type in ("call_expression", "object", "import_statement"):
            break
        node = node.parent
    return node


def spot_of(rule: str, reported: Node, start: int) -> Node:
    """What our rule of that name points at, where the plugin reports a node from `start` on."""
    if rule == "require-args-validator":
        for outer in (reported, *syntax.ancestors(reported)):
            if outer.type == "variable_declarator":
                return syntax.field(outer, "name") or reported
    if rule == "import-wrong-runtime":
        return syntax.field(reported, "source") or reported
    if rule in ("no-collect-in-query", "explicit-table-ids", "no-old-registered-function-syntax"):
        return syntax.callee_name_node(reported) or reported
    if rule == "no-duplicate-indexes":
        # From the word `index` to the end of the call, which is no node: the call holds more.
        return next(
            (
                name
                for call in (reported, *syntax.descendants(reported, "call_expression"))
                if (name := syntax.callee_name_node(call)) is not None and name.start_byte == start
            ),
            reported,
        )
    return reported


def compare(folder: Path, eslint: Path, rules: Sequence[str]) -> tuple[list[Difference], Tallies]:
    """Run both over a project."""
    report = check_paths([folder], CheckOptions(select=tuple(rules)))
    files = sorted(Path(name).absolute() for name in report.checked)
    return differences(folder, report.findings, peer_findings(eslint, files), rules)


Tallies = dict[str, Tally]


def differences(
    folder: Path, findings: Sequence[Finding], peer: PeerReport, rules: Sequence[str]
) -> tuple[list[Difference], Tallies]:
    """Match what both found in a project, and name the kind of each difference."""
    sources = Sources(folder)
    theirs: dict[Place, tuple[Node, Node]] = {}
    silenced: set[Place] = set()
    for one in peer.findings:
        if one.rule not in rules or one.file not in sources:
            continue
        reported, start = sources.peer_node(one)
        spot = spot_of(one.rule, reported, start)
        place = (one.rule, one.file, spot.start_byte)
        if one.silenced:
            silenced.add(place)
        else:
            theirs[place] = (spot, reported)
    ours: dict[Place, tuple[Node, Node]] = {}
    for finding in findings:
        path = Path(finding.file).absolute()
        # A file outside every project has no place that both could name.
        if finding.rule in rules and path in sources:
            node = sources.our_node(finding)
            ours[finding.rule, path, sources.our_range(finding)[0]] = (node, node)
    unparsed = {path for path, _ in peer.unparsed}
    tallies: Tallies = defaultdict(Tally)
    found: list[Difference] = []
    for place in sorted({*theirs, *ours}):
        rule, path, start = place
        tally = tallies[rule]
        tally.theirs += place in theirs
        if place in theirs and place in ours:
            tally.both += 1
            continue
        project, file = sources.of(path)
        node, reported = theirs.get(place) or ours[place]
        spotted = Spot(rule, project, file, node, reported, path.as_posix())
        is_ours = place in ours
        if not is_ours:
            kind = kind_of_theirs(spotted)
        elif place in silenced:
            kind = "directive that reaches the plugin's node only"
        elif path in unparsed:
            kind = "file that the plugin can't parse"
        else:
            kind = kind_of_ours(spotted)
        (tally.only_ours if is_ours else tally.only_theirs)[kind] += 1
        line = file.tree.index.line_of(start)
        code = file.raw.splitlines()[line - 1].decode("utf-8", "replace").strip()
        found.append(Difference(rule, f"{path}:{line}", code, is_ours, kind))
    return found, tallies


def print_tallies(tallies: Tallies, rules: Sequence[str]) -> None:
    """The table of the rules, and that of the kinds."""
    print(
        "\n| rule | plugin | found by both | only plugin, listed | only plugin, unexplained "
        "| recall | only ours, listed | only ours, unexplained |"
        "\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    )
    total = Tally()
    for rule in rules:
        tally = tallies.get(rule, Tally())
        print(_row(f"`{rule}`", tally))
        total.theirs += tally.theirs
        total.both += tally.both
        total.only_theirs += tally.only_theirs
        total.only_ours += tally.only_ours
    print(_row("all", total))
    print("\n| who reports | kind | rule | findings |\n| --- | --- | --- | ---: |")
    for line in sorted(_kind_rows(tallies)):
        print(line)


def _row(name: str, tally: Tally) -> str:
    theirs, ours = tally.only_theirs, tally.only_ours
    cells = (
        name,
        tally.theirs,
        tally.both,
        theirs.total() - theirs[None],
        theirs[None],
        "–" if tally.recall is None else f"{100 * tally.recall:.1f} %",
        ours.total() - ours[None],
        ours[None],
    )
    return f"| {' | '.join(map(str, cells))} |"


def _kind_rows(tallies: Tallies) -> Iterator[str]:
    for rule, tally in tallies.items():
        for who, kinds in (("plugin", tally.only_theirs), ("convexpert", tally.only_ours)):
            for kind, count in kinds.items():
                if count:
                    yield f"| {who} | {kind or '**unexplained**'} | `{rule}` | {count} |"


def main() -> None:
    """Compare, and print what differs."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("projects", nargs="+", type=Path)
    options.add_argument("--eslint", type=Path, required=True)
    options.add_argument("--rule", help="compare only this rule")
    options.add_argument("--show", action="store_true", help="list what nothing explains")
    options.add_argument("--show-all", action="store_true", help="list every difference")
    given = options.parse_args()
    rules = [rule.id for rule in catalogue().values() if rule.peer and rule.id != NOT_COMPARED]
    if given.rule is not None:
        rules = [rule for rule in rules if rule == given.rule] or options.error("no shared rule")
    found: list[Difference] = []
    tallies: Tallies = defaultdict(Tally)
    for folder in given.projects:
        differing, more = compare(folder, given.eslint, rules)
        found += differing
        add(tallies, more)
    for one in found:
        if given.show_all or (given.show and one.kind is None):
            who = "only ours" if one.ours else "only plugin"
            print(f"{who}: {one.rule}: {one.where}: {one.code[:100]} [{one.kind or '?'}]")
    print_tallies(tallies, rules)
    raise SystemExit(any(one.kind is None for one in found))


def add(tallies: Tallies, more: Tallies) -> None:
    """Add the counts of another project."""
    for rule, tally in more.items():
        whole = tallies[rule]
        whole.theirs += tally.theirs
        whole.both += tally.both
        whole.only_theirs.update(tally.only_theirs)
        whole.only_ours.update(tally.only_ours)


if __name__ == "__main__":
    main()
