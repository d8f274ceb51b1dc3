"""The tools: their names, what models are told about them, what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from agents.errors import ConvexpertError, UsageError
from assistant.toolbox import arguments, results
from assistant.toolbox.box import Json, Toolbox
from assistant.toolbox.folders import Folders

Run = Callable[[Toolbox, Any, Folders], Json]

_MOST_ERRORS = 5


class Lane(StrEnum):
    """What tools work on; a slow call in one lane doesn't hold up the others."""

    REGISTRY = "registry"
    SEARCH = "search"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool, however it is offered."""

    name: str
    title: str
    description: str
    """For models: what it does, when to call it, what to do with the result."""
    takes: type[arguments.Arguments]
    returns: results.Schema
    """JSON Schema of what it returns."""
    run: Run
    lane: Lane
    """What it waits for: calls of one lane take turns."""

    @property
    def input_schema(self) -> results.Schema:
        """JSON Schema of the arguments, without references, which some clients don't follow."""
        schema = self.takes.model_json_schema()
        inlined: results.Schema = _inlined(schema, schema.get("$defs", {}))
        del inlined["description"]
        return inlined

    def read(self, given: Mapping[str, Any]) -> arguments.Arguments:
        """The arguments as values. Raises UsageError that says what is wrong with which."""
        try:
            return self.takes.model_validate(dict(given))
        except ValidationError as error:
            raise UsageError(complaint(error), hint=f"see the input schema of {self.name}") from (
                error
            )

    def call(
        self, toolbox: Toolbox, given: Mapping[str, Any], granted: Folders | None = None
    ) -> Json:
        """The result for these arguments. Raises ConvexpertError."""
        return self.run(toolbox, self.read(given), granted or Folders())


def told(error: ConvexpertError) -> str:
    """An error as a model reads it: what is wrong, and what to do."""
    text = f"{error.where}: {error.message}" if error.where else error.message
    return f"{text}\nhint: {error.hint}" if error.hint else text


def complaint(error: ValidationError) -> str:
    """What is wrong with which argument, on one line."""
    found = error.errors(include_url=False, include_input=False)
    parts = [
        f"`{'.'.join(map(str, one['loc']))}`: {one['msg']}" if one["loc"] else str(one["msg"])
        for one in found[:_MOST_ERRORS]
    ]
    if len(found) > _MOST_ERRORS:
        parts.append(f"and {len(found) - _MOST_ERRORS} more")
    return "; ".join(parts)[:1000]


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        own = {key: value for key, value in schema.items() if key != "$ref"}
        return _inlined({**definitions[reference.rpartition("/")[2]], **own}, definitions)
    # `title` as a keyword repeats the property's name; as a property's own name it is a schema.
    return {
        key: _inlined(value, definitions)
        for key, value in schema.items()
        if key != "$defs" and not (key == "title" and isinstance(value, str))
    }


TOOLS: tuple[Tool, ...] = (
    Tool(
        "search_knowledge",
        "Search the Convex knowledge base",
        "Find passages of the registered Convex agent documents and added documentation that fit"
        " a question, key words or identifiers (`ctx.db.query`, `withIndex`). Use it to read what"
        " the team's documents say before you write or review Convex code, or when `ask` does not"
        " cover a question. Each result carries its exact text, its source, its version and its"
        " lines, to be cited.",
        arguments.SearchKnowledge,
        results.SEARCH,
        lambda box, asked, _: box.search_knowledge(asked),
        Lane.SEARCH,
    ),
    Tool(
        "ask",
        "Ask a Convex design question",
        "Answer a design question about Convex (where code belongs, queries and indexes,"
        " actions, auth, schema, components …) from the registered documents, with citations"
        " whose quotes are exact. Use it before you decide how to build something. A status of"
        " `not_covered` means that the documents don't answer: say so, don't guess in their name."
        " `rules` names the code rules that enforce the answer; see `explain_rule`.",
        arguments.Ask,
        results.ANSWER,
        lambda box, asked, _: box.ask(asked),
        Lane.SEARCH,
    ),
    Tool(
        "check_code",
        "Check Convex code",
        "Check Convex TypeScript or JavaScript, and the examples in Markdown, by static analysis"
        " against the checklists of the registered documents: reads without an index, missing"
        " access control and validators, side effects in transactions, N+1 reads and more. Call"
        " it on code that you have written, before you hand it over. Give `code` for a text, or"
        " `paths` for files and folders of the project; both may be given. It changes nothing."
        " Each finding names line, column, rule and the checklist items that ask for it.",
        arguments.CheckCode,
        results.FINDINGS,
        lambda box, asked, granted: box.check_code(asked, granted),
        Lane.CHECK,
    ),
    Tool(
        "list_agents",
        "List the registered agents",
        "List the registered agent definition documents with handle, description, version and"
        " labels. Use it to find the handle that `ask`, `check_code` and `get_agent` take.",
        arguments.ListAgents,
        results.AGENTS,
        lambda box, asked, _: box.list_agents(asked),
        Lane.REGISTRY,
    ),
    Tool(
        "get_agent",
        "Read an agent",
        "Read one registered agent definition document: its text, frontmatter, outline, code"
        " examples, and its checklist with the rules that enforce each item. Use it to take on"
        " the agent's role or to review the document itself.",
        arguments.GetAgent,
        results.AGENT,
        lambda box, asked, _: box.get_agent(asked),
        Lane.REGISTRY,
    ),
    Tool(
        "explain_rule",
        "Explain a code rule",
        "Explain a rule of the code check: why it matters, when it is silent, a bad and a good"
        " example, and the checklist items of the registered documents that ask for it. Use it"
        " to mend a finding of `check_code`, or to follow up on the rules of an answer.",
        arguments.ExplainRule,
        results.RULE,
        lambda box, asked, _: box.explain_rule(asked),
        Lane.REGISTRY,
    ),
)
"""In the order in which they are listed."""
