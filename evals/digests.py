"""Digests of all that an outcome depends on, so that only what can have changed is run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from importlib.resources import files
from pathlib import Path
from typing import Any

PACKAGES = ("agents", "kb", "assistant", "evals")
_NOT_CODE = frozenset({"definitions", "suites", "report", "cli", "exporters", "reporters"})
"""Folders whose files are looked at otherwise, or that no outcome depends on."""
_AFTERWARDS = frozenset(
    f"evals/{name}.py"
    for name in (
        *("commands", "compare", "compare_command", "compared_runs", "comparability"),
        *("comparison", "edits", "gate_results", "history", "init_command", "judge_command"),
        *("judge_agreement", "judge_kept", "judge_labels", "judge_pairs", "metric_history"),
        *("options", "paired", "run_changes", "schema", "scores", "starter", "verify", "why"),
    )
)
"""What only looks at outcomes that are there."""
_ENDINGS = frozenset({".py", ".json", ".txt", ".md"})


def digest_of_value(value: Any) -> str:
    """A digest of a value made of dataclasses, mappings, sets, sequences and plain values.

    The same value gives the same digest in every process and on every machine.
    """
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        return {"": type(value).__name__, **found}
    if isinstance(value, Mapping):
        # A list of pairs: keys of other types than text stay apart, and the order counts.
        return [[_plain(key), _plain(one)] for key, one in value.items()]
    if isinstance(value, Set):
        return sorted((_plain(one) for one in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"no digest of a {type(value).__name__}")


@cache
def code_digest() -> str:
    """Of the code that runs cases and of the versions of the packages that it requires."""
    found = hashlib.sha256()
    for package in PACKAGES:
        root = Path(str(files(package)))
        for file in sorted(root.rglob("*")):
            parts = file.relative_to(root).parts
            if file.suffix not in _ENDINGS or _NOT_CODE.intersection(parts) or not file.is_file():
                continue
            name = "/".join((package, *parts))
            if name not in _AFTERWARDS:
                found.update(f"{name}\0".encode("utf-8", "surrogateescape"))
                found.update(hashlib.sha256(file.read_bytes()).digest())
    for name, number in _requirements():
        found.update(f"{name}=={number}\n".encode())
    return found.hexdigest()


def _requirements() -> list[tuple[str, str]]:
    try:
        wanted = requires("convexpert") or []
    except PackageNotFoundError:
        return []
    names = {one.split(";")[0] for one in wanted if "extra ==" not in one}
    return sorted((name, _installed(name)) for name in map(_bare, names))


def _bare(requirement: str) -> str:
    end = next(
        (at for at, sign in enumerate(requirement) if not (sign.isalnum() or sign in "-_.")),
        len(requirement),
    )
    return requirement[:end]


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
