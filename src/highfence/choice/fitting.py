"""Calibration of choice to published shares: price sensitivity, home preference, dissimilarity.

A handful of contested shares of a whole market hardly identifies three numbers. So each has a wide prior, and the
whole posterior is computed, not one best point: draws from the priors are weighted by how likely they make the
published shares. Prices, maturity of software, hazards and losses are drawn as well, so that what nobody knows of them
stays in the answer. Where a posterior is as wide as its prior, the shares have taught nothing, and :class:`Fit` says
so. What comes out is *calibrated*, never empirical.

Shares are of work. Work becomes chips over what a chip does, and money over what its work costs::

    P : nested logit of  - sensitivity * (log total cost per unit of work - home [domestic])
    units ~ P / work per chip        value ~ P * price per unit of work

Costs per unit of work are a table: of a reference workload through the cost room
(:mod:`highfence.choice.work_table`), which the calibration that ships uses; or :func:`proxy_costs`, prices per dense
16-bit TFLOP/s, which stands beside it as a check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.choice.logit import nested_logit
from highfence.choice.parameters import (
    Observation,
    Offer,
    maturity,
    shipped_observations,
    shipped_offers,
    shipped_parameters,
)
from highfence.choice.utility import Situation, total_usd
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.parameters import Parameters
from highfence.core.ranges import Z80, Range, normals
from highfence.core.terms import Term

NESTS = ("foreign", "domestic")
FITTED = ("price_sensitivity", "nest_dissimilarity", "home_preference")
"""Parameters that are calibrated."""

DRAWS = 20_000
"""Draws from the priors."""
STAGES = (0.1, 0.3, 1.0, 1.0)
"""Powers of the likelihood, stage by stage."""
ENOUGH = 100.0
"""Effective draws below which a calibration has no answer."""
LOG_ODDS_ERROR = 0.3
"""Standard deviation of a published share's log-odds outside its own range: 41 % may be 34 to 48 %. Assumed."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """One alternative in one quarter.

    Attributes
    ----------
    quarter : such as ``2024Q3``. usd : price of a unit of work, before what the buyer adds. work_per_chip : units of
        work a chip does, in the same unit. reached : share of it that teams reach; exactly 1 where ``usd`` and
        ``work_per_chip`` come from throughput. platform : software stack; draws of ``reached`` belong to it.
    """

    chip: str
    quarter: str
    nest: str
    platform: str
    usd: Range
    work_per_chip: float
    reached: Range = Range(1.0, 1.0, 1.0)  # noqa: RUF009


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration.

    Attributes
    ----------
    prior, posterior : 10th, 50th and 90th percentile of each of :data:`FITTED`. narrowed : width of the posterior's
        interval over the prior's, on the scale of the prior's standard normal: 1 means that nothing was learnt.
    fitted : what it saw. effective : how many draws the weights are worth. seed, draws, weights : standard normals by
        name and their weights, for predictions.
    """

    prior: dict[str, Range]
    posterior: dict[str, Range]
    narrowed: dict[str, float]
    fitted: tuple[Observation, ...]
    effective: float
    seed: int
    draws: Mapping[str, Any]
    weights: Any


def quarters_of(period: str) -> tuple[str, ...]:
    """Return the quarters of a year, a half year or a quarter.

    >>> quarters_of("2025H1"), quarters_of("2024Q3")
    (('2025Q1', '2025Q2'), ('2024Q3',))
    """
    year, rest = period[:4], period[4:]
    spans = {"": "1234", "H1": "12", "H2": "34", **{f"Q{q}": q for q in "1234"}}
    if not year.isdigit() or rest not in spans:
        raise InputError("no such period", got=period, expected="a year, a half year or a quarter", example="2025H1")
    return tuple(f"{year}Q{q}" for q in spans[rest])


@cache
def proxy_costs(first: int = 2022, last: int = 2025, to: str = "CN") -> tuple[CostRow, ...]:
    """Return the proxy of cost: USD per dense 16-bit TFLOP/s of every offer, quarter by quarter.

    A foreign chip counts in a quarter when it is on sale and on its middle day either needs no licence or is still
    sold from stock (``stock_months``). It knows nothing of memory, links, power or servers.

    >>> [row.chip for row in proxy_costs() if row.quarter == "2025Q4" and row.nest == "foreign"]
    ['nvidia-l20']
    """
    rows = []
    for offer, quarter, middle in on_sale(first, last, to):
        peak = catalogue().chip(offer.chip).number("peak_fp16")
        if not peak:
            raise NoAnswer(f"no 16-bit rate of {offer.chip}", missing="peak_fp16", would_change="the proxy of its cost")
        rows.append(CostRow(offer.chip, quarter, offer.nest, offer.platform, offer.usd * (1e12 / peak), peak / 1e12,
                            maturity(offer.platform, middle).value))
    return tuple(rows)


