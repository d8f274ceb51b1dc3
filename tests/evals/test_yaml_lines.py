from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import SuiteError
from evals.yaml_lines import MAX_DEPTH, Entry, read_yaml

SCALARS = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text(max_size=40)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def bare(entry: Entry) -> object:
    value = entry.value
    if isinstance(value, tuple):
        return [bare(item) for item in value]
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    return value


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_what_a_yaml_writer_wrote_is_read_back(value: dict[str, object]) -> None:
    import yaml

    written = yaml.safe_dump(value)
    assert bare(read_yaml(written.encode(), path="s.yaml")) == value


@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(raw: bytes) -> None:
    try:
        read_yaml(raw, path="s.yaml")
    except SuiteError as error:
        assert error.path == "s.yaml"


def test_every_entry_knows_its_key_and_line() -> None:
    root = read_yaml(b"a:\n  - b: 1\n    c: |\n      first\n      second\n", path="s.yaml")
    inner = root.table().need("a").items()[0].table()
    assert (inner.need("b").key, inner.need("b").line) == ("a[0].b", 2)
    assert (inner.need("c").key, inner.need("c").line, inner.need("c").text_line) == (
        "a[0].c",
        3,
        4,
    )


def test_words_that_older_yaml_takes_for_truth_values_stay_text() -> None:
    root = read_yaml(b"[no, on, yes, 1e3, 0x10, 2020-01-01, 12, 1.5, true, ~]", path="s.yaml")
    assert bare(root) == ["no", "on", "yes", "1e3", "0x10", "2020-01-01", 12, 1.5, True, None]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key `a` stands twice"),
        ("a: &x 1\nb: *x\n", 1, "an anchor"),
        ("b:\n  - *x\n", 2, "an alias"),
        ("a: 1\nb: !!python/object:os.system {}\n", 2, "a tag"),
        ("a: 1\n---\nb: 2\n", 2, "a second document"),
        ("a: 1\n? [x]\n: 2\n", 2, "a list or mapping as a key"),
        ("a: 1\nb: [\n", 3, "not valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "not valid YAML"),
        ("a: 1\nb: \x01\n", 2, ""),
    ],
)
def test_what_is_refused_is_named_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(SuiteError) as caught:
        read_yaml(text.encode(), path="s.yaml")
    assert caught.value.line == line
    assert message in caught.value.message


def test_an_empty_file_a_deep_one_and_a_latin_one_are_refused() -> None:
    for raw in (b"", b"# nothing\n", b"[" * (MAX_DEPTH + 1), "é".encode("latin-1")):
        with pytest.raises(SuiteError):
            read_yaml(raw, path="s.yaml")


def test_thousands_of_brackets_do_not_exhaust_the_stack() -> None:
    with pytest.raises(SuiteError, match="nesting deeper"):
        read_yaml(b"[" * 100_000, path="s.yaml")


def test_a_wrong_type_says_what_was_expected_and_how_to_write_a_number_as_text() -> None:
    table = read_yaml(b"a:\n  phrase: 16\n", path="s.yaml").table().need("a").table()
    with pytest.raises(SuiteError) as caught:
        table.need("phrase").text()
    assert str(caught.value) == "s.yaml:2: `a.phrase` must be a text (put it in quotes)"


def test_an_unknown_key_is_refused_with_the_nearest_known_one() -> None:
    table = read_yaml(b"question: x\nfact: []\n", path="s.yaml").table()
    with pytest.raises(SuiteError) as caught:
        table.only("question", "facts")
    assert str(caught.value) == "s.yaml:2: unknown key `fact` (did you mean facts?)"
