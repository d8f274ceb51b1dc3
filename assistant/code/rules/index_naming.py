"""An index is not named after its fields.

Why: a name such as `by_team_and_state` says at every `withIndex` which fields the range may use and
in which order; any other name has to be looked up in the schema.
Silent when: it is a search or vector index, the name or the fields can't be read, or the name would
be longer than Convex allows.

Bad:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      tickets: defineTable({ team: v.id("teams"), state: v.string() })
        .index("teamIndex", ["team", "state"]),
    });
Good:
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";

    export default defineSchema({
      tickets: defineTable({ team: v.id("teams"), state: v.string() })
        .index("by_team_and_state", ["team", "state"]),
    });

Intent:
    index & name | naming | named & field | by_ | convention | after | descriptive | consistent
      & not withIndex exist | exist;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code.project import Project
from assistant.code.rule import Report, Rule
from assistant.code.schema import Table

_LONGEST_NAME = 64
_CREATION_TIME = "_creationTime"


def check(table: Table, _project: Project) -> Iterator[Report]:
    """Report indexes whose name doesn't list the fields."""
    for index in table.indexes:
        if index.kind != "index" or not index.fields or index.name_node is None:
            continue
        fields = [field for field in index.fields if field != _CREATION_TIME]
        wanted = "by_" + "_and_".join(field.replace(".", "_") for field in fields)
        if not fields or index.name in (None, wanted) or len(wanted) > _LONGEST_NAME:
            continue
        listed = ", ".join(f"`{field}`" for field in index.fields)
        yield RULE.at(
            index.file,
            index.name_node,
            f"the index `{index.name}` doesn't name its fields {listed}",
            hint=f"call it `{wanted}`, here and in every `withIndex`",
        )


RULE = Rule(
    id="index-naming",
    severity=Severity.OFF,
    when_enabled=Severity.INFO,
    category="layout",
    check_table=check,
)
