"""Findings as text or JSON: one module for each format, all with the same `render`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from agents.reporters.report import FindingsReport, Look

__all__ = ["FORMATS", "FindingsReport", "Look", "reporter"]

Reporter = Callable[[FindingsReport, Look], str]

FORMATS = ("text", "json")
"""The names that `--format` takes; each is a module here."""


def reporter(name: str) -> Reporter:
    """The `render` function of a format. Raises KeyError for an unknown one."""
    if name not in FORMATS:
        raise KeyError(name)
    render: Reporter = import_module(f"agents.reporters.{name}").render
    return render
