"""Scenarios as arrays by quarter, and the law on chips under them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.choice.buyers import buyers
from highfence.choice.gates import government
from highfence.choice.supply import market
from highfence.core.errors import InputError
from highfence.policy.levers import KINDS
from highfence.policy.scenarios import effective, read_scenario_text, scenario, scenarios
from highfence.policy.tables import lever_table, quarter_days, quarter_range, status_table
from highfence.rules import classify, read_overlay

QUARTERS = quarter_range("2022Q1", "2027Q4")
HISTORY = scenario("history")


def row(id: str, kind: str, quarters: tuple[str, ...], *at: int) -> list[float]:
    table = lever_table(scenario(id), quarters, kinds=[kind], chips=["nvidia-h20", "nvidia-h200-sxm"])
    return [float(v) for v in table[kind].mid[(slice(None), *at)]]


def test_a_lever_set_within_a_quarter_counts_for_its_days() -> None:
    assert row("history", "fee", ("2025Q2", "2025Q3", "2025Q4"), 0) == pytest.approx([0.0, 0.15 * 52 / 92, 0.15])


def test_times_levers_multiply_what_stands_under_them() -> None:
    quarters = ("2026Q4", "2027Q1")
    assert row("subsidy-doubled", "subsidy", quarters) == pytest.approx(
        [row("history", "subsidy", quarters)[0], 2 * row("history", "subsidy", quarters)[1]])


def test_every_kind_lies_within_its_range_in_every_scenario() -> None:
    for found in scenarios().values():
        for kind, a in lever_table(found, ("2022Q4", "2025Q3", "2026Q1", "2027Q3"), chips=["H20", "B200"]).items():
            assert a.low.shape == a.mid.shape == a.high.shape == (4, *(len(names) for _, names in a.axes))
            if kind == "licence_grant":
                continue
            assert np.all(a.low <= a.mid + 1e-12) and np.all(a.mid <= a.high + 1e-12), (found.id, kind)
            assert np.all(a.low >= KINDS[kind].low) and np.all(a.high <= KINDS[kind].high + 1e-9), (found.id, kind)


def test_purchases_let_through_are_those_that_the_choice_room_finds() -> None:
    chips, days = ("nvidia-h20", "nvidia-h200-sxm", "huawei-ascend-910c", "nvidia-l20"), ("2024Q2", "2025Q3", "2026Q3")
    table = lever_table(HISTORY, days, kinds=["purchase"], chips=chips)["purchase"]
    for s, buyer in enumerate(buyers().values()):
        for c, id in enumerate(chips):
            chip = catalogue().chip(id)
            maker = catalogue().firm(chip.vendor).country or "US"
            for q, quarter in enumerate(days):
                first, last = (day.toordinal() for day in quarter_days(quarter))
                daily = [government(chip, maker, "CN", date.fromordinal(n), None, buyer.kind,
                                    buyer.access.state_funded)[1] for n in range(first, last + 1)]
                assert table.mid[q, s, c] == pytest.approx(np.mean([d.mid for d in daily]), abs=1e-9)
                assert table.low[q, s, c] == pytest.approx(np.mean([d.low for d in daily]), abs=1e-9)


def test_without_restrictions_every_order_goes_on_and_under_a_full_ban_none() -> None:
    open_, shut = (lever_table(scenario(id), ("2026Q3",), kinds=["purchase"], chips=["B200", "Ascend 910C"])
                   ["purchase"].mid[0] for id in ("china-no-restrictions", "china-full-ban"))
    assert np.all(open_ == 1.0)
    assert np.all(shut[:, 0] == 0.0) and np.all(shut[:, 1] == 1.0)


def test_the_scenario_s_own_lever_stands_over_a_narrower_one_of_history() -> None:
    assert row("no-chip-controls", "fee", ("2026Q1",), 0) == [0.0]
    assert row("no-chip-controls", "tariff", ("2026Q2",), 1) == [0.0]


def test_within_a_scenario_the_narrower_lever_stands() -> None:
    found = read_scenario_text("""\
id: mine
label: {en: mine, zh: 我的}
kind: proposal
note: a test
levers:
  - {kind: fee, from: 2027-01-01, value: 0.2, note: all}
  - {kind: fee, chips: [H20], from: 2027-01-01, value: 0.3, note: one}
