"""The forms of live credentials, and how placeholders are told from them."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_PLACEHOLDER = re.compile(
    rb"example|placeholder|dummy|sample|changeme|change-me|redacted|replace|insert|todo|fake"
    rb"|xxxx|your[_-]|my[_-](?:secret|key|token)|\*\*\*|\.\.\.|<|1234567890|0123456789|abcdefgh",
    re.IGNORECASE,
)
_WEAK = frozenset(
    {
        b"admin",
        b"guest",
        b"hunter2",
        b"mysql",
        b"pass",
        b"passwd",
        b"password",
        b"postgres",
        b"prisma",
        b"pw",
        b"root",
        b"secret",
        b"test",
        b"user",
    }
)
"""Passwords of databases on somebody's own machine."""
_LOCAL = re.compile(
    rb"^(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\b|hostname\b|db\b(?!\.)|postgres\b(?!\.)"
    rb"|[\w-]*\.?example\.|\$)",
    re.IGNORECASE,
)
_OF_WORDS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/=.:|-"
_SPACED = bytes(byte if byte in _OF_WORDS else ord(" ") for byte in range(256))
_SHORTEST = 20
"""Bytes of a whole credential that is a word."""
_MIN_DISTINCT = 9
_MIN_ENTROPY = 3.0
"""In bits a character; random base-16 has 4 at most, words and repetitions less."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of credential looks like. Group 1 is its random part, where it has one."""

    name: str
    """For messages: "a GitHub token"."""
    markers: tuple[bytes, ...]
    """One of these is in any text that holds such a credential: a quick test."""
    pattern: re.Pattern[bytes]
    in_word: bool
    """Whether it is a single word, in the sense of `_long_words`."""


def _form(name: str, markers: bytes, pattern: bytes, *, in_word: bool = True) -> Form:
    return Form(name, tuple(markers.split()), re.compile(pattern), in_word)


