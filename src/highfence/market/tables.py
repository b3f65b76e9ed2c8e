"""What the other rooms compute, tabulated by quarter: chips, prices, work, law, measures and signals.

Nothing is typed in twice: a chip's work comes from ``perf``, its price and the cost of owning it from ``cost``, what
law lets through and the odds of a licence from ``rules`` and ``choice``, China's own measures from ``choice``, and what
was announced before it bound from the catalogue's events. A table knows what was public by a day; later quarters keep
the law of that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from highfence.catalogue import catalogue
from highfence.catalogue.series import events
from highfence.choice.buyers import buyer
from highfence.choice.gates import release
from highfence.choice.hazard import shipped_cuts
from highfence.choice.parameters import shipped_offers
from highfence.core.datapack import Compiled, load_pack
from highfence.core.dates import parse_period
from highfence.core.errors import NoAnswer
from highfence.core.ranges import Range
from highfence.market.regime import PLACE, Regime, law_regime
from highfence.market.state import SEGMENTS

ROOMS = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
FOLDERS = (DATA, ROOMS / "catalogue" / "data", ROOMS / "choice" / "data", ROOMS / "rules" / "data",
           ROOMS / "cost" / "data", ROOMS / "perf" / "data")
CODE = (Path(__file__), Path(__file__).parent / "regime.py", *(
    path for room in ("core", "catalogue", "rules", "perf", "cost", "choice")
    for path in sorted((ROOMS / room).rglob("*.py"))))
"""Code that the tables come from: a change in any room's makes them anew."""

FIRST, LAST = (2021, 1), (2030, 4)
KNOWN = date(2026, 11, 24)
"""Last day that the shipped data knows."""

FLAGSHIPS = ("nvidia-a100-sxm-80gb", "nvidia-a800-sxm-80gb", "nvidia-h800-sxm", "nvidia-h100-sxm", "nvidia-h20",
             "nvidia-h200-sxm", "nvidia-b200", "nvidia-b300")
"""Foreign chips that may be the legal flagship: the one that law lets through and that does most is."""

WORLD = ("nvidia-a100-sxm-80gb", "nvidia-h100-sxm", "nvidia-h200-sxm", "nvidia-b200", "nvidia-b300")
"""Best chips of the world, of which smugglers bring the latest, and against which reference cost is counted."""

LOW_CARDS = ("nvidia-a10", "nvidia-l20")
"""Cards below every line of their day."""

SINGLE = (("huawei-ascend-910", date(2019, 8, 1)), ("huawei-ascend-910b", date(2023, 7, 1)))
"""Huawei's packages of one die, by the day from which they were what Huawei sold."""

DUAL, OTHER_CARD = "huawei-ascend-910c", "cambricon-mlu590"
BELOW_THE_LINE = ("nvidia-a100-sxm-80gb", "nvidia-a800-sxm-80gb", "nvidia-h20")
"""Flagships made for a line: the last that is known stands for a design to come."""

SHUT = 0.15
"""Share of orders let through up to which a chip counts as closed, and the flagship stays what it was."""

LINE = 0.5
"""Share of orders of low cards let through from which law has a line below which a design can be sold (assumed)."""

SMUGGLERS_LAG_DAYS = 270
"""Days after its release from which a chip is what smugglers bring (assumed)."""

SIGNALS = {
    "chips": (("us-2023-10-17-rule", ""),),
    "hbm": (("us-2024-12-02-hbm", ""),),
    "tools": (("nl-2023-03-08-plan", "nl-2024-01-01-revocation"), ("us-2023-10-17-equipment", ""),
              ("us-2024-12-02-equipment-fdp", "")),
}
"""Controls that were announced before they bound, by what they are on: event, and event that bound if another."""

NOTICE_DAYS = 365
"""Days from the announcement of a control to its effect, as long as nobody has named the day (assumed)."""

HBM_CONTROL = "us-2024-12-02-hbm"
WORKLOADS = ("llama-3.1-70b", "deepseek-r1")
"""Models whose serving and, for the first, training an H100-equivalent is measured by."""

PROMPT, OUTPUT = 2048.0, 512.0

Triple = list[float]
"""Low, middle, high."""


def quarters() -> tuple[str, ...]:
    """Return every quarter of the model.

    >>> quarters()[0], quarters()[-1], len(quarters())
    ('2021Q1', '2030Q4', 40)
    """
    return tuple(f"{y}Q{q}" for y in range(FIRST[0], LAST[0] + 1) for q in range(1, 5))