""")
    mid = lever_table(found, ("2027Q1",), kinds=["fee"], chips=["H20", "B200"])["fee"].mid
    assert mid.tolist() == [[0.3, 0.2]]


def test_the_duty_of_section_232_is_the_law_s_own() -> None:
    lever = next(v for v in effective(HISTORY) if v.kind == "tariff")
    for chip in catalogue().chips():
        duties = classify(chip.id, to="US", transaction="import", on="2026-06-01").duties
        due = max((d.rate for d in duties if d.status == "due"), default=0.0)
        assert (due > 0) == (chip.id in lever.target.chips), chip.id
        assert due in (0.0, lever.value.mid)


def test_the_cap_by_us_sales_is_the_law_s_own() -> None:
    assert row("history", "quota_share", ("2026Q2",), 1) == [0.5]
    assert row("history", "quota_share", ("2025Q4",), 1) == [KINDS["quota_share"].neutral]


# --- the law

def test_the_h20_is_free_then_stopped_then_licensed() -> None:
    rows = status_table(HISTORY, ["H20"], ("2025Q1", "2025Q2", "2025Q3", "2025Q4"))["nvidia-h20"]
    assert [r.requirement for r in rows] == ["none", "licence", "licence", "licence"]
    assert rows[0].grant.mid == 1.0
    assert rows[1].required == pytest.approx(83 / 91)
    assert rows[1].grant.mid < rows[2].grant.mid < rows[3].grant.mid


def test_the_mi308_is_sold_as_it_was_before_its_letter() -> None:
    rows = status_table(HISTORY, ["MI308X"], ("2024Q4", "2025Q3"))["amd-mi308x"]
    assert (rows[0].unknown, rows[0].grant.mid) == (1.0, 1.0)
    assert rows[1].grant.mid < 0.5
    assert status_table(scenario("no-april-2025-letters"), ["MI308X"], ("2025Q3",))["amd-mi308x"][0].grant.mid == 1.0


def test_the_ban_and_the_licence_part_in_july_2025() -> None:
    quarters = ("2025Q2", "2025Q3", "2026Q1")
    ban, licence = (status_table(scenario(id), ["H20"], quarters)["nvidia-h20"] for id in ("h20-ban-2025",
                                                                                        "h20-licence-2025"))
    assert ban[0] == licence[0]
    assert ban[1].grant.high < licence[1].grant.mid
    assert ban[2].grant.high == 0.0 < licence[2].grant.low


def test_the_duty_is_asked_of_reviewed_exports_alone() -> None:
    rows = status_table(HISTORY, ["H200 SXM", "H20"], ("2025Q4", "2026Q1"))
    assert [r.duty for r in rows["nvidia-h200-sxm"]] == [0.0, 0.25]
    assert [r.duty for r in rows["nvidia-h20"]] == [0.0, 0.0]
    assert status_table(scenario("h200-denied-2026"), ["H200 SXM"], ("2026Q1",))["nvidia-h200-sxm"][0].duty == 0.0


def test_a_chip_that_is_made_at_home_is_let_through() -> None:
    rows = status_table(scenario("total-ban-with-cloud"), ["Ascend 910C"], ("2027Q2",))["huawei-ascend-910c"]
    assert rows[0].grant.mid == 1.0


def test_a_frozen_law_knows_nothing_later() -> None:
    rows = status_table(scenario("a800-era"), ["A800 SXM 80GB", "H100 SXM"], ("2026Q1",))
    assert rows["nvidia-a800-sxm-80gb"][0].requirement == "none"
    assert rows["nvidia-h100-sxm"][0].requirement == "licence"


def test_what_is_known_on_a_day_does_not_hold_what_came_after() -> None:
    rows = status_table(HISTORY, ["H20"], ("2025Q2", "2025Q3"), known=date(2025, 4, 1))["nvidia-h20"]
    assert [r.requirement for r in rows] == ["none", "none"]
    rows = status_table(HISTORY, ["H20"], ("2025Q2", "2025Q3"), known=date(2025, 7, 1))["nvidia-h20"]
    assert rows[1].grant.mid == pytest.approx(0.03)


def test_gain_lowers_the_odds_and_leaves_free_chips_alone() -> None:
    with_, without = (status_table(scenario(id), ["H20", "L20"], ("2026Q2",)) for id in ("gain-ai-act", "history"))
    assert with_["nvidia-h20"][0].grant.mid == pytest.approx(0.4 * without["nvidia-h20"][0].grant.mid)
    assert with_["nvidia-l20"] == without["nvidia-l20"]


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(scenarios())), st.sampled_from(market().chips), st.sampled_from(QUARTERS))
def test_the_status_at_a_quarter_s_end_is_the_verdict_of_the_law(id: str, chip: str, quarter: str) -> None:
    found = scenario(id)
    if found.freeze:
        return
    status = status_table(found, [chip], (quarter,))[chip][0]
    verdict = classify(chip, to="CN", on=quarter_days(quarter)[1], hq="CN",
                       overlay=[read_overlay(o) for o in found.overlays] or None)
    assert (status.requirement, status.review, status.paragraph) == (verdict.requirement, verdict.review,
                                                                     verdict.paragraph)
    assert 0.0 <= status.grant.low <= status.grant.mid <= status.grant.high <= 1.0 + 1e-12


# --- bad input

@pytest.mark.parametrize("quarter", ["2025", "2025Q5", "2016Q1", "Q1 2025", ""])
def test_a_quarter_that_is_none_is_refused(quarter: str) -> None:
    with pytest.raises(InputError, match="not a quarter"):
        quarter_days(quarter)


def test_unknown_kinds_chips_and_segments_are_refused() -> None:
    for wrong in ({"kinds": ["fees"]}, {"chips": ["H21"]}, {"segments": ["states"]}):
        with pytest.raises(InputError):
            lever_table(HISTORY, ("2025Q1",), **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="before the first"):
        quarter_range("2025Q2", "2025Q1")
