"""A chip that a user writes down: a sheet in YAML, read as the catalogue reads its own entries."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from highfence.catalogue.attributes import ATTRIBUTES
from highfence.catalogue.entries import Chip, Firm
from highfence.catalogue.names import name_key
from highfence.catalogue.store import catalogue
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import Fact
from highfence.core.labels import Label

WORDS = frozenset({"name", "vendor", "designed_in", "made_in", "described_in", "sparsity"})
"""Fields that say what a part is and where it comes from."""

BARE = {
    "tpp": ("tpp", "tpp", 1.0), "performance_density": ("performance_density", "tpp_density", 1.0),
    "die_area_mm2": ("logic_die_area", "area", 1.0), "package_area_mm2": ("package_area", "area", 1.0),
    "io_gb_s": ("io_bandwidth", "bandwidth", 1e9), "dram_gb_s": ("dram_bandwidth", "bandwidth", 1e9),
}
"""Fields that a table gives as bare numbers: (input of a rule, kind of quantity, size of the column's unit)."""

PUBLISHED = frozenset(n for n, a in ATTRIBUTES.items() if "chip" in a.of) - {
    "published_tpp", "published_performance_density"}
"""Attributes of a chip that a sheet may state."""

KNOWN = WORDS | set(BARE) | PUBLISHED
"""Every field of a sheet."""

_EMPTY = {"", "-", "unknown", "?", "n/a", "N/A", "na"}


def read_sheet_file(path: str | Path) -> Mapping[str, Any]:
    """Return the fields of a YAML file; ``highfence template chip`` prints one to fill in.

    Raises
    ------
    InputError : unreadable, or no mapping.
    """
    raw = read_yaml(path)
    if not isinstance(raw, Mapping):
        raise InputError("a sheet is a mapping of fields", where=str(path), got=type(raw).__name__,
                         example="tpp: 2368")
    return raw


def stated_fields(raw: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return what a sheet states, empty and unknown values left out.

    >>> stated_fields({"peak_fp16": "148 TFLOP/s", "tdp": "unknown"}, "sheet")
    {'peak_fp16': '148 TFLOP/s'}

    Raises
    ------
    InputError : a field that no sheet has, no number at all, or sparse rates.
    """
    for name in raw:
        if name not in KNOWN:
            raise InputError("unknown field", where=f"{where}: {name}", got=name,
                             hint=did_you_mean(str(name), KNOWN) or "highfence template chip", code="unknown-field")
    given = {k: v for k, v in raw.items() if v is not None and not (isinstance(v, str) and v.strip() in _EMPTY)}
    if not given.keys() - WORDS - {"datacenter"}:
        raise InputError("a sheet needs at least one number", where=where, got=sorted(map(str, raw)),
                         expected="tpp, or a dense peak, and the die area", example="tpp: 2368")
    if str(given.get("sparsity", "dense")).casefold() not in {"dense", "none", "no"}:
        raise InputError("rates must be dense", where=f"{where}: sparsity", got=given["sparsity"],
                         expected="dense rates: halve a 2:4 sparse figure", example="sparsity: dense")
    return given


def chip_of_sheet(given: Mapping[str, Any], where: str, vendor: str | None = None) -> Chip:
    """Return the stated attributes as an entry of the catalogue, so that one set of formulas serves both.

    Parameters
    ----------
    given : as :func:`stated_fields`. vendor : the maker's id, where it is known.

    Raises
    ------
    InputError : a wrong unit, or a name that is no text.
    """
    from highfence.catalogue.schema import read_value

    facts: dict[str, tuple[Fact, ...]] = {}
    for name in given:
        if name in PUBLISHED and name != "datacenter":
            raw = read_value(ATTRIBUTES[name], given[name], f"{where}: {name}")
            raw.pop("note", None), raw.pop("rejected", None)
            facts[name] = (Fact(**{"value": None, **raw}, subject="sheet", attribute=name, grade="assumed"),)
    name = sheet_name(given, where)
    return Chip(id=f"sheet:{name}", name=Label(name, name), vendor=vendor or str(given.get("vendor") or ""),
                facts=facts)


def sheet_name(given: Mapping[str, Any], where: str) -> str:
    """Return the name that a sheet gives its part.

    Raises
    ------
    InputError : no text.
    """
    name = given.get("name", "unnamed part")
    if isinstance(name, (Mapping, list, bool)):
        raise InputError("a name is a text", where=f"{where}: name", got=name, example="name: My accelerator")
    return str(name)[:80]


def maker_of_sheet(given: Mapping[str, Any], where: str) -> tuple[str | None, str | None]:
    """Return the maker's id and country; a maker that the catalogue does not know keeps its name.

    Raises
    ------
    InputError : no text, or nearly the name of a maker that the catalogue knows.
    """
    raw = given.get("vendor")
    if raw is None:
        return None, None
    if not isinstance(raw, str):
        raise InputError("unknown maker", where=f"{where}: vendor", got=raw, expected="a name", example="nvidia")
    firm = _makers().get(name_key(raw))
    if firm is not None:
        return firm.id, firm.country
    near = did_you_mean(raw, (f.name.en for f in catalogue().firms()), cutoff=0.8)
    if near is not None:  # letters bind makers by name, so that a slip would change the answer unseen
        raise InputError("unknown maker", where=f"{where}: vendor", got=raw, expected="a maker's name in full",
                         hint=near)
    return raw, None


@cache
def _makers() -> dict[str, Firm]:
    return {name_key(n): f for f in catalogue().firms() for n in (f.id, f.name.en, f.name.zh, *f.aliases)}
