"""Days, and generic calendar periods such as a month, a quarter or a year."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from highfence.core.errors import InputError

_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>\d{2})(?:-(?P<day>\d{2}))?|[QH](?P<part>\d)))?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A closed range of days.

    >>> parse_period("2025-Q3")
    Period(start=datetime.date(2025, 7, 1), end=datetime.date(2025, 9, 30))
    """

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def __str__(self) -> str:
        return str(self.start) if self.start == self.end else f"{self.start}/{self.end}"


def parse_day(text: str | date, where: str = "date") -> date:
    """Read one calendar day.

    >>> parse_day("2025-07-15")
    datetime.date(2025, 7, 15)

    Raises
    ------
    InputError : not ``YYYY-MM-DD`` or no such day.
    """
    if isinstance(text, date):
        return text if type(text) is date else date(text.year, text.month, text.day)
    day = _read_day(text) if isinstance(text, str) else None
    if day is None:
        raise InputError("not a calendar day", where=where, got=text, expected="YYYY-MM-DD",
                         example="2025-07-15", code="bad-date")
    return day


@lru_cache(maxsize=4096)
def _read_day(text: str) -> date | None:
    match = _DAY.fullmatch(text.strip())
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def parse_period(text: str, where: str = "period") -> Period:
    """Read a day, month, quarter, half or year as the range of days that it covers.

    >>> str(parse_period("2025-02"))
    '2025-02-01/2025-02-28'
    >>> str(parse_period("2025-H1"))
    '2025-01-01/2025-06-30'

    Raises
    ------
    InputError : none of ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, ``YYYY-Qn``, ``YYYY-Hn``, ``start/end``.
    """
    if "/" in text:
        first, _, last = text.partition("/")
        period = Period(parse_period(first, where).start, parse_period(last, where).end)
        if period.start <= period.end:
            return period
    match = _PERIOD.fullmatch(text.strip())
    try:
        if match:
            return _period(match)
    except ValueError:
        pass
    raise InputError("not a calendar period", where=where, got=text,
                     expected="YYYY, YYYY-MM, YYYY-MM-DD, YYYY-Q1..4, YYYY-H1..2 or start/end",
                     example="2025-Q3", code="bad-date")


def _period(match: re.Match[str]) -> Period:
    year = int(match["year"])
    if match["day"]:
        day = date(year, int(match["month"]), int(match["day"]))
        return Period(day, day)
    if match["month"]:
        return _months(year, int(match["month"]), 1)
    if match["part"]:
        part, length = int(match["part"]), 3 if "Q" in match[0] else 6
        if not 1 <= part <= 12 // length:
            raise ValueError(part)
        return _months(year, (part - 1) * length + 1, length)
    return _months(year, 1, 12)


def _months(year: int, first: int, count: int) -> Period:
    last = first + count - 1
    return Period(date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1]))


def day_before(day: date) -> date:
    """Return the day before.

    >>> day_before(date(2023, 11, 17))
    datetime.date(2023, 11, 16)
    """
    return day - timedelta(days=1)
