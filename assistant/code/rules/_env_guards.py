"""Guards that switch a function off by an environment variable: code meant for tests only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.code import syntax
from assistant.code.rules._words import words_of

if TYPE_CHECKING:
    from tree_sitter import Node

_FLAG_WORDS = frozenset(
    {
        "allow",
        "allowed",
        "debug",
        "dev",
        "development",
        "e2e",
        "env",
        "is",
        "prod",
        "production",
        "stage",
        "test",
        "testing",
        "tests",
    }
)


def is_environment_guard(statement: Node) -> bool:
    """Whether an `if` throws for nothing but a flag: `if (!process.env.IS_TEST) throw …`."""
    condition = syntax.field(statement, "condition")
    body = syntax.field(statement, "consequence")
    if condition is None or body is None or b"process.env" not in (condition.text or b""):
        return False
    if not any(inner.type == "throw_statement" for inner in (body, *body.named_children)):
        return False
    names = [syntax.name_chain(one) for one in syntax.descendants(condition, "member_expression")]
    read = [chain for chain in names if len(chain) == 3 and chain[:2] == ("process", "env")]
    return bool(read) and all(not _FLAG_WORDS.isdisjoint(words_of(chain[2])) for chain in read)
