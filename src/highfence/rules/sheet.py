"""A part that a user writes down: a sheet in YAML, a mapping, or one row of a table."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from highfence.catalogue.entries import Chip
from highfence.catalogue.metrics import PLANAR_ABOVE_NM, io_bandwidth, peak_tops, total_processing_performance
from highfence.catalogue.sheets import (
    BARE,
    chip_of_sheet,
    maker_of_sheet,
    read_sheet_file,
    sheet_name,
    stated_fields,
)
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.quantities import parse_quantity
from highfence.rules.parts import PLANAR, Input, Part

MAX_TPP = 1e9
MAX_DENSITY = 5e3
"""Far beyond anything made: a value above it is a slip of units."""


def read_sheet(path: str | Path) -> Part:
    """Read a part from a YAML file; ``highfence template chip`` prints one to fill in.

    Raises
    ------
    InputError : unreadable, an unknown field, a wrong unit, or values that contradict one another.
    """
    return part_of_sheet(read_sheet_file(path), str(path))


def part_of_sheet(raw: Mapping[str, Any], where: str = "sheet") -> Part:
    """Return the part that a sheet describes.

    Examples
    --------
    >>> part = part_of_sheet({"peak_fp16": "148 TFLOP/s", "logic_die_area": "814 mm2"})
    >>> part.input("tpp").value
    2368.0

    Raises
    ------
    InputError : as :func:`read_sheet`.
    """
    given = stated_fields(raw, where)
    chip = chip_of_sheet(given, where)
    computed, columns = _from_attributes(chip), _from_columns(given, where)
    _agree(computed, columns, where)
    _agree_on_io(chip, where)
    inputs = {**computed, **columns}
    if "tpp" in inputs and "tops" not in inputs and inputs["tpp"].value is not None:
        tpp = inputs["tpp"]
        inputs["tops"] = Input(None, tpp.low / 64, tpp.high, tpp.grade, "TPP over 64 to 1 bits")
    _add_package_density(given, inputs, where)
    node = inputs.get("process_nm")
    if node is not None and node.low > PLANAR_ABOVE_NM:
        inputs.pop("logic_die_area", None)
        inputs["performance_density"] = PLANAR
    _check(inputs, where)
    name, (vendor, country) = sheet_name(given, where), maker_of_sheet(given, where)
    return Part(f"sheet:{name}", Label(name, name), inputs, _flag(given.get("datacenter"), where), vendor,
                _place(given, "designed_in", where) or country, _place(given, "made_in", where), _hbm(given),
                _eccn(given, where), entry=chip)


def _from_attributes(chip: Chip) -> dict[str, Input]:
    found: dict[str, Input] = {}
    for name, formula in (("tpp", total_processing_performance), ("io_bandwidth", io_bandwidth), ("tops", peak_tops)):
        if (metric := formula(chip)) is not None:
            found[name] = Input(metric.value, metric.low, metric.high, "stated", metric.formula)
    for attribute, name in (("logic_die_area", "logic_die_area"), ("memory_bandwidth", "dram_bandwidth"),
                            ("process_nm", "process_nm"), ("transistors", "transistors_total")):
        if (known := chip[attribute]) is not None:
            found[name] = Input(float(known.value), known.low, known.high, "stated", "as stated")
    return found


def _from_columns(given: Mapping[str, Any], where: str) -> dict[str, Input]:
    found = {}
    for column, (name, kind, scale) in BARE.items():
        if column in given and name != "package_area":
            low, high = _numbers(given[column], kind, scale, f"{where}: {column}")
            found[name] = Input(low if low == high else None, low, high, "stated", "as stated")
    return found


def _numbers(raw: Any, kind: str, scale: float, where: str) -> tuple[float, float]:
    if isinstance(raw, Mapping):
        if set(raw) != {"low", "high"}:
            raise InputError("a range has low and high", where=where, got=dict(raw), example="{low: 700, high: 814}")
        low, high = (_number(raw[k], kind, scale, where) for k in ("low", "high"))
        if low > high:
            raise InputError("low is above high", where=where, got=dict(raw), example="{low: 700, high: 814}")
        return low, high
    value = _number(raw, kind, scale, where)
    return value, value


def _number(raw: Any, kind: str, scale: float, where: str) -> float:
    """Read a bare number in the column's unit, or text with a unit of its own."""
    bare = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    text = str(raw).strip() if isinstance(raw, str) else raw
    if bare or (isinstance(text, str) and _is_number(text)):
        return parse_quantity(str(text), "count", where) * scale
    return parse_quantity(raw, kind, where)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True


def _add_package_density(given: Mapping[str, Any], inputs: dict[str, Input], where: str) -> None:
    dram = inputs.get("dram_bandwidth")
    raw = given.get("package_area_mm2", given.get("package_area"))
    if dram is None or dram.value is None or raw is None:
        return
    low, high = _numbers(raw, "area", 1.0, f"{where}: package_area_mm2")
    if low <= 0:
        raise InputError("a package has an area", where=f"{where}: package_area_mm2", got=raw, example="121")
    density = dram.value / low if low == high else None
    inputs["memory_bandwidth_density"] = Input(density, dram.value / high, dram.value / low, "stated",
                                               f"{dram.value / 1e9:g} GB/s / {low:g} mm²")


