"""A workspace that nobody may write can still be read, as in a container's image."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.own_store]

Convexpert = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def disk(mount: Callable[[str], Path]) -> Path:
    """A disk with room for an index."""
    return mount("64m")


@pytest.fixture
def read_only(disk: Path, convexpert: Convexpert) -> Convexpert:
    """Runs the command on a workspace with the built-in agents that nobody may write any more."""
    assert convexpert("agents", "list").returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    return convexpert


@pytest.mark.parametrize(
    "command",
    [
        ("agents", "list"),
        ("agents", "show", "convex-expert"),
        ("agents", "checklist", "convex-expert"),
        ("rules", "no-filter-in-query"),
        ("doctor",),
    ],
)
def test_what_only_reads_works(read_only: Convexpert, command: tuple[str, ...]) -> None:
    done = read_only(*command)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_what_writes_says_that_it_can_not(read_only: Convexpert) -> None:
    done = read_only("agents", "label", "convex-expert", "production")
    assert done.returncode == 2
    assert "readonly" in done.stderr
    assert "Traceback" not in done.stderr
