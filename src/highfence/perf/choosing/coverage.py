"""What can be answered for a chip and a model, and on what evidence, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.errors import HighfenceError, NoAnswer
from highfence.core.labels import Label
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.choosing.smallest import smallest_that_holds
from highfence.perf.formats import FORMATS, Format, format_of
from highfence.perf.machine import NOMINAL_GB, Machine, arithmetic_of
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.sheets import find_machine
from highfence.perf.software import PROFILES
from highfence.perf.vendors import gains_of

PROMPT, OUTPUT = 2048.0, 512.0
"""Tokens of the one sequence that has to fit beside the weights."""


@dataclass(frozen=True, slots=True)
class FormatSupport:
    """One number format of the weights.

    Attributes
    ----------
    status : ``native``, ``emulated`` (small weights, 16-bit arithmetic; asked for with ``--emulate``) or ``refused``.
    chips, split : fewest chips that hold the model in it, and their ranks; None where none was found.
    evidence : of its matrix products, as in a prediction. reason : why it is refused or does not fit.
    """

    format: str
    status: str
    chips: int | None = None
    split: dict[str, int] | None = None
    evidence: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PartSupport:
    """One part of a step.

    Attributes
    ----------
    curve : of the calibration. evidence : ``measured kernel``, ``fitted family``, ``data sheet only`` or ``assumed``.
    rows, data, fitted_on : measurements that it was fitted to, their sets, and their chips.
    """

    part: str
    curve: str
    evidence: str
    rows: int
    data: tuple[str, ...]
    fitted_on: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetValue:
    """One number of the data sheet; ``value`` is None where nothing is published, ``assumed`` where a rule stands in.

    Attributes
    ----------
    kind : of the quantity, as in :data:`highfence.core.quantities.KINDS`.
    """

    name: str
    label: Label
    kind: str
    value: float | None
    grade: str | None
    assumed: bool


@dataclass(frozen=True, slots=True)
class Support:
    """Coverage of a chip and a model."""

    chip: str
    name: str
    model: str
    evidence: str
    formats: tuple[FormatSupport, ...]
    parts: tuple[PartSupport, ...]
    sheet: tuple[SheetValue, ...]
    software: tuple[PartSupport, ...]


def support(chip: str, model: str, system: str | None = None) -> Support:
    """Return what is covered for a chip and a model.

    Examples
    --------
    >>> found = support("910C", "deepseek-r1")
    >>> [f.status for f in found.formats if f.format in ("fp8", "int8")], found.evidence
    (['emulated', 'native'], 'data sheet only')

    Raises
    ------
    InputError : no such chip or model. NoAnswer : the data sheet lacks its peak, memory or bandwidth.
    """
    machine, shape, calibration = find_machine(chip, system), shape_of(model), shipped_calibration()
    formats = tuple(_format(machine, shape, fmt, calibration) for fmt in _formats_of(shape))
    programs = tuple(_part(profile, f"software.{profile}", machine, calibration) for profile in PROFILES
                     if profile.endswith("-2026"))
    return Support(machine.id, machine.name, shape.id, gains_of(machine).evidence, formats,
                   tuple(_part(part, curve, machine, calibration) for part, curve in _curves_of(machine, shape)),
                   _sheet(machine), programs)


def _formats_of(shape: ModelShape) -> list[Format]:
    """Return the formats worth asking for: a mixture's FP8 is scaled by blocks, everything else is plain."""
    return [fmt for fmt in FORMATS.values() if fmt.name != "fp32" and fmt.name != "fp8_block"]


def _format(machine: Machine, shape: ModelShape, fmt: Format, calibration: Calibration) -> FormatSupport:
    try:
        used, _ = arithmetic_of(machine, fmt, True)
    except HighfenceError as problem:
        return FormatSupport(fmt.name, "refused", reason=str(getattr(problem, "what", problem)))
    status = "native" if used is fmt else "emulated"
    evidence = _evidence(f"experts.{used.expert_curve}" if shape.experts else f"gemm.{used.curve}", machine,
                         calibration)
    try:
        held = smallest_that_holds(machine, shape, prompt=PROMPT, output=OUTPUT, precision=fmt.name, emulate=True)
    except NoAnswer as problem:
        return FormatSupport(fmt.name, status, evidence=evidence, reason=problem.what)
    return FormatSupport(fmt.name, status, held.chips, dict(held.answers[0].split), evidence)


def _curves_of(machine: Machine, shape: ModelShape) -> list[tuple[str, str]]:
    """Return the parts of a model's step with the curve of the calibration that each follows."""
    from highfence.perf.inference.estimate import default_precision

    fmt = format_of(default_precision(machine, shape))
    blocked = format_of("fp8_block") if shape.experts and fmt.name == "fp8" else fmt
    found = [("matrix products", f"gemm.{(FORMATS['bf16'] if shape.id.startswith('gpt-oss') else blocked).curve}")]
    if shape.experts:
        found.append(("experts", f"experts.{blocked.expert_curve}"))
    kind = "mla" if shape.mla else "gqa"
    found += [("attention, prefill", f"prefill.{kind}"), ("attention, decode", f"decode.{kind}"),
              ("links inside a server", "link.scale-up"), ("network between servers", "link.scale-out")]
    return found + ([("expert exchange", "link.all-to-all")] if shape.experts else [])


def _part(part: str, curve: str, machine: Machine, calibration: Calibration) -> PartSupport:
    known = calibration[curve]
    return PartSupport(part, curve, _evidence(curve, machine, calibration), known.rows, known.data, known.chips)


def _evidence(curve: str, machine: Machine, calibration: Calibration) -> str:
    """Return the evidence that a curve is for a chip: measured on it, on its family, or a prior on the data sheet."""
    known = calibration[curve]
    if known.grade != "measured":
        return "assumed"
    if machine.id in known.chips:
        return "measured kernel"
    return gains_of(machine).evidence


_SHEET = ("peak_bf16", "peak_fp16", "peak_fp8", "peak_fp4", "peak_int8", "memory_capacity", "memory_bandwidth",
          "compute_units", "link_bandwidth", "tdp")
_PEAKS = {"peak_bf16": "16", "peak_fp16": "16", "peak_fp8": "fp8", "peak_fp4": "fp4", "peak_int8": "int8"}


def _sheet(machine: Machine) -> tuple[SheetValue, ...]:
    """Return the numbers that an answer rests on, those that a rule stands in for marked."""
    from highfence.catalogue.attributes import ATTRIBUTES

    found = []
    for name in _SHEET:
        arithmetic = _PEAKS.get(name)
        if arithmetic == "16" and name not in machine.grades and {"peak_bf16", "peak_fp16"} & machine.grades.keys():
            continue
        value = machine.peaks.get(arithmetic) if arithmetic else _numbers(machine)[name]
        found.append(SheetValue(name, ATTRIBUTES[name].label, ATTRIBUTES[name].kind, value, machine.grades.get(name),
                                name in machine.assumed))
    for name, value in (("network_bandwidth", machine.network * 2.0), ("scale_up_domain", machine.domain)):
        found.append(SheetValue(name, ATTRIBUTES[name].label, ATTRIBUTES[name].kind, value,
                                machine.grades.get(name), name in machine.assumed))
    return tuple(found)


def _numbers(machine: Machine) -> dict[str, float | None]:
    return {"memory_capacity": machine.memory / NOMINAL_GB, "memory_bandwidth": machine.bandwidth,
            "compute_units": machine.units, "link_bandwidth": machine.link * 2.0, "tdp": machine.power}
