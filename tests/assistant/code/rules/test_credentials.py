"""What looks like a live credential, in any text."""

from __future__ import annotations

import random
import string
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.code.rules._credentials import FORMS, credentials_in, entropy


def _random(length: int, seed: int = 7) -> str:
    chance = random.Random(seed)
    return "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(length))


def _names(text: str) -> list[str]:
    return [found.form.name for found in credentials_in(text.encode())]


def test_a_random_token_counts_and_its_masked_form_does_not() -> None:
    assert _names(f'"ghp_{_random(36)}"') == ["a GitHub token"]
    assert _names(f'"ghp_{"x" * 36}"') == []
    assert _names(f'"ghp_EXAMPLE{_random(29)}"') == []


def test_a_credential_inside_another_one_counts_once() -> None:
    inner = f"sk-ant-api03-{_random(93)}"

    assert _names(inner) == ["an Anthropic key"]


def test_a_password_in_an_address_counts_unless_it_is_a_pattern_or_local() -> None:
    assert _names(f"postgres://app:{_random(14)}@db.acme.io/app") == ["a password in an address"]
    assert _names(f"postgres://app:{_random(14)}@localhost/app") == []
    assert _names("postgres://USER:PASSWORD@HOST/app") == []
    assert _names("https://user:${PASSWORD}@acme.io") == []


def test_a_public_token_of_a_client_is_none() -> None:
    # {"role":"anon"} and {"role":"service_role"}, signed by nobody.
    anon = f"eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.{_random(43)}"
    service = f"eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.{_random(43)}"

    assert _names(anon) == []
    assert _names(service) == ["a signed token"]


def test_every_form_has_a_marker_without_which_it_is_not_looked_for() -> None:
    assert all(form.markers and all(form.markers) for form in FORMS)


@given(st.binary(max_size=400))
def test_any_bytes_can_be_looked_through(raw: bytes) -> None:
    found = list(credentials_in(raw))

    assert all(0 <= one.start < one.end <= len(raw) for one in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@given(st.binary(min_size=1, max_size=200))
def test_entropy_lies_between_one_symbol_and_all_different(text: bytes) -> None:
    assert 0 <= entropy(text) <= 8