def on_sale(first: int, last: int, to: str) -> Iterator[tuple[Offer, str, date]]:
    """Yield what is on sale quarter by quarter, with the quarter's middle day: the offer runs and the law lets it."""
    stock = timedelta(days=30.4 * shipped_parameters()["stock_months"].at(to).value.mid)
    for year in range(first, last + 1):
        for quarter in range(1, 5):
            middle = date(year, 3 * quarter - 1, 15)
            for offer in shipped_offers():
                runs = offer.since <= middle and (offer.until is None or middle <= offer.until)
                if runs and (offer.nest == "domestic" or _free(offer.chip, to, middle)
                             or _free(offer.chip, to, max(middle - stock, offer.since))):
                    yield offer, f"{year}Q{quarter}", middle


def _free(chip: str, to: str, on: date) -> bool:
    from highfence.rules.classify import classify

    return classify(chip, to=to, on=on.isoformat()).requirement == "none"


def domestic_share(rows: Sequence[CostRow], observation: Observation, draws: Mapping[str, Any],
                   parameters: Parameters | None = None) -> Any:
    """Return the share of domestic chips in a period, in units or in value, at each draw. Quarters count alike.

    Parameters
    ----------
    draws : standard normals by the name of a parameter, ``price.<chip>`` or ``maturity.<platform>``; what is not named
        stays at its middle.

    Raises
    ------
    NoAnswer : the table has no alternative in a quarter of the period.

    Examples
    --------
    >>> at_the_middle = domestic_share(proxy_costs(), shipped_observations()[0], {})
    >>> 0.1 < float(at_the_middle[0]) < 0.4
    True
    """
    import numpy as np

    found = []
    for quarter in quarters_of(observation.period):
        here = [r for r in rows if r.quarter == quarter]
        if not here:
            raise NoAnswer(f"no cost of any alternative in {quarter}", missing=f"a row for {quarter}",
                           would_change=f"the share of {observation.period}")
        found.append(_share_of(np, here, observation.measure, draws, parameters or shipped_parameters()))
    return np.mean(found, axis=0)


def _share_of(np: Any, rows: Sequence[CostRow], measure: str, draws: Mapping[str, Any], known: Parameters) -> Any:
    """Return the domestic share of one quarter, (draws,)."""
    def drawn(name: str) -> Any:
        return np.atleast_1d(_value(np, known, name, draws))

    home = np.array([r.nest == "domestic" for r in rows])
    usd = _columns(np, [r.usd.draw(np.asarray(draws.get(f"price.{r.chip}", 0.0)), np) for r in rows])
    reached = np.minimum(_columns(np, [r.reached.draw(np.asarray(draws.get(f"maturity.{r.platform}", 0.0)), np)
                                       for r in rows]), 1.0)
    hazard = _columns(np, [drawn(f"cutoff_hazard_{r.nest}") for r in rows])
    loss = drawn("cutoff_loss_share")[:, None]
    total = total_usd(np, Situation(usd, reached=reached, hazard=hazard, loss_share=loss))
    utility = drawn("price_sensitivity")[:, None] * (drawn("home_preference")[:, None] * home - np.log(total))
    scale = _columns(np, [drawn("nest_dissimilarity")] * len(NESTS))
    shares = nested_logit(np, utility, home.astype(int), scale, np.ones(utility.shape, dtype=bool)).share
    done = np.array([r.work_per_chip for r in rows]) * reached
    amount = shares * (usd / reached if measure == "value" else 1.0 / done)
    return (amount * home).sum(axis=1) / amount.sum(axis=1)


def _columns(np: Any, values: Sequence[Any]) -> Any:
    """Return values side by side, (draws, alternatives)."""
    return np.stack(np.broadcast_arrays(*(np.atleast_1d(v) for v in values)), axis=-1)


def _value(xp: Any, known: Parameters, name: str, draws: Mapping[str, Any]) -> Any:
    """Return a parameter at its draws; a dissimilarity above 1 counts as 1."""
    value = known[name].at("CN").value.draw(xp.asarray(draws.get(name, 0.0)), xp)
    return xp.minimum(value, 1.0) if name == "nest_dissimilarity" else value


