"""Calibration of choice to published shares: price sensitivity, home preference, dissimilarity.

A handful of contested shares of a whole market hardly identifies three numbers. So each has a wide prior, and the
posterior is computed outright on a grid of the three, not at one best point: where it is as wide as the prior, the
shares have taught nothing, and :func:`fit` says so. What comes out is *calibrated*, never empirical.

Shares are of work. Work becomes chips over what a chip does, and money over what its work costs::

    P : nested logit of  - sensitivity * (log total cost per unit of work - home [domestic])
    units ~ P / work per chip        value ~ P * price per unit of work

Costs per unit of work are a table; :func:`proxy_costs` makes one from prices per dense 16-bit TFLOP/s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from highfence.catalogue import catalogue
from highfence.choice.logit import nested_logit
from highfence.choice.parameters import Observation, maturity, shipped_observations, shipped_offers, shipped_parameters
from highfence.choice.utility import Situation, total_usd
from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.parameters import Parameters
from highfence.core.ranges import Range
from highfence.core.terms import Term

NESTS = ("foreign", "domestic")
FITTED = ("price_sensitivity", "nest_dissimilarity", "home_preference")
"""Parameters that are calibrated, in the order of the grid's axes."""

GRID = 25
"""Points an axis, over :data:`REACH` standard deviations of the prior on either side."""
REACH = 3.0
LOG_ODDS_ERROR = 0.3
"""Standard deviation of a published share's log-odds outside its own range: 41 % may be 34 to 48 %. Assumed."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """One alternative in one quarter.

    Attributes
    ----------
    quarter : such as ``2024Q3``. usd : price of a unit of work, before what the buyer adds. work_per_chip : units of
        work a chip does, in the same unit. reached : share of it that teams reach; 1 where ``usd`` and
        ``work_per_chip`` come from throughput.
    """

    chip: str
    quarter: str
    nest: str
    usd: float
    work_per_chip: float
    reached: float = 1.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration.

    Attributes
    ----------
    prior, posterior : 10th, 50th and 90th percentile of each of :data:`FITTED`. best : the most probable point.
    fitted : what it saw. narrowed : width of the posterior's interval over the prior's, on the scale of the draws.
    weights, draws : of the grid, for predictions.
    """

    prior: dict[str, Range]
    posterior: dict[str, Range]
    best: dict[str, float]
    narrowed: dict[str, float]
    fitted: tuple[Observation, ...]
    weights: Any
    draws: dict[str, Any]


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
    sold from stock (``stock_months``). It knows nothing of memory, links, power or servers: it stands in until costs
    of work are given.

    >>> [row.chip for row in proxy_costs() if row.quarter == "2025Q4" and row.nest == "foreign"]
    ['nvidia-l20']
    """
    rows = []
    stock = timedelta(days=30.4 * shipped_parameters()["stock_months"].at(to).value.mid)
    for year in range(first, last + 1):
        for quarter in range(1, 5):
            middle = date(year, 3 * quarter - 1, 15)
            for offer in shipped_offers():
                if offer.since <= middle and (offer.until is None or middle <= offer.until):
                    if offer.nest == "foreign" and not (_free(offer.chip, to, middle)
                                                        or _free(offer.chip, to, max(middle - stock, offer.since))):
                        continue
                    peak = catalogue().chip(offer.chip).number("peak_fp16")
                    if not peak:
                        raise NoAnswer(f"no 16-bit rate of {offer.chip}", missing="peak_fp16",
                                       would_change="the proxy of its cost")
                    rows.append(CostRow(offer.chip, f"{year}Q{quarter}", offer.nest, offer.usd.mid / (peak / 1e12),
                                        peak / 1e12, maturity(offer.platform, middle).value.mid))
    return tuple(rows)


def _free(chip: str, to: str, on: date) -> bool:
    from highfence.rules.classify import classify

    return classify(chip, to=to, on=on.isoformat()).requirement == "none"


def domestic_share(rows: Sequence[CostRow], observation: Observation, draws: dict[str, Any],
                   parameters: Parameters | None = None) -> Any:
    """Return the share of domestic chips in a period, in units or in value, at each draw of :data:`FITTED`.

    Quarters count alike. Risk of a cut-off enters at the middle of its parameters.

    Raises
    ------
    NoAnswer : the table has no alternative in a quarter of the period.
    """
    import numpy as np

    found = []
    for quarter in quarters_of(observation.period):
        here = [r for r in rows if r.quarter == quarter]
        if not here:
            raise NoAnswer(f"no cost of any alternative in {quarter}", missing=f"a row for {quarter}",
                           would_change=f"the share of {observation.period}")
        home = np.array([r.nest == "domestic" for r in here])
        utility = draws["price_sensitivity"][:, None] * (draws["home_preference"][:, None] * home
                                                         - np.log(_totals(here, parameters)))
        scale = np.stack([draws["nest_dissimilarity"]] * len(NESTS), axis=-1)
        shares = nested_logit(np, utility, home.astype(int), scale, np.ones(utility.shape, dtype=bool)).share
        done = np.array([r.work_per_chip * r.reached for r in here])
        price = np.array([r.usd / r.reached for r in here])
        amount = shares * (price if observation.measure == "value" else 1.0 / done)
        found.append((amount * home).sum(axis=1) / amount.sum(axis=1))
    return np.mean(found, axis=0)


def _totals(rows: Sequence[CostRow], parameters: Parameters | None) -> Any:
    """Return the cost of a unit of work with software and the risk of a cut-off on top."""
    import numpy as np

    known = parameters or shipped_parameters()
    hazard = {nest: known[f"cutoff_hazard_{nest}"].at("CN").value.mid for nest in NESTS}
    situation = Situation(np.array([r.usd for r in rows]), reached=np.array([r.reached for r in rows]),
                          hazard=np.array([hazard[r.nest] for r in rows]),
                          loss_share=known["cutoff_loss_share"].at().value.mid)
    return total_usd(np, situation)


def fit(observations: Sequence[Observation], rows: Sequence[CostRow] | None = None,
        parameters: Parameters | None = None) -> Fit:
    """Calibrate :data:`FITTED` to published shares.

    The likelihood of a share is flat inside its published range and falls with the distance of log-odds outside.

    Parameters
    ----------
    observations : shares to fit to. rows : table of costs; the proxy where none is given.

    Raises
    ------
    InputError : nothing to fit to.
    NoAnswer : the table of costs lacks a quarter.

    Examples
    --------
    >>> found = fit([o for o in shipped_observations() if o.period < "2025"])
    >>> all(found.narrowed[name] <= 1.05 for name in FITTED)
    True
    """
    import numpy as np

    if not observations:
        raise InputError("no shares to fit to", expected="at least one observation", example="2024 units 30 %")
    table = rows if rows is not None else proxy_costs()
    known = parameters or shipped_parameters()
    prior = {name: known[name].at("CN").value for name in FITTED}
    axis = np.linspace(-REACH, REACH, GRID)
    points = [z.ravel() for z in np.meshgrid(axis, axis, axis, indexing="ij")]
    draws = {name: _drawn(np, name, prior[name], z) for name, z in zip(FITTED, points)}
    score = -0.5 * np.sum([z * z for z in points], axis=0)
    before = np.exp(score - score.max())
    for seen in observations:
        score = score - 0.5 * _distance(np, domestic_share(table, seen, draws, known), seen.share) ** 2
    weights = np.exp(score - score.max())
    weights = weights / weights.sum()
    spread = [_along(np, axis, z, weights) for z in points]
    wide = [_along(np, axis, z, before / before.sum()) for z in points]
    best = int(np.argmax(score))
    posterior = {n: Range(*(float(_drawn(np, n, prior[n], z)) for z in (s.low, s.mid, s.high)))
                 for n, s in zip(FITTED, spread)}
    return Fit(prior, posterior, {n: float(draws[n][best]) for n in FITTED},
               {n: (s.high - s.low) / (w.high - w.low) for n, s, w in zip(FITTED, spread, wide)},
               tuple(observations), weights, draws)


def _drawn(xp: Any, name: str, prior: Range, z: Any) -> Any:
    """Return a parameter at standard normals of its prior; a dissimilarity above 1 counts as 1."""
    value = prior.draw(z, xp)
    return xp.minimum(value, 1.0) if name == "nest_dissimilarity" else value


def _along(xp: Any, axis: Any, points: Any, weights: Any) -> Range:
    """Return the 10th, 50th and 90th percentile along one axis of the grid, the mass of a point spread over its cell."""
    step = axis[1] - axis[0]
    edges = xp.concatenate([axis - step / 2, axis[-1:] + step / 2])
    mass = xp.histogram(points, bins=edges, weights=weights)[0]
    below = xp.concatenate([xp.zeros(1), xp.cumsum(mass)])
    low, mid, high = (float(v) for v in xp.interp(xp.asarray([0.1, 0.5, 0.9]), below / below[-1], edges))
    return Range(low, mid, high)


def _distance(xp: Any, share: Any, published: Range) -> Any:
    """Return the distance of log-odds from a published range, in standard deviations."""
    def odds(value: Any) -> Any:
        safe = xp.clip(value, 1e-6, 1.0 - 1e-6)
        return xp.log(safe / (1.0 - safe))

    over, under = odds(share) - odds(published.high), odds(published.low) - odds(share)
    return xp.maximum(xp.maximum(over, under), 0.0) / LOG_ODDS_ERROR


def _quantiles(xp: Any, values: Any, weights: Any) -> Range:
    """Return the weighted 10th, 50th and 90th percentile, between the points of the grid."""
    order = xp.argsort(values, kind="stable")
    sorted_values, mass = values[order], weights[order]
    at = xp.cumsum(mass) - 0.5 * mass
    low, mid, high = (float(v) for v in xp.interp(xp.array([0.1, 0.5, 0.9]), at, sorted_values))
    return Range(low, mid, high)


def predict(fitted: Fit, observation: Observation, rows: Sequence[CostRow] | None = None,
            parameters: Parameters | None = None) -> Range:
    """Return the published domestic share that a calibration expects, 10th, 50th and 90th percentile.

    It holds the doubt of the calibrated parameters and the error of a published share (:data:`LOG_ODDS_ERROR`);
    prices, hazards and maturity stay at their middle.
    """
    import numpy as np

    table = rows if rows is not None else proxy_costs()
    share = np.clip(domestic_share(table, observation, fitted.draws, parameters), 1e-6, 1.0 - 1e-6)
    nodes, mass = np.polynomial.hermite_e.hermegauss(9)
    odds = np.log(share / (1.0 - share))[:, None] + LOG_ODDS_ERROR * nodes
    weights = fitted.weights[:, None] * mass / mass.sum()
    return _quantiles(np, (1.0 / (1.0 + np.exp(-odds))).ravel(), weights.ravel())


@cache
def calibrated() -> Fit:
    """Return the calibration to every published share that ships, with the proxy of cost."""
    return fit(shipped_observations())


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


def sample(fitted: Fit, n: int, seed: int = 0) -> dict[str, Any]:
    """Return ``n`` joint draws of :data:`FITTED` from a posterior, so that what goes together stays together.

    Draw ``i`` is the same for any ``n``.

    >>> drawn = sample(calibrated(), 1000)
    >>> sorted(drawn) == sorted(FITTED), bool((drawn["nest_dissimilarity"] <= 1.0).all())
    (True, True)
    """
    import numpy as np

    at = np.random.Generator(np.random.Philox(key=seed)).random(n)
    picked = np.searchsorted(np.cumsum(fitted.weights), at * fitted.weights.sum())
    return {name: values[np.minimum(picked, len(values) - 1)] for name, values in fitted.draws.items()}
