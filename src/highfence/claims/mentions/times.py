"""Days, months, quarters and years, and what is said relative to the day of publication."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.numerals import han_integer
from highfence.claims.model import Mention, Time

_MONTHS = {
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
_MONTHS |= {
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
_DAYS = {
    name: i for i, name in enumerate(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
}
_ORD = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUM = {
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

Reading = Callable[[re.Match[str], "_Context"], "Time | str | None"]


class _Context:
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
        if not self.year or self.at < 0 or _STOP.search(match.string, self.at, match.start()):
            return 0
        recent = self.published is not None and self.year >= self.published.year - 1
        return 0 if month and recent and not self.fine else self.year


_STOP = re.compile(r"[。!?！？\n]|[.] ")


def times(folded: Folded, taken: bytearray, published: date | None) -> list[Mention]:
    """Return every time, not overlapping, in order; without a day of publication relative times stay unresolved.

    >>> from highfence.claims.mentions.folding import fold
    >>> def read(text):
    ...     found = times(fold(text), bytearray(len(text)), date(2025, 7, 16))
    ...     return [m.time.label for m in found if m.time]
    >>> read("2025年上半年，去年四季度，過去三年，7月15日")
    ['2025H1', '2024Q4', '2022-07-16/2025-07-16', '2025-07-15']
    >>> read("In Q1 FY2026 and July 2025, by 2027, last year")
    ['FY2026Q1', '2025-07', '2027', '2024']
    """
    context = _Context(published)
    spans: list[tuple[int, int, re.Match[str], Reading]] = []
    for pattern, reading in _patterns():
        for match in pattern.finditer(folded.low):
            if not any(taken[match.start() : match.end()]):
                spans.append((match.start(), match.end(), match, reading))
    spans.sort(key=lambda s: (s[0], -s[1]))
    found: list[Mention] = []
    after = 0
    for start, end, match, reading in spans:
        if start < after:
            continue
        read = reading(match, context)
        if read is None:
            continue
        time = read if isinstance(read, Time) else None
        if time is not None:
            context.heard(time, end)
        found.append(
            Mention(
                start,
                end,
                "time",
                (_link(folded.low, start, end) if reading is not _years else "")
                or (read if isinstance(read, str) else ""),
                time=time,
            )
        )
        after = end
    return found


_SINCE = re.compile(
    r"(?:(?<![a-z])(?P<since>since|starting in|starting|from|beginning)|(?P<by>(?<![a-z])(?:by|until|"
    r"till|through|before the end of)|到|至|截至|截止|直到)|"
    r"(?P<before>(?<![a-z])before|prior to)|(?P<after>(?<![a-z])after)|(?P<from>自|从|由))\s?(?:the end "
    r"of |the )?$"
)
_TAIL = re.compile(r"(?P<since>以来|起|开始|至今)|(?P<by>前(?!后)|之前|以前|为止)|(?P<after>后|之后|以后)")


def _link(low: str, start: int, end: int) -> str:
    """Return how a time bounds what is said: ``since``, ``by``, ``before``, ``after`` or nothing."""
    head = _SINCE.search(low, max(0, start - 22), start)
    tail = _TAIL.match(low, end)
    for found in (tail, head):
        if found:
            name = found.lastgroup or ""
            return "since" if name == "from" else name
    return ""


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Reading], ...]:
    return tuple((re.compile(pattern), _READINGS[name]) for name, pattern in lexicon().times)


def _groups(match: re.Match[str]) -> dict[str, str]:
    return {k: v for k, v in match.groupdict().items() if v}


def _int(text: str) -> int:
    return int(text) if text.isdigit() else han_integer(text) or 0


def _year_of(match: re.Match[str], context: _Context) -> tuple[int, bool]:
    """Return the year that a match names or implies (0: unknown), and whether it is relative."""
    g = _groups(match)
    if y := g.get("y"):
        year = _int(y)
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


def _day(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    month = _MONTHS[g["mon"].rstrip(".")] if "mon" in g else _int(g["m"])
    day = _int(g["d"])
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative" if 1 <= month <= 12 and 1 <= day <= 31 else None
        year = _nearest(month, context.published)
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Time(found, found, "day", found.isoformat(), relative=relative)


def _day_alone(match: re.Match[str], context: _Context) -> Time | str | None:
    """A day of the month that the text is at, or the last such day before publication."""
    if context.published is None:
        return "relative"
    day, base = int(match["d"]), context.published
    if day > base.day:
        base = _shift(base.replace(day=1), -1)
    try:
        found = base.replace(day=day)
    except ValueError:
        return None
    return Time(found, found, "day", found.isoformat(), relative=True)


def _nearest(month: int, published: date) -> int:
    """Year of a month that names none: the last such month, or one soon to come."""
    ahead = (month - published.month) % 12
    return (
        published.year
        + (1 if month < published.month and ahead <= 2 else 0)
        - (1 if month > published.month and ahead > 3 else 0)
    )


def _month(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    month = _MONTHS[g["mon"].rstrip(".")] if "mon" in g else _int(g["m"])
    if not 1 <= month <= 12:
        return None
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = _nearest(month, context.published)
    return _month_time(year, month, relative)


def _month_time(year: int, month: int, relative: bool) -> Time:
    return Time(
        date(year, month, 1),
        date(year, month, calendar.monthrange(year, month)[1]),
        "month",
        f"{year}-{month:02d}",
        relative=relative,
    )


def _month_word(match: re.Match[str], context: _Context) -> Time | str | None:
    word = match.group().split()[0]
    if (
        _groups(match)["mon"] in ("may", "mar", "march")
        and word in ("to", "and", "of", "for", "this")
        and match.string[match.end() : match.end() + 1] not in (",", ".")
    ):
        return None
    found = _month(match, context)
    if word == "last" and isinstance(found, Time) and context.published and found.start > context.published:
        return _month_time(found.start.year - 1, found.start.month, True)
    return found


def _months(match: re.Match[str], context: _Context) -> Time | str | None:
    first, last = _int(match["m"]), _int(match["m2"])
    if not 1 <= first < last <= 12:
        return None
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = _nearest(last, context.published)
    start, end = _month_time(year, first, relative), _month_time(year, last, relative)
    return Time(start.start, end.end, "span", f"{start.label}/{end.label}", relative=relative)


def _part(year: int, n: int, months: int, letter: str, grain: str, relative: bool, fiscal: bool = False) -> Time:
    first = (n - 1) * months + 1
    end = date(year, first + months - 1, calendar.monthrange(year, first + months - 1)[1])
    return Time(date(year, first, 1), end, grain, f"{'FY' if fiscal else ''}{year}{letter}{n}", fiscal, relative)


def _quarter(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    word = g.get("q") or g.get("q2") or g.get("q3") or g.get("qo") or "1"
    n = _ORD.get(word) or _int(word)
    if not 1 <= n <= 4:
        return None
    fiscal = any(k in g for k in ("f", "f0", "f1", "f2"))
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        published = context.published
        year = published.year - (
            1
            if (n - 1) * 3 + 1
            > published.month
            + (
                3
                if re.search(
                    r"\b(?:will|expects?|"
                    r"next)\b|将|预计",
                    match.string[max(0, match.start() - 30) : match.start()],
                )
                else 0
            )
            else 0
        )
    return _part(year, n, 3, "Q", "quarter", relative, fiscal)


def _half(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    word = g.get("h") or g.get("ho") or ""
    n = {"上": 1, "下": 2, "first": 1, "second": 2, "latter": 2, "1": 1, "2": 2}[word]
    year, relative = _year_of(match, context)
    if (
        "ho" in g
        and not (g.get("y") or g.get("r"))
        and not re.match(
            r"\s?(?:[,.;)]|results|revenue|sales|profit|net|"
            r"was|were|and)",
            match.string[match.end() : match.end() + 9],
        )
    ):
        return None
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year
    return _part(year, n, 6, "H", "half", relative)


def _first_part(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    k = _NUM.get(g["k"]) or _int(g["k"]) or 11
    months = k * 3 if "季" in g["u"] or "quarter" in g["u"] else k
    if not 1 <= months <= 12:
        return None
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year - (1 if months > context.published.month else 0)
    return Time(
        date(year, 1, 1),
        _month_time(year, months, False).end,
        "span",
        f"{year}-01/{year}-{months:02d}",
        relative=relative,
    )


def _fiscal(match: re.Match[str], context: _Context) -> Time | str | None:
    year, relative = _year_of(match, context)
    g = _groups(match)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year
    if q := g.get("q"):
        return _part(year, _int(q), 3, "Q", "quarter", relative, fiscal=True)
    return Time(date(year, 1, 1), date(year, 12, 31), "year", f"FY{year}", True, relative)


def _fiscal_near(match: re.Match[str], context: _Context) -> Time | str:
    if context.published is None:
        return "relative"
    step = {"last": -1, "previous": -1, "prior": -1, "next": 1, "upcoming": 1}.get(match["fy"], 0)
    if match["u"] == "year":
        year = context.published.year + step
        return Time(date(year, 1, 1), date(year, 12, 31), "year", f"FY{year}", True, True)
    other = _shift(context.published.replace(day=1), 3 * step)
    return _part(other.year, (other.month - 1) // 3 + 1, 3, "Q", "quarter", True, fiscal=True)


def _year(match: re.Match[str], context: _Context) -> Time | str | None:
    year, relative = _year_of(match, context)
    if not year:
        return "relative"
    if not 1900 <= year <= 2100:
        return None
    found = Time(date(year, 1, 1), date(year, 12, 31), "year", str(year), relative=relative)
    edge = (_groups(match).get("edge") or "") + match.group()
    if re.search(r"end of|end-|底|末", edge):
        return replace(found, start=date(year, 12, 1), grain="span", label=f"{year}-12")
    return found


def _years(match: re.Match[str], context: _Context) -> Time | None:
    first = _int(match["y"])
    g = _groups(match)
    last = int(g["y3"]) if "y3" in g else first // 100 * 100 + int(g["y4"])
    if not 0 < last - first <= 60:
        return None
    return Time(date(first, 1, 1), date(last, 12, 31), "span", f"{first}/{last}")


def _same(match: re.Match[str], context: _Context) -> str:
    return "same-period"


def _number(text: str) -> int:
    words = text.replace(" of", "").replace("a couple", "couple").replace("a few", "few").strip()
    if words == "several" or words == "几":
        return 3
    return _NUM.get(words) or _int(words) or 0


def _back(day: date, n: int, unit: str) -> date:
    """Return the day some years, months, weeks or days before (after, where negative)."""
    if unit.startswith(("year", "年", "decade", "十年")):
        return _shift(day, -12 * n * (10 if unit.startswith(("decade", "十")) else 1))
    if unit.startswith(("quarter", "个季")):
        return _shift(day, -3 * n)
    if unit.startswith(("month", "个月")):
        return _shift(day, -n)
    return day - timedelta(days=n * (7 if unit.startswith(("week", "周")) else 1))


def _shift(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _span(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    n = _number(g["n"]) if "n" in g else 1
    if not 0 < n < 100:
        return None
    if context.published is None:
        return "relative"
    ahead = g["way"].strip("的") in (
        "未来",
        "今后",
        "接下来",
        "此后",
        "往后",
        "next",
        "coming",
        "upcoming",
        "following",
    )
    start, end = context.published, context.published
    if ahead:
        end = _back(context.published, -n, g["u"])
    else:
        start = _back(context.published, n, g["u"])
    return Time(start, end, "span", f"{start}/{end}", relative=True)


def _ago(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    words = g["n"]
    unit = g.get("u") or ("decade" if "decade" in words else "")
    if not unit:
        return None
    n = 1 if "decade" in words else _number(words)
    if g["ago"] == "earlier" and unit.startswith("year") and n == 1:
        return "same-period"
    if not 0 < n < 100:
        return None
    if context.published is None:
        return "relative"
    base = context.published
    if g["ago"] in ("earlier", "之前", "以前") and context.year:
        base = date(context.year, 7, 1)
    day = _back(base, n, unit)
    if unit.startswith(("year", "年", "decade")):
        return Time(date(day.year, 1, 1), date(day.year, 12, 31), "year", str(day.year), relative=True)
    return (
        _month_time(day.year, day.month, True)
        if "month" in unit or "月" in unit or "quarter" in unit
        else Time(day, day, "day", day.isoformat(), relative=True)
    )


def _ended(match: re.Match[str], context: _Context) -> Time | str | None:
    g = _groups(match)
    month = _MONTHS[g["mon"].rstrip(".")]
    year, relative = _year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year - (1 if month > context.published.month else 0)
    months = {"three months": 3, "six months": 6, "nine months": 9, "quarter": 3, "fiscal quarter": 3}.get(
        g["what"], 12
    )
    last = calendar.monthrange(year, month)[1]
    end = date(year, month, min(int(g["d"]), last)) if "d" in g else date(year, month, last)
    start = _shift(date(year, month, 1), 1 - months) if end.day > 15 else _shift(date(year, month, 1), -months)
    grain = {3: "quarter", 6: "half", 12: "year"}.get(months, "span")
    return Time(start, end, grain, f"{start}/{end}", True, relative)


def _word(match: re.Match[str], context: _Context) -> Time | str | None:
    word, day = match["w"], context.published
    vague = (
        "近日",
        "日前",
        "目前",
        "近期",
        "近年来",
        "近年",
        "当前",
        "如今",
        "现在",
        "currently",
        "recently",
        "in recent years",
        "now",
        "今后",
        "未来",
    )
    if word in vague:
        return None if word in ("now", "未来", "今后") else "now"
    if day is None:
        return "relative"
    if word in ("last year", "the previous year", "the prior year"):
        return _whole_year(day.year - 1)
    if word == "the following year":
        return "relative"
    if word == "next year":
        return _whole_year(day.year + 1)
    if word in ("this year", "so far this year", "year to date", "later this year", "earlier this year"):
        return _whole_year(day.year)
    if word in ("年底", "年末", "end of the year", "year-end", "the end of this year", "the end of the year"):
        return replace(_whole_year(day.year), start=date(day.year, 12, 1), grain="span", label=f"{day.year}-12")
    if word == "年初":
        return _month_time(day.year, 1, True)
    if "月" in word or "month" in word:
        shift = -1 if word.startswith(("上", "last")) else 1 if word.startswith(("下", "next")) else 0
        other = _shift(day.replace(day=1), shift)
        return _month_time(other.year, other.month, True)
    if "季" in word or "quarter" in word:
        shift = -3 if word.startswith(("上", "last", "the prev")) else 3 if word.startswith(("下", "next")) else 0
        other = _shift(day.replace(day=1), shift)
        return _part(other.year, (other.month - 1) // 3 + 1, 3, "Q", "quarter", True)
    if word.startswith("周"):
        return _last_day(day, "一二三四五六日".index(word[1]))
    if "周" in word or "week" in word:
        monday = day - timedelta(days=day.weekday() + (7 if word.startswith(("上", "last")) else 0))
        return Time(monday, monday + timedelta(days=6), "span", f"{monday}/{monday + timedelta(days=6)}", relative=True)
    shift = {"昨天": -1, "昨日": -1, "yesterday": -1, "明天": 1, "tomorrow": 1, "前天": -2}.get(word, 0)
    other = day + timedelta(days=shift)
    return Time(other, other, "day", other.isoformat(), relative=True)


def _whole_year(year: int) -> Time:
    return Time(date(year, 1, 1), date(year, 12, 31), "year", str(year), relative=True)


def _weekday(match: re.Match[str], context: _Context) -> Time | str | None:
    return "relative" if context.published is None else _last_day(context.published, _DAYS[match["wd"]])


def _last_day(published: date, weekday: int) -> Time:
    day = published - timedelta(days=(published.weekday() - weekday) % 7)
    return Time(day, day, "day", day.isoformat(), relative=True)


def _decade(match: re.Match[str], context: _Context) -> Time | None:
    digits = re.sub(r"\D", "", match.group())
    first = int(digits) if len(digits) == 4 else (1900 if int(digits) >= 30 else 2000) + int(digits)
    return Time(date(first, 1, 1), date(first + 9, 12, 31), "span", f"{first}/{first + 9}")


_READINGS: dict[str, Reading] = {
    "ago": _ago,
    "day": _day,
    "day-alone": _day_alone,
    "decade": _decade,
    "ended": _ended,
    "first-part": _first_part,
    "fiscal": _fiscal,
    "fiscal-near": _fiscal_near,
    "half": _half,
    "month": _month,
    "month-word": _month_word,
    "months": _months,
    "quarter": _quarter,
    "same": _same,
    "span": _span,
    "weekday": _weekday,
    "word": _word,
    "year": _year,
    "years": _years,
}
