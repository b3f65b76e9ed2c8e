"""Numbers written in digits, Chinese characters or English words, with their scale words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "壹": 1,
    "贰": 2,
    "叁": 3,
}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万亿": 10**12, "亿": 10**8, "兆": 10**12, "万": 10**4}
_WORDS = {
    "zero": 0,
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
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "mln": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bln": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
    "trn": 10**12,
    "tn": 10**12,
    "dozen": 12,
    "k": 1000,
    "m": 10**6,
    "b": 10**9,
    "t": 10**12,
}
_FRACTIONS = {
    "half": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
}

_ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_HAN = "[零〇一二两三四五六七八九十百千万亿兆壹贰叁]"
_UNIT_WORD = "(?:" + "|".join(sorted(_WORDS, key=len, reverse=True)) + ")"
_ENGLISH = rf"(?<![a-z]){_UNIT_WORD}(?:[- ](?:and )?(?:hundred|thousand|{_UNIT_WORD})){{0,5}}(?![a-z])"
_FOLD = (
    r"(?<![a-z])(?:twice|thrice|(?:two|three|four|five|six|seven|eight|nine|ten|twenty|hundred|"
    r"thousand)-?fold)(?![a-z])"
)
_FRACTION = (
    r"(?<![a-z])(?:(?:(?:a|one)[- ])?half|(?:a|one|two|three|four|five|seven|nine)[- ]"
    r"(?:third|quarter|fourth|fifth|sixth|seventh|eighth|ninth|tenth)s?)(?![a-z])(?! (?:of )?(?:20\d\d|the "
    r"year))"
)
_VAGUE = (
    r"(?<![a-z])(?:(?:tens|dozens|scores|hundreds|thousands|millions|billions|trillions)(?: of "
    r"(?:thousands|millions|billions|trillions))?|(?:a )?(?:few |couple |several )(?:hundred|thousand|dozen|"
    r"million|billion)|"
    r"(?:a|one|two|three|four|five|six) (?:dozen|score)|a (?:hundred|thousand|million|billion|trillion)|a couple|"
    r"several dozen)(?![a-z])(?: of(?= [a-z]))?"
)
_HAN_FRACTION = rf"(?:百|千|万|{_HAN}+)分之(?:{_HAN}+|\d+(?:\.\d+)?)(?:点{_HAN}+)?"
_HAN_VAGUE = (
    r"(?:数|几|上|好几|逾|过)(?:十|百|千|万|亿){1,2}(?:亿|万)?|(?:十|百|千|万)(?:亿|万)?(?:级|余|多)|十(?:几|余|多)(?:万亿|亿|万)?|(?:几|"
    r"数)(?=[成倍])"
)
_HAN_HALF = "一半|半数|大半|对半"
NUMBER = re.compile(
    rf"(?P<hanfraction>{_HAN_FRACTION})|(?P<hanvague>{_HAN_VAGUE})|(?P<hanhalf>{_HAN_HALF})|(?P<arabic>{_ARABIC})|"
    rf"(?P<han>{_HAN}+(?:点{_HAN}+)?)|(?P<fold>{_FOLD})|(?P<fraction>{_FRACTION})|(?P<vague>{_VAGUE})|"
    rf"(?P<english>{_ENGLISH})"
)

_SCALE_HAN = re.compile(r"(?:\s?[多余]?(万亿|千亿|百亿|十亿|亿|千万|百万|十万|万|千|百|兆))")
_SCALE_WORD = re.compile(
    r"[\s-]?(hundred thousand|hundred million|hundred billion|thousand|million|mln|mn|billion|"
    r"bln|bn|trillion|trn|tn|dozen|hundred)s?(?![a-z])"
)
_SCALE_LETTER = re.compile(r"\s?([kmbt])(?![a-z/0-9])")
_RANGES = {
    "tens": (2e1, 1e2),
    "dozens": (24, 120),
    "scores": (40, 100),
    "hundreds": (2e2, 1e3),
    "thousands": (2e3, 1e4),
    "millions": (2e6, 1e7),
    "billions": (2e9, 1e10),
    "trillions": (2e12, 1e13),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A number as printed: ``step`` is one unit of its last printed digit, ``vague`` whether only a size was named.

    ``share``: a fraction by itself ("half", 三分之一). ``small``: written in Chinese characters or words.
    """

    start: int
    end: int
    low: float
    high: float
    step: float
    vague: bool = False
    share: bool = False
    times: bool = False
    small: bool = False
    letter: str = ""
    scaled: bool = False

    @property
    def value(self) -> float:
        """The middle."""
        return (
            self.low
            if self.low == self.high
            else (self.low * self.high) ** 0.5
            if self.vague
            else (self.low + self.high) / 2
        )


