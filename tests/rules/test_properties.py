"""What must hold of the law on every part, not only on the parts that somebody thought of."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.rules import classify
from highfence.rules.conditions import Compare, Condition, Not
from highfence.rules.law import FIRST_DAY
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.overlay import Overlay, SetParameter
from highfence.rules.store import shipped_law
from highfence.rules.verdict import Verdict

DAYS = ("2022-09-15", "2023-01-31", "2023-11-10", "2024-06-01", "2025-06-01", "2026-03-01", "2026-07-20")
LINES = {"tpp": (1600.0, 2400.0, 4800.0, 21000.0), "performance_density": (1.6, 3.2, 5.92),
         "io_gb_s": (150.0, 600.0, 1100.0), "dram_gb_s": (1400.0, 4000.0, 6500.0)}
SEVERITY = {"none": 0, "3A991.p": 1, "3A090.b": 2, "3A090.a": 3}
REQUIREMENT = {"none": 0, "unknown": 1, "licence": 2}


def near(column: str, top: float) -> st.SearchStrategy[float]:
    """Values anywhere, on a line, and a hair to each side of one."""
    lines = st.sampled_from(LINES[column])
    return st.one_of(lines, lines.map(lambda x: x * (1 - 1e-9)), lines.map(lambda x: x * (1 + 1e-9)),
                     st.floats(1e-3, top))


tpp, density = near("tpp", 60_000), near("performance_density", 60)
io, dram = near("io_gb_s", 5_000), near("dram_gb_s", 10_000)
days = st.sampled_from(DAYS)
sheets = st.fixed_dictionaries(
    {"tpp": tpp}, optional={"performance_density": density, "io_gb_s": io, "dram_gb_s": dram,
                            "datacenter": st.booleans(), "vendor": st.sampled_from(["nvidia", "qualcomm"])})
places = st.sampled_from(["CN", "MO", "VN", "SA", "DE", "AE", "RU", "JP", "IN"])


def severity(verdict: Verdict) -> int:
    """Rank a paragraph: the stricter, the higher."""
    return next(rank for name, rank in reversed(SEVERITY.items()) if verdict.paragraph.startswith(name))


# --- a looser rule never adds a requirement ------------------------------------------------------------

def bounds(condition: Condition, up: bool = True) -> Iterator[tuple[str, bool]]:
    """Yield the parameters of a condition, and whether raising one makes the condition harder to meet."""
    if isinstance(condition, Compare):
        yield condition.limit, (condition.op in {"at_least", "above"}) is up
    for part in condition.parts():
        yield from bounds(part, up is not isinstance(condition, Not))


@cache
def loosened_by_raising() -> dict[str, bool]:
    """Return every line of classification and requirement that only ever works one way."""
    found: dict[str, set[bool]] = {}
    for path, file in shipped_law().files.items():
        if file.layer in {"classification", "requirement"}:
            for era in (era for p in file.provisions for era in p.eras):
                for name, raising in bounds(era.when):
                    found.setdefault(f"{path}.{name}", set()).add(raising)
    return {path: ways.pop() for path, ways in found.items() if len(ways) == 1}


def looser(factors: dict[str, float]) -> Overlay:
    """Return a reform that moves lines, each in the direction that lets more go."""
    changes = []
    for path, factor in factors.items():
        for first, value in shipped_law().parameter(path).values:
            if isinstance(value, float):
                moved = value * factor if loosened_by_raising()[path] else value / factor
                changes.append(SetParameter(path, first, None, moved))
    title = next(iter(shipped_law().files.values())).title
    return Overlay("looser", title, "hypothetical", tuple(changes))


factors = st.dictionaries(st.sampled_from(sorted(loosened_by_raising())), st.sampled_from([1.0, 1.01, 2.0, 10.0]))


@given(sheets, places, days, factors, st.sampled_from([None, "CN", "US"]))
def test_a_looser_overlay_never_adds_a_requirement(
        sheet: dict[str, Any], to: str, on: str, moved: dict[str, float], hq: str | None) -> None:
    before = classify(sheet, to=to, on=on, hq=hq)
    after = classify(sheet, to=to, on=on, hq=hq, overlay=looser(moved))
    assert REQUIREMENT[after.requirement] <= REQUIREMENT[before.requirement]


@given(st.fixed_dictionaries({"tpp": tpp, "performance_density": density, "io_gb_s": io, "dram_gb_s": dram,
                              "datacenter": st.booleans(), "vendor": st.just("nvidia")}), days)
def test_with_every_line_raised_beyond_reach_china_needs_no_licence_by_number(sheet: dict[str, Any], on: str) -> None:
    raised = looser({path: 1e9 for path, up in loosened_by_raising().items() if up})
    assert classify(sheet, to="CN", on=on, overlay=raised).requirement == "none"


# --- monotony ------------------------------------------------------------------------------------------

with_known_tops = tpp.map(lambda t: max(t, 512.0))
"""At 512 and above a part has 8 TOPS whatever its number format."""


@given(with_known_tops, with_known_tops, density, io, st.booleans(), days)
def test_more_tpp_at_one_density_is_never_milder(
        a: float, b: float, pd: float, io_gb_s: float, datacenter: bool, on: str) -> None:
    sheet = {"performance_density": pd, "io_gb_s": io_gb_s, "datacenter": datacenter}
    low, high = (classify({**sheet, "tpp": t}, on=on) for t in sorted((a, b)))
    assert severity(low) <= severity(high)


@given(tpp, tpp, st.floats(50, 3000), st.booleans())
def test_more_tpp_on_one_die_is_never_milder(a: float, b: float, area: float, datacenter: bool) -> None:
    low, high = (classify({"tpp": t, "die_area_mm2": area, "io_gb_s": 200, "datacenter": datacenter}, on="2024-06-01")
                 for t in sorted((a, b)))
    assert severity(low) <= severity(high)


@given(tpp, density, density)
def test_more_density_is_never_milder(t: float, a: float, b: float) -> None:
    low, high = (classify({"tpp": t, "performance_density": d, "io_gb_s": 200, "datacenter": True}, on="2024-06-01")
                 for d in sorted((a, b)))
    assert severity(low) <= severity(high)


def test_where_the_text_is_not_monotone() -> None:
    """3A090.b.1 is a band: from 2400 it takes over from b.2, and at a density of 5.92 it gives way to a.2."""
    def paragraph(t: float, d: float) -> str:
        return classify({"tpp": t, "performance_density": d, "datacenter": True}, on="2024-06-01").paragraph

    assert [paragraph(t, 4) for t in (2399, 2400)] == ["3A090.b.2", "3A090.b.1"]
    assert [paragraph(3000, d) for d in (3, 5.92)] == ["3A090.b.1", "3A090.a.2"]
    duties = [bool(classify({"tpp": t, "dram_gb_s": 4800}, to="US", transaction="import", exporter="TW",
                            on="2026-03-01").duties) for t in (13_000, 15_000, 18_000)]
    assert duties == [False, True, False]


# --- unknown inputs ------------------------------------------------------------------------------------

def signature(verdict: Verdict) -> str:
    """Return a settled answer as ``possible`` writes it."""
    return f"{verdict.paragraph}: {verdict.requirement}"


def answers(verdict: Verdict) -> set[str]:
    """Return every answer that a verdict leaves open."""
    return set(verdict.possible) or {signature(verdict)}


@given(st.floats(600, 30_000), st.booleans(), st.sampled_from(["2023-01-31", "2024-06-01", "2025-06-01"]))
def test_every_area_gives_a_possible_answer_and_every_possible_answer_has_an_area(
        t: float, datacenter: bool, on: str) -> None:
    sheet = {"tpp": t, "io_gb_s": 300, "dram_gb_s": 900, "datacenter": datacenter}
    lines = [t / k for k in LINES["performance_density"]]
    samples = [*lines, *(x * f for x in lines for f in (0.999, 1.001)), *(10 * 1.3 ** n for n in range(28))]
    sampled = {signature(classify({**sheet, "die_area_mm2": area}, on=on)) for area in samples}
    assert sampled == answers(classify(sheet, on=on))


@given(st.floats(100, 2000), st.floats(1, 2000), st.booleans())
def test_a_range_of_areas_admits_what_its_members_give(low: float, width: float, datacenter: bool) -> None:
    sheet, high = {"tpp": 2368, "datacenter": datacenter}, low + width
    lines = [x for x in (740.0, 400.0) if low <= x <= high]
    samples = [low, high, (low + high) / 2, *lines, *(min(x * 1.0001, high) for x in lines),
               *(max(x * 0.9999, low) for x in lines)]
    sampled = {signature(classify({**sheet, "die_area_mm2": area}, on="2024-06-01")) for area in samples}
    ranged = classify({**sheet, "die_area_mm2": {"low": low, "high": high}}, on="2024-06-01")
    assert sampled == answers(ranged)


@given(st.floats(0, 3000), st.floats(0.1, 3000), io)
def test_a_range_of_memory_bandwidth_against_the_letters(low: float, width: float, io_gb_s: float) -> None:
    sheet = {"tpp": 1000, "performance_density": 1, "io_gb_s": io_gb_s, "vendor": "intel", "datacenter": True}
    high = low + width
    lines = [x for x in (1400.0, 1700.0 - io_gb_s) if low <= x <= high]
    samples = [low, high, *lines, *(max(x - 1e-3, low) for x in lines)]
    sampled = {signature(classify({**sheet, "dram_gb_s": x}, on="2025-06-01")) for x in samples}
    assert sampled == answers(classify({**sheet, "dram_gb_s": {"low": low, "high": high}}, on="2025-06-01"))


@given(st.floats(100, 8000), st.floats(1, 8000), density, st.booleans())
def test_a_range_of_tpp_admits_what_its_members_give(low: float, width: float, pd: float, datacenter: bool) -> None:
    high = low + width
    lines = [x for x in LINES["tpp"] if low <= x <= high]
    samples = [low, high, (low + high) / 2, *lines, *(max(x * (1 - 1e-6), low) for x in lines)]
    sheet = {"performance_density": pd, "io_gb_s": 200, "datacenter": datacenter}
    sampled = {signature(classify({**sheet, "tpp": t}, on="2024-06-01")) for t in samples}
    assert sampled == answers(classify({**sheet, "tpp": {"low": low, "high": high}}, on="2024-06-01"))


@given(sheets, places, days)
def test_an_unsettled_answer_says_what_would_settle_it(sheet: dict[str, Any], to: str, on: str) -> None:
    verdict = classify(sheet, to=to, on=on)
    if "unknown" in {verdict.requirement, verdict.paragraph}:
        assert len(verdict.possible) > 1
        assert verdict.splits_on
        assert not any(answer.startswith("unknown") for answer in verdict.possible)
    else:
        assert verdict.possible == ()
        turns = verdict.review == "unknown" or "conditional" in {e.status for e in verdict.exceptions}
        assert verdict.splits_on == () or turns


# --- days ----------------------------------------------------------------------------------------------

def test_between_two_changes_the_law_is_one() -> None:
    law = shipped_law()
    assert law.changes[0] == FIRST_DAY and list(law.changes) == sorted(set(law.changes))
    for first, after in zip(law.changes, law.changes[1:]):
        assert law.on(first) is law.on(after - timedelta(days=1))
        assert law.on(first) is not law.on(after)


@given(st.dates(FIRST_DAY, date(2030, 1, 1)), sheets, places)
def test_the_answer_of_a_day_is_that_of_the_last_change_before_it(day: date, sheet: dict[str, Any], to: str) -> None:
    change = max(d for d in shipped_law().changes if d <= day)
    a, b = (classify(sheet, to=to, on=d) for d in (day, change))
    assert (a.paragraph, a.requirement, a.review, a.possible) == (b.paragraph, b.requirement, b.review, b.possible)


@given(st.dates(FIRST_DAY, date(2030, 1, 1)))
def test_a_parameter_holds_from_its_day_until_the_next(day: date) -> None:
    for path in shipped_law().parameter_paths:
        parameter = shipped_law().parameter(path)
        started = [value for first, value in parameter.values if first <= day]
        assert parameter.on(day).value == (started[-1] if started else None)


# --- every number that decides has a unit and a source -------------------------------------------------

@pytest.mark.parametrize("path", shipped_law().parameter_paths)
def test_a_parameter_is_sourced_and_typed(path: str) -> None:
    parameter = shipped_law().parameter(path)
    assert parameter.source in shipped_law().sources
    assert parameter.metric is None or parameter.metric in LAW_METRICS
    days = [first for first, _ in parameter.values]
    assert days == sorted(set(days)) and days[0] >= FIRST_DAY


@given(sheets, places, days)
def test_a_verdict_is_the_same_when_asked_again_and_survives_json(sheet: dict[str, Any], to: str, on: str) -> None:
    import json

    from highfence.core.envelope import to_json

    one, two = (to_json(classify(sheet, to=to, on=on)) for _ in range(2))
    assert one == two
    assert json.loads(one)["requirement"] in REQUIREMENT


@given(sheets, places, days, st.sampled_from([None, "CN"]))
def test_the_trace_agrees_with_the_verdict(sheet: dict[str, Any], to: str, on: str, hq: str | None) -> None:
    verdict = classify(sheet, to=to, on=on, hq=hq)
    met = {s.provision.address for s in verdict.trace if s.layer == "requirement" and s.result is True}
    if verdict.requirement == "licence" and verdict.possible == ():
        assert {p.address for p in verdict.provisions} == met
    if verdict.requirement == "none":
        assert not verdict.provisions and not verdict.exceptions and verdict.review is None
