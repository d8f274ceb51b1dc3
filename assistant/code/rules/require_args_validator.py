"""A registered function declares no `args`.

Why: without a validator a function takes whatever a client sends, and TypeScript's types are no
protection: they are gone at run time.
Silent when: it is an HTTP action, the configuration is an object given by name, or it holds a
spread that can't be read.

Bad:
    import { mutation } from "./_generated/server";

    export const rename = mutation({
      handler: async (ctx, args: any) => {
        await ctx.db.patch(args.id, { name: args.name });
      },
    });
Good:
    import { mutation } from "./_generated/server";
    import { v } from "convex/values";

    export const rename = mutation({
      args: { id: v.id("boards"), name: v.string() },
      handler: async (ctx, { id, name }) => {
        await ctx.db.patch(id, { name });
      },
    });

Intent:
    @args & @validate | validator & not returns | client argument | user id argument;
    args & declare | define | every | all | specify & function | @function;
    =validator | =validators & @function | @args | field | every | use & not deprecated | return
      | index | http | table name;
    argument and return | args and returns | argument and return value & validator;
    v. | v.object & @args | @function & not return | v.any | v.id | against v. | deprecated;
    data validation | field validation | input validation;
    skip | without & validator | validation & function | @args;
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from assistant.code import syntax
from assistant.code.builders import Kind
from assistant.code.functions import RegisteredFunction
from assistant.code.project import Project
from assistant.code.rule import PEER_FILES, Report, Rule


def check(function: RegisteredFunction, _project: Project) -> Iterator[Report]:
    """Report a function without `args`."""
    if function.kind is Kind.HTTP_ACTION or function.args is not None:
        return
    config = function.config
    if config is not None and not syntax.is_inside(config.node, function.call):
        return
    if not function.config_is_complete or _builder_declares(function):
        return
    yield RULE.at(
        function.file,
        function.name_node,
        f"the {function.kind} `{function.name}` takes arguments that nothing validates",
        hint="declare `args: { … }` with validators, or `args: {}` where it takes none",
        anchor=function.call if config is None else config.node,
    )


def _builder_declares(function: RegisteredFunction) -> bool:
    """`(run) => mutation({ args: { id: v.id("runs") }, handler: … })` as the builder."""
    return any(
        syntax.object_member(syntax.argument(made, 0), "args") is not None
        for layer in function.builder.layers
        if layer.node.type in syntax.FUNCTION_KINDS and function.config is None
        for made in syntax.returned_expressions(layer.node)
        if made.type == "call_expression"
    )


RULE = Rule(
    id="require-args-validator",
    severity=Severity.ERROR,
    category="validation",
    peer=True,
    files=PEER_FILES,
    check_function=check,
)
