"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Shown:
    """A command of the README and the lines that it shows; `…` stands for any others."""

    command: str
    lines: tuple[str, ...]


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _shown() -> list[Shown]:
    found = []
    for block in _blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *lines = part.splitlines()
            found.append(Shown(command, tuple(line for line in lines if line.strip())))
    return found


def _run(command: str, folder: Path) -> str:
    program, *args = shlex.split(command)
    assert program == "convexpert"
    run = subprocess.run(
        [sys.executable, "-m", "assistant.cli", *args],
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**os.environ, "CONVEXPERT_WORKSPACE": str(folder / "workspace")},
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


def _missing(shown: Shown, output: str) -> list[str]:
    """The lines shown that don't follow one another in the output."""
    position, missing = 0, []
    for line in shown.lines:
        wanted = line.strip().rstrip("…").rstrip()
        at = output.find(wanted, position)
        if at < 0:
            missing.append(line)
        else:
            position = at + len(wanted)
    return missing


@pytest.mark.slow
@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not beside the repository")
def test_the_commands_print_what_the_readme_shows(tmp_path: Path) -> None:
    (tmp_path / "shared").symlink_to(SEEDS.parent)
    folder = tmp_path / "project"
    folder.mkdir()
    commands = _shown()
    assert len(commands) > 5
    missing = {shown.command: _missing(shown, _run(shown.command, folder)) for shown in commands}
    assert {command: lines for command, lines in missing.items() if lines} == {}


@pytest.mark.slow
def test_the_python_example_runs(tmp_path: Path) -> None:
    [example] = _blocks("python")
    run = subprocess.run(
        [sys.executable, "-c", example],
        capture_output=True,
        encoding="utf-8",
        cwd=tmp_path,
        check=True,
    )
    assert len(run.stdout.splitlines()) == 3


def test_the_set_up_is_one_line_each() -> None:
    install, develop = _blocks("sh")
    assert install.count("\n") == develop.count("\n") == 1
    assert "convexpert ask" in install
    assert "pytest" in develop
