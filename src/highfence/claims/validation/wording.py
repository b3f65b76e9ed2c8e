"""How a made sentence writes names, numbers and days. Nothing of it is shared with what reads sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.series import Point
from highfence.core.documents import read_yaml

SCALES = {"en": (("trillion", 1e12), ("billion", 1e9), ("million", 1e6)),
          "zh": (("万亿", 1e12), ("亿", 1e8), ("万", 1e4))}
CURRENCIES = {"en": {"USD": "US${}", "CNY": "{} yuan", "EUR": "€{}", "TWD": "NT${}", "JPY": "¥{}"},
              "zh": {"USD": "{}美元", "CNY": "{}元人民币", "EUR": "{}欧元", "TWD": "{}新台币", "JPY": "{}日元"}}
STRONG = ("official", "filing", "measured", "press")
FAR = 0.35
"""How far a changed value is from the true one, at least, as a part of it: beyond what any rounding excuses."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, whether it is true, and what was changed in it.

    Attributes
    ----------
    family : kind of template. mutation : what was changed, or "" where it is true. fact : id of what it is made from.
    """

    text: str
    lang: str
    family: str
    mutation: str
    fact: str

    @property
    def true(self) -> bool:
        """Whether nothing was changed."""
        return not self.mutation


@cache
def templates() -> Mapping[str, Any]:
    """Return the templates by family."""
    found: Mapping[str, Any] = read_yaml(Path(__file__).parent / "templates.yaml")
    return found


def far(a: float, b: float) -> bool:
    """Whether two values differ beyond what rounding excuses."""
    return abs(a - b) > FAR * min(abs(a), abs(b))


def firm_name(id: str, lang: str) -> str:
    """Return a firm's name."""
    return catalogue().firm(id).name.text(lang)


def money_words(value: float, unit: str, lang: str) -> str:
    """Return a sum of money.

    >>> money_words(44.062e9, "USD", "en"), money_words(44.062e9, "USD", "zh")
    ('US$44.06 billion', '440.6亿美元')
    """
    word, scale = next((s for s in SCALES[lang] if value >= s[1]), SCALES[lang][-1])
    number = digits(value / scale)
    return CURRENCIES[lang][unit].format(f"{number} {word}" if lang == "en" else f"{number}{word}")


def digits(value: float) -> str:
    """Return a number with four digits of note.

    >>> digits(44.062), digits(130.497), digits(0.75)
    ('44.06', '130.5', '0.75')
    """
    return f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}"


def percent_words(share: float, lang: str) -> str:
    """Return a share in percent, small ones with a decimal."""
    number = f"{share * 100:.1f}".removesuffix(".0") if share < 0.2 else f"{share * 100:.0f}"
    return f"{number}%" if lang == "zh" or len(number) % 2 else f"{number} percent"


def period_words(point: Point, lang: str) -> str:
    """Write a period: a fiscal one where the books differ from the calendar, else a quarter or a year."""
    if point.fiscal:
        year, _, quarter = point.fiscal.removeprefix("FY").partition("Q")
        words = templates()["periods"]["fiscal-quarter" if quarter else "fiscal-year"][lang]
    else:
        year, _, quarter = point.period.replace("-", "").partition("Q")
        words = templates()["periods"]["quarter" if quarter else "year"][lang]
    ordinal = templates()["ordinals"][lang][int(quarter) - 1] if quarter else ""
    return str(words).format(year=year, quarter=ordinal, n=quarter)


def month_words(day: date, lang: str) -> str:
    """Return the month of a day."""
    return f"{day:%B} {day.year}" if lang == "en" else f"{day.year}年{day.month}月"
