"""Mends lint's findings in the files on disk, until nothing is left to mend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agents.errors import DocumentError, LintError
from agents.mending import MAX_ROUNDS, Mending
from agents.parse import parse_document
from agents.reporters.report import FindingsReport


def fix_files(look: Callable[[], FindingsReport]) -> FindingsReport:
    """Mend what can be mended, and report what remains.

    `look` reads the files and lints them, each time it is called. Raises LintError for a file that
    can't be written.
    """
    mending = Mending(_is_broken, LintError)
    report = look()
    for _ in range(MAX_ROUNDS):
        if not mending.round(report):
            break
        report = look()
    return replace(report, fixes=mending.fixes())


def _is_broken(name: str, source: bytes) -> bool:
    try:
        parse_document(source, filename=name)
    except DocumentError:
        return True
    return False