def _check(inputs: dict[str, Input], where: str) -> None:
    """Refuse what cannot be, and what contradicts itself."""
    tpp, area, density = (inputs.get(n) for n in ("tpp", "logic_die_area", "performance_density"))
    if tpp is not None and tpp.low > MAX_TPP:
        raise InputError("no part has such a TPP", where=f"{where}: tpp", got=tpp.low,
                         expected="tera-operations per second times bits", example="2368")
    if area is not None and area.low <= 0:
        raise InputError("a die has an area", where=f"{where}: die_area_mm2", got=area.low, example="814",
                         hint="leave it out if it is unknown")
    if density is not None and density.low > MAX_DENSITY:
        raise InputError("no part has such a density", where=f"{where}: performance_density", got=density.low,
                         expected="TPP per mm²", example="2.91")
    if tpp and area and density and None not in (tpp.value, area.value, density.value):
        computed = float(tpp.value or 0) / float(area.value or 1)
        stated = float(density.value or 0)
        if abs(computed - stated) > 0.02 * max(computed, stated, 1e-9):
            raise InputError("TPP, die area and performance density contradict one another", where=where,
                             got=f"{tpp.value:g} / {area.value:g} = {computed:.4g}, stated {stated:g}",
                             expected="two of them, or three that agree within 2 %")
    if density is not None and area is not None and density.value is not None and area.value is not None:
        inputs.pop("logic_die_area")
    io = inputs.get("io_bandwidth")
    if io is not None and io.high == inf and io.value is not None:
        inputs["io_bandwidth"] = Input(io.value, io.low, io.low, io.grade, f"{io.how}, as far as stated")


def _agree(computed: Mapping[str, Input], columns: Mapping[str, Input], where: str) -> None:
    """Refuse a column that says otherwise than the sheet's other fields.

    A stated TPP or I/O may be higher than what the stated peaks or links give, for they need not be all of them.
    """
    for name in computed.keys() & columns.keys():
        ours, stated = computed[name], columns[name]
        sums_up = name in {"tpp", "io_bandwidth"}
        if ours.low > stated.high * 1.02 or (not sums_up and stated.low > ours.high * 1.02):
            raise InputError("two fields of the sheet contradict one another", where=f"{where}: {name}",
                             got=f"{stated.low:g} stated, {ours.low:g} from the other fields",
                             expected="one of them, or two that agree within 2 %")


def _agree_on_io(chip: Chip, where: str) -> None:
    """Refuse a total of I/O that is less than the links that the sheet states."""
    total, links = chip["io_bandwidth"], chip["link_bandwidth"]
    if total is not None and links is not None and links.low > total.high * 1.02:
        raise InputError("two fields of the sheet contradict one another", where=f"{where}: io_bandwidth",
                         got=f"{total.high / 1e9:g} GB/s in all, {links.low / 1e9:g} GB/s on the links alone",
                         expected="a total of at least the links, both directions together")


ECCNS_WITH_Z = ("3A001", "4A003", "4A004", "4A005", "5A002", "5A004", "5A992", "5D002", "5D992")
"""ECCNs that have a ``.z`` paragraph for items that also meet 3A090 or 4A090."""


def _eccn(given: Mapping[str, Any], where: str) -> str | None:
    raw = given.get("described_in")
    if raw is not None and str(raw).upper() not in ECCNS_WITH_Z:
        raise InputError("no such ECCN with a .z paragraph", where=f"{where}: described_in", got=raw,
                         expected=", ".join(ECCNS_WITH_Z), example="5A992",
                         hint=did_you_mean(str(raw), ECCNS_WITH_Z))
    return None if raw is None else str(raw).upper()


def _flag(raw: Any, where: str) -> bool | None:
    if raw is None or isinstance(raw, bool):
        return raw
    word = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(str(raw).casefold())
    if word is None:
        raise InputError("not yes or no", where=f"{where}: datacenter", got=raw, expected="true or false",
                         example="true")
    return word


def _place(given: Mapping[str, Any], key: str, where: str) -> str | None:
    if not given.get(key):
        return None
    from highfence.rules.store import shipped_law

    return shipped_law().gazetteer.code(str(given[key]), f"{where}: {key}")


def _hbm(given: Mapping[str, Any]) -> bool | None:
    kind = given.get("memory_type")
    return None if kind is None else "HBM" in str(kind).upper()


CHIP_TEMPLATE = """\
# A part that you describe yourself. Leave out what you do not know: the answer then says what it would change.
name: My accelerator
# vendor: nvidia                  # id of a firm in the catalogue, if it is one of its parts
# designed_in: US                 # countries decide whether the part is subject to the EAR
# made_in: TW
peak_fp16: 148 TFLOP/s            # DENSE peaks by number format; TPP is worked out from them
peak_fp8: 296 TFLOP/s
# tpp: 2368                       # or state TPP itself
logic_die_area: 814 mm2           # logic dies on non-planar nodes; leave out if unknown, or {low: .., high: ..}
memory_type: HBM3
memory_capacity: 96 GB
memory_bandwidth: 4.0 TB/s
link_bandwidth: 900 GB/s          # chip-to-chip links, both directions together
host_interface: PCIe 5.0 x16
datacenter: true                  # designed or marketed for data centres
"""
