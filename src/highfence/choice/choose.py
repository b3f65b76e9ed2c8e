"""Which chips a buyer takes: who may buy what, what the work would cost on it, and what comes on top.

In every draw of the parameters each chip can be had or not, by its odds; a nested logit over foreign and domestic chips
gives shares of the buyer's work among those that can. Shares are means over draws, their intervals the spread of
draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.choice.buyers import Buyer, read_buyer
from highfence.choice.buyers import buyer as shipped_buyer
from highfence.choice.feasible import Option, feasible
from highfence.choice.fitting import calibrated, calibrated_terms, sample
from highfence.choice.given import EFFORTS, read_given
from highfence.choice.logit import Shares, equal_cost_ratio, nested_logit, price_elasticities
from highfence.choice.parameters import shipped_parameters
from highfence.choice.platforms import effort_of, platform_of
from highfence.choice.utility import Situation, deciding_term, total_usd, utility_terms
from highfence.choice.work import Answer, WorkCosts, of_its_day, work_costs
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, NoAnswer
from highfence.core.facts import worst_grade
from highfence.core.labels import Label
from highfence.core.parameters import Parameter
from highfence.core.ranges import Range, normals, quantile_range
from highfence.core.terms import Term

Floats = NDArray[np.float64]
DRAWS, SEED = 1000, 1
NESTS = ("foreign", "domestic")
LEAST = 0.005
"""Odds below which a chip is left out of the computation: nobody's choice turns on it."""

SHARED = ("price_sensitivity", "nest_dissimilarity", "home_preference", "cutoff_hazard_foreign",
          "cutoff_hazard_domestic", "cutoff_loss_share", "breach_probability", "breach_loss_share",
          "second_platform_share")
"""Parameters of every choice, each drawn once a draw."""

CALIBRATED = ("price_sensitivity", "nest_dissimilarity")
"""Parameters taken from the calibration. Its home preference is not: it holds the scarcity that stands apart here."""

VOLUME, MARKET, CONCENTRATION, WAITING = SCARCITY = (
    "supply.unpublished_domestic_volume", "supply.market_cards", "supply.concentration", "supply.waiting")
"""Parameters of what a buyer gets of a chip that is made in small numbers, where they are known for the place."""

OF_BUYER = ("budget_usd", "horizon_years", "software.cuda_share", "software.port_months", "software.wage_usd_year",
            "risk.cutoff_aversion", "risk.compliance_tolerance")
"""Numbers of a buyer that are drawn."""


