"""What a search found as JSON: the same for the command line and for tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.search import SearchResult


def search_json(result: SearchResult) -> dict[str, Any]:
    """A search's result in the form of the JSON contract."""
    return {
        "query": result.query,
        "mode": result.mode.value,
        "results": [
            {
                "rank": hit.rank,
                "score": hit.score,
                "source": hit.chunk.source,
                "origin": hit.chunk.origin,
                "path": hit.chunk.path,
                "version": hit.chunk.version,
                "lines": hit.chunk.lines.as_list(),
                "heading": list(hit.chunk.heading),
                "text": hit.chunk.text,
            }
            for hit in result.hits
        ],
        "elapsed_ms": result.elapsed_ms,
    }
