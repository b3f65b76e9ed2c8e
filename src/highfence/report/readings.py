"""One quantity of one part, with its range, its evidence and how it is written for people."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

from highfence.catalogue.attributes import ATTRIBUTES
from highfence.core.facts import Fact, worst_grade
from highfence.core.labels import Label
from highfence.core.quantities import format_number, format_quantity
from highfence.report.texts import both, say
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.parts import Input, Part

STATED = "stated"
"""Grade of what a caller writes down, which is no evidence."""

INPUT_KINDS = {"logic_die_area": "area", "performance_density": "tpp_density", "tpp": "tpp",
               "io_bandwidth": "bandwidth", "dram_bandwidth": "bandwidth"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A quantity in the unit inside of ``kind``; ``high`` is infinite where no upper end is known."""

    name: str
    label: Label
    kind: str
    value: float
    low: float
    high: float
    grade: str
    how: str
    facts: tuple[Fact, ...]

    @property
    def contested(self) -> bool:
        """Whether more than one value is possible."""
        return self.low != self.high

    @property
    def shown(self) -> Label:
        """The preferred value for people."""
        return quantity(self.name, self.value, self.kind)

    @property
    def shown_range(self) -> Label | None:
        """The range for people, or None for a settled value."""
        return spread(self.name, self.low, self.high, self.kind) if self.contested else None


def read(part: Part, name: str) -> Reading | None:
    """Return one quantity of a part: an input of the law, or an attribute of its catalogue entry; None if unknown."""
    if name == "performance_density":
        return _density(part)
    if name in INPUT_KINDS:
        return _of_input(name, part.input(name))
    found = part.entry[name] if part.entry is not None else None
    if found is None or isinstance(found.value, str):
        return None
    row = ATTRIBUTES[name]
    return Reading(name, row.label, row.kind, float(found.value), found.low, found.high, grade_of(found.fact), "",
                   (found.fact,))


def weakest(*grades: str) -> str:
    """Return the weakest of some grades; what the caller stated stands apart from all evidence.

    >>> weakest("official", "press"), weakest("official", "stated")
    ('press', 'stated')
    """
    return STATED if STATED in grades else worst_grade(grades)


def grade_of(fact: Fact) -> str:
    """Return the grade of a fact, or ``stated`` where it has no source but the caller."""
    return fact.grade if fact.source else STATED


def quantity(name: str, value: float, kind: str) -> Label:
    """Write one value of an attribute for people."""
    if name == "transistors":
        return Label(f"{value / 1e9:,.4g} billion", f"{value / 1e8:,.4g}亿")
    if kind == "tpp":
        return both(format_number(value))
    if not isfinite(value):
        return say("word.no_upper_end")
    return both(format_quantity(value, kind))


def spread(name: str, low: float, high: float, kind: str) -> Label:
    """Write a range for people, the unit once."""
    if not isfinite(high):
        return say("word.or_more", value=quantity(name, low, kind))
    ends = quantity(name, low, kind), quantity(name, high, kind)
    return Label(*(_joined(*(end.text(lang) for end in ends)) for lang in ("en", "zh")))


def _joined(low: str, high: str) -> str:
    number, _, unit = low.partition(" ")
    return f"{number}–{high}" if unit and high.endswith(f" {unit}") else f"{low} – {high}"


def _of_input(name: str, known: Input) -> Reading | None:
    label = ATTRIBUTES[name].label if name in ATTRIBUTES else LAW_METRICS[name].label
    value = known.value
    if value is None:
        if known.low <= 0 or known.high == inf:
            return None
        value = (known.low + known.high) / 2
    return Reading(name, label, INPUT_KINDS[name], value, known.low, known.high, known.grade, known.how, known.facts)


def _density(part: Part) -> Reading | None:
    label = LAW_METRICS["performance_density"].label
    tpp, area = _of_input("tpp", part.input("tpp")), _of_input("logic_die_area", part.input("logic_die_area"))
    if tpp is None or area is None or not area.value:
        return _of_input("performance_density", part.input("performance_density"))
    return Reading("performance_density", label, "tpp_density", tpp.value / area.value,
                   tpp.low / area.high, tpp.high / area.low if area.low else inf,
                   weakest(tpp.grade, area.grade), f"{tpp.value:g} TPP / {area.value:g} mm²",
                   (*tpp.facts, *area.facts))
