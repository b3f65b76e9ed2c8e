"""Single kernels on one chip, and how many times longer one chip takes than another at the same shape.

Curves are those of the libraries that were measured on H20 and H800 (``perf/data/kernels.yaml``). What a vendor's
software makes of other chips is the same prior as in serving.

>>> found = kernel_ratio("product", {"m": 8192, "n": 24576, "k": 1536}, "H20", "H100")
>>> 4.5 < found.ratio.value < 5.7, round(found.peaks, 1)
(True, 6.7)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, sqrt

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.perf.calibration import EVIDENCE, Calibration, shipped_calibration
from highfence.perf.intervals import Z80
from highfence.perf.machine import Machine, machine_of
from highfence.perf.operators.attention import DecodeCurve, decode_time
from highfence.perf.operators.fed import fed_gemm_time
from highfence.perf.operators.gemm import GemmCurve
from highfence.perf.prediction import Estimate
from highfence.perf.shape import UNBOUNDED
from highfence.perf.vendors import Gains, gains_of

LATENT, ROPE = 512.0, 64.0
"""Elements of a cached latent, and of its rotated part."""

EIGHT_BITS = ("fp8", "int8")
"""Arithmetics of an 8-bit product, the first that a chip has."""

Times = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kind of kernel.

    Attributes
    ----------
    curve : of the calibration. shape : numbers that a shape states, positive. arithmetics : first that a chip has.
    spread : 80 % of measured ratios of two chips lay within this logarithm of those predicted, shapes left out of a fit
        to both chips. apart : the same with one of the two chips left out.
    """

    curve: str
    shape: tuple[str, ...]
    arithmetics: tuple[str, ...]
    spread: float
    apart: float


KERNELS: dict[str, Kernel] = {
    "product": Kernel("fed.deepgemm-fp8", ("m", "n", "k"), EIGHT_BITS, 0.222, 0.758),
    "grouped-query decode": Kernel("decode.flashattention-gqa", ("batch", "context", "heads", "kv_heads", "dim"),
                                   ("16",), 0.145, 0.264),
    "latent decode": Kernel("decode.flashmla", ("batch", "context", "heads"), ("16",), 0.219, 0.272),
}
"""``product`` is (m, k) by (k, n) with 8-bit weights and activations; decode is of one new token a sequence, 16 bits.

Spreads come from 33, 245 and 41 shapes that H20 and H800 were both measured at.
"""


@dataclass(frozen=True, slots=True)
class KernelTime:
    """One kernel on one chip.

    Attributes
    ----------
    seconds : whole; compute, memory : of its parts, which overlap. peak : FLOP/s of the ``arithmetic``.
    of_peak : share of it that the useful operations reach. bound : ``compute``, ``memory`` or ``overhead``.
    evidence : ``measured kernel``, ``fitted family`` or ``data sheet only``.
    """

    chip: str
    seconds: float
    compute: float
    memory: float
    arithmetic: str
    peak: float
    of_peak: float
    bound: str
    evidence: str


@dataclass(frozen=True, slots=True)
class KernelRatio:
    """One kernel on two chips.

    Attributes
    ----------
    ratio : time on the first over time on the second, with its 80 % interval. peaks : peak of the second over that of
        the first. bandwidths : the same of memory bandwidths. evidence : the weaker of the two.
    """

    kind: str
    shape: Mapping[str, float]
    first: KernelTime
    second: KernelTime
    ratio: Estimate
    peaks: float
    bandwidths: float
    evidence: str


def kernel_ratio(kind: str, shape: Mapping[str, float], first: str | Machine, second: str | Machine,
                 calibration: Calibration | None = None) -> KernelRatio:
    """Return how many times longer a kernel takes on one chip than on another.

    Parameters
    ----------
    kind : of :data:`KERNELS`. shape : its numbers: ``m, n, k``; ``batch, context`` (tokens), ``heads`` and, for
        grouped-query decode, ``kv_heads, dim``.

    Examples
    --------
    >>> shape = {"context": 4096, "heads": 128}
    >>> [round(kernel_ratio("latent decode", {**shape, "batch": b}, "H20", "H100").ratio.value) for b in (1, 128)]
    [1, 5]

    Raises
    ------
    InputError : no such kind or chip, or a shape that cannot be. NoAnswer : the data sheet lacks the arithmetic, its
    peak, or the memory bandwidth.
    """
    a, b = (c if isinstance(c, Machine) else machine_of(c) for c in (first, second))
    times = kernel_time(kind, shape, a, calibration), kernel_time(kind, shape, b, calibration)
    value = times[0].seconds / times[1].seconds
    wide = exp(_spread(KERNELS[kind], a, b, calibration or shipped_calibration()))
    return KernelRatio(kind, dict(shape), *times, Estimate(value, value / wide, value * wide, "times"),
                       times[1].peak / times[0].peak, b.bandwidth / a.bandwidth,
                       max((t.evidence for t in times), key=EVIDENCE.index))


