"""The code check over many real files, beside the official ESLint plugin in the same run.

    python benchmarks/check_files.py PROJECT… [--eslint FOLDER]

Each PROJECT is a folder with Convex code; FOLDER one in which `npm i eslint typescript-eslint
@convex-dev/eslint-plugin` was run. All rules of both are on, and both get the same files. Each
measurement is a whole process, start included; CPU is user and system time of all processes.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peer_findings import SET_UP
from timing import Row, print_table

from assistant.code.catalogue import rule_ids
from assistant.code.check import CheckOptions, check_paths
from assistant.code.syntax import Tree

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "rules"
ESLINT = (
    SET_UP
    + """const linted = await lint.lintFiles(files);
console.log(linted.length);
"""
)


@dataclass(frozen=True)
class Used:
    """What one process used, with those that it started; in seconds."""

    cpu: float
    wall: float


def used_by(command: Sequence[str | Path], **environment: str) -> tuple[Used, str]:
    """Run a process to its end; a status of 1 means findings."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    run = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **environment},
        check=False,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode not in (0, 1):
        raise SystemExit(run.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Used(cpu, wall), run.stdout


def files_of(projects: Sequence[Path]) -> list[Path]:
    """The files that our check looks at."""
    checked = check_paths(projects, CheckOptions(select=("no-filter-in-query",))).checked
    return sorted(Path(name).absolute() for name in checked)


def main() -> None:
    """Print CPU and wall time, ours beside ESLint's."""
    options = argparse.ArgumentParser()
    options.add_argument("projects", nargs="*", type=Path)
    options.add_argument("--eslint", type=Path)
    given = options.parse_args()
    projects = given.projects or sorted(FIXTURES.iterdir())
    files = files_of(projects)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        program = [sys.executable, "-m", "assistant.cli", "--workspace", folder / "ws", "check"]
        every = ["--select", ",".join(rule_ids()), "--fail-on", "off", "--format", "json"]
        command = [*program, *every]
        # Makes the workspace, so that what is measured is the check; then the registry rests.
        used_by([*program, files[0], "--no-cache"])
        time.sleep(3)
        used_by([*program, files[0]])
        peer = eslint(given.eslint, files, folder) if given.eslint else None
        cold, _ = used_by([*command, *projects])
        warm, _ = used_by([*command, *projects])
        one = files[len(files) // 2]
        alone, _ = used_by([*program, one, "--fail-on", "off", "--no-cache"])
        known, _ = used_by([*program, projects[0], "--fail-on", "off"])
        known, _ = used_by([*program, one, "--fail-on", "off"])
        known, _ = used_by([*program, one, "--fail-on", "off"])
    rows = [
        row("cold, CPU", cold.cpu, peer and peer.cpu),
        row("cold, wall", cold.wall, peer and peer.wall),
        row("warm, CPU", warm.cpu, peer and peer.cpu),
        row("warm, wall", warm.wall, peer and peer.wall),
        row("one file alone, nothing kept, CPU", alone.cpu, None),
        row("one file alone, nothing kept, wall", alone.wall, None),
        row("one file alone, unchanged, CPU", known.cpu, None),
        row("one file alone, unchanged, wall", known.wall, None),
    ]
    print_table(
        f"Code check: {len(rule_ids())} rules, {len(files)} files, whole processes",
        rows,
        peer="ESLint, official plugin, all rules",
    )
    start = time.process_time()
    for path in files:
        assert Tree(path.read_bytes(), tsx=path.suffix == ".tsx").root
    parsing = (time.process_time() - start) / len(files)
    ours = 1000 * cold.cpu / len(files)
    print(f"\nPer file, CPU: {ours:.2f} ms in all, {1000 * parsing:.2f} ms of it for tree-sitter.")


def row(what: str, ours: float, peer: float | None) -> Row:
    """A line of the table, in seconds."""
    return Row(what, ours, peer, "s")


def eslint(folder: Path, files: Sequence[Path], scratch: Path) -> Used:
    """What ESLint uses for the same files."""
    script, listed = scratch / "lint.mjs", scratch / "files.txt"
    script.write_text(ESLINT, encoding="utf-8")
    listed.write_text("\n".join(map(str, files)), encoding="utf-8")
    root = Path(os.path.commonpath(files))
    used, count = used_by(["node", script, folder.absolute(), root, listed])
    print(f"ESLint looked at {count.strip()} of {len(files)} files")
    return used


if __name__ == "__main__":
    main()
