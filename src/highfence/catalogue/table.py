"""The catalogue as flat tables, in the units that people use.

One row a chip, a system, a memory stack, a language model, a firm, a source, a price, and one row a fact.
Queries, SQL and exports all read these tables, so that a column means the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from highfence.catalogue.attributes import ATTRIBUTES, Attribute, attributes_of
from highfence.catalogue.entries import Chip, Entry, Firm, LanguageModel, MemoryStack, Price
from highfence.catalogue.metrics import METRICS, missing
from highfence.catalogue.store import Catalogue, catalogue
from highfence.core.facts import Fact, Source
from highfence.core.labels import Label
from highfence.core.quantities import human_scale

Cell = str | float | bool | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    type : ``text``, ``number`` or ``flag``.
    kind : what its values are read as: a kind of quantity, or ``text``, ``flag``, ``date``.
    alias : the same name without the unit, where it has one.
    """

    name: str
    type: str
    kind: str
    meaning: str
    alias: str = ""

    @property
    def unit(self) -> str | None:
        """Human unit of a number, or None."""
        return (human_scale(self.kind)[0] or None) if self.type == "number" else None


def text(name: str, meaning: str = "", kind: str = "text") -> Column:
    """Return a column of words; ``kind`` is ``date`` for dates such as ``2024-03``."""
    return Column(name, "text", kind, meaning)


def number(name: str, meaning: str, kind: str = "count", alias: str = "") -> Column:
    """Return a column of numbers in the human unit of their kind."""
    return Column(name, "number", kind, meaning, alias)


def attribute_column(attribute: Attribute) -> Column:
    """Return the column of one attribute.

    >>> attribute_column(ATTRIBUTES["memory_bandwidth"]).name
    'memory_bandwidth_gb_s'
    """
    if attribute.numeric:
        return number(attribute.column, attribute.meaning, attribute.kind, attribute.name)
    if attribute.kind == "flag":
        return Column(attribute.column, "flag", "flag", attribute.meaning)
    return text(attribute.column, attribute.meaning, "date" if attribute.kind == "date" else "text")


_METRIC_COLUMNS = {
    "tpp": ("tpp", "tpp", "total processing performance, computed from dense peaks"),
    "performance_density": ("performance_density", "tpp_density", "TPP per mm² of logic die area"),
    "io_bandwidth_total": ("io_bandwidth_total_gb_s", "bandwidth",
                           "links, host and network ports, both directions"),
    "dram_bandwidth": ("dram_bandwidth_gb_s", "bandwidth", "bandwidth of all DRAM"),
    "memory_bandwidth_density": ("memory_bandwidth_density_gb_s_mm2", "bandwidth_density",
                                 "memory bandwidth per mm² of the stack"),
}
CHIP_METRICS = ("tpp", "performance_density", "io_bandwidth_total", "dram_bandwidth")


def _metric_columns(names: Iterable[str]) -> Iterator[Column]:
    for name in names:
        column, kind, meaning = _METRIC_COLUMNS[name]
        stem, suffix = name, column.removeprefix(name)
        yield number(column, meaning, kind, stem)
        for end, word in (("low", "lowest"), ("high", "highest")):
            told = f"{word} value of a contested {stem}; empty where undisputed or where there is no such end"
            yield number(f"{stem}_{end}{suffix}", told, kind, f"{stem}_{end}")


_ID = (text("id", "permanent identifier"), text("name_en", "name in English"),
       text("name_zh", "name in Chinese"))
_MADE = (*_ID, text("vendor", "firm that designs it"), text("country", "where the vendor has its seat"))
_NOTE = (text("note_en", "remark in English"), text("note_zh", "remark in Chinese"))
_EVIDENCE = (text("grade", "kind of evidence"), text("source", "id in the table of sources"),
             text("at", "page, table or row in the source"))


def _attribute_columns(kind: str) -> tuple[Column, ...]:
    return tuple(attribute_column(a) for a in attributes_of(kind).values())


CHIPS = (*_MADE, text("family", "architecture"), text("kind", "gpu, npu, tpu, asic, wafer or cpu"),
         text("form", "form factor"),
         text("status", "shipping, announced, reported, discontinued or cancelled"),
         *_metric_columns(CHIP_METRICS), *_attribute_columns("chip"),
         text("missing", "what decides law and has no sourced value, joined by ;"))
FACTS = (text("subject", "id of what the fact is about"), text("subject_kind", "chip, system or memory"),
         text("attribute", "what the fact states"), number("value", "the value, in the column unit"),
         text("text", "the value where it is a word, a date or a flag"),
         number("low", "lower end of a range"), number("high", "upper end of a range"),
         text("unit", "unit of value, low and high"), text("period", "what the value is about", "date"),
         text("published", "when it became public", "date"),
         text("accessed", "when the source was read", "date"), *_EVIDENCE,
         text("kind", "fact, law, proposal, report or forecast"), *_NOTE,
         text("rejected", "why a published value is not used"))
