"""Days and calendar periods."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.dates import Period, day_before, parse_day, parse_period
from highfence.core.errors import InputError


@given(st.dates())
def test_a_day_survives_being_written_and_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day == parse_day(day)


def test_a_moment_is_read_as_its_day() -> None:
    assert parse_day(datetime(2025, 7, 15, 12, 30)) == date(2025, 7, 15)


@pytest.mark.parametrize("text", ["2025-13-01", "2025-02-29", "2025-00-10", "15.07.2025", "2025-7-1", "20250715", "",
                                  "today", "2025-07-15T00:00", "0000-01-01", "٢٠٢٥-07-15", 20250715, None, [2025], 3.5])
def test_what_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(InputError, match="not a calendar day") as caught:
        parse_day(text, "--on")  # type: ignore[arg-type]
    assert (caught.value.where, caught.value.expected, caught.value.example) == ("--on", "YYYY-MM-DD", "2025-07-15")


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2025", "2025-01-01", "2025-12-31"), ("2024-02", "2024-02-01", "2024-02-29"),
    ("2025-Q3", "2025-07-01", "2025-09-30"), ("2025-H2", "2025-07-01", "2025-12-31"),
    ("2025-07-15", "2025-07-15", "2025-07-15"), ("2025-Q1/2025-Q2", "2025-01-01", "2025-06-30"),
])
def test_a_period_is_the_days_that_it_covers(text: str, first: str, last: str) -> None:
    period = parse_period(text)
    assert (period.start.isoformat(), period.end.isoformat()) == (first, last)
    assert period.start in period and period.end in period and day_before(period.start) not in period


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 5000))
def test_a_period_survives_being_written_and_read(first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    assert parse_period(str(period)) == period


@pytest.mark.parametrize("text", ["2025-Q5", "2025-H3", "2025-Q0", "25", "2025-13", "2025-02-30", "2025/2024", "a/b",
                                  "/", ""])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a calendar period"):
        parse_period(text)


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_one_clear_error(text: str) -> None:
    try:
        period = parse_period(text)
        assert period.start <= period.end
    except InputError as problem:
        assert problem.example == "2025-Q3"
