"""The score as a badge for a README."""

from __future__ import annotations

import json
from pathlib import Path

from agents.errors import CodeCheckError

_LABEL = "convex check"
_COLOURS = ((90, "brightgreen", "#3fb950"), (75, "green", "#57a639"), (60, "yellow", "#c9a227"))
_COLOURS_BELOW = (40, "orange", "#d9822b")
_WORST = ("red", "#d0413b")
_LABEL_WIDTH, _HEIGHT = 86, 20
"""Pixels; the widths fit Verdana at 11 pixels, the letters that README badges are set in."""


def write_badge(path: Path, total: int) -> None:
    """Write a score as an SVG picture, or as JSON for the endpoint badge of shields.io.

    Raises CodeCheckError for another ending, and where the file can't be written.
    """
    ending = path.suffix.lower()
    if ending not in (".svg", ".json"):
        raise CodeCheckError("a badge is a .svg or a .json file", path=str(path))
    text = _picture(total) if ending == ".svg" else _endpoint(total)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CodeCheckError(
            f"can't be written: {error.strerror or error}", path=str(path)
        ) from error


def _colour(total: int) -> tuple[str, str]:
    """Its name for shields.io, and as RGB."""
    for least, name, rgb in (*_COLOURS, _COLOURS_BELOW):
        if total >= least:
            return name, rgb
    return _WORST


def _endpoint(total: int) -> str:
    values = {
        "schemaVersion": 1,
        "label": _LABEL,
        "message": f"{total}/100",
        "color": _colour(total)[0],
    }
    return json.dumps(values, indent=2) + "\n"


def _picture(total: int) -> str:
    message = f"{total}/100"
    width = 16 + 7 * len(message)
    whole = _LABEL_WIDTH + width
    middle = _LABEL_WIDTH + width / 2
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{_HEIGHT}" role="img" \
aria-label="{_LABEL}: {message}">
  <title>{_LABEL}: {message}</title>
  <clipPath id="edge"><rect width="{whole}" height="{_HEIGHT}" rx="3"/></clipPath>
  <g clip-path="url(#edge)">
    <rect width="{_LABEL_WIDTH}" height="{_HEIGHT}" fill="#444c56"/>
    <rect x="{_LABEL_WIDTH}" width="{width}" height="{_HEIGHT}" fill="{_colour(total)[1]}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="{_LABEL_WIDTH / 2}" y="14">{_LABEL}</text>
    <text x="{middle}" y="14">{message}</text>
  </g>
</svg>
"""