def read(match: re.Match[str], text: str) -> Number | None:
    """Return the number that a match of :data:`NUMBER` stands for, with the scale word behind it."""
    kind, words = match.lastgroup or "", match.group()
    found = _READERS[kind](match.start(), match.end(), words)
    if found is None or found.share or found.times:
        return found
    return _scaled(found, text, match.end())


def _scaled(n: Number, text: str, at: int) -> Number:
    factor, letter = 1.0, ""
    if match := _SCALE_HAN.match(text, at):
        factor = float(han_integer(match.group(1)) or 1)
        if match.group(1) == "兆" and text[match.end() : match.end() + 1] in "瓦赫字":
            return n
        at = match.end()
        if (more := re.compile(r"[多余]?亿").match(text, at)) and factor < 1e8:
            factor *= 1e8
            at = more.end()
    elif match := _SCALE_WORD.match(text, at):
        for word in match.group(1).split():
            factor *= _SCALES[word]
        at = match.end()
    elif not n.small and (match := _SCALE_LETTER.match(text, at)):
        letter, factor, at = match.group(1), float(_SCALES[match.group(1)]), match.end()
    if factor == 1.0:
        return n
    return Number(
        n.start,
        at,
        n.low * factor,
        n.high * factor,
        n.step * factor,
        n.vague,
        small=n.small,
        letter=letter,
        scaled=True,
    )


def _arabic(start: int, end: int, words: str) -> Number:
    plain = words.replace(",", "")
    value = float(plain)
    step = float(Decimal(1).scaleb(-len(plain.partition(".")[2])))
    return Number(start, end, value, value, step)


def _han(start: int, end: int, words: str) -> Number | None:
    whole, dot, rest = words.partition("点")
    if pair := _neighbours(whole):
        return Number(start, end, *pair, small=True, scaled=pair[0] >= 100)
    value = han_integer(whole)
    if value is None or (dot and (rest == "" or any(c not in DIGITS for c in rest))):
        return None
    decimals = "".join(str(DIGITS[c]) for c in rest) if dot else ""
    number = value + (float(f"0.{decimals}") if decimals else 0.0)
    step = 10.0 ** -len(decimals) if decimals else _han_step(whole, value)
    return Number(start, end, number, number, step, small=True, scaled=value >= 10 and whole[-1] in "百千万亿兆")


def _neighbours(words: str) -> tuple[float, float, float] | None:
    """Two digits that follow one another name a range: 三四成, 两三千, 十五六."""
    match = re.fullmatch(r"(十?)([一二两三四五六七八九])([二两三四五六七八九])([十百千]?)(万亿|亿|万)?", words)
    if not match or DIGITS[match[3]] != DIGITS[match[2]] + 1:
        return None
    base = 10 if match[1] else 0
    scale = SMALL.get(match[4], 1) * LARGE.get(match[5] or "", 1)
    return float((base + DIGITS[match[2]]) * scale), float((base + DIGITS[match[3]]) * scale), float(scale)


def _han_step(words: str, value: int) -> float:
    last = words[-1]
    size = {**SMALL, "万": 10**4, "亿": 10**8, "兆": 10**12}.get(last, 1)
    if words.endswith("万亿"):
        size = 10**12
    return float(size)


def han_integer(words: str) -> int | None:
    """Return the integer that Chinese numerals stand for, or None.

    >>> han_integer("三千二百亿"), han_integer("二〇二五"), han_integer("十四"), han_integer("万亿")
    (320000000000, 2025, 14, 1000000000000)
    """
    if not words:
        return None
    if all(c in DIGITS for c in words):
        return int("".join(str(DIGITS[c]) for c in words)) if len(words) > 1 or words else None
    total, section, digit = 0, 0, None
    i = 0
    while i < len(words):
        c = words[i]
        if c in DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = DIGITS[c]
        elif c in SMALL:
            section += (1 if digit is None or digit == 0 else digit) * SMALL[c]
            digit = None
        else:
            size = LARGE["万亿"] if words.startswith("万亿", i) else LARGE.get(c)
            if size is None:
                return None
            section += digit or 0
            total = (
                (total + section) * size if size >= 10**8 and total and total < size else total + (section or 1) * size
            )
            section, digit = 0, None
            i += 1 if size == LARGE["万亿"] and words.startswith("万亿", i) else 0
        i += 1
    return total + section + (digit or 0)


