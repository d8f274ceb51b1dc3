"""What each tool takes, with its limits: the input schemas that models are shown."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from agents.finding import Severity
from kb.search import Mode

LONGEST_TEXT = 10_000
"""Characters of a question or a query."""
LONGEST_CODE = 1_500_000
"""Characters; the code check reads no longer file either."""
MOST_NAMES = 50

Reference = Annotated[str, Field(min_length=1, max_length=300)]
RuleId = Annotated[str, Field(min_length=1, max_length=100)]
Names = Annotated[list[Reference], Field(max_length=MOST_NAMES)]
RuleIds = Annotated[list[RuleId], Field(max_length=200)]


class Arguments(BaseModel):
    """Base of all: what a schema doesn't name is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SearchKnowledge(Arguments):
    """Arguments of `search_knowledge`."""

    query: str = Field(
        min_length=1,
        max_length=LONGEST_TEXT,
        description="A question, key words, or identifiers such as ctx.db.query.",
    )
    k: int = Field(default=10, ge=1, le=50, description="How many passages at most.")
    mode: Mode = Field(
        default=Mode.HYBRID,
        description="By meaning (dense), by words (lexical), or both (hybrid).",
    )
    sources: Names = Field(
        default=[],
        description="Search only these: handles of agents, or names of added documentation.",
    )


class HistoryTurn(Arguments):
    """One earlier turn of a conversation."""

    role: Literal["user", "assistant", "system"]
    content: str = Field(max_length=100_000)


class Ask(Arguments):
    """Arguments of `ask`."""

    question: str = Field(
        min_length=1, max_length=LONGEST_TEXT, description="A design question about Convex."
    )
    agent: Reference | None = Field(
        default=None,
        description="Answer from this agent alone: HANDLE, HANDLE@3, HANDLE@production.",
    )
    k: int = Field(default=8, ge=1, le=50, description="How many passages are cited at most.")
    history: Annotated[list[HistoryTurn], Field(max_length=100)] = Field(
        default=[], description="Earlier turns, oldest first, when the question follows up on them."
    )


class CheckCode(Arguments):
    """Arguments of `check_code`."""

    code: str | None = Field(
        default=None,
        max_length=LONGEST_CODE,
        description="Source text to check; several files may be separated by comments such as"
        " `// convex/messages.ts`.",
    )
    filename: str = Field(
        default="convex/code.ts",
        min_length=1,
        max_length=4096,
        description="Where `code` lies or would lie; its ending tells the language (.ts, .tsx,"
        " .js, .md …). If the project has such a file, the project around it is taken into"
        " account.",
    )
    paths: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=4096)]], Field(max_length=MOST_NAMES)
    ] = Field(
        default=[],
        description="Files or folders to check on disk, in the project's folder or a granted"
        " root; relative ones start there. `.` is the whole project.",
    )
    agents: Names = Field(
        default=[],
        description="Hold the code only to what these agents ask for; all rules when empty.",
    )
    select: RuleIds = Field(default=[], description="Run only these rules.")
    ignore: RuleIds = Field(default=[], description="Leave these rules out.")
    severity: Severity = Field(
        default=Severity.INFO, description="Leave out findings below this severity."
    )
    limit: int = Field(
        default=200, ge=1, le=2000, description="How many findings are returned at most."
    )
    review: bool | None = Field(
        default=None,
        description="Whether to list the checklist items that no rule decides and that need your"
        " judgement; by default only where `agents` are named.",
    )


class ListAgents(Arguments):
    """Arguments of `list_agents`."""

    label: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None,
        description="Only the versions with this label, such as production; else the latest ones.",
    )


class GetAgent(Arguments):
    """Arguments of `get_agent`."""

    reference: Reference = Field(
        description="HANDLE, HANDLE@3, HANDLE@production or HANDLE@sha:PREFIX; HANDLE alone means"
        " the latest version."
    )
    text: bool = Field(default=True, description="Whether to return the document's text too.")


class ExplainRule(Arguments):
    """Arguments of `explain_rule`."""

    rule: RuleId = Field(description="The rule's id, as findings and answers name it.")
