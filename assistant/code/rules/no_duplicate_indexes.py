"""An index holds nothing that another index of its table doesn't hold.

Why: an index on `a` and `b` also serves every query on `a` alone. The shorter one is only written
along with each change and takes up one of the table's indexes.
Silent when: name or fields aren't written out in place, the index is staged, it is a search or
vector index, or it is added to a table that is kept in a variable.

Bad:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      visits: defineTable({ site: v.string(), at: v.number() })
        .index("by_site", ["site"])
        .index("by_site_and_at", ["site", "at"]),
    });
Good:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      visits: defineTable({ site: v.string(), at: v.number() })
        .index("by_site_and_at", ["site", "at"])
        .index("by_at", ["at"]),
    });

Intent:
    index & redundant | duplicate | overlapping | superfluous | unnecessary | unused |
    already covered | covered by | prefix of another;
    against index & every field | each field | extra | too many;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.modules import Category
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.schema import Index, Table


def check(table: Table, _project: Project) -> Iterator[Report]:
    """Report each index that another one of the same chain covers."""
    indexes = [index for index in table.indexes if _is_plain(index)]
    for place, index in enumerate(indexes):
        covering = next(
            (o for at, o in enumerate(indexes) if _covers(o, index, o_is_first=at < place)), None
        )
        if covering is None or covering.fields is None or index.fields is None:
            continue
        same = covering.fields == index.fields
        fields = ", ".join(f"`{name}`" for name in covering.fields)
        yield RULE.at(
            index.file,
            index.method_node,
            f"the index `{index.name}` has the same fields as `{covering.name}`"
            if same
            else f"the index `{index.name}` is only the beginning of `{covering.name}` ({fields})",
            hint=f"remove it and query `{covering.name}` instead",
            end=index.node,
        )


def _covers(other: Index, index: Index, *, o_is_first: bool) -> bool:
    if other is index or other.fields is None or index.fields is None:
        return False
    if other.fields == index.fields:
        return o_is_first
    return other.fields[: len(index.fields)] == index.fields


def _is_plain(index: Index) -> bool:
    """Whether the index is live, and written out on the spot: what the peer's rule looks at."""
    if index.kind != "index" or not index.direct or index.staged or not index.literal:
        return False
    listed = syntax.argument(index.node, 1)
    if listed is not None and listed.type == "object":
        members = listed.named_children
        if any(child.type not in ("pair", "comment") for child in members) or any(
            key.type == "computed_property_name"
            for key in (syntax.field(child, "key") for child in members)
            if key is not None
        ):
            return False
        listed = syntax.unwrap(syntax.object_member(listed, "fields"))
    return bool(index.fields) and listed is not None and listed.type == "array"


RULE = Rule(
    id="no-duplicate-indexes",
    severity=Severity.WARNING,
    category="reading",
    peer=True,
    files=frozenset({Category.DEPLOYED, Category.TEST}),
    check_table=check,
)
