"""Published results on yields, wafers and costs, recomputed from the inputs that each row states.

A row is a CSV line with ``id``, ``inputs`` (JSON), ``published_output`` (a number, or JSON), ``unit``, ``tolerance``,
``fully_specified`` and ``notes``. What is computed follows from the names of the inputs alone: see
:data:`CALCULATIONS`. Nothing is fitted to a row, and no row is known by its name.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.cost.making.package import packages
from highfence.cost.making.salvage import Blocks, sellable_share
from highfence.cost.making.wafers import (
    CSET_DEPRECIATION,
    CSET_OTHER_MULTIPLE,
    capital_consumed,
    scanner_wafers,
    wafer_price,
)
from highfence.cost.making.yields import YieldModel, gross_dies, yield_model

Inputs = Mapping[str, Any]
Answer = float | dict[str, float]

ALL_MODELS = {"poisson": YieldModel("poisson"), "murphy": YieldModel("murphy"),
              "nb3": YieldModel("negative-binomial", 3.0)}
"""Models that answer together where a row names none."""

COST_PARTS = ("foundry", "design", "package_test", "packaging", "package", "assembly", "test", "memory", "hbm", "logic",
              "die", "interposer", "substrate", "board", "other")
"""Parts that a row may list to be added."""

ALIASES = {"d0": "d0_per_cm2", "defect_density": "d0_per_cm2", "defect_density_per_cm2": "d0_per_cm2",
           "die_area_mm2": "area_mm2", "die_mm2": "area_mm2", "wafer_diameter_mm": "wafer_mm",
           "diameter_mm": "wafer_mm",
           "wafer_price": "wafer", "wafer_usd": "wafer", "wafer_cost": "wafer", "wafer_price_usd": "wafer",
           "dies_per_wafer": "chips_per_wafer", "good_dies_per_wafer": "chips_per_wafer",
           "good_chips_per_wafer": "chips_per_wafer", "yield_model": "model", "cluster_alpha": "alpha",
           "critical_layers": "layers", "n_layers": "layers", "edge_loss_mm": "edge_mm", "edge_exclusion_mm": "edge_mm",
           "scribe_lane_mm": "scribe_mm", "die_yield": "yield", "depreciation_rate": "depreciation",
           "capital_investment_per_wafer": "capital_investment", "years": "years_since_start",
           "utilization": "util", "utilisation": "util", "steps": "patterning_steps", "wafers_per_hour": "wph",
           "critical_level": "alpha", "cluster": "alpha", "clustering": "alpha", "cluster_parameter": "alpha",
           "wafer_diameter": "wafer_mm", "good_dies": "chips_per_wafer", "gross_dies": "chips_per_wafer",
           "wpm": "wafers_per_month", "yield_loss": "packaging_loss", "loss": "packaging_loss",
           "other_multiple": "other_cost_multiple"}
"""Other names of inputs."""


@dataclass(frozen=True, slots=True)
class CostCase:
    """One published result beside ours.

    Attributes
    ----------
    ours : a number, or numbers by name; None where the inputs do not say enough. theirs : as published. within :
    whether ours keeps the tolerance; None where one of the two is missing or the published text contradicts itself.
    circular : whether an input was solved from the result, so that agreeing proves nothing. note : why, if not.
    """

    id: str
    ours: Answer | None
    theirs: Any
    unit: str
    tolerance: float
    within: bool | None
    fully_specified: bool
    circular: bool
    calculation: str
    source: str
    note: str = ""
    used_to_fit: bool = False


@dataclass(frozen=True, slots=True)
class Calculation:
    """What can be computed from inputs of certain names."""

    name: str
    needs: frozenset[str]
    may: frozenset[str]
    run: Callable[[Inputs], Answer]

    def fits(self, names: set[str]) -> bool:
        """Whether the names hold all that it needs and nothing that it does not know."""
        return self.needs <= names <= self.needs | self.may


def cost_cases(path: Path) -> list[CostCase]:
    """Return every row of a file of published results that is about yields, wafers, packages or their cost.

    Raises
    ------
    InputError : no such file, or a row that cannot be read.
    """
    return [case(row) for row in published_rows(path) if belongs(row)]


def belongs(row: Mapping[str, str]) -> bool:
    """Whether a row is this room's: by its unit, or by the names of its inputs."""
    if re.search(r"wafer|\byield|dies?\b|USD/chip|USD per chip|USD/die|packages", row.get("unit", "")):
        return True
    try:
        return _calculation(_named(inputs_of(row))) is not None
    except InputError:
        return False


