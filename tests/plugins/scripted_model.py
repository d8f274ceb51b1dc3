"""A server on loopback that speaks OpenAI's chat protocol and says what a script says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """Answer with a text, streamed in pieces of some characters."""

    text: str
    finish: str | None = "stop"
    """None: the stream ends without saying why."""
    tokens: tuple[int, int] | None = (100, 20)
    piece: int = 7
    dies: bool = False
    """Whether the connection breaks after the text."""
    hangs: bool = False
    """Whether nothing more comes after the text, but the connection stays."""
    alive: bool = False
    """Whether signs of life without content come while it hangs."""


@dataclass(frozen=True)
class Fail:
    """Answer with a status and a message."""

    status: int
    message: str = "no"
    code: str | None = None


@dataclass(frozen=True)
class Raw:
    """Answer with these bytes as the event stream."""

    body: bytes


Step = Say | Fail | Raw
Script = Step | Callable[[Request], Step]


@dataclass
class ScriptedServer:
    """Takes the steps of a script in turn; the last one again and again."""

    script: list[Script]
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    closing: threading.Event = field(default_factory=threading.Event)

    def next(self, request: Request) -> Step:
        """The step for a request."""
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return step(request) if callable(step) else step

    def prompt(self, role: str, request: int = -1) -> str:
        """What was said in a role in a request."""
        messages = self.requests[request]["messages"]
        return "\n".join(m["content"] for m in messages if m["role"] == role)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripted: ScriptedServer

    def log_message(self, *_: object) -> None:
        pass

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        step = self.scripted.next(json.loads(self.rfile.read(length)))
        try:
            self._answer(step)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _answer(self, step: Step) -> None:
        if isinstance(step, Fail):
            error = {"error": {"message": step.message, "code": step.code, "type": "scripted"}}
            self._whole(step.status, json.dumps(error).encode(), "application/json")
        elif isinstance(step, Raw):
            self._whole(200, step.body, "text/event-stream")
        else:
            self._stream(step)

    def _whole(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("retry-after-ms", "1")
        self.send_header("connection", "close")  # no client keeps a socket that nobody closes
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, step: Say) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for at in range(0, len(step.text), step.piece):
            self._event({"content": step.text[at : at + step.piece]})
        if step.dies:
            self.close_connection = True  # without the last, empty piece
            return
        if step.hangs:
            while not self.scripted.closing.wait(0.05):
                if step.alive:
                    self._piece(b": alive\n\n")
            self.close_connection = True
            return
        if step.finish is not None:
            self._event({}, finish=step.finish)
        if step.tokens is not None:
            self._usage(*step.tokens)
        self._piece(b"data: [DONE]\n\n")
        self._piece(b"")

    def _event(self, delta: dict[str, str], *, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": finish}
        self._data({"choices": [choice]})

    def _usage(self, given: int, said: int) -> None:
        usage = {
            "prompt_tokens": given,
            "completion_tokens": said,
            "total_tokens": given + said,
        }
        self._data({"choices": [], "usage": usage})

    def _data(self, body: dict[str, Any]) -> None:
        whole = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", **body}
        self._piece(f"data: {json.dumps(whole)}\n\n".encode())

    def _piece(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@contextmanager
def scripted_server(*script: Script) -> Iterator[ScriptedServer]:
    """A running server; `url` is what CONVEXPERT_MODEL_URL takes."""
    scripted = ScriptedServer(list(script))
    handler = type("Handler", (_Handler,), {"scripted": scripted})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scripted.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield scripted
    finally:
        scripted.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
