"""Scales of printed numbers, and numbers that rank."""

from __future__ import annotations

import re

from highfence.claims.mentions.numerals import ORDINALS, Number, han_integer
from highfence.claims.model import Mention, Quantity

RANK_HAN = re.compile(
    r"(?P<top>前|top\s?)(?P<n>[一二两三四五六七八九十]{1,3}|\d{1,3})(?P<tail>大|名|强|位|甲)?|"
    r"第(?P<m>[一二三四五六七八九十]{1,3}|\d{1,3})(?P<tail2>大|名|位|高|多|强|快)?(?P<rest>[\u3400-\u9fff]?)"
)


RANKED = re.compile(
    r"(?:全球|世界|国内|中国|美国|排名|排行|位列|位居|居|列|名列|跻身|跃居|升至|冲上|杀进|进入|市场|行业|业界|其|稳居|仅次于|为|是|排|降至|跌至|成为|占据|拿下|"
    r"夺下|夺得|挤进|挤入|奪下|世|,|、|\s)$"
)


RANK_EN = re.compile(
    r"(?<![a-z])(?:(?:(?P<ord>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)|(?P<num>\d{1,2})(?:st|"
    r"nd|rd|th))"
    r"[- ](?P<sup>largest|biggest|highest|most|fastest|strongest|smallest|lowest|place|spot|position|in the world|"
    r"globally|worldwide|best)"
    r"|(?:ranked|ranks|ranking|rank|came|placed|place|finished|in)\s(?P<ord2>first|second|third|fourth|fifth|sixth|"
    r"seventh|eighth|ninth|tenth)"
    r"(?= (?:in|among|globally|worldwide|place|with|behind|after|by)|[,.;])|no\.? ?1\b|number[- ](?P<word>one|two|"
    r"three|four|five)|"
    r"no\.? ?(?P<no>\d{1,2})\b|#(?P<hash>\d{1,2})\b|top (?P<topn>\d{1,3}|two|three|four|five|six|seven|eight|nine|"
    r"ten)(?![a-z0-9]))"
)


ALL = {
    **ORDINALS,
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
}


NOT_THIRD = re.compile(
    r"[- ](?:part|countr|time|phase|generation|batch|year|round|option|stage|world|plant|fab|"
    r"factor|quarter|person|term)"
)


def replace_scale(n: Number) -> Number:
    """Take back a scale letter that turned out to be none."""
    size = {"k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}[n.letter]
    return Number(n.start, n.end - 1, n.low / size, n.high / size, n.step / size)


def scale_of(n: Number) -> float:
    scale = 1.0
    for size in (1e12, 1e9, 1e8, 1e6, 1e4, 1e3):
        if n.step * 1e3 >= size and n.high >= size and n.step <= size:
            scale = size
            break
    return scale


def exact(value: float) -> float:
    """Take back what the last bit of a product adds: 35 % is 0.35."""
    return float(f"{value:.13g}")


def latin_edge(low: str, at: int) -> bool:
    return not (low[at].isascii() and low[at].isalpha() and at and low[at - 1].isascii() and low[at - 1].isalpha())


def ordinal(word: str) -> float:
    return float(word) if word.isdigit() else float(han_integer(word) or 0)


def ranking(start: int, end: int, value: float, comparator: str, text: str) -> Mention:
    return Mention(
        start, end, "quantity", quantity=Quantity(value, "rank", comparator=comparator, printed=text[start:end])
    )