@dataclass(frozen=True)
class Alternative:
    """One chip before a buyer.

    Attributes
    ----------
    share : of the buyer's work, mean of the draws with its 10th and 90th percentile. odds : that it can be had.
    cost : of a unit of work, 1 where every kind of work runs on its cheapest chip; ``total`` with what comes on top.
    terms : of utility in log money, middle. elasticity : of the share to the cost of work on it.
    answers : of the cost room. option : why it can be had, or not.
    """

    chip: str
    name: str
    nest: str
    platform: str
    share: Range
    odds: Range
    cost: Range
    total: Range
    terms: Mapping[str, float]
    elasticity: float
    option: Option
    answers: tuple[Answer, ...] = field(default=(), repr=False)

    @property
    def grade(self) -> str:
        """Grade of the weakest evidence behind its odds and its cost."""
        return worst_grade((self.option.grade, *(a.grade for a in self.answers)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of its odds and of its cost."""
        return tuple(dict.fromkeys((*self.option.sources, *(s for a in self.answers for s in a.sources))))


@dataclass(frozen=True, slots=True)
class Deciding:
    """The term of utility that most favours one chip over another, and by how much, in log money."""

    term: str
    by: float
    chip: str
    over: str


@dataclass(frozen=True)
class Choice:
    """What a buyer chooses.

    Attributes
    ----------
    alternatives : by falling share. domestic : share of domestic chips. none : share of the work that waits, since too
    little can be had. surplus : USD over the horizon that the chips from abroad are worth to the buyer, against the
    same choice without them. decided : the term that most favours the first alternative over the best of the other
    nest, or over the next where there is none.
    refused : chips that cannot do the work, or cannot be had, and why. parameters : every number behind it.
    """

    buyer: Buyer
    to: str
    on: date
    alternatives: tuple[Alternative, ...]
    domestic: Range
    none: float
    surplus: Range
    decided: Deciding | None
    refused: Mapping[str, Label]
    parameters: tuple[Term, ...]
    warnings: tuple[Label, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of every source behind it, each once."""
        behind = [*(a.sources for a in self.alternatives), *(t.all_sources for t in self.parameters)]
        return tuple(dict.fromkeys(id for ids in behind for id in ids))

    def to_dict(self) -> dict[str, Any]:
        """Return the choice as JSON; answers of the cost room by their middle alone."""
        from highfence.core.envelope import plain

        rows = [{"chip": a.chip, "name": a.name, "nest": a.nest, "platform": a.platform, "share": plain(a.share),
                 "odds": plain(a.odds), "cost": plain(a.cost), "total": plain(a.total), "terms": dict(a.terms),
                 "elasticity": a.elasticity, "grade": a.grade, "option": plain(a.option)} for a in self.alternatives]
        return {"buyer": self.buyer.id, "to": self.to, "on": self.on.isoformat(), "alternatives": rows,
                "domestic": plain(self.domestic), "none": self.none, "surplus": plain(self.surplus),
                "decided": self.decided and plain(self.decided),
                "refused": {chip: why.to_dict() for chip, why in self.refused.items()},
                "parameters": [t.to_dict() for t in self.parameters],
                "warnings": [w.to_dict() for w in self.warnings]}


def choose(buyer: str | Path | Buyer, *, to: str = "CN", on: str | date | None = None,
           as_of: str | date | None = None, overlay: Sequence[Any] = (), chips: Sequence[str] | None = None,
           given: Mapping[str, float] | None = None, draws: int = DRAWS, seed: int = SEED,
           progress: Callable[[str], None] | None = None) -> Choice:
    """Return what a buyer chooses in a place on a day.

    Parameters
    ----------
    buyer : a shipped segment, a file of the user's, or a buyer. chips : to choose among; all feasible ones if None.
    given : values that the user sets, such as ``price.H20`` or ``price_sensitivity``.

    Raises
    ------
    InputError : a buyer, place, day or value that cannot be. NoAnswer : nothing can be had, or does the work.
    """
    if isinstance(draws, bool) or not 1 <= draws <= 1_000_000:
        raise InputError("draws must be a whole number", where="--draws", got=draws, expected="1 to 1,000,000")
    asked = read_given(given, buyer_from(buyer), (*SHARED, *SCARCITY, *EFFORTS))
    day = parse_day(on, "--on") if on is not None else date.today()
    b, notes = of_its_day(asked.buyer, day)
    known = parse_day(as_of, "--as-of") if as_of is not None else None
    options = feasible(b, to=to, on=day, as_of=known, overlay=tuple(overlay), chips=chips,
                       licence_odds=asked.licence_odds or None)
    open_ = [o for o in options if o.probability.high > LEAST]
    costs = work_costs(b, [o.chip for o in open_], to=to, on=day, as_of=known, given=asked.cost, draws=draws, seed=seed,
                       progress=progress)
    shut = {o.chip: _why(o) for o in options if o.probability.high <= LEAST}
    refused = shut | {chip: Label(why, why) for chip, why in costs.refused.items()}
    if not costs.chips:
        raise _nothing(b, {chip: why.en for chip, why in refused.items()})
    return _Problem(b, to, day, {o.chip: o for o in open_}, costs, asked.parameters, draws, seed).solve(refused, notes)


def _nothing(buyer: Buyer, refused: Mapping[str, str]) -> NoAnswer:
    """Return the refusal that names what binds most of the chips that can be had."""
    kinds: dict[str, list[str]] = {}
    for chip, why in refused.items():
        kind = next((word for word in _BINDING if word in why), "")
        kinds.setdefault(kind, []).append(f"{chip}: {why}")
    binding = sorted(kinds, key=lambda kind: (kind == "", -len(kinds[kind])))[:3]
    return NoAnswer(f"nothing that {buyer.id} can have does its work", missing="a chip that does",
                    would_change="every share", hint="; ".join(
                        f"{len(kinds[kind])} of {len(refused)}, such as {kinds[kind][0]}" for kind in binding))


_BINDING = ("the budget is", "the capital is", "keeps", "does not fit", "takes at least", "no sale price", "kW at most")
"""Words of the limits that a buyer or a user could relax."""


class _Problem:
    """One buyer's choice among chips whose work has a cost, in draws."""

    def __init__(self, buyer: Buyer, to: str, on: date, options: Mapping[str, Option], costs: WorkCosts,
                 given: Mapping[str, float], draws: int, seed: int) -> None:
        self.buyer, self.to, self.on, self.costs, self.draws, self.seed = buyer, to, on, costs, draws, seed
        self.options = [options[c] for c in costs.chips]
        self.platforms = [platform_of(c) for c in costs.chips]
        self.nest = np.asarray([NESTS.index("domestic" if o.domestic else "foreign") for o in self.options])
        shipped = shipped_parameters()
        fitted = {name: t for name, t in calibrated_terms().items() if name in CALIBRATED} if to == "CN" else {}
        terms = [fitted[name] if name in fitted and name not in given else shipped[name].term(to, on, given.get(name))
                 for name in SHARED]
        terms += [shipped[name].term(to, on, given.get(name)) for name in SCARCITY if _known(shipped[name], to, on)]
        terms += [buyer.term(path) for path in OF_BUYER]
        efforts = {p: effort_of(p, to, on, given) for p in dict.fromkeys(self.platforms)}
        self.parameters = (*terms, *efforts.values())
        z = normals(seed, [t.id for t in self.parameters], draws)
        self.drawn = {t.id: np.asarray(t.value.draw(z[t.id], np))[:, None] for t in self.parameters}
        for name, values in (sample(calibrated(), draws, seed) if fitted else {}).items():
            if name in fitted and name not in given:
                self.drawn[name] = np.asarray(values)[:, None]
        self.middle = {t.id: t.value.mid for t in self.parameters}
        self.efforts = [efforts[p].id for p in self.platforms]

    def situation(self, values: Mapping[str, Any], cost: Any, effort: Any) -> Situation:
        """Return every alternative's situation at some values of the parameters."""
        b = f"{self.buyer.id}."
        foreign = self.nest == 0
        installed = np.asarray([_installed(self.buyer, p) for p in self.platforms])
        tolerance = np.clip(values[b + "risk.compliance_tolerance"], 0.0, 1.0)
        doubtful = np.asarray([o.compliance for o in self.options], dtype=float)
        return Situation(
            cost, work=values[b + "budget_usd"], horizon_years=values[b + "horizon_years"], installed=installed,
            porting_months=values[b + "software.port_months"] * effort,
            bound_share=np.clip(values[b + "software.cuda_share"], 0.0, 1.0),
            month_usd=values[b + "software.wage_usd_year"] / 12.0,
            hazard=np.where(foreign, values["cutoff_hazard_foreign"], values["cutoff_hazard_domestic"]),
            loss_share=values["cutoff_loss_share"] * values[b + "risk.cutoff_aversion"],
            breach=values["breach_probability"] * doubtful * (1.0 - tolerance),
            breach_share=values["breach_loss_share"], stay_share=values["second_platform_share"],
            home=np.where(foreign, 0.0, values["home_preference"]))

    def solve(self, refused: Mapping[str, Label], notes: tuple[Label, ...] = ()) -> Choice:
        """Return the choice."""
        d, cost = self.drawn, self.costs.cost
        able = np.isfinite(cost)
        effort = np.concatenate([d[name] for name in self.efforts], axis=1)
        here = self.situation(d, np.where(able, cost, 1.0), effort)
        terms = utility_terms(np, here)
        scale = np.maximum(d["price_sensitivity"], 1e-3)
        utility = scale * sum(np.broadcast_to(v, cost.shape) for v in terms.values())
        available = self._had() & able
        dissimilar = np.broadcast_to(np.clip(d["nest_dissimilarity"], 0.05, 1.0), (self.draws, len(NESTS)))
        found = nested_logit(np, utility, self.nest, dissimilar, available)
        abroad = nested_logit(np, utility, self.nest, dissimilar, available & (self.nest == 1))
        some = available.any(axis=1)
        both = some & (available & (self.nest == 1)).any(axis=1)
        ratio = equal_cost_ratio(np, abroad.logsum[both], found.logsum[both], scale[both, 0])
        worth = (1.0 - 1.0 / ratio) * d[f"{self.buyer.id}.budget_usd"][both, 0]
        patience = np.maximum(self._placed(WAITING), 1.0)
        waiting = found.share.max(axis=1) * np.exp(-scale[:, 0] * np.log(patience))
        taken = _capped(found.share, self._caps(), available, waiting)
        rows = self._alternatives(found, taken, here, dissimilar)
        return Choice(self.buyer, self.to, self.on, rows, _mean(taken[:, self.nest == 1].sum(axis=1)),
                      1.0 - float(taken.sum(axis=1).mean()), quantile_range(worth) if both.any() else Range.exact(0.0),
                      _decided(rows), refused, self.parameters, (*self._warnings(float(some.mean())), *notes))

    def _caps(self) -> Floats:
        """Return the largest share of the work that each chip may take, shape (draws, chips).

        A quota caps it, and so does scarcity: of a chip that is made in small numbers a buyer gets its part of the
        market's purchases, or a few times that.
        """
        names = [f"{kind}.{o.chip}" for o in self.options for kind in ("cap", "volume")]
        z = normals(self.seed, names, self.draws)
        cards, several = self._placed(MARKET), self._placed(CONCENTRATION)
        rest = next((t.value for t in self.parameters if t.id == VOLUME), None)
        made = np.ones((self.draws, len(self.options)))
        for i, o in enumerate(self.options):
            quota = np.clip(o.cap.draw(z[f"cap.{o.chip}"], np), 0.0, 1.0)
            volume = o.volume or (rest if o.domestic else None)
            if volume is not None and cards is not None:
                made_there = 4.0 * np.maximum(volume.draw(z[f"volume.{o.chip}"], np), 0.0)
                quota = np.minimum(quota, np.minimum(made_there / cards * several, 1.0))
            made[:, i] = quota
        return made

    def _placed(self, name: str) -> Any:
        """Return draws of a parameter where it is known for the place, else None."""
        drawn = self.drawn.get(name)
        return None if drawn is None else drawn[:, 0]

    def _had(self) -> NDArray[np.bool_]:
        """Return whether each chip can be had in each draw."""
        names = [f"odds.{o.chip}" for o in self.options]
        z = normals(self.seed, names, self.draws)
        odds = np.stack([np.clip(o.probability.draw(z[n], np), 0.0, 1.0) for n, o in zip(names, self.options)], axis=1)
        lucky = normals(self.seed, [f"had.{o.chip}" for o in self.options], self.draws)
        chance = np.stack([_uniform(lucky[f"had.{o.chip}"]) for o in self.options], axis=1)
        had: NDArray[np.bool_] = chance < odds
        return had

    def _alternatives(self, found: Shares, taken: Floats, here: Situation, dissimilar: Floats,
                      ) -> tuple[Alternative, ...]:
        m = self.middle
        effort = np.asarray([m[name] for name in self.efforts])
        middle = self.situation(m, self.costs.middle, effort)
        terms = {k: np.broadcast_to(v, effort.shape) for k, v in utility_terms(np, middle).items()}
        total, drawn = np.broadcast_to(total_usd(np, middle), effort.shape), total_usd(np, here)
        part = np.where(np.isfinite(self.costs.cost), self.costs.cost / drawn, 1.0)
        moves = price_elasticities(np, found, self.nest, dissimilar, self.drawn["price_sensitivity"][:, 0], part)
        slope = np.diagonal(moves, axis1=-2, axis2=-1)
        weight = found.share.sum(axis=0)
        from highfence.catalogue import catalogue

        rows = []
        for i, o in enumerate(self.options):
            elastic = float((slope[:, i] * found.share[:, i]).sum() / weight[i]) if weight[i] > 0.0 else 0.0
            fine = np.isfinite(self.costs.cost[:, i])
            rows.append(Alternative(
                o.chip, catalogue().chip(o.chip).name.en, NESTS[self.nest[i]], self.platforms[i],
                _mean(taken[:, i]), o.probability, _around(self.costs.cost[fine, i], float(self.costs.middle[i])),
                _around(np.broadcast_to(drawn, self.costs.cost.shape)[fine, i], float(total[i])),
                {k: float(v[i]) for k, v in terms.items()}, elastic, o, self.costs.answers[o.chip]))
        return tuple(sorted(rows, key=lambda a: -a.share.mid))

    def _warnings(self, some: float) -> tuple[Label, ...]:
        notes = [Label("no published figure measures how buyers trade price against the rest: shares follow wide "
                       "priors, calibrated to China's totals at best",
                       "没有公开数据度量买家如何权衡价格与其他因素：份额取自宽先验，至多按中国总量校准")]
        if some < 1.0:
            notes.append(Label(f"in {1.0 - some:.1%} of draws nothing can be had",
                               f"{1.0 - some:.1%} 的抽样中无货可买"))
        return tuple(notes)


def _known(parameter: Parameter, to: str, on: date) -> bool:
    try:
        parameter.at(to, on)
    except NoAnswer:
        return False
    return True


def _installed(buyer: Buyer, platform: str) -> float:
    """Return the share of the buyer's machines, and so of its code, on a platform; all of it on CUDA if it has none."""
    counts: dict[str, float] = {}
    for fleet in buyer.installed:
        counts[fleet.platform] = counts.get(fleet.platform, 0.0) + fleet.count.value.mid
    total = sum(counts.values())
    return counts.get(platform, 0.0) / total if total > 0.0 else float(platform == "cuda")


def _why(option: Option) -> Label:
    """Return what shuts an option: the reason that lets the least through."""
    worst = min(option.reasons, key=lambda r: r.factor.high)
    return worst.text


def _capped(share: Floats, cap: Floats, available: NDArray[np.bool_], waiting: Floats) -> Floats:
    """Return shares under caps: what a cap cuts off goes to the others and to waiting, in proportion to their pull.

    Parameters
    ----------
    waiting : pull of waiting, on the scale of the shares, (draws,).

    Examples
    --------
    >>> share, cap, all_of = np.array([[0.8, 0.1, 0.1]]), np.array([[0.4, 1.0, 1.0]]), np.array([[True] * 3])
    >>> _capped(share, cap, all_of, np.array([0.0])).round(2), _capped(share, cap, all_of, np.array([0.2])).round(2)
    (array([[0.4, 0.3, 0.3]]), array([[0.4, 0.2, 0.2]]))
    """
    taken, waits = np.minimum(share, cap), np.zeros((len(share), 1))
    for _ in range(share.shape[1]):
        left = share.sum(axis=1, keepdims=True) - taken.sum(axis=1, keepdims=True) - waits
        room = np.where(available & (taken < cap - 1e-12), share, 0.0)
        total = room.sum(axis=1, keepdims=True) + waiting[:, None]
        part = np.where(total > 0.0, left / np.where(total > 0.0, total, 1.0), 0.0)
        if not (part > 1e-12).any():
            break
        waits = waits + part * waiting[:, None]
        taken = np.minimum(taken + part * room, cap)
    made: Floats = taken
    return made


def buyer_from(given: str | Path | Buyer) -> Buyer:
    """Return a buyer: as it is, from a file, or a shipped segment by name.

    >>> buyer_from("research").id
    'research'
    """
    if isinstance(given, Buyer):
        return given
    text = str(given)
    return read_buyer(Path(text)) if text.endswith((".yaml", ".yml")) else shipped_buyer(text)


def _uniform(z: Floats) -> Floats:
    """Return standard normals as uniforms."""
    from math import erf, sqrt

    made: Floats = 0.5 * (1.0 + np.vectorize(erf)(z / sqrt(2.0)))
    return made


def _mean(values: Floats) -> Range:
    """Return the mean of draws with their 10th and 90th percentile around it."""
    ends, mid = quantile_range(values), float(np.mean(values))
    return Range(min(ends.low, mid), mid, max(ends.high, mid))


def _around(values: Floats, mid: float) -> Range:
    ends = quantile_range(values) if len(values) else Range.exact(mid)
    return Range(min(ends.low, mid), mid, max(ends.high, mid))


def _decided(rows: Sequence[Alternative]) -> Deciding | None:
    """Return the term that most favours the first alternative over the best of the other nest, or the next."""
    if len(rows) < 2:
        return None
    first = rows[0]
    rival = next((a for a in rows[1:] if a.nest != first.nest), rows[1])
    name = deciding_term(dict(first.terms), dict(rival.terms))
    return Deciding(name, first.terms[name] - rival.terms[name], first.chip, rival.chip)
