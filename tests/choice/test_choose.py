"""What must hold of what a buyer chooses."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from highfence.choice.choose import DRAWS, Choice, buyer_from, choose
from highfence.choice.logit import nested_logit
from highfence.choice.utility import TERMS
from highfence.core.envelope import to_json
from highfence.core.errors import InputError, NoAnswer
from highfence.rules.overlay import read_overlay

FEW = ["H20", "910B", "910C", "L20"]
FREE = {"supply.market_cards": 1.0}
"""No scarcity: every chip is made in plenty over a market of one card."""


def asked(buyer: str = "sme-inference", on: str = "2025-07-20", chips: Any = FEW, draws: int = 200,
          **more: Any) -> Choice:
    """Return a choice among few chips."""
    return choose(buyer, to="CN", on=on, chips=chips, draws=draws, **more)


def share(found: Choice, chip: str) -> float:
    """Return the middle share of a chip."""
    return next(a.share.mid for a in found.alternatives if a.chip == chip)


def test_shares_and_the_work_that_waits_sum_to_one() -> None:
    for buyer in ("sme-inference", "state-telecom", "research"):
        found = asked(buyer)
        assert sum(a.share.mid for a in found.alternatives) + found.none == pytest.approx(1.0)
        assert found.domestic.mid == pytest.approx(sum(a.share.mid for a in found.alternatives if a.nest == "domestic"))


@pytest.mark.parametrize("chip", ["H20", "910C"])
def test_a_lower_price_never_loses_share(chip: str) -> None:
    id = {"H20": "nvidia-h20", "910C": "huawei-ascend-910c"}[chip]
    shares = [share(asked(given={f"price.{chip}": price, **FREE}), id) for price in (20000.0, 12000.0, 8000.0, 4000.0)]
    assert shares == sorted(shares) and shares[-1] > shares[0]


def test_a_dearer_port_never_lowers_the_foreign_share_of_a_buyer_on_cuda() -> None:
    foreign = [1.0 - f.domestic.mid - f.none for f in (
        asked(given={"buyer.software.port_months": months, **FREE}) for months in (1.0, 6.0, 24.0, 120.0))]
    assert foreign == sorted(foreign) and foreign[-1] > foreign[0]


def test_a_higher_hazard_abroad_never_lowers_the_domestic_share() -> None:
    domestic = [asked(given={"cutoff_hazard_foreign": h, **FREE}).domestic.mid for h in (0.0, 0.5, 2.0)]
    assert domestic == sorted(domestic)


def test_a_looser_law_never_shrinks_what_can_be_had() -> None:
    looser = read_overlay({"id": "no-letters", "changes": [
        {"repeal": f"us.ear.744.letters.2025-04-09#letter.2025-04.{name}", "from": "2025-04-09"}
        for name in ("named", "h20_level", "lines")]})
    law, loose = ({a.chip: a.odds.mid for a in asked(on="2025-05-01", overlay=laid).alternatives}
                  for laid in ((), (looser,)))
    assert set(law) <= set(loose)
    assert all(loose[chip] >= odds for chip, odds in law.items())
    assert loose["nvidia-h20"] > law.get("nvidia-h20", 0.0)


def test_better_odds_of_a_licence_never_shrink_what_can_be_had() -> None:
    odds = [{a.chip: a.odds.mid for a in asked(chips=[*FEW, "H100", "H200"], given={"licence_odds": p}).alternatives}
            for p in (0.02, 0.5, 1.0)]
    for tight, loose in pairwise(odds):
        assert set(tight) <= set(loose)
        assert all(loose[chip] >= tight[chip] for chip in tight)


def test_the_law_of_the_day_decides_what_is_there() -> None:
    def odds(on: str) -> dict[str, float]:
        return {a.chip: a.odds.mid for a in asked(on=on, chips=["H20", "H100", "910B"]).alternatives}

    before, banned, back = odds("2025-02-15"), odds("2025-05-01"), odds("2025-07-20")
    assert before["nvidia-h20"] > 0.7 and back["nvidia-h20"] > 0.5
    assert banned.get("nvidia-h20", 0.0) < 0.2
    assert all(day.get("nvidia-h100-sxm", 0.0) < 0.1 for day in (before, banned, back))
    assert before["huawei-ascend-910b"] == pytest.approx(back["huawei-ascend-910b"], abs=0.2)


def test_a_duplicate_moves_its_nest_by_the_inclusive_value_alone() -> None:
    """A copy of the last foreign chip in the kernel that choose calls, at utilities of that size."""
    utility, nest = np.array([[-0.2, -0.5, -0.1, -0.8]]), np.array([0, 0, 1, 1])
    scale = np.array([[0.6, 0.6]])
    one = nested_logit(np, utility, nest, scale, np.ones((1, 4), dtype=bool)).share[0]
    two = nested_logit(np, np.append(utility, [[-0.5]], axis=1), np.append(nest, 0), scale,
                       np.ones((1, 5), dtype=bool)).share[0]
    assert two[2] / two[3] == pytest.approx(one[2] / one[3])
    inclusive = np.log(np.exp(-0.2 / 0.6) + np.exp(-0.5 / 0.6)), np.log(np.exp(-0.2 / 0.6) + 2 * np.exp(-0.5 / 0.6))
    ratio = (two[[0, 1, 4]].sum() / two[[2, 3]].sum()) / (one[[0, 1]].sum() / one[[2, 3]].sum())
    assert ratio == pytest.approx(np.exp(0.6 * (inclusive[1] - inclusive[0])))


def test_the_same_seed_gives_the_same_answer_and_another_one_near_it() -> None:
    assert asked().to_dict() == asked().to_dict()
    assert asked(seed=2).domestic != asked().domestic
    assert abs(asked(draws=2000).domestic.mid - asked(draws=1000, seed=5).domestic.mid) < 0.05


def test_a_single_draw_is_answered_and_none_refused() -> None:
    assert asked(draws=1).alternatives
    for wrong in (0, -3, 2_000_000):
        with pytest.raises(InputError, match="draws"):
            asked(draws=wrong)


def test_json_holds_every_figure_and_reads_back() -> None:
    found = asked()
    read = json.loads(to_json(found.to_dict()))
    assert [a["chip"] for a in read["alternatives"]] == [a.chip for a in found.alternatives]
    for row in read["alternatives"]:
        assert set(row["terms"]) == set(TERMS)
        assert row["share"]["low"] <= row["share"]["mid"] <= row["share"]["high"]
    assert read["decided"]["term"] in TERMS and read["buyer"] == "sme-inference"
    assert {t["id"] for t in read["parameters"]} >= {"price_sensitivity", "sme-inference.budget_usd"}


def test_every_source_is_listed_and_every_parameter_has_a_grade() -> None:
    from highfence.choice.store import known_sources

    found = asked()
    assert set(found.sources) <= set(known_sources()) and len(found.sources) > 10
    assert all(t.weakest for t in found.parameters)


def test_the_term_that_decides_is_told_between_a_foreign_and_a_domestic_chip() -> None:
    found = asked(given={"price.H20": 2000.0, **FREE})
    assert found.decided is not None
    nests = {a.chip: a.nest for a in found.alternatives}
    assert nests[found.decided.chip] != nests[found.decided.over]


def test_chips_from_abroad_are_worth_nothing_where_there_is_none_and_never_less() -> None:
    assert asked(chips=["910B", "910C"]).surplus.high == 0.0
    assert asked().surplus.low >= 0.0
    cheap, dear = (asked(given={"price.H20": p, "price.L20": p, **FREE}).surplus.mid for p in (3000.0, 20000.0))
    assert cheap > dear


def test_an_elasticity_is_negative() -> None:
    assert all(a.elasticity <= 0.0 for a in asked().alternatives)


def test_an_empty_feasible_set_names_the_limit_that_binds() -> None:
    with pytest.raises(NoAnswer) as found:
        asked(on="2024-01-10", chips=["B300"])
    assert "not on sale yet" in str(found.value) and "a later day" in str(found.value)


def test_a_budget_below_one_server_is_refused_with_what_would_do() -> None:
    with pytest.raises(NoAnswer) as found:
        asked(given={"buyer.budget_usd": 2000.0, "buyer.access.capital_usd": 2000.0})
    assert "2,000 USD" in str(found.value) and "budget" in str(found.value)


def test_a_limit_that_no_chip_keeps_is_named(tmp_path: Any) -> None:
    from highfence.choice.buyers import template_buyer

    text = template_buyer()
    path = tmp_path / "buyer.yaml"
    path.write_text(text, encoding="utf-8")
    assert buyer_from(path).kind == "enterprise"
    fast = re.sub(r"tpot_s: [0-9.]+", "tpot_s: 0.0001", text)
    assert fast != text
    path.write_text(fast, encoding="utf-8")
    with pytest.raises(NoAnswer) as found:
        choose(path, to="CN", on="2025-07-20", chips=FEW, draws=20)
    assert "keeps" in str(found.value) or "quickest" in str(found.value)


def test_work_of_a_past_day_says_what_stands_in() -> None:
    found = asked(on="2024-06-01", chips=["H20", "910B"])
    assert any("stands in" in w.en for w in found.warnings)
    assert DRAWS == 1000
