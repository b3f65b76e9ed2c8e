"""From scenarios to the market: what each brings to every quarter.

What bears on single chips (law, licences, duty, quota, the buyers' state) becomes tables of the market under the
scenario's regime; every other lever becomes a field over quarters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from highfence.catalogue import catalogue
from highfence.choice.supply import same_country
from highfence.core.ranges import Range
from highfence.market.pulls import Pull
from highfence.market.regime import PLACE, Regime, measured_until, stopped
from highfence.market.state import SEGMENTS, TOOL_STAGES
from highfence.market.tables import FLAGSHIPS, KNOWN, SIGNALS, announcement, build, quarters, share_of, signal
from highfence.policy.levers import KINDS, STAGES, Lever
from highfence.policy.scenarios import Scenario, effective
from highfence.policy.tables import LeverArray, about, legal, lever_table, read_on, resolve, verdict_of

FIELDS = {"enforcement": "enforcement", "diversion": "diversion", "cloud_access": "cloud_access",
          "offshore": "offshore", "hbm": "hbm_legal", "foundry": "foundry", "eda": "eda", "subsidy": "subsidy",
          "power_subsidy": "power_subsidy", "tool_mandate": "tool_mandate", "materials": "materials",
          "demand_boom": "demand_boom", "demand": "demand", "equipment": "tools_open", "service": "service",
          "fee": "fee", "licence_delay": "licence_delay"}
"""Field of a quarter by kind of lever; the others bear on single chips and act through the tables."""

BY_CHIP = frozenset({"licence_grant", "quota", "quota_share", "tariff", "purchase", "purchase_cap"})
"""Kinds that act through the tables."""

MONTHS = 3.0
PATHS = {"tools_open": tuple(f"market.tools_open.{'immersion' if s == 'immersion' else 'other'}" for s in TOOL_STAGES),
         "licence_delay": ("supply.licence_months",),
         **{name: (f"market.{name}",) for name in ("enforcement", "offshore", "foundry", "eda", "subsidy", "fee",
                                                   "power_subsidy", "tool_mandate", "materials", "service")}}
"""Normals that move a field: those of the market's own path, so that scenarios differ by what they set alone."""

TELLS = {"chips": ("licence_grant", "quota"), "hbm": ("hbm",), "tools": ("equipment", "service")}
"""Kinds whose tightening, once announced, buyers act on before it binds."""


@dataclass(frozen=True, slots=True, eq=False)
class Outside:
    """What a scenario brings to the market: tables under its regime, and fields over quarters."""

    table: Any
    pulls: tuple[Pull, ...]


@lru_cache(maxsize=64)
def outside(of: Scenario, as_of: date | None = None) -> Outside:
    """Return what a scenario brings to the market.

    Parameters
    ----------
    as_of : day of knowledge: history's law and levers that came later are left out, the scenario's own stay.

    >>> from highfence.policy.scenarios import scenario
    >>> held = outside(scenario("h20-ban-2025"))
    >>> held.table["rows"]["granted"][quarters().index("2025Q4")]
    [0.0, 0.0, 0.0]
    """
    rules = regime(of, as_of)
    table = build(as_of, (), rules)
    return Outside(table, (*_fields(of, table["rows"]["chip.legal"], as_of), *_signals(of, rules, as_of)))


def regime(of: Scenario, as_of: date | None = None) -> Regime:
    """Return a scenario's law and levers on single chips, as the market asks for them.

    Beyond the day of knowledge the buyers' state follows its own pay-off, unless the scenario itself says what it does.

    >>> from highfence.policy.scenarios import scenario
    >>> regime(scenario("china-full-ban")).curb("nvidia-h20", "research", date(2026, 6, 1)).mid
    1.0
    """
    held = {kind: tuple(v for v in effective(of, as_of) if v.kind == kind and same_country(v.place, PLACE))
            for kind in BY_CHIP}

    def value(kind: str, chip: str, day: date) -> Range:
        found = resolve(about(held[kind], catalogue().chip(chip), None, None, PLACE), KINDS[kind], None, day)
        return found or Range.exact(KINDS[kind].neutral or 0.0)

    def curb(chip: str, segment: str, day: date) -> Range | None:
        least = 0 if day <= measured_until(min(as_of, KNOWN) if as_of else KNOWN) else 1
        purchase, cap = (tuple(v for v in held[kind] if v.layer >= least) for kind in ("purchase", "purchase_cap"))
        return _curb(purchase, cap, chip, segment, day)

    def duty(chip: str, day: date) -> Range:
        verdict = verdict_of(of, chip, read_on(of, day, as_of), PLACE)
        asked = verdict.requirement == "licence" and str(verdict.review).startswith("case_by_case")
        return value("tariff", chip, day) if asked else Range.exact(0.0)

    return Regime(let=lambda chip, day: legal(of, catalogue().chip(chip), day, PLACE, as_of).factor, curb=curb,
                  duty=duty, quota=lambda chip, day: value("quota", chip, day),
                  quota_share=lambda chip, day: value("quota_share", chip, day))


