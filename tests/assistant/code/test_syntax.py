"""Parsing, the one walk, and the small questions to nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.code import syntax

if TYPE_CHECKING:
    from tree_sitter import Node


def _tree(code: str) -> syntax.Tree:
    return syntax.Tree(code.encode(), tsx=False)


def _expression(code: str) -> Node:
    statement = _tree(code).root.named_children[0]
    return statement.named_children[0]


def test_nodes_of_one_kind_come_in_document_order() -> None:
    tree = _tree("f(g(h())); i();")
    assert [syntax.callee_name(call) for call in tree.nodes("call_expression")] == list("fghi")


def test_every_named_node_outside_of_strings_is_found_by_its_kind() -> None:
    tree = _tree("@a.b() class C { d = new e.f(`g${h}`); i?: typeof j.k; l(m = -1) { n[o]!(p); } }")
    by_kind: dict[str, list[int]] = {}
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        by_kind.setdefault(node.type, []).append(node.id)
        waiting += [] if node.type == "string" else reversed(node.named_children)
    assert {kind: [node.id for node in tree.nodes(kind)] for kind in by_kind} == by_kind
    assert len(tree.nodes(*by_kind)) > 30


def test_casts_parentheses_and_assertions_are_seen_through() -> None:
    inner = syntax.unwrap(_expression("(((a as any)!) satisfies T)"))
    assert syntax.text_of(inner) == "a"
    assert syntax.text_of(syntax.unwrap_await(_expression("(await (b as any))!"))) == "b"


def test_a_chain_of_names_may_be_optional_indexed_or_cast() -> None:
    assert syntax.name_chain(_expression('(a as any).b?.c!["d"]')) == ("a", "b", "c", "d")
    assert syntax.name_chain(_expression("a().b")) == ()


@pytest.mark.parametrize(
    ("code", "name", "awaited"),
    [
        ("await load<{ a: string }>(`x`)", "load", True),
        ("await ctx.runQuery<Row>(list)", "runQuery", True),
        ("void load<Row>(1)", "load", False),
        ("!isOpen<Row>(1)", "isOpen", False),
        ("(await load())<Row>(1)", "", False),
    ],
)
def test_a_call_with_types_is_told_from_what_stands_before_it(
    code: str, name: str, awaited: bool
) -> None:
    call = _expression(code)
    assert syntax.callee_name(call) == name
    assert syntax.is_awaited(call) is awaited


def test_strings_are_read_only_without_placeholders() -> None:
    assert syntax.string_value(_expression("'a/b'")) == "a/b"
    assert syntax.string_value(_expression("`ab`")) == "ab"
    assert syntax.string_value(_expression("`a${b}`")) is None


def test_the_last_member_of_an_object_counts() -> None:
    literal = syntax.unwrap(_expression("({ a: 1, 'a': 2, b, c() {} })"))
    assert [name for name, _ in syntax.object_members(literal)] == ["a", "a", "b", "c"]
    assert syntax.text_of(syntax.object_member(literal, "a")) == "2"


def test_returns_of_inner_functions_are_not_the_outer_one_s() -> None:
    tree = _tree("function f() { if (a) return 1; g(() => { return 2; }); return (3); }")
    returned = syntax.returned_expressions(tree.functions[0])
    assert [syntax.text_of(node) for node in returned] == ["1", "3"]


def test_what_a_loop_runs_once_is_not_in_the_loop() -> None:
    tree = _tree("for (const a of once()) { each(); later(() => { other(); }); }")
    calls = {syntax.callee_name(node): node for node in tree.nodes("call_expression")}
    assert syntax.loop_around(calls["once"]) is None
    assert syntax.loop_around(calls["each"]) is not None
    assert syntax.loop_around(calls["other"]) is None


def test_the_function_around_a_node_is_the_innermost_one() -> None:
    tree = _tree("const f = (a) => { const g = () => h(); };")
    call = tree.nodes("call_expression")[0]
    inner = tree.function_around(call)
    assert inner is not None
    assert syntax.text_of(inner) == "() => h()"
    assert tree.function_around(inner) == tree.functions[0]


def test_code_that_does_not_parse_gives_its_places_and_the_rest() -> None:
    tree = _tree("const a = ;\nconst b = f();\n")
    assert [tree.index.line_of(node.start_byte) for node in tree.syntax_errors()] == [1]
    assert len(tree.nodes("call_expression")) == 1


def test_absurd_nesting_is_refused_and_large_code_is_not() -> None:
    assert _tree("{f();" * 8_000 + "}" * 8_000).too_deep
    flat = _tree("f(1, 2);\n" * 8_000)
    assert not flat.too_deep
    assert len(flat.nodes("call_expression")) == 8_000


@given(st.text(alphabet="(){}[]=>.,;`$'\"/*\\ \nabé"))
def test_any_text_can_be_walked_and_asked(code: str) -> None:
    tree = _tree(code)
    for call in tree.nodes("call_expression"):
        syntax.name_chain(syntax.callee(call))
        syntax.arguments(call)
    for function in tree.functions:
        syntax.returned_expressions(function)
        assert tree.function_around(function) != function
    assert all(0 <= node.start_byte <= len(code.encode()) for node in tree.syntax_errors())


@pytest.mark.parametrize(
    "source",
    [
        'const f = (id: import("./_generated/dataModel").Id<"leads">, n: number) => n;',
        'const g = async (o) => ({ ...(await o<typeof import("./http")>()) });',
        'const l: Array<{ id: import("./m").Id<"t"> }> = await import("./n");',
    ],
)
def test_a_type_that_is_imported_in_place_can_be_read(source: str) -> None:
    tree = syntax.Tree(source.encode(), tsx=False)
    assert not tree.root.has_error
    assert tree.text_of(tree.root) == source


def test_the_types_of_a_whole_module_can_be_handed_on() -> None:
    source = b'export type * from "./dataModel";\nexport type * as shop from "./shop";\nf();\n'
    tree = syntax.Tree(source, tsx=False)
    assert list(tree.syntax_errors()) == []
    assert [node.start_byte for node in tree.nodes("call_expression")] == [source.index(b"f()")]
    assert list(syntax.Tree(b"export type * form x;", tsx=False).syntax_errors())
