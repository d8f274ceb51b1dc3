"""The kinds of cases: one module each, which is found because it is there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from evals.kinds.base import Kind


def _found() -> dict[str, Kind[Any]]:
    """The `KIND` of each module beside this one but `base`, by name."""
    modules = sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py"))
    kinds = [import_module(f"evals.kinds.{name}").KIND for name in modules if name != "base"]
    return {kind.name: kind for kind in kinds}


KINDS: Mapping[str, Kind[Any]] = _found()

__all__ = ["KINDS", "Kind"]
