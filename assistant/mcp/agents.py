"""The registered agents as prompts and as resources, and completions for their names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import quote, unquote

import mcp_types as types
from mcp.shared.exceptions import MCPError  # noqa: TID253

from agents.errors import ConvexpertError, UsageError
from agents.registry import AgentVersion, Registry
from agents.registry.describe import jsonable

PREFIX = "convexpert://agents/"
TEMPLATE = f"{PREFIX}{{handle}}"
VERSION_TEMPLATE = f"{PREFIX}{{handle}}/versions/{{version}}"
MARKDOWN = "text/markdown"

PAGE = 500
"""Agents in one answer; clients ask for the next page by its cursor."""
MOST_COMPLETIONS = 100
LONGEST_TASK = 100_000
"""Characters of a prompt's task."""

Described = TypeVar("Described", types.Prompt, types.Resource)

_ARGUMENTS = [
    types.PromptArgument(
        name="task", description="What to do in this role; leave it out to only take on the role."
    ),
    types.PromptArgument(
        name="version", description="A number, a label such as production, or sha:PREFIX."
    ),
]


def list_prompts(registry: Registry, cursor: str | None) -> types.ListPromptsResult:
    """Each visible agent as a prompt, by handle."""
    versions, following = _page(registry, cursor)
    prompts = [
        types.Prompt(
            name=version.handle,
            title=_clean(version.name),
            description=_clean(version.description),
            arguments=_ARGUMENTS,
        )
        for version in versions
    ]
    return types.ListPromptsResult(prompts=prompts, next_cursor=following)


def get_prompt(
    registry: Registry, handle: str, given: dict[str, str] | None
) -> types.GetPromptResult:
    """The agent's instructions as a message, with the task below. Raises ConvexpertError."""
    asked = given or {}
    unknown = sorted(set(asked) - {"task", "version"})
    if unknown:
        raise UsageError(f"a prompt takes no {unknown[0]!r}", hint="it takes task and version")
    task = asked.get("task", "").strip()
    if len(task) > LONGEST_TASK:
        raise UsageError(f"the task is longer than {LONGEST_TASK:,} characters")
    chosen = asked.get("version", "").strip()
    version = registry.resolve(f"{handle}@{chosen}" if chosen else handle)
    text = instructions_of(version)
    if task:
        text = f"{text.rstrip()}\n\n---\n\n{task}\n"
    message = types.PromptMessage(role="user", content=types.TextContent(text=_clean(text)))
    return types.GetPromptResult(description=_clean(version.description), messages=[message])


def instructions_of(version: AgentVersion) -> str:
    """The document without its frontmatter: what the agent is told."""
    document = version.document
    head = document.frontmatter.lines
    if head is None:
        return document.text
    # Lines end as in `agents.location`; those of a text end with other characters too.
    lines = document.text.encode("utf-8", "replace").splitlines(keepends=True)
    return b"".join(lines[head.end :]).decode("utf-8").lstrip("\r\n")


def list_resources(registry: Registry, cursor: str | None) -> types.ListResourcesResult:
    """Each visible agent's document as a resource, by handle."""
    versions, following = _page(registry, cursor)
    resources = [
        types.Resource(
            uri=f"{PREFIX}{quote(version.handle, safe='')}",
            name=version.handle,
            title=_clean(version.name),
            description=_clean(version.description),
            mime_type=MARKDOWN,
        )
        for version in versions
    ]
    return types.ListResourcesResult(resources=resources, next_cursor=following)


def list_templates() -> types.ListResourceTemplatesResult:
    """How resources are addressed."""
    return types.ListResourceTemplatesResult(
        resource_templates=[
            types.ResourceTemplate(
                uri_template=TEMPLATE,
                name="agent",
                title="Agent",
                description="The latest version of an agent definition document.",
                mime_type=MARKDOWN,
            ),
            types.ResourceTemplate(
                uri_template=VERSION_TEMPLATE,
                name="agent-version",
                title="Version of an agent",
                description="A version by its number, a label such as production, or sha:PREFIX.",
                mime_type=MARKDOWN,
            ),
        ]
    )


def read_resource(registry: Registry, uri: str) -> types.ReadResourceResult:
    """The document's text as imported. Raises ConvexpertError, and MCPError for another address."""
    version = registry.resolve(_reference(uri))
    contents = types.TextResourceContents(
        uri=uri, mime_type=MARKDOWN, text=_clean(version.document.text)
    )
    return types.ReadResourceResult(contents=[contents])


def _reference(uri: str) -> str:
    place = uri.removeprefix(PREFIX)
    handle, _, rest = place.partition("/")
    kind, _, chosen = rest.partition("/")
    plain = not rest or (kind == "versions" and chosen)
    if place == uri or not handle or not plain or len(uri) > 1000:
        raise MCPError(
            code=types.INVALID_PARAMS,
            message=f"no such resource; resources are {TEMPLATE} and {VERSION_TEMPLATE}",
            data={"uri": uri[:1000]},
        )
    return f"{unquote(handle)}@{unquote(chosen)}" if chosen else unquote(handle)


def complete(registry: Registry, params: types.CompleteRequestParams) -> types.CompleteResult:
    """Handles, and the versions of an agent, that begin with what is typed already."""
    typed = params.argument.value
    known = (params.context.arguments if params.context else None) or {}
    wanted = params.argument.name
    names: Sequence[str] = ()
    if isinstance(params.ref, types.PromptReference):
        names = _versions(registry, params.ref.name) if wanted == "version" else ()
    elif params.ref.uri in (TEMPLATE, VERSION_TEMPLATE):
        if wanted == "handle":
            names = [version.handle for version in registry.agents()]
        elif wanted == "version":
            names = _versions(registry, known.get("handle", ""))
    fitting = [name for name in names if name.startswith(typed)]
    return types.CompleteResult(
        completion=types.Completion(
            values=fitting[:MOST_COMPLETIONS],
            total=len(fitting),
            has_more=len(fitting) > MOST_COMPLETIONS,
        )
    )


def _versions(registry: Registry, handle: str) -> list[str]:
    """Labels, then numbers, newest first; none for a handle that names nothing."""
    try:
        versions = registry.versions(handle)
    except ConvexpertError:
        return []
    labels = sorted({label for version in versions for label in version.labels})
    return [*labels, *(str(version.number) for version in reversed(versions))]


def _page(registry: Registry, cursor: str | None) -> tuple[list[AgentVersion], str | None]:
    """The agents after the one that the cursor names, and the next cursor."""
    after = [v for v in registry.agents() if cursor is None or v.handle > cursor]
    page = after[:PAGE]
    return page, page[-1].handle if len(after) > PAGE else None


def _clean(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can't carry."""
    return str(jsonable(text))
