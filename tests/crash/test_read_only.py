"""A workspace that nobody may write can still be read, as in a container's image."""

from __future__ import annotations

import json
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


def test_an_index_that_nobody_may_write_is_searched(disk: Path, convexpert: Convexpert) -> None:
    assert convexpert("kb", "build").returncode == 0
    whole = convexpert("kb", "search", "fixed interval").stdout
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert convexpert("kb", "search", "fixed interval").stdout == whole != ""
    assert convexpert("ask", "When do I need an index?").returncode == 0
    assert json.loads(convexpert("kb", "status", "--json").stdout)["up_to_date"]
    assert convexpert("doctor").returncode == 0
