"""From a question to a cited answer, through the real search."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agents.errors import AgentNotFound, UsageError
from assistant.answer import Answer, Status

STRIPE = """
## Services

- Call the Stripe API from an action, never from a query or a mutation.
- Store prices in cents.

```typescript
export const charge = action({
  args: { cents: v.number() },
  handler: async (ctx, args) => {
    await stripe.charges.create({ amount: args.cents });
  },
});
```
"""
EXTERNAL = """
## Rules

- Use actions for external API calls such as Stripe
- Paginate every list query
"""
GARDEN = """
## Garden

- Water the tomatoes in the morning.
- Prune the roses in spring.
"""


OPERATIONS = """
## Operations

- A seat costs $25 a month, file storage $0.03 a gigabyte.
- An action may run for at most 10 minutes.
- Restore a backup on the dashboard's page of backups, by its button.
- Use version 1.31 of the convex package or a newer one.
- Write unit tests with convex-test and vitest.
- Send mail with the Resend component.
- Export logs to Datadog with a log stream.
- Roll a deployment back by deploying the commit before.
"""


def numbers(answer: Answer) -> list[int]:
    return [int(n) for n in re.findall(r"\[(\d+)\]", answer.answer.partition("**Sources**")[0])]


def test_the_direct_statement_leads_and_those_who_say_the_same_are_cited_with_it(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    desk.put("garden", GARDEN)
    answer = desk.ask("Where should I call the Stripe API from?")
    assert answer.status is Status.ANSWERED
    lead = answer.answer.splitlines()[0]
    assert lead == "Call the Stripe API from an action, never from a query or a mutation. [1] [2]"
    assert [citation.source for citation in answer.citations[:2]] == ["payments", "reviewer"]
    assert answer.rules[0] == "side-effect-in-transaction"
    assert "`side-effect-in-transaction`" in answer.answer
    desk.check_quotes(answer)


def test_the_example_is_shown_whole_and_cited_by_its_code_lines(desk: Any) -> None:
    desk.put("payments", STRIPE)
    answer = desk.ask("Where should I call the Stripe API from?")
    code = STRIPE.split("```typescript\n")[1].split("\n```")[0]
    assert f"```typescript\n{code}\n```" in answer.answer
    assert code in [citation.quote for citation in answer.citations]


def test_an_example_that_shows_nothing_of_the_statement_is_left_out(desk: Any) -> None:
    rules = "- Cancel a scheduled job with `ctx.scheduler.cancel(id)`.\n"
    code = "```ts\nexport const jobs = query({ args: {}, handler: listScheduledJobs });\n```\n"
    desk.put("jobs", f"## Scheduled jobs\n\n{rules}\n{code}")
    assert "Example" not in desk.ask("How do I cancel a scheduled job?").answer
    shown = "```ts\nawait ctx.scheduler.cancel(job.id);\n```\n"
    desk.put("jobs", f"## Scheduled jobs\n\n{rules}\n{shown}\n{code}")
    assert "await ctx.scheduler.cancel(job.id);" in desk.ask("How do I cancel a job?").answer


def test_an_example_is_about_the_product_that_the_question_names(desk: Any) -> None:
    rules = "- Verify webhooks of Clerk and Stripe with `verifySigned`.\n"
    code = "```ts\nconst event = clerk.verifySigned(body);\n```\n"
    desk.put("hooks", f"## Webhooks\n\n{rules}\n{code}")
    assert "clerk.verifySigned" in desk.ask("How do I verify Clerk webhooks?").answer
    assert "clerk.verifySigned" not in desk.ask("How do I verify Stripe webhooks?").answer


def test_an_example_of_another_matter_of_a_product_is_left_out(desk: Any) -> None:
    portal = "export const openPortal = action({\n  handler: async (ctx) => {\n"
    portal += "    return await stripe.billingPortal.sessions.create({ customer });\n  },\n});"
    desk.put("rules", "## Rules\n\n- Call payment providers such as Stripe from an action.\n")
    desk.put("billing", f"## Billing portal\n\n```ts\n{portal}\n```\n")
    answer = desk.ask("Should I call Stripe from a mutation or from an action?")
    assert answer.answer.startswith("Call payment providers such as Stripe from an action.")
    assert "billingPortal" not in answer.answer
    assert "billingPortal" in desk.ask("How do I open the Stripe billing portal?").answer


def test_a_long_block_without_declarations_is_neither_piece_nor_example(desk: Any) -> None:
    rows = "\n".join(f'  "setting{n}": {n},' for n in range(60))
    advice = "- Keep all settings of a deployment in `settings.json`.\n"
    desk.put("settings", f"## Settings\n\n{advice}\n```json\n{{\n{rows}\n}}\n```\n")
    answer = desk.ask("Where do I keep the settings of a deployment?")
    assert answer.answer.startswith("Keep all settings of a deployment in `settings.json`.")
    assert "setting40" not in answer.answer


def test_code_without_a_name_is_compared_and_told_by_its_lines(desk: Any) -> None:
    pieces = '"message": "Invalid deploy key",\n  "type": "authentication_error"'
    desk.put("errors", f"## Invalid deploy key\n\n```json\n{{\n  {pieces}\n}}\n```\n")
    desk.put("keys", f"## Invalid deploy key\n\n```json\n[\n  {{ {pieces} }}\n]\n```\n")
    desk.put("never", "## Invalid deploy key\n\n- Never use an invalid deploy key.\n")
    answer = desk.ask("What is the type of the error with the message Invalid deploy key?")
    assert answer.status is Status.ANSWERED
    assert "`authentication_error`" in answer.answer or '"authentication_error"' in answer.answer
    assert not re.search(r"^(?:- )?\[\d", answer.answer.partition("**Sources**")[0], re.MULTILINE)
    desk.check_quotes(answer)


def test_a_ban_does_not_lead_where_it_is_asked_how(desk: Any) -> None:
    desk.put("never", "## Never Do\n\n- Schedule work with `setTimeout`\n")
    desk.put("always", "## Always Do\n\n- Schedule work with `ctx.scheduler`\n")
    lead = desk.ask("How do I schedule work?").citations[0]
    assert lead.quote == "- Schedule work with `ctx.scheduler`"


def test_a_statement_that_adds_a_command_is_no_repetition(desk: Any) -> None:
    variables = "- Set environment variables for each deployment; mind their secrets.\n"
    command = "- Set environment variables for each deployment with `npx convex env set`.\n"
    desk.put("rules", f"## Environment variables\n\n{variables}{command}")
    answer = desk.ask("How do I set environment variables for a deployment?").answer
    assert variables.strip("- \n") in answer
    assert "`npx convex env set`" in answer


def test_a_list_to_verify_oneself_by_is_quoted_where_it_is_asked_for(desk: Any) -> None:
    asks = "- Does every query use an index?\n- Is auth checked before data is read?\n"
    desk.put("rules", f"## Indexes\n\n- Add indexes.\n\n## Self-Verification\n\n{asks}")
    lead = desk.ask("What does the self-verification ask about indexes?").citations[0]
    assert lead.quote == "- Does every query use an index?"


def test_a_list_is_not_said_to_hold_what_stands_elsewhere(desk: Any) -> None:
    elsewhere = "## Security\n\n- Limit the rate of public functions.\n\n"
    desk.put("rules", f"{elsewhere}## Quality Checklist\n\n- [ ] All queries use indexes\n")
    asked = "What does the checklist say about {}?"
    assert desk.ask(asked.format("indexes")).status is Status.ANSWERED
    assert desk.ask(asked.format("the rate of public functions")).status is Status.NOT_COVERED
    desk.put("ready", "## Before you ship\n\n- [ ] The rate of public functions is limited\n")
    assert desk.ask(asked.format("the rate of public functions")).status is Status.ANSWERED


def test_other_words_for_the_same_find_the_statement(desk: Any) -> None:
    desk.put("auth", "## Access\n\n- Authenticate the user with `ctx.auth.getUserIdentity()`.\n")
    desk.put("garden", GARDEN)
    answer = desk.ask("How do I see whether a user is logged in?")
    assert answer.status is Status.ANSWERED
    assert answer.answer.startswith("Authenticate the user")


@pytest.mark.parametrize(
    "question",
    [
        "How do I call the Supabase API from an action?",
        "What does a call of the Stripe API from an action cost?",
        "Where in the dashboard do I call the Stripe API?",
        "How many Stripe API calls may an action make?",
    ],
)
def test_near_misses_of_a_covered_matter_are_declined(desk: Any, question: str) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    assert desk.ask(question).status is Status.NOT_COVERED


def test_each_number_has_one_citation_and_each_citation_is_used(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    answer = desk.ask("Where should I call the Stripe API from?")
    assert sorted(set(numbers(answer))) == [citation.n for citation in answer.citations]
    assert [citation.n for citation in answer.citations] == [
        n + 1 for n in range(len(answer.citations))
    ]


def test_what_no_document_covers_is_declined_with_the_closest_passages(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("garden", GARDEN)
    answer = desk.ask("How much does a Kubernetes cluster cost per month in Frankfurt?")
    assert answer.status is Status.NOT_COVERED
    assert answer.answer.startswith("**The documents don't answer this.** Nothing in them mentions")
    assert "“Kubernetes”" in answer.answer
    assert 1 <= len(answer.citations) <= 3
    assert answer.rules == ()
    desk.check_quotes(answer)


def test_an_empty_registry_answers_nothing(desk: Any) -> None:
    answer = desk.ask("Where should I call the Stripe API from?")
    assert (answer.status, answer.citations) == (Status.NOT_COVERED, ())


def test_quotes_keep_the_files_own_line_breaks(desk: Any) -> None:
    desk.put("payments", STRIPE, newline="\r\n")
    answer = desk.ask("Where should I call the Stripe API from?")
    assert any("\r\n" in citation.quote for citation in answer.citations)
    assert "\r" not in answer.answer
    desk.check_quotes(answer)


def test_an_answer_can_be_limited_to_an_agent_and_to_an_older_version(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    desk.put("reviewer", "## Rules\n\n- Call the Stripe API from a workflow step\n")
    question = "Where should I call the Stripe API from?"
    latest = desk.ask(question, agent="reviewer")
    older = desk.ask(question, agent="reviewer@1")
    assert {(c.source, c.version) for c in latest.citations} == {("reviewer", 2)}
    assert {(c.source, c.version) for c in older.citations} == {("reviewer", 1)}
    assert "workflow step" in latest.answer
    assert older.answer.startswith("Use actions for external API calls such as Stripe [1]")
    desk.check_quotes(older)


def test_documents_that_contradict_each_other_are_pointed_out(desk: Any) -> None:
    desk.put("one", "## Limits\n\n- An index of a table may have at most 16 fields.\n")
    desk.put("two", "## Limits\n\n- An index of a table may have at most 12 fields.\n")
    answer = desk.ask("How many fields may an index of a table have?")
    assert "⚠ The documents disagree (" in answer.answer
    assert "16" in answer.answer and "12" in answer.answer


def test_a_follow_up_is_understood_from_the_turn_before(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("garden", GARDEN)
    turns = [{"role": "user", "content": "Where should I call the Stripe API from?"}]
    answer = desk.ask("And why not from a mutation?", history=turns)
    assert "Stripe API from an action" in answer.answer
    assert answer.question == "And why not from a mutation?"


def test_a_decision_table_answers_with_its_row(desk: Any) -> None:
    table = "## Choose\n\n| Need | Component |\n|---|---|\n| Fast count of rows | Aggregate |\n"
    desk.put("components", table + "| Throttle users | Rate Limiter |\n")
    answer = desk.ask("Which component gives me a fast count of rows?")
    assert answer.answer.startswith("Fast count of rows → **Aggregate** [1]")
    assert answer.citations[0].quote == "| Fast count of rows | Aggregate |"


def test_no_more_passages_are_cited_than_asked_for(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    assert len(desk.ask("Where should I call the Stripe API from?", k=1).citations) == 1


@pytest.mark.parametrize("options", [{"question": "  "}, {"question": "x", "k": 0}])
def test_an_empty_question_or_no_passages_is_a_usage_error(desk: Any, options: Any) -> None:
    with pytest.raises(UsageError):
        desk.ask(**options)


def test_an_unknown_agent_is_named(desk: Any) -> None:
    desk.put("payments", STRIPE)
    with pytest.raises(AgentNotFound, match="payment"):
        desk.ask("Where?", agent="payment")


def test_the_same_question_gets_the_same_answer(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("reviewer", EXTERNAL)
    first, again = (desk.ask("Where should I call the Stripe API from?") for _ in range(2))
    assert (first.answer, first.citations, first.rules) == (
        again.answer,
        again.citations,
        again.rules,
    )


def test_what_another_document_calls_outdated_is_warned_of(desk: Any) -> None:
    desk.put("payments", "## Events\n\n- Check a payment event with `webhooks.constructEvent()`.\n")
    desk.put(
        "news", "## Changes\n\n- Roses are red; the function `constructEvent` is deprecated.\n"
    )
    answer = desk.ask("How do I check a payment event?")
    assert answer.answer.startswith("Check a payment event with")
    assert "⚠ Partly outdated: Roses are red; the function `constructEvent` is" in answer.answer
    desk.put("news", "## Changes\n\n- Roses are red; the function `roseEvent` is deprecated.\n")
    assert "⚠" not in desk.ask("How do I check a payment event?").answer


def test_a_command_of_a_shell_block_answers_with_its_lines(desk: Any) -> None:
    desk.put(
        "tools", "## Commands\n\n```bash\n# View logs\nnpx convex logs\n\n# Deploy\nnpm x\n```\n"
    )
    answer = desk.ask("Which command views the logs?")
    assert answer.answer.startswith("View logs: `npx convex logs` [1]")
    assert answer.citations[0].quote == "# View logs\nnpx convex logs"
    desk.check_quotes(answer)


def test_a_refusal_says_what_is_missing_and_where_to_look(desk: Any) -> None:
    desk.put("payments", STRIPE)
    answer = desk.ask("How much does a call of the Stripe API cost?").answer
    assert "None of them gives a price for it." in answer
    assert "Where to look: Prices and plans are on <https://www.convex.dev/pricing>." in answer
    assert "kb add" in desk.ask("How do I write a Haskell monad?").answer


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How much does a seat cost?", "$25"),
        ("How long may an action run?", "10 minutes"),
        ("Where in the dashboard do I restore a backup?", "page of backups"),
        ("Which version of the convex package do I need?", "1.31"),
        ("How do I write a unit test?", "vitest"),
        ("Which component sends mail?", "Resend"),
        ("How do I get my logs into Datadog?", "log stream"),
        ("How do I roll back a deployment?", "commit before"),
    ],
)
def test_what_is_seldom_covered_is_answered_where_a_document_says_it(
    desk: Any, question: str, says: str
) -> None:
    desk.put("operations", OPERATIONS)
    desk.put("payments", STRIPE)
    answer = desk.ask(question)
    assert answer.status is Status.ANSWERED
    assert says in answer.answer.splitlines()[0]


def test_a_misspelt_question_is_understood(desk: Any) -> None:
    desk.put("payments", STRIPE)
    desk.put("garden", GARDEN)
    answer = desk.ask("How do I water the tomatos and prune the rosses?")
    assert answer.status is Status.ANSWERED
