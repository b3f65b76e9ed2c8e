"""What-ifs: paired, honest, the same from JSON."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import highfence as hf
from highfence.core.errors import InputError
from highfence.policy.whatif import TOLD, WhatIf, read_horizon


@pytest.fixture(scope="module")
def answer() -> WhatIf:
    return hf.whatif("h20-licence-2025", draws=200)


def test_a_licence_sells_more_than_a_ban(answer: WhatIf) -> None:
    assert (answer.a, answer.b) == ("h20-licence-2025", "h20-ban-2025")
    assert (answer.since, answer.horizon) == ("2025Q3", "2028Q4")
    revenue = answer["nvidia_china_revenue"]
    assert revenue.by_year == "sum" and revenue.whole.range.mid > 0.0 and revenue.whole.above > 0.8
    assert answer["domestic_share_compute"].whole.above < 0.2
    assert answer["licence_fee"].whole.a[3] > 0.0 == answer["licence_fee"].whole.b[-1]


def test_every_outcome_comes_by_quarter_by_year_and_as_a_whole(answer: WhatIf) -> None:
    assert set(answer.outcomes) == set(TOLD)
    for one in answer.outcomes.values():
        assert [r.at for r in one.quarters][-1] == "2028Q4" and [r.at for r in one.years][-1] == "2028"
        for row in (*one.quarters, *one.years, one.whole):
            assert list(row.a) == sorted(row.a) and list(row.difference) == sorted(row.difference)
            assert 0.0 <= row.above + row.below <= 1.0 + 1e-12
    flow, stock = answer["nvidia_china_revenue"], answer["compute_stock_h100e"]
    assert stock.by_year == "end" and stock.years[-1].a == stock.quarters[-1].a == stock.whole.a
    assert flow.years[-1].a[3] > 2.0 * flow.quarters[-1].a[3]


def test_before_the_scenarios_part_nothing_differs(answer: WhatIf) -> None:
    for one in answer.outcomes.values():
        for row in one.quarters:
            if row.at < "2025Q3":
                assert row.above == row.below == 0.0 and set(row.difference) == {0.0}


def test_it_is_the_same_from_json(answer: WhatIf) -> None:
    assert WhatIf.from_dict(json.loads(json.dumps(answer.to_dict(), allow_nan=False))) == answer


def test_the_other_way_round_it_is_the_mirror(answer: WhatIf) -> None:
    back = hf.whatif("h20-ban-2025", draws=200, keep=["nvidia_china_revenue"])
    assert back.b == "h20-licence-2025"
    there, here = answer["nvidia_china_revenue"].whole, back["nvidia_china_revenue"].whole
    assert there.above == here.below
    assert np.allclose(there.difference, [-v for v in reversed(here.difference)], rtol=1e-9, atol=1e-3)


def test_it_says_what_differs_and_where_that_comes_from(answer: WhatIf) -> None:
    assert {v["kind"] for v in answer.levers_b} >= {"licence_grant", "fee"}
    assert {"brecorder-2025-08-11-15pct", "spglobal-2025-07-22-moolenaar"} <= set(answer.sources)
    assert answer.basis.en.startswith("posterior of ")
    line = answer.headline()
    assert "higher in" in line.en and "of draws" in line.en and "抽样中更高" in line.zh


def test_scenarios_that_are_the_same_by_the_horizon_say_so() -> None:
    found = hf.whatif("enforcement-doubled", draws=10, horizon="2026", keep=["smuggled_units"])
    assert found.since is None and any("nothing differs" in w.en for w in found.warnings)
    assert "nothing differs" in found.headline().en


def test_a_draw_that_fails_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    from highfence.market import runs

    usual = runs.step

    def broken(xp: Any, *held: Any) -> Any:
        state, flows = usual(xp, *held)
        bad = np.arange(len(flows["demand_usd"])) == 3
        return state, {**flows, "demand_usd": np.where(bad, np.nan, flows["demand_usd"])}

    monkeypatch.setattr(runs, "step", broken)
    found = hf.whatif("enforcement-doubled", draws=10, horizon="2027", keep=["smuggled_units"])
    assert (found.failed_a, found.failed_b, found.pairs) == (1, 1, 9)
    assert any("1 of 10 pairs failed" in w.en for w in found.warnings)


def test_a_day_of_knowledge_leaves_out_what_came_later() -> None:
    found = hf.whatif("h20-ban-2025", "history", draws=30, as_of="2025-04-01", horizon="2026", keep=["flagship_units"])
    assert found.as_of == "2025-04-01"
    assert found["flagship_units"].quarters[-1].b[3] > 0.0


def test_more_enforcement_smuggles_less_and_doubled_subsidy_is_paid() -> None:
    less = hf.whatif("enforcement-doubled", draws=100, horizon="2030", keep=["smuggled_units"])
    assert less["smuggled_units"].whole.below > 0.95
    more = hf.whatif("subsidy-doubled", draws=50, horizon="2030", keep=["rd_spending"])
    assert more["rd_spending"].whole.above > 0.9


@pytest.mark.parametrize("asked", [
    {"a": "h20-licence"}, {"against": "no-such"}, {"horizon": "2019"}, {"horizon": "2031"}, {"horizon": "soon"},
    {"draws": 0}, {"draws": 10**7}, {"keep": ["profit"]}, {"given": {"no_such": 1.0}}, {"a": "history"},
    {"as_of": "2019-01-01"},
])
def test_questions_that_cannot_be_asked_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        hf.whatif(**{"a": "h20-ban-2025", "draws": 5, **asked})


def test_a_horizon_is_a_year_or_a_quarter() -> None:
    assert [read_horizon(t) for t in ("2028", "2026Q2", "2026-q2")] == ["2028Q4", "2026Q2", "2026Q2"]


def test_an_outcome_that_was_not_kept_is_refused(answer: WhatIf) -> None:
    with pytest.raises(InputError, match="not in this what-if"):
        answer["hoard"]


def test_a_cluster_gives_the_same_answer() -> None:
    pytest.importorskip("distributed", reason="the extra [dask] is not installed")
    asked = {"draws": 6, "horizon": "2025", "keep": ["nvidia_china_revenue", "premium"]}
    here, there = (hf.whatif("h20-licence-2025", engine=engine, **asked) for engine in ("here", "dask"))
    assert here.to_dict() == there.to_dict()