def _hanfraction(start: int, end: int, words: str) -> Number | None:
    below, _, above = words.partition("分之")
    bottom = han_integer(below)
    top: float | None
    if above[0].isdigit():
        top, step = float(above), 10.0 ** -len(above.partition(".")[2])
    else:
        whole, _dot, rest = above.partition("点")
        n = han_integer(whole)
        decimals = "".join(str(DIGITS.get(c, 0)) for c in rest)
        top = None if n is None else n + (float(f"0.{decimals}") if decimals else 0.0)
        step = 10.0 ** -len(decimals)
    if not bottom or top is None:
        return None
    return Number(
        start, end, top / bottom, top / bottom, step / bottom if bottom >= 100 else 0.1, share=True, small=True
    )


def _hanhalf(start: int, end: int, words: str) -> Number:
    return Number(start, end, 0.5, 1.0 if words == "大半" else 0.5, 0.1, share=True, small=True)


def _hanvague(start: int, end: int, words: str) -> Number | None:
    body = words.rstrip("级余多")
    lead = body[0]
    if lead == "十" and len(body) > 1 and body[1] in "几余多":
        size = LARGE.get(body[2:], 1)
        return Number(start, end, 11.0 * size, 19.0 * size, float(size), vague=True, small=True, scaled=True)
    if lead == "十" and words[-1] in "余多":
        return Number(start, end, 11.0, 19.0, 1.0, vague=True, small=True, scaled=True)
    scale = han_integer(body.lstrip("数几上好逾过")) or 1
    low, high = (1.0, 2.0) if lead in "上逾过十百千万亿" else (2.0, 9.0)
    return Number(start, end, low * scale, high * scale, float(scale), vague=True, small=True, scaled=scale >= 10)


def _english(start: int, end: int, words: str) -> Number | None:
    total, section = 0, 0
    for word in re.split(r"[- ]+", words):
        if word in _WORDS:
            section += _WORDS[word]
        elif word == "hundred":
            section = (section or 1) * 100
        elif word == "thousand":
            total, section = total + (section or 1) * 1000, 0
    value = float(total + section)
    return Number(start, end, value, value, 1.0, small=True)


def _fraction(start: int, end: int, words: str) -> Number:
    parts = re.split(r"[- ]", words)
    top = {"a": 1, **_WORDS}.get(parts[0], 1) if len(parts) > 1 else 1
    bottom = _FRACTIONS[parts[-1].removesuffix("s") if parts[-1] != "half" else "half"]
    return Number(start, end, top / bottom, top / bottom, 0.1, share=True, small=True)


def _vague(start: int, end: int, words: str) -> Number:
    body = words.removesuffix(" of").strip()
    first = body.split()[0]
    if first in _RANGES:
        low, high = _RANGES[first]
        scale = 1.0
        if " of " in body:
            scale = float(_SCALES[body.split()[-1].removesuffix("s")])
        return Number(start, end, low * scale, high * scale, scale, vague=True, small=True, scaled=True)
    size = float(_SCALES.get(body.split()[-1], 20 if body.endswith("score") else 1))
    if body in ("a couple",):
        return Number(start, end, 2.0, 2.0, 1.0, vague=True, small=True)
    if "few" in body or "several" in body or "couple" in body:
        return Number(start, end, 2 * size, 9 * size, size, vague=True, small=True, scaled=True)
    top = float({"a": 1, **_WORDS}.get(first, 1))
    return Number(start, end, top * size, top * size, size, small=True, scaled=True)


def _fold(start: int, end: int, words: str) -> Number:
    value = {"twice": 2.0, "thrice": 3.0}.get(words) or float(
        {**_WORDS, **_SCALES}[words.removesuffix("fold").rstrip("-")]
    )
    return Number(start, end, value, value, 1.0, times=True, small=True)


_READERS = {
    "fold": _fold,
    "arabic": _arabic,
    "han": _han,
    "hanfraction": _hanfraction,
    "hanhalf": _hanhalf,
    "hanvague": _hanvague,
    "english": _english,
    "fraction": _fraction,
    "vague": _vague,
}
