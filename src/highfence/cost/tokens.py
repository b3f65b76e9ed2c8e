"""What tokens cost: the machine time of a service at its best way, times what an hour of its machines costs.

Draws vary the price of everything and the efficiency of the chip together; in every draw the cheapest way under the
limits is picked again from the chip's frontier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from highfence.core.dates import parse_day
from highfence.core.envelope import shown
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.ranges import Range, normals, quantile_range
from highfence.core.terms import Term
from highfence.cost.caps import Cap, capped
from highfence.cost.hourly import Hourly, check_draws, hourly, share_of_use
from highfence.cost.lawful import Lawful, lawful
from highfence.cost.service import STYLES, Ways, Workload, fewest_chips, serve, way_label, ways_of
from highfence.perf.choosing.limits import Limits
from highfence.perf.shape import shape_of

DRAWS, SEED = 1000, 1
MILLION = 1e6
CHIPS, MOST_CHIPS = 64, 4096
"""Chips of the largest deployment where nothing is said, and of the largest that can be asked for."""


@dataclass(frozen=True)
class TokenCost:
    """What serving costs on one chip.

    Attributes
    ----------
    output, input : USD per million output tokens, and prompt tokens that no cache holds, by machine time.
    all_in : USD per million output tokens with the prompts that they answer. hourly : USD of a chip-hour.
    words, read_words : the way of the tokens' pool and of the prompts'. split : ranks by dimension, those of the
    prompts' pool as ``prefill_…``. chips : of the smallest deployment.
    tpot, ttft : seconds at the middle. failing : share of draws in which no way keeps the limits.
    per_joule, per_kw : output tokens of a joule, and a second for each kW of the site, prompts included.
    lawful : what the law said of buying it. draws : USD per million output tokens, all in, shape (draws,).
    """

    chip: str
    name: str
    workload: Workload
    to: str
    on: date
    limits: Limits
    style: str
    precision: str
    words: str
    read_words: str
    split: Mapping[str, int]
    chips: int
    tpot: float
    ttft: float
    failing: float
    output: Term
    input: Term
    all_in: Term
    hourly: Term
    per_joule: Range | None
    per_kw: Range | None
    lawful: Lawful
    evidence: str
    grade: str
    warnings: tuple[Label, ...] = ()
    draws: Any = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON, without its draws."""
        return shown(self, without=("draws",))

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of every term."""
        return self.all_in.all_sources


def token_cost(chip: str, model: str, *, to: str = "US", on: str | date | None = None,
               as_of: str | date | None = None, prompt: float = 2048.0, output: float = 512.0, cached: float = 0.0,
               limits: Limits | None = None, chips: int = CHIPS, style: str = "best", precision: str | None = None,
               software: str | None = None, rent: bool | None = None, given: Mapping[str, float] | None = None,
               capital: float | None = None, power_kw: float | None = None, overlay: Sequence[Any] = (),
               draws: int = DRAWS, seed: int = SEED) -> TokenCost:
    """Return what a million tokens cost on a chip in a place on a day.

    Parameters
    ----------
    to : country of the buyer. on : day of prices and law; as_of : day of knowledge of the prices.
    prompt, output : tokens a request. cached : share of a prompt found in a cache.
    limits : on TTFT, TPOT and latency, means. chips : of the whole deployment at most.
    style : ``one`` pool, ``two`` pools, or the ``best``. rent : rent, own, or the cheaper if None.
    given : values that the user sets, by parameter, such as ``price.H20`` or ``pue``.
    capital : USD for chips, servers and network at most, all owned. power_kw : of the site at most, at rated power.

    Raises
    ------
    InputError : a chip, model, place, day, limit or value that cannot be.
    NoAnswer : no price, or no way that keeps the limits; says which binds.

    Examples
    --------
    >>> found = token_cost("H20", "qwen3-8b", to="CN", on="2025-08-01", chips=8)
    >>> found.all_in.value.low < found.all_in.value.mid < found.all_in.value.high
    True
    """
    day = parse_day(on, "--on") if on is not None else date.today()
    limits = limits or Limits()
    if style not in STYLES:
        raise InputError("no such style of serving", where="--style", got=style, expected=", ".join(STYLES))
    if isinstance(chips, bool) or not 1 <= chips <= MOST_CHIPS or chips != int(chips):
        raise InputError("chips of the deployment", where="--chips", got=chips, expected=f"1 to {MOST_CHIPS:,}",
                         example="64")
    if capital is not None and rent:
        raise InputError("a budget buys chips, and rent needs none", where="--budget", got=capital,
                         hint="leave out --budget or --rent")
    draws = check_draws(draws)
    workload = Workload(shape_of(model).id, float(prompt), float(output), float(cached))
    ways = ways_of(chip, workload, int(chips), software, precision)
    cap = capped(chip, int(chips), to=to, on=day, as_of=as_of, given=given, capital=capital, power_kw=power_kw)
    if (fewest := fewest_chips(ways, style)) > cap.chips:
        raise cap.refusal(workload.model, ways.machine.name, fewest)
    paid = hourly(chip, to=to, on=day, as_of=as_of, rent=rent if capital is None else False, given=given, draws=draws,
                  seed=seed)
    return _answer(ways, paid, limits, cap, style, to, day, given, overlay, draws, seed)


def _answer(ways: Ways, paid: Hourly, limits: Limits, cap: Cap, style: str, to: str, day: date,
            given: Mapping[str, float] | None, overlay: Sequence[Any], draws: int, seed: int) -> TokenCost:
    w, machine = ways.workload, ways.machine
    pace = f"pace.{machine.id}"
    z = normals(seed, (pace, "utilisation"), draws)
    served = serve(ways, limits, chips=cap.chips, style=style, z=z[pace])
    full = share_of_use("utilisation", given)
    second = paid.draws / 3600.0 / full.value.draw(z["utilisation"], np)
    work = served.all_in(w)
    kept = np.isfinite(work)
    if not kept.any():
        raise NoAnswer(f"no draw of {machine.name} keeps {limits.text()}", missing="a looser limit",
                       would_change="whether it can be served")
    middle = serve(ways, limits, chips=cap.chips, style=served.style)
    paid_middle = paid.term.value.mid / 3600.0 / full.value.mid

    def cost(id: str, label: Label, chip_s: Any, middle_s: float, how: Label, terms: tuple[Term, ...]) -> Term:
        drawn = quantile_range((chip_s * second * MILLION)[kept])
        mid = middle_s * paid_middle * MILLION
        return Term(id, label, Range(min(drawn.low, mid), mid, max(drawn.high, mid)), "USD/M tokens", how=how,
                    terms=terms)

    def time(id: str, label: Label, chip_s: Any, middle_s: float, words: str) -> Term:
        drawn = quantile_range(chip_s[kept] * MILLION)
        mid = middle_s * MILLION
        return Term(id, label, Range(min(drawn.low, mid), mid, max(drawn.high, mid)), "chip-s/M tokens",
                    how=way_label(words))

    out_time = time("output_time", Label("machine time of output tokens", "输出词元的机时"), served.output_s,
                    float(middle.output_s[0]), served.words)
    in_time = time("input_time", Label("machine time of prompt tokens", "输入词元的机时"), served.input_s,
                   float(middle.input_s[0]), served.read_words)
    priced = Label("machine time x cost of an hour / share of hours used", "机时 × 每小时成本 ÷ 满载比例")
    out = cost("output", Label("a million output tokens", "每百万输出词元"), served.output_s, float(middle.output_s[0]),
               priced, (out_time,))
    read = cost("input", Label("a million prompt tokens that no cache holds", "每百万未命中缓存的输入词元"),
                served.input_s, float(middle.input_s[0]), priced, (in_time,))
    ratio = w.fresh / w.output
    every = cost("all_in", Label("a million output tokens with their prompts", "每百万输出词元（含对应输入）"), work,
                 float(middle.all_in(w)[0]), Label(
                     f"output + {ratio:.3g} x input; cached prompt tokens cost no machine time",
                     f"输出 + {ratio:.3g} × 输入；命中缓存的输入不计机时"), (out, read, paid.term, full))
    joule, kw = _energy(paid, work, kept)
    warnings = [*paid.warnings, *filter(None, (cap.note(),))]
    failing = 1.0 - float(kept.mean())
    if failing > 0.01:
        warnings.append(Label(f"in {failing:.0%} of draws no way keeps {limits.text()}; figures are of the others",
                              f"{failing:.0%} 的抽样无法满足 {limits.text()}，数字取其余抽样"))
    if served.style == "two":
        warnings.append(Label("two pools kept full, at the load that suits them: queues and idle time are in the share "
                              "of hours used alone", "按两个始终满载的资源池计算；排队与空闲只计入满载比例"))
    return TokenCost(
        machine.id, machine.name, w, paid.to, day, limits, served.style, ways.precision, served.words,
        served.read_words, served.split, served.chips, served.tpot, served.ttft, failing, out, read, every, paid.term,
        joule, kw, lawful(machine.id, to=to, on=day, overlay=overlay), ways.evidence, every.weakest, tuple(warnings),
        np.where(kept, work * second * MILLION, np.nan))


def _energy(paid: Hourly, work: Any, kept: Any) -> tuple[Range | None, Range | None]:
    """Return output tokens of a joule of the chip, and a second for each kW of the site."""
    if paid.chip_kw is None or paid.site_kw is None:
        return None, None
    return (quantile_range(1.0 / (work[kept] * paid.chip_kw[kept] * 1e3)),
            quantile_range(1.0 / (work[kept] * paid.site_kw[kept])))