def case(row: Mapping[str, str]) -> CostCase:
    """Recompute one row.

    Raises
    ------
    InputError : the row's tolerance or inputs cannot be read.
    """
    where = f"case {row.get('id')}"
    tolerance = _number(row.get("tolerance") or 0.0, where)
    theirs = published_output(row.get("published_output", ""))
    word = (row.get("fully_specified") or "").strip()
    made = {"id": row.get("id", ""), "theirs": theirs, "unit": row.get("unit", ""), "tolerance": tolerance,
            "fully_specified": word == "yes", "circular": word == "circular", "source": row.get("source_url", "")}
    try:
        calculation, ours = compute(inputs_of(row))
        ours = _by_name(inputs_of(row), theirs) or ours
    except (InputError, NoAnswer) as error:
        return CostCase(ours=None, within=None, calculation="", note=str(error), **made)
    within = agrees(ours, theirs, tolerance, made["unit"])
    note = _contradicted(ours, theirs) or row.get("notes", "") or ""
    return CostCase(ours=ours, within=within, calculation=calculation, note=note, **made)


def compute(inputs: Inputs) -> tuple[str, Answer]:
    """Return the name of the calculation that inputs ask for, and its result.

    Raises
    ------
    InputError : inputs whose names no calculation takes, or values that cannot be.

    >>> compute({"model": "murphy", "d0_per_cm2": 1.271, "area_mm2": 100})
    ('yield', 0.3204121744882996)
    """
    named = _named(inputs)
    found = _calculation(named)
    if found is None:
        raise _refusal(set(named))
    _check(named)
    return found.name, found.run(named)


def agrees(ours: Answer, theirs: Any, tolerance: float, unit: str) -> bool | None:
    """Return whether a result keeps the tolerance: absolute for shares and USD billions, relative otherwise.

    A published range ``{"range": [a, b]}`` must hold every one of ours; bounds such as ``>12`` must be kept; numbers by
    name are compared name by name. A text that gives several numbers is met by one of them, as printed. None if there
    is nothing to compare.

    >>> agrees({"poisson": 0.44, "murphy": 0.47}, {"range": [0.3, 0.5]}, 0.0, "yield")
    True
    """
    if isinstance(theirs, Mapping):
        if "range" in theirs:
            low, high = (float(v) for v in theirs["range"])
            margin = tolerance * max(abs(low), abs(high), 1.0)
            return all(low - margin <= v <= high + margin for v in _all(ours))
        if not isinstance(ours, Mapping):
            only = [float(v) for v in theirs.values() if isinstance(v, (int, float))]
            return _near(ours, only[0], tolerance, unit) if len(only) == 1 else None
        numbers = {n: float(v) for n, v in theirs.items() if isinstance(v, (int, float))}
        if not numbers or not set(numbers) <= set(ours):
            return None
        return all(_near(ours[n], v, tolerance, unit) for n, v in numbers.items())
    if isinstance(theirs, (list, tuple)) and len(theirs) == 2:
        return agrees(ours, {"range": list(theirs)}, tolerance, unit)
    if isinstance(theirs, str):
        bound = re.fullmatch(r"\s*([<>])=?\s*([\d.eE+-]+)\s*", theirs)
        if bound is None:
            matched = [_printed(ours, number) for number in _NUMBER.findall(theirs)]
            return any(matched) if matched else None
        sign = 1.0 if bound[1] == ">" else -1.0
        return all(sign * (v - float(bound[2])) >= -tolerance * abs(float(bound[2])) for v in _all(ours))
    return all(_near(v, float(theirs), tolerance, unit) for v in _all(ours))


_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")


def _printed(ours: Answer, number: str) -> bool:
    """Return whether all of ours read like a number when printed as precisely."""
    return all(f"{v:.{len(number.partition('.')[2])}f}" == number for v in _all(ours))


def _contradicted(ours: Answer, theirs: Any) -> str:
    """Return what a published text says that its own inputs do not give, or nothing."""
    if not isinstance(theirs, str) or theirs.strip()[:1] in "<>":
        return ""
    numbers = _NUMBER.findall(theirs)
    apart = [n for n in numbers if not _printed(ours, n)]
    if not numbers:
        return "the source gives no number to compare with"
    return f"the published text also says {', '.join(apart)}, which its inputs do not give" if apart else ""


