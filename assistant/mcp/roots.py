"""The folders that a client grants: its roots.

Up to 2025-11-25 the server asks the client for them while the call waits; from 2026-07-28 on the
call is answered by the question, and the client repeats it with the roots.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import mcp_types as types
from mcp.server.context import ServerRequestContext  # noqa: TID253
from mcp.shared.exceptions import MCPError  # noqa: TID253
from mcp.shared.message import ServerMessageMetadata  # noqa: TID253
from mcp_types.version import is_version_at_least
from pydantic import ValidationError

from assistant.toolbox.folders import Folders, folders

MOST_ROOTS = 100
PATIENCE = 10.0
"""Seconds for a client to name its roots."""

_ASKED_IN_RESULT = "2026-07-28"
_KEY = "roots"

Context = ServerRequestContext[Any, Any]


async def granted_folders(
    context: Context, params: types.CallToolRequestParams
) -> Folders | types.InputRequiredResult:
    """The client's roots on this machine; none where it has none to grant or doesn't say.

    An InputRequiredResult is what the call is to be answered with, to be told the roots.
    """
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.roots is None:
        return Folders()
    if is_version_at_least(context.protocol_version, _ASKED_IN_RESULT):
        answers = params.input_responses
        if answers is None:
            return types.InputRequiredResult(input_requests={_KEY: types.ListRootsRequest()})
        answer = answers.get(_KEY)
        return _folders(answer) if isinstance(answer, types.ListRootsResult) else Folders()
    if not context.session.can_send_request:
        return Folders()
    try:
        answer = await context.session.send_request(
            types.ListRootsRequest(),
            types.ListRootsResult,
            request_read_timeout_seconds=PATIENCE,
            metadata=ServerMessageMetadata(related_request_id=context.request_id),
        )
    except (MCPError, ValidationError, TimeoutError):
        return Folders()
    return _folders(answer)


def _folders(answer: types.ListRootsResult) -> Folders:
    return folders(_paths(str(root.uri) for root in answer.roots[:MOST_ROOTS]))


def _paths(addresses: Iterable[str]) -> Iterable[Path]:
    for address in addresses:
        parts = urlsplit(address)
        path = unquote(parts.path)
        on_this_machine = parts.scheme == "file" and parts.hostname in (None, "", "localhost")
        if on_this_machine and path.startswith("/") and "\0" not in path:
            yield Path(path)
