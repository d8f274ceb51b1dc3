"""Web pages read to Markdown: headings, paragraphs, lists, tables and code, no more."""

from __future__ import annotations

import re
from html import unescape

from kb.components import Tag, tags_in

_SKIPPED_WORDS = (
    "aside button dialog footer form head header iframe math nav noscript object script select "
    "style svg template textarea"
)
_SKIPPED = frozenset(_SKIPPED_WORDS.split())
_BLOCKS_WORDS = (
    "address article blockquote dd details div dl dt fieldset figcaption figure hr main ol p "
    "section summary table tbody thead tr ul"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split())
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_TICK = "\ue000"
"""Stands for a backtick while tags are looked for: in HTML it quotes nothing."""
_SPACE = re.compile(r"\s+")
_BLANKS = re.compile(r"\n{3,}")
_TITLE = re.compile(r"<title[^<>]*>([^<]{1,500})", re.IGNORECASE)


def markdown_of(html: str) -> str:
    """What a web page says, as Markdown. The main part where it has one; nothing is executed."""
    plain = _without_raw(html.replace("`", _TICK).replace("\r\n", "\n"))
    tags = list(tags_in(plain, expressions=False))
    start, end = _main_part(tags, len(plain))
    writer = _Writer()
    at = start
    for tag in tags:
        if not start <= tag.start < end:
            continue
        writer.text(plain[at : tag.start])
        writer.tag(tag)
        at = tag.end
    writer.text(plain[at:end])
    text = writer.finished()
    title = _TITLE.search(html[:200_000])
    if title and not text.startswith("# "):
        text = f"# {_SPACE.sub(' ', unescape(title[1])).strip()}\n\n{text}"
    return text


def _without_raw(html: str) -> str:
    """Without scripts and styles, in which `<` begins no tag."""
    lowered = html.lower()
    if len(lowered) != len(html):  # letters whose lower case is longer
        lowered = html
    parts: list[str] = []
    at = 0
    for found in re.finditer(r"<(script|style)\b", lowered):
        if found.start() < at:
            continue
        parts.append(html[at : found.start()])
        end = lowered.find(f"</{found[1]}", found.end())
        at = len(html) if end < 0 else end + len(found[1]) + 2
        parts.append(" <i")  # the rest of the closing tag
        if end < 0:
            break
    parts.append(html[at:])
    return "".join(parts)


def _main_part(tags: list[Tag], length: int) -> tuple[int, int]:
    for name in ("article", "main", "body"):
        opening = next((t for t in tags if t.opens and t.name.lower() == name), None)
        if opening is not None:
            closing = [t.start for t in tags if t.closes and t.name.lower() == name]
            return opening.end, closing[-1] if closing[-1:] > [opening.end] else length
    return 0, length


def _mark(name: str, opens: bool) -> str:
    """What is written for a tag."""
    if name in _HEADINGS:
        return f"\n\n{_HEADINGS[name]} " if opens else "\n\n"
    if name in _BLOCKS:
        return "\n\n"
    return {"li": "\n- " if opens else "\n", "br": "\n", "code": "`"}.get(name, "")


class _Writer:
    """Writes Markdown as tags and texts come."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._skipping: list[str] = []
        self._code: str | None = None
        """What stands in the code block so far."""
        self._cells: list[str] | None = None
        self._rows = 0

    def text(self, raw: str) -> None:
        if self._skipping or not raw:
            return
        said = unescape(raw).replace(_TICK, "`")
        if self._code is not None:
            self._code += said
        else:
            self._put(_SPACE.sub(" ", said))

    def _put(self, text: str) -> None:
        if self._cells:
            self._cells[-1] += text.replace("\n", " ").replace("|", "\\|")
        elif self._cells is None:
            self._parts.append(text)

    def tag(self, tag: Tag) -> None:
        name = tag.name.lower()
        if name in _SKIPPED:
            if tag.opens:
                self._skipping.append(name)
            elif tag.closes and name in self._skipping:
                del self._skipping[self._skipping.index(name) :]
        elif self._skipping:
            return
        elif name == "pre":
            self._code_block(tag)
        elif self._code is not None:
            self._code += "\n" if name == "br" else ""
        elif name in ("tr", "td", "th"):
            self._table(name, tag)
        else:
            if name == "table":
                self._cells, self._rows = None, 0
            self._put(_mark(name, tag.opens))

    def _code_block(self, tag: Tag) -> None:
        if tag.opens and self._code is None:
            self._code = ""
        elif tag.closes and self._code is not None:
            marks = "```" if "```" not in self._code else "~~~~"
            code, self._code, self._cells = self._code.strip("\n"), None, None
            self._parts.append(f"\n\n{marks}\n{code}\n{marks}\n\n")

    def _table(self, name: str, tag: Tag) -> None:
        if name != "tr":
            if tag.opens:
                self._cells = [*(self._cells or []), ""]
            return
        if self._cells and tag.closes:
            cells = [_SPACE.sub(" ", cell).strip() for cell in self._cells]
            row = f"| {' | '.join(cells)} |\n"
            rule = f"|{' --- |' * len(cells)}\n"
            self._parts.append(row if self._rows else f"\n{row}{rule}")
            self._rows += 1
        self._cells = None

    def finished(self) -> str:
        if self._code is not None:
            self._code_block(Tag(0, 0, "", "pre", closes=True))
        lines: list[str] = []
        code = ""
        for line in "".join(self._parts).split("\n"):
            if line in ("```", "~~~~"):
                code = "" if code == line else code or line
            lines.append(line.rstrip() if code else line.strip())
        return _BLANKS.sub("\n\n", "\n".join(lines)).strip() + "\n"
