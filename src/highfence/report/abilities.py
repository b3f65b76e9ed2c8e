"""What a part can do, workload by workload and kernel by kernel, beside its references.

>>> from highfence.rules.question import find_part
>>> found = abilities(find_part("H20", "ic"), (find_part("H100", "ic"),))
>>> training = found.rows[0].others[0]
>>> training.ratio.low < training.ratio.value < training.ratio.high
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import exp, log, sqrt

from highfence.catalogue import catalogue
from highfence.core.errors import HighfenceError
from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.calibration import shipped_calibration
from highfence.perf.inference.kernels import KERNELS, KernelRatio, KernelTime, kernel_ratio, kernel_time
from highfence.perf.machine import Machine
from highfence.perf.prediction import Estimate
from highfence.report.citations import Bibliography, Cite
from highfence.report.names import short_name
from highfence.report.ratios import Reference, percent
from highfence.report.roofline import operator_name
from highfence.report.texts import both, listed, say
from highfence.report.workloads import WORKLOADS, Done, Workload, do, machine_of_part, names_of, reason_of
from highfence.rules.parts import Part

CURVES = {
    "training": ("training-gemm", "training-link", "training-network", "training-sustained", "training-spread"),
    "prefill": ("gemm.bf16", "gemm.fp8", "experts.fp8_block", "prefill.gqa", "prefill.mla", "link.scale-up"),
    "decode": ("gemm.bf16", "gemm.fp8", "experts.fp8_block", "decode.gqa", "decode.mla", "link.scale-up"),
    "edge": ("gemm.bf16", "decode.gqa"),
}
"""Beginnings of the names of the curves that an answer rests on, by kind of work: what they were fitted to is cited."""

PRODUCTS_LIKE = {"n": 24576, "k": 1536}
ATTENTION_LIKE = {"context": 4096, "heads": 128}

DASH, NOTHING = Label("–", "–"), Label("", "")


@dataclass(frozen=True, slots=True)
class KernelCase:
    """One kernel at one shape."""

    id: str
    kind: str
    shape: Mapping[str, float]


KERNEL_CASES = (
    KernelCase("product_large", "product", {**PRODUCTS_LIKE, "m": 8192}),
    KernelCase("product_small", "product", {**PRODUCTS_LIKE, "m": 16}),
    KernelCase("grouped", "grouped-query decode",
               {"batch": 64, "context": 4096, "heads": 32, "kv_heads": 8, "dim": 128}),
    *(KernelCase("latent", "latent decode", {**ATTENTION_LIKE, "batch": batch}) for batch in (1, 16, 128)),
)
"""Shapes at which chips were measured: products of DeepSeek's layers, attention over 4,096 tokens."""


@dataclass(frozen=True, slots=True)
class Ability:
    """What one chip does with one workload.

    Attributes
    ----------
    value : tokens/s of one chip, with its 80 % interval. ratio : the part's value over this chip's; None for itself.
    setup : chips, split, format and load. bounds : share of the time by what bounds it, largest first.
    mfu : model FLOPs over the peak, in training. assumed : numbers of the data sheet that a rule stands in for.
    reason : why there is no value. apart : chips or format where they are not those of the part.
    otherwise : the value under the other of two assumptions, where the answer hangs on one.
    """

    chip: str
    short: Label
    value: Estimate | None = None
    ratio: Estimate | None = None
    chips: int | None = None
    split: str = ""
    precision: str = ""
    in_flight: float | None = None
    bounds: Mapping[str, float] | None = None
    operator: Label | None = None
    mfu: float | None = None
    evidence: str = ""
    grade: str = ""
    assumed: tuple[Label, ...] = ()
    reason: Label | None = None
    shown: Label = DASH
    shown_range: Label = NOTHING
    shown_ratio: Label = DASH
    shown_ratio_range: Label = NOTHING
    setup: Label = NOTHING
    apart: Label = NOTHING
    otherwise: Estimate | None = None

    @property
    def bound(self) -> str:
        """What binds most of the time; empty without an answer."""
        return next(iter(self.bounds)) if self.bounds else ""


