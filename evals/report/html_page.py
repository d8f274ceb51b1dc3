"""The frame of an HTML report: one file that asks for nothing and runs nothing but its own script.

A policy names the digests of its one style sheet and its one script: whatever else would get into
the page, the browser would neither run it, nor style by it, nor load it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files

# Controls, signs that turn the direction of writing, halves of pairs: none can be shown.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


def text(value: object) -> str:
    """Text of others as it reads, for the inside of elements and of quoted attributes."""
    return escape(_HIDDEN.sub("\ufffd", str(value)), quote=True)


def page(title: str, body: Iterable[str]) -> str:
    """The whole file."""
    style, script = _asset("report.css"), _asset("report.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{text(title)}</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *body,
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def table(
    caption: str, headers: Iterable[str], rows: Iterable[Iterable[str]], *, kind: str = ""
) -> str:
    """A table that scrolls by itself where it is too wide; cells are HTML, the first one a header.

    A header that begins with `-` is left out on narrow screens, with its cells.
    """
    named = list(headers)
    classes = ["wide" if header.startswith("-") else "" for header in named]
    cells = (
        f'<th scope="col"{_class(of)}>{text(header.removeprefix("-"))}</th>'
        for header, of in zip(named, classes, strict=True)
    )
    lines = [
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(caption)}">',
        f'<table class="{text(kind)}"><caption>{text(caption)}</caption>',
        f"<thead><tr>{''.join(cells)}</tr></thead><tbody>",
    ]
    for row in rows:
        first, *rest = row
        following = "".join(
            f"<td{_class(of)}>{cell}</td>" for cell, of in zip(rest, classes[1:], strict=True)
        )
        lines.append(f'<tr><th scope="row">{first}</th>{following}</tr>')
    return "\n".join([*lines, "</tbody></table></div>"])


def badge(word: str, tone: str) -> str:
    """A word with a colour; the word alone says all. `tone` is good, bad, warn or quiet."""
    return f'<span class="badge {tone}">{text(word)}</span>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


@cache
def _asset(name: str) -> str:
    return files("evals.report").joinpath("assets", name).read_text(encoding="utf-8")


def _digest(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
