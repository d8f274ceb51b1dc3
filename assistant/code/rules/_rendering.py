"""What runs while a component renders, and what runs later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._repetition import CALLBACK_METHODS

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile

_AT_ONCE = frozenset({"useMemo", "useReducer", "useState"})
_AFTER = frozenset({"useEffect", "useInsertionEffect", "useLayoutEffect"})


def renders_with(file: CodeFile, node: Node, hook: Node, *, effects: bool = True) -> bool:
    """Whether code runs in each rendering of the component that calls a hook.

    `effects`: what `useEffect` and its kin run counts as well.
    """
    home = file.tree.function_around(hook)
    function = file.tree.function_around(node)
    while function is not None and function != home:
        if not _runs_at_once(function, effects):
            return False
        function = file.tree.function_around(function)
    # What is async isn't rendered: it is a composable that is set up once, or a check of types.
    return function == home and home is not None and not syntax.is_async(home)


def _runs_at_once(function: Node, effects: bool) -> bool:
    """Whether whoever is given a function calls it there and then."""
    outer = syntax.wrapped(function)
    parent = outer.parent
    if parent is None:
        return False
    if parent.type == "call_expression":
        return syntax.field(parent, "function") == outer
    call = parent.parent if parent.type == "arguments" else None
    if call is None or call.type != "call_expression":
        return False
    name = syntax.callee_name(call)
    return name in CALLBACK_METHODS or name in _AT_ONCE or (effects and name in _AFTER)
