"""What a buyer's work costs on each chip: its kinds of work at its service levels, through the cost room.

Kinds of work have different units (tokens served, tokens trained). Each is counted in multiples of its middle cost on
the chip that does it most cheaply; the buyer's work is their mean by its shares. A unit of work thus costs 1 where
every kind runs on its cheapest chip.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.choice.buyers import Buyer, Work
from highfence.choice.gates import smallest_machine
from highfence.core.dates import parse_period
from highfence.core.errors import HighfenceError, InputError
from highfence.core.labels import Label
from highfence.core.ranges import normals
from highfence.cost.runs import RunCost, run_cost
from highfence.cost.tokens import TokenCost, token_cost
from highfence.perf.choosing.limits import Limits

Floats = NDArray[np.float64]
MOST_SERVING = 64
"""Chips of one deployment of a service at most: larger fleets are many of them."""

MOST_TRAINING = 4096
"""Chips of one training run at most."""

LEAST_CHIPS = 8
"""One server."""

STAND_INS = ((20e9, "llama-2-70b"), (0.0, "llama-2-7b"))
"""Dense models that stand for those that were not out on a day, by least number of parameters."""

Answer = TokenCost | RunCost


@dataclass(frozen=True)
class WorkCosts:
    """Cost of a buyer's work by chip.

    Attributes
    ----------
    chips : that can do all of it. cost : of a unit of work, shape (draws, chips). middle : the same at the middle.
    answers : of the cost room, by chip, one a kind of work. refused : why a chip cannot do it.
    """

    chips: tuple[str, ...]
    cost: Floats
    middle: Floats
    answers: Mapping[str, tuple[Answer, ...]]
    refused: Mapping[str, str]


def work_costs(buyer: Buyer, chips: Sequence[str], *, to: str, on: date, as_of: date | None = None,
               given: Mapping[str, float] | None = None, draws: int = 1000, seed: int = 1, rent: bool | None = None,
               progress: Callable[[str], None] | None = None) -> WorkCosts:
    """Return what a unit of a buyer's work costs on some chips.

    Parameters
    ----------
    rent : rent, own, or the cheaper of both if None. progress : told each chip before it is computed.
    """
    answers: dict[str, tuple[Answer, ...]] = {}
    refused: dict[str, str] = {}
    for chip in chips:
        if progress:
            progress(chip)
        try:
            answers[chip] = tuple(_answer(buyer, work, chip, to=to, on=on, as_of=as_of, given=given,
                                          draws=draws, seed=seed, rent=rent) for work in buyer.work)
        except HighfenceError as problem:
            if isinstance(problem, InputError) and (problem.where or "").startswith("--set"):
                raise
            refused[chip] = _words(problem)
            continue
        short = beyond_budget(buyer, answers[chip])
        if short:
            refused[chip] = short
            del answers[chip]
    names = tuple(answers)
    shares = _shares(buyer, draws, seed)
    cost, middle = np.zeros((draws, len(names))), np.zeros(len(names))
    for kind, work in enumerate(buyer.work):
        of_kind = [answers[chip][kind] for chip in names]
        cheapest = min((_middle(a) for a in of_kind), default=1.0)
        for column, found in enumerate(of_kind):
            drawn = np.where(np.isfinite(found.draws), found.draws / _scale(found), np.inf)
            cost[:, column] += shares[kind] * drawn / cheapest
            middle[column] += work.share.value.mid / _total(buyer) * _middle(found) / cheapest
    return WorkCosts(names, cost, middle, answers, refused)


def of_its_day(buyer: Buyer, day: date) -> tuple[Buyer, tuple[Label, ...]]:
    """Return a buyer whose models were out on a day, and what was put in the place of those that were not.

    >>> from highfence.choice.buyers import buyer
    >>> [work.model for work in of_its_day(buyer("sme-inference"), date(2024, 5, 24))[0].work]
    ['llama-2-70b', 'llama-2-70b', 'llama-2-7b']
    """
    from highfence.catalogue import catalogue

    kinds, notes = [], []
    for work in buyer.work:
        model = catalogue().model(work.model)
        if model.released and parse_period(model.released).start > day:
            instead = next(name for least, name in STAND_INS if (model.parameters_total or 0.0) >= least)
            notes.append(Label(f"{model.id} was not out on {day}: {instead} stands in for it",
                               f"{day}时{model.id}尚未发布：以{instead}代替"))
            work = replace(work, model=instead)
        kinds.append(work)
    return replace(buyer, work=tuple(kinds)), tuple(dict.fromkeys(notes))


def _words(problem: HighfenceError) -> str:
    """Return what is wrong, and what would help, in one line."""
    hint = getattr(problem, "hint", None)
    if not hint:
        return str(problem.args[0])
    return f"{problem.args[0]}; {re.sub(r'--chips (?=[0-9])', 'buyer.chips=', hint).replace('--chips', 'buyer.chips')}"


def beyond_budget(buyer: Buyer, answers: Sequence[Answer]) -> str:
    """Return why a buyer cannot pay one machine of an owned chip, or one deployment; empty if it can, or rents."""
    from highfence.catalogue import catalogue

    hour, name = answers[0].hourly, answers[0].name
    price = hour.find("chip_price") or hour.find("price")
    if price is None:
        return ""
    server = smallest_machine(catalogue().chip(answers[0].chip))
    chips = max(server, *(a.chips for a in answers if isinstance(a, TokenCost)), 0)
    what = "one server" if chips == server else "the smallest deployment"
    for words, limit in (("budget", buyer.budget_usd), ("capital", buyer.access.capital_usd)):
        if chips * price.value.low > limit.value.high:
            return (f"the {words} is below {what}: {chips} of {name} cost {chips * price.value.low:,.0f} USD, the "
                    f"{words} is {limit.value.high:,.0f} USD; a larger {words} or a lower price (--set) would do")
    return ""


def _answer(buyer: Buyer, work: Work, chip: str, **shared: Any) -> Answer:
    wanted = LEAST_CHIPS if buyer.chips is None else max(round(buyer.chips.value.mid), 1)
    if work.task == "training":
        return run_cost(chip, work.model, tokens=work.tokens or 1e12, chips=_power(min(wanted, MOST_TRAINING)),
                        **shared)
    limits = Limits(work.ttft_s, work.tpot_s)
    edge = work.task == "edge"
    return token_cost(chip, work.model, prompt=work.input or 2048, output=work.output or 512,
                      cached=round(work.cached.value.mid, 2), limits=limits, style="one" if edge else "best",
                      chips=1 if edge else max(LEAST_CHIPS, min(wanted, MOST_SERVING)), **shared)


def _power(chips: int) -> int:
    """Return the largest power of two up to a number, as clusters are divided.

    >>> _power(10000), _power(1)
    (8192, 1)
    """
    return int(2 ** (max(chips, 1).bit_length() - 1))


def _middle(found: Answer) -> float:
    return found.all_in.value.mid if isinstance(found, TokenCost) else found.per_million.value.mid


def _scale(found: Answer) -> float:
    """Return what divides an answer's draws to USD per million tokens."""
    return 1.0 if isinstance(found, TokenCost) else found.tokens / 1e6


def _total(buyer: Buyer) -> float:
    return sum(w.share.value.mid for w in buyer.work)


def _shares(buyer: Buyer, draws: int, seed: int) -> Floats:
    """Return the share of each kind of work in each draw, shape (kinds, draws); they sum to one."""
    names = [f"{buyer.id}.work.{i}.share" for i in range(len(buyer.work))]
    z = normals(seed, names, draws)
    drawn = np.stack([np.maximum(w.share.value.draw(z[n], np), 1e-6) for n, w in zip(names, buyer.work)])
    made: Floats = drawn / drawn.sum(axis=0)
    return made