def _all(ours: Answer) -> Iterator[float]:
    return iter(ours.values()) if isinstance(ours, Mapping) else iter((ours,))


def _near(ours: float, theirs: float, tolerance: float, unit: str) -> bool:
    share = bool(re.search(r"share|yield|fraction|USD bn", unit))
    scale = 1.0 if share else abs(theirs)
    return abs(ours - theirs) <= tolerance * scale + 1e-9 * max(abs(theirs), 1.0)


def _yield(x: Inputs) -> Answer:
    defects = x["d0_per_cm2"] * _area(x) / 100.0
    if "model" not in x:
        return {name: _share(model, defects, x) for name, model in ALL_MODELS.items()}
    return _share(yield_model(x["model"], x.get("alpha"), x.get("layers")), defects, x)


def _defect_density(x: Inputs) -> float:
    """Return the defects per square centimetre behind a yield."""
    model = yield_model(x["model"], x.get("alpha"), x.get("layers"))
    return float(model.defects(float(x["yield"]))) / _area(x) * 100.0


def _share(model: YieldModel, defects: float, x: Inputs) -> float:
    """Return the plain yield, or the sellable share where the row says how many of its blocks must work."""
    if "blocks" not in x:
        return float(model.share(defects))
    blocks = Blocks(int(x["blocks"]), int(x["blocks_needed"]), float(x.get("array_share", 1.0)))
    return float(sellable_share(FLOATS, defects, blocks, model))


def _gross(x: Inputs) -> float:
    return float(gross_dies(FLOATS, _area(x), wafer=x.get("wafer_mm", 300.0), aspect=x.get("aspect", 1.0),
                            scribe=x.get("scribe_mm", 0.0), edge=x.get("edge_mm", 0.0)))


def _area(x: Inputs) -> float:
    return float(x["area_mm2"])


def _good_dies(x: Inputs) -> Answer:
    share = x["yield"] if "yield" in x else _yield(x)
    gross = float(x["chips_per_wafer"]) if "chips_per_wafer" in x else _gross(x)
    if isinstance(share, dict):
        return {name: gross * one for name, one in share.items()}
    return gross * share


def _die_cost(x: Inputs) -> Answer:
    """Return the wafer over its good dies."""
    good = _good_dies(x)
    if isinstance(good, dict):
        return {name: x["wafer"] / one for name, one in good.items()}
    return float(x["wafer"] / good)


def _capital(x: Inputs) -> float:
    return float(capital_consumed(FLOATS, x["capital_investment"], x["years_since_start"],
                                  x.get("depreciation", CSET_DEPRECIATION)))


def _wafer_price(x: Inputs) -> float:
    consumed = x["capital_consumed"] if "capital_consumed" in x else _capital(x)
    return float(wafer_price(FLOATS, consumed, x.get("other_cost_multiple", CSET_OTHER_MULTIPLE)))


def _scanner(x: Inputs) -> float:
    return float(scanner_wafers(FLOATS, x["wph"], x["hours"], x["util"], x["patterning_steps"]))


def _density(x: Inputs) -> float:
    """Return how much denser a node is, ``(from / to)**exponent``."""
    return float((x["from_nm"] / x["to_nm"]) ** x["exponent"])


def _cluster_cost(x: Inputs) -> float:
    """Return the cost of equal compute: chips by price over performance; what stands beside a chip by performance."""
    other = x.get("other_share", 0.0)
    return float((x["chip_price_ratio"] * (1.0 - other) + other) / x["chip_perf_ratio"])


def _output(x: Inputs) -> float:
    """Return what a line makes: wafers x months x dies x yield, over the dies of a package, less what it loses."""
    wafers = x["wafers"] if "wafers" in x else x["wafers_per_month"] * x.get("months", 1.0)
    return float(packages(wafers * _one(_good_dies(x)), x.get("dies_per_package", 1.0), x.get("packaging_loss", 0.0)))


def _one(answer: Answer) -> float:
    if isinstance(answer, dict):
        raise InputError("a row that counts chips names its yield model", expected="model", example="poisson")
    return answer


