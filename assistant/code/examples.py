"""The code examples of one document, held to the code rules: what lint is handed."""

from __future__ import annotations

from collections.abc import Sequence

from agents.document import Document
from agents.finding import Finding


def check_examples(document: Document, file: str) -> Sequence[Finding]:
    """What the check says of a document's examples, which findings call `file`."""
    # Documents without examples never ask, so the check itself is loaded when it is asked.
    from assistant.code.check import check_project
    from assistant.code.snippets import project_of_document

    return check_project(project_of_document(document, file)).findings
