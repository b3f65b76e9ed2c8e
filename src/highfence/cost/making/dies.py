"""What a chip is made of, as the catalogue has it: dies and their process, memory, package and board."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from highfence.catalogue.entries import Chip
from highfence.catalogue.store import catalogue
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.facts import check_grade

REFERENCE_AREA = 665.61
"""Area in mm2 of the die (Ascend 910B) of which SMIC's yields are published."""

RETICLE = 900.0
"""Area in mm2 above which a part is no single die: a scanner exposes 26 by 33 mm, 858 mm2, at once."""


@dataclass(frozen=True, slots=True)
class Process:
    """A class of processes that share price and defects.

    Attributes
    ----------
    price, density, design : ids of parameters. premium : id of a factor on the price, or empty. die_yield : id of a
    published share of sold dies of :data:`REFERENCE_AREA`, instead of a density. place : country where it runs.
    """

    id: str
    pattern: str
    price: str
    density: str = ""
    design: str = ""
    premium: str = ""
    die_yield: str = ""
    place: str | None = None


def _tsmc(id: str, pattern: str, node: str, density: str = "", design: str = "") -> Process:
    return Process(id, pattern, f"wafer-price-tsmc-{node}", f"defect-density-tsmc-{density or node}",
                   f"design-cost-tsmc-{design or density or node}")


def _smic(id: str, pattern: str, node: str) -> Process:
    return Process(id, pattern, f"wafer-price-tsmc-{node}", "", f"design-cost-tsmc-{node}", "smic-price-premium",
                   "die-yield-smic-7nm", "CN")


PROCESSES: dict[str, Process] = {p.id: p for p in (
    _smic("smic-n1", r"SMIC N\+1", "n7"), _smic("smic-n2", r"SMIC N\+2", "n7"), _smic("smic-n3", r"SMIC N\+3", "n5"),
    Process("samsung-8nm", r"Samsung 8 ?nm?", "wafer-price-samsung-8nm", "defect-density-samsung-8nm",
            "design-cost-tsmc-n7"),
    _tsmc("tsmc-n16", r"TSMC (?:16|12|N16|N12)", "n16"), _tsmc("tsmc-n7", r"TSMC (?:7 ?nm|N7)", "n7"),
    _tsmc("tsmc-n6", r"TSMC (?:6 ?nm|N6)", "n7"), _tsmc("tsmc-n5", r"TSMC (?:5 ?nm|N5)", "n5"),
    _tsmc("tsmc-n4", r"TSMC (?:4 ?nm|4N|N4)", "n4", "n5"), _tsmc("tsmc-n3", r"TSMC (?:3 ?nm|N3)", "n3"),
    _tsmc("tsmc-n2", r"TSMC (?:2 ?nm|N2)", "n2", design="n3"))}

_BY_NODE = {("tsmc", 16): "tsmc-n16", ("tsmc", 12): "tsmc-n16", ("tsmc", 7): "tsmc-n7", ("tsmc", 6): "tsmc-n6",
            ("tsmc", 5): "tsmc-n5", ("tsmc", 4): "tsmc-n4", ("tsmc", 3): "tsmc-n3", ("tsmc", 2): "tsmc-n2",
            ("smic", 7): "smic-n2", ("samsung", 8): "samsung-8nm"}

MEMORY_PRICES = {"HBM2": "hbm2", "HBM2E": "hbm2e", "HBM3": "hbm3", "HBM3E": "hbm3e", "HBM4": "hbm4",
                 "GDDR6": "gddr6", "GDDR6X": "gddr6", "GDDR7": "gddr7", "LPDDR4X": "lpddr", "LPDDR5": "lpddr",
                 "LPDDR5X": "lpddr"}
"""Kinds of memory that have a price: the tail of its parameter's id."""

BOARDS = {"sxm": "board-price-module", "oam": "board-price-module", "module": "board-price-module",
          "superchip": "board-price-module", "pcie": "board-price-card", "card": "board-price-card"}
"""Parameter of the board by the form in which a chip is sold; forms without one are sold as packages."""