FORMS: tuple[Form, ...] = (
    _form("an AWS access key", b"AKIA ASIA", rb"(?<!\w)(?:AKIA|ASIA)([A-Z0-9]{16})(?!\w)"),
    _form("a GitHub token", b"ghp_ gho_ ghu_ ghs_ ghr_", rb"\bgh[pousr]_([A-Za-z0-9]{36,255})\b"),
    _form("a GitHub token", b"github_pat_", rb"\bgithub_pat_(\w{60,255})\b"),
    _form("a GitLab token", b"glpat-", rb"\bglpat-([\w-]{20,60})"),
    _form("a Slack token", b"xox", rb"\bxox[abeoprs]-([A-Za-z0-9-]{20,200})"),
    _form(
        "a Slack webhook",
        b"hooks.slack.com",
        rb"hooks\.slack\.com/services/(T[A-Z0-9]{6,14}/B[A-Z0-9]{6,14}/[A-Za-z0-9]{20,30})",
    ),
    _form(
        "a Discord webhook",
        b"/api/webhooks/",
        rb"discord(?:app)?\.com/api/webhooks/([0-9]{15,22}/[\w-]{50,90})",
    ),
    _form("a Stripe key", b"sk_live_ rk_live_", rb"\b[sr]k_live_([A-Za-z0-9]{20,247})\b"),
    _form("a webhook secret", b"whsec_", rb"\bwhsec_([A-Za-z0-9+/=]{24,120})"),
    _form(
        "an OpenAI key",
        b"sk-",
        rb"(?<![\w-])sk-(?!ant-|or-)(?:proj-|svcacct-|admin-)?"
        rb"((?=[\w-]{0,60}[0-9])(?=[\w-]{0,60}[A-Z])[\w-]{40,220})",
    ),
    _form("an Anthropic key", b"sk-ant-", rb"\bsk-ant-[a-z]+[0-9]{2}-([\w-]{60,140})"),
    _form("an OpenRouter key", b"sk-or-", rb"\bsk-or-v1-([0-9a-f]{64})\b"),
    _form("a Google API key", b"AIza", rb"\bAIza([\w-]{35})(?![\w-])"),
    _form("a Google client secret", b"GOCSPX-", rb"\bGOCSPX-([\w-]{28})(?![\w-])"),
    _form("a SendGrid key", b"SG.", rb"\bSG\.([\w-]{22}\.[\w-]{43})(?![\w-])"),
    _form("a Resend key", b"re_", rb"(?<!\w)re_([A-Za-z0-9]{8}_[A-Za-z0-9]{20,32})\b"),
    _form("a Mailgun key", b"key-", rb"(?<![\w-])key-([0-9a-f]{32})\b"),
    _form("a Twilio key", b"SK", rb"(?<!\w)SK([0-9a-f]{32})\b"),
    _form("a Telegram bot token", b":AA", rb"(?<!\d)([0-9]{8,10}:AA[\w-]{33})(?![\w-])"),
    _form("an npm token", b"npm_", rb"\bnpm_([A-Za-z0-9]{36})\b"),
    _form("a Hugging Face token", b"hf_", rb"\bhf_([A-Za-z0-9]{34,40})\b"),
    _form("a Replicate token", b"r8_", rb"\br8_([A-Za-z0-9]{37,40})\b"),
    _form("a Groq key", b"gsk_", rb"\bgsk_([A-Za-z0-9]{52})\b"),
    _form("an xAI key", b"xai-", rb"\bxai-([A-Za-z0-9]{60,100})\b"),
    _form("a Perplexity key", b"pplx-", rb"\bpplx-([A-Za-z0-9]{40,64})\b"),
    _form("a Linear key", b"lin_", rb"\blin_(?:api|wh)_([A-Za-z0-9]{32,48})\b"),
    _form("a Notion key", b"secret_ ntn_", rb"\b(?:secret_|ntn_)([A-Za-z0-9]{43,50})\b"),
    _form("an Airtable token", b"pat", rb"\bpat([A-Za-z0-9]{14}\.[0-9a-f]{64})\b"),
    _form("a Shopify token", b"shp", rb"\bshp(?:at|ca|pa|ss)_([0-9a-fA-F]{32})\b"),
    _form("a Supabase key", b"sbp_ sb_secret_", rb"\b(?:sbp_|sb_secret_)(\w{30,64})\b"),
    _form("a PlanetScale token", b"pscale_", rb"\bpscale_(?:tkn|pw|oauth)_([\w-]{32,64})"),
    _form("a Polar token", b"polar_", rb"\bpolar_(?:oat|pat)_(\w{30,64})\b"),
    _form("a Tavily key", b"tvly-", rb"\btvly-(?:dev-|prod-)?([A-Za-z0-9]{28,40})\b"),
    _form("a Firecrawl key", b"fc-", rb"(?<![\w-])fc-([0-9a-f]{32})\b"),
    _form(
        "a Convex deploy key",
        b"prod: preview: dev: project:",
        rb"\b(?:prod|preview|dev|project):[\w:.-]{3,80}\|([A-Za-z0-9+/=_-]{30,400})",
    ),
    _form(
        "a signed token",
        b"eyJ",
        rb"\beyJ[\w-]{10,600}\.eyJ[\w-]{10,2000}\.([\w-]{20,700})",
    ),
    _form(
        "a private key",
        b"PRIVATE KEY-----",
        rb"-----BEGIN (?:[A-Z]{2,9} )?PRIVATE KEY-----(?:\\n|\\r|\s|\")*([A-Za-z0-9+/=]{40,})",
        in_word=False,
    ),
    _form(
        "a password in an address",
        b"://",
        rb"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|https?)"
        rb"://[^\s:/@'\"`$]{1,80}:([^\s:/@'\"`$]{6,120})@(?=[^\s'\"`]{3})",
        in_word=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Credential:
    """One credential in a text."""

    form: Form
    start: int
    end: int
    """Byte offsets; `end` is not counted."""


def credentials_in(raw: bytes) -> Iterator[Credential]:
    """All that looks like a live credential, sorted; one that lies in another is left out."""
    found: list[Credential] = []
    words = _long_words(raw)
    for form in FORMS:
        text = words if form.in_word else raw
        if not any(marker in text for marker in form.markers):
            continue
        for match in form.pattern.finditer(raw):
            if _is_live(form, match, raw):
                found.append(Credential(form, match.start(), match.end()))
    end = 0
    for one in sorted(found, key=lambda c: (c.start, -c.end)):
        if one.start >= end:
            yield one
            end = one.end


def _long_words(raw: bytes) -> bytes:
    """The words of a text that are long enough for a credential: a sixth of most code."""
    words = raw.translate(_SPACED).split()
    return b" ".join([word for word in words if len(word) >= _SHORTEST])


def _is_live(form: Form, match: re.Match[bytes], raw: bytes) -> bool:
    body = match[1]
    if form.name == "a password in an address":
        return _is_live_password(body, raw[match.end() : match.end() + 80])
    if _PLACEHOLDER.search(match[0]) or len(set(body)) < _MIN_DISTINCT:
        return False
    if form.name == "a signed token":
        return not _is_public_token(match[0])
    return entropy(body) >= _MIN_ENTROPY


def _is_live_password(password: bytes, host: bytes) -> bool:
    if password.lower() in _WEAK or _LOCAL.match(host) or _PLACEHOLDER.search(password):
        return False
    # `USER:PASSWORD@HOST`, `[user]:[password]`, `{password}`: a pattern to fill in.
    if password.isupper() or re.search(rb"[\[\]{}()]|pass|secret", password, re.IGNORECASE):
        return False
    return len(set(password)) >= 5 and any(48 <= byte <= 57 for byte in password)


def _is_public_token(token: bytes) -> bool:
    """Whether a JWT is one that clients hold anyway (Supabase's `anon`) or the documented one."""
    payload = token.split(b".")[1]
    try:
        claims = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return False
    if not isinstance(claims, dict):
        return False
    return claims.get("role") == "anon" or claims.get("sub") == "1234567890"


def entropy(text: bytes) -> float:
    """Shannon's entropy in bits a character; 0 for nothing."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())
