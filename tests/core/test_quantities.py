"""Quantities: human text at the edge, plain floats inside."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.errors import InputError
from highfence.core.quantities import KINDS, format_number, format_quantity, human_scale, parse_quantity


@pytest.mark.parametrize(("text", "kind", "value"), [
    ("4.0 TB/s", "bandwidth", 4e12), ("4,000 GB/s", "bandwidth", 4e12), ("4 000 GB/s", "bandwidth", 4e12),
    ("4000GB/s", "bandwidth", 4e12), ("900 GBps", "bandwidth", 900e9),
    ("296 TFLOPS", "flop_rate", 296e12), ("296 TFLOP/s", "flop_rate", 296e12), ("0.296 PFLOPS", "flop_rate", 296e12),
    ("1979 teraFLOPS", "flop_rate", 1979e12), ("624 TOPS", "op_rate", 624e12), ("1.2 POP/s", "op_rate", 1.2e15),
    ("814 mm²", "area", 814.0), ("814 mm2", "area", 814.0), ("8.14 cm**2", "area", 814.0), (814, "area", 814.0),
    ("96 GB", "capacity", 96e9), ("96 GiB", "capacity", 96 * 2.0**30), ("1 TB", "capacity", 1e12),
    ("5 nm", "length_nm", 5.0), ("2368", "tpp", 2368.0), ("30e9", "count", 30e9), ("50 %", "share", 0.5),
    (0.5, "share", 0.5), ("3.3 GB/s/mm2", "bandwidth_density", 3.3e9), ("2.91", "tpp_density", 2.91),
    ("400 W", "power", 400.0), ("0.4 kW", "power", 400.0), ("$11,000", "money", 11000.0),
    ("2.3 USD/h", "money_rate", 2.3), ("0 GB/s", "bandwidth", 0.0), (0, "bandwidth", 0.0),
])
def test_human_text_is_read(text: str | float, kind: str, value: float) -> None:
    assert parse_quantity(text, kind) == pytest.approx(value, rel=1e-15)


def test_giga_is_not_gibi_and_a_bit_is_not_a_byte() -> None:
    assert parse_quantity("1 GiB", "capacity") / parse_quantity("1 GB", "capacity") == pytest.approx(1.073741824)
    for text in ("900 Gbit/s", "900 Gb/s", "900 Gbps"):
        with pytest.raises(InputError, match="not a unit of this kind") as caught:
            parse_quantity(text, "bandwidth")
        assert "bits are not bytes" in (caught.value.hint or "")


@pytest.mark.parametrize(("text", "kind", "what"), [
    ("900", "bandwidth", "a number without a unit"), (900, "bandwidth", "a number without a unit"),
    ("900 GB", "bandwidth", "not a unit of this kind"), ("900 parsecs/s", "bandwidth", "unit"),
    ("148 TOPS", "flop_rate", "not a unit of this kind"), ("148 TFLOPS", "op_rate", "not a unit of this kind"),
    ("fast", "bandwidth", "not a quantity"), ("", "tpp", "not a quantity"), ("nan", "tpp", "not a quantity"),
    ("inf", "tpp", "not a quantity"), (float("nan"), "tpp", "finite and not negative"),
    (float("inf"), "tpp", "finite and not negative"), (float("-inf"), "tpp", "finite and not negative"),
    ("-5 GB/s", "bandwidth", "finite and not negative"), (-1, "tpp", "finite and not negative"),
    (True, "tpp", "not a quantity"), (None, "tpp", "not a quantity"), ([1], "tpp", "not a quantity"),
    ("1e999 GB/s", "bandwidth", "finite and not negative"), ("1" * 400, "tpp", "too long"),
    ("2 * 3 GB/s", "bandwidth", "unit"), ("1 __import__('os')", "bandwidth", "unit"),
    ("1 GB/s/GB", "bandwidth", "not a unit of this kind"), ("1 (((", "bandwidth", "unit"),
    ("1 m**9**9", "area", "unit"), ("١٢ GB/s", "bandwidth", "not a quantity"),
])
def test_what_is_no_quantity_of_the_kind_is_refused_with_an_example(text: object, kind: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        parse_quantity(text, kind, "part.yaml: x")  # type: ignore[arg-type]
    assert caught.value.where == "part.yaml: x"
    assert caught.value.expected and caught.value.example


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_every_kind_can_be_read(kind: str) -> None:
    assert parse_quantity(KINDS[kind].example, kind) > 0


@given(st.sampled_from(sorted(KINDS)), st.floats(1e-6, 1e6))
def test_what_is_written_can_be_read_back(kind: str, number: float) -> None:
    value = number * human_scale(kind)[1]
    assert parse_quantity(format_quantity(value, kind, 15), kind) == pytest.approx(value, rel=1e-9)


@given(st.sampled_from(sorted(KINDS)), st.text(max_size=100))
def test_any_text_is_a_quantity_or_one_clear_error(kind: str, text: str) -> None:
    try:
        assert parse_quantity(text, kind) >= 0
    except InputError as problem:
        assert problem.expected and problem.example


@given(st.sampled_from(["bandwidth", "flop_rate", "area", "capacity"]),
       st.from_regex(r"[0-9]{1,4}(\.[0-9])? ?[kKMGTPmµ]?[A-Za-z%*/^()0-9 .-]{0,12}", fullmatch=True))
def test_odd_units_never_break_the_reader(kind: str, text: str) -> None:
    with contextlib.suppress(InputError):
        assert parse_quantity(text, kind) >= 0


@pytest.mark.parametrize(("value", "text"), [
    (15832.0, "15,832"), (2.90909, "2.909"), (148.0, "148"), (0.0, "0"), (0.00012345, "0.0001234"),
    (1e12, "1,000,000,000,000"),
])
def test_numbers_are_written_for_people(value: float, text: str) -> None:
    assert format_number(value) == text