@dataclass(frozen=True, slots=True)
class AbilityRow:
    """One workload across the part and its references.

    Attributes
    ----------
    load : what exactly was asked. why : what binds, in a sentence.
    """

    id: str
    kind: str
    title: Label
    load: Label
    own: Ability
    others: tuple[Ability, ...]
    why: Label
    cites: tuple[Cite, ...]

    @property
    def unsure(self) -> Ability | None:
        """Which of the part and its first reference has an answer that hangs on an assumption."""
        return next((a for a in (self.own, *self.others[:1]) if a.otherwise is not None), None)


@dataclass(frozen=True, slots=True)
class KernelCell:
    """One kernel beside one reference.

    Attributes
    ----------
    speed : the part's speed over the reference's, with its 80 % interval. times : its time over the reference's.
    reached : share of the reference's own peak. bound : what bounds it there.
    """

    chip: str
    speed: Estimate | None = None
    times: Estimate | None = None
    reached: float | None = None
    bound: str = ""
    evidence: str = ""
    reason: Label | None = None
    shown: Label = DASH
    shown_range: Label = NOTHING
    shown_times: Label = NOTHING


@dataclass(frozen=True, slots=True)
class KernelRow:
    """One kernel across the references.

    Attributes
    ----------
    batch : rows or requests at once. time : of the part. peaks : peak of the first reference over the part's.
    """

    id: str
    title: Label
    shape: Label
    batch: int
    time: KernelTime | None
    shown_time: Label
    reason: Label | None
    peaks: float | None
    cells: tuple[KernelCell, ...]
    cites: tuple[Cite, ...]


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a part can do beside its references.

    Attributes
    ----------
    peak, bandwidth : the part's 16-bit peak and memory bandwidth over the first reference's, from the data sheets.
    findings : what follows, in words. notes : numbers that a rule stands in for, by chip. missing : why there is no
        answer at all.
    """

    references: tuple[Reference, ...]
    rows: tuple[AbilityRow, ...]
    kernels: tuple[KernelRow, ...]
    findings: tuple[Label, ...]
    notes: tuple[Label, ...]
    peak: float | None
    bandwidth: float | None
    missing: Label | None


def abilities(part: Part, references: Sequence[Part], sources: Bibliography | None = None) -> Abilities:
    """Return what a part can do, and how that compares with its references.

    Parameters
    ----------
    sources : takes the numbers of what the curves were fitted to; nothing is cited if None.
    """
    from highfence.report.ability_findings import findings

    machines = [_machine(p) for p in (part, *references)]
    named = tuple(Reference(p.id, p.name, short_name(p)) for p in references)
    shorts = (short_name(part), *(r.short for r in named))
    rows = tuple(_row(work, machines, shorts, sources) for work in WORKLOADS)
    kernels = tuple(_kernel_row(case, machines, sources) for case in KERNEL_CASES)
    own, first = machines[0], next(iter(machines[1:]), None)
    peak = bandwidth = None
    if isinstance(own, Machine) and isinstance(first, Machine):
        peak, bandwidth = own.peaks["16"] / first.peaks["16"], own.bandwidth / first.bandwidth
    made = Abilities(named, rows, kernels, (), _notes(rows), peak, bandwidth, _missing(rows))
    return replace(made, findings=findings(made))


def _machine(part: Part) -> Machine | HighfenceError:
    """Return a part as a machine, or why that cannot be."""
    try:
        return machine_of_part(part)
    except HighfenceError as problem:
        return problem


def _missing(rows: tuple[AbilityRow, ...]) -> Label | None:
    """Return the one reason for which the part has no answer to any workload, if there is one."""
    reasons = {row.own.reason for row in rows}
    return next(iter(reasons)) if len(reasons) == 1 else None


def _row(work: Workload, machines: Sequence[Machine | HighfenceError], shorts: Sequence[Label],
         sources: Bibliography | None) -> AbilityRow:
    own, *others = (_ability(work, machine, short) for machine, short in zip(machines, shorts))
    compared = tuple(_compared(own, other) for other in others)
    return AbilityRow(work.id, work.kind, work.title, work.load, own, compared, _why(own, compared),
                      _cites(CURVES[work.kind], sources))


def _ability(work: Workload, machine: Machine | HighfenceError, short: Label) -> Ability:
    if isinstance(machine, HighfenceError):
        return Ability("", short, reason=reason_of(machine, work))
    try:
        done = do(machine, work)
    except HighfenceError as problem:
        return Ability(machine.id, short, reason=reason_of(problem, work))
    return Ability(machine.id, short, done.value, None, done.chips, done.split, done.precision, done.in_flight,
                   done.bounds, Label(*(operator_name(done.operator, lang) for lang in ("en", "zh"))), done.mfu,
                   done.evidence, done.grade, tuple(names_of(done.assumed)), None,
                   say("ability.rate", value=format_number(done.value.value, 3)),
                   _span(done.value), setup=_setup(work, done), otherwise=done.otherwise)


def _setup(work: Workload, done: Done) -> Label:
    """Return in a few words on what, and under which load, an answer was reached."""
    parts = [say("ability.on_chips", n=f"{done.chips:,}")] if done.chips > 1 else [say("ability.on_one")]
    if done.chips > 1:
        parts.append(both(done.split))
    parts.append(_format(done.precision))
    if work.kind == "decode":
        parts.append(say("ability.in_flight", n=f"{done.in_flight:,.0f}"))
    if done.mfu is not None:
        parts.append(both(f"MFU\u00a0{done.mfu:.0%}"))
    return _joined(parts)


def _span(estimate: Estimate) -> Label:
    return both(f"{format_number(estimate.low, 3)}–{format_number(estimate.high, 3)}")


def _compared(own: Ability, other: Ability) -> Ability:
    """Return a reference's answer with the part's share of it."""
    if own.value is None or other.value is None:
        return other
    ratio = over(own.value, other.value)
    return replace(other, ratio=ratio, shown_ratio=percent(ratio.value), shown_ratio_range=_percents(ratio),
                   apart=_apart(own, other))


def _apart(own: Ability, other: Ability) -> Label:
    """Return a reference's number of chips, and its format, where they are not the part's."""
    parts = [say("ability.on_chips", n=f"{other.chips:,}")] if other.chips != own.chips else []
    if other.precision != own.precision:
        parts.append(_format(other.precision))
    return _joined(parts)


def _format(precision: str) -> Label:
    return both(precision.upper().replace("_BLOCK", ""))


def _joined(parts: Sequence[Label]) -> Label:
    return Label(", ".join(p.en for p in parts), "，".join(p.zh for p in parts))


def over(a: Estimate, b: Estimate) -> Estimate:
    """Return a quotient with its 80 % interval, errors of both taken as independent.

    >>> found = over(Estimate(2.0, 1.0, 4.0, "tokens/s"), Estimate(1.0, 1.0, 1.0, "tokens/s"))
    >>> found.value, found.low, found.high
    (2.0, 1.0, 4.0)
    """
    value = a.value / b.value
    below = sqrt(log(a.value / a.low) ** 2 + log(b.high / b.value) ** 2)
    above = sqrt(log(a.high / a.value) ** 2 + log(b.value / b.low) ** 2)
    return Estimate(value, value * exp(-below), value * exp(above), "ratio")


def _percents(ratio: Estimate) -> Label:
    low, high = percent(ratio.low).en, percent(ratio.high).en
    return both(f"{low.rstrip('%')}–{high}")


def _why(own: Ability, others: Sequence[Ability]) -> Label:
    """Say what binds the part, and the first reference that answers."""
    if own.reason is not None:
        return say("ability.why_not", name=own.short, reason=own.reason)
    lead = say("ability.why", name=own.short, **_binding(own))
    other = next((o for o in others if o.bounds), None)
    if other is None:
        return lead
    key = "ability.why_same" if other.bound == own.bound else "ability.why_other"
    follow = say(key, name=other.short, **_binding(other))
    return Label(f"{lead.en} {follow.en}", f"{lead.zh}{follow.zh}")


def _binding(ability: Ability) -> dict[str, object]:
    assert ability.bounds is not None
    return {"share": f"{ability.bounds[ability.bound]:.0%}", "bound": say(f"bound.{ability.bound}"),
            "operator": ability.operator}


def _notes(rows: Sequence[AbilityRow]) -> tuple[Label, ...]:
    """Name the numbers of each data sheet that are not published and that a rule stands in for."""
    found = {a.short: a.assumed for row in rows for a in (row.own, *row.others) if a.assumed}
    return tuple(say("ability.assumed", name=short, names=listed(names)) for short, names in found.items())


def _kernel_row(case: KernelCase, machines: Sequence[Machine | HighfenceError],
                sources: Bibliography | None) -> KernelRow:
    own, *others = machines
    batch = int(case.shape.get("m", case.shape.get("batch", 1)))
    title = say(f"ability.kernel_{case.id}", n=f"{batch:,}")
    shape = say(f"ability.shape_{KERNELS[case.kind].shape[0]}", **{k: f"{v:,.0f}" for k, v in case.shape.items()})
    cells = tuple(_kernel_cell(case, own, other) for other in others)
    time, reason = _own_time(case, own)
    first = next(iter(others), None)
    peaks = None
    if time is not None and isinstance(own, Machine) and isinstance(first, Machine) and cells[0].times is not None:
        peaks = kernel_ratio(case.kind, case.shape, own, first).peaks
    return KernelRow(case.id, title, shape, batch, time, _microseconds(time), reason, peaks, cells,
                     _cites((KERNELS[case.kind].curve,), sources))


def _own_time(case: KernelCase, own: Machine | HighfenceError) -> tuple[KernelTime | None, Label | None]:
    if isinstance(own, HighfenceError):
        return None, reason_of(own, WORKLOADS[0])
    try:
        return kernel_time(case.kind, case.shape, own), None
    except HighfenceError:
        return None, say("ability.no_8_bit")


def _microseconds(time: KernelTime | None) -> Label:
    return both("–") if time is None else both(f"{format_number(time.seconds * 1e6, 3)} µs")


def _kernel_cell(case: KernelCase, own: Machine | HighfenceError, other: Machine | HighfenceError) -> KernelCell:
    if isinstance(other, HighfenceError):
        return KernelCell("", reason=reason_of(other, WORKLOADS[0]))
    if isinstance(own, HighfenceError):
        return KernelCell(other.id)
    try:
        found: KernelRatio = kernel_ratio(case.kind, case.shape, own, other)
    except HighfenceError:
        return KernelCell(other.id, reason=say("ability.no_8_bit"))
    t = found.ratio
    speed = Estimate(1.0 / t.value, 1.0 / t.high, 1.0 / t.low, "ratio")
    return KernelCell(other.id, speed, t, found.second.of_peak, found.second.bound, found.evidence, None,
                      percent(speed.value), _percents(speed), say("ability.times", n=times_text(t.value)))


def times_text(value: float) -> str:
    """Write how many times.

    >>> times_text(5.112), times_text(0.8301), times_text(1.0118)
    ('5.1', '0.83', '1.01')
    """
    return f"{value:.2f}" if value < 1.95 else f"{value:.1f}"


def _cites(beginnings: Sequence[str], sources: Bibliography | None) -> tuple[Cite, ...]:
    """Return the numbers of the sources that some curves were fitted to, each once."""
    if sources is None:
        return ()
    return tuple(sources.cite(id) for id in dict.fromkeys(_sources_of(beginnings)))


@cache
def _known_sources() -> frozenset[str]:
    return frozenset(source.id for source in catalogue().sources())


def _sources_of(beginnings: Sequence[str]) -> Iterator[str]:
    known = _known_sources()
    for id, curve in shipped_calibration().curves.items():
        if id.startswith(tuple(beginnings)):
            for data in curve.data:
                name = max((s for s in known if data == s or data.startswith(f"{s}-")), key=len, default=None)
                if name is not None:
                    yield name