def _names(rows: Sequence[CostRow]) -> list[str]:
    return [*FITTED, "cutoff_loss_share", *(f"cutoff_hazard_{nest}" for nest in NESTS),
            *dict.fromkeys(f"price.{r.chip}" for r in rows), *dict.fromkeys(f"maturity.{r.platform}" for r in rows)]


def fit(observations: Sequence[Observation], rows: Sequence[CostRow] | None = None,
        parameters: Parameters | None = None, seed: int = 0, n: int = DRAWS) -> Fit:
    """Calibrate :data:`FITTED` to published shares.

    The likelihood of a share is flat inside its published range and falls with the distance of log-odds outside.

    Parameters
    ----------
    observations : shares to fit to. rows : table of costs; the proxy where none is given. n : draws from the priors.

    Raises
    ------
    InputError : nothing to fit to.
    NoAnswer : the table of costs lacks a quarter, or hardly any draw comes near the shares.

    Examples
    --------
    >>> found = fit([o for o in shipped_observations() if o.period < "2025"])
    >>> found.posterior["price_sensitivity"].low > found.prior["price_sensitivity"].low
    True
    """
    import numpy as np

    if not observations:
        raise InputError("no shares to fit to", expected="at least one observation", example="2024 units 30 %")
    table = rows if rows is not None else proxy_costs()
    known = parameters or shipped_parameters()
    draws, weights = _posterior(np, observations, table, known, seed, n)
    effective = 1.0 / float((weights**2).sum())
    if effective < ENOUGH:
        raise NoAnswer("hardly any draw from the priors comes near the published shares",
                       missing="costs or priors that admit the shares", would_change="the calibrated parameters")
    at = {name: _quantiles(np, draws[name], weights) for name in FITTED}
    posterior = {name: Range(*(float(_value(np, known, name, {name: z})) for z in (q.low, q.mid, q.high)))
                 for name, q in at.items()}
    return Fit({name: known[name].at("CN").value for name in FITTED}, posterior,
               {name: (q.high - q.low) / (2.0 * Z80) for name, q in at.items()}, tuple(observations), effective, seed,
               draws, weights)


def _posterior(np: Any, observations: Sequence[Observation], table: Sequence[CostRow], known: Parameters, seed: int,
               n: int) -> tuple[dict[str, Any], Any]:
    """Return draws and their weights, by importance sampling that moves towards the posterior in :data:`STAGES`.

    Each stage draws from independent normals about where the stage before put its weight, twice as wide in variance,
    and weighs a draw by prior times likelihood over how often it is drawn: the last stage's weights are exact.
    """
    raw = normals(seed, _names(table), n)
    centre = dict.fromkeys(raw, (0.0, 1.0))
    for power in STAGES:
        draws = {name: mean + sd * raw[name] for name, (mean, sd) in centre.items()}
        score = np.zeros(n)
        for seen in observations:
            score -= 0.5 * power * _distance(np, domestic_share(table, seen, draws, known), seen.share) ** 2
        score += 0.5 * sum(raw[name] ** 2 - draws[name] ** 2 for name in raw)
        weights = np.exp(score - score.max())
        weights = weights / weights.sum()
        for name in raw:
            mean = float((weights * draws[name]).sum())
            variance = float((weights * (draws[name] - mean) ** 2).sum())
            centre[name] = (mean, min(1.0, (2.0 * variance) ** 0.5))
    return draws, weights


def _distance(xp: Any, share: Any, published: Range) -> Any:
    """Return the distance of log-odds from a published range, in standard deviations."""
    def odds(value: Any) -> Any:
        safe = xp.clip(value, 1e-6, 1.0 - 1e-6)
        return xp.log(safe / (1.0 - safe))

    over, under = odds(share) - odds(published.high), odds(published.low) - odds(share)
    return xp.maximum(xp.maximum(over, under), 0.0) / LOG_ODDS_ERROR


def _quantiles(xp: Any, values: Any, weights: Any) -> Range:
    """Return the weighted 10th, 50th and 90th percentile, between the draws."""
    order = xp.argsort(values, kind="stable")
    sorted_values, mass = values[order], weights[order]
    at = xp.cumsum(mass) - 0.5 * mass
    low, mid, high = (float(v) for v in xp.interp(xp.array([0.1, 0.5, 0.9]), at, sorted_values))
    return Range(low, mid, high)


