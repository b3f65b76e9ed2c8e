"""Verdicts for every row of a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.names import name_key
from highfence.core.errors import InputError, did_you_mean
from highfence.core.sheets import TableRow, csv_text, read_csv_rows
from highfence.rules.classify import classify
from highfence.rules.overlay import read_overlay
from highfence.rules.parts import Part, part_of_chip, part_of_memory
from highfence.rules.question import read_conditions
from highfence.rules.sheet import part_of_sheet
from highfence.rules.verdict import Verdict

NUMBERS = ("tpp", "performance_density", "die_area_mm2", "package_area_mm2", "io_gb_s", "dram_gb_s")
ARGUMENTS = ("to", "on", "hq", "parent_hq", "end_user", "end_use", "listed", "exporter", "reexport_from",
             "transaction", "item", "datacenter", "conditions", "overlay")
PARTS = ("chip", "vendor", "designed_in", "made_in")
ADDED = ("jurisdiction", "paragraph", "requirement", "exceptions", "review", "outcome", "duties", "possible",
         "splits_on")


def classify_rows(rows: Iterator[Mapping[str, str]], defaults: Mapping[str, Any], where: str = "rows",
                  lang: str = "en") -> Iterator[dict[str, str]]:
    """Yield every row with its verdict's columns added; empty cells take the defaults.

    Raises
    ------
    InputError : naming the row and the column at fault.
    """
    for number, row in enumerate(rows, start=2):
        try:
            verdict = classify_row(row, defaults)
        except InputError as problem:
            line = getattr(row, "line", number)
            problem.where = f"{where}, line {line}" + (f": {problem.where}" if problem.where else "")
            raise
        yield {**row, **verdict_columns(verdict, lang)}


def classify_row(row: Mapping[str, str], defaults: Mapping[str, Any]) -> Verdict:
    """Return the verdict of one row: a named chip, numbers, or a named chip with some numbers of its own."""
    arguments = {k: v for k, v in defaults.items() if v is not None}
    arguments.update({k: v.strip() for k, v in row.items() if k in ARGUMENTS and v and v.strip() not in {"-", ""}})
    if isinstance(arguments.get("conditions"), str):
        arguments["conditions"] = parse_conditions(arguments["conditions"])
    if isinstance(arguments.get("overlay"), str):
        arguments["overlay"] = [read_overlay(name.strip()) for name in arguments["overlay"].split(";")]
    if isinstance(arguments.get("datacenter"), str):
        arguments["datacenter"] = part_of_sheet({"tpp": 1, "datacenter": arguments["datacenter"]}).datacenter
    return classify(part_of_row(row, str(arguments.get("item", "ic"))), **arguments)


def part_of_row(row: Mapping[str, str], item: str) -> Part:
    """Return the part that a row is about; numbers in the row stand over the catalogue's.

    Raises
    ------
    InputError : neither a known chip nor any number.
    """
    name = (row.get("chip") or "").strip()
    numbers = {k: row[k].strip() for k in NUMBERS if (row.get(k) or "").strip() not in {"", "-"}}
    stated = {k: row[k].strip() for k in ("vendor", "designed_in", "made_in") if (row.get(k) or "").strip()}
    known = _catalogued(name, item)
    if known is None and not numbers:
        catalogue().chip(name)
    if known is None:
        return _named(part_of_sheet({**numbers, **stated, "name": name or "row"}, "row"), name)
    return _overridden(known, part_of_sheet(numbers, "row")) if numbers else known


def _catalogued(name: str, item: str) -> Part | None:
    if not name:
        return None
    if item == "hbm":
        key = name_key(name)
        stack = next((m for m in catalogue().memories()
                      if key in {name_key(n) for n in (m.id, m.name.en, *m.aliases)}), None)
        return part_of_memory(stack.id) if stack else None
    chip = catalogue().find_chip(name)
    return part_of_chip(chip.id) if chip else None


def _named(part: Part, name: str) -> Part:
    """Give a part of numbers its maker, where the name begins with a maker's."""
    if part.vendor or not name:
        return part
    first = name_key(name)
    firm = next((f for f in catalogue().firms() if any(
        first.startswith(name_key(n)) for n in (f.name.en, f.name.zh, *f.aliases) if len(n) > 1)), None)
    if firm is None:
        return part
    return replace(part, vendor=firm.id, designed_in=part.designed_in or firm.country)


def _overridden(known: Part, stated: Part) -> Part:
    inputs = {**known.inputs, **stated.inputs}
    if "performance_density" in stated.inputs and "logic_die_area" not in stated.inputs:
        inputs.pop("logic_die_area", None)
    return replace(known, inputs=inputs)


def parse_conditions(text: str) -> dict[str, Any]:
    """Read ``certified=true; us_volume_share=40 %``.

    Raises
    ------
    InputError : not ``name=value`` pairs, or a name that no provision asks for.
    """
    pairs = [p.partition("=") for p in text.split(";") if p.strip()]
    bad = next((p for p in pairs if p[1] != "="), None)
    if bad is not None:
        raise InputError("not name=value", where="conditions", got=bad[0].strip(), example="certified=true")
    raw: dict[str, str] = {}
    for name, _, value in pairs:
        if raw.setdefault(name.strip(), value.strip()) != value.strip():
            raise InputError("a condition is stated twice", where="conditions", got=text, example="certified=true")
    read_conditions(raw)
    return raw


def verdict_columns(verdict: Verdict, lang: str = "en") -> dict[str, str]:
    """Return the columns that a verdict adds to its row."""
    return {
        "jurisdiction": verdict.jurisdiction, "paragraph": verdict.paragraph, "requirement": verdict.requirement,
        "exceptions": "; ".join(f"{e.id}: {e.status}" for e in verdict.exceptions), "review": verdict.review or "",
        "outcome": verdict.outcome_label.text(lang),
        "duties": "; ".join(f"{d.id}: {d.rate:.0%} {d.status}" for d in verdict.duties),
        "possible": "; ".join(verdict.possible),
        "splits_on": "; ".join(s.text.text(lang) for s in verdict.splits_on)}


def read_rows(path: str | Path) -> tuple[list[str], Iterator[TableRow]]:
    """Open a CSV file and return its columns and rows.

    Raises
    ------
    InputError : no such file, too large, an endless line, a missing header, an unknown or repeated column.
    """
    return read_csv_rows(path, _check_header)


def _check_header(header: list[str], where: str) -> None:
    known = (*PARTS, *NUMBERS, *ARGUMENTS)
    if not set(header) & {"chip", "tpp", *NUMBERS}:
        raise InputError("no column names a part", where=where, got=header, expected="chip, or tpp and others",
                         hint=did_you_mean(header[0], known))
    for column in header:
        near = did_you_mean(column, known)
        if column not in known and near and column.casefold().replace("-", "_") in {k.casefold() for k in known}:
            raise InputError("unknown column", where=where, got=column, hint=near)
        if column in ADDED:
            raise InputError("this column is one that the result adds", where=where, got=column)


def unread_columns(header: list[str]) -> list[str]:
    """Return the columns that no question reads; they are passed through."""
    return [c for c in header if c not in {*PARTS, *NUMBERS, *ARGUMENTS}]


def write_csv(header: list[str], rows: Iterator[dict[str, str]]) -> str:
    """Return rows as CSV, cells that a spreadsheet would run as formulas escaped."""
    return csv_text([*header, *ADDED], rows)
