"""Costs of work for the calibration: a million tokens on every chip on sale, quarter by quarter, through the cost room.

A stated reference workload stands for all work: serving a dense model of 70 billion parameters until DeepSeek-R1 came
out, R1 since, a token every 50 ms at the latest, on up to 32 chips. Prices are those of the offers; the doubt is that
of the price and of the pace. Other doubt (use, life, power) is common to all chips and leaves shares alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from math import exp, log, sqrt

from highfence.choice.fitting import CostRow, on_sale
from highfence.core.ranges import Range
from highfence.cost.tokens import TokenCost, token_cost
from highfence.perf.choosing.limits import Limits

CHIPS = 32
TPOT_S = 0.05


@dataclass(frozen=True, slots=True)
class Reference:
    """A workload that stands for all work from a day on."""

    since: date
    model: str
    prompt: float
    output: float
    cached: float


REFERENCES = (Reference(date.min, "llama-2-70b", 1500.0, 500.0, 0.0),
              Reference(date(2025, 1, 20), "deepseek-r1", 2000.0, 1500.0, 0.5))


@cache
def work_rows(first: int = 2022, last: int = 2025, to: str = "CN") -> tuple[CostRow, ...]:
    """Return USD per million tokens of every offer, quarter by quarter, and what a chip serves a second.

    Raises
    ------
    NoAnswer : a chip on which the reference workload cannot be served in time.

    Examples
    --------
    >>> [row.chip for row in work_rows(2025, 2025) if row.quarter == "2025Q4" and row.nest == "foreign"]
    ['nvidia-l20']
    """
    rows = []
    for offer, quarter, middle in on_sale(first, last, to):
        work = max((r for r in REFERENCES if r.since <= middle), key=lambda r: r.since)
        usd, pace = _cost(offer.chip, offer.usd, work, to, date(middle.year, 7, 1))
        rows.append(CostRow(offer.chip, quarter, offer.nest, offer.platform, usd, pace))
    return tuple(rows)


@lru_cache(maxsize=1024)
def _cost(chip: str, price: Range, work: Reference, to: str, on: date) -> tuple[Range, float]:
    """Return USD per million tokens, and million tokens a chip and second."""
    middle = _answer(chip, price.mid, work, to, on)
    seconds = middle.output.find("output_time")
    assert seconds is not None
    low, high = (_answer(chip, usd, work, to, on).all_in.value.mid for usd in (price.low, price.high))
    usd, time = middle.all_in.value.mid, seconds.value
    down = sqrt(log(usd / low) ** 2 + log(time.mid / time.low) ** 2)
    up = sqrt(log(high / usd) ** 2 + log(time.high / time.mid) ** 2)
    full = middle.all_in.find("utilisation")
    assert full is not None
    spent = usd / middle.hourly.value.mid * 3600.0 * full.value.mid
    return Range(usd * exp(-down), usd, usd * exp(up)), 1.0 / spent


def _answer(chip: str, price: float, work: Reference, to: str, on: date) -> TokenCost:
    return token_cost(chip, work.model, to=to, on=on, prompt=work.prompt, output=work.output, cached=work.cached,
                      limits=Limits(None, TPOT_S), chips=CHIPS, rent=False, given={f"price.{chip}": price}, draws=200)
