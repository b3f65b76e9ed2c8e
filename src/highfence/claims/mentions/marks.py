"""Words and signs around a number: comparators, ranges, rates, and what follows that is no unit."""

from __future__ import annotations

import re

BEFORE = re.compile(
    r"(?:(?P<above>more than|greater than|over|at least|above|upwards of|in excess of|exceed(?:s|ed|ing)?|"
    r"surpass(?:es|ed|ing)?|"
    r"north of|no less than|not less than|no fewer than|well over|as low as|beyond|minimum of|"
    r"远超|超过了?|超出|超|逾|多于|至少|不少于|不低于|大于|高于|突破了?|超逾|达到或超过|不止|起码|冲破)|"
    r"(?P<below>less than|fewer than|below|under|at most|no more than|not more than|up to|as much as|as many as|as "
    r"high as|just under|"
    r"maximum of|不到|不足|低于|少于|不超过|不高于|小于|未达|至多|最多|未满|最高|多达|高达|仅不到)|"
    r"(?P<near>nearly|almost|close to|approaching|about|around|roughly|approximately|approx\.?|circa|some|an "
    r"estimated|estimated|"
    r"~|将近|接近|近|约为|约|大约|大概|几乎|差不多|估计|逼近|约合|大致|≈)|"
    r"(?P<only>only|just|merely|仅为|仅|只有|只|才))(?:\s|of\s|the\s|a\s|达|有|为|了|:)*$"
)


SYMBOLS = {"≥": ">=", ">": ">", "≤": "<=", "<": "<"}


AFTER = re.compile(
    r"\s?(?:(?P<above>\+|以上|或以上|多|余|or more|or higher|plus\b|and above|之上)|"
    r"(?P<below>以下|以内|之内|or less|or fewer|or below|之下|封顶)|"
    r"(?P<near>左右|上下|or so|or thereabouts|\(?estimated\)?|前后|来))"
)


JOIN = re.compile(r"\s?(?P<dash>-|~|至|到)\s?|\s(?P<to>to)\s|\s(?P<and>and|or)\s|(?P<hyphen>-to-)")


FROM = re.compile(r"(?:(?<![a-z])from|从|由|自)[^,，。;；.]{0,24}$")


BETWEEN = re.compile(r"(?<![a-z])between\s[^,.]{0,12}$|介于.{0,8}$|在.{0,8}$")


RATE = re.compile(
    r"\s?(?:(?:per|an|each|/)\s?(?:gpu[- ])?(?P<h>hour|hr|h)\b|/小时|每小时|/?(?P<tok>per million tokens|"
    r"每百万tokens?|/百万tokens?|per million input tokens|per million output tokens))"
)


MONTHLY = re.compile(
    r"(?:\s?(?:12-inch |300mm |8-inch )?wafers?)?\s?(?:a month|per month|monthly|each month|/month|"
    r"/月|每月)"
)


TENTHS = re.compile(r"(?:半|[一二三四五六七八九](?![年个月天家十成分]))(?!以)")


WORD = re.compile(r"[ -]([a-z][a-z'.-]*)")


HALF_WORD = re.compile(r"[- ](?:year|time|decade|century|hour|day|baked|life)|-[a-z]")


HALF_TIME = re.compile(r"(?:first|second|latter|last|other|this|next|each|per|better)[ -]$|[上下]$")


ONE_IN = re.compile(r"(?<![a-z])(?:one|two|three) in $")


GENERIC = frozenset(
    {
        "items",
        "firms",
        "people",
        "countries",
        "cities",
        "plants",
        "days",
        "pieces",
        "years",
        "layers",
        "cards",
        "users",
        "months",
        "quarters",
        "cores",
    }
)


STOP = frozenset(
    [
        "of",
        "in",
        "and",
        "or",
        "the",
        "a",
        "an",
        "to",
        "from",
        "by",
        "for",
        "on",
        "at",
        "with",
        "as",
        "than",
        "is",
        "was",
        "were",
        "are",
        "be",
        "that",
        "which",
        "who",
        "per",
        "this",
        "its",
        "since",
        "until",
        "before",
        "after",
        "but",
        "while",
        "if",
        "when",
        "years",
        "year",
        "months",
        "days",
    ]
)
