"""The language server: what the client says to the editor's state, and what that knows back."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from lsprotocol import types  # noqa: TID253
from pygls.capabilities import get_capability  # noqa: TID253
from pygls.exceptions import JsonRpcException  # noqa: TID253
from pygls.io_ import run_async  # noqa: TID253
from pygls.lsp.server import LanguageServer  # noqa: TID253
from pygls.protocol import LanguageServerProtocol, default_converter  # noqa: TID253
from pygls.protocol.language_server import lsp_method  # noqa: TID253
from pygls.uris import to_fs_path  # noqa: TID253

from assistant.lsp.answers import code_actions, hover
from assistant.lsp.diagnostics import diagnostics
from assistant.lsp.editor import Editor, Opened
from assistant.lsp.full import FullCheckError, FullChecks
from assistant.lsp.positions import Encoding, Place, Text
from assistant.lsp.session import is_looked_at
from assistant.lsp.streams import Writer, reader
from assistant.wire import Wire

logger = logging.getLogger(__name__)

KEYSTROKE_PAUSE = 0.004
"""Seconds without typing before a keystroke is answered: pasted text comes in bursts."""
FULL_PAUSE = 0.25
"""Likewise before a full check."""
WATCHED = "**/{*.ts,*.tsx,*.js,*.jsx,*.mts,*.mjs,*.cts,*.cjs,*.json,convexpert.toml,pyproject.toml}"
FIX_ALL = "source.fixAll.convexpert"


class Protocol(LanguageServerProtocol):
    """The protocol with open files kept by us: the library's own split lines where it must not."""

    _server: Server

    @lsp_method(types.EXIT)
    def lsp_exit(self, *_args: object) -> NoReturn:
        """The client is done."""
        self._server.leave()

    def structure_message(self, data: dict[str, Any]) -> Any:
        """As the library does it; a request that makes no sense is answered all the same."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and isinstance(data.get("id"), int | str):
                self._send_response(data["id"], error=error.to_response_error())
            raise

    @lsp_method(types.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: types.DidOpenTextDocumentParams) -> None:
        """A file was opened."""
        one = params.text_document
        self._server.open(one.uri, one.text, one.version)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: types.DidChangeTextDocumentParams) -> None:
        """A file was edited."""
        document = params.text_document
        self._server.change(document.uri, document.version, params.content_changes)

    @lsp_method(types.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: types.DidCloseTextDocumentParams) -> None:
        """A file was closed."""
        self._server.close(params.text_document.uri)


class Server(LanguageServer):
    """Serves one client."""

    def __init__(self, chosen: Path | None = None) -> None:
        super().__init__(
            "convexpert",
            version("convexpert"),
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self.editor = Editor()
        self._chosen = chosen
        self._checks: FullChecks | None = None
        self._unanswered: set[str] = set()
        self._answering: asyncio.TimerHandle | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._is_wanted = self._is_over = False
        self._told: set[str] = set()
        self._register()

    def report_server_error(self, error: Exception, source: object) -> None:
        """Put what went wrong into the client's log; nobody has to click it away."""
        message = f"convexpert: {type(error).__name__}: {error}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, message))

    # --- what the client says -------------------------------------------------------------------

    def _register(self) -> None:
        handlers: list[tuple[str, Any, Any]] = [
            (types.INITIALIZED, self._begin, None),
            (types.SHUTDOWN, self._stop, None),
            (types.TEXT_DOCUMENT_DID_SAVE, self._saved, types.SaveOptions(include_text=False)),
            (types.WORKSPACE_DID_CHANGE_WATCHED_FILES, self._look_again, None),
            (types.WORKSPACE_DID_CHANGE_CONFIGURATION, self._look_again, None),
            (types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, self._moved, None),
            (types.TEXT_DOCUMENT_HOVER, self._hover, None),
            (
                types.TEXT_DOCUMENT_CODE_ACTION,
                self._code_actions,
                types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL]),
            ),
        ]
        for method, handler, options in handlers:

            def call(params: Any, handler: Any = handler) -> Any:
                return handler(params)

            self.feature(method, options)(call)

    def open(self, uri: str, text: str, version: int) -> None:
        """Take a file under watch, unless it is none of ours."""
        path = self._path(uri)
        if path is None:
            return
        self.editor.opened[uri] = Opened(uri, path, Text(text, self._encoding), version)
        self._want_full(pause=0.0)

    def change(
        self, uri: str, version: int, changes: list[types.TextDocumentContentChangeEvent] | Any
    ) -> None:
        """Follow an edit."""
        one = self.editor.opened.get(uri)
        if one is None:
            return
        text = one.text
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                at = change.range
                text = text.changed(_place(at.start), _place(at.end), change.text)
            else:
                text = Text(change.text, self._encoding)
        one.text, one.version = text, version
        self._unanswered.add(uri)
        if self._answering is not None:
            self._answering.cancel()
        self._answering = self._later(KEYSTROKE_PAUSE, self._answer)
        self._want_full(pause=FULL_PAUSE)

    def close(self, uri: str) -> None:
        """Let go of a file: what is on disk counts again."""
        if self.editor.opened.pop(uri, None) is not None:
            self._unanswered.discard(uri)
            self._publish(uri, None, [])
            self._want_full(pause=FULL_PAUSE)

    def _begin(self, _params: types.InitializedParams) -> None:
        dynamic = "workspace.did_change_watched_files.dynamic_registration"
        if get_capability(self.client_capabilities, dynamic):
            watchers = [types.FileSystemWatcher(WATCHED)]
            self.client_register_capability(
                types.RegistrationParams(
                    [
                        types.Registration(
                            "watched-files",
                            types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                            types.DidChangeWatchedFilesRegistrationOptions(watchers),
                        )
                    ]
                )
            )

    def _stop(self, _params: None) -> None:
        for timer in (self._answering, self._waiting):
            if timer is not None:
                timer.cancel()
        self._is_wanted = False
        self._is_over = True
        if self._checks is not None:
            self._checks.close()

    def leave(self) -> NoReturn:
        """End the process; its status says whether the client had it shut down before.

        At once, as a check or a read may be under way that nobody needs any more.
        """
        self._stop(None)
        sys.stderr.flush()
        os._exit(0 if self.protocol._shutdown else 1)

    def _saved(self, params: types.DidSaveTextDocumentParams) -> None:
        if params.text_document.uri in self.editor.opened:
            self._want_full(pause=0.0)

    def _look_again(self, _params: object) -> None:
        if self.editor.opened:
            self._want_full(pause=FULL_PAUSE)

    def _moved(self, _params: object) -> None:
        for uri in [uri for uri in self.editor.opened if self._path(uri) is None]:
            self.close(uri)
        self._look_again(None)

    def _hover(self, params: types.HoverParams) -> types.Hover | None:
        one = self._current(params.text_document.uri)
        if one is None:
            return None
        wanted = "text_document.hover.content_format"
        formats = get_capability(self.client_capabilities, wanted) or ()
        return hover(one, _place(params.position), markdown=types.MarkupKind.Markdown in formats)

    def _code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        one = self._current(params.text_document.uri)
        if one is None:
            return None
        versions = "workspace.workspace_edit.document_changes"
        with_versions = bool(get_capability(self.client_capabilities, versions))
        return code_actions(one, params, fix_all_kind=FIX_ALL, with_versions=with_versions)

    # --- answering keystrokes -------------------------------------------------------------------

    def _current(self, uri: str) -> Opened | None:
        """An open file whose findings are those of its text, or None."""
        if uri in self._unanswered:
            self._answer()
        one = self.editor.opened.get(uri)
        return one if one is not None and one.is_current else None

    def _answer(self) -> None:
        uris, self._unanswered = sorted(self._unanswered), set()
        for uri in uris:
            one = self.editor.opened.get(uri)
            if one is not None and self.editor.answer(one):
                self._show(one)

    # --- full checks ----------------------------------------------------------------------------

    def _want_full(self, *, pause: float) -> None:
        """Run a full check once nothing has been asked for a while, and none is running."""
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = self._later(pause, self._run_full)

    def _run_full(self) -> None:
        self._is_wanted = True
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._full_checks())

    async def _full_checks(self) -> None:
        while self._is_wanted:
            self._is_wanted = False
            snapshot = self.editor.snapshot()
            if not snapshot:
                return
            try:
                await self._full_check(snapshot)
            except FullCheckError as error:
                if self._is_over:
                    return
                self._tell(f"the check came to no end: {error}", types.MessageType.Error)
            except Exception as error:
                logger.exception("a full check failed")
                self._tell(f"{type(error).__name__}: {error}", types.MessageType.Error)

    async def _full_check(self, snapshot: Mapping[Path, bytes]) -> None:
        if self._checks is None:
            self._checks = FullChecks(self._root(), self._chosen)
            self._later(0.0, _get_ready)  # while the other process checks
        outcome = await self._checks.check(snapshot)
        for problem in outcome.problems:
            self._tell(problem, types.MessageType.Warning)
        for one in self.editor.take(outcome, snapshot):
            self._show(one)

    # --- what the client is told ----------------------------------------------------------------

    def _show(self, one: Opened) -> None:
        self._publish(one.uri, one.version, diagnostics(one.findings, one.text))

    def _publish(self, uri: str, version: int | None, found: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=version)
        )

    def _tell(self, message: str, kind: types.MessageType) -> None:
        """Say something to the user; the same thing once only."""
        if message not in self._told:
            self._told.add(message)
            self.window_show_message(types.ShowMessageParams(kind, f"convexpert: {message}"))

    # --- where things lie -----------------------------------------------------------------------

    @property
    def _encoding(self) -> Encoding:
        agreed = self.workspace.position_encoding
        return Encoding(str(getattr(agreed, "value", agreed)))

    def _folders(self) -> list[Path]:
        """The folders that the client works in, inner ones first."""
        uris = [folder.uri for folder in self.workspace.folders.values()]
        if not uris and self.workspace.root_uri is not None:
            uris = [self.workspace.root_uri]
        found = [path for path in map(_path_of, uris) if path is not None]
        return sorted(found, key=lambda path: -len(path.parts))

    def _root(self) -> Path:
        folders = self._folders()
        if folders:
            return folders[-1]
        first = next(iter(self.editor.opened.values()), None)
        return Path.cwd() if first is None else first.path.parent

    def _path(self, uri: str) -> Path | None:
        """The path of a file that is ours to look at; without any folder every file is."""
        path = _path_of(uri)
        if path is None:
            return None
        around = [folder for folder in self._folders() if folder in path.parents]
        if not around and self._folders():
            return None
        folder = around[0] if around else path.parent
        return path if is_looked_at(path, folder) else None

    def _later(self, pause: float, work: Any) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(pause, partial(_safely, work))


