"""`convexpert kb`: build, search and look into the knowledge base."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from assistant.cli.console import progress_bar, write_json
from assistant.cli.context import command_context, given_text
from assistant.cli.options import AsJson

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Add documentation, build and search the knowledge base.\n\n"
    "It holds the latest version of every agent and the pages that were added, and brings itself"
    " up to date.",
    epilog="Example: convexpert kb search 'paginate a long list' -k 3",
)


class SearchMode(StrEnum):
    """The modes of `kb.search.Mode`, which help must not import."""

    HYBRID = "hybrid"
    DENSE = "dense"
    LEXICAL = "lexical"


@app.command(epilog="Example: convexpert kb add ./docs --name convex-docs")
def add(
    context: typer.Context,
    what: Annotated[
        str,
        typer.Argument(
            metavar="PATH-or-URL",
            help="A folder of Markdown or MDX, a file, or the address of an llms.txt, an"
            " llms-full.txt or a page.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Option(help="What search calls it; made of the path or address where not given."),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option(
            "--allow-private", help="Fetch from private networks and this machine as well."
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Add documentation, or bring up to date what was added, and index it.

    What is unchanged is neither fetched nor embedded again; pages that are gone are dropped. Exit
    status 1: some pages could not be taken.
    """
    from assistant.cli import kb_added_view
    from kb.adding import add_documentation
    from kb.fetch import Fetcher

    obj = command_context(context)
    with progress_bar() as progress:
        report = add_documentation(
            obj.registry(),
            what,
            name=None if name is None else given_text(name),
            fetcher=lambda: Fetcher(allow_private=allow_private),
            progress=progress,
        )
        built = obj.knowledge_base(progress, update=False).refresh()
    if as_json:
        write_json(kb_added_view.added_json(report, built))
    else:
        kb_added_view.show_added(report, built)
    if report.left_out or (built is not None and built.skipped):
        raise typer.Exit(1)


@app.command(epilog="Example: convexpert kb remove convex-docs")
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `kb list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """Forget documentation that was added; its passages are no longer found."""
    from assistant.cli import kb_added_view

    obj = command_context(context)
    pages = obj.registry().remove_source(given_text(name))
    with progress_bar() as progress:
        obj.knowledge_base(progress, update=False).refresh()
    if as_json:
        write_json({"source": name, "removed": pages})
    else:
        kb_added_view.show_removed(name, pages)


@app.command(epilog="Example: convexpert kb build --force")
def build(
    context: typer.Context,
    force: Annotated[
        bool, typer.Option("--force", help="Make everything anew, not only what changed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring the index up to date with the registry now.

    Other commands do this by themselves. Only passages that are new or changed are embedded.
    """
    from assistant.cli import kb_view

    with progress_bar() as progress:
        base = command_context(context).knowledge_base(progress, update=False)
        report = base.build(force=force)
    if as_json:
        write_json(kb_view.build_json(report))
    else:
        kb_view.show_build(report)


@app.command(epilog="Example: convexpert kb status --json")
def status(context: typer.Context, as_json: AsJson = False) -> None:
    """Show what is indexed, by which model, and whether it is up to date; builds nothing."""
    from assistant.cli import kb_view

    obj = command_context(context)
    found = obj.knowledge_base(update=False).status()
    if as_json:
        write_json(kb_view.status_json(found, obj.workspace))
    else:
        kb_view.show_status(found, obj.workspace)


@app.command("list", epilog="Example: convexpert kb list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """List what can be searched: agents with their versions, and documentation that was added."""
    from assistant.cli import kb_added_view

    obj = command_context(context)
    with progress_bar() as progress:
        found = obj.knowledge_base(progress).sources()
    listed = kb_added_view.listing(found, obj.registry().sources())
    if as_json:
        write_json([kb_added_view.listed_json(source) for source in listed])
    else:
        kb_added_view.show_listing(listed)


@app.command(epilog="Example: convexpert kb search 'ctx.db.query with an index' -k 5 --mode hybrid")
def search(
    context: typer.Context,
    query: Annotated[
        list[str], typer.Argument(metavar="QUERY", help="A question, words or identifiers.")
    ],
    k: Annotated[
        int, typer.Option("-k", metavar="N", min=1, max=1000, help="How many passages at most.")
    ] = 10,
    mode: Annotated[
        SearchMode,
        typer.Option(help="By meaning (dense), by words (lexical), or both (hybrid)."),
    ] = SearchMode.HYBRID,
    source: Annotated[
        list[str] | None,
        typer.Option(
            "--source",
            metavar="NAME-or-HANDLE",
            help="Search this one only; may be given several times.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages of the documents that fit a query, with their lines."""
    from assistant.cli import kb_view
    from kb.search import Mode

    with progress_bar() as progress:
        base = command_context(context).knowledge_base(progress)
        result = base.search(
            given_text(" ".join(query)), k=k, mode=Mode(mode.value), sources=source or ()
        )
    if as_json:
        from assistant.toolbox.search_json import search_json

        write_json(search_json(result))
    else:
        kb_view.show_result(result, out_of=base.chunk_count())
