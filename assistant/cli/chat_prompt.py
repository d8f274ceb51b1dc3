"""The line at which one types in a chat: history, several lines, completion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assistant.chat.slash import COMMANDS

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.key_binding import KeyBindings

    from assistant.chat.conversation import Conversation

PROMPT = "› "
CONTINUED = "… "
HISTORY = "history"
"""The file beside the sessions that holds what was typed."""


def terminal_lines(conversation: Conversation) -> Iterator[str]:
    """What is typed, until Ctrl-D. Ctrl-C empties the line."""
    prompt = _prompt(conversation)
    while True:
        try:
            yield prompt.prompt(PROMPT)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return


def _prompt(conversation: Conversation) -> PromptSession[str]:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.history import FileHistory

    conversation.store.make_folder()
    path = conversation.store.folder / HISTORY
    path.touch(mode=0o600)
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(path)),
        multiline=True,
        prompt_continuation=CONTINUED,
        key_bindings=_keys(),
        completer=_completer(conversation),
        complete_while_typing=Condition(
            lambda: session.default_buffer.document.text.startswith("/")
        ),
    )
    return session


def _keys() -> KeyBindings:
    """Enter sends, unless the line ends with a backslash; Alt-Enter starts a new line."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def send(event: Any) -> None:
        buffer = event.current_buffer
        if buffer.document.current_line_before_cursor.endswith("\\"):
            buffer.delete_before_cursor(1)
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def new_line(event: Any) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _completer(conversation: Conversation) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion, PathCompleter
    from prompt_toolkit.document import Document

    paths = PathCompleter(expanduser=True)

    class SlashCompleter(Completer):
        """Completes the names of commands, and what they take."""

        def get_completions(
            self, document: Document, complete_event: CompleteEvent
        ) -> Iterator[Completion]:
            name, space, argument = document.text_before_cursor.partition(" ")
            if not name.startswith("/"):
                return
            if not space:
                for command in COMMANDS:
                    if f"/{command.name}".startswith(name):
                        yield Completion(f"/{command.name}", -len(name), display_meta=command.does)
            elif name in ("/check", "/export"):
                yield from paths.get_completions(Document(argument), complete_event)
            else:
                for word in arguments_of(name, conversation):
                    if word.startswith(argument):
                        yield Completion(word, -len(argument))

    return SlashCompleter()


def arguments_of(command: str, conversation: Conversation) -> list[str]:
    """What a command can take: handles and labels, rules, providers of models."""
    if command == "/agent":
        versions = conversation.registry.agents()
        labelled = [f"{v.handle}@{label}" for v in versions for label in v.labels]
        return ["none", *(version.handle for version in versions), *labelled]
    if command == "/rules":
        from assistant.code.catalogue import rule_ids

        return list(rule_ids())
    if command == "/model":
        return ["none", "anthropic:", "ollama:", "openai:"]
    return []
