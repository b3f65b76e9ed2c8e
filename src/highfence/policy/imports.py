"""Levers of history that other rooms already hold: what is entered there is not entered again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache

from highfence.catalogue import catalogue
from highfence.catalogue.series import events
from highfence.choice.parameters import shipped_parameters
from highfence.choice.supply import CHINA, market
from highfence.core.dates import day_before
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.market.parameters import event_of
from highfence.market.parameters import shipped_parameters as shipped_market
from highfence.market.regime import FEE_CHIPS
from highfence.market.tables import HBM_CONTROL
from highfence.policy.levers import KINDS, Lever, Target
from highfence.rules import classify
from highfence.rules.parts import part_of_chip
from highfence.rules.store import shipped_law


def purchases(scenario: str) -> Iterator[Lever]:
    """Yield what China's government tells its own buyers, from the choice room's measures."""
    for m in market().measures:
        kind = "purchase_cap" if m.effect == "quota" else "purchase"
        value = Range.exact(0.0) if m.effect == "barred" else m.factor
        if m.place not in CHINA or value is None or m.effect == "noted":
            continue
        chips = () if kind == "purchase_cap" else tuple(sorted(m.ids))
        vendors = () if kind == "purchase_cap" else tuple(sorted(m.vendors))
        target = Target(chips, vendors, m.foreign and kind == "purchase", m.datacenter and kind == "purchase",
                        tuple(sorted(m.kinds)), m.state_funded)
        yield Lever(kind, m.first, m.last, m.place, target, value, KINDS[kind].unit, m.evidence,
                    m.grade if m.effect == "barred" else "assumed", m.sources[0], m.label, actor="CN",
                    announced=_public(m.first, m.sources), event=m.id, scenario=scenario)


def licences(scenario: str) -> Iterator[Lever]:
    """Yield odds of licences of single chips, from the choice room's parameters; each holds under one review policy."""
    for parameter in shipped_parameters():
        words = parameter.id.split(".", 2)
        if words[0] != "licence_odds" or len(words) < 3:
            continue
        for i, v in enumerate(parameter.values):
            after = [w.since for w in parameter.values[i + 1:] if w.since]
            yield Lever("licence_grant", v.since or date(2018, 1, 1), day_before(min(after)) if after else None,
                        v.place or "CN", Target((words[2],)), v.value, "share", "reported", v.grade, v.source,
                        v.note or parameter.label, actor="US", under=words[1],
                        announced=_public(v.since or date(2018, 1, 1), (v.source,) if v.source else ()),
                        event=parameter.id, scenario=scenario)


def delays(scenario: str) -> Iterator[Lever]:
    """Yield the time that a licence takes."""
    held = shipped_parameters()["supply.licence_months"].at()
    yield Lever("licence_delay", date(2022, 8, 26), None, "CN", Target(), held.value, "months", "assumed", held.grade,
                held.source, held.note, actor="US", announced=date(2022, 8, 26), event="supply.licence_months",
                scenario=scenario)


def volume_share(scenario: str) -> Iterator[Lever]:
    """Yield the cap by US sales of the review rule of January 2026, from the law, on the chips that it lets apply."""
    parameter = shipped_law().parameter("us.ear.742.6_b_10.volume_share")
    event = next(e for e in events() if e.id == "us-2026-01-13-rule")
    for day, value in parameter.values:
        if isinstance(value, float):
            yield Lever("quota_share", day, None, "CN", Target(_reviewed(day)), Range.exact(value), "share",
                        event.evidence, "official", parameter.source, Label(
                            "at most this over what was shipped to US customers for use there, in TPP, per product",
                            "不超过同一产品对美客户（在美使用）出货量的此比例，按TPP计"),
                        actor="US", announced=event.on, event=event.id, scenario=scenario)


_DUTY = Label("on entering the United States, from where the reviewed export must leave; uses within the United States "
              "are exempt, chips on their way to China are not",
              "进入美国时征收，而逐案审查的出口须自美国发出；在美国使用者豁免，途经美国运往中国者不豁免")


