"""What is fuzzed: each target takes bytes and may raise our own errors only."""

from __future__ import annotations

from collections.abc import Callable

from agents.errors import ConvexpertError, DocumentError

Target = Callable[[bytes], None]


def document(raw: bytes) -> None:
    """A document: every part lies within the file, and its name can be changed for an export."""
    from agents.exporters.head import set_keys
    from agents.parse import parse_document

    try:
        found = parse_document(raw, filename="agents/a.md")
    except DocumentError:
        return
    last = len(found.text.splitlines()) + 1
    for lines in (*(s.lines for s in found.sections), *(i.lines for i in found.checklist)):
        assert 1 <= lines.start <= lines.end <= last
    for diagnostic in found.diagnostics:
        assert 1 <= diagnostic.line <= last
    renamed = parse_document(set_keys(found, {"name": "fuzzed-name"}), filename="agents/a.md")
    assert renamed.name == "fuzzed-name"
    assert renamed.description == found.description


def lint(raw: bytes) -> None:
    """A document under all document rules."""
    from agents.lint.linting import LintOptions
    from agents.lint.linting import Target as Linted
    from agents.lint.linting import lint as lint_targets

    lint_targets([Linted(raw, "a.md")], LintOptions())


def chunks(raw: bytes) -> None:
    """Chunks: their text is exactly what stands on their lines."""
    from agents.parse import parse_document
    from kb.chunk import chunk_document
    from kb.source import Source

    try:
        found = parse_document(raw)
    except DocumentError:
        return
    source = Source("a", "c/a.md", "a.md", 1, found.digest)
    for chunk in chunk_document(found, source):
        assert chunk.text in found.text


def page(raw: bytes) -> None:
    """A page of documentation with components."""
    from kb.page import read_page

    try:
        read_page(raw, path="a.mdx")
    except ConvexpertError:
        return


def code(raw: bytes) -> None:
    """TypeScript under all code rules."""
    from assistant.code.check import CheckOptions, check_source

    try:
        check_source(raw, filename="convex/a.ts", options=CheckOptions())
    except ConvexpertError:
        return


def suite(raw: bytes) -> None:
    """A suite of evals."""
    from evals.suite import read_suite

    try:
        read_suite(raw, path="a.yaml")
    except ConvexpertError:
        return


def question(raw: bytes) -> None:
    """A question, as far as it is read without a knowledge base."""
    from assistant.answer.question import read_question
    from kb.lexical import query_terms

    text = raw.decode("utf-8", "replace")
    query_terms(text)
    read_question(text)


def reply(raw: bytes) -> None:
    """What a model wrote: code in fences, verdicts about code, a judge's verdict."""
    from agents.finding import DocumentedBy
    from assistant.review.units import Unit
    from assistant.review.verdict import read_verdicts
    from evals.reply_code import MAX_FILES, code_files

    text = raw.decode("utf-8", "replace")
    files = code_files(text)
    assert len(files) <= MAX_FILES
    for path in files:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
    source = b"await ctx.db.insert('a', b);"
    unit = Unit("a.ts", "a:b", "query", source, 0, len(source))
    items = (DocumentedBy("a", 1, 1, "An item."),)
    (verdict,) = read_verdicts(text, unit, items)
    assert verdict.item is items[0]


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (document, lint, chunks, page, code, suite, question, reply)
}