@dataclass(frozen=True, slots=True)
class Die:
    """A die with equal blocks: how many it has, and the chips that are cut from it."""

    id: str
    name: str
    blocks: int
    grade: str
    source: str
    at: str
    chips: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What goes into one chip.

    Attributes
    ----------
    area : of one logic die, mm2. dies : of that area. memory : kind, empty for none beside the logic. capacity : GB.
    stacks : of high-bandwidth memory. stack_area : mm2 of one. die : whose blocks may fail, or None. needed : blocks a
    die needs. board : id of the board's parameter, or empty. place : country of the maker.
    """

    chip: str
    process: Process
    area: float
    dies: int
    memory: str
    capacity: float
    stacks: int = 0
    stack_area: float = 0.0
    die: Die | None = None
    needed: int = 0
    board: str = ""
    place: str | None = None
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of the catalogue's facts behind it."""
        return tuple(dict.fromkeys(s for _, s in self.facts if s))


@cache
def shipped_dies() -> dict[str, Die]:
    """Return the dies that chips are cut from, by chip."""
    from highfence.cost.parameters import shipped_pack

    dies = [Die(**{**raw, "chips": tuple(raw["chips"])}) for raw in shipped_pack()["dies"]]
    return {chip: die for die in dies for chip in die.chips}


def compile_dies(path: Path, sources: Iterable[str]) -> list[dict[str, Any]]:
    """Read and check the file of dies.

    Raises
    ------
    InputError : an unknown field, grade, source or chip, or a chip that is cut from two dies.
    """
    from highfence.core.documents import read_yaml

    fields, known, seen = set(Die.__dataclass_fields__), set(sources), set()
    rows: list[dict[str, Any]] = read_yaml(path)
    for raw in rows:
        where = f"{path.name}: {raw.get('id')}"
        if set(raw) != fields:
            raise InputError("a die has these fields", where=where, got=sorted(raw), expected=", ".join(sorted(fields)))
        check_grade(raw["grade"], where)
        if raw["source"] not in known:
            raise InputError("no such source", where=where, got=raw["source"], hint=did_you_mean(raw["source"], known))
        for chip in raw["chips"]:
            if catalogue().chip(chip).id != chip or chip in seen:
                raise InputError("a die names each of its chips once, by id", where=where, got=chip)
            seen.add(chip)
    return rows


def recipe(chip: Chip, given: Mapping[str, Any] | None = None) -> Recipe:
    """Return what a chip is made of, from the catalogue and from what the caller gives instead.

    Parameters
    ----------
    given : any of ``process``, ``die_area_mm2`` (one die), ``dies``, ``memory``, ``memory_gb``, ``stacks``, ``needed``.

    Raises
    ------
    NoAnswer : the catalogue lacks a fact, which it names. InputError : an unknown process or memory.

    >>> made = recipe(catalogue().chip("H20"))
    >>> made.process.id, made.area, made.memory, made.stacks, made.needed, made.die.blocks
    ('tsmc-n4', 814.0, 'HBM3', 5, 78, 144)
    """
    told = dict(given or {})
    process = _process(chip, told.get("process"))
    dies = int(told.get("dies") or _need(chip, "logic_die_count"))
    area = float(told.get("die_area_mm2") or _need(chip, "logic_die_area") / dies)
    if area > RETICLE:
        raise NoAnswer(f"what {chip.name.en} costs to make is not known", would_change="the share of them that works",
                       missing="how a part larger than what a scanner exposes at once is repaired")
    memory = _memory(chip, told.get("memory"))
    capacity = float(told["memory_gb"]) if "memory_gb" in told else (
        _need(chip, "memory_capacity") / 1e9 if memory else 0.0)
    stacks, stack_area = _stacks(chip, memory, capacity, told.get("stacks"))
    die = shipped_dies().get(chip.id)
    needed = int(told.get("needed") or _needed(chip, die, dies))
    used = ("process_node", "process_nm", "foundry", "logic_die_area", "logic_die_count", "memory_type",
            "memory_capacity", "memory_stacks", "compute_units")
    facts = tuple((name, found.fact.source) for name in used if (found := chip.resolved.get(name)) is not None)
    return Recipe(chip.id, process, area, dies, memory, capacity, stacks, stack_area, die, needed,
                  BOARDS.get(chip.form, ""), catalogue().firm(chip.vendor).country, facts)


