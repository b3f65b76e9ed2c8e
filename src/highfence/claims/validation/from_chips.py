"""Sentences from data sheets and law: figures of chips, comparisons, makers, and the need of a licence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import product

from highfence.catalogue import catalogue
from highfence.catalogue.entries import Chip
from highfence.claims.validation.wording import (
    STRONG,
    Sentence,
    digits,
    far,
    firm_name,
    month_words,
    templates,
)

SPECS = {"memory_capacity": (("GB", 1e9), ("TB", 1e12)), "memory_bandwidth": (("TB/s", 1e12), ("GB/s", 1e9)),
         "peak_fp16": (("TFLOPS", 1e12), ("PFLOPS", 1e15)), "tdp": (("W", 1.0), ("kW", 1e3))}


@cache
def _chips() -> tuple[Chip, ...]:
    """Return chips whose name is short and means one part alone."""
    return tuple(c for c in catalogue().chips() if c.status in ("shipping", "discontinued") and _short(c))


def _short(chip: Chip) -> str:
    """Return the shortest Latin name, a letter first and with a digit, that leads to this chip alone."""
    names = [a for a in (*chip.aliases, chip.name.en)
             if a.isascii() and a[0].isalpha() and any(ch.isdigit() for ch in a) and len(a) > 3]
    names = [a for a in names if (found := catalogue().find_chip(a)) and found.id == chip.id]
    return min(names, key=len, default="")


def _figure(chip: Chip, attribute: str) -> float | None:
    found = chip[attribute]
    if found is None or found.contested or found.grade not in STRONG or isinstance(found.value, (str, bool)):
        return None
    return float(found.value)


def specs(mutation: str) -> Iterator[Sentence]:
    """Yield figures of data sheets."""
    for chip, attribute in product(_chips(), SPECS):
        value = _figure(chip, attribute)
        if value is None or (mutation == "sparse-dense" and attribute != "peak_fp16"):
            continue
        (unit, size), (other_unit, _) = SPECS[attribute]
        if attribute == "memory_bandwidth" and value < 1e12:
            (unit, size), (other_unit, _) = SPECS[attribute][::-1]
        for named, number, shown in _changed_spec(chip, attribute, value, unit, other_unit, mutation):
            for lang in ("en", "zh"):
                for template in templates()["spec"][attribute][lang]:
                    text = template.format(chip=_short(named), value=f"{digits(number / size)} {shown}")
                    yield Sentence(text, lang, "spec", mutation, f"{chip.id}/{attribute}")


def _changed_spec(chip: Chip, attribute: str, value: float, unit: str, other_unit: str, mutation: str,
                  ) -> Iterator[tuple[Chip, float, str]]:
    if not mutation:
        yield chip, value, unit
    elif mutation == "magnitude":
        yield from ((chip, value * f, unit) for f in (0.1, 10.0))
    elif mutation == "unit":
        yield chip, value, other_unit
    elif mutation == "sparse-dense":
        yield chip, value * 2.0, unit
    else:
        for other in _chips():
            number = _figure(other, attribute)
            if number is not None and other.vendor == chip.vendor and far(number, value):
                yield other, value, unit


def ratios(mutation: str) -> Iterator[Sentence]:
    """Yield how many times one chip has of another's."""
    pairs = [(a, b) for a, b in product(_chips(), repeat=2) if a.id != b.id and a.id[0] <= b.id[0]]
    for (a, b), attribute in product(pairs[::7], ("memory_bandwidth", "peak_fp16", "memory_capacity")):
        one, two = _figure(a, attribute), _figure(b, attribute)
        if not one or not two or not 1.3 < one / two < 12:
            continue
        times, first, second = one / two, a, b
        if mutation == "direction":
            first, second = b, a
        elif mutation == "magnitude":
            times *= 3.0
        elif mutation == "entity":
            near = [c for c in _chips() if c.vendor == b.vendor]
            others = [c for c in near if (n := _figure(c, attribute)) and far(one / n, times)]
            if not others:
                continue
            second = others[len(a.id) % len(others)]
        for lang in ("en", "zh"):
            for template in templates()["ratio"][attribute][lang]:
                text = template.format(a=_short(first), b=_short(second), times=f"{times:.1f}")
                yield Sentence(text, lang, "ratio", mutation, f"{a.id}/{b.id}/{attribute}")


def origins(mutation: str) -> Iterator[Sentence]:
    """Yield who makes a chip."""
    makers = sorted({c.vendor for c in _chips()})
    for n, chip in enumerate(_chips()):
        maker = chip.vendor
        if mutation == "entity":
            near = {catalogue().firm(maker).parent, *(f.id for f in catalogue().firms() if f.parent == maker)}
            others = [m for m in makers if m != maker and m not in near]
            maker = others[n * 5 % len(others)]
        for lang in ("en", "zh"):
            for template in templates()["origin"][lang]:
                text = template.format(chip=_short(chip), firm=firm_name(maker, lang))
                yield Sentence(text, lang, "origin", mutation, f"{chip.id}/vendor")


def statuses(mutation: str) -> Iterator[Sentence]:
    """Yield whether US law asked for a licence for China on a day."""
    from highfence.rules import classify

    days = (date(2022, 3, 1), date(2023, 3, 1), date(2024, 3, 1), date(2025, 5, 1), date(2026, 3, 1))
    for chip in _chips():
        if catalogue().firm(chip.vendor).country != "US":
            continue
        answers = {day: classify(chip.id, to="CN", on=day.isoformat()).requirement for day in days}
        for day, other in product(days, repeat=2):
            said, true = answers[day], answers[other]
            sure = {"licence", "none"}
            if said not in sure or true not in sure or (day == other) != (mutation != "period"):
                continue
            if mutation == "period" and said == true:
                continue
            asked = (said if mutation == "period" else true) == "licence"
            asked = not asked if mutation == "direction" else asked
            for lang in ("en", "zh"):
                for template in templates()["status"]["licence" if asked else "free"][lang]:
                    text = template.format(chip=_short(chip), day=month_words(other, lang))
                    yield Sentence(text, lang, "status", mutation, f"{chip.id}/{other}")
