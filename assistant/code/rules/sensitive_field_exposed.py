"""A public query returns whole documents of a table that holds secrets.

Why: everything that a query returns reaches the client, shown or not; a password's hash or an API
key in it can be read in the browser's network tab.
Silent when: the field is dropped, or others are picked, before the documents are returned; a
`returns` validator leaves it out; no schema is at hand.

Bad:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      teachers: defineTable({ name: v.string(), passwordHash: v.string() }),
    });
    // convex/teachers.ts
    import { query } from "./_generated/server";

    export const list = query({
      args: {},
      handler: async (ctx) => await ctx.db.query("teachers").take(50),
    });
Good:
    // convex/schema.ts
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      teachers: defineTable({ name: v.string(), passwordHash: v.string() }),
    });
    // convex/teachers.ts
    import { query } from "./_generated/server";

    export const list = query({
      args: {},
      handler: async (ctx) => {
        const teachers = await ctx.db.query("teachers").take(50);
        return teachers.map(({ _id, name }) => ({ _id, name }));
      },
    });

Intent:
    sensitive | secret | private | pii | password | hash | confidential | personal & expose |
        return | leak | protect | strip | omit | exclude | redact | data | field | response & not
        operation | environment | env | function | commit | source | log | hardcode | hard |
        webhook | header | signature | key | v.any;
    data can be public | data is public | public data | what is public & not function;
    return & only & field | needed & public | client | expose | sensitive;
    against return & whole | entire | raw & document | user & client | query | sensitive;
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.rules._caller_checks import CallerChecks
from assistant.code.rules._returned_documents import ReturnedDocuments, Rows
from assistant.code.rules._words import words_of
from assistant.code.validators import Validator, read_validator

_SECRETS = frozenset(
    {"apikey", "otp", "passcode", "passphrase", "passwd", "password", "secret", "ssn"}
)
_PAIRS = frozenset(
    {
        ("access", "token"),
        ("api", "key"),
        ("auth", "token"),
        ("bearer", "token"),
        ("private", "key"),
        ("refresh", "token"),
        ("reset", "token"),
        ("session", "token"),
        ("verification", "token"),
    }
)
_ABOUT = frozenset(
    {
        "at",
        "count",
        "enabled",
        "expires",
        "expiry",
        "hint",
        "id",
        "last",
        "name",
        "required",
        "type",
    }
)
"""As the last word these make it a fact about a secret: `passwordUpdatedAt`, `apiKeyId`."""
_HARMLESS = frozenset({"boolean", "id", "literal", "null", "number"})


def check(function: RegisteredFunction, project: Project) -> Iterator[Report]:
    """Report a public query that returns documents with a secret in them."""
    if function.internal or function.kind is not Kind.QUERY or function.handler is None:
        return
    if project.component_of(function.file) is not None:
        return
    exposed = project.once(_secret_tables) if project.schema_for(function.file) else None
    if not exposed:
        return
    found = project.once(ReturnedDocuments)
    handler = function.handler
    for value in syntax.returned_expressions(handler.node):
        for rows in sorted(found.in_value(handler.file, value), key=lambda r: r.table):
            name = _leaked(project, function, rows, exposed.get(rows.table, ()))
            if name is None:
                continue
            if project.once(CallerChecks).trusts_server(function):
                return
            yield RULE.at(
                function.file,
                function.name_node,
                f"the public query `{function.name}` returns whole documents of `{rows.table}`, "
                f"`{name}` and all",
                hint="pick the fields that clients need before returning",
                confidence=Confidence.HIGH if function.returns is None else Confidence.MEDIUM,
                anchor=function.call,
            )
            return


def _secret_tables(project: Project) -> dict[str, tuple[str, ...]]:
    """The tables of the app that hold secrets, with the fields that do."""
    tables = (t for t in project.schemas.tables if project.component_of(t.file) is None)
    return {t.name: names for t in tables if (names := tuple(_secrets(t.document)))}


def _secrets(document: Validator) -> Iterator[str]:
    """The secret-looking fields of a table's documents, with the path of nested ones."""
    stack = [(variant, "") for variant in document.object_variants()]
    while stack:
        validator, prefix = stack.pop()
        for name, field in validator.fields.items():
            inner = field.inner
            if inner.kind not in _HARMLESS and _is_secret(name):
                yield prefix + name
            stack += [(variant, f"{prefix}{name}.") for variant in inner.object_variants()]


def _is_secret(name: str) -> bool:
    words = words_of(name)
    if not words or words[-1] in _ABOUT:
        return False
    return not _SECRETS.isdisjoint(words) or not _PAIRS.isdisjoint(pairwise(words))


def _leaked(
    project: Project, function: RegisteredFunction, rows: Rows, secrets: tuple[str, ...]
) -> str | None:
    left = [name for name in secrets if name.split(".")[0] not in rows.without]
    returns = function.returns
    if returns is not None and left:
        validator = read_validator(project, returns.file, returns.node)
        declared = {name for one in validator.walk() for name in one.fields}
        closed = all(one.complete for one in validator.walk())
        if closed and not any(one.kind == "any" for one in validator.walk()):
            left = [name for name in left if name.split(".")[0] in declared]
    return left[0] if left else None


RULE = Rule(
    id="sensitive-field-exposed",
    severity=Severity.WARNING,
    category="access",
    check_function=check,
)
