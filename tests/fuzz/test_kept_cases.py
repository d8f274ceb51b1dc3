"""Inputs that fuzzing found at fault once, and a few that come close, through every target."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parents[1] / "fixtures" / "fuzz"
_SPEC = importlib.util.spec_from_file_location(
    "fuzz_targets", Path(__file__).with_name("targets.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)
KEPT = [
    pytest.param(target, path.read_bytes(), id=f"{target}-{path.parent.name}-{path.name}")
    for path in sorted(FIXTURES.glob("*/*"))
    for target in sorted(_MODULE.TARGETS)
]


@pytest.mark.parametrize(("target", "raw"), KEPT)
def test_no_kept_case_makes_a_reader_fail(target: str, raw: bytes) -> None:
    _MODULE.TARGETS[target](raw)
