"""Days, months, quarters and years, and what is said relative to the day of publication."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import cache

from highfence.claims.mentions.dates import (
    MONTHS,
    NUM,
    ORD,
    Context,
    Reading,
    groups,
    month_time,
    nearest,
    part_of,
    shifted,
    whole,
    year_of,
)
from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.relative import ago, ended, fiscal_near, past_span, same, spoken, weekday
from highfence.claims.model import Mention, Time


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
    context = Context(published)
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


def _day(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    month = MONTHS[g["mon"].rstrip(".")] if "mon" in g else whole(g["m"])
    day = whole(g["d"])
    year, relative = year_of(match, context)
    if not year:
        if context.published is None:
            return "relative" if 1 <= month <= 12 and 1 <= day <= 31 else None
        year = nearest(month, context.published)
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return Time(found, found, "day", found.isoformat(), relative=relative)


def _day_alone(match: re.Match[str], context: Context) -> Time | str | None:
    """A day of the month that the text is at, or the last such day before publication."""
    if context.published is None:
        return "relative"
    day, base = int(match["d"]), context.published
    if day > base.day:
        base = shifted(base.replace(day=1), -1)
    try:
        found = base.replace(day=day)
    except ValueError:
        return None
    return Time(found, found, "day", found.isoformat(), relative=True)


def _month(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    month = MONTHS[g["mon"].rstrip(".")] if "mon" in g else whole(g["m"])
    if not 1 <= month <= 12:
        return None
    year, relative = year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = nearest(month, context.published)
    return month_time(year, month, relative)


def _month_word(match: re.Match[str], context: Context) -> Time | str | None:
    word = match.group().split()[0]
    if (
        groups(match)["mon"] in ("may", "mar", "march")
        and word in ("to", "and", "of", "for", "this")
        and match.string[match.end() : match.end() + 1] not in (",", ".")
    ):
        return None
    found = _month(match, context)
    if word == "last" and isinstance(found, Time) and context.published and found.start > context.published:
        return month_time(found.start.year - 1, found.start.month, True)
    return found


def _months(match: re.Match[str], context: Context) -> Time | str | None:
    first, last = whole(match["m"]), whole(match["m2"])
    if not 1 <= first < last <= 12:
        return None
    year, relative = year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = nearest(last, context.published)
    start, end = month_time(year, first, relative), month_time(year, last, relative)
    return Time(start.start, end.end, "span", f"{start.label}/{end.label}", relative=relative)


def _quarter(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    word = g.get("q") or g.get("q2") or g.get("q3") or g.get("qo") or "1"
    n = ORD.get(word) or whole(word)
    if not 1 <= n <= 4:
        return None
    fiscal = any(k in g for k in ("f", "f0", "f1", "f2"))
    year, relative = year_of(match, context)
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
    return part_of(year, n, 3, "Q", "quarter", relative, fiscal)


def _half(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    word = g.get("h") or g.get("ho") or ""
    n = {"上": 1, "下": 2, "first": 1, "second": 2, "latter": 2, "1": 1, "2": 2}[word]
    year, relative = year_of(match, context)
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
    return part_of(year, n, 6, "H", "half", relative)


def _first_part(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    k = NUM.get(g["k"]) or whole(g["k"]) or 11
    months = k * 3 if "季" in g["u"] or "quarter" in g["u"] else k
    if not 1 <= months <= 12:
        return None
    year, relative = year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year - (1 if months > context.published.month else 0)
    return Time(
        date(year, 1, 1),
        month_time(year, months, False).end,
        "span",
        f"{year}-01/{year}-{months:02d}",
        relative=relative,
    )


def _fiscal(match: re.Match[str], context: Context) -> Time | str | None:
    year, relative = year_of(match, context)
    g = groups(match)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year
    if q := g.get("q"):
        return part_of(year, whole(q), 3, "Q", "quarter", relative, fiscal=True)
    return Time(date(year, 1, 1), date(year, 12, 31), "year", f"FY{year}", True, relative)


def _year(match: re.Match[str], context: Context) -> Time | str | None:
    year, relative = year_of(match, context)
    that_year = (groups(match).get("rel") or groups(match).get("r")) == "当年"
    if not year or (that_year and context.published is not None and year >= context.published.year):
        return "relative"
    if not 1900 <= year <= 2100:
        return None
    found = Time(date(year, 1, 1), date(year, 12, 31), "year", str(year), relative=relative)
    edge = (groups(match).get("edge") or "") + match.group()
    if re.search(r"end of|end-|底|末", edge):
        return replace(found, start=date(year, 12, 1), grain="span", label=f"{year}-12")
    return found


def _years(match: re.Match[str], context: Context) -> Time | None:
    first = whole(match["y"])
    g = groups(match)
    last = int(g["y3"]) if "y3" in g else first // 100 * 100 + int(g["y4"])
    if not 0 < last - first <= 60:
        return None
    return Time(date(first, 1, 1), date(last, 12, 31), "span", f"{first}/{last}")


def _decade(match: re.Match[str], context: Context) -> Time | None:
    digits = re.sub(r"\D", "", match.group())
    first = int(digits) if len(digits) == 4 else (1900 if int(digits) >= 30 else 2000) + int(digits)
    return Time(date(first, 1, 1), date(first + 9, 12, 31), "span", f"{first}/{first + 9}")


_READINGS: dict[str, Reading] = {
    "ago": ago,
    "day": _day,
    "day-alone": _day_alone,
    "decade": _decade,
    "ended": ended,
    "first-part": _first_part,
    "fiscal": _fiscal,
    "fiscal-near": fiscal_near,
    "half": _half,
    "month": _month,
    "month-word": _month_word,
    "months": _months,
    "quarter": _quarter,
    "same": same,
    "span": past_span,
    "weekday": weekday,
    "word": spoken,
    "year": _year,
    "years": _years,
}
