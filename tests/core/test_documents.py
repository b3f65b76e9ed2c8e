"""YAML that nobody vouches for."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.documents import MAX_BYTES, MAX_DEPTH, parse_yaml, read_text, read_yaml
from highfence.core.errors import InputError

BOMB = "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join(['*' + a] * 8)}]\n" for a, b in zip("abcdefgh", "bcdefghi"))


@pytest.mark.parametrize(("text", "value"), [
    ("{on: 2025-07-15}", {"on": "2025-07-15"}), ("[NO, no, off, yes, y]", ["NO", "no", "off", "yes", "y"]),
    ("12:30", "12:30"), ("1_000", "1_000"), ("0x10", "0x10"), ("010", 10), ("1e3", 1000.0), ("2.5", 2.5), (".5", 0.5),
    ("[true, FALSE, ~, null, '']", [True, False, None, None, ""]), ("3A090", "3A090"), ("", None), ("a: ", {"a": None}),
    ("- 中文\n- H20", ["中文", "H20"]),
])
def test_scalars_are_those_of_yaml_1_2(text: str, value: object) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize(("text", "what"), [
    (BOMB, "aliases are refused"), ("a: &x 1\nb: *x", "aliases are refused"),
    ("a: 1\na: 2", "duplicate key"), ("a: {b: 1, b: 2}", "duplicate key"), ("{1: a, 01: b}", "duplicate key"),
    ("!!python/object/apply:os.system [ls]", "tags are refused"), ("!!python/name:os.system", "tags are refused"),
    ("a: !env HOME", "tags are refused"), ("!!binary aGk=", "tags are refused"), ("!!map [1]", "tags are refused"),
    ("!!timestamp x", "tags are refused"), ("!!set [1]", "tags are refused"), ("!!bool maybe", "tags are refused"),
    ("!!str 1", "tags are refused"), ("!<x> 1", "tags are refused"), ("[" * 200, "nested deeper"),
    ("{a: " * 200, "nested deeper"), ("- " * 5000, "nested deeper"), ("? [a]\n: 1", "a key must be one word"),
    ("a: [1", ""), ("\t- a", ""), ("--- 1\n--- 2", "another document"), ("a: b: c", "mapping values are not allowed"),
    ("'", ""), ("\x00", ""), ("a: \x07", ""), ("%YAML 3.0\n---\na", ""), ("*a", "aliases are refused"),
    ("<<: {a: 1}\nb: 2", None), ("=: 1", None), ("! 1", None), ("&a 1", None),
])
def test_a_hostile_document_is_one_clear_error(text: str, what: str | None) -> None:
    if what is None:
        parse_yaml(text)
        return
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "part.yaml")
    assert what in caught.value.what
    assert str(caught.value.where).startswith("part.yaml") and caught.value.expected


def test_a_bomb_is_refused_before_it_costs_anything() -> None:
    started = time.perf_counter()
    with pytest.raises(InputError):
        parse_yaml(BOMB)
    assert time.perf_counter() - started < 1


def test_the_place_of_an_error_is_a_line_and_a_column() -> None:
    with pytest.raises(InputError) as caught:
        parse_yaml("a: 1\nb: 2\na: 3", "part.yaml")
    assert caught.value.where == "part.yaml, line 3, column 1"


def test_depth_is_allowed_up_to_a_limit() -> None:
    parse_yaml("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    with pytest.raises(InputError):
        parse_yaml("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))


@given(st.text(max_size=300))
def test_any_text_is_a_document_or_one_clear_error(text: str) -> None:
    try:
        parse_yaml(text)
    except InputError as problem:
        assert problem.expected


@given(st.text(alphabet="ab:-?&*!|>{}[]#%@`'\",\n\t 01.eE~<=", max_size=60))
def test_the_signs_of_yaml_in_any_order_are_a_document_or_one_clear_error(text: str) -> None:
    try:
        parse_yaml(text)
    except InputError as problem:
        assert problem.code == "bad-yaml"


# --- files

def test_a_gigabyte_on_one_line_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(2**30)
    started = time.perf_counter()
    with pytest.raises(InputError, match="file too large") as caught:
        read_yaml(path)
    assert time.perf_counter() - started < 1
    assert f"{MAX_BYTES:,}" in str(caught.value.expected)


def test_a_missing_file_brings_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "part.yaml").write_text("tpp: 1", encoding="utf-8")
    with pytest.raises(InputError, match="no such file") as caught:
        read_yaml(tmp_path / "prat.yaml")
    assert caught.value.hint == "did you mean part.yaml?"


@pytest.mark.parametrize("path", ["", ".", "/", "a\x00b", "x" * 5000])
def test_a_path_that_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_text(path)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_bytes("tpp: 1 # 昇腾芯片".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8 text"):
        read_yaml(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_bytes(b"\xef\xbb\xbftpp: 1")
    assert read_yaml(path) == {"tpp": 1}
