"""JSX and HTML tags in a run of prose, read to the text that a reader of the page sees.

Nothing is executed: an expression in braces is text only where it is a string. Every search for an
end is a look into a table made beforehand or ends at the next `<`, so that the work grows with the
text and not with its square.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_VOID_WORDS = "area base br col embed hr img input link meta param source track wbr"
VOID = frozenset(_VOID_WORDS.split())
_TITLES = ("title", "label", "summary", "heading", "header", "question", "caption", "name")
"""Attributes whose value a component shows above its content, the first that is there."""
_TEXTS = ("text", "title", "label", "description", "caption", "alt", "name", "summary")
"""Attributes that are all that a component without content shows."""
_WARNINGS = frozenset(("caution", "danger", "important", "warning", "deprecated"))
_INLINE_WORDS = (
    "a abbr b bdi cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var Link"
)
_INLINE = frozenset(_INLINE_WORDS.split())
_APART = frozenset(["br", "dd", "dt", "li", "option", "td", "th"])
"""What keeps words apart."""
_LONGEST = 400
"""Characters of an attribute that are read."""
MOST_OPEN = 100
"""Elements that are kept in mind as open."""

_NAME = re.compile(r"[A-Za-z][\w.:-]*")
_ATTRIBUTE = re.compile(r"\s*([A-Za-z_][\w.:-]*)(\s*=\s*)?")
_BARE = re.compile(r"[^\s\"'=<>`{}]+")
_TICKS = re.compile(r"`+")
_COMMENT = re.compile(r"\{\s*/\*")
_STRING = re.compile(r"""\s*(["'`])([^"'`\\]*)\1\s*\Z""")
_HOLE = re.compile(r"\$\{[^{}]*\}")
_TAG = re.compile(r"</?[A-Za-z]?[^<>]*>")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, or an expression or comment in braces, and what is read in its place."""

    start: int
    end: int
    """After its last character."""
    text: str
    """Without line breaks."""
    name: str = ""
    opens: bool = False
    closes: bool = False


def tags_in(run: str, *, expressions: bool) -> Iterator[Tag]:
    """The tags and comments of a run of prose, and with `expressions` what stands in braces.

    In order, without overlap; what stands in backticks is none of these.
    """
    code = _code_spans(run)
    braces = _matching_braces(run, code)
    missing: set[str] = set()
    at = 0
    while True:
        found = _next_mark(run, at)
        if found is None:
            return
        if found in code:
            at = code[found]
            continue
        tag = None
        if run[found] == "<":
            tag = _tag(run, found, braces, missing)
        elif run[found] == "{" and found in braces:
            tag = _expression(run, found, braces[found], expressions)
        if tag is None:
            at = found + 1
        else:
            yield tag
            at = tag.end


_MARK = re.compile(r"[<{`\\]")


def _next_mark(run: str, at: int) -> int | None:
    while found := _MARK.search(run, at):
        if found[0] != "\\":
            return found.start()
        at = found.start() + 2  # what follows is not meant as a tag
    return None


def _code_spans(run: str) -> dict[int, int]:
    """Where each span in backticks begins, and the place after its end."""
    ticks = [(found.start(), found.end()) for found in _TICKS.finditer(run)]
    places: dict[int, list[int]] = {}
    for number in range(len(ticks) - 1, -1, -1):
        start, end = ticks[number]
        places.setdefault(end - start, []).append(number)
    spans: dict[int, int] = {}
    number = 0
    while number < len(ticks):
        start, end = ticks[number]
        waiting = places[end - start]
        while waiting and waiting[-1] <= number:
            waiting.pop()
        closing = waiting[-1] if waiting else None
        # A span doesn't go on beyond its paragraph; runs of prose may hold several.
        if closing is None or "\n\n" in run[end : min(ticks[closing][0], end + 2000)]:
            spans[start] = end
            number += 1
        else:
            spans[start] = ticks[closing][1]
            number = closing + 1
    return spans


def _matching_braces(run: str, code: Mapping[int, int]) -> dict[int, int]:
    """Where each `{` stands that has a `}`, and the place of that."""
    matched: dict[int, int] = {}
    opened: list[int] = []
    skip = 0
    for found in re.finditer(r"[{}`]", run):
        at = found.start()
        if at < skip:
            continue
        if found[0] == "{":
            opened.append(at)
        elif found[0] == "}":
            if opened:
                matched[opened.pop()] = at
        elif not opened and at in code:
            skip = code[at]
    return matched


def _expression(run: str, start: int, end: int, expressions: bool) -> Tag | None:
    if _COMMENT.match(run, start):
        return Tag(start, end + 1, "")
    if not expressions:
        return None
    string = _STRING.match(run[start + 1 : end]) if end - start <= _LONGEST else None
    return Tag(start, end + 1, _one_line(string[2]) if string else "")


def _tag(run: str, start: int, braces: Mapping[int, int], missing: set[str]) -> Tag | None:
    if run.startswith("<!--", start):
        end = _find(run, "-->", start + 4, missing)
        return None if end is None else Tag(start, end + 3, "")
    if run.startswith(("<>", "</>"), start):
        return Tag(start, start + (2 if run[start + 1] == ">" else 3), "")
    closes = run.startswith("</", start)
    named = _NAME.match(run, start + 1 + closes)
    if named is None or named[0].startswith(("http:", "https:", "mailto:")):
        return None
    name = named[0]
    if start and name[0].isupper() and not closes and (run[start - 1].isalnum()):
        return None  # `Array<Value>` without backticks
    if closes:
        end = named.end()
        while end < len(run) and run[end].isspace():
            end += 1
        space = " " if name in _APART else ""
        return Tag(start, end + 1, space, name, closes=True) if run[end : end + 1] == ">" else None
    read = _attributes(run, named.end(), braces, missing)
    if read is None:
        return None
    attributes, end, alone = read
    alone = alone or name.lower() in VOID
    text = _alone(name, attributes) if alone else _above(name, attributes)
    return Tag(start, end, text, name, opens=not alone)


def _attributes(
    run: str, at: int, braces: Mapping[int, int], missing: set[str]
) -> tuple[dict[str, str], int, bool] | None:
    """The attributes with what their values say, the place after the tag, and whether `/>`."""
    found: dict[str, str] = {}
    while True:
        attribute = _ATTRIBUTE.match(run, at)
        if attribute is None:
            while at < len(run) and run[at].isspace():
                at += 1
            if run.startswith("/>", at):
                return found, at + 2, True
            if run.startswith(">", at):
                return found, at + 1, False
            if run.startswith("{", at) and at in braces:  # {...props}
                at = braces[at] + 1
                continue
            return None
        at = attribute.end()
        if attribute[2] is None:
            continue
        value = _value(run, at, braces, missing)
        if value is None:
            return None
        text, at = value
        found.setdefault(attribute[1], text)


def _value(
    run: str, at: int, braces: Mapping[int, int], missing: set[str]
) -> tuple[str, int] | None:
    first = run[at : at + 1]
    if first in ('"', "'") and first:
        end = _find(run, first, at + 1, missing)
        return None if end is None else (run[at + 1 : min(end, at + 1 + _LONGEST)], end + 1)
    if first == "{":
        if at not in braces:
            return None
        return _said(run[at + 1 : min(braces[at], at + 1 + _LONGEST)]), braces[at] + 1
    bare = _BARE.match(run, at)
    return None if bare is None else (bare[0][:_LONGEST], bare.end())


def _find(run: str, what: str, at: int, missing: set[str]) -> int | None:
    """Where `what` next stands; once it was not found it is not looked for again."""
    if what in missing:
        return None
    found = run.find(what, at)
    if found < 0:
        missing.add(what)
        return None
    return found


def _said(expression: str) -> str:
    """What an expression shows where it is a string or nothing but tags around text, else ''."""
    string = _STRING.match(expression)
    if string:
        return _HOLE.sub("", string[2])
    if expression.lstrip().startswith("<"):
        return _TAG.sub(" ", expression)
    return ""


def _above(name: str, attributes: Mapping[str, str]) -> str:
    """What an element shows above its content."""
    if name in _INLINE:
        return ""
    title = next((attributes[key] for key in _TITLES if attributes.get(key, "").strip()), "")
    kind = attributes.get("type", "")
    if not title and kind.lower() in _WARNINGS:
        title = kind.capitalize()
    shown = _one_line(title)
    return f"**{shown}** " if shown else ""


def _alone(name: str, attributes: Mapping[str, str]) -> str:
    """What a component without content shows."""
    texts = [_one_line(attributes[key]) for key in _TEXTS if attributes.get(key, "").strip()]
    shown = " – ".join(dict.fromkeys(text for text in texts if text))
    if name in _APART:
        return " "
    if name.lower() in VOID or not shown:
        return _one_line(attributes.get("alt", ""))
    address = _one_line(attributes.get("href") or attributes.get("to") or "")
    if address and "](" not in shown:
        return f"[{shown}]({address})"
    return f"`{shown}`" if "text" in attributes and "`" not in shown else shown


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()
