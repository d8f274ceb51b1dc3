"""The words of an identifier, and which of them speak of secrets and of who is acting."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET = frozenset(
    {
        "capability",
        "credential",
        "hmac",
        "otp",
        "passcode",
        "passphrase",
        "passwd",
        "password",
        "secret",
        "signature",
        "token",
    }
)
_KEEPERS_OF_KEYS = frozenset(
    {"access", "admin", "api", "auth", "edit", "manage", "owner", "private", "service", "share"}
)
_GIVERS_OF_CODES = frozenset({"access", "auth", "invitation", "invite", "join", "verification"})
_HASHED = ({"key", "hash"}, {"key", "hashed"}, {"code", "hash"}, {"code", "hashed"})
_ABOUT_A_SECRET = frozenset(
    {
        "at",
        "budget",
        "count",
        "expires",
        "expiry",
        "id",
        "identifier",
        "kind",
        "length",
        "limit",
        "name",
        "number",
        "type",
        "usage",
        "used",
    }
)
"""As the last word these make it a fact about a secret: `tokenIdentifier`, `tokenCount`."""
_ACTING = frozenset(
    {
        "admin",
        "admins",
        "auth",
        "authed",
        "authenticate",
        "authenticated",
        "authentication",
        "authorization",
        "authorize",
        "authorized",
        "caller",
        "identity",
        "jwt",
        "login",
        "logged",
        "permission",
        "permissions",
        "principal",
        "protected",
        "role",
        "roles",
        "session",
        "sessions",
        "viewer",
    }
)
_ACCESS = frozenset({"access", "member", "membership", "owner", "ownership", "signed", "user"})
_DEMANDS = frozenset(
    {
        "acting",
        "assert",
        "can",
        "check",
        "current",
        "ensure",
        "has",
        "is",
        "must",
        "my",
        "require",
        "required",
        "verify",
        "with",
    }
)


@lru_cache(maxsize=8192)
def words_of(name: str) -> tuple[str, ...]:
    """`("get", "auth", "user", "id")` of `getAuthUserId`; in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=8192)
def names_a_secret(name: str) -> bool:
    """Whether a name is that of something unguessable: `token`, `apiKey`, `invite_code`."""
    words = words_of(name)
    if not words or words[-1] in _ABOUT_A_SECRET:
        return False
    if not _SECRET.isdisjoint(words) or "apikey" in words:
        return True
    return any(
        (second == "key" and first in _KEEPERS_OF_KEYS)
        or (second == "code" and first in _GIVERS_OF_CODES)
        or {first, second} in _HASHED
        for first, second in pairwise(words)
    )


@lru_cache(maxsize=8192)
def names_a_session(name: str) -> bool:
    """Whether a name is that of a session or its id: `sessionId`, `session`, `userSession`."""
    words = words_of(name)
    return bool(words) and (words[-1] == "session" or words[-2:] == ("session", "id"))


@lru_cache(maxsize=8192)
def names_the_caller(name: str) -> bool:
    """Whether a function of this name is about who is acting: `requireUser`, `getIdentity`."""
    words = frozenset(words_of(name))
    return bool(words & _ACTING) or (bool(words & _ACCESS) and bool(words & _DEMANDS))
