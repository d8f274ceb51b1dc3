"""`convexpert rules`: the catalogue of code rules, and the manual of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import printable, stdout, write, write_json
from assistant.cli.context import CommandContext, command_context
from assistant.cli.options import AsJson

if TYPE_CHECKING:
    from agents.finding import DocumentedBy
    from agents.rulebook import RuleText
    from assistant.code.rule import Rule

app = typer.Typer(rich_markup_mode="rich", add_completion=False)


@app.command(epilog="Example: convexpert rules no-filter-in-query")
def rules(
    context: typer.Context,
    rule_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The rule to explain; none lists all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the code rules, or explain one: why, examples, and who asks for it."""
    obj = command_context(context)
    if rule_id is None:
        _list(as_json=as_json)
    else:
        _explain(obj, rule_id, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from assistant.code.catalogue import catalogue, rule_text
    from assistant.code.rule_json import rule_summary

    found = [(rule, rule_text(rule.id)) for rule in catalogue().values()]
    if as_json:
        write_json([rule_summary(rule.id) for rule, _ in found])
        return
    from rich.table import Table
    from rich.text import Text

    console = stdout()
    if not console.is_terminal:
        for rule, text in found:
            write(f"{rule.id}\t{rule.severity}\t{rule.category}\t{text.summary}")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Rule", "Severity", "Category", "Flags"):
        table.add_column(heading, no_wrap=heading == "Rule")
    for rule, text in found:
        table.add_row(rule.id, rule.severity.value, rule.category, Text(text.summary))
    console.print(table)


def _explain(obj: CommandContext, rule_id: str, *, as_json: bool) -> None:
    from assistant.code.catalogue import load_rule, rule_text
    from assistant.code.documented import documentation
    from assistant.code.rule_json import rule_manual

    rule, text = load_rule(rule_id), rule_text(rule_id)
    items = documentation(obj.registry().agents()).rules.get(rule_id, ())
    if as_json:
        write_json(rule_manual(rule_id, items))
        return
    _print_manual(rule, text, items)


def _print_manual(rule: Rule, text: RuleText, items: tuple[DocumentedBy, ...]) -> None:
    from rich.padding import Padding
    from rich.syntax import Syntax
    from rich.text import Text

    console = stdout()

    def paragraph(heading: str, body: str) -> None:
        if body:
            console.print(Text.assemble((f"{heading}: ", "bold"), body))

    def example(heading: str, code: str) -> None:
        console.print(Text(f"\n{heading}:", "bold"))
        if console.is_terminal:
            shown = Syntax(code, "typescript", theme="ansi_dark", background_color="default")
            console.print(Padding(shown, (0, 0, 0, 2)))
        else:
            write("\n".join(f"  {line}" if line else "" for line in code.splitlines()))

    named = f" ({rule.category}, default severity {rule.severity})"
    console.print(Text.assemble((rule.id, "bold"), named))
    console.print(Text(text.summary))
    paragraph("\nWhy", text.why)
    paragraph("Silent when", text.silent_when)
    example("Bad", text.bad)
    example("Good", text.good)
    console.print(Text("\nAsked for by:", "bold"))
    for item in items:
        console.print(Text(printable(f"  {item.agent}@{item.version}:{item.line}  {item.text}")))
    if not items:
        console.print(Text("  no registered document"))