_RESULTS: tuple[tuple[set[str], set[str], Callable[[Inputs], Answer]], ...] = (
    ({"gross", "gross_dies", "dies_per_wafer"}, {"area_mm2", "wafer_mm"}, _gross),
    ({"yield", "die_yield"}, {"d0_per_cm2", "area_mm2", "model"}, _yield),
    ({"good", "good_dies", "good_dies_per_wafer"}, {"d0_per_cm2", "area_mm2", "wafer_mm", "model"}, _good_dies),
    ({"cost", "cost_per_die", "cost_per_good_die", "die_cost"}, {"wafer", "d0_per_cm2", "area_mm2", "model"},
     _die_cost))
"""Results that a published set may name, the inputs that each needs, and what computes it."""


def _by_name(inputs: Inputs, theirs: Any) -> dict[str, float] | None:
    """Return our results under the names that a published set uses: of yield models, or of steps such as ``gross``."""
    if not isinstance(theirs, Mapping) or "range" in theirs:
        return None
    named, found = _named(inputs), {}
    for name in theirs:
        step = next((s for s in _RESULTS if name.casefold() in s[0] and s[1] <= set(named)), None)
        if step is not None:
            found[name] = _one(step[2](named))
        elif "model" not in named:
            try:
                found[name] = _one(compute({**inputs, "model": name})[1])
            except InputError:
                return None
    return found or None


def _calc(name: str, needs: str, may: str, run: Callable[[Inputs], Answer]) -> Calculation:
    return Calculation(name, frozenset(needs.split()), frozenset(may.split()), run)


_SHAPE = "wafer_mm aspect scribe_mm edge_mm"
_MODEL = "model alpha layers blocks blocks_needed array_share"

CALCULATIONS: tuple[Calculation, ...] = (
    _calc("yield", "d0_per_cm2 area_mm2", _MODEL, _yield),
    _calc("defect density", "yield area_mm2 model", "alpha layers", _defect_density),
    _calc("dies per wafer", "area_mm2 wafer_mm", "aspect scribe_mm edge_mm", _gross),
    _calc("good dies per wafer", "d0_per_cm2 area_mm2 wafer_mm", f"{_MODEL} {_SHAPE}", _good_dies),
    _calc("good dies per wafer", "yield area_mm2", _SHAPE, _good_dies),
    _calc("good dies per wafer", "yield chips_per_wafer", "", _good_dies),
    _calc("good dies per wafer", "d0_per_cm2 area_mm2 chips_per_wafer", _MODEL, _good_dies),
    _calc("cost of a die", "wafer chips_per_wafer", "", lambda x: float(x["wafer"] / x["chips_per_wafer"])),
    _calc("cost of a good die", "wafer yield chips_per_wafer", "", _die_cost),
    _calc("cost of a good die", "wafer yield area_mm2", _SHAPE, _die_cost),
    _calc("cost of a good die", "wafer d0_per_cm2 area_mm2", f"{_MODEL} {_SHAPE} chips_per_wafer", _die_cost),
    _calc("cost of a die", "wafer area_mm2", _SHAPE, lambda x: float(x["wafer"] / _gross(x))),
    _calc("capital that a wafer uses up", "capital_investment years_since_start depreciation", "", _capital),
    _calc("price of a wafer", "capital_consumed", "other_cost_multiple", _wafer_price),
    _calc("price of a wafer", "capital_investment years_since_start other_cost_multiple", "depreciation", _wafer_price),
    _calc("wafers per scanner", "wph hours util patterning_steps", "", _scanner),
    _calc("density of a node", "exponent from_nm to_nm", "", _density),
    _calc("cost of equal compute", "chip_perf_ratio chip_price_ratio", "other_share", _cluster_cost),
    _calc("packages from dies", "dies dies_per_package", "packaging_loss",
          lambda x: float(packages(x["dies"], x["dies_per_package"], x.get("packaging_loss", 0.0)))),
    _calc("packages per wafer", "chips packaging_wafers", "", lambda x: float(x["chips"] / x["packaging_wafers"])),
    _calc("output of a line", "wafers chips_per_wafer yield", "dies_per_package packaging_loss", _output),
    _calc("output of a line", "wafers_per_month chips_per_wafer yield", "months dies_per_package packaging_loss",
          _output),
    _calc("output of a line", "wafers d0_per_cm2 area_mm2 model", f"{_MODEL} {_SHAPE} dies_per_package packaging_loss",
          _output),
    _calc("design cost per chip", "nre volume", "", lambda x: float(x["nre"] / x["volume"])),
)
"""Every calculation that a row may ask for, by the names of its inputs."""


