"""How many harmful edits of the built-in agents the evals catch, and how many harmless ones too.

Each edit is compared with the documents as they are, over all built-in suites, as
`convexpert eval compare builtin EDITED` does it. `--suite` limits the suites, `--each` says how
many edits of each kind are drawn. With `--json FILE` every trial is written there as soon as it is
done, and a study that was ended goes on from there: what was tried with the same code, suites and
documents is not tried again. Aims: at least 95 % of the harmful ones caught, at most 5 % of
the harmless ones alarmed about.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any

from mutations import MUTATIONS, Mutation

from agents.builtin import builtin_documents
from agents.document import digest_of
from agents.errors import ConvexpertError
from agents.settings import Settings
from agents.workspace import Workspace
from evals.compare import compare_runs
from evals.comparison import Comparison
from evals.digests import code_digest, digest_of_value
from evals.kinds import KINDS
from evals.record import Run
from evals.run import RunOptions, run_suites
from evals.suite import Case, Suite, find_suites

AIM_CAUGHT = 0.95
AIM_ALARMS = 0.05
TRIES = 50
EVALS = Path(str(files("evals")))


@dataclass(frozen=True, slots=True)
class Trial:
    """One edit and what the comparison said."""

    mutation: Mutation
    document: str
    number: int
    passed: bool
    told: str
    key: str
    """Of all that it depends on."""

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
    parser.add_argument("--json", type=Path, help="write every trial here, and go on from it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Workspace(options.workspace or Path(scratch) / "workspace")
        suites = find_suites(options.suite)
        chosen = [
            one for one in MUTATIONS if options.only in (None, ("harmless", "harmful")[one.harmful])
        ]
        told = _Told(options.json)
        trials = []
        study = Study(suites, workspace, Path(scratch), options.seed)
        for trial in study.trials(chosen, options.each, told.known):
            trials.append(trial)
            told.write(trials)
    sys.exit(0 if _report(trials) else 1)


class _Told:
    """The file of trials; none is read or written without a path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        there = path is not None and path.exists()
        rows = json.loads(path.read_text(encoding="utf-8")) if there and path is not None else []
        self.known: dict[str, dict[str, Any]] = {row["key"]: row for row in rows}

    def write(self, trials: Sequence[Trial]) -> None:
        if self._path is not None:
            rows = [
                {
                    "mutation": one.mutation.name,
                    "document": one.document,
                    "number": one.number,
                    "harmful": one.mutation.harmful,
                    "passed": one.passed,
                    "told": one.told,
                    "key": one.key,
                }
                for one in trials
            ]
            self._path.write_text(json.dumps(rows, indent=1), encoding="utf-8")


class Study:
    """The built-in agents in a folder, the run over them as they are, and edits of them."""

    def __init__(
        self, suites: tuple[Suite, ...], workspace: Workspace, scratch: Path, seed: int
    ) -> None:
        self._suites = suites
        self._quick = [suite for suite in suites if not any(map(_searches, suite.cases))]
        self._workspace = workspace
        self._seed = seed
        self._documents = {one.path: one.raw.decode() for one in builtin_documents()}
        self._folder = scratch / "agents"
        self._folder.mkdir()
        for path, text in self._documents.items():
            self._put(path, text)
        self._base = _run(suites, self._folder, workspace)
        failed = [
            f"{one.case}: {one.reason}" for suite in self._base.suites for one in suite.failed
        ]
        if failed:
            raise SystemExit(f"cases that can't be scored would hide what edits do: {failed}")
        # What the documents fail as they are is not the edit's doing.
        gates = compare_runs(self._base, self._base).failed_gates
        self._known = {(suite.name, gate.name) for suite, gate in gates}
        if self._known:
            print(f"not looked at, since the documents fail it as they are: {sorted(self._known)}")

    def trials(
        self, mutations: Sequence[Mutation], each: int, known: Mapping[str, Mapping[str, Any]]
    ) -> Iterator[Trial]:
        """Edit after edit, each with what the comparison said; `known` ones by their keys."""
        for number in range(each):
            for mutation in mutations:
                chance = Random(f"{self._seed}/{mutation.name}/{number}")
                path, edited = _edited(mutation, chance, self._documents)
                key = self._key(path, edited)
                if key in known:
                    told = str(known[key]["told"])
                    trial = Trial(mutation, path, number, bool(known[key]["passed"]), told, key)
                    took = 0.0
                else:
                    begin = time.process_time()
                    lost = self._lost(path, edited)
                    took = time.process_time() - begin
                    told = lost or "nothing lost"
                    trial = Trial(mutation, path, number, not lost, told, key)
                sign = "ok   " if trial.right else "WRONG"
                print(
                    f"{sign} {took:4.1f} s  {mutation.name} {number} {path}: {trial.told}",
                    flush=True,
                )
                yield trial

    def _lost(self, path: str, edited: str) -> str:
        self._put(path, edited)
        try:
            # One suite that fails fails the comparison: those that search are asked last.
            for suites in (self._quick, self._suites):
                told = self._told(suites)
                if told:
                    return told
        except ConvexpertError as error:  # that ends a comparison with status 2
            return f"can't be run: {error}"
        finally:
            self._put(path, self._documents[path])
        return ""

    def _told(self, suites: Sequence[Suite]) -> str:
        """The gates of these suites that fail with the documents as they now are."""
        names = {suite.name for suite in suites}
        base = replace(
            self._base, suites=tuple(one for one in self._base.suites if one.name in names)
        )
        return _told(compare_runs(base, _run(suites, self._folder, self._workspace)), self._known)

    def _key(self, path: str, edited: str) -> str:
        suites = [suite.digest for suite in self._suites]
        evals = [digest_of(file.read_bytes()) for file in sorted(EVALS.glob("*.py"))]
        return digest_of_value([code_digest(), evals, suites, self._documents, path, edited])

    def _put(self, path: str, text: str) -> None:
        (self._folder / path).write_text(text, encoding="utf-8", newline="")


def _searches(case: Case) -> bool:
    return KINDS[case.kind].needs(case.task).index


def _edited(mutation: Mutation, chance: Random, documents: dict[str, str]) -> tuple[str, str]:
    for _ in range(TRIES):
        path = chance.choice(sorted(documents))
        edited = mutation.mutate(chance, documents[path])
        if edited is not None and edited != documents[path]:
            return path, edited
    raise RuntimeError(f"no document to {mutation.name}")


def _run(suites: Sequence[Suite], folder: Path, workspace: Workspace) -> Run:
    options = RunOptions(agents=(str(folder),), jobs=1)
    return run_suites(suites, options, workspace=workspace, settings=Settings())


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
