"""In which direction policies work, as published papers have it, against paired what-ifs of the model.

A row holds where the median difference has the published sign; the share of draws that have it is told beside it. A row
that does not hold says why, and where papers disagree neither sign is a failure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from highfence.choice.store import known_sources
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.results import outcome
from highfence.policy.scenarios import Scenario, find_scenario, read_scenario_text
from highfence.policy.whatif import Compared, Row, whatif

FILE = Path(__file__).parent / "data" / "directions.yaml"
DRAWS = 300
SIGNS = ("up", "down")


@dataclass(frozen=True, slots=True)
class Direction:
    """A published sign.

    Attributes
    ----------
    a, against : scenarios; empty where the model has nothing of it. at : ``whole``, a year or a quarter. sign : of A
    less B. contested : whether other papers have the other sign. why : the reason where the model's is another.
    """

    id: str
    claim: Label
    source: str
    a: str = ""
    against: str = ""
    outcome: str = ""
    at: str = "whole"
    sign: str = ""
    contested: bool = False
    why: Label | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A published sign beside the model's.

    Attributes
    ----------
    difference : of A less B, None outside the model. share, other : of draws with the published sign, and with the
    other; the rest do not differ.
    """

    of: Direction
    difference: Range | None
    share: float = 0.0
    other: float = 0.0

    @property
    def holds(self) -> bool | None:
        """Whether more draws have the published sign than the other; None outside the model."""
        return None if self.difference is None else self.share > self.other


@cache
def directions() -> tuple[Direction, ...]:
    """Return every published sign that is tested or listed.

    >>> len([one for one in directions() if one.sign]) >= 12
    True

    Raises
    ------
    InputError : an unknown outcome, sign, scenario or source, or a contested row without its reason.
    """
    raw = _raw()
    found = tuple(_read(row) for row in (*raw["directions"], *raw["outside"]))
    known = known_sources()
    for one in found:
        where = f"{FILE.name}: {one.id}"
        if one.source not in known:
            raise InputError("unknown source", where=where, got=one.source)
        if (one.contested or not one.sign) and one.why is None:
            raise InputError("say why", where=where, got=one.id, example="why: {en: …, zh: …}")
        if one.sign:
            if one.sign not in SIGNS:
                raise InputError("a sign is up or down", where=where, got=one.sign, expected=", ".join(SIGNS))
            outcome(one.outcome)
            _scenario(one.a), _scenario(one.against)
    return found


@cache
def _raw() -> Mapping[str, Any]:
    found: dict[str, Any] = read_yaml(FILE)
    return found


def _read(row: Mapping[str, Any]) -> Direction:
    return Direction(row["id"], Label.read(row["claim"]), row["source"], row.get("a", ""), row.get("against", ""),
                     row.get("outcome", ""), str(row.get("at", "whole")), row.get("sign", ""),
                     bool(row.get("contested", False)), Label.read(row["why"]) if "why" in row else None)


@cache
def _scenario(name: str) -> Scenario:
    own = _raw()["scenarios"]
    return read_scenario_text(own[name], FILE.name) if name in own else find_scenario(name)


def judge(draws: int = DRAWS, seed: int = 1, progress: Callable[[str], None] | None = None) -> list[Judged]:
    """Return every published sign beside the model's, each pair of scenarios run once.

    Parameters
    ----------
    progress : told each pair before it runs.
    """
    pairs = dict.fromkeys((one.a, one.against) for one in directions() if one.sign)
    found: dict[tuple[str, str], Any] = {}
    for a, b in pairs:
        if progress:
            progress(f"{a} against {b}")
        keep = [one.outcome for one in directions() if (one.a, one.against) == (a, b)]
        found[a, b] = whatif(_scenario(a), _scenario(b), horizon=str(_raw()["horizon"]), draws=draws, seed=seed,
                             keep=keep)
    return [_judged(one, found[one.a, one.against][one.outcome]) if one.sign else Judged(one, None)
            for one in directions()]


def _judged(one: Direction, told: Compared) -> Judged:
    row = _row(told, one.at)
    share, other = (row.above, row.below) if one.sign == "up" else (row.below, row.above)
    return Judged(one, row.range, share, other)


def _row(told: Compared, at: str) -> Row:
    """Return an outcome at a time.

    Raises
    ------
    InputError : a time outside the what-if.
    """
    if at == "whole":
        return told.whole
    for row in (*told.years, *told.quarters):
        if row.at == at:
            return row
    raise InputError("a time outside the what-if", where=FILE.name, got=at, expected="whole, a year or a quarter")
