"""Fields that decide what somebody may do, and that users must not set for themselves."""

from __future__ import annotations

from assistant.code.rules._words import words_of

_RIGHTS = frozenset(
    {
        "admin",
        "balance",
        "credits",
        "moderator",
        "owner",
        "permission",
        "permissions",
        "privileges",
        "role",
        "roles",
        "staff",
        "superadmin",
    }
)
_ABOUT = frozenset({"count", "description", "label", "name", "notes", "color", "title"})


def grants_rights(field: str) -> bool:
    """Whether a field gives rights or money: `role`, `isAdmin`, `ownerId`, `credits`."""
    words = words_of(field)
    return bool(words) and words[-1] not in _ABOUT and not _RIGHTS.isdisjoint(words)