def days_of(quarter: str) -> tuple[date, ...]:
    """Return the middle of each month of a quarter.

    >>> [str(d) for d in days_of("2025Q2")]
    ['2025-04-15', '2025-05-15', '2025-06-15']
    """
    year, number = int(quarter[:4]), int(quarter[5])
    return tuple(date(year, 3 * number - 2 + i, 15) for i in range(3))


@lru_cache(maxsize=32)
def tables(as_of: date | None = None, overlay: tuple[Any, ...] = ()) -> Compiled:
    """Return the tables as known on a day, under some overlays of law.

    Tables of the law as it stands are cached on disk; those of overlays are made anew.
    """
    if overlay:
        return build(as_of, overlay)
    name = f"market-tables-{as_of.isoformat() if as_of else 'all'}"
    return load_pack(name, FOLDERS, lambda: build(as_of, ()), CODE)


def build(as_of: date | None, overlay: tuple[Any, ...], regime: Regime | None = None) -> Compiled:
    """Compute the tables; ``regime`` stands in the place of the law and of China's measures."""
    known = min(as_of, KNOWN) if as_of else KNOWN
    regime = regime or law_regime(known, as_of, overlay)
    rows: list[dict[str, Any]] = []
    for quarter in quarters():
        rows.append(_quarter(quarter, known, regime, rows[-1]["chip.legal"] if rows else FLAGSHIPS[0]))
    return {"known": known.isoformat(), "quarters": list(quarters()),
            "rows": {key: [row[key] for row in rows] for key in rows[0]},
            "yuan": [_yuan(min(days_of(q)[1], known)) for q in quarters()], "run_flops": training_flops(),
            "training_share": [_training_share(segment) for segment in SEGMENTS],
            "signals": {name: [signal(pairs, q, known) for q in quarters()] for name, pairs in SIGNALS.items()},
            "hbm_legal": [_legal_share(HBM_CONTROL, q, known) for q in quarters()]}


def _quarter(quarter: str, known: date, regime: Regime, before: str) -> dict[str, Any]:
    """Return the row of one quarter; ``before`` is the flagship of the quarter before."""
    days = days_of(quarter)
    middle = min(days[1], known)
    flagship = _flagship(days, known, regime, before)
    world, smuggled = _latest(WORLD, middle, known, 0), _latest(WORLD, middle, known, SMUGGLERS_LAG_DAYS)
    low = _latest(LOW_CARDS, middle, known, 90)
    single = max((since, chip) for chip, since in SINGLE if since <= middle)[1]
    chips = {"legal": flagship, "smuggled": smuggled, "low": low, "single": single, "dual": DUAL, "other": OTHER_CARD,
             "abroad": world, "compliant": _latest(BELOW_THE_LINE, known, known, 0)}
    row: dict[str, Any] = {f"chip.{name}": chip for name, chip in chips.items()}
    for name, chip in chips.items():
        place = "US" if name in ("smuggled", "abroad") else PLACE
        price, fixed, capital, power = _owning(chip, place, middle, known)
        training, inference = equivalents(chip)
        row |= {f"price.{name}": price, f"fixed.{name}": fixed, f"capital.{name}": capital,
                f"power.{name}": power, f"training.{name}": training, f"inference.{name}": inference}
    row["granted"] = _mean([_let(flagship, d, known, regime) for d in days])
    row["low_granted"] = _mean([_let(low, d, known, regime, released=False) for d in days])
    row["controlled"] = 1.0 - sum(regime.let(world, d).mid for d in days) / len(days)
    row["duty"] = _mean([regime.duty(flagship, d) for d in days])
    row["quota"] = _least([regime.quota(flagship, d) for d in days])
    row["quota_share"] = _least([regime.quota_share(flagship, d) for d in days])
    row["restriction"] = [_curbs(flagship, s, days, regime) for s in SEGMENTS]
    row["design_restriction"] = [_curbs(chips["compliant"], s, days, regime) for s in SEGMENTS]
    row["low_restriction"] = [_curbs(low, s, days, regime) for s in SEGMENTS]
    row["compliant"] = float(days[1] > known and row["low_granted"][1] >= LINE)
    row["known"] = float(days[0] <= known)
    return row


# ---- chips ---------------------------------------------------------------------------------------------------------


def _flagship(days: Sequence[date], known: date, regime: Regime, before: str) -> str:
    """Return the foreign chip of which law lets most work through in a quarter; where hardly any, the one before."""
    let = {chip: sum(_let(chip, d, known, regime).mid for d in days) / len(days) for chip in FLAGSHIPS}
    best = max(FLAGSHIPS, key=lambda chip: (let[chip] * equivalents(chip)[0][1], -FLAGSHIPS.index(chip)))
    return best if let[best] > SHUT else before


