"""Expressions that hold a secret, and the code that compares one with what was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.names import REST
from assistant.code.rules._words import names_a_secret, names_a_session, words_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from assistant.code.modules import CodeFile
    from assistant.code.project import Project

EQUALITY = frozenset({"===", "!==", "==", "!="})
_LITERALS = frozenset(
    {"false", "function_expression", "arrow_function", "null", "number", "string", "true"}
    | {"undefined", "regex", "object", "this"}
)
_COMPARING = frozenset(
    {"compare", "constant", "eq", "equal", "equals", "match", "matches", "timing", "verify"}
)
_SECRET_SETTINGS = frozenset({"auth", "code", "key", "pass", "pin", "webhook"})
_PROVING_HEADERS = frozenset({"authorization", "hmac", "jwt", "secret", "signature", "token"})
_DIGESTING = frozenset({"digest", "hash", "hashed", "hmac", "sha"})
_LOOK_UPS = frozenset({"getOneFrom", "getOneFromOrThrow", "getManyFrom"})
_FINDING = frozenset({"eq", "has", "includes"})
_MAX_DEPTH = 8


def is_literal(node: Node | None) -> bool:
    """Whether an expression is a plain value, with nothing in it that could be secret."""
    node = syntax.unwrap(node)
    if node is None or node.type in _LITERALS:
        return True
    if node.type == "unary_expression":
        return syntax.text_of(node).startswith("typeof") or is_literal(node.named_children[-1])
    return syntax.string_value(node) is not None


def header_read(call: Node) -> str | None:
    """`x-signature` of `request.headers.get("X-Signature")`, in lower case, else None."""
    receiver = syntax.receiver(call)
    if syntax.callee_name(call) != "get" or receiver is None:
        return None
    owner = syntax.member_name(receiver) or syntax.text_of(receiver)
    name = syntax.string_value(syntax.argument(call, 0))
    return name.lower() if name is not None and "headers" in words_of(owner) else None


def is_proving_header(name: str) -> bool:
    """Whether a header can prove who is calling: authorization, signatures, tokens, keys."""
    words = frozenset(name.replace("_", "-").split("-"))
    return bool(words & _PROVING_HEADERS) or {"api", "key"} <= words or "apikey" in words


def is_secret(project: Project, file: CodeFile, node: Node | None, depth: int = 0) -> bool:
    """Whether an expression is, or is made from, something that only a trusted caller knows.

    Told by names, environment variables and proving headers; variables are followed.
    """
    node = syntax.unwrap_await(node)
    if node is None or depth > _MAX_DEPTH or is_literal(node):
        return False
    if node.type in ("identifier", "shorthand_property_identifier"):
        return _is_secret_name(project, file, node, depth)
    if node.type == "member_expression":
        if reads_environment(project, file, node):
            name = syntax.member_name(node) or ""
            return names_a_secret(name) or not _SECRET_SETTINGS.isdisjoint(words_of(name))
        return names_a_secret(syntax.member_name(node) or "")
    if node.type == "call_expression":
        header = header_read(node)
        if header is not None:
            return is_proving_header(header)
        if names_a_secret(syntax.callee_name(node)):
            return True
        inner = [*syntax.arguments(node), syntax.receiver(node)]
        return any(is_secret(project, file, one, depth + 1) for one in inner)
    return any(is_secret(project, file, one, depth + 1) for one in node.named_children)


def _is_secret_name(project: Project, file: CodeFile, node: Node, depth: int) -> bool:
    if names_a_secret(syntax.text_of(node)):
        return True
    binding = file.resolve(node)
    if binding is None:
        return False
    if binding.imported is not None:
        target = project.follow(file, node)
        if target.file is None or target.node is None or target.node.type == "identifier":
            return False
        return is_secret(project, target.file, target.node, depth + 1)
    if binding.path and binding.path[-1] != REST and names_a_secret(binding.path[-1]):
        return True
    if binding.kind != "variable":
        return False
    if binding.path and not binding.path[-1].isdigit():
        return False
    return is_secret(project, file, binding.value, depth + 1)


def reads_environment(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether an expression is an environment variable: `process.env.X`, `env.X`."""
    chain = syntax.name_chain(node)
    if chain[:2] == ("process", "env") and len(chain) > 2:
        return True
    root = syntax.chain_root(node)
    if len(chain) != 2 or root is None or root.type != "identifier":
        return False
    target = project.follow(file, root)
    return target.module == "_generated/server" and target.name == "env"


def may_compare_secret(name: str) -> bool:
    """Whether a call of this name may be one for which `compares_secret` is true.

    So may those of any name for which `calls_comparer` is true, and no others.
    """
    return name in _FINDING or name in _LOOK_UPS or not _COMPARING.isdisjoint(words_of(name))


