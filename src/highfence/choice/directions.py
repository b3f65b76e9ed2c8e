"""What buyers did at a price: the side on which an indifference price must lie, and its size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from math import log10
from pathlib import Path
from typing import Any

from highfence.choice.indifference import DRAWS, indifference_price
from highfence.choice.two_theories import TwoTheories
from highfence.core.datapack import load_pack
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

_VALUES = ("foreign_price", "domestic_price", "bound")


@dataclass(frozen=True, slots=True)
class Direction:
    """A market day that says on which side of a bound the indifference price of those who decided lay.

    Attributes
    ----------
    side : ``below`` or ``above``. foreign_price : USD of the foreign chip that day. bound : USD, with the middle as the
    size that is expected. sources : ids. assumed : what of it is assumed.
    """

    id: str
    on: date
    place: str
    foreign: str
    domestic: str
    label: Label
    side: str
    foreign_price: Range
    bound: Range
    sources: tuple[str, ...]
    assumed: Label | None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A direction beside what the model gives.

    Attributes
    ----------
    price : indifference price, USD; None where no price or any price would do. agrees : the middle lies on the right
    side. share : of draws that do. decades : log10 of the middle over the bound's middle; None without a price.
    """

    case: Direction
    price: Range | None
    agrees: bool
    share: float
    decades: float | None

    @property
    def same_magnitude(self) -> bool:
        """Whether the price is within half a decade of the bound's middle."""
        return self.decades is not None and abs(self.decades) <= 0.5


@cache
def direction_cases() -> tuple[Direction, ...]:
    """Return the market days that are checked.

    >>> [(case.id, case.side) for case in direction_cases()]
    [('h20-weak-2024-05', 'below'), ('h20-strong-2025-07', 'above')]
    """
    return tuple(_read(raw) for raw in load_pack("directions", [DATA], compile_directions, CODE)["cases"])


def judge(case: Direction, inputs: TwoTheories, draws: int = DRAWS, seed: int = 0) -> Judgement:
    """Return how the indifference price of a buyer stands to what buyers did.

    Parameters
    ----------
    inputs : costs and price of that day, from the cost room.

    Raises
    ------
    InputError : inputs of another day.
    """
    if inputs.on != case.on:
        raise InputError("the inputs are of another day", where=case.id, got=inputs.on.isoformat(),
                         expected=case.on.isoformat())
    turn = indifference_price(inputs, draws, seed)
    below = case.side == "below"
    edge = case.bound.high if below else case.bound.low
    if turn.value is None:
        return Judgement(case, None, (turn.kind == "never") is below, turn.never if below else turn.always, None)
    share = turn.share_below(edge)
    middle = turn.value.mid
    return Judgement(case, turn.value, (middle < edge) is below, share if below else 1.0 - share,
                     log10(middle / case.bound.mid) if middle > 0.0 else None)


def compile_directions() -> dict[str, Any]:
    """Read and check the market days.

    Raises
    ------
    InputError : an unknown chip, source or side, or values that do not ascend.
    """
    from highfence.catalogue import catalogue
    from highfence.core.documents import read_yaml
    from highfence.core.facts import check_grade

    known = {s.id for s in catalogue().sources()}
    rows = [{**raw, "on": str(raw["on"])} for raw in read_yaml(DATA / "directions.yaml")]
    for raw in rows:
        where = f"directions.yaml: {raw['id']}"
        for chip in (raw["foreign"], raw["domestic"]):
            catalogue().chip(chip)
        if raw["indifference"] not in {"below", "above"}:
            raise InputError("not a side", where=where, got=raw["indifference"], expected="below or above")
        for value in (raw[name] for name in _VALUES if name in raw):
            check_grade(value["grade"], where)
            if value["source"] not in known:
                raise InputError("no such source", where=where, got=value["source"])
        _read(raw)
    return {"cases": rows}


def _read(raw: dict[str, Any]) -> Direction:
    def values(name: str) -> Range:
        return Range(*(float(raw[name][end]) for end in ("low", "mid", "high")))

    held = [raw[name] for name in _VALUES if name in raw]
    base, bound = values(raw["bound"]["of"]).mid, raw["bound"].get("note")
    return Direction(raw["id"], date.fromisoformat(raw["on"]), raw["place"], raw["foreign"], raw["domestic"],
                     Label.read(raw["label"]), raw["indifference"], values("foreign_price"), values("bound") * base,
                     tuple(dict.fromkeys(v["source"] for v in held)), Label.read(bound) if bound else None)