def _need(chip: Chip, name: str) -> float:
    found = chip.number(name)
    if found is None:
        raise NoAnswer(f"what {chip.name.en} costs to make is not known", missing=f"{name} of {chip.id}",
                       would_change="the cost of its dies" if "die" in name else "the cost of its memory")
    return found


def _process(chip: Chip, given: str | None) -> Process:
    if given is not None:
        if given not in PROCESSES:
            raise InputError("no such process", where="process", got=given, expected=", ".join(PROCESSES),
                             hint=did_you_mean(str(given), PROCESSES))
        return PROCESSES[given]
    text = str(chip.value("process_node") or "")
    hits = [(m.start(), p.id) for p in PROCESSES.values() if (m := re.search(p.pattern, text))]
    if hits:
        return PROCESSES[min(hits)[1]]
    foundry, node = str(chip.value("foundry") or ""), chip.number("process_nm")
    found = _BY_NODE.get((foundry, round(node))) if node else None
    if found is None:
        missing = (f"process_node of {chip.id}" if not node else f"foundry of {chip.id}" if not foundry else
                   f"the price of a wafer of {round(node)} nm at {foundry}")
        raise NoAnswer(f"what {chip.name.en} costs to make is not known", missing=missing,
                       would_change="the price and yield of its wafers")
    return PROCESSES[found]


def _memory(chip: Chip, given: str | None) -> str:
    """Return the kind of memory beside the logic; empty for memory on the dies or none."""
    text = str(given if given is not None else chip.value("memory_type") or "")
    if not text:
        raise NoAnswer(f"what {chip.name.en} costs to make is not known", missing=f"memory_type of {chip.id}",
                       would_change="the cost of its memory")
    kind = text.upper()
    if "ON CHIP" in kind or "ON WAFER" in kind or kind.startswith("NONE") or kind == "SRAM":
        return ""
    if kind not in MEMORY_PRICES:
        if given is not None:
            raise InputError("no such memory", where="memory", got=given, expected=", ".join(MEMORY_PRICES),
                             hint=did_you_mean(kind, MEMORY_PRICES))
        raise NoAnswer(f"what {chip.name.en} costs to make is not known", missing=f"a price of {text}",
                       would_change="the cost of its memory")
    return kind


@cache
def _stack(kind: str) -> tuple[float, float, float]:
    """Return the capacity of a generation's largest stack (GB), its slowest bandwidth (GB/s) and its area (mm2)."""
    stacks = [m for m in catalogue().memories() if m.generation.upper() == kind]
    known = {name: [n for m in stacks if (n := m.number(name))]
             for name in ("memory_capacity", "memory_bandwidth", "package_area")}
    return (max(known["memory_capacity"], default=0.0) / 1e9, min(known["memory_bandwidth"], default=0.0) / 1e9,
            min(known["package_area"], default=0.0))


def _stacks(chip: Chip, kind: str, capacity: float, given: int | None) -> tuple[int, float]:
    """Return the stacks and the area of one: published, else the fewest that hold the capacity and the bandwidth."""
    if not kind.startswith("HBM"):
        return 0, 0.0
    held, rate, area = _stack(kind)
    wanted = (chip.number("memory_bandwidth") or 0.0) / 1e9
    fewest = max(ceil(capacity / held - 1e-9) if held else 1, ceil(wanted / rate - 0.05) if rate else 1)
    known = given or chip.number("memory_stacks") or fewest
    return int(known), area or 110.0


def _needed(chip: Chip, die: Die | None, dies: int) -> int:
    """Return the blocks that a die of the chip needs; where unpublished, the fewest of any chip from that die."""
    if die is None:
        return 0
    units = chip.number("compute_units")
    if units is not None:
        return min(ceil(units / dies), die.blocks)
    return min((n for _, n in bins_of(die)), default=die.blocks)


def bins_of(die: Die) -> list[tuple[str, int]]:
    """Return (chip, blocks needed) of the chips cut from a die whose units are published."""
    found = []
    for id in die.chips:
        chip = catalogue().chip(id)
        units, dies = chip.number("compute_units"), chip.number("logic_die_count")
        if units and dies:
            found.append((id, min(ceil(units / dies), die.blocks)))
    return found
