"""From a calibration and rows of questions to the curves that the kernels take.

Curves are gathered by index: each row names its profile and its formats, and every field of a curve becomes one array.
On plain floats a row's curves are floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.arrays import FLOATS, Number
from highfence.perf.calibration import Calibration
from highfence.perf.formats import FEED_SCALE, FORMATS
from highfence.perf.inference.closed_loop import Scheduler
from highfence.perf.inference.step import Arithmetic, Curves, Formats, Overheads, StateCurve
from highfence.perf.operators.attention import DecodeCurve, PrefillCurve
from highfence.perf.operators.collectives import LinkCurve
from highfence.perf.operators.gemm import GemmCurve
from highfence.perf.software import PROFILES

GEMM_FIELDS = ("peak_share", "feed", "depth_ramp", "feed_edge", "bandwidth_share", "exposed", "launch_s", "rows")
SCALED = {"peak_share", "feed", "bandwidth_share"}
OVERHEADS = ("step_s", "layer_s", "experts_s", "passes")
SCHEDULER = ("interference", "ranks", "request_s", "token_s", "queue", "ahead", "host_layer_s", "host_latent_s",
             "host_experts_s")
FORMAT_NAMES = tuple(FORMATS)
ROWS_OF_QUERIES = {"gqa": 16.0, "mla": 64.0}
"""Query heads that one tile of a decode kernel computes at once: the smallest matrix instruction's rows for grouped
queries, a warpgroup's for the latent kernel."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What of a row's question selects curves: floats and indices, or arrays of them.

    Attributes
    ----------
    profile : index into the profiles. dense, experts : index of each format. dense_peak, experts_peak, peak16 : FLOP/s.
    cache : bytes per cached element. waits : whether attention is data parallel, 0 or 1.
    gain_compute, gain_memory, gain_link : efficiency over that of the calibration's chips, 1 for them.
    feed_units : units that the feed counts, over the units of the data sheet.
    """

    profile: Any
    dense: Any
    experts: Any
    dense_peak: Number
    experts_peak: Number
    peak16: Number
    cache: Number
    spread: Number
    wave: Number
    withheld: Number
    slots_short: Number
    chunk: Number
    gain_compute: Number = 1.0
    gain_memory: Number = 1.0
    gain_link: Number = 1.0
    feed_units: Number = 1.0


class Tables:
    """The numbers of a calibration as columns, ready to gather."""

    def __init__(self, calibration: Calibration) -> None:
        value = calibration.values
        self.gemm = {f: [value(f"gemm.{FORMATS[n].curve}")[f] for n in FORMAT_NAMES] for f in GEMM_FIELDS}
        self.experts = {f: [value(f"experts.{FORMATS[n].expert_curve}")[f] for n in FORMAT_NAMES] for f in GEMM_FIELDS}
        feed = value("feed")
        scales = [FEED_SCALE[FORMATS[n].arithmetic] for n in FORMAT_NAMES]
        self.feed_scale = [feed[s] if s else 1.0 for s in scales]
        self.weight = [FORMATS[n].weight for n in FORMAT_NAMES]
        self.activation = [FORMATS[n].activation for n in FORMAT_NAMES]
        self.software = {f: [value(f"software.{p}")[f] for p in PROFILES]
                         for f in (*OVERHEADS, *SCHEDULER, "gemm", "experts", "latency_s", "rest", "rest_spread",
                                   "withheld")}
        self.prefill = {k: value(f"prefill.{k}") for k in ("gqa", "mla")}
        self.decode = {k: value(f"decode.{k}") for k in ("gqa", "mla")}
        self.link, self.network, self.exchange = (value(f"link.{k}") for k in ("scale-up", "scale-out", "all-to-all"))
        self.states = [StateCurve(value(f"state.{k}")["launch_s"], value(f"state.{k}")["compute_share"])
                       for k in ("linear", "index")]
        self.skew = value("experts.skew")["tokens"]
        self.speculation = value("speculation")
        self.arrays: dict[int, Any] = {}

    def column(self, column: list[float], index: Any, xp: Any) -> Any:
        """Return the entries of a column at an index, or at an array of indices."""
        if xp is FLOATS:
            return column[index]
        made = self.arrays.get(id(column))
        if made is None:
            made = self.arrays[id(column)] = xp.asarray(column)
        return xp.take(made, index)

    def of(self, xp: Any, at: Setting) -> tuple[Formats, Curves, Overheads, Scheduler]:
        """Return everything that a step and a scheduler need for some rows."""
        def software(name: str) -> Any:
            return self.column(self.software[name], at.profile, xp)

        def curve(table: dict[str, list[float]], index: Any, gain: Any) -> GemmCurve:
            scale = {"peak_share": gain * at.gain_compute, "feed": gain * at.gain_compute * at.feed_units,
                     "bandwidth_share": gain * at.gain_memory}
            fields = {}
            for name in GEMM_FIELDS:
                found = self.column(table[name], index, xp)
                scaled = found * scale[name] if name in SCALED else found
                fields[name] = xp.minimum(scaled, 1.0 + 0.0 * scaled) if name.endswith("_share") else scaled
            return GemmCurve(edge_ramp=0.0, **fields)

        def arithmetic(table: dict[str, list[float]], index: Any, peak: Any, gain: Any) -> Arithmetic:
            return Arithmetic(peak, self.column(self.weight, index, xp), self.column(self.activation, index, xp),
                              self.column(self.feed_scale, index, xp), curve(table, index, gain))

        gain = software("gemm")
        zero = at.dense * 0
        formats = Formats(arithmetic(self.gemm, at.dense, at.dense_peak, gain),
                          arithmetic(self.experts, at.experts, at.experts_peak, software("experts")),
                          arithmetic(self.gemm, zero, at.peak16, gain), at.cache, at.peak16)
        latency = software("latency_s")
        curves = Curves(
            self._prefill("gqa", at), self._decode("gqa", at), self._prefill("mla", at), self._decode("mla", at),
            link=self._link(self.link, latency, at), network=self._link(self.network, None, at),
            all_to_all=self._link(self.exchange, None, at), stream_share=0.7 * at.gain_memory,
            linear=self.states[0], index=self.states[1])
        over = Overheads(skew=self.skew, **{name: software(name) for name in OVERHEADS})
        rest = xp.where(at.spread > 0.0, software("rest_spread"), software("rest"))
        named = {n: software(n) for n in SCHEDULER}
        return formats, curves, over, Scheduler(rest=rest, wave=at.wave, withheld=at.withheld * software("withheld"),
                                                slots_short=at.slots_short, chunk=at.chunk, **named)

    def _prefill(self, kind: str, at: Setting) -> PrefillCurve:
        v = self.prefill[kind]
        return PrefillCurve(v["peak_share"] * at.gain_compute, v["feed"] * at.gain_compute * at.feed_units, v["short"],
                            v["bandwidth_share"] * at.gain_memory, v["launch_s"])

    def _decode(self, kind: str, at: Setting) -> DecodeCurve:
        v = self.decode[kind]
        return DecodeCurve(v["bandwidth_share"] * at.gain_memory, v["peak_share"] * at.gain_compute,
                           v["feed"] * at.gain_compute * at.feed_units, ROWS_OF_QUERIES[kind], v["exposed"],
                           v["launch_s"], v["step_s"])

    @staticmethod
    def _link(v: Any, latency: Any, at: Setting) -> LinkCurve:
        return LinkCurve(v["bandwidth_share"] * at.gain_link, v["limit"] * at.gain_link,
                         v["latency_s"] if latency is None else latency, v["hop_s"], v["half_bytes"])
