"""Patterns that code must or must not hold: pieces of code, no regular expressions.

A pattern is compared token by token: white space, comments, the kind of quotes and trailing commas
before a closing bracket do not count, and a name stands alone (`query` is not found in
`internalQuery`). ` * ` between pieces stands for up to 200 tokens; a name that ends in `*`
(`run*`) also finds longer ones. Matching takes time in proportion to code and pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

GAP = 200
"""Tokens that ` * ` stands for at most."""
MOST_TOKENS = 60
"""Of a pattern."""

_TOKEN = re.compile(r"[\w$]+|\S")
_QUOTES = str.maketrans({"'": '"', "`": '"'})
_CLOSING = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class CodePattern:
    """Something that code holds, in any one of several ways."""

    ways: tuple[str, ...]

    def __str__(self) -> str:
        return self.ways[0]

    def found_in(self, files: Sequence[Sequence[str]]) -> bool:
        """Whether one of the files, as tokens, holds it in one of its ways."""
        return any(_holds(tokens, way) for tokens in files for way in self.ways)


def tokens_of(files: Mapping[str, str]) -> list[list[str]]:
    """The tokens of each file, without its comments."""
    from assistant.code.syntax import Tree

    found = []
    for path, text in files.items():
        source = text.encode("utf-8", "replace")
        tree = Tree(source, tsx=path.endswith(("x", "js")))
        kept = bytearray(source)
        for comment in tree.nodes("comment"):
            kept[comment.start_byte : comment.end_byte] = b" " * (
                comment.end_byte - comment.start_byte
            )
        found.append(_tokens(kept.decode("utf-8", "replace")))
    return found


def readable(pattern: str) -> bool:
    """Whether it is a pattern: pieces of code, with ` * ` only between them."""
    pieces = _pieces(pattern)
    return all(pieces) and sum(map(len, pieces)) <= MOST_TOKENS


def _pieces(pattern: str) -> list[list[str]]:
    return [_tokens(piece, open_ends=True) for piece in pattern.split(" * ")]


def _tokens(text: str, *, open_ends: bool = False) -> list[str]:
    found: list[str] = []
    for token in _TOKEN.findall(text.translate(_QUOTES)):
        if open_ends and token == "*" and found and (found[-1][-1].isalnum()):
            found[-1] += "*"
            continue
        if token in _CLOSING and found and found[-1] == ",":
            found.pop()
        found.append(token)
    return found


def _holds(tokens: Sequence[str], pattern: str) -> bool:
    """Whether the pieces stand in this order, each within GAP of the one before."""
    first, *rest = _pieces(pattern)
    ends = [at + len(first) for at in range(len(tokens)) if _stands(tokens, at, first)]
    for piece in rest:
        following: list[int] = []
        last = 0  # of `ends`, the nearest one at or before the place
        for at in range(ends[0] if ends else len(tokens), len(tokens)):
            while last + 1 < len(ends) and ends[last + 1] <= at:
                last += 1
            if at - ends[last] <= GAP and _stands(tokens, at, piece):
                following.append(at + len(piece))
        ends = following
    return bool(ends)


def _stands(tokens: Sequence[str], at: int, piece: Sequence[str]) -> bool:
    if at + len(piece) > len(tokens):
        return False
    return all(_is(tokens[at + place], wanted) for place, wanted in enumerate(piece))


def _is(token: str, wanted: str) -> bool:
    if len(wanted) > 1 and wanted[-1] == "*":
        return token.startswith(wanted[:-1])
    return token == wanted
