"""What is known of a part: every fact with its range, grade and source, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite

from highfence.catalogue import Chip
from highfence.catalogue.attributes import ATTRIBUTES, Attribute
from highfence.catalogue.entries import Price
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.core.quantities import format_quantity
from highfence.report.citations import Bibliography, Cite
from highfence.report.names import firm_name
from highfence.report.readings import INPUT_KINDS, STATED, grade_of, quantity, read, spread
from highfence.report.texts import both, say
from highfence.rules.parts import Part

GROUPS: dict[str, tuple[str, ...]] = {
    "computed": ("tpp", "performance_density", "io_bandwidth"),
    "compute": (*(name for name in ATTRIBUTES if name.startswith("peak_")),
                "published_tpp", "published_performance_density"),
    "memory": ("memory_capacity", "memory_bandwidth", "memory_type", "memory_stacks"),
    "links": ("link_bandwidth", "host_interface", "host_bandwidth", "network_bandwidth"),
    "silicon": ("compute_units", "boost_clock", "l2_cache", "logic_die_area", "logic_die_count", "die_area_scope",
                "package_area", "transistors", "process_node", "process_nm", "foundry"),
    "board": ("tdp", "announced", "released", "datacenter"),
}
"""Order of the tables; what an input of the law is computed from comes first."""

EXPECTED = ("memory_capacity", "memory_bandwidth", "memory_type", "link_bandwidth", "host_interface",
            "logic_die_area", "process_node", "foundry", "tdp", "announced", "released", "datacenter")
"""Attributes that a full record has; one that was never published is listed as missing."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Another published value of the same attribute."""

    shown: Label
    grade: str
    cite: Cite
    note: Label | None
    rejected: Label | None


@dataclass(frozen=True, slots=True)
class FactRow:
    """One attribute: its preferred value, its range, and where they come from.

    Attributes
    ----------
    value, low, high : in the unit inside; ``shown`` and ``shown_range`` : as people write them.
    how : the arithmetic of a computed value.
    """

    name: str
    label: Label
    shown: Label
    value: float | str | bool | None
    unit: str | None
    low: float | None
    high: float | None
    shown_range: Label | None
    contested: bool
    grade: str
    how: str
    note: Label | None
    cites: tuple[Cite, ...]
    others: tuple[Observed, ...]


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts of one kind."""

    id: str
    title: Label
    rows: tuple[FactRow, ...]


def fact_groups(part: Part, sources: Bibliography) -> tuple[FactGroup, ...]:
    """Return everything known of a part, in groups."""
    groups = []
    for id, names in GROUPS.items():
        make = _computed if id == "computed" else _published
        rows = [row for name in names if (row := make(part, name, sources)) is not None]
        groups.append(FactGroup(id, say(f"facts.{id}"), tuple(rows)))
    if isinstance(part.entry, Chip) and part.entry.prices:
        rows = [_price(price, sources) for price in part.entry.prices]
        groups.append(FactGroup("prices", say("facts.prices"), tuple(rows)))
    return tuple(group for group in groups if group.rows)


def missing_facts(part: Part) -> tuple[Label, ...]:
    """Return the attributes of a full record that were never published, or never stated."""
    return tuple(_missing(part))


def _missing(part: Part) -> Iterator[Label]:
    if read(part, "tpp") is None:
        yield ATTRIBUTES["published_tpp"].label
    if part.entry is None:
        for name in ("logic_die_area", "io_bandwidth"):
            if read(part, name) is None:
                yield ATTRIBUTES[name].label
        if part.datacenter is None:
            yield ATTRIBUTES["datacenter"].label
        return
    for name in EXPECTED:
        if part.entry[name] is None:
            yield ATTRIBUTES[name].label


def _computed(part: Part, name: str, sources: Bibliography) -> FactRow | None:
    """Return an input of the law with its arithmetic; a sheet's bandwidth and area too, which have no entry."""
    found = read(part, name)
    if found is None:
        return None
    high = found.high if isfinite(found.high) else None
    return FactRow(name, found.label, found.shown, found.value, found.kind, found.low, high, found.shown_range,
                   found.contested, found.grade, found.how, None, sources.facts(found.facts), ())


def _published(part: Part, name: str, sources: Bibliography) -> FactRow | None:
    if part.entry is None:
        stated = {"memory_bandwidth": "dram_bandwidth"}.get(name, name)
        return _computed(part, stated, sources) if stated in INPUT_KINDS else _flag_of_sheet(part, name, sources)
    row, found = ATTRIBUTES[name], part.entry[name]
    if found is None:
        return None
    numeric = row.numeric
    others = tuple(_observed(row, fact, sources) for fact in found.others if _differs(row, fact, found.fact))
    contested = found.contested or any(o.rejected is None for o in others)
    return FactRow(
        name, row.label, shown_value(row, found.value), found.value, row.kind if numeric else None,
        found.low if numeric else None, found.high if numeric else None,
        spread(name, found.low, found.high, row.kind) if numeric and found.contested else None, contested,
        grade_of(found.fact), "", found.fact.note, (sources.cite(found.fact.source, found.fact.at),), others)


def _flag_of_sheet(part: Part, name: str, sources: Bibliography) -> FactRow | None:
    if name != "datacenter" or part.datacenter is None:
        return None
    row = ATTRIBUTES[name]
    return FactRow(name, row.label, shown_value(row, part.datacenter), part.datacenter, None, None, None, None, False,
                   STATED, "", None, sources.facts(()), ())


def _differs(row: Attribute, fact: Fact, chosen: Fact) -> bool:
    """Whether another fact says something else; a repetition of the same value adds nothing to read."""
    if fact.rejected is not None:
        return True
    if not row.numeric:
        return row.kind in {"flag", "date"} and fact.value != chosen.value
    return any(abs(a - b) > 0.0025 * max(abs(a), abs(b)) for a, b in zip(fact.ends, chosen.ends))


def _observed(row: Attribute, fact: Fact, sources: Bibliography) -> Observed:
    return Observed(shown_fact(row, fact), fact.grade, sources.cite(fact.source, fact.at), fact.note, fact.rejected)


def shown_fact(row: Attribute, fact: Fact) -> Label:
    """Write one published value, or range, for people."""
    if row.numeric:
        low, high = fact.ends
        if low != high:
            return spread(row.name, low, high, row.kind)
    return shown_value(row, fact.value)


def shown_value(row: Attribute, value: float | str | bool | None) -> Label:
    """Write one value of an attribute for people."""
    if isinstance(value, bool):
        return say("word.yes" if value else "word.no")
    if isinstance(value, str):
        return firm_name(value) if row.kind == "firm" else both(value)
    return say("word.unknown") if value is None else quantity(row.name, value, row.kind)


def _price(price: Price, sources: Bibliography) -> FactRow:
    kind = "money_rate" if price.kind == "rental" else "money"
    label = Label(f"{say(f'price.{price.kind}').en}, {price.date}", f"{say(f'price.{price.kind}').zh}，{price.date}")
    low, high = price.low, price.high
    shown_range = spread("price", low, high, kind) if low is not None and high is not None else None
    return FactRow(f"price_{price.kind}", label, both(format_quantity(price.value, kind)), price.value, kind, low, high,
                   shown_range, False, price.grade, "", price.note, (sources.cite(price.source),), ())
