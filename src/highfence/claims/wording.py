"""Names of what has an id, words that search goes by, and numbers as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from highfence.catalogue.statements import things
from highfence.catalogue.store import catalogue
from highfence.core.labels import Label
from highfence.core.quantities import format_number


@cache
def names() -> Mapping[str, Label]:
    """Return the name of everything that has an id."""
    known = catalogue()
    found: dict[str, Label] = {}
    for entries in (known.firms(), known.chips(), known.systems(), known.memories(), known.models()):
        found.update((e.id, e.name) for e in entries)
    found.update((t.id, t.name) for t in things().values())
    return found


def name_of(id: str) -> Label:
    """Return the name of a thing, or its id where it has none."""
    return names().get(id) or Label(id, id)


@cache
def _name_table() -> Mapping[str, tuple[str, bool]]:
    """English names and aliases of firms and things, in lower case, to ids, and whether they are common nouns."""
    found: dict[str, tuple[str, bool]] = {}
    rows = [(f.id, f.name.en, f.aliases) for f in catalogue().firms()]
    rows.extend((t.id, t.name.en, t.aliases) for t in things().values())
    for id, main, aliases in rows:
        for name in (main, *aliases):
            key = name.casefold()
            if key.isascii() and len(key) >= 3 and not key.isdigit() and key not in _STOP:
                found.setdefault(key, (id, name[0].islower()))
    return found


@lru_cache(maxsize=8192)
def named_in(text: str) -> tuple[str, ...]:
    """Return ids of the firms and things that an English text names.

    >>> named_in("SMIC and ten affiliates put on the list")
    ('smic',)
    """
    table, found = _name_table(), []
    tokens = re.findall(r"[A-Za-z0-9][A-Za-z0-9.&-]*", text.replace("'s", " ").replace("\u2019s", " "))
    at = 0
    while at < len(tokens):
        for size in (4, 3, 2, 1):
            part = tokens[at : at + size]
            key = " ".join(part).casefold().rstrip(".-")
            if len(part) == size and key in table and (size > 1 or part[0][0].isupper() or table[key][1]):
                found.append(table[key][0])
                at += size - 1
                break
        at += 1
    return tuple(dict.fromkeys(found))


def firm_of(name: str) -> str:
    """Return the id of a firm by its English name, or the name where it has none.

    >>> firm_of("Alibaba")
    'alibaba'
    """
    return _name_table().get(name.casefold(), (name, False))[0]


_PRINTED = re.compile(
    r"(?<![\w.])(\d[\d,]*(?:\.\d+)?)\s*(%|per cent|billion|million|trillion|thousand)?\s*"
    r"(dollars|yuan|euros|entities|firms|wafers|dies|chips|stacks|racks|points|cities)?"
)
_TIMES = {"billion": 1e9, "million": 1e6, "trillion": 1e12, "thousand": 1e3}
_IN = {"dollars": "USD", "yuan": "CNY", "euros": "EUR"}


def numbers_in(text: str) -> Iterator[tuple[float, str]]:
    """Yield the amounts that a label prints, with their units; a bare amount is in the label's one currency."""
    found = [m.groups() for m in _PRINTED.finditer(text)]
    money = next((_IN[noun] for _, _, noun in found if noun in _IN), "1")
    for number, scale, noun in found:
        if scale in ("%", "per cent"):
            yield float(number.replace(",", "")) / 100, "share"
        elif scale or noun:
            size = float(number.replace(",", "")) * _TIMES.get(scale or "", 1.0)
            yield size, _IN.get(noun or "", "1" if noun else money if size >= 1e6 else "1")


_WORD = re.compile(r"[a-z][a-z0-9&+.-]*[a-z0-9]|[0-9]+[a-z][a-z0-9]*|[㐀-鿿]+")
_STOP_WORDS = """
a about after also an and are as at be been before between billion but by cent dollar dollars during
first for from had has have he her his in into is it its last may million more new no not of on one or
other out over per percent quarter said says she such than that the their then there these they this
those thousand to two under up was were which while will with would year years yuan
"""
_STOP = frozenset(_STOP_WORDS.split())


@lru_cache(maxsize=65536)
def words_of(text: str) -> frozenset[str]:
    """Return the words of a text that search goes by: English stems, and pairs of Chinese characters.

    >>> sorted(words_of("ASML sells scanners"))
    ['asml', 'scanner', 'sell']
    >>> sorted(words_of("光刻机"))
    ['光刻', '刻机']
    """
    found: set[str] = set()
    for part in _WORD.findall(text.casefold().replace("昇", "升")):
        if part[0] >= "㐀":
            found.update(part[i : i + 2] for i in range(len(part) - 1))
        elif part not in _STOP:
            found.add(stem(part))
    return frozenset(found)


def stem(word: str) -> str:
    """Return an English word without its commonest endings.

    >>> stem("licences"), stem("banned"), stem("founding")
    ('licence', 'bann', 'found')
    """
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) > len(ending) + 3:
            return word[: -len(ending)]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def search_words(*texts: Label | str) -> frozenset[str]:
    found: set[str] = set()
    for text in texts:
        for part in (text.en, text.zh) if isinstance(text, Label) else (text.replace("-", " "),):
            found |= words_of(part)
    return frozenset(found)


def shown_value(value: float | str | None, unit: str, lang: str = "en") -> str:
    """Write a value for people.

    >>> shown_value(1.48e14, "FLOP/s"), shown_value(0.125, "share"), shown_value(4.4062e10, "USD")
    ('148 TFLOP/s', '12.5 %', '44.06 billion USD')
    >>> shown_value(4.4062e10, "USD", "zh")
    '440.6亿美元'
    """
    if value is None or isinstance(value, str):
        return value or ""
    if unit in ("share", "points"):
        return (
            f"{format_number(100 * value, 3)}{' %' if unit == 'share' else (' points' if lang == 'en' else '个百分点')}"
        )
    for scaled, size in _SCALES.get(unit, ()):
        if abs(value) >= size:
            return f"{format_number(value / size)} {scaled}"
    noun = unit if lang == "en" else _NOUNS.get(unit, unit)
    noun, gap = ("" if unit == "1" else noun), (" " if lang == "en" else "")
    for size, word in _LARGE if lang == "en" else _LARGE_ZH:
        if abs(value) >= size:
            return f"{format_number(value / size)}{gap}{word}{gap}{noun}".strip()
    return f"{format_number(value)}{gap}{noun}".strip()


def value_label(value: float | str | None, unit: str) -> Label:
    """Write a value in both languages."""
    return Label(shown_value(value, unit), shown_value(value, unit, "zh"))


_LARGE = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))
_LARGE_ZH = ((1e12, "万亿"), (1e8, "亿"), (1e4, "万"))
_NOUNS = {
    "USD": "美元",
    "CNY": "元",
    "EUR": "欧元",
    "JPY": "日元",
    "TWD": "新台币",
    "KRW": "韩元",
    "times": "倍",
    "units": "颗",
    "cards": "张",
    "wafers/month": "片/月",
    "USD/h": "美元/时",
    "dies": "颗裸片",
    "stacks": "堆",
}
_SCALES = {
    "FLOP/s": (("EFLOP/s", 1e18), ("TFLOP/s", 1e12)),
    "OP/s": (("TOP/s", 1e12),),
    "B/s": (("TB/s", 1e12), ("GB/s", 1e9)),
    "B": (("GB", 1e9), ("MB", 1e6)),
    "Hz": (("GHz", 1e9), ("MHz", 1e6)),
}
