"""The forms of keys that services give out, and what tells a real one from an example."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log2

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EXAMPLE = re.compile(
    r"example|sample|dummy|fake|placeholder|your|test[_-]?key|xxxx|\.\.\.|abcdef|123456|changeme"
    r"|redacted|secret[_-]?here|key[_-]?here|<|\*\*|aaaa|0000",
    re.IGNORECASE,
)
LEAST_ENTROPY = 3.0
"""Bits for each character; random letters and digits of this length have about 4 to 5."""


@dataclass(frozen=True, slots=True)
class SecretForm:
    """What one service's keys look like."""

    name: str
    hint: str
    """What each of them holds; a text without it needs no closer look."""
    pattern: re.Pattern[str]
    is_genuine: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A key in a line, from character `start` up to `end`."""

    name: str
    start: int
    end: int


def forms_in(text: str) -> tuple[SecretForm, ...]:
    """The forms of which a text may hold a key."""
    return tuple(form for form in _FORMS if form.hint in text)


def secrets_in(text: str, forms: Sequence[SecretForm]) -> list[FoundSecret]:
    """The keys of these forms in a line that are no examples, each place once."""
    found: list[FoundSecret] = []
    for form in forms:
        if form.hint not in text:
            continue
        for match in form.pattern.finditer(text):
            start, end = match.span(1) if match.re.groups else match.span()
            key = text[start:end]
            taken = any(one.start < end and start < one.end for one in found)
            if not taken and form.is_genuine(key):
                found.append(FoundSecret(form.name, start, end))
    return sorted(found, key=lambda one: one.start)


def _is_random(key: str) -> bool:
    """Whether a key has the disorder of a drawn one and no word of an example."""
    if _EXAMPLE.search(key):
        return False
    secret = re.split(r"[-_|:]", key)[-1] if len(re.split(r"[-_|:]", key)[-1]) >= 16 else key
    has_digit = any(character.isdigit() for character in secret)
    has_letter = any(character.isalpha() for character in secret)
    return has_digit and has_letter and _entropy(secret) >= LEAST_ENTROPY


def _entropy(text: str) -> float:
    counts = Counter(text)
    return -sum(n / len(text) * log2(n / len(text)) for n in counts.values())


def _has_github_checksum(key: str) -> bool:
    """The last six characters of GitHub's and npm's tokens are the CRC-32 of those before."""
    prefix, _, body = key.partition("_")
    checksum = zlib.crc32(body[:-6].encode())
    digits = ""
    while checksum:
        checksum, rest = divmod(checksum, 62)
        digits = _BASE62[rest] + digits
    return bool(prefix) and digits.rjust(6, "0") == body[-6:]


def _form(
    name: str, hint: str, pattern: str, is_genuine: Callable[[str], bool] = _is_random
) -> SecretForm:
    return SecretForm(name, hint, re.compile(pattern), is_genuine)


_EDGE, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
_FORMS = (
    _form("GitHub token", "gh", rf"{_EDGE}gh[pousr]_[A-Za-z0-9]{{36}}{_END}", _has_github_checksum),
    _form(
        "GitHub token",
        "github_pat_",
        rf"{_EDGE}github_pat_[A-Za-z0-9]{{22}}_[A-Za-z0-9]{{59}}{_END}",
    ),
    _form("npm token", "npm_", rf"{_EDGE}npm_[A-Za-z0-9]{{36}}{_END}", _has_github_checksum),
    _form("AWS access key", "IA", r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Z0-9])"),
    _form(
        "Anthropic key",
        "sk-ant-",
        rf"{_EDGE}sk-ant-(?:api|admin|oat)\d\d-[A-Za-z0-9_-]{{80,120}}{_END}",
    ),
    _form(
        "OpenAI key",
        "T3BlbkFJ",
        rf"{_EDGE}sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{{20,100}}"
        rf"T3BlbkFJ[A-Za-z0-9_-]{{20,100}}{_END}",
    ),
    _form("Google API key", "AIza", rf"{_EDGE}AIza[A-Za-z0-9_-]{{35}}{_END}"),
    _form(
        "Slack token",
        "xox",
        rf"{_EDGE}xox[abposr]-(?:\d{{10,13}}-){{1,3}}[A-Za-z0-9-]{{20,64}}{_END}",
    ),
    _form(
        "Slack webhook",
        "hooks.slack.com",
        r"https://hooks\.slack\.com/services/T[A-Z0-9]{8,12}/B[A-Z0-9]{8,12}/([A-Za-z0-9]{24})",
    ),
    _form("Stripe key", "_live_", rf"{_EDGE}(?:sk|rk)_live_[A-Za-z0-9]{{24,99}}{_END}"),
    _form("Stripe webhook secret", "whsec_", rf"{_EDGE}whsec_[A-Za-z0-9+/]{{32,64}}={{0,2}}{_END}"),
    _form("Twilio key", "SK", rf"{_EDGE}SK[0-9a-f]{{32}}{_END}"),
    _form("SendGrid key", "SG.", rf"{_EDGE}SG\.[A-Za-z0-9_-]{{22}}\.[A-Za-z0-9_-]{{43}}{_END}"),
    _form("GitLab token", "glpat-", rf"{_EDGE}glpat-[A-Za-z0-9_-]{{20}}{_END}"),
    _form("Hugging Face token", "hf_", rf"{_EDGE}hf_[A-Za-z0-9]{{34}}{_END}"),
    _form(
        "Convex deploy key",
        "|",
        r"(?<![\w:])(?:prod|dev|preview):[a-z]+-[a-z]+-\d{1,4}\|[A-Za-z0-9+/=_-]{32,}",
    ),
    _form(
        "password in an address",
        "://",
        r"\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?)://[\w.-]{1,64}:"
        r"([^\s@:/\"'`<>{}$]{12,99})@[\w.-]+\.[a-z]{2,}",
    ),
    _form(
        "signed token (JWT)",
        "eyJ",
        rf"{_EDGE}eyJ[A-Za-z0-9_-]{{30,}}\.eyJ[A-Za-z0-9_-]{{50,}}\.[A-Za-z0-9_-]{{40,}}{_END}",
    ),
)
PRIVATE_KEY = re.compile(r"-----BEGIN (?:[A-Z]+ ){0,2}PRIVATE KEY-----")
KEY_BODY = re.compile(r"[A-Za-z0-9+/]{60,76}={0,2}\s*$")
"""A line of a key in PEM; a document that only shows the form has dots or nothing there."""