def _calculation(named: Inputs) -> Calculation | None:
    names = set(named)
    if len(names) > 1 and names <= set(COST_PARTS):
        return Calculation("sum of parts", frozenset(names), frozenset(), lambda x: float(sum(x.values())))
    return next((c for c in CALCULATIONS if c.fits(names)), None)


_PATTERNS = ((r"dies_per_(?!wafer).+", "dies_per_package"), (r"(?:.+_)?dies(?:_(?!per_).+)?", "dies"),
             (r"(?:cowos|interposer|packaging)_wafers", "packaging_wafers"), (r"(?:.+_)?chips|packages", "chips"),
             (r"(?:stacks|hbm)_per_.+", "dies_per_package"), (r"(?:.+_)?stacks", "dies"))


def _named(inputs: Inputs) -> dict[str, Any]:
    """Return inputs under this room's names, areas in mm2, wafers in mm and defects per cm2."""
    found: dict[str, Any] = {}
    for raw, value in inputs.items():
        key = ALIASES.get(raw.casefold(), raw.casefold())
        if key not in _KNOWN:
            key = next((name for pattern, name in _PATTERNS if re.fullmatch(pattern, key)), key)
        if key in _SCALED and isinstance(value, (int, float)):
            key, value = _SCALED[key][0], value * _SCALED[key][1]
        if key in found:
            raise InputError("one input under two names", got=raw, where=key)
        found[key] = value
    return found


_SCALED = {"area_cm2": ("area_mm2", 100.0), "wafer_inch": ("wafer_mm", 25.0), "wafer_cm": ("wafer_mm", 10.0),
           "d0_per_mm2": ("d0_per_cm2", 100.0), "wafer_radius_mm": ("wafer_mm", 2.0)}
"""Names in other units: this room's name and the factor. A wafer of 12 inches is one of 300 mm, by custom."""

_KNOWN = {n for c in CALCULATIONS for n in (*c.needs, *c.may)} | set(COST_PARTS) | set(_SCALED)
_SHARES = ("yield", "util", "depreciation", "packaging_loss", "array_share", "other_share")


def _check(named: Inputs) -> None:
    for name, value in named.items():
        if name == "model":
            continue
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError("not a number", where=name, got=value, example="0.1")
        if value < 0.0 or (value == 0.0 and name not in ("packaging_loss", "d0_per_cm2", "scribe_mm", "edge_mm",
                                                         "years_since_start", "blocks_needed", "other_share")):
            raise InputError("a value that cannot be", where=name, got=value, expected="above zero")
        if name in _SHARES and value > 1.0:
            raise InputError("a share is at most one", where=name, got=value, example="0.3")
    if ("blocks" in named) != ("blocks_needed" in named):
        raise InputError("blocks come with how many must work", expected="blocks and blocks_needed")
    if "area_mm2" in named and named["area_mm2"] > pi * (named.get("wafer_mm", 300.0) / 2.0) ** 2:
        raise InputError("a die is smaller than its wafer", where="area_mm2", got=named["area_mm2"])


def _refusal(names: set[str]) -> InputError:
    known = sorted(_KNOWN)
    strange = sorted(n for n in names if n not in known)
    if strange:
        return InputError("an input that no calculation takes", got=", ".join(strange),
                          hint=did_you_mean(strange[0], known), expected=", ".join(known))
    nearest = min(CALCULATIONS, key=lambda c: (len(c.needs - names), len(names - c.needs - c.may)))
    return InputError("these inputs together ask for nothing known", got=", ".join(sorted(names)),
                      expected=f"for {nearest.name}: {', '.join(sorted(nearest.needs))}")


def published_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of published results.

    Raises
    ------
    InputError : no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError("no such file of published results", where="--data", got=str(path),
                         example="policy/cases.csv") from None


def inputs_of(row: Mapping[str, str]) -> Inputs:
    """Return the inputs of a row.

    Raises
    ------
    InputError : no JSON object.
    """
    try:
        found = json.loads(row.get("inputs") or "{}")
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise InputError("inputs are a JSON object", where=f"case {row.get('id')}", got=row.get("inputs"),
                         example='{"model": "murphy", "d0_per_cm2": 0.1, "area_mm2": 100}')
    return found


def published_output(text: str) -> Any:
    """Return what a row says was published: a number, or numbers by name; else its text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _number(value: Any, where: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InputError("a tolerance is a number", where=where, got=value, example="0.01") from None
