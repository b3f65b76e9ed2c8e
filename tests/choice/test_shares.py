"""Calibration to published shares, and what is said of it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from highfence.choice.fitting import (
    FITTED,
    calibrated,
    calibrated_terms,
    domestic_share,
    fit,
    predict,
    proxy_costs,
    sample,
)
from highfence.choice.parameters import shipped_observations, shipped_offers, shipped_parameters
from highfence.choice.shares_cases import mean_errors, observations_in, share_cases
from highfence.choice.store import known_sources
from highfence.choice.work_table import work_rows
from highfence.core.errors import InputError, NoAnswer
from highfence.core.ranges import Range

SHARED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
needs_market = pytest.mark.skipif(
    not (SHARED / "market").is_dir(),
    reason=f"no market tables in {SHARED}; set HIGHFENCE_SHARED_DATA to a folder that holds them")


def test_every_source_is_listed_and_assumptions_have_none() -> None:
    listed = set(known_sources())
    rows = [(v.grade, v.source) for p in shipped_parameters() for v in p.values]
    rows += [(r.grade, r.source) for r in (*shipped_observations(), *shipped_offers())]
    for grade, source in rows:
        assert (grade == "assumed") == (source == "")
        assert source in listed | {""}


def test_nothing_about_choice_claims_to_be_measured() -> None:
    assert {v.grade for p in shipped_parameters() for v in p.values} <= {"press", "estimate", "assumed"}
    assert all(term.grade == "estimate" for term in calibrated_terms().values())


def test_labels_and_notes_speak_both_languages() -> None:
    for parameter in shipped_parameters():
        for label in (parameter.label, parameter.note, *(v.note for v in parameter.values)):
            assert label is None or label.en != label.zh


def test_no_foreign_chip_under_licence_is_in_the_proxy() -> None:
    on_sale = {r.chip for r in proxy_costs() if r.quarter == "2024Q3" and r.nest == "foreign"}
    assert on_sale == {"nvidia-h20", "nvidia-l20"}


def test_shares_made_with_known_parameters_lead_back_to_them() -> None:
    truth = {"price_sensitivity": np.array([0.9]), "home_preference": np.array([0.8])}
    made = []
    for seen in shipped_observations():
        share = float(domestic_share(proxy_costs(), seen, truth)[0])
        made.append(replace(seen, share=Range.exact(share)))
    found = fit(made).posterior
    for name, z in truth.items():
        value = float(shipped_parameters()[name].at("CN").value.draw(z, np)[0])
        assert found[name].low < value < found[name].high


def test_a_higher_home_preference_never_lowers_the_domestic_share() -> None:
    for seen in shipped_observations():
        shares = domestic_share(proxy_costs(), seen, {"home_preference": np.linspace(-3, 3, 13)})
        assert (np.diff(shares) > 0.0).all()


def test_the_calibration_says_what_it_did_not_learn() -> None:
    found = calibrated()
    assert found.narrowed["nest_dissimilarity"] > 0.8
    assert found.narrowed["price_sensitivity"] < 0.5
    assert found.effective > 300.0


def test_the_calibration_does_not_hang_on_its_seed() -> None:
    other = fit(shipped_observations(), work_rows(), seed=7)
    for name in FITTED:
        width = calibrated().posterior[name].high - calibrated().posterior[name].low
        assert abs(other.posterior[name].mid - calibrated().posterior[name].mid) < 0.2 * width


def test_draws_of_the_posterior_have_its_quantiles_and_its_trade_off() -> None:
    drawn = sample(calibrated(), 20_000)
    for name in FITTED:
        posterior = calibrated().posterior[name]
        low, high = np.quantile(drawn[name], [0.1, 0.9])
        assert low == pytest.approx(posterior.low, abs=0.15 * (posterior.high - posterior.low))
        assert high == pytest.approx(posterior.high, abs=0.15 * (posterior.high - posterior.low))
    assert (sample(calibrated(), 10)["home_preference"] == drawn["home_preference"][:10]).all()


def test_no_share_is_judged_by_a_fit_that_saw_its_year() -> None:
    cases = share_cases()
    known = {year: sum(o.period[:4] < year for o in shipped_observations()) for year in ("2024", "2025")}
    for case in cases:
        if not case.used_to_fit:
            assert case.n == known[case.period[:4]]
    assert sum(c.used_to_fit for c in cases) == known["2025"]


def test_persistence_is_the_share_of_the_year_before() -> None:
    last = {(c.period, c.measure): c.persistence for c in share_cases() if not c.used_to_fit}
    assert last == {("2024", "units"): 0.1, ("2024", "value"): 0.19, ("2025H1", "units"): 0.3,
                    ("2025", "units"): 0.3, ("2025", "value"): 0.34}


def test_held_out_shares_are_nearer_than_persistence_on_average() -> None:
    ours, persistence = mean_errors(share_cases())
    assert ours < persistence


def test_costs_of_work_foresee_held_out_shares_better_than_prices_per_peak() -> None:
    assert mean_errors(share_cases())[0] < mean_errors(share_cases(rows=proxy_costs()))[0]


def test_costs_of_work_stand_for_every_offer_that_the_proxy_has() -> None:
    kept = [(r.chip, r.quarter, r.nest) for r in proxy_costs()]
    assert [(r.chip, r.quarter, r.nest) for r in work_rows()] == kept
    assert all(r.reached == Range.exact(1.0) and r.work_per_chip > 0.0 for r in work_rows())


@needs_market
def test_shipped_shares_hold_what_the_tables_say() -> None:
    for shipped, read in zip(shipped_observations(), observations_in(SHARED)):
        assert read.share.low == pytest.approx(shipped.share.low, abs=0.004)
        assert read.share.high == pytest.approx(shipped.share.high, abs=0.004)


def test_a_folder_without_market_tables_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such table"):
        share_cases(tmp_path)


def test_a_table_of_costs_that_lacks_a_quarter_is_refused() -> None:
    short = [r for r in proxy_costs() if r.quarter != "2024Q2"]
    with pytest.raises(NoAnswer, match="2024Q2"):
        predict(calibrated(), shipped_observations()[3], short)


def test_costs_from_throughput_leave_maturity_out() -> None:
    rows = [replace(r, reached=Range.exact(1.0)) for r in proxy_costs()]
    seen = shipped_observations()[0]
    assert domestic_share(rows, seen, {})[0] > domestic_share(proxy_costs(), seen, {})[0]


def test_the_page_lists_every_parameter() -> None:
    page = (Path(__file__).parents[2] / "docs" / "choice.md").read_text(encoding="utf-8")
    assert [p.id for p in shipped_parameters() if f"`{p.id}`" not in page] == []
