"""A session as a Markdown document."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.chat.session import Session, SessionTurn


def session_markdown(session: Session) -> str:
    """The questions as headings, the answers with their sources below them."""
    parts = [f"# {session.title or 'Conversation'}", f"{session.started_at}, {session.id}"]
    for turn in session.turns:
        parts += _turn(turn)
    return "\n\n".join(parts) + "\n"


def _turn(turn: SessionTurn) -> Iterator[str]:
    yield f"## {' '.join(turn.question.split())}"
    asked = [part for part in (turn.agent, turn.answer.get("model")) if part]
    if asked:
        yield f"Asked of {', '.join(asked)}."
    yield turn.text
    citations = turn.answer.get("citations") or []
    if citations:
        yield "\n".join(f"- {line}" for line in map(source_line, citations))


def source_line(citation: dict[str, object]) -> str:
    """A citation on one line: number, source and version, file and lines, heading."""
    lines = citation.get("lines")
    first, last = lines if isinstance(lines, list) and len(lines) == 2 else ("?", "?")
    place = f"{citation.get('path')}:{first}" + (f"-{last}" if last != first else "")
    heading = citation.get("heading")
    under = (
        f", {' › '.join(map(str, heading[-2:]))}" if isinstance(heading, list) and heading else ""
    )
    return (
        f"[{citation.get('n')}] {citation.get('source')}@{citation.get('version')} {place}{under}"
    )
