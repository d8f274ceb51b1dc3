"""Which document under test is a model's prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.outcome import PassageGone
from evals.passages import version_named

if TYPE_CHECKING:
    from agents.registry import AgentVersion


def prompted_agent(name: str, versions: Sequence[AgentVersion]) -> AgentVersion:
    """The document of that name; where only one is under test, that one, whatever its name.

    So a suite made for one agent can be run over another: it is enough to name that with
    `--agents`. Raises PassageGone where several are under test and none has the name.
    """
    if len(versions) == 1:
        return versions[0]
    if not name:
        raise PassageGone("several documents are under test: `agent` or --agents names one")
    return version_named(name, versions)
