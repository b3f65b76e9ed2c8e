"""Times said relative to the day of publication: last quarter, in the past three years, two years ago."""

from __future__ import annotations

import calendar
import re
from dataclasses import replace
from datetime import date, timedelta

from highfence.claims.mentions.dates import (
    DAYS,
    MONTHS,
    Context,
    counted,
    groups,
    last_day,
    month_time,
    part_of,
    shifted,
    steps_back,
    whole_year,
    year_of,
)
from highfence.claims.model import Time


def fiscal_near(match: re.Match[str], context: Context) -> Time | str:
    if context.published is None:
        return "relative"
    step = {"last": -1, "previous": -1, "prior": -1, "next": 1, "upcoming": 1}.get(match["fy"], 0)
    if match["u"] == "year":
        year = context.published.year + step
        return Time(date(year, 1, 1), date(year, 12, 31), "year", f"FY{year}", True, True)
    other = shifted(context.published.replace(day=1), 3 * step)
    return part_of(other.year, (other.month - 1) // 3 + 1, 3, "Q", "quarter", True, fiscal=True)


def same(match: re.Match[str], context: Context) -> str:
    return "same-period"


def past_span(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    n = counted(g["n"]) if "n" in g else 1
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
        end = steps_back(context.published, -n, g["u"])
    else:
        start = steps_back(context.published, n, g["u"])
    return Time(start, end, "span", f"{start}/{end}", relative=True)


def ago(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    words = g["n"]
    unit = g.get("u") or ("decade" if "decade" in words else "")
    if not unit:
        return None
    n = 1 if "decade" in words else counted(words)
    if g["ago"] == "earlier" and unit.startswith("year") and n == 1:
        return "same-period"
    if not 0 < n < 100:
        return None
    if context.published is None:
        return "relative"
    base = context.published
    if g["ago"] in ("earlier", "之前", "以前") and context.year:
        base = date(context.year, 7, 1)
    day = steps_back(base, n, unit)
    if unit.startswith(("year", "年", "decade")):
        return Time(date(day.year, 1, 1), date(day.year, 12, 31), "year", str(day.year), relative=True)
    return (
        month_time(day.year, day.month, True)
        if "month" in unit or "月" in unit or "quarter" in unit
        else Time(day, day, "day", day.isoformat(), relative=True)
    )


def ended(match: re.Match[str], context: Context) -> Time | str | None:
    g = groups(match)
    month = MONTHS[g["mon"].rstrip(".")]
    year, relative = year_of(match, context)
    if not year:
        if context.published is None:
            return "relative"
        year = context.published.year - (1 if month > context.published.month else 0)
    months = {"three months": 3, "six months": 6, "nine months": 9, "quarter": 3, "fiscal quarter": 3}.get(
        g["what"], 12
    )
    last = calendar.monthrange(year, month)[1]
    end = date(year, month, min(int(g["d"]), last)) if "d" in g else date(year, month, last)
    start = shifted(date(year, month, 1), 1 - months) if end.day > 15 else shifted(date(year, month, 1), -months)
    grain = {3: "quarter", 6: "half", 12: "year"}.get(months, "span")
    return Time(start, end, grain, f"{start}/{end}", True, relative)


def spoken(match: re.Match[str], context: Context) -> Time | str | None:
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
        return whole_year(day.year - 1)
    if word == "the following year":
        return "relative"
    if word == "next year":
        return whole_year(day.year + 1)
    if word in ("this year", "so far this year", "year to date", "later this year", "earlier this year"):
        return whole_year(day.year)
    if word in ("年底", "年末", "end of the year", "year-end", "the end of this year", "the end of the year"):
        return replace(whole_year(day.year), start=date(day.year, 12, 1), grain="span", label=f"{day.year}-12")
    if word == "年初":
        return month_time(day.year, 1, True)
    if "月" in word or "month" in word:
        shift = -1 if word.startswith(("上", "last")) else 1 if word.startswith(("下", "next")) else 0
        other = shifted(day.replace(day=1), shift)
        return month_time(other.year, other.month, True)
    if "季" in word or "quarter" in word:
        shift = -3 if word.startswith(("上", "last", "the prev")) else 3 if word.startswith(("下", "next")) else 0
        other = shifted(day.replace(day=1), shift)
        return part_of(other.year, (other.month - 1) // 3 + 1, 3, "Q", "quarter", True)
    if word.startswith("周"):
        return last_day(day, "一二三四五六日".index(word[1]))
    if "周" in word or "week" in word:
        monday = day - timedelta(days=day.weekday() + (7 if word.startswith(("上", "last")) else 0))
        return Time(monday, monday + timedelta(days=6), "span", f"{monday}/{monday + timedelta(days=6)}", relative=True)
    shift = {"昨天": -1, "昨日": -1, "yesterday": -1, "明天": 1, "tomorrow": 1, "前天": -2}.get(word, 0)
    other = day + timedelta(days=shift)
    return Time(other, other, "day", other.isoformat(), relative=True)


def weekday(match: re.Match[str], context: Context) -> Time | str | None:
    return "relative" if context.published is None else last_day(context.published, DAYS[match["wd"]])
