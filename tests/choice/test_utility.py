"""What must hold of utility and its terms."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.choice.logit import nested_logit
from highfence.choice.utility import EXTRAS, TERMS, Situation, extra_usd, total_usd, utility, utility_terms
from highfence.core.arrays import FLOATS

share = st.floats(0.0, 1.0)
situations = st.builds(
    Situation, work_usd=st.floats(0.01, 1e3), work=st.floats(1.0, 1e9), horizon_years=st.floats(0.5, 8.0),
    installed=share, porting_months=st.floats(0.0, 1e3), bound_share=share, month_usd=st.floats(0.0, 3e4),
    reached=st.floats(0.1, 1.0), hazard=st.floats(0.0, 2.0), loss_share=share, breach=share,
    breach_share=st.floats(0.0, 2.0), stay_share=share, home=st.floats(-0.5, 0.5))


@given(situations)
def test_terms_add_up_to_the_log_of_the_whole_cost(situation: Situation) -> None:
    terms = utility_terms(FLOATS, situation)
    assert tuple(terms) == TERMS
    assert sum(terms.values()) == pytest.approx(situation.home - np.log(total_usd(FLOATS, situation)), abs=1e-9)
    assert 1.7 * sum(terms.values()) == pytest.approx(utility(FLOATS, situation, 1.7), abs=1e-8)
    assert all(terms[name] <= 0.0 for name in EXTRAS)


@given(situations)
def test_floats_and_arrays_agree(situation: Situation) -> None:
    fields = {name: getattr(situation, name) for name in Situation.__slots__}
    for xp in (np, array_api_strict):
        rows = Situation(**{name: xp.asarray([value, value]) for name, value in fields.items()})
        many = utility_terms(xp, rows)
        for name, value in utility_terms(FLOATS, situation).items():
            assert float(many[name][1]) == pytest.approx(value, abs=1e-12)


WORSE = ("work_usd", "porting_months", "bound_share", "month_usd", "hazard", "loss_share", "breach", "breach_share",
         "stay_share")


@given(situations, st.sampled_from(WORSE), st.floats(1.0, 5.0))
def test_more_cost_or_risk_never_raises_utility(situation: Situation, name: str, factor: float) -> None:
    dearer = replace(situation, **{name: getattr(situation, name) * factor})
    assert utility(FLOATS, dearer, 2.0) <= utility(FLOATS, situation, 2.0) + 1e-12


@given(situations, st.floats(0.1, 1.0))
def test_better_software_never_lowers_utility(situation: Situation, factor: float) -> None:
    worse = replace(situation, reached=max(0.01, situation.reached * factor))
    assert utility(FLOATS, worse, 2.0) <= utility(FLOATS, situation, 2.0) + 1e-12


@given(situations)
def test_who_stays_pays_nothing_to_switch(situation: Situation) -> None:
    extras = extra_usd(FLOATS, replace(situation, installed=1.0))
    assert extras["switching"] == 0.0
    assert extras["lock_in"] == 0.0


@given(st.lists(situations, min_size=2, max_size=5), st.floats(0.2, 5.0), st.floats(1.0, 20.0), st.data())
def test_a_higher_switching_cost_never_speeds_migration(rows: list[Situation], sensitivity: float, factor: float,
                                                        data: Any) -> None:
    stays = [data.draw(st.booleans()) for _ in rows[1:]]
    rows = [replace(r, installed=1.0 if s else 0.0) for r, s in zip(rows, [True, *stays])]
    nest = np.array([data.draw(st.integers(0, 1)) for _ in rows])
    scale, free = np.array([0.4, 0.8]), np.ones(len(rows), dtype=bool)

    def moved(months: float) -> float:
        values = np.array([utility(FLOATS, replace(r, porting_months=r.porting_months * months), sensitivity)
                           for r in rows])
        found = nested_logit(np, values, nest, scale, free)
        return float(sum(s for s, r in zip(found.share, rows) if r.installed == 0.0))

    assert moved(factor) <= moved(1.0) + 1e-12
