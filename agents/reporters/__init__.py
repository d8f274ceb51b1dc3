"""Findings for people and programs: one module for each format, all with the same `render`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from agents.reporters.report import AboutRule, FindingsReport, FixedFile, Look, NotFixed

__all__ = [
    "FORMATS",
    "AboutRule",
    "FindingsReport",
    "FixedFile",
    "Look",
    "NotFixed",
    "reporter",
]

Reporter = Callable[[FindingsReport, Look], str]

FORMATS = ("text", "json", "sarif", "github", "junit")
"""The names that `--format` takes; each is a module here."""


def reporter(name: str) -> Reporter:
    """The `render` function of a format. Raises KeyError for an unknown one."""
    if name not in FORMATS:
        raise KeyError(name)
    render: Reporter = import_module(f"agents.reporters.{name}").render
    return render
