"""What an editor can offer for findings."""

from __future__ import annotations

import pytest

from agents.finding import Edit, Finding, Severity
from agents.location import Span
from assistant.lsp.hover import hover_text
from assistant.lsp.mends import fix_all, fixes, silences

JSX = """\
export function View() {
  return (
    <ul>
      <li onClick={() => send()}>x</li>
    </ul>
  );
}
"""


def finding(line: int, *edits: Edit, rule: str = "no-floating-promise") -> Finding:
    span = Span(line, 3, line, 4)
    return Finding(rule, Severity.WARNING, "a.ts", span, "a `x` is lost", "await it", edits=edits)


def with_edit(raw: bytes, edit: Edit) -> str:
    return (raw[: edit.start] + edit.text.encode() + raw[edit.end :]).decode()


@pytest.mark.parametrize(
    ("source", "line", "path", "expected"),
    [
        pytest.param("a\n\tsend();\n", 2, "a.ts", "\t// {}\n\tsend();", id="code"),
        pytest.param("a\r\n  send();\r\n", 2, "a.ts", "  // {}\r\n  send();", id="CRLF"),
        pytest.param(JSX, 4, "a.tsx", "x</li>{{/* {} */}}\n", id="JSX"),
    ],
)
def test_a_rule_is_silenced_where_a_comment_can_stand(
    source: str, line: int, path: str, expected: str
) -> None:
    raw = source.encode()
    (mend,) = silences([finding(line)], raw, path)
    (edit,) = mend.edits
    assert expected.format("convexpert-ignore no-floating-promise") in with_edit(raw, edit)


def test_nothing_is_offered_where_no_comment_can_stand() -> None:
    raw = b"const a = `\n  send();\n`;\n"
    assert silences([finding(2)], raw, "a.ts") == []
    assert silences([finding(1, rule="syntax-error")], b"send();\n", "a.ts") == []
    assert silences([finding(1)], b"send();\n", "a.md") == []


def test_all_mends_that_do_not_touch_each_other_are_one() -> None:
    raw = b"one();\r\ntwo();\r\n"
    one = finding(1, Edit(0, 0, "await "), Edit(6, 6, "\n"))
    two = finding(2, Edit(8, 8, "await "))
    clash = finding(2, Edit(8, 11, "three"))
    every = fix_all([one, two, clash], raw)
    assert every is not None
    assert every.about == (one, two)
    assert every.edits == (Edit(0, 0, "await "), Edit(6, 6, "\r\n"), Edit(8, 8, "await "))
    assert [mend.about for mend in fixes([one, two, clash], raw)] == [(one,), (two,), (clash,)]
    assert fix_all([finding(1)], raw) is None


def test_what_documents_say_is_shown_as_they_say_it() -> None:
    from dataclasses import replace

    from agents.finding import DocumentedBy

    hostile = "![x](http://example.com/x.png) <b>`await`</b>\nevery *promise*"
    item = DocumentedBy("expert", 3, 12, hostile)
    shown = hover_text([replace(finding(1), documented_by=(item,) * 9)], markdown=True)
    assert "- `expert@3:12` \\!\\[x\\]\\(http://example.com/x.png\\) \\<b\\>" in shown
    assert "every \\*promise\\*" in shown
    assert "and 1 more" in shown
    plain = hover_text([replace(finding(1), documented_by=(item,))], markdown=False)
    assert "- expert@3:12 ![x](http://example.com/x.png) <b>`await`</b> every *promise*" in plain
