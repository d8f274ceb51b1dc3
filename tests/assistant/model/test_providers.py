"""Providers that speak another protocol than OpenAI's, by their own clients."""

from __future__ import annotations

import json

import pytest
from scripted_model import Raw, scripted_server

from agents.errors import ModelError
from agents.settings import Settings
from assistant.model import Message, Reply, Usage, bounded, parse_model_name
from assistant.model.opening import open_model

ASKED = [Message("system", "Be brief."), Message("user", "What is a mutation?")]


def reply(name: str, body: bytes) -> Reply:
    with scripted_server(Raw(body)) as server:
        settings = Settings(model_url=server.url.removesuffix("/v1"), model_timeout=20.0)
        model = open_model(parse_model_name(name), settings, {})
        return model.reply(ASKED, on_text=lambda _: None)


def events(*data: dict[str, object]) -> bytes:
    return b"".join(f"event: {d['type']}\ndata: {json.dumps(d)}\n\n".encode() for d in data)


def anthropic(text: str, stop: str | None) -> bytes:
    message = {
        "id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": None, "stop_sequence": None,
        "usage": {"input_tokens": 12, "output_tokens": 1},
    }  # fmt: skip
    told: list[dict[str, object]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": text},
        },
    ]
    if stop is not None:
        told += [
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": stop, "stop_sequence": None},
                "usage": {"input_tokens": 12, "output_tokens": 3},
            },
            {"type": "message_stop"},
        ]
    return events(*told)


def ollama(text: str, *, done: bool) -> bytes:
    lines: list[dict[str, object]] = [
        {"model": "m", "message": {"role": "assistant", "content": text}, "done": False}
    ]
    if done:
        end = {"model": "m", "message": {"role": "assistant", "content": ""}, "done": True}
        lines.append({**end, "done_reason": "stop", "prompt_eval_count": 12, "eval_count": 3})
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def test_anthropic_answers_refuses_and_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "x")
    answer = reply("anthropic:m", anthropic("A write.", "end_turn"))
    assert (answer.text, answer.usage) == ("A write.", Usage(12, 3))
    with pytest.raises(ModelError, match="refused"):
        reply("anthropic:m", anthropic("A wr", "refusal"))
    with pytest.raises(ModelError, match="broke off"):
        reply("anthropic:m", anthropic("A wr", None))


def test_ollama_answers_and_breaks_off() -> None:
    pytest.importorskip("langchain_ollama")
    answer = reply("ollama:m", ollama("A write.", done=True))
    assert (answer.text, answer.usage) == ("A write.", Usage(12, 3))
    with pytest.raises(ModelError, match="broke off"):
        reply("ollama:m", ollama("A wr", done=False))


def test_far_more_than_an_answer_is_not_read_from_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("langchain_ollama")
    monkeypatch.setattr(bounded, "MOST_BYTES", 2_000)
    with pytest.raises(ModelError, match="far more than an answer"):
        reply("ollama:m", b"A" * 5_000)
