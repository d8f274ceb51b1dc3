"""Packages and components that know who is calling, and which of their calls find it out."""

from __future__ import annotations

from assistant.code.rules._out_of_sight import Outside
from assistant.code.rules._services import is_service
from assistant.code.rules._words import names_the_caller, words_of

_AUTH_WORDS = frozenset(
    {
        "auth",
        "authkit",
        "clerk",
        "descope",
        "hanko",
        "jose",
        "jsonwebtoken",
        "jwt",
        "kinde",
        "lucia",
        "session",
        "sessions",
        "stytch",
        "supertokens",
        "svix",
        "webhook",
        "webhooks",
        "workos",
    }
)
_PROVES = frozenset({"authenticate", "authenticated", "authorize", "authorized", "verify"})
_PROVING_CALLS = frozenset(
    {
        "constructEvent",
        "constructEventAsync",
        "timingSafeEqual",
        "unwrap",
        "validateEvent",
        "validateRequest",
        "validateWebhook",
    }
)
_MAKES = frozenset({"create", "encode", "generate", "hash", "issue", "sign", "signup"})
"""What hands out an identity looks at nobody's."""


def is_auth_module(module: str) -> bool:
    """Whether a package is about authentication, sessions or signed webhooks."""
    path = module.removeprefix("npm:").lower()
    words = set(words_of(path))
    return bool(words & _AUTH_WORDS) or "rowlevelsecurity" in path or "auth0" in path


def is_auth_component(path: tuple[str, ...]) -> bool:
    """Whether `components.<path>` is one that authenticates, by its name."""
    return bool(path) and not _AUTH_WORDS.isdisjoint(words_of(path[0]))


def is_proving_call(name: str) -> bool:
    """Whether a library's function of this name verifies something: `constructEvent`, `verify`."""
    return name in _PROVING_CALLS or not _PROVES.isdisjoint(words_of(name))


def finds_caller(outside: Outside) -> bool:
    """Whether a call of a package looks at who is calling, or verifies what was sent."""
    last = outside.names[-1] if outside.names else ""
    words = frozenset(words_of(last))
    if is_proving_call(last):
        return True
    if outside.module is None or not is_auth_module(outside.module) or words & _MAKES:
        return False
    return not is_service(outside.module) or names_the_caller(last)
