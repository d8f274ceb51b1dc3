"""TypeScript syntax: parsing by tree-sitter, one iterative walk, and small questions to nodes.

A file is walked once; after that everybody asks `Tree.nodes(kind)`. No function here recurses,
so deep nesting costs time in proportion to its size and never a stack overflow.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from agents.location import LineIndex

if TYPE_CHECKING:
    from tree_sitter import Node, Parser
    from tree_sitter import Tree as ParsedTree

MAX_BYTES = 1_500_000
"""Larger sources are generated or bundled; they are reported, not analysed."""

MAX_NESTING = 600
"""Levels of a tree; a node's parent is found from the root, so deep trees cost their square."""

FUNCTION_KINDS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)
LOOP_KINDS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_WRAPPERS = frozenset(
    {
        "as_expression",
        "instantiation_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
        "type_assertion",
    }
)

_LEAVES = frozenset(
    {
        "comment",
        "identifier",
        "jsx_text",
        "null",
        "number",
        "predefined_type",
        "property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
        "string",
        "this",
        "type_identifier",
    }
)
"""Two thirds of all nodes, in which nobody looks for others: not to ask them is a third faster."""

_CHILDLESS = _LEAVES - {"string"}

_PLACES = {
    ("assignment_expression", "left"): 0,
    ("assignment_expression", "right"): -1,
    ("binary_expression", "left"): 0,
    ("binary_expression", "right"): -1,
    ("call_expression", "arguments"): -1,
    ("call_expression", "function"): 0,
    ("member_expression", "object"): 0,
    ("member_expression", "property"): -1,
    ("pair", "key"): 0,
    ("pair", "value"): -1,
    ("pair_pattern", "key"): 0,
    ("pair_pattern", "value"): -1,
    ("subscript_expression", "object"): 0,
    ("variable_declarator", "name"): 0,
}
"""Fields that are always the first or the last child, comments or not.

A node keeps its children, with what is known of them, but makes another node for each question by
a field's name; and of some nested members the parser gives the inner property by that name.
"""

_HOLD_STATEMENTS = frozenset(
    {
        "catch_clause",
        "do_statement",
        "else_clause",
        "finally_clause",
        "for_in_statement",
        "for_statement",
        "if_statement",
        "labeled_statement",
        "statement_block",
        "switch_body",
        "switch_case",
        "switch_default",
        "switch_statement",
        "try_statement",
        "while_statement",
        "with_statement",
    }
)
"""In which a function's own statements stand; where code doesn't parse they stand anywhere."""
_HOLD_OTHER_RETURNS = FUNCTION_KINDS | {"class_declaration"}

_LINKS = frozenset({"call_expression", "member_expression", "subscript_expression"})
"""What a chain consists of, each around the one before."""

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
_forget: list[Callable[[], None]] = []


