"""Scenarios: what ships, how they merge, and what a user's own file may not say."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from highfence.catalogue.series import events
from highfence.choice.store import known_sources
from highfence.choice.supply import market
from highfence.core.errors import InputError
from highfence.policy.levers import KINDS, Target
from highfence.policy.scenarios import (
    chain,
    effective,
    law_day,
    laws,
    read_scenario,
    read_scenario_text,
    scenario,
    scenarios,
    template_scenario,
)

NAMED_IN_THE_BRIEF = {
    "history", "a800-era", "2023-rule", "april-2025-letters", "h20-licence-2025", "h20-ban-2025",
    "h200-case-by-case-2026", "h200-denied-2026", "no-2022-rule", "a800-never", "2023-rule-without-h20",
    "diffusion-rule-kept", "china-restrictions", "china-no-restrictions", "china-full-ban", "safe-chips-act",
    "chip-security-act", "gain-ai-act", "total-ban-with-cloud", "open-trade", "tighter-equipment", "hbm-loosened",
    "enforcement-doubled", "affiliates-rule-in-force", "subsidy-doubled", "demand-boom-halved"}


def written(*levers: str, **fields: Any) -> str:
    lines = ["id: mine", "label: {en: mine, zh: 我的}", "kind: proposal", "note: a test",
             *(f"{k}: {v}" for k, v in fields.items()), "levers:", *(f"  - {{{lever}, note: why}}" for lever in levers)]
    return "\n".join(lines) + "\n"


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_scenario_text(text, "mine.yaml")
    return caught.value


# --- what ships

def test_the_scenarios_of_the_issue_ship() -> None:
    assert set(scenarios()) >= NAMED_IN_THE_BRIEF
    assert next(iter(scenarios())) == "history"


@pytest.mark.parametrize("id", sorted(scenarios()))
def test_a_shipped_scenario_says_where_it_comes_from_in_both_languages(id: str) -> None:
    found = scenario(id)
    assert found.source in known_sources()
    for label in (found.label, found.note, *(v.note for v in effective(found) if v.note)):
        assert label.en
        assert any("一" <= c <= "鿿" for c in label.zh), label.zh
    for lever in effective(found):
        assert lever.source in known_sources() or lever.grade == "assumed"
        assert lever.grade != "assumed" or lever.note
        assert KINDS[lever.kind].low <= lever.value.low <= lever.value.high


@pytest.mark.parametrize("id", sorted(set(scenarios()) - {"history"}))
def test_every_other_scenario_differs_from_history_or_says_that_it_is_the_same(id: str) -> None:
    found = scenario(id)
    same = effective(found) == effective(scenario("history")) and laws(found) == () and found.freeze is None
    assert same == ("Same as history" in found.note.en)


def test_a_scenario_is_found_by_its_alias() -> None:
    assert scenario("2022-rule") is scenario("a800-era")
    assert scenario("MATCH Act") is scenario("tighter-equipment")


def test_an_unknown_scenario_is_met_with_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        scenario("h20-licence-2026")
    assert "h20-licence-2025" in str(caught.value.hint)


def test_a_lever_takes_its_day_and_source_from_its_event() -> None:
    known = {e.id: e for e in events()}
    for lever in scenario("history").levers:
        if lever.event:
            event = known[lever.event]
            assert lever.first == (event.effective or event.on) or lever.first == event.on
            assert lever.announced == event.on
            assert lever.source == event.source


def test_china_s_measures_are_those_of_the_choice_room() -> None:
    mine = {v.event: v for v in effective(scenario("history")) if v.kind in {"purchase", "purchase_cap"}}
    theirs = {m.id: m for m in market().measures if m.effect != "noted"}
    assert mine.keys() == theirs.keys()
    for id, measure in theirs.items():
        assert (mine[id].first, mine[id].last) == (measure.first, measure.last)
        assert mine[id].value.mid == (0.0 if measure.factor is None else measure.factor.mid)


# --- merging

def fees(id: str, day: date) -> list[float]:
    return [v.value.mid for v in effective(scenario(id)) if v.kind == "fee" and v.on(day)]


def test_the_ban_ends_the_fee_and_the_licences_of_history() -> None:
    day = date(2025, 9, 1)
    assert fees("history", day) == [0.15]
    assert fees("h20-ban-2025", day) == [0.0]
    grants = [v for v in effective(scenario("h20-ban-2025")) if v.kind == "licence_grant" and v.on(day)]
    assert {c for v in grants for c in v.target.chips if v.value.high > 0} == set()


def test_merging_leaves_history_as_it_was() -> None:
    before = effective(scenario("history"))
    for found in scenarios().values():
        effective(found)
    assert effective(scenario("history")) is before or effective(scenario("history")) == before
    with pytest.raises(FrozenInstanceError):
        before[0].kind = "fee"  # type: ignore[misc]


def test_a_lever_with_an_end_gives_way_to_the_base_again() -> None:
    found = read_scenario_text(written("kind: fee, chips: [H20], from: 2026-01-01, to: 2026-06-30, value: 0.5"))
    held = [(v.first, v.last, v.value.mid, v.target.chips) for v in effective(found) if v.kind == "fee"]
    mine = [row for row in held if row[2] == 0.5]
    assert mine == [(date(2026, 1, 1), date(2026, 6, 30), 0.5, ("nvidia-h20",))]
    wide = read_scenario_text(written("kind: fee, from: 2026-01-01, to: 2026-06-30, value: 0.5"))
    days = [(v.first, v.last, v.value.mid) for v in effective(wide) if v.kind == "fee"]
    assert days == [(date(2025, 8, 10), date(2025, 12, 31), 0.15), (date(2026, 7, 1), None, 0.15),
                    (date(2026, 1, 1), date(2026, 6, 30), 0.5)]


def test_a_frozen_scenario_keeps_what_then_held_and_nothing_later() -> None:
    found = scenario("april-2025-letters")
    assert law_day(found, date(2026, 6, 1)) == date(2025, 7, 13)
    us = [v for v in effective(found) if v.actor == "US"]
    assert us and all(v.first <= date(2025, 7, 13) for v in us)
    assert any(v.first > date(2025, 7, 13) for v in effective(found) if v.actor == "CN")


def test_levers_of_history_that_were_not_public_are_left_out() -> None:
    known = date(2025, 4, 1)
    held = effective(scenario("history"), known)
    assert held and all(v.known <= known for v in held)
    assert len(held) < len(effective(scenario("history")))
    assert [v.last for v in held if v.kind == "offshore"][-1] is None


def test_a_scenario_on_another_takes_the_whole_chain() -> None:
    found = scenario("open-trade-both")
    assert [one.id for one in chain(found)] == ["history", "open-trade", "open-trade-both"]
    assert [o.id for o in laws(found)] == ["open-trade"]
    assert {v.layer for v in effective(found)} == {0, 1, 2}


# --- targets

def test_a_target_covers_what_lies_within_it() -> None:
    foreign, h20 = Target(foreign=True, datacenter=True), Target(("nvidia-h20",))
    assert foreign.covers(h20, "CN")
    assert not h20.covers(foreign, "CN")
    assert not foreign.covers(Target(("huawei-ascend-910c",)), "CN")
    assert not h20.meets(Target(("nvidia-b200",)), "CN")


# --- a user's own

def test_the_template_is_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(template_scenario(), encoding="utf-8")
    found = read_scenario(path)
    assert found.base == "history"
    assert {v.kind for v in found.levers} == {"licence_grant", "quota", "fee", "enforcement"}


def test_two_values_for_one_target_at_one_time_contradict() -> None:
    problem = refused(written("kind: fee, chips: [H20], from: 2026-01-01, to: 2026-12-31, value: 0.1",
                              "kind: fee, chips: [H20], from: 2026-07-01, value: 0.2"))
    assert problem.code == "contradictory"
    assert "line 7" in str(problem.where) and "line 6" in str(problem.got)


def test_crossing_targets_contradict_and_nested_ones_do_not() -> None:
    first = "kind: fee, chips: [H20, L20], from: 2026-01-01, value: 0.1"
    assert refused(written(first, "kind: fee, chips: [L20, L40], from: 2026-01-01, value: 0.2")).code == "contradictory"
    read_scenario_text(written(first, "kind: fee, from: 2026-01-01, value: 0.2"))


def test_an_open_lever_ends_where_the_next_begins() -> None:
    found = read_scenario_text(written("kind: fee, from: 2026-01-01, value: 0.1",
                                       "kind: fee, from: 2027-01-01, value: 0.2"))
    mine = [(v.last, v.value.mid) for v in effective(found) if v.kind == "fee" and v.layer == 1]
    assert mine == [(date(2026, 12, 31), 0.1), (None, 0.2)]


@pytest.mark.parametrize(("lever", "code", "says"), [
    ("kind: fee, from: 2026-01-01, to: 2025-01-01, value: 0.1", "inverted", "ends before it starts"),
    ("kind: fee, from: 2026-13-01, value: 0.1", "bad-date", "not a calendar day"),
    ("kind: fee, from: 2055-01-01, value: 0.1", "bad-date", "out of the years"),
    ("kind: fee, value: 0.1", "bad-scenario", "needs a first day"),
    ("kind: fee, from: 2026-01-01, value: 15", "out-of-range", "out of range"),
    ("kind: fee, from: 2026-01-01, value: -0.1", "out-of-range", "out of range"),
    ("kind: fee, from: 2026-01-01, value: {low: 0.3, mid: 0.1, high: 0.2}", "bad-scenario", "must ascend"),
    ("kind: fee, from: 2026-01-01, value: .nan", "bad-scenario", "finite"),
    ("kind: fee, from: 2026-01-01, value: 0.1, unit: percent", "unknown-unit", "unknown unit"),
    ("kind: fees, from: 2026-01-01, value: 0.1", "unknown-lever", "unknown kind"),
    ("kind: fee, from: 2026-01-01, value: 0.1, chips: [H21]", "unknown-chip", "no such chip"),
    ("kind: fee, from: 2026-01-01, value: 0.1, segments: [state]", "bad-target", "not aimed at segments"),
    ("kind: purchase, from: 2026-01-01, value: 0.1, segments: [states]", "unknown-segment", "unknown segment"),
    ("kind: equipment, from: 2026-01-01, value: 0.1, stages: [etching]", "unknown-stage", "unknown stage"),
    ("kind: fee, event: us-2025-08-10-15-percents, value: 0.1", "unknown-event", "unknown event"),
    ("kind: fee, from: 2026-01-01, value: 0.1, grade: press", "bad-scenario", "names its source"),
    ("kind: fee, from: 2026-01-01, value: 0.1, grade: press, source: nowhere", "bad-scenario", "no such source"),
    ("kind: fee, from: 2026-01-01, announced: 2026-02-01, value: 0.1", "inverted", "announced before"),
    ("kind: fee, from: 2026-01-01, valeu: 0.1, value: 0.1", "bad-scenario", "unknown field"),
    ("kind: fee, from: 2026-01-01", "bad-scenario", "missing"),
])
def test_a_lever_that_cannot_be_read_is_named_with_its_line(lever: str, code: str, says: str) -> None:
    problem = refused(written(lever))
    assert says in str(problem)
    assert "line 6" in str(problem.where)
    if code != "unknown-chip":
        assert problem.code == code


@pytest.mark.parametrize(("fields", "says"), [
    ({"overlays": "[s3374]"}, "unknown overlay"),
    ({"base": "historie"}, "no such scenario"),
    ({"freeze": "{on: never}"}, "not a calendar day"),
    ({"freeze": "{on: 2025-01-01, actors: [XX]}"}, "unknown actor"),
    ({"imports": "[choice.purchases]"}, "only history"),
    ({"source": "nowhere"}, "no such source"),
])
def test_a_scenario_that_cannot_be_read_says_why(fields: dict[str, str], says: str) -> None:
    problem = refused(written("kind: fee, from: 2026-01-01, value: 0.1", **fields))
    assert says in str(problem)
    assert "line" in str(problem.where)


def test_levers_out_of_order_are_refused() -> None:
    problem = refused(written("kind: fee, from: 2027-01-01, value: 0.1", "kind: fee, from: 2026-01-01, value: 0.2"))
    assert problem.code == "unsorted"


def test_a_lever_without_a_reason_is_refused() -> None:
    assert "says why" in str(refused(written("kind: fee, from: 2026-01-01, value: 0.1").replace(", note: why", "")))


def test_a_shipped_name_is_taken() -> None:
    text = written("kind: fee, from: 2026-01-01, value: 0.1")
    assert refused(text.replace("id: mine", "id: history")).code == "taken"


def test_a_file_that_is_too_large_or_no_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    path.write_text("# " + "x" * 300_000, encoding="utf-8")
    with pytest.raises(InputError, match="too large"):
        read_scenario(path)
    with pytest.raises(InputError, match="a scenario is a mapping"):
        read_scenario_text("[1, 2]")
