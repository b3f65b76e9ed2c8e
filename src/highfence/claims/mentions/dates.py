"""What days, months and years are built from: names, the year that a text is in, and the periods themselves."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from highfence.claims.mentions.numerals import han_integer
from highfence.claims.model import Time

MONTHS = {
    name: i
    for i, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        1,
    )
}


MONTHS |= {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "sept": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}


DAYS = {
    name: i for i, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}


ORD = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}


NUM = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "a": 1,
    "couple": 2,
    "few": 3,
    "decade": 10,
    "an": 1,
}


Reading = Callable[[re.Match[str], "Context"], "Time | str | None"]


class Context:
    """The day of publication, and the last year that the text named."""

    def __init__(self, published: date | None) -> None:
        self.published = published
        self.year = 0
        self.at = -1
        self.fine = False

    def heard(self, time: Time, at: int) -> None:
        """Note the year of a time; ``fine``: whether it named more than a year."""
        self.year, self.at, self.fine = time.end.year, at, time.grain != "year"

    def year_for(self, match: re.Match[str], month: bool = False) -> int:
        """Year of a date that names none: the sentence's, else none.

        A month beside a bare recent year is news of its own: "2024 brought 17 bn, the ban of April ..." is no April
        of 2024.
        """
        if not self.year or self.at < 0 or STOP.search(match.string, self.at, match.start()):
            return 0
        recent = self.published is not None and self.year >= self.published.year - 1
        return 0 if month and recent and not self.fine else self.year


STOP = re.compile(r"[。!?！？\n]|[.] ")


def groups(match: re.Match[str]) -> dict[str, str]:
    return {k: v for k, v in match.groupdict().items() if v}


def whole(text: str) -> int:
    return int(text) if text.isdigit() else han_integer(text) or 0


def year_of(match: re.Match[str], context: Context) -> tuple[int, bool]:
    """Return the year that a match names or implies (0: unknown), and whether it is relative."""
    g = groups(match)
    if y := g.get("y"):
        year = whole(y)
        return (year if year > 99 else 2000 + year), False
    if y := g.get("y2"):
        return 2000 + int(y), False
    published = context.published
    word = g.get("rel") or g.get("r") or ""
    if word in ("当年", "同年", "the year"):
        return context.year, True
    if word == "次年":
        return (context.year + 1 if context.year else 0), True
    if word[:4].isdigit() and len(word) == 4:
        return int(word), False
    if word:
        if published is None:
            return 0, True
        shift = {
            "去年": -1,
            "上年": -1,
            "上年度": -1,
            "前年": -2,
            "明年": 1,
            "后年": 2,
            "last year": -1,
            "next year": 1,
        }.get(word, 0)
        return published.year + shift, True
    return context.year_for(match, bool(g.get("m") or g.get("mon"))), True


def nearest(month: int, published: date) -> int:
    """Year of a month that names none: the last such month, or one soon to come."""
    ahead = (month - published.month) % 12
    return (
        published.year
        + (1 if month < published.month and ahead <= 2 else 0)
        - (1 if month > published.month and ahead > 3 else 0)
    )


def month_time(year: int, month: int, relative: bool) -> Time:
    return Time(
        date(year, month, 1),
        date(year, month, calendar.monthrange(year, month)[1]),
        "month",
        f"{year}-{month:02d}",
        relative=relative,
    )


def part_of(year: int, n: int, months: int, letter: str, grain: str, relative: bool, fiscal: bool = False) -> Time:
    first = (n - 1) * months + 1
    end = date(year, first + months - 1, calendar.monthrange(year, first + months - 1)[1])
    return Time(date(year, first, 1), end, grain, f"{'FY' if fiscal else ''}{year}{letter}{n}", fiscal, relative)


def counted(text: str) -> int:
    words = text.replace(" of", "").replace("a couple", "couple").replace("a few", "few").strip()
    if words == "several" or words == "几":
        return 3
    return NUM.get(words) or whole(words) or 0


def steps_back(day: date, n: int, unit: str) -> date:
    """Return the day some years, months, weeks or days before (after, where negative)."""
    if unit.startswith(("year", "年", "decade", "十年")):
        return shifted(day, -12 * n * (10 if unit.startswith(("decade", "十")) else 1))
    if unit.startswith(("quarter", "个季")):
        return shifted(day, -3 * n)
    if unit.startswith(("month", "个月")):
        return shifted(day, -n)
    return day - timedelta(days=n * (7 if unit.startswith(("week", "周")) else 1))


def shifted(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def whole_year(year: int) -> Time:
    return Time(date(year, 1, 1), date(year, 12, 31), "year", str(year), relative=True)


def last_day(published: date, weekday: int) -> Time:
    day = published - timedelta(days=(published.weekday() - weekday) % 7)
    return Time(day, day, "day", day.isoformat(), relative=True)