def _kept(question: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Keep the answers to a question about nodes: dozens of rules ask the same of each call.

    All of them, until `forget_answers`: rules go through a project several times, and the nodes
    are in memory as long as their trees.
    """
    keeping = cache(question)
    _forget.append(keeping.cache_clear)
    return keeping  # type: ignore[return-value]  # cache forgets the parameters' types


def forget_answers() -> None:
    """Let go of the kept answers, and with them of the trees that they hold in memory."""
    for forget in _forget:
        forget()


_IMPORT_TYPE = re.compile(
    rb"(?<![\w$.])import\([ \t]*(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*\)(?=\s*\.\s*[A-Z])"
    rb"|(?<=typeof )import\([ \t]*(?:\"[^\"\n]*\"|'[^'\n]*')[ \t]*\)"
)

_EXPORT_TYPES = re.compile(rb"^export type(?= \*)", re.MULTILINE)


@cache
def _parser(tsx: bool) -> Parser:
    import tree_sitter_typescript
    from tree_sitter import Language, Parser

    grammar = (
        tree_sitter_typescript.language_tsx()
        if tsx
        else tree_sitter_typescript.language_typescript()
    )
    return Parser(Language(grammar))


def parse(source: bytes, *, tsx: bool, before: ParsedTree | None = None) -> ParsedTree:
    """Only parsed: for who wants a few nodes of it. Keep it as long as you keep its nodes.

    `before`: an earlier text's tree, told of the edit; what stayed the same isn't parsed again.
    """
    parser = _parser(tsx)
    tree = parser.parse(source) if before is None else parser.parse(source, before)
    if tree.root_node.has_error and (b"import(" in source or b"type *" in source):
        # The grammar doesn't know `import("./m").Id<"t">` as a type: read it as a name as long,
        # and `export type * from` as what exports the values as well.
        named = _IMPORT_TYPE.sub(lambda found: b"import".ljust(len(found[0]), b"_"), source)
        named = _EXPORT_TYPES.sub(b"export     ", named)
        if named != source:
            tree = _parser(tsx).parse(named)
    return tree


class Tree:
    """One parsed source: its root, its nodes by kind in document order, and its functions."""

    def __init__(self, source: bytes, *, tsx: bool) -> None:
        self.source = source
        # The tree is kept: nodes are views into it.
        self._tree = parse(source, tsx=tsx)
        self.root: Node = self._tree.root_node
        self._by_kind, depth = _collect(self.root, _leaf_numbers(tsx))
        self.too_deep = depth > MAX_NESTING
        """Whether it is nested so deeply that it is no code to analyse; no nodes are given then."""
        if self.too_deep:
            self._by_kind = {}
        self._starts_by_kind: dict[str, list[int]] = {}

    @cached_property
    def index(self) -> LineIndex:
        """Its lines."""
        return LineIndex(self.source)

    @cached_property
    def functions(self) -> list[Node]:
        """All functions, outer ones before what stands in them."""
        return sorted(
            (node for kind in FUNCTION_KINDS for node in self._by_kind.get(kind, ())),
            key=lambda node: (node.start_byte, -node.end_byte),
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [node.start_byte for node in self.functions]

    @cached_property
    def outer(self) -> list[int]:
        """For each of `functions` the index of the next one around it, or -1."""
        return _outer_indices(self.functions)

    def text_of(self, node: Node) -> str:
        """The source text of one of its nodes; faster than asking the node."""
        raw = self.source[node.start_byte : node.end_byte]
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode("utf-8", "replace")

    def nodes(self, *kinds: str) -> list[Node]:
        """All nodes of these kinds; for one kind in document order."""
        if len(kinds) == 1:
            return self._by_kind.get(kinds[0], [])
        return [node for kind in kinds for node in self._by_kind.get(kind, ())]

    def nodes_inside(self, outer: Node, kind: str) -> list[Node]:
        """The nodes of a kind within another kind of node, in document order.

        As `descendants`, but without a walk over all that stands there.
        """
        if kind not in self._starts_by_kind:
            self._starts_by_kind[kind] = [node.start_byte for node in self.nodes(kind)]
        starts, end = self._starts_by_kind[kind], outer.end_byte
        first, last = bisect_left(starts, outer.start_byte), bisect_left(starts, end)
        return [node for node in self.nodes(kind)[first:last] if node.end_byte <= end]

    def function_index_at(self, offset: int) -> int:
        """The index in `functions` of the innermost function around the byte, or -1."""
        index = bisect_right(self._starts, offset) - 1
        while index >= 0 and self.functions[index].end_byte <= offset:
            index = self.outer[index]
        return index

    def function_around(self, node: Node) -> Node | None:
        """The innermost function that holds `node` and is not `node` itself."""
        index = self.function_index_at(node.start_byte)
        while index >= 0 and (
            self.functions[index] == node or self.functions[index].end_byte < node.end_byte
        ):
            index = self.outer[index]
        return self.functions[index] if index >= 0 else None

    def syntax_errors(self) -> Iterator[Node]:
        """Where the source doesn't parse: the outermost nodes at fault, in document order."""
        if not self.root.has_error:
            return
        stack = [self.root]
        while stack:
            node = stack.pop()
            if node.is_error or node.is_missing:
                yield node
            elif node.has_error:
                stack.extend(reversed(node.children))


@cache
def _leaf_numbers(tsx: bool) -> frozenset[int]:
    """`_LEAVES` by the numbers that a grammar gives them."""
    language = _parser(tsx).language
    assert language is not None
    numbers = range(language.node_kind_count)
    return frozenset(n for n in numbers if language.node_kind_for_id(n) in _LEAVES)


def _collect(root: Node, leaves: frozenset[int]) -> tuple[dict[str, list[Node]], int]:
    """The named nodes by kind, in document order, and how many levels they have.

    What stands in strings isn't among them. `leaves`: the numbers of the kinds not to look into.
    A kind is told by its number here, of which no text needs to be made for each node.
    """
    by_number: dict[int, list[Node]] = defaultdict(list)
    depth = deepest = 0
    stack: list[Node | None] = [root]
    pop, append, extend = stack.pop, stack.append, stack.extend
    while stack:
        node = pop()
        if node is None:  # behind the last child of a level
            depth -= 1
            continue
        number = node.kind_id
        by_number[number].append(node)
        if number in leaves:
            continue
        children = node.named_children
        if children:
            depth += 1
            if depth > deepest:
                deepest = depth
            append(None)
            children.reverse()
            extend(children)
    return {nodes[0].type: nodes for nodes in by_number.values()}, deepest


def _outer_indices(functions: list[Node]) -> list[int]:
    outer: list[int] = []
    open_: list[int] = []
    for index, node in enumerate(functions):
        while open_ and functions[open_[-1]].end_byte <= node.start_byte:
            open_.pop()
        outer.append(open_[-1] if open_ else -1)
        open_.append(index)
    return outer


# --- small questions to nodes -------------------------------------------------------------------


def text_of(node: Node | None) -> str:
    """The node's source text; empty for None."""
    raw = None if node is None else node.text
    if not raw:
        return ""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")  # to ask so at once takes twice as long


def field(node: Node | None, name: str) -> Node | None:
    """A child by its field name; None for None."""
    if node is None:
        return None
    place = _PLACES.get((node.type, name))
    return node.child_by_field_name(name) if place is None else node.children[place]


def unwrap(node: Node | None) -> Node | None:
    """What stands inside `(x)`, `x as T`, `x satisfies T`, `x!`, `<T>x` and `f<T>`."""
    while node is not None and node.type in _WRAPPERS:
        children = node.named_children
        if not children:
            return None
        node = children[-1] if node.type == "type_assertion" else _first_code(children)
    return node


def unwrap_await(node: Node | None) -> Node | None:
    """As `unwrap`, and through `await` as well."""
    while node is not None:
        kind = node.type
        if kind == "await_expression":
            node = _first_code(node.named_children)
        elif kind in _WRAPPERS:
            node = unwrap(node)
        else:
            break
    return node


def _first_code(nodes: list[Node]) -> Node | None:
    return next((node for node in nodes if node.type != "comment"), None)


def wrapped(node: Node, *, through_await: bool = False) -> Node:
    """The outermost expression that is `node` in parentheses, casts and the like."""
    parent = node.parent
    while parent is not None and (
        parent.type in _WRAPPERS or (through_await and parent.type == "await_expression")
    ):
        node, parent = parent, parent.parent
    return node


def ancestors(node: Node) -> Iterator[Node]:
    """Parent, grandparent and so on, up to the program."""
    parent = node.parent
    while parent is not None:
        yield parent
        parent = parent.parent


def is_inside(node: Node, outer: Node) -> bool:
    """Whether `node` lies within `outer` (or is it)."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def descendants(node: Node, *kinds: str) -> Iterator[Node]:
    """Nodes of these kinds below `node`, in document order (all named ones without kinds)."""
    stack = node.named_children[::-1]
    while stack:
        inner = stack.pop()
        kind = inner.type
        if not kinds or kind in kinds:
            yield inner
        if kind not in _CHILDLESS:
            stack.extend(reversed(inner.named_children))


def string_value(node: Node | None) -> str | None:
    """The value of a string literal or of a template without placeholders, else None."""
    node = unwrap(node)
    if node is None:
        return None
    kind = node.type
    if kind == "template_string":
        if any(child.type == "template_substitution" for child in node.named_children):
            return None
    elif kind != "string":
        return None
    return text_of(node)[1:-1]


def arguments(call: Node) -> list[Node]:
    """The arguments of a call or `new`, comments left out; spreads are `spread_element`s."""
    return list(_arguments(call))


@_kept
def _arguments(call: Node) -> tuple[Node, ...]:
    given = field(call, "arguments")
    if given is None or given.type != "arguments":
        return ()
    return tuple([node for node in given.named_children if node.type != "comment"])


def argument(call: Node, position: int) -> Node | None:
    """The argument at the 0-based position, unwrapped, or None."""
    given = _arguments(call)
    return unwrap(given[position]) if position < len(given) else None


_PREFIXED = frozenset({"await_expression", "unary_expression"})


def prefix_of(call: Node) -> Node | None:
    """The `await …` or `void …` in which the grammar puts the name of `await f<T>(x)`.

    It reads `(await f)<T>(x)`: where a call has types, what stands before it binds to its name.
    """
    function = field(call, "function")
    return function if function is not None and function.type in _PREFIXED else None


@_kept
def callee(call: Node) -> Node | None:
    """What is called (or constructed), unwrapped."""
    if call.type == "call_expression":
        target: Node | None = call.children[0]
        if target is not None and target.type in _PREFIXED:
            target = _first_code(target.named_children)
        return unwrap(target)
    return unwrap(field(call, "function") or field(call, "constructor"))


@_kept
def callee_name_node(call: Node) -> Node | None:
    """The identifier that names what is called: `f` of `f()`, `c` of `a.b.c()`."""
    target = callee(call)
    if target is None:
        return None
    kind = target.type
    if kind == "member_expression":
        return target.children[-1]
    return target if kind == "identifier" else None


@_kept
def callee_name(call: Node) -> str:
    """The last name of what is called; empty where it has none."""
    return text_of(callee_name_node(call))


@_kept
def operator(node: Node) -> str:
    """`===` of a comparison, `!` of `!x`; empty where a node has none."""
    return text_of(node.child_by_field_name("operator"))


@_kept
def receiver(call: Node) -> Node | None:
    """`a.b` of `a.b.c()`, unwrapped; None where no member is called."""
    target = callee(call)
    if target is None or target.type not in ("member_expression", "subscript_expression"):
        return None
    return unwrap(target.children[0])


@_kept
def member_name(node: Node) -> str | None:
    """`c` of `a.b.c` and of `a.b["c"]`; None for anything else."""
    kind = node.type
    if kind == "member_expression":
        return text_of(node.children[-1])
    if kind == "subscript_expression":
        return string_value(field(node, "index"))
    return None


@_kept
def name_chain(node: Node | None) -> tuple[str, ...]:
    """`("a", "b", "c")` of `a.b.c`, `a?.b["c"]`, `(a as any).b!.c`; empty where it isn't one."""
    names: list[str] = []
    while node is not None:
        kind = node.type
        if kind in ("identifier", "this"):
            names.append(text_of(node))
            names.reverse()
            return tuple(names)
        if kind in _WRAPPERS:
            node = unwrap(node)
            continue
        name = member_name(node)
        if name is None:
            return ()
        names.append(name)
        node = node.children[0]
    return ()


@_kept
def chain_root(node: Node | None) -> Node | None:
    """The leftmost expression of a chain of members and calls."""
    while node is not None:
        if node.type in _LINKS:
            node = node.children[0]
            continue
        inner = unwrap_await(node)
        if inner is node:
            break
        node = inner
    return node


def key_name(node: Node | None) -> str | None:
    """The name that an object key, a pattern key or a shorthand stands for."""
    if node is None:
        return None
    kind = node.type
    if kind in ("string", "template_string"):
        return string_value(node)
    if kind == "computed_property_name":
        children = node.named_children
        return string_value(children[0]) if children else None
    return text_of(node)


def object_members(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Name and value node of each member of an object literal; spreads are left out.

    The value is the expression, the `method_definition`, or the shorthand identifier.
    """
    if node is None or node.type != "object":
        return
    for member in node.named_children:
        kind = member.type
        if kind == "pair":
            parts = member.children
            name, value = key_name(parts[0]), parts[-1]
        elif kind == "method_definition":
            name, value = key_name(field(member, "name")), member
        elif kind == "shorthand_property_identifier":
            name, value = text_of(member), member
        else:
            continue
        if name is not None:
            yield name, value


def object_member(node: Node | None, name: str) -> Node | None:
    """The value node of the last member called `name` of an object literal."""
    found = None
    for key, value in object_members(node):
        if key == name:
            found = value
    return found


def object_spreads(node: Node | None) -> list[Node]:
    """The expressions that an object literal spreads."""
    if node is None or node.type != "object":
        return []
    return [
        child.named_children[0]
        for child in node.named_children
        if child.type == "spread_element" and child.named_children
    ]


def parameters(function: Node) -> list[Node]:
    """A function's parameters: `required_parameter`, `optional_parameter`, or one identifier."""
    if function.type == "arrow_function":
        single = field(function, "parameter")
        if single is not None:
            return [single]
    given = field(function, "parameters")
    if given is None:
        return []
    return [node for node in given.named_children if node.type.endswith("_parameter")]


def parameter_pattern(parameter: Node) -> Node:
    """The identifier or pattern of a parameter."""
    return field(parameter, "pattern") or parameter


def is_async(function: Node) -> bool:
    """Whether a function is written with `async`."""
    return any(child.type == "async" for child in function.children)


def returned_expressions(function: Node) -> list[Node]:
    """What a function returns: its expression body, or the value of each own `return`."""
    body = field(function, "body")
    if body is None:
        return []
    if body.type != "statement_block":
        inner = unwrap(body)
        return [inner] if inner is not None else []
    found: list[Node] = []
    stack = body.named_children[::-1]
    while stack:
        node = stack.pop()
        kind = node.type
        if kind == "return_statement":
            value = unwrap(_first_code(node.named_children))
            if value is not None:
                found.append(value)
        elif kind in _HOLD_STATEMENTS or (node.has_error and kind not in _HOLD_OTHER_RETURNS):
            stack.extend(reversed(node.named_children))
    return found


def is_awaited(node: Node) -> bool:
    """Whether the expression (through parentheses and casts) is the operand of `await`."""
    for outer in (wrapped(node).parent, prefix_of(node)):
        if outer is not None and outer.type == "await_expression":
            return True
    return False


def loop_around(node: Node, *, within: Node | None = None) -> Node | None:
    """The nearest loop statement whose body repeats `node`, not crossing a function.

    The iterable of `for … of` and the initialiser of `for` run once and don't count.
    """
    child = node
    for outer in ancestors(node):
        if outer.type in FUNCTION_KINDS or (within is not None and outer == within):
            return None
        if outer.type in LOOP_KINDS and not _runs_once(outer, child):
            return outer
        child = outer
    return None


def _runs_once(loop: Node, child: Node) -> bool:
    name = {"for_in_statement": "right", "for_statement": "initializer"}.get(loop.type)
    return name is not None and field(loop, name) == child
