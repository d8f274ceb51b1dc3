"""Sentences that speak to the model over its user's head."""

from __future__ import annotations

import re

OVERRIDES = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\s+(?:all\s+|any\s+|every\s+|the\s+|your\s+|of\s+"
    r"|these\s+|my\s+){0,3}(?:previous|prior|preceding|earlier|above|system|original|existing"
    r"|safety|other)\s+(?:\w+\s+){0,2}?(?:instructions?|prompts?|rules|guidelines|directives"
    r"|constraints|messages?)\b"
    r"|\byou are (?:now|no longer) (?:DAN|jailbroken|unrestricted|bound by|in developer mode)\b",
    re.IGNORECASE,
)
CONCEALS = re.compile(
    r"\b(?:do\s+not|don['’]t|never|must\s+not|should\s+not|without)\s+(?:ever\s+)?"
    r"(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|show(?:ing)?|alert(?:ing)?"
    r"|notify(?:ing)?|disclos(?:e|ing))\s+(?:(?:this|it|that|anything|any of this|about it)\s+"
    r"(?:to\s+)?)?(?:the\s+)?(?:users?|humans?|operators?|developers?|owner)\b"
    r"(?!['’]s\b|\s+(?:exists?|input|data|password|secret|email))",
    re.IGNORECASE,
)
ADDRESSES_MODEL = re.compile(
    r"\b(?:ignore|disregard|override)\b.{0,40}\b(?:instructions?|prompts?|rules)\b"
    r"|\b(?:you must|you should|you are|always|never|do not|don['’]t)\b.{0,80}\b(?:user|secret|key"
    r"|token|password|credential|send|upload|post|execute|run|delete|approve)\b"
    r"|\b(?:send|upload|post|exfiltrate|forward)\b.{0,60}\b(?:to|at)\b.{0,20}https?://"
    r"|\b(?:curl|wget)\s+\S+"
    r"|\bsystem\s+(?:prompt|override|message)\s*:",
    re.IGNORECASE,
)
SPEAKS_OF_IT = re.compile(
    r"\b(?:injections?|jailbreaks?|attack(?:s|ers?)?|attempts?|adversarial|malicious|red[- ]team\w*"
    r"|prevent\w*|detect\w*|resist\w*|refus\w*|reject\w*|guard\w*|protect\w*|mitigat\w*|vulnerab\w*"
    r"|sanitiz\w*|payloads?|patterns?|blocks?|filters?|e\.g\.|such as|example|like|if (?:a|the|any)"
    r"|asks? (?:you )?to|tells? (?:you )?to|tries to|tests?)\b",
    re.IGNORECASE,
)
"""Words of a text about such sentences, as security agents hold them."""


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a part of a line stands in quotes, as what somebody else might say."""
    before, after = text[:start], text[end:]
    return any(
        opening in before and closing in after
        for opening, closing in (('"', '"'), ("“", "”"), ("'", "'"), ("`", "`"), ("*", "*"))
    )
