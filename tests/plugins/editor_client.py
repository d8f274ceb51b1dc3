"""An editor, as far as a language server sees one: a real process at the other end of two pipes."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

PATIENCE = 120.0
"""Seconds for an answer; a machine under load is slow, and a missing one fails the test."""


class EditorClient:
    """Starts `convexpert lsp` and talks to it by the protocol's own bytes."""

    def __init__(
        self, folder: Path | None, workspace: Path, *, encodings: list[str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant.cli", "--workspace", str(workspace), "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder or workspace.parent,
        )
        self.folder = folder
        self.notes: list[dict[str, Any]] = []
        """All notifications that have been looked at."""
        self._number = 0
        self._versions: dict[str, int] = {}
        self._inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        capabilities: dict[str, Any] = {
            "textDocument": {"hover": {"contentFormat": ["markdown"]}},
            "workspace": {"workspaceEdit": {"documentChanges": True}},
        }
        if encodings is not None:
            capabilities["general"] = {"positionEncodings": encodings}
        folders = [{"uri": folder.as_uri(), "name": folder.name}] if folder else None
        self.initialized = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri() if folder else None,
                "capabilities": capabilities,
                "workspaceFolders": folders,
            },
        )
        self.notify("initialized", {})

    def __enter__(self) -> EditorClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            if error is None:
                self.leave()
            else:
                self.process.kill()
        self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()

    # --- messages -------------------------------------------------------------------------------

    def request(self, method: str, params: Any) -> Any:
        """The result of a request; an error's message is raised as RuntimeError."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            message = self.next()
            if message.get("id") == self._number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(message["error"]["message"])
                return message["result"]

    def notify(self, method: str, params: Any) -> None:
        """Say something that has no answer."""
        self._send({"method": method, "params": params})

    def send_bytes(self, data: bytes) -> None:
        """Send just these bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def next(self) -> dict[str, Any]:
        """The next message of the server."""
        message = self._inbox.get(timeout=PATIENCE)
        assert message is not None, "the server has closed its output"
        if "method" in message:
            self.notes.append(message)
        return message

    def leave(self) -> int:
        """Shut the server down as the protocol has it; its exit status."""
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(PATIENCE)

    # --- files ----------------------------------------------------------------------------------

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with another text than on disk where one is given; its URI."""
        uri = path.as_uri()
        self._versions[uri] = 1
        shown = path.read_text(encoding="utf-8") if text is None else text
        item = {"uri": uri, "languageId": "typescript", "version": 1, "text": shown}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def type(self, uri: str, start: tuple[int, int], end: tuple[int, int], text: str) -> int:
        """Replace a range, 0-based lines and columns in units; the text's new version."""
        at = {
            "start": {"line": start[0], "character": start[1]},
            "end": {"line": end[0], "character": end[1]},
        }
        return self._change(uri, {"range": at, "text": text})

    def replace(self, uri: str, text: str) -> int:
        """Send the whole text anew; its new version."""
        return self._change(uri, {"text": text})

    def _change(self, uri: str, change: dict[str, Any]) -> int:
        self._versions[uri] += 1
        version = self._versions[uri]
        document = {"uri": uri, "version": version}
        self.notify(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )
        return version

    def diagnostics(
        self,
        uri: str,
        until: Callable[[list[dict[str, Any]]], bool] = lambda _found: True,
        *,
        version: int = 0,
    ) -> list[dict[str, Any]]:
        """The next diagnostics of a file, from a version on, of which `until` is true."""
        while True:
            message = self.next()
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            params = message["params"]
            if params["uri"] != uri or (params.get("version") or 0) < version:
                continue
            if until(params["diagnostics"]):
                found: list[dict[str, Any]] = params["diagnostics"]
                return found

    # --- bytes ----------------------------------------------------------------------------------

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode("utf-8")
        self.send_bytes(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def _read(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout
        while True:
            size = 0
            while (line := stream.readline()).strip():
                name, _, value = line.decode("ascii").partition(":")
                assert name in ("Content-Length", "Content-Type"), f"not the protocol: {line!r}"
                if name == "Content-Length":
                    size = int(value)
            if not line:
                break
            self._inbox.put(json.loads(stream.read(size)))
        self._inbox.put(None)