def serve(ends: Wire, chosen: Path | None = None) -> NoReturn:
    """Serve one client until it says `exit` or is gone, and end the process.

    `chosen` is the workspace that the user named.
    """
    _log_to_standard_error(with_traces=bool(os.environ.get("CONVEXPERT_DEBUG")))
    server = Server(chosen)
    with suppress(BrokenPipeError, KeyboardInterrupt):  # the client is gone, or the user is
        asyncio.run(_serve(server, ends))
    server.leave()


class _OneLine(logging.Formatter):
    """What went wrong, without where in the program."""

    def formatException(self, ei: Any) -> str:
        """The error's own words."""
        return f"  {ei[0].__name__}: {ei[1]}" if ei and ei[0] is not None else ""


def _log_to_standard_error(*, with_traces: bool) -> None:
    form = "convexpert lsp: %(message)s"
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(form) if with_traces else _OneLine(form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])


async def _serve(server: Server, ends: Wire) -> None:
    server.protocol.set_writer(Writer(ends.writing))
    try:
        await run_async(
            stop_event=_never(),
            reader=reader(ends.reading),
            protocol=server.protocol,
            logger=logger,
            error_handler=server.report_server_error,
        )
    except (asyncio.IncompleteReadError, ValueError) as error:
        logger.error("what the client sends is not the protocol: %s", error)
    # Before the loop waits for what is under way.
    server.leave()


def _never() -> Any:
    from threading import Event

    return Event()


def _get_ready() -> None:
    """Load what answers keystrokes, so that the first one needn't wait for it."""
    from assistant.code.project_check import prepare

    prepare()
    # It lives as long as the process: the collector needn't walk over it.
    gc.freeze()


def _safely(work: Any) -> None:
    """An answer that fails costs that answer."""
    try:
        work()
    except BrokenPipeError:
        raise
    except Exception:
        logger.exception("an answer failed")


def _place(position: types.Position) -> Place:
    return Place(position.line, position.character)


def _path_of(uri: str) -> Path | None:
    path = to_fs_path(uri)
    return None if not path else Path(os.path.normpath(path))