SOURCES = (text("id", "permanent identifier"), text("title"), text("publisher"),
           text("date", "date of publication", "date"), text("url"),
           text("accessed", "day on which it was read", "date"), text("licence", "licence of a data set"))
PRICES = (text("subject", "id of the chip or system"), text("subject_kind", "chip or system"),
          text("kind", "list, contract, street, grey or rental"),
          number("value", "the price, in the column unit"), number("low", "lowest price seen"),
          number("high", "highest price seen"), text("unit", "USD, or USD/h"), text("place", "country"),
          text("date", "when it was seen", "date"), text("grade", "kind of evidence"),
          text("source", "id in the table of sources"), *_NOTE)
SYSTEMS = (*_MADE, text("kind", "server, rack, supernode, pod or cluster"),
           text("chip", "id of its accelerator"), *_attribute_columns("system"))
MEMORY = (*_MADE, text("generation", "HBM2, HBM2E …"), number("stack_height", "layers of DRAM"),
          *_metric_columns(["memory_bandwidth_density"]), *_attribute_columns("memory"))
FIRMS = (*_ID, text("country", "country of headquarters"), text("headquarters", "city"),
         text("roles", "joined by ;"), text("parent", "id of the parent firm"), text("source"), text("grade"))
_MODEL_HEAD = (*_ID, text("developer"), text("released", "date of release", "date"),
               number("parameters_total", "all parameters, as published"),
               number("parameters_active", "parameters used per token, as published"))

def tables(source: Catalogue | None = None) -> dict[str, list[Row]]:
    """Return every table of the catalogue; each row has all columns of its table, in one order.

    >>> [name for name in tables()]
    ['chips', 'facts', 'sources', 'prices', 'systems', 'memory', 'models', 'firms']
    """
    held = source or catalogue()
    rows: dict[str, Iterable[Row]] = {
        "chips": chip_rows(held), "facts": _fact_rows(held), "sources": map(_source_row, held.sources()),
        "prices": _price_rows(held), "systems": (_entry_row(e, held) for e in held.systems()),
        "memory": (_entry_row(e, held) for e in held.memories()), "models": map(_model_row, held.models()),
        "firms": map(_firm_row, held.firms()),
    }
    shapes = columns(held)
    return {name: [_shaped(row, shapes[name]) for row in found] for name, found in rows.items()}


def _shaped(row: Row, shape: Iterable[Column]) -> Row:
    """Return a row with every column in order; a field that is a word in some rows is text in all."""
    return {c.name: str(v) if c.type == "text" and (v := row.get(c.name)) is not None else row.get(c.name)
            for c in shape}


def columns(source: Catalogue | None = None) -> dict[str, tuple[Column, ...]]:
    """Return the columns of every table; those of models follow the architectures in the catalogue."""
    held = source or catalogue()
    return {"chips": CHIPS, "facts": FACTS, "sources": SOURCES, "prices": PRICES, "systems": SYSTEMS,
            "memory": MEMORY, "models": _model_columns(held), "firms": FIRMS}


def chip_rows(source: Catalogue | None = None) -> list[Row]:
    """Return one row a chip, in the order of the catalogue."""
    held = source or catalogue()
    return [_shaped(_chip_row(chip, held), CHIPS) for chip in held.chips()]


def _chip_row(chip: Chip, held: Catalogue) -> Row:
    row = _entry_row(chip, held)
    return {**row, "missing": "; ".join(missing(chip)) or None}


def _entry_row(entry: Entry, held: Catalogue) -> Row:
    own = {name: value for name in ("family", "kind", "form", "status", "chip", "generation", "stack_height")
           if (value := getattr(entry, name, None)) not in (None, "")}
    return {"id": entry.id, "name_en": entry.name.en, "name_zh": entry.name.zh, "vendor": entry.vendor,
            "country": held.firm(entry.vendor).country if entry.vendor else None, **own,
            **_metric_cells(entry), **_attribute_cells(entry)}


def _metric_cells(entry: Entry) -> Row:
    cells: Row = {}
    for name in _metrics_of_kind(entry):
        metric = METRICS[name](entry)
        if metric is None:
            continue
        column, kind, _ = _METRIC_COLUMNS[name]
        suffix = column.removeprefix(name)
        cells[column] = human(metric.value, kind)
        if metric.contested:
            cells[f"{name}_low{suffix}"] = human(metric.low, kind)
            cells[f"{name}_high{suffix}"] = human(metric.high, kind)
    return cells


