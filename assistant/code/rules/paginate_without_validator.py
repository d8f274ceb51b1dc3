"""`.paginate(…)` takes options from an argument that `paginationOptsValidator` doesn't validate.

Why: the client's hooks send more than a cursor and a number, and what they send changes with the
version of Convex. A validator written by hand refuses it, and `v.any()` lets everything through.
Silent when: the options are put together in the code, or the validator can't be read.

Bad:
    import { query } from "./_generated/server";
    import { v } from "convex/values";

    export const list = query({
      args: { paginationOpts: v.any() },
      handler: async (ctx, args) => await ctx.db.query("songs").paginate(args.paginationOpts),
    });
Good:
    import { query } from "./_generated/server";
    import { paginationOptsValidator } from "convex/server";

    export const list = query({
      args: { paginationOpts: paginationOptsValidator },
      handler: async (ctx, args) => await ctx.db.query("songs").paginate(args.paginationOpts),
    });

Intent:
    paginationOptsValidator | paginationOpts | pagination option;
    .paginate | paginate() & efficient | argument | validator | list;
    pagination | paginate & list quer | list query | validator & not against paginate;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Confidence, Severity
from assistant.code import syntax
from assistant.code.builders import Provenance
from assistant.code.contexts import min_confidence
from assistant.code.project import Project
from assistant.code.queries import DbQuery
from assistant.code.rule import Report, Rule
from assistant.code.rules._arguments import Origin, origins, validator_of
from assistant.code.validators import UNKNOWN_KIND, Validator, read_validator

_RIGHT = "paginationOptsValidator"
_PLAIN = frozenset({"query", "mutation", "internalQuery", "internalMutation"})


def check(query: DbQuery, project: Project) -> Iterator[Report]:
    """Report a `.paginate` whose options come from an argument of another kind."""
    step = query.terminal
    if step is None or step.name != "paginate":
        return
    given = step.argument(0)
    if given is None:
        return
    for source in syntax.object_spreads(given) or [given]:
        for origin in origins(project, step.file, source, reassigned=True):
            validator = None if _is_left_out(project, origin) else validator_of(project, origin)
            if not origin.path or _is_fine(validator):
                continue
            name = origin.path[0]
            how = "without a validator" if validator is None else "with a validator of its own"
            yield RULE.at(
                step.file,
                step.name_node,
                f"`.paginate` takes its options from `{name}` of `{origin.function.name}`, "
                f"which is declared {how}",
                hint=f"declare `{name}: paginationOptsValidator` (from `convex/server`)",
                confidence=_confidence(query, origin),
            )
            return


def _is_left_out(project: Project, origin: Origin) -> bool:
    """Whether `args` is an object that can be read and doesn't declare the argument at all."""
    declared, builder = origin.function.args, origin.function.builder
    # A custom builder can declare arguments of its own, one out of sight too.
    named = builder.provenance is not Provenance.BY_NAME or (
        syntax.callee_name(origin.function.call) in _PLAIN
    )
    if declared is None or not origin.path or builder.layers or not named:
        return False
    whole = read_validator(project, declared.file, declared.node).inner
    return whole.kind == "object" and whole.complete and origin.path[0] not in whole.fields


def _is_fine(validator: Validator | None) -> bool:
    if validator is None:
        return False
    inner = validator.inner
    if inner.kind == "object":
        return not inner.complete
    return inner.kind in (_RIGHT, UNKNOWN_KIND) or inner.kind.endswith("Validator")


def _confidence(query: DbQuery, origin: Origin) -> Confidence:
    own = Confidence.MEDIUM if origin.helped else Confidence.HIGH
    return min_confidence(query.context.confidence, own)


RULE = Rule(
    id="paginate-without-validator",
    severity=Severity.WARNING,
    category="validation",
    check_query=check,
)