def _latest(chips: Sequence[str], day: date, known: date, lag: int) -> str:
    """Return the last of some chips that had been on sale for a time; the first of them if none had."""
    had = [c for c in chips if _on_sale(c, day - timedelta(days=lag), known) >= 0.5]
    return had[-1] if had else chips[0]


def _on_sale(chip: str, day: date, known: date) -> float:
    """Return the odds that a chip is on sale: by the dated changes of supply, else as the choice room has it."""
    if any(c.supply == "open" and catalogue().chip(c.chip).id == chip and c.on <= min(day, known)
           for c in shipped_cuts()):
        return 1.0
    return release(catalogue().chip(chip), day)[0].factor.mid


@cache
def equivalents(chip: str) -> tuple[Triple, Triple]:
    """Return the H100s that a chip is worth in training and in serving: low, middle, high.

    Training is Llama 3.1 70B at 16 bits. Serving is the geometric mean over two models of tokens a second of whole
    requests, prompt and answer, at the same load a chip. The doubt is that of the chip's own prediction.

    >>> training, inference = equivalents("nvidia-h20")
    >>> training[1] < 0.5 < inference[1]
    True
    """
    from highfence.perf.choosing.comparison import compare

    pair = ["nvidia-h100-sxm", chip]
    rows = compare(pair, WORKLOADS[0], "training").rows
    training = _ratio(rows[0].value, rows[1].value, chip)
    logs, low, high = 0.0, 1.0, 1.0
    from math import exp, log

    for model in WORKLOADS:
        seconds = [0.0, 0.0]
        for by, tokens in (("decode", OUTPUT), ("prefill", PROMPT)):
            found = compare(pair, model, by).rows
            triple = _ratio(found[0].value, found[1].value, chip)
            for i, row in enumerate(found):
                assert row.value is not None
                seconds[i] += tokens / row.value.value
            low, high = min(low, triple[0] / triple[1]), max(high, triple[2] / triple[1])
        logs += log(seconds[0] / seconds[1]) / len(WORKLOADS)
    mid = exp(logs)
    return training, [mid * low, mid, mid * high]


def training_flops() -> Triple:
    """Return the FLOP a second that an H100 does in the training that equivalents are measured by: low, middle, high.

    Six FLOP for a parameter and token, whatever is computed beside; utilisation and its doubt are perf's.

    >>> low, mid, high = training_flops()
    >>> 0.2e15 < mid < 0.5e15
    True
    """
    from highfence.perf.choosing.comparison import compare

    found = compare(["nvidia-h100-sxm"], WORKLOADS[0], "training").rows[0].value
    if found is None:
        raise NoAnswer("the H100 has no prediction", missing="its data sheet", would_change="the largest training run")
    model = catalogue().model(WORKLOADS[0])
    per_token = 6.0 * float(model.parameters_active or model.parameters_total or 0.0)
    return [per_token * v for v in (found.low, found.value, found.high)]


def _yuan(day: date) -> float:
    """Return CNY per USD on a day, the first known one before that."""
    from highfence.cost.parameters import shipped_parameters

    values = sorted(shipped_parameters()["rmb_per_usd"].values, key=lambda v: v.since or date.min)
    return max((v for v in values if (v.since or date.min) <= day), key=lambda v: v.since or date.min,
               default=values[0]).value.mid


def _ratio(first: Any, other: Any, chip: str) -> Triple:
    if first is None or other is None:
        raise NoAnswer(f"{chip} has no prediction", missing="its data sheet", would_change="every stock of compute")
    return [other.low / first.value, other.value / first.value, other.high / first.value]


@lru_cache(maxsize=4096)
def _owning(chip: str, place: str, day: date, known: date) -> tuple[Triple, float, float, float]:
    """Return a chip's price, USD an hour beside the price and per USD of it, and USD an hour of the first for power.

    Grey prices are no list price: where nothing else is known in China, the price is that of the world market.
    """
    from highfence.cost.owning import own_term, owning_inputs
    from highfence.cost.prices import price_of

    try:
        term = price_of(chip, to=place, on=day, as_of=known)
        if term.terms and all(t.id.startswith("grey.") for t in term.terms):
            term = price_of(chip, to="US", on=day, as_of=known)
        price = term.value
    except NoAnswer:
        price = _offered(chip, place, day, known)
    usual, bare = (own_term(owning_inputs(chip, to=place, on=day, as_of=known, set={f"price.{chip}": usd}), 2, 1,
                            place=place) for usd in (price.mid, 0.0))
    power = next(part.value.mid for part in bare.terms if part.id == "power")
    return ([price.low, price.mid, price.high], bare.value.mid, (usual.value.mid - bare.value.mid) / price.mid, power)