def import_duty(scenario: str) -> Iterator[Lever]:
    """Yield the duty of Section 232 from the law, on the chips that it catches."""
    event = next(e for e in events() if e.id == "us-2026-01-14-section-232")
    first = event.effective or event.on
    rates: dict[float, list[str]] = {}
    for chip in _measured():
        duties = classify(chip, to="US", transaction="import", on=first).duties
        for duty in (d for d in duties if d.status == "due"):
            rates.setdefault(duty.rate, []).append(chip)
    for rate, chips in rates.items():
        yield Lever("tariff", first, None, "CN", Target(tuple(sorted(chips))), Range.exact(rate), "share",
                    event.evidence, "official", event.source, _DUTY, actor="US", announced=event.on,
                    event=event.id, scenario=scenario)


PATHS: Mapping[str, tuple[str, Target]] = {
    "fee": ("fee", Target(FEE_CHIPS)), "tools_open.immersion": ("equipment", Target(stages=("immersion",))),
    "tools_open.other": ("equipment", Target(stages=("etch", "deposition", "process-control", "other"))),
    **{id: (id, Target()) for id in ("enforcement", "offshore", "foundry", "eda", "service", "subsidy", "power_subsidy",
                                     "tool_mandate", "materials")}}
"""Paths of the market that are levers of history: kind, and what it is aimed at."""


def paths(scenario: str) -> Iterator[Lever]:
    """Yield levers that the market's own parameters hold, each until the next of those known.

    A value that stands for an event takes its evidence.
    """
    for id, (kind, target) in PATHS.items():
        values = shipped_market()[id].values
        for i, v in enumerate(values):
            first, event = v.since or date(2018, 1, 1), event_of(v)
            if i == 0 and v.value == Range.exact(KINDS[kind].neutral or 0.0) and event is None:
                continue
            actor = next((a for a in event.actors if a == "CN" or KINDS[kind].actor != "CN"), None) if event else None
            yield Lever(kind, first, None, "CN", target, v.value, KINDS[kind].unit,
                        event.evidence if event else "assumed", v.grade, v.source or (event.source if event else ""),
                        v.note, actor=actor or KINDS[kind].actor, announced=event.on if event else first,
                        event=event.id if event else "", scenario=scenario)


def memory(scenario: str) -> Iterator[Lever]:
    """Yield the control of memory, from the event by which the market has it; what leaks is the market's own."""
    event = next(e for e in events() if e.id == HBM_CONTROL)
    note = Label("Every stack in production exceeds the line; what still comes leaks.",
                 "在产堆叠均超界线；此后流入者为泄漏。")
    yield Lever("hbm", event.effective or event.on, None, "CN", Target(), Range.exact(0.0), "share", event.evidence,
                "official", event.source, note, actor="US", announced=event.on, event=event.id, scenario=scenario)


def _reviewed(day: date) -> tuple[str, ...]:
    """Return the chips whose export to China is reviewed case by case against certificates."""
    return tuple(sorted(chip for chip in _measured()
                        if classify(chip, to="CN", hq="CN", on=day).review == "case_by_case_if_certified"))


@cache
def _measured() -> tuple[str, ...]:
    """Return the chips whose numbers the two rules read are known; of others neither rule can be said to hold."""
    def known(chip: str) -> bool:
        inputs = part_of_chip(chip).inputs
        return all(n in inputs and inputs[n].value is not None for n in ("tpp", "dram_bandwidth"))

    return tuple(c.id for c in catalogue().chips() if known(c.id))


def _public(first: date, sources: tuple[str, ...]) -> date:
    """Return the day by which a lever was public: the last day of the period of its earliest source, or its own."""
    from highfence.catalogue.series import public_by
    from highfence.choice.store import known_sources

    days = [public_by(day) for id in sources if (day := known_sources()[id].date)]
    return max(first, min(days, default=first))


IMPORTS: Mapping[str, Callable[[str], Iterator[Lever]]] = {
    "choice.purchases": purchases, "choice.licences": licences, "choice.delays": delays,
    "law.volume-share": volume_share, "law.import-duty": import_duty, "market.paths": paths, "market.memory": memory}
"""What a shipped scenario can take over."""

UNTIL_NEXT = frozenset({"market.paths"})
"""Imports of which a lever holds until the next that is known."""
