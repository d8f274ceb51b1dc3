"""A real client of a provider against a server that says what the script says."""

from __future__ import annotations

import pytest
from scripted_model import Fail, Raw, Say, Script, ScriptedServer, scripted_server

from agents.errors import ModelError, UsageError
from agents.settings import Settings
from assistant.model import (
    ChatModel,
    Finish,
    Message,
    Reply,
    Usage,
    bounded,
    parse_model_name,
)
from assistant.model.opening import open_model
from assistant.model.streaming import MOST_CHARACTERS

ASKED = [Message("system", "Be brief."), Message("user", "What is a mutation?")]


def model_at(server: ScriptedServer, *, timeout: float = 20.0) -> ChatModel:
    settings = Settings(model_url=server.url, model_timeout=timeout)
    return open_model(parse_model_name("openai:scripted"), settings, {})


def reply(*script: Script, timeout: float = 20.0) -> tuple[Reply, ScriptedServer]:
    with scripted_server(*script) as server:
        return model_at(server, timeout=timeout).reply(ASKED, on_text=lambda _: None), server


def failure(*script: Script, timeout: float = 20.0) -> str:
    with scripted_server(*script) as server, pytest.raises(ModelError) as caught:
        model_at(server, timeout=timeout).reply(ASKED, on_text=lambda _: None)
    assert caught.value.hint
    return caught.value.message


def test_an_answer_comes_in_pieces_and_then_whole_with_its_tokens() -> None:
    pieces: list[str] = []
    with scripted_server(Say("A write transaction.", tokens=(12, 3))) as server:
        answer = model_at(server).reply(ASKED, on_text=pieces.append)
    assert len(pieces) > 2
    assert "".join(pieces) == answer.text == "A write transaction."
    assert answer.usage == Usage(12, 3)
    assert server.prompt("system") == "Be brief."
    assert server.requests[0]["temperature"] == 0


def test_an_answer_that_meets_the_limit_of_tokens_is_cut_off_and_no_error() -> None:
    assert reply(Say("A write", finish="length"))[0].finish is Finish.CUT_OFF


def test_a_model_that_goes_on_and_on_is_stopped() -> None:
    answer, _ = reply(Say("more and more " * 4000, piece=500))
    assert answer.finish is Finish.CUT_OFF
    assert len(answer.text) < MOST_CHARACTERS + 1000


@pytest.mark.parametrize("body", [b"A" * 5_000, b"data: " + b"A" * 5_000, b": alive\n\n" * 800])
def test_what_is_far_more_than_an_answer_is_not_read(
    body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event without an end fills the memory: a client reads it to its end."""
    monkeypatch.setattr(bounded, "MOST_BYTES", 2_000)
    assert failure(Raw(body)) == "the model openai:scripted sent far more than an answer"


def test_a_server_that_dies_in_the_middle_is_told_so() -> None:
    assert "broke off" in failure(Say("A write trans", dies=True))


def test_a_stream_that_ends_without_a_reason_broke_off() -> None:
    assert "broke off" in failure(Say("A write trans", finish=None, tokens=None))


def test_an_error_in_the_stream_breaks_it_off() -> None:
    begun = b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"A wr"}}]}\n\n'
    error = b'data: {"error":{"message":"slot gone"}}\n\n'
    assert "broke off" in failure(Raw(begun + error))


@pytest.mark.parametrize("alive", [False, True])
def test_silence_ends_the_wait_whether_or_not_the_connection_shows_signs_of_life(
    alive: bool,
) -> None:
    told = failure(Say("", hangs=True, alive=alive), timeout=0.3)
    assert "said nothing" in told or "did not answer in time" in told or "broke off" in told


def test_a_rate_limit_is_waited_for_and_then_told() -> None:
    answer, server = reply(Fail(429, "slow down"), Say("A write."))
    assert (answer.text, len(server.requests)) == ("A write.", 2)
    assert "limits how often" in failure(Fail(429, "slow down"))


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (Fail(401, "bad key sk-secret-1234"), "no key that openai accepts"),
        (Fail(403, "bad key sk-secret-1234"), "no key that openai accepts"),
        (Fail(404, "no such model"), "has no model scripted"),
        (Fail(400, "your prompt is too long", "context_length_exceeded"), "too long"),
        (Fail(400, "messages: bad"), "takes no such request"),
        (Fail(500, "internal"), "failure of its own"),
        (Say("", finish="content_filter"), "refused"),
        (Say("", finish="stop"), "empty answer"),
        (Say(" \n\t", finish="stop"), "empty answer"),
        (Raw(b"data: {not json}\n\n"), "usable answer"),
        (Raw(b"<html>It works!</html>"), "usable answer"),
    ],
)
def test_every_failure_is_told_in_a_line_of_its_own(step: Script, told: str) -> None:
    message = failure(step)
    assert told in message
    assert "sk-secret" not in message
    assert "\n" not in message


def test_a_server_that_is_not_there_is_told_with_the_variable_that_names_it() -> None:
    with scripted_server(Say("x")) as server:
        gone = model_at(server)
    with pytest.raises(ModelError, match=r"can't be reached.*CONVEXPERT_MODEL_URL"):
        gone.reply(ASKED, on_text=lambda _: None)


@pytest.mark.parametrize(
    ("option", "named"), [("temperature", "temperature"), ("stream_options", "stream_options")]
)
def test_an_option_that_the_server_does_not_know_is_left_out(option: str, named: str) -> None:
    def strict(request: dict[str, object]) -> Say | Fail:
        return Fail(400, f"unsupported: {named}") if option in request else Say("A write.")

    answer, server = reply(strict)
    assert answer.text == "A write."
    assert [option in request for request in server.requests] == [True, False]


def test_an_unknown_provider_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="did you mean ollama"):
        open_model(parse_model_name("olama:x"), Settings(), {})


def test_a_missing_package_names_what_to_install() -> None:
    with pytest.raises(ModelError, match="pip install langchain-groq"):
        open_model(parse_model_name("groq:x"), Settings(), {})


def test_a_missing_key_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        open_model(parse_model_name("openai:x"), Settings(), {})


@pytest.mark.parametrize("url", ["localhost:8080", "ftp://x/v1", "http://", "http://[", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="address is none"):
        open_model(parse_model_name("openai:x"), Settings(model_url=url), {})


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with scripted_server(Say("A write.")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        environ = {"OPENAI_BASE_URL": server.url}
        model = open_model(parse_model_name("openai:x"), Settings(), environ)
        assert model.reply(ASKED, on_text=lambda _: None).text == "A write."
