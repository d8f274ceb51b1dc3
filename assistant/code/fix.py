"""Mends findings of the code check in the files on disk, until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from agents.errors import CodeCheckError
from agents.mending import MAX_ROUNDS, Mending
from assistant.code.check import CheckOptions, CheckReport, check_paths
from assistant.code.engine import syntax_errors
from assistant.code.modules import Category, CodeFile

Keep = Callable[[CheckReport], CheckReport]
Check = Callable[[Sequence[Path], CheckOptions | None], CheckReport]


def fix_paths(
    paths: Sequence[Path],
    options: CheckOptions | None = None,
    *,
    keep: Keep = lambda report: report,
    check: Check = check_paths,
) -> CheckReport:
    """Mend what can be mended in files and folders, and report what remains.

    `keep` picks the findings that count, of each round's report; the others are neither mended
    nor reported. `check` stands for `check_paths` where that needs more than the options. Raises
    CodeCheckError as `check_paths` does, and for a file that can't be written.
    """
    mending = Mending(_is_broken, CodeCheckError)
    report = keep(check(paths, options))
    for _ in range(MAX_ROUNDS):
        if not mending.round(report):
            break
        report = keep(check(paths, options))
    return replace(report, fixes=mending.fixes())


def _is_broken(name: str, source: bytes) -> bool:
    file = CodeFile(name, lambda: source, category=Category.DEPLOYED)
    broken = file.problem is not None or file.tree.too_deep
    return broken or next(syntax_errors(file), None) is not None
