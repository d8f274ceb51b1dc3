"""Hover and code actions, from the findings of an open file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lsprotocol import types  # noqa: TID253

from assistant.lsp.diagnostics import diagnostic, range_of
from assistant.lsp.editor import Opened
from assistant.lsp.hover import hover_text
from assistant.lsp.mends import Mend, fix_all, fixes, silences
from assistant.lsp.positions import Place, Stretch

MOST_SILENCED = 10
"""Findings for which a comment is offered at once: each is tried out first."""


def hover(one: Opened, place: Place, *, markdown: bool) -> types.Hover | None:
    """What is known of the findings at a place; None without any."""
    found = [finding for finding in one.findings if one.text.stretch(finding.span).holds(place)]
    if not found:
        return None
    kind = types.MarkupKind.Markdown if markdown else types.MarkupKind.PlainText
    text = hover_text(found, markdown=markdown)
    return types.Hover(
        types.MarkupContent(kind, text), range=range_of(one.text.stretch(found[0].span))
    )


def code_actions(
    one: Opened, params: types.CodeActionParams, *, fix_all_kind: str, with_versions: bool
) -> list[types.CodeAction]:
    """What can be done in a range; only kinds that the client asks for, where it does."""
    raw = one.text.raw
    asked = Stretch(
        Place(params.range.start.line, params.range.start.character),
        Place(params.range.end.line, params.range.end.character),
    )
    wanted = [str(getattr(kind, "value", kind)) for kind in params.context.only or ()]
    quick = types.CodeActionKind.QuickFix.value
    found: list[types.CodeAction] = []
    if _is_wanted(quick, wanted):
        here = [finding for finding in one.findings if one.text.stretch(finding.span).meets(asked)]
        mends = fixes(here, raw)
        found += _actions(one, mends, quick, preferred=True, with_versions=with_versions)
        quiet = silences(here[:MOST_SILENCED], raw, str(one.path))
        found += _actions(one, quiet, quick, preferred=False, with_versions=with_versions)
    if _is_wanted(fix_all_kind, wanted):
        every = fix_all(one.findings, raw)
        if every is not None:
            found += _actions(
                one, [every], fix_all_kind, preferred=False, with_versions=with_versions
            )
    return found


def _is_wanted(kind: str, wanted: Iterable[str]) -> bool:
    """Whether a kind, or one that it belongs to, is asked for; all are where none is named."""
    wanted = list(wanted)
    return not wanted or any(kind == one or kind.startswith(f"{one}.") for one in wanted)


def _actions(
    one: Opened, mends: Iterable[Mend], kind: str, *, preferred: bool, with_versions: bool
) -> Iterator[types.CodeAction]:
    for mend in mends:
        yield types.CodeAction(
            mend.title,
            kind=kind,
            diagnostics=[diagnostic(finding, one.text) for finding in mend.about],
            is_preferred=True if preferred else None,
            edit=_workspace_edit(one, mend, with_versions=with_versions),
        )


def _workspace_edit(one: Opened, mend: Mend, *, with_versions: bool) -> types.WorkspaceEdit:
    edits = [
        types.TextEdit(range_of(one.text.stretch_of_bytes(edit.start, edit.end)), edit.text)
        for edit in mend.edits
    ]
    if not with_versions:
        return types.WorkspaceEdit(changes={one.uri: edits})
    document = types.OptionalVersionedTextDocumentIdentifier(uri=one.uri, version=one.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])
