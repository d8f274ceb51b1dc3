"""The code check over a few files that are held in memory, in a folder of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.finding import Severity

if TYPE_CHECKING:
    from assistant.code.check import CheckOptions


@dataclass(frozen=True, slots=True)
class Found:
    """What the code check says about one place."""

    rule: str
    file: str
    """Relative to the folder that the files were put in."""
    line: int
    """1-based."""
    severity: Severity
    message: str


def check_files(
    files: Mapping[str, str],
    options: CheckOptions | None = None,
    *,
    held_to: Iterable[str] = (),
) -> list[Found]:
    """The findings in these files, as one project; `files` holds relative paths that are safe.

    `options` are the check's. What the rules of `held_to` find is a warning at least, also where
    they are off by default.
    """
    from assistant.code.catalogue import load_rule
    from assistant.code.check import CheckOptions, check_paths

    options = options or CheckOptions()
    raised = {
        rule: Severity.WARNING
        for rule in held_to
        if not load_rule(rule).severity.reaches(Severity.WARNING)
    }
    with tempfile.TemporaryDirectory(prefix="convexpert-eval-") as folder:
        root = Path(folder).resolve()
        for path, source in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(source, encoding="utf-8", errors="replace", newline="")
        report = check_paths([root], replace(options, severity={**options.severity, **raised}))
        return [
            Found(f.rule, _relative(f.file, root), f.span.line, f.severity, f.message)
            for f in report.findings
        ]


def _relative(file: str, root: Path) -> str:
    path = Path(file).resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else file
