"""MDX read line by line: what the page says, on the lines where it says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.mdx import read_mdx


def read(text: str, *, mdx: bool = True) -> str:
    return "\n".join(read_mdx(text.split("\n"), mdx=mdx))


def test_imports_and_exports_are_blank_and_prose_that_begins_alike_stays() -> None:
    page = (
        'import Tabs from "@theme/Tabs";\nimport {\n  a,\n  b,\n} from "x";\n\n'
        "export const Box = () => {\n\n  return <b>hi</b>;\n};\n\nYou can\nimport data from files,"
        "\nor\nexport it.\n"
    )
    lines = read(page).split("\n")
    assert [line for line in lines if line] == [
        "You can",
        "import data from files,",
        "or",
        "export it.",
    ]
    assert lines.index("You can") == page.split("\n").index("You can")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (":::note\nRead this.\n:::", "\nRead this.\n"),
        (":::warning\nRead this.\n:::", "**Warning**\nRead this.\n"),
        (":::tip Use it well\nText.\n:::", "**Use it well**\nText.\n"),
        (":::info[In brackets]\nText.\n:::", "**In brackets**\nText.\n"),
        ('<Admonition type="caution" title="Beta">\nText.\n</Admonition>', "**Beta**\nText.\n"),
        ("<Details summary={<>More <b>here</b></>}>\nText.\n</Details>", "**More here**\nText.\n"),
        ('<CardLink title="Start" href="/start" />', "[Start](/start)"),
        ('<CodeWithCopyButton text="npm i convex" />', "`npm i convex`"),
        ('<Snippet\n  source={x}\n  title="a.ts"\n/>', "a.ts\n\n\n"),
        ("{/* gone */}Text {'and'} {`more`} {props.x}", "Text and more"),
        ("<!-- gone\nstill -->here", "\nhere"),
        ("`<Tag>` and `{x}` stay, <b>bold</b> goes", "`<Tag>` and `{x}` stay, bold goes"),
        ("An Array<Value> stays, a < b too", "An Array<Value> stays, a < b too"),
        ("| 1 GB<br/>2 GB |", "| 1 GB 2 GB |"),
        ('<img src="x" alt="A picture" />', "A picture"),
        ("```tsx\nimport x from 'y';\n<App {...p} />\n```", None),
        ("<Unclosed attribute={1", None),
        ("{ unclosed", None),
        ('<A b="unclosed', None),
    ],
)
def test_components_are_read_to_their_text(page: str, says: str | None) -> None:
    assert [line.rstrip() for line in read(page).split("\n")] == (
        page if says is None else says
    ).split("\n")


def test_tabs_are_read_one_after_the_other_with_their_labels() -> None:
    page = (
        '<Tabs>\n  <TabItem value="js" label="JavaScript">\n\n    ```js\n    f()\n    ```\n\n'
        '  </TabItem>\n  <TabItem value="py" label="Python">\n    Use `f`.\n  </TabItem>\n</Tabs>'
    )
    assert [line for line in read(page).split("\n") if line] == [
        "**JavaScript**",
        "```js",
        "f()",
        "```",
        "**Python**",
        "Use `f`.",
    ]


def test_what_is_indented_in_a_component_keeps_its_own_indentation() -> None:
    page = "<Step>\n    - one\n      - two\n\n    Text\n</Step>\n\n    code"
    assert read(page) == "\n- one\n  - two\n\nText\n\n\n    code"


def test_in_plain_markdown_braces_and_imports_are_text() -> None:
    page = 'import x from "y"\n\nUse {name} here. <Note>Mind it.</Note>'
    assert read(page, mdx=False) == 'import x from "y"\n\nUse {name} here. Mind it.'


MARKS = [
    "<",
    ">",
    "/",
    "{",
    "}",
    "`",
    '"',
    "'",
    "=",
    "\n",
    "\n\n",
    " ",
    "A",
    "b",
    "```",
    ":::",
    "!--",
]
MARKS += [
    "-->",
    "import ",
    "export ",
    "title",
    "<Tab ",
    "</Tab>",
    "{/*",
    "*/}",
    "\\",
    "é",
    "\t",
    "- ",
]
SOUP = st.lists(st.sampled_from(MARKS), max_size=60).map("".join)


@given(SOUP, st.booleans())
def test_any_page_is_read_to_as_many_lines(page: str, mdx: bool) -> None:
    lines = page.split("\n")
    found = read_mdx(lines, mdx=mdx)
    assert len(found) == len(lines)
    assert not any("\n" in line for line in found)


@given(st.text(alphabet="abc .\n", max_size=200), st.booleans())
def test_a_page_without_marks_says_what_it_is(page: str, mdx: bool) -> None:
    assert read(page, mdx=mdx) == page


@pytest.mark.parametrize(
    "page",
    [
        "<A " * 60_000,
        "<A {" * 60_000,
        "{" * 100_000 + "}" * 100_000,
        "`" * 100_000,
        "`a``b```" * 20_000,
        "<A b='" * 40_000,
        "<!--" * 40_000,
        "<Step>\n" * 20_000,
        "import {\n" * 20_000,
        "<A b=" + "{" * 50_000,
    ],
    ids=range(10),
)
@pytest.mark.parametrize("mdx", [True, False])
def test_work_grows_with_the_page_and_not_with_its_square(page: str, mdx: bool) -> None:
    """With quadratic work each of these would take minutes."""
    assert len(read_mdx(page.split("\n"), mdx=mdx)) == page.count("\n") + 1