def _curb(purchase: tuple[Lever, ...], cap: tuple[Lever, ...], chip: str, segment: str, day: date) -> Range | None:
    from highfence.choice.buyers import buyer

    who, found, ruled = buyer(segment), [], False
    for kind, levers in (("purchase", purchase), ("purchase_cap", cap)):
        own = about(levers, catalogue().chip(chip), who, None, PLACE)
        ruled = ruled or any(v.on(day) for v in own)
        found.append(resolve(own, KINDS[kind], who, day) or Range.exact(1.0))
    return stopped(*found) if ruled else None


# ---- fields over quarters --------------------------------------------------------------------------------------------


def _fields(of: Scenario, flagships: Sequence[str], as_of: date | None) -> Iterator[Pull]:
    chips = tuple(dict.fromkeys(flagships))
    table = lever_table(of, quarters(), chips=chips, segments=SEGMENTS, known=as_of, kinds=list(FIELDS))
    for kind, name in FIELDS.items():
        low, mid, high = (_placed(kind, getattr(table[kind], end), table[kind], flagships)
                          for end in ("low", "mid", "high"))
        yield Pull(name, quarters()[0], low, mid, high, PATHS.get(name, ()))


def _placed(kind: str, values: Any, table: LeverArray, flagships: Sequence[str]) -> Any:
    """Return a lever's array on the axes of its field: of the quarter's flagship, of the groups of tools."""
    axes = [axis for axis, _ in table.axes]
    if axes == ["chips"]:
        ids = list(table.axes[0][1])
        values = values[np.arange(len(values)), [ids.index(chip) for chip in flagships]]
    elif axes == ["stages"]:
        values = values[:, [STAGES.index(stage) for stage in TOOL_STAGES]]
    return values / MONTHS if kind == "licence_delay" else values


# ---- what is announced -----------------------------------------------------------------------------------------------


def _signals(of: Scenario, rules: Regime, as_of: date | None) -> Iterator[Pull]:
    """Yield the share of each quarter in which a tightening is announced and does not bind yet.

    Announcements of history stand where what was announced then binds in the scenario too; levers of the scenario's own
    are announced as they say.
    """
    known = min(as_of, KNOWN) if as_of else KNOWN
    for name, kinds in TELLS.items():
        stand = [pair for pair in SIGNALS[name] if (days := announcement(pair, known)) is not None
                 and _tightens(of, rules, kinds, *days, as_of)]
        own = [v for v in effective(of, as_of) if v.layer > 0 and v.kind in kinds and v.known < v.first
               and _tightens(of, rules, (v.kind,), v.known, v.first, as_of)]
        yield Pull.fixed(f"{name}_signal", quarters()[0], [
            max([signal(stand, q, known), *(share_of(q, v.known, v.first) for v in own)]) for q in quarters()])


def _tightens(of: Scenario, rules: Regime, kinds: Sequence[str], before: date, day: date, as_of: date | None) -> bool:
    """Return whether less goes through on a day than on an earlier one, of any chip or group of tools."""
    if "licence_grant" in kinds or "quota" in kinds:
        return any(rules.let(chip, day).mid < rules.let(chip, before).mid - 0.05
                   or rules.quota(chip, day).mid < rules.quota(chip, before).mid for chip in FLAGSHIPS)
    for kind in kinds:
        levers = tuple(v for v in effective(of, as_of) if v.kind == kind and same_country(v.place, PLACE))
        for stage in TOOL_STAGES if KINDS[kind].axes else (None,):
            now, then = (resolve(about(levers, None, None, stage, PLACE), KINDS[kind], None, d) for d in (day, before))
            if now is not None and then is not None and now.mid < then.mid - 1e-9:
                return True
    return False
