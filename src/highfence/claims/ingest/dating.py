"""The day of publication, as a file or the top of a text states it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_DAY = re.compile(
    r"(?P<y>20\d\d|199\d)(?:-|/|\.|年)\s?(?P<m>1[0-2]|0?[1-9])(?:-|/|\.|月)\s?(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)|"
    r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s(?P<d2>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|"
    r"th)?,?\s(?P<y2>20\d\d|199\d)|"
    r"(?P<d3>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s(?P<mon3>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|"
    r"dec)[a-z]{0,6}\.?,?\s(?P<y3>20\d\d|199\d)",
    re.IGNORECASE,
)
_LED = re.compile(
    r"(?:publish|posted|updated|date|发布|發布|发表|發表|日期|时间|時間|来源|來源|更新|讯|訊|电|電|报道|報導)",
    re.IGNORECASE,
)
_TOP = 800
_SHORT = 70
_HEAD = 40


@dataclass(frozen=True, slots=True)
class Dated:
    """A day, and where it was found: ``meta``, ``top`` or ``file``."""

    day: date
    how: str


def day_in(text: str) -> date | None:
    """Return the first full date in a text.

    >>> day_in("2025-07-16T08:00:00Z"), day_in("Jul 16, 2025"), day_in("16 July 2025").isoformat(), day_in("7月16日")
    (datetime.date(2025, 7, 16), datetime.date(2025, 7, 16), '2025-07-16', None)
    """
    for match in _DAY.finditer(text):
        g = {k.rstrip("23"): v for k, v in match.groupdict().items() if v}
        month = _MONTHS[g["mon"][:3].lower()] if "mon" in g else int(g["m"])
        try:
            return date(int(g["y"]), month, int(g["d"]))
        except ValueError:
            continue
    return None


def stated(text: str) -> Dated | None:
    """Return the day that a metadata field states."""
    day = day_in(text[:200])
    return None if day is None else Dated(day, "meta")


def first_date(text: str) -> Dated | None:
    """Return a date near the top that looks like the article's own: on a short line, at a line's head, or led by a word
    such as "published".

    >>> first_date("Chips\\n\\nJuly 16, 2025\\n\\nThe rule of October 7, 2022 ...").day.isoformat()
    '2025-07-16'
    """
    at = 0
    for line in text[:_TOP].splitlines():
        at += len(line)
        match = _DAY.search(line)
        if match and (
            len(line.strip()) <= _SHORT
            or (match.start() <= _HEAD and not line[: match.start()].strip())
            or _LED.search(line[max(0, match.start() - 20) : match.end() + 6])
        ):
            day = day_in(match.group())
            if day is not None:
                return Dated(day, "top")
    return None
