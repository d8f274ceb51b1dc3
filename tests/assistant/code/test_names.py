"""What identifiers refer to within a file."""

from __future__ import annotations

from assistant.code import syntax
from assistant.code.names import Binding, Names


def _last(code: str, name: str) -> Binding | None:
    """The binding of the last use of a name."""
    tree = syntax.Tree(code.encode(), tsx=False)
    kinds = ("identifier", "shorthand_property_identifier")
    uses = [node for node in tree.nodes(*kinds) if syntax.text_of(node) == name]
    return Names(tree).resolve(max(uses, key=lambda node: node.start_byte))


def test_an_inner_declaration_hides_an_outer_one() -> None:
    code = "const a = 1; function f(a) { return a; }"
    found = _last(code, "a")
    assert found is not None and (found.kind, found.position) == ("parameter", 0)


def test_imports_keep_where_they_come_from() -> None:
    code = "import d, { x as y } from './m'; import * as n from 'p'; use(d, y, n);"
    found = {name: _last(code, name) for name in ("d", "y", "n")}
    imported = {
        k: (b.imported.specifier, b.imported.name) for k, b in found.items() if b and b.imported
    }
    assert imported == {"d": ("./m", "default"), "y": ("./m", "x"), "n": ("p", "*")}


def test_destructuring_keeps_the_path_and_the_default() -> None:
    code = "const { a: { b = 1, ...rest }, c } = source; use(b, rest, c);"
    paths = {name: _last(code, name) for name in ("b", "rest", "c")}
    assert {k: b.path for k, b in paths.items() if b} == {
        "b": ("a", "b"),
        "rest": ("a", "..."),
        "c": ("c",),
    }
    assert paths["b"] is not None and syntax.text_of(paths["b"].default) == "1"


def test_a_parameter_knows_its_type_and_place() -> None:
    found = _last("const f = async (x, { db }: QueryCtx) => db;", "db")
    assert found is not None
    assert (found.position, found.path, syntax.text_of(found.type)) == (1, ("db",), ": QueryCtx")


def test_var_belongs_to_its_function_and_let_to_its_block() -> None:
    assert _last("function f() { if (a) { var x = 1; } return x; }", "x") is not None
    assert _last("function f() { if (a) { let x = 1; } return x; }", "x") is None


def test_later_assignments_are_kept() -> None:
    found = _last("let q = a(); if (c) q = q.b(); use(q);", "q")
    assert found is not None and not found.constant
    assert [syntax.text_of(node) for node in found.assignments] == ["q.b()"]


def test_uses_leave_out_other_variables_of_the_same_name() -> None:
    code = "const a = 1; g({ a }); { const a = 2; f(a); } f(a);"
    names = Names(syntax.Tree(code.encode(), tsx=False))
    outer = names.in_module("a")
    assert outer is not None
    assert [use.start_byte for use in names.uses(outer)] == [
        code.index("a })"),
        code.rindex("f(a)") + 2,
    ]


def test_loop_and_catch_variables_are_bound() -> None:
    found = _last("for (const [k, v] of pairs) use(v);", "v")
    assert found is not None and (found.kind, found.path) == ("loop", ("1",))
    caught = _last("try {} catch (e) { use(e); }", "e")
    assert caught is not None and caught.kind == "catch"
