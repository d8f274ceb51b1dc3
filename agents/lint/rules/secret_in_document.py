"""The text holds a key of a service, or a private key.

Why: whoever reads the document can use it, and everybody who ever cloned the repository has it. A
model repeats it in answers and commands.
Silent when: the key is an example (its checksum is wrong, it says `example` or `xxxx`, it is not as
disorderly as a drawn one).

Bad:
    Deploy with `CONVEX_DEPLOY_KEY="prod:happy-otter-123|eyJ2MiI6IjE5Zjc2YmQ4NzRlYzQyN2Q4ZmEwIn0="`.
Good:
    Deploy with `CONVEX_DEPLOY_KEY="$CONVEX_DEPLOY_KEY"`.
"""

from __future__ import annotations

from collections.abc import Iterator

from agents.finding import Severity
from agents.lint.rule import EVERY_KIND, Report, Rule, Surroundings
from agents.lint.rules._secrets import KEY_BODY, PRIVATE_KEY, forms_in, secrets_in
from agents.lint.subject import Subject

LONGEST = 20_000
"""Characters of a line that are looked at."""
_HINT = "remove it and give out a new one; name the environment variable instead"


def check(subject: Subject, surroundings: Surroundings) -> Iterator[Report]:
    """Report keys in prose, code and the head; the message never repeats them."""
    forms = forms_in(subject.document.text)
    for number, whole in enumerate(subject.lines, 1):
        text = whole[:LONGEST]
        for secret in secrets_in(text, forms):
            yield RULE.at(
                subject,
                number,
                secret.start,
                secret.end,
                message=f"this looks like a real {secret.name}",
                hint=_HINT,
            )
        found = PRIVATE_KEY.search(text)
        if found and KEY_BODY.search(subject.line(number + 1)):
            yield RULE.at(
                subject,
                number,
                found.start(),
                found.end(),
                message="a private key begins here",
                hint=_HINT,
            )


RULE = Rule(
    id="secret-in-document",
    severity=Severity.ERROR,
    category="security",
    kinds=EVERY_KIND,
    check=check,
)