def compares_secret(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether `node` (a binary expression or a call) compares a secret with something given."""
    if node.type == "binary_expression":
        return _compares(project, file, node)
    name = syntax.callee_name(node)
    if name == "eq" or name in _LOOK_UPS:
        return _looks_up(file, node, name)
    given = [one for one in syntax.arguments(node) if one.type != "spread_element"]
    receiver = syntax.receiver(node)
    if name in ("includes", "has") and len(given) == 1:
        # A bare `token` may well be a piece of text.
        return syntax.text_of(given[0]) != "token" and is_secret(project, file, given[0])
    if _COMPARING.isdisjoint(words_of(name)) and not calls_comparer(project, file, node):
        return False
    operands = [one for one in (*given, receiver) if one is not None and not is_literal(one)]
    if len(operands) < 2 or not any(is_secret(project, file, one) for one in operands):
        return False
    return _is_comparison(project, file, node)


def _compares(project: Project, file: CodeFile, node: Node) -> bool:
    if syntax.operator(node) not in EQUALITY:
        return False
    sides = _sides(node)
    if any(is_literal(side) for side in sides):
        return False
    return any(is_secret(project, file, side) for side in sides)


def compares_setting(project: Project, file: CodeFile, node: Node) -> bool:
    """Whether a comparison of a secret is with one of the deployment's settings.

    Who knows that one is the project's own server, not a user with a token of his.
    """
    sides = _sides(node) if node.type == "binary_expression" else syntax.arguments(node)
    return any(_is_setting(project, file, side) for side in sides if is_secret(project, file, side))


def _is_setting(project: Project, file: CodeFile, node: Node | None) -> bool:
    node = syntax.unwrap_await(node)
    if node is not None and node.type == "identifier":
        binding = file.resolve(node)
        node = syntax.unwrap_await(binding.value) if binding is not None else None
    if node is None or node.type != "member_expression":
        return False
    # `env.API_SECRET` of whatever reads and checks the environment.
    name = syntax.member_name(node) or ""
    return reads_environment(project, file, node) or (name.isupper() and "_" in name)


def _looks_up(file: CodeFile, call: Node, name: str) -> bool:
    """Whether a row is looked up by a secret or a session id: `q.eq("token", token)`."""
    given = syntax.arguments(call)
    if name in _LOOK_UPS:
        names = [syntax.string_value(one) or "" for one in given[1:3] + given[4:5]]
        return len(given) > 3 and any(_is_capability_field(one) for one in names)
    if len(given) != 2 or is_literal(given[1]):
        return False
    field = syntax.unwrap(given[0])
    if field is not None and field.type == "call_expression":
        field = syntax.argument(field, 0)
    value = syntax.unwrap_await(given[1])
    own = (syntax.member_name(value) or syntax.text_of(value)) if value is not None else ""
    if words_of(own)[-1:] == ("identifier",):
        # `tokenIdentifier` says who somebody is; that is no secret, whatever the field is called.
        return False
    return (
        _is_capability_field(syntax.string_value(field) or "")
        or words_of(own)[-2:] == ("session", "id")
        or _is_digest_of_secret(file, value)
    )


def _is_digest_of_secret(file: CodeFile, value: Node | None) -> bool:
    """`await hashToken(nonce)`, also kept in a variable."""
    if value is not None and value.type == "identifier":
        binding = file.resolve(value)
        value = syntax.unwrap_await(binding.value) if binding is not None else None
    if value is None or value.type != "call_expression":
        return False
    name = syntax.callee_name(value)
    return not _DIGESTING.isdisjoint(words_of(name)) and names_a_secret(name)


def _is_capability_field(name: str) -> bool:
    own = name.removeprefix("by_")
    if words_of(own)[-2:] == ("share", "id"):
        return True  # that of a link, which only those know who were given it
    return names_a_secret(own) or (own != "session" and names_a_session(own))


def calls_comparer(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether a call runs a small function of the project that compares two of its parameters.

    Told by its code, whatever it is called: a digit by digit `^`, or `a === b` of parameters.
    """
    if len(syntax.arguments(call)) < 2:
        return False
    target = project.follow(file, syntax.callee(call))
    if target.file is None or target.node is None or target.node.type not in syntax.FUNCTION_KINDS:
        return False
    known = project.once(_comparers)
    if target.node.id not in known:
        known[target.node.id] = _is_comparer(target.file, target.node)
    return known[target.node.id]


def _comparers(_project: Project) -> dict[int, bool]:
    """By the function's id: each is called from many places."""
    return {}


def _is_comparer(file: CodeFile, node: Node) -> bool:
    given = {syntax.text_of(syntax.parameter_pattern(one)) for one in syntax.parameters(node)}
    return any(
        syntax.operator(inner) in ("^", *EQUALITY)
        and {syntax.text_of(syntax.chain_root(side)) for side in _sides(inner)} <= given
        and not any(syntax.text_of(side).endswith(".length") for side in _sides(inner))
        for inner in file.tree.nodes_inside(node, "binary_expression")
    )


def _sides(binary: Node) -> list[Node | None]:
    return [syntax.field(binary, "left"), syntax.field(binary, "right")]


def _is_comparison(project: Project, file: CodeFile, call: Node) -> bool:
    """Whether what is called compares what it is given; code out of sight is believed."""
    target = project.follow(file, syntax.callee(call))
    node = target.node
    if target.file is None or node is None or node.type not in syntax.FUNCTION_KINDS:
        return True
    for inner in syntax.descendants(node, "binary_expression", "call_expression"):
        if inner.type == "call_expression":
            if not _COMPARING.isdisjoint(words_of(syntax.callee_name(inner))):
                return True
            continue
        operator = syntax.operator(inner)
        sides = _sides(inner)
        if operator == "^" or (
            operator in EQUALITY and not any(is_literal(side) for side in sides)
        ):
            return True
    return False
