"""The hazard of a cut-off: counted from dated events, known only as far as they had happened."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import gamma

from highfence.choice.hazard import cutoff_hazard, gamma_quantile, reopening_rate, shipped_cuts
from highfence.core.errors import NoAnswer


@given(shape=st.floats(0.5, 60.0), probability=st.floats(0.01, 0.99))
def test_the_quantile_is_that_of_a_gamma_distribution(shape: float, probability: float) -> None:
    assert gamma_quantile(shape, probability) == pytest.approx(gamma.ppf(probability, shape), rel=1e-8)


def test_an_answer_of_may_2024_does_not_know_of_april_2025() -> None:
    before, after = cutoff_hazard("2024-05-24"), cutoff_hazard("2025-07-20")
    assert (before.events, after.events) == (2, 3)
    assert all(c.on <= date(2024, 5, 24) for c in before.changes)


def test_exposure_is_counted_while_supply_was_open() -> None:
    opened = sum((b.on - a.on).days for a, b in zip(shipped_cuts(), shipped_cuts()[1:]) if a.supply == "open")
    assert cutoff_hazard(shipped_cuts()[-1].on).years == pytest.approx(opened / 365.25)


def test_more_quiet_time_lowers_the_hazard() -> None:
    assert cutoff_hazard("2025-04-01").value.mid < cutoff_hazard("2024-02-02").value.mid


def test_cuts_by_either_government_count() -> None:
    assert {c.by for c in cutoff_hazard("2026-01-01").changes} == {"US", "CN"}


def test_a_rate_that_was_never_exposed_has_no_answer() -> None:
    with pytest.raises(NoAnswer) as refused:
        reopening_rate("2021-01-01")
    assert refused.value.would_change


def test_every_change_has_a_source_and_turns_are_taken() -> None:
    changes = shipped_cuts()
    assert [c.supply for c in changes] == ["open", "cut"] * (len(changes) // 2)
    assert all(c.source and c.note for c in changes)
    assert all(bool(c.by) == (c.supply == "cut") for c in changes)
