"""How many harmful edits of the built-in agents the evals catch, and how many harmless ones too.

Each edit is compared with the documents as they are, over all built-in suites, as
`convexpert eval compare builtin EDITED` does it. `--suite` limits the suites, `--each` says how
many edits of each kind are drawn. Aims: at least 95 % of the harmful ones caught, at most 5 % of
the harmless ones alarmed about.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mutations import MUTATIONS, Mutation

from agents.builtin import builtin_documents
from agents.settings import Settings
from agents.workspace import Workspace
from evals.compare import compare_runs
from evals.comparison import Comparison
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.suite import Suite, find_suites

AIM_CAUGHT = 0.95
AIM_ALARMS = 0.05
TRIES = 50


@dataclass(frozen=True, slots=True)
class Trial:
    """One edit and what the comparison said."""

    mutation: Mutation
    document: str
    number: int
    passed: bool
    told: str

    @property
    def right(self) -> bool:
        """Whether a harmful edit failed, or a harmless one passed."""
        return self.passed is not self.mutation.harmful


def main() -> None:
    """Make the edits, compare, print the table; status 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8, help="edits of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=("harmful", "harmless"), help="edits of one sort alone")
    parser.add_argument("--suite", action="append", default=[])
    parser.add_argument("--workspace", type=Path, help="kept between calls, so that less is run")
    parser.add_argument("--json", type=Path, help="write every trial here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(options.workspace or Path(scratch) / "workspace")
        suites = find_suites(options.suite)
        chosen = [
            one for one in MUTATIONS if options.only in (None, ("harmless", "harmful")[one.harmful])
        ]
        trials = list(_trials(chosen, options.each, options.seed, suites, workspace, Path(scratch)))
    if options.json is not None:
        told = [
            {
                "mutation": one.mutation.name,
                "document": one.document,
                "number": one.number,
                "harmful": one.mutation.harmful,
                "passed": one.passed,
                "told": one.told,
            }
            for one in trials
        ]
        options.json.write_text(json.dumps(told, indent=1), encoding="utf-8")
    sys.exit(0 if _report(trials) else 1)


def _trials(
    mutations: Sequence[Mutation],
    each: int,
    seed: int,
    suites: tuple[Suite, ...],
    workspace: Workspace,
    scratch: Path,
) -> Iterator[Trial]:
    documents = {one.path: one.raw.decode() for one in builtin_documents()}
    folder = scratch / "agents"
    folder.mkdir()
    for path, text in documents.items():
        (folder / path).write_text(text, encoding="utf-8", newline="")
    base = _run(suites, folder, workspace)
    failed = [f"{one.case}: {one.reason}" for suite in base.suites for one in suite.failed]
    if failed:
        raise SystemExit(f"cases that can't be scored would hide what edits do: {failed}")
    # What the documents fail as they are is not the edit's doing.
    known = {(suite.name, gate.name) for suite, gate in compare_runs(base, base).failed_gates}
    if known:
        print(f"not looked at, since the documents fail it as they are: {sorted(known)}")
    for number in range(each):
        for mutation in mutations:
            chance = Random(f"{seed}/{mutation.name}/{number}")
            path, edited = _edited(mutation, chance, documents)
            (folder / path).write_text(edited, encoding="utf-8", newline="")
            begin = time.perf_counter()
            comparison = compare_runs(base, _run(suites, folder, workspace))
            took = time.perf_counter() - begin
            (folder / path).write_text(documents[path], encoding="utf-8", newline="")
            told = _told(comparison, known)
            trial = Trial(mutation, path, number, not told, told or "nothing lost")
            sign = "ok   " if trial.right else "WRONG"
            print(
                f"{sign} {took:5.1f} s  {mutation.name} {number} {path}: {trial.told}", flush=True
            )
            yield trial


def _edited(mutation: Mutation, chance: Random, documents: dict[str, str]) -> tuple[str, str]:
    for _ in range(TRIES):
        path = chance.choice(sorted(documents))
        edited = mutation.mutate(chance, documents[path])
        if edited is not None and edited != documents[path]:
            return path, edited
    raise RuntimeError(f"no document to {mutation.name}")


def _run(suites: tuple[Suite, ...], folder: Path, workspace: Workspace) -> Run:
    options = RunOptions(agents=(str(folder),), jobs=1)
    try:
        return run_suites(suites, options, workspace=workspace, settings=Settings())
    except Exception as error:  # an edit that can't even be run is caught, and said
        raise RuntimeError(f"can't run: {error}") from error


def _told(comparison: Comparison, known: Set[tuple[str, str]]) -> str:
    """The gates that failed, apart from those of `known`; empty where none did."""
    gates = [
        f"{suite.name} {gate.name}: {', '.join(gate.cases[:3]) or gate.told}"
        for suite, gate in comparison.failed_gates
        if (suite.name, gate.name) not in known
    ]
    return "; ".join(gates)


def _report(trials: list[Trial]) -> bool:
    by_kind: dict[str, list[Trial]] = defaultdict(list)
    for trial in trials:
        by_kind[trial.mutation.name].append(trial)
    print("\n| edit | harmful | edits | failed the comparison |\n| --- | --- | ---: | ---: |")
    for name, some in by_kind.items():
        failed = sum(not trial.passed for trial in some)
        harmful = "yes" if some[0].mutation.harmful else "no"
        print(f"| {name} | {harmful} | {len(some)} | {failed} |")
    print()
    caught = [not one.passed for one in trials if one.mutation.harmful]
    alarms = [not one.passed for one in trials if not one.mutation.harmful]
    reached = True
    if caught:
        share = sum(caught) / len(caught)
        reached = share >= AIM_CAUGHT
        print(f"caught {share:.1%} of the harmful edits (aim: at least {AIM_CAUGHT:.0%})")
    if alarms:
        share = sum(alarms) / len(alarms)
        reached = reached and share <= AIM_ALARMS
        print(f"alarmed about {share:.1%} of the harmless ones (aim: at most {AIM_ALARMS:.0%})")
    return reached


if __name__ == "__main__":
    main()