def kernel_time(kind: str, shape: Mapping[str, float], chip: str | Machine,
                calibration: Calibration | None = None) -> KernelTime:
    """Return the time of a kernel on one chip; arguments and errors as :func:`kernel_ratio`."""
    kernel = KERNELS.get(kind)
    if kernel is None:
        raise InputError("no such kind of kernel", got=kind, expected=", ".join(KERNELS),
                         hint=did_you_mean(kind, KERNELS), code="unknown-kernel")
    calibration, machine = calibration or shipped_calibration(), chip if isinstance(chip, Machine) else machine_of(chip)
    numbers = _checked(kernel, kind, shape)
    arithmetic = next((name for name in kernel.arithmetics if machine.peak(name)), None)
    if arithmetic is None:
        raise NoAnswer(f"{machine.name} has no {' or '.join(kernel.arithmetics)} arithmetic",
                       missing=f"a dense peak of {machine.id}", would_change="the time of its 8-bit products")
    peak = machine.peaks[arithmetic]
    (compute, memory, whole), flops = _TIMES[kind](numbers, machine, peak, calibration.values(kernel.curve))
    bound = "overhead" if max(compute, memory) < 0.5 * whole else "compute" if compute >= memory else "memory"
    return KernelTime(machine.id, whole, compute, memory, arithmetic, peak, flops / whole / peak, bound,
                      _evidence(kernel, machine, calibration))


def _checked(kernel: Kernel, kind: str, shape: Mapping[str, float]) -> dict[str, float]:
    odd = set(shape) ^ set(kernel.shape)
    if odd:
        raise InputError(f"not the shape of a {kind} kernel", got=", ".join(sorted(shape)),
                         expected=", ".join(kernel.shape))
    for name, value in shape.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1.0 <= value <= UNBOUNDED:
            raise InputError("must be a number of at least 1", where=name, got=value, example="128")
    return {name: float(value) for name, value in shape.items()}


def _product(s: Mapping[str, float], chip: Machine, peak: float, v: Mapping[str, float]) -> tuple[Times, float]:
    gains = gains_of(chip)
    curve = GemmCurve(v["peak_share"] * gains.compute, _feed(v, gains), v["depth_ramp"], v["edge_ramp"],
                      v["bandwidth_share"] * gains.memory, v["exposed"], v["launch_s"])
    times = fed_gemm_time(FLOATS, s["m"], s["n"], s["k"], peak=peak, bandwidth=chip.bandwidth, units=chip.units,
                          weight_bytes=1.0, activation_bytes=1.0, curve=curve, feed_scale=v["feed_scale"])
    return times, 2.0 * s["m"] * s["n"] * s["k"]


def _grouped_query(s: Mapping[str, float], chip: Machine, peak: float, v: Mapping[str, float]) -> tuple[Times, float]:
    return _decode(s, chip, peak, v, kv_heads=s["kv_heads"], qk=s["dim"], value=s["dim"],
                   width=2.0 * s["kv_heads"] * s["dim"])


def _latent(s: Mapping[str, float], chip: Machine, peak: float, v: Mapping[str, float]) -> tuple[Times, float]:
    return _decode(s, chip, peak, v, kv_heads=1.0, qk=LATENT + ROPE, value=LATENT, width=LATENT + ROPE)


def _decode(s: Mapping[str, float], chip: Machine, peak: float, v: Mapping[str, float], *, kv_heads: float, qk: float,
            value: float, width: float) -> tuple[Times, float]:
    gains = gains_of(chip)
    curve = DecodeCurve(v["bandwidth_share"] * gains.memory, v["peak_share"] * gains.compute, _feed(v, gains),
                        v["rows"], v["exposed"], v["launch_s"], v["step_s"])
    times = decode_time(FLOATS, s["batch"], s["context"], heads=s["heads"], kv_heads=kv_heads, qk_dim=qk, v_dim=value,
                        cache_width=width, peak=peak, bandwidth=chip.bandwidth, units=chip.units, kv_bytes=2.0,
                        window=UNBOUNDED, curve=curve)
    return times, 2.0 * s["batch"] * s["heads"] * (qk + value) * s["context"]


def _feed(v: Mapping[str, float], gains: Gains) -> float:
    return v["feed"] * gains.compute * gains.feed_units


_TIMES: dict[str, Callable[..., tuple[Times, float]]] = {
    "product": _product, "grouped-query decode": _grouped_query, "latent decode": _latent}


def _evidence(kernel: Kernel, machine: Machine, calibration: Calibration) -> str:
    if machine.id in calibration[kernel.curve].chips:
        return "measured kernel"
    return gains_of(machine).evidence


def _spread(kernel: Kernel, a: Machine, b: Machine, calibration: Calibration) -> float:
    """Return the logarithm within which 80 % of measured ratios are expected; it grows as evidence thins."""
    fitted = {machine_of(id).family for id in calibration[kernel.curve].chips}
    known = kernel.spread if {a.family, b.family} <= fitted else kernel.apart
    priors = [Z80 * gains_of(machine).spread for machine in (a, b)]
    return sqrt(known**2 + priors[0] ** 2 + priors[1] ** 2)