def predict(fitted: Fit, observation: Observation, rows: Sequence[CostRow] | None = None,
            parameters: Parameters | None = None) -> Range:
    """Return the published domestic share that a calibration expects, 10th, 50th and 90th percentile.

    It holds the doubt of everything that was drawn, and the error of a published share (:data:`LOG_ODDS_ERROR`).
    """
    import numpy as np

    table = rows if rows is not None else proxy_costs()
    n = len(fitted.weights)
    published = f"published.{observation.period}.{observation.measure}"
    new = [name for name in (*_names(table), published) if name not in fitted.draws]
    draws = {**fitted.draws, **normals(fitted.seed, new, n)}
    share = np.clip(domestic_share(table, observation, draws, parameters), 1e-6, 1.0 - 1e-6)
    odds = np.log(share / (1.0 - share)) + LOG_ODDS_ERROR * draws[published]
    return _quantiles(np, 1.0 / (1.0 + np.exp(-odds)), fitted.weights)


@cache
def calibrated() -> Fit:
    """Return the calibration to every published share that ships, with costs of work from the cost room.

    It is kept until any data or code that it follows from changes, with the draws of :data:`FITTED` alone.
    """
    import numpy as np

    from highfence.catalogue.store import DATA as CHIPS
    from highfence.choice.parameters import DATA as CHOICE
    from highfence.cost.parameters import DATA as COST
    from highfence.perf.calibration import DATA as PERF

    code = [path for room in ("choice", "cost", "perf") for path in sorted((CHOICE.parents[1] / room).rglob("*.py"))]
    pack = load_pack("calibrated", [CHIPS, CHOICE, COST, PERF], _solved, code)
    known = shipped_parameters()
    return Fit({name: known[name].at("CN").value for name in FITTED},
               {name: Range(*ends) for name, ends in pack["posterior"].items()}, pack["narrowed"],
               shipped_observations(), pack["effective"], pack["seed"],
               {name: np.asarray(values) for name, values in pack["draws"].items()}, np.asarray(pack["weights"]))


def _solved() -> dict[str, Any]:
    from highfence.choice.work_table import work_rows

    found = fit(shipped_observations(), work_rows())
    return {"posterior": {name: [r.low, r.mid, r.high] for name, r in found.posterior.items()},
            "narrowed": found.narrowed, "effective": found.effective, "seed": found.seed,
            "draws": {name: found.draws[name].tolist() for name in FITTED}, "weights": found.weights.tolist()}


def calibrated_terms(fitted: Fit | None = None) -> dict[str, Term]:
    """Return the calibrated parameters as terms, each with its prior and how far the shares narrowed it.

    >>> term = calibrated_terms()["price_sensitivity"]
    >>> term.grade, term.how.en.startswith("calibrated")
    ('estimate', True)
    """
    found = fitted or calibrated()
    sources = tuple(dict.fromkeys(o.source for o in found.fitted))
    how = Label("calibrated to {n} published shares, not estimated from purchases: the interval is {share:.0%} as wide "
                "as the prior's, {low:.2g} to {high:.2g}",
                "按{n}个公开份额校准，并非由采购数据估计：区间宽度为先验（{low:.2g}至{high:.2g}）的{share:.0%}")
    known = shipped_parameters()
    return {name: Term(name, known[name].label, found.posterior[name], known[name].unit, "estimate", sources,
                       how.format(n=len(found.fitted), share=found.narrowed[name], low=found.prior[name].low,
                                  high=found.prior[name].high)) for name in FITTED}


def sample(fitted: Fit, n: int, seed: int = 0, start: int = 0) -> dict[str, Any]:
    """Return ``n`` joint draws of :data:`FITTED` from a posterior, so that what goes together stays together.

    Draw ``i`` is the same for any ``n``, and for any ``start``, the first draw that is returned.

    >>> drawn = sample(calibrated(), 1000)
    >>> sorted(drawn) == sorted(FITTED), bool((drawn["nest_dissimilarity"] <= 1.0).all())
    (True, True)
    """
    import numpy as np

    at = np.random.Generator(_passed_over(np.random.Philox(key=seed), start)).random(n)
    picked = np.minimum(np.searchsorted(np.cumsum(fitted.weights), at), len(fitted.weights) - 1)
    known = shipped_parameters()
    return {name: _value(np, known, name, {name: fitted.draws[name][picked]}) for name in FITTED}


WORDS = 4
"""Words of 64 bits that one step of the counter gives; a uniform draw takes one."""


def _passed_over(stream: Any, uniforms: int) -> Any:
    """Return a generator after so many uniform draws, without making them."""
    stream.advance(uniforms // WORDS)
    stream.random_raw(uniforms % WORDS, output=False)
    return stream
