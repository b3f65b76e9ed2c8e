"""An hour of a chip, owned or rented, in draws: what every cost of using it is multiplied by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.core.labels import Label
from highfence.core.ranges import normals
from highfence.core.terms import Term
from highfence.cost.owning import OF_USE, Inputs, own_hourly, own_term, owning_inputs, streams
from highfence.cost.prices import country, rental_of

Floats = NDArray[np.float64]
MOST_DRAWS = 1_000_000


@dataclass(frozen=True)
class Hourly:
    """What an hour of a chip costs.

    Attributes
    ----------
    to : code of the country. term : USD/h with what it is made of. draws : the same in draws, shape (draws,).
    chip_kw, site_kw : mean power of the chip, and of its share of the site; None where no source gives it.
    rented : whether the hour is rented.
    """

    to: str
    term: Term
    draws: Floats
    chip_kw: Floats | None
    site_kw: Floats | None
    rented: bool
    warnings: tuple[Label, ...] = ()


def hourly(chip: str, *, to: str = "US", on: date, as_of: str | date | None = None, rent: bool | None = None,
           given: Mapping[str, float] | None = None, draws: int = 1000, seed: int = 1) -> Hourly:
    """Return an hour of a chip: rented, owned, or the cheaper of both if ``rent`` is None.

    Raises
    ------
    InputError : a place, day or value that cannot be. NoAnswer : neither price nor rent is known.

    Examples
    --------
    >>> hourly("H20", to="CN", on=date(2025, 8, 1), rent=False).term.unit
    'USD/h'
    """
    place = country(to)
    values = {name: value for name, value in (given or {}).items() if name not in OF_USE}
    owned = rented = None
    problem: HighfenceError | None = None
    if rent is not True:
        try:
            owned = owning_inputs(chip, to=place, on=on, as_of=as_of, set=values)
        except NoAnswer as found:
            problem = found
    if rent is not False:
        mine = next((v for name, v in values.items() if _is(name, "rental", chip)), None)
        try:
            rented = rental_of(chip, to=place, on=on, as_of=as_of, given=mine)
        except NoAnswer as found:
            problem = problem or found
    if owned is None and rented is None:
        assert problem is not None
        raise problem
    own = own_term(owned, draws, seed, place=place) if owned is not None else None
    chip_kw, site_kw = _power(owned, place, draws, seed) if owned is not None else (None, None)
    if own is None or (rented is not None and rented.value.mid < own.value.mid):
        assert rented is not None
        z = normals(seed, [f"rental.{chip}"], draws)[f"rental.{chip}"]
        cheap = Label("rented: the rent seen for it is below the cost of owning it", "租用：所见租价低于自有成本")
        drawn: Floats = np.asarray(rented.value.draw(z, np))
        return Hourly(place, replace(rented, how=_how(rented, own, True)), drawn, chip_kw, site_kw, True,
                      (cheap,) if own else ())
    assert owned is not None
    z_own = streams(owned, place, draws, seed)
    whole: Floats = np.broadcast_to(own_hourly(np, **{n: t.value.draw(z_own[n], np) for n, t in owned.items()}),
                                    (draws,))
    return Hourly(place, replace(own, how=_how(rented, own, False)), whole, chip_kw, site_kw, False)


def check_draws(draws: int) -> int:
    """Return a number of draws.

    Raises
    ------
    InputError : none, too many, or a part of one.
    """
    if isinstance(draws, bool) or draws != int(draws) or not 1 <= draws <= MOST_DRAWS:
        raise InputError("the number of draws", where="--draws", got=draws, expected=f"1 to {MOST_DRAWS:,}",
                         example="1000")
    return int(draws)


def share_of_use(name: str, given: Mapping[str, float] | None) -> Term:
    """Return the share of an hour that is of use: ``utilisation`` of a service, ``goodput`` of a training run.

    >>> share_of_use("utilisation", {"utilisation": 0.5}).value.mid
    0.5

    Raises
    ------
    InputError : a share that cannot be.
    """
    from highfence.cost.parameters import shipped_parameters

    asked = (given or {}).get(name)
    if asked is not None and not 0.0 < asked <= 1.0:
        raise InputError(f"{name} cannot be that", where=f"--set {name}", got=asked,
                         expected="a share above 0 and at most 1", example=f"{name}=0.7")
    return shipped_parameters()[name].term(given=asked)


def _is(name: str, kind: str, chip: str) -> bool:
    """Whether a name of a set value is a kind of price of a chip."""
    from highfence.catalogue import catalogue

    head, dot, whose = name.partition(".")
    return head == kind and (not dot or catalogue().chip(whose).id == catalogue().chip(chip).id)


def _power(inputs: Inputs, place: str, draws: int, seed: int) -> tuple[Floats, Floats]:
    z = streams(inputs, place, draws, seed)
    d: dict[str, Any] = {n: np.broadcast_to(getattr(inputs, n).value.draw(z[n], np), (draws,))
                         for n in ("chip_kw", "load", "server_overhead", "pue")}
    chip = d["chip_kw"] * d["load"]
    return chip, chip * d["server_overhead"] * d["pue"]


def _how(rented: Term | None, own: Term | None, renting: bool) -> Label:
    if own is None:
        return Label("rented; no price to own it is known", "租用；未见售价")
    if rented is None:
        return Label("owned; no rent is known", "自有；未见租价")
    figures = f"{own.value.mid:.2f} USD/h, {rented.value.mid:.2f} USD/h"
    return Label(f"{'rented' if renting else 'owned'}: the cheaper of owning and renting ({figures})",
                 f"{'租用' if renting else '自有'}：自有与租用取低（{figures}）")
