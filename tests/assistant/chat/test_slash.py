"""Lines that begin with a slash."""

from __future__ import annotations

import pytest

from agents.errors import UsageError
from assistant.chat.slash import COMMANDS, Called, read_command


def test_a_command_is_read_with_its_argument_and_anything_else_is_a_question() -> None:
    assert read_command("/agent  convex-expert@2 ") == Called("agent", "convex-expert@2")
    assert read_command("/check my folder/a.ts") == Called("check", "my folder/a.ts")
    assert read_command("/exit") == Called("quit", "")
    assert read_command("What is /agent?") is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/agnet x", "did you mean /agent"),
        ("/", "/help"),
        ("/check", "needs FILE"),
        ("/export ", "needs FILE"),
        ("/sources all", "takes nothing"),
    ],
)
def test_what_is_no_command_is_refused_with_what_to_do(line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_command(line)


def test_the_commands_of_the_contract_are_there() -> None:
    wanted = {"agent", "model", "sources", "check", "rules", "export", "help", "quit"}
    assert {command.name for command in COMMANDS} == wanted