def _metrics_of_kind(entry: Entry) -> tuple[str, ...]:
    if isinstance(entry, Chip):
        return CHIP_METRICS
    return ("memory_bandwidth_density",) if isinstance(entry, MemoryStack) else ()


def _attribute_cells(entry: Entry) -> Row:
    cells: Row = {}
    for name, found in entry.resolved.items():
        attribute = ATTRIBUTES[name]
        value = found.value
        cells[attribute.column] = human(float(value), attribute.kind) if attribute.numeric else value
    return cells


def human(value: float | None, kind: str) -> float | None:
    """Return a quantity in its human unit, without the noise of binary fractions; None where it has no end.

    >>> human(3.35e12, "bandwidth")
    3350.0
    """
    if value is None or not isfinite(value):
        return None
    return float(f"{value / human_scale(kind)[1]:.12g}")


def _fields(record: object, names: str) -> Row:
    return {name: getattr(record, name) for name in names.split()}


def _notes(note: Label | None) -> Row:
    return {"note_en": note.en if note else None, "note_zh": note.zh if note else None}


def _fact_rows(held: Catalogue) -> Iterator[Row]:
    for kind, entries in (("chip", held.chips()), ("system", held.systems()), ("memory", held.memories())):
        for entry in entries:
            for fact in entry.all_facts():
                yield fact_row(fact, kind)


def fact_row(fact: Fact, subject_kind: str) -> Row:
    """Return one fact as a row: numbers in ``value``, words, dates and flags in ``text``."""
    attribute = ATTRIBUTES[fact.attribute]
    kept = _fields(fact, "subject attribute period published accessed grade source at kind")
    rejected = fact.rejected.en if fact.rejected else None
    return {**kept, "subject_kind": subject_kind, "rejected": rejected, **_notes(fact.note),
            **_value_cells(fact, attribute)}


def _value_cells(fact: Fact, attribute: Attribute) -> Row:
    if not attribute.numeric:
        return {"text": str(fact.value).lower() if isinstance(fact.value, bool) else str(fact.value)}
    assert not isinstance(fact.value, str)
    kind = attribute.kind
    return {"value": human(fact.value, kind), "low": human(fact.low, kind), "high": human(fact.high, kind),
            "unit": human_scale(kind)[0] or None}


def _source_row(source: Source) -> Row:
    return {c.name: getattr(source, c.name) for c in SOURCES}


def _price_rows(held: Catalogue) -> Iterator[Row]:
    for kind, entries in (("chip", held.chips()), ("system", held.systems())):
        for entry in entries:
            for price in entry.prices:
                yield {"subject": entry.id, "subject_kind": kind, **_price_row(price)}


def _price_row(price: Price) -> Row:
    return {**_fields(price, "kind value low high place date grade source"),
            "unit": "USD/h" if price.kind == "rental" else "USD", **_notes(price.note)}


def _firm_row(firm: Firm) -> Row:
    kept = _fields(firm, "id country headquarters parent source grade")
    return {**kept, "name_en": firm.name.en, "name_zh": firm.name.zh, "roles": "; ".join(firm.roles) or None}


def _model_row(model: LanguageModel) -> Row:
    kept = _fields(model, "id developer released parameters_total parameters_active source grade at")
    return {**kept, "name_en": model.name.en, "name_zh": model.name.zh, **_flat(model.architecture),
            **_notes(model.note)}


def _flat(fields: Mapping[str, Any], prefix: str = "") -> Row:
    """Flatten nested fields: ``{"moe": {"experts": 8}}`` becomes ``moe_experts``."""
    row: Row = {}
    for name, value in fields.items():
        if isinstance(value, Mapping):
            row.update(_flat(value, f"{prefix}{name}_"))
        elif isinstance(value, (list, tuple)):
            row[prefix + name] = "; ".join(map(str, value))
        else:
            row[prefix + name] = value
    return row


def _model_columns(held: Catalogue) -> tuple[Column, ...]:
    seen: dict[str, str] = {}
    for model in held.models():
        for name, value in _flat(model.architecture).items():
            if value is not None:
                seen[name] = _wider(seen.get(name), _type_of(value))
    meaning = "as in the model's own configuration"
    fields = (Column(name, t, "count" if t == "number" else t, meaning) for name, t in seen.items())
    return (*_MODEL_HEAD, *fields, *_EVIDENCE, *_NOTE)


def _type_of(value: Cell) -> str:
    return "flag" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"


def _wider(old: str | None, new: str) -> str:
    return new if old in (None, new) else "text"