def _offered(chip: str, place: str, day: date, known: date) -> Range:
    """Return the price at which the choice room has a chip offered, if that was public; else, of its work, the world's.

    A chip without any price is taken at the price of the best chip of the world per H100-equivalent in serving, within
    half and twice of it (assumed).
    """
    from highfence.choice.store import known_sources
    from highfence.cost.prices import price_of

    def public(source: str) -> bool:
        return not source or ((day := known_sources()[source].date) is not None and parse_period(day).end <= known)

    offers = [o for o in shipped_offers() if o.chip == chip and public(o.source)]
    if offers:
        return min(offers, key=lambda o: abs((o.since - day).days)).usd
    world = _latest(WORLD, day, known, 0)
    mid = price_of(world, to="US", on=day).value.mid * equivalents(chip)[1][1] / equivalents(world)[1][1]
    return Range(mid / 2.0, mid, mid * 2.0)


# ---- law and measures ----------------------------------------------------------------------------------------------


def _let(chip: str, day: date, known: date, regime: Regime, released: bool = True) -> Range:
    """Return what law lets through of a chip on a day, nothing before it is more likely on sale than not."""
    return regime.let(chip, day) * float(not released or _on_sale(chip, min(day, known), known) >= 0.5)


def _least(ranges: Sequence[Range]) -> Triple:
    """Return the strictest of some limits: one that begins within a quarter holds for all of it."""
    return [min(r.low for r in ranges), min(r.mid for r in ranges), min(r.high for r in ranges)]


def _mean(ranges: Sequence[Range]) -> Triple:
    n = len(ranges)
    return [sum(r.low for r in ranges) / n, sum(r.mid for r in ranges) / n, sum(r.high for r in ranges) / n]


def _curbs(chip: str, segment: str, days: Sequence[date], regime: Regime) -> Triple | None:
    """Return the share of a segment's orders that China's own measures stop in a quarter; None where there are none."""
    found = [regime.curb(chip, segment, day) for day in days]
    return None if all(f is None for f in found) else _mean([f or Range.exact(0.0) for f in found])


def _training_share(segment: str) -> Triple:
    """Return the share of a segment's work that is training."""
    work = buyer(segment).work
    total = sum(w.share.value.mid for w in work)
    training = [w.share.value for w in work if w.task == "training"]
    return [sum(getattr(r, end) for r in training) / total for end in ("low", "mid", "high")]


# ---- what was announced --------------------------------------------------------------------------------------------


def quarter_span(quarter: str) -> tuple[date, date]:
    period = parse_period(f"{quarter[:4]}-{quarter[4:]}")
    return period.start, period.end


def share_of(quarter: str, begin: date, end: date) -> float:
    """Return the share of a quarter's days from one day to before another.

    >>> round(share_of("2024Q4", date(2024, 12, 2), date(2024, 12, 31)), 3)
    0.315
    """
    first, last = quarter_span(quarter)
    days = (last - first).days + 1
    return max(0, (min(end, last + timedelta(days=1)) - max(begin, first)).days) / days


def _event(id: str, known: date) -> Any:
    return next((e for e in events() if e.id == id and e.on <= known), None)


def announcement(pair: tuple[str, str], known: date = date.max) -> tuple[date, date] | None:
    """Return the days on which a control was announced and bound, as known on a day; None before its announcement.

    As long as nobody has named the day on which it binds, :data:`NOTICE_DAYS` stand for it.

    >>> announcement(("us-2024-12-02-hbm", ""))
    (datetime.date(2024, 12, 2), datetime.date(2024, 12, 31))
    """
    told = _event(pair[0], known)
    if told is None:
        return None
    bound = _event(pair[1], known) if pair[1] else told
    return told.on, told.on + timedelta(days=NOTICE_DAYS) if bound is None else bound.effective or bound.on


def signal(pairs: Iterable[tuple[str, str]], quarter: str, known: date) -> float:
    """Return the share of a quarter in which a control is announced and does not bind yet; the most of several."""
    return max([0.0, *(share_of(quarter, *days) for pair in pairs if (days := announcement(pair, known)) is not None)])


def _legal_share(id: str, quarter: str, known: date) -> float:
    """Return the share of a quarter before a control bound; all of it where it was not known of."""
    event = _event(id, known)
    return 1.0 if event is None else share_of(quarter, date(1900, 1, 1), event.effective or event.on)
