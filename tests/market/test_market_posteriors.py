"""Facts, posteriors and what they rest on."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from highfence.catalogue.series import series
from highfence.market.calibration import ORIGINS, stale
from highfence.market.inputs import Lever
from highfence.market.observations import (
    SPAN,
    covariance,
    facts,
    facts_hash,
    latent_names,
    log_likelihood,
    predicted,
    said_of,
    shipped_map,
    stacked,
)
from highfence.market.posterior import FOLDER, corrected, latest, origins, record
from highfence.market.runs import PRIOR, simulate

DAY = date(2025, 4, 1)


def test_facts_of_a_day_were_public_and_are_no_forecasts() -> None:
    for day in (date(2022, 10, 1), DAY):
        for fact in facts(day):
            points = [p for p in series(fact.row.series).points if fact.id.endswith(f"/{p.published}")]
            assert any(p.public <= day and p.kind in ("fact", "estimate", "claim") for p in points), fact.id
    assert len(facts(date(2022, 10, 1))) < len(facts(DAY)) < len(facts(date(2026, 7, 1)))


def test_a_day_sees_the_latest_print_and_each_figure_once() -> None:
    found = facts(date(2026, 11, 24))
    ids = [fact.id for fact in found]
    assert len(set(ids)) == len(ids)
    assert sum("nvidia-china-revenue-headquarters/2025-Q1" in id for id in ids) == 1


def test_fiscal_calendars_and_years_weigh_quarters_by_days() -> None:
    by = {fact.id: fact for fact in facts(date(2026, 7, 1))}
    fiscal = next(f for id, f in by.items() if id.startswith("nvidia-china-revenue/2024-Q3"))
    assert fiscal.weights.sum() == pytest.approx(91 / 92, abs=0.02) and (fiscal.weights > 0.0).sum() == 2
    year = next(f for id, f in by.items() if id.startswith("china-accelerators-units-idc/2024"))
    assert year.weights.sum() == pytest.approx(4.0) and year.share.sum() == pytest.approx(1.0)


def test_every_row_of_the_map_has_a_reason_in_both_languages() -> None:
    for row in shipped_map().rows:
        assert row.reason.en and row.reason.zh and row.reason.en != row.reason.zh
    assert len(latent_names()) == 2 * len(shipped_map().groups) + len(shipped_map().offsets)


def test_the_likelihood_is_that_of_a_normal_with_shared_errors() -> None:
    """Against a direct computation by NumPy; empty facts that fill up change nothing."""
    found, rng = facts(DAY), np.random.default_rng(0)
    names = shipped_map().outcomes
    outcomes = rng.lognormal(20.0, 0.3, (len(names), SPAN, 2))
    z = {name: rng.standard_normal(2) for name in latent_names()}
    few, padded = (log_likelihood(np, stacked(found, size), outcomes, z) for size in (None, 96))
    assert np.allclose(few, padded, rtol=1e-9)
    from highfence.market.observations import sizes

    arrays = stacked(found)
    offsets = np.stack([z[f"offset.{s}"] for s in shipped_map().offsets])
    missed = arrays["value"] - predicted(np, arrays, outcomes, offsets)
    spread = covariance(np, arrays, *sizes(np, z))
    for i in range(2):
        sign, logs = np.linalg.slogdet(spread[i])
        direct = -0.5 * (missed[i] @ np.linalg.solve(spread[i], missed[i]) + logs + len(found) * np.log(2.0 * np.pi))
        assert sign == 1.0 and few[i] == pytest.approx(direct, rel=1e-9)


def test_facts_one_by_one_and_all_at_once_are_predicted_alike() -> None:
    found, rng = facts(date(2026, 10, 1)), np.random.default_rng(0)
    names, offsets = shipped_map().outcomes, shipped_map().offsets
    outcomes = rng.lognormal(20.0, 0.3, (len(names), SPAN, 3))
    z = {f"offset.{s}": rng.standard_normal(3) for s in offsets}
    whole = predicted(np, stacked(found), outcomes, np.stack([z[f"offset.{s}"] for s in offsets]))
    alone = [said_of(fact, dict(zip(names, outcomes)), z) for fact in found]
    assert np.allclose(np.stack(alone, axis=-1), whole, rtol=1e-12)


def test_posteriors_ship_for_origins_from_2022_on_and_are_small() -> None:
    held = origins()
    assert len(held) >= 8 and set(held) <= set(ORIGINS)
    assert {DAY, date(2025, 7, 1), date(2022, 10, 1)} <= set(held) and held[-1] >= date(2026, 7, 1)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 2_000_000
    for told in record()["origins"].values():
        assert told["facts"] == len(told["ids"]) > 10 and "pareto_k" in told and "elbo" in told


def test_every_posterior_was_fitted_to_the_facts_that_are_public_on_its_origin() -> None:
    for origin in origins():
        assert record()["origins"][origin.isoformat()]["facts_hash"] == facts_hash(facts(origin)), (
            f"{origin}: run make calibrate ORIGINS={origin}")


@pytest.mark.parametrize("origin", [DAY, date(2026, 7, 1)])
def test_a_posterior_belongs_to_the_kernel_tables_and_parameters_of_today(origin: date) -> None:
    assert stale(origin) == "", "run make calibrate (python -m highfence.market.calibration --check names what is due)"


def test_a_run_rests_on_the_latest_posterior_by_its_day_or_says_that_it_is_a_prior() -> None:
    few = {"draws": 5, "until": "2022Q1", "keep": ["premium"]}
    assert simulate(as_of="2025-05-20", **few).basis.en.startswith("posterior of 2025-04-01, fitted to ")
    assert "后验" in simulate(as_of="2025-05-20", **few).basis.zh
    assert simulate(as_of="2022-03-01", **few).basis == PRIOR
    assert simulate(as_of="2025-05-20", posterior=False, **few).basis == PRIOR
    assert latest(None) is not None and latest(date(2022, 9, 30)) is None


def test_a_posterior_lies_nearer_to_what_it_was_fitted_to_than_the_prior() -> None:
    """Published cards of 2024 are 2.7 million; the vendor's data-centre revenue is known to a few in a hundred."""
    keep = ["cards_units", "nvidia_rest_revenue", "nvidia_china_revenue"]
    after, before = (simulate(draws=300, as_of=DAY, posterior=p, keep=keep, until="2025Q1") for p in (True, False))
    year = [after.quarters.index(f"2024Q{q}") for q in range(1, 5)]

    def width(run: object, name: str) -> float:
        logs = np.log(run.outcome(name)[year].sum(axis=0))  # type: ignore[attr-defined]
        return float(np.subtract(*np.quantile(logs, (0.9, 0.1))))

    for name in keep:
        assert width(after, name) < width(before, name), name
    cards = np.median(after.outcome("cards_units")[year].sum(axis=0))
    assert abs(np.log(cards / 2.7e6)) < abs(np.log(np.median(before.outcome("cards_units")[year].sum(axis=0)) / 2.7e6))


def test_draws_of_a_posterior_stay_paired_whatever_their_number_and_the_levers() -> None:
    few, many = (simulate(draws=n, as_of=DAY, keep=["huawei_units"]) for n in (5, 40))
    assert np.allclose(few.values["huawei_units"], many.values["huawei_units"][:, :5], rtol=1e-9)
    nothing = simulate([Lever("granted", "2030Q4", 1.0, times=True)], draws=40, as_of=DAY, keep=["huawei_units"])
    assert np.allclose(nothing.values["huawei_units"], many.values["huawei_units"], rtol=1e-12)


def test_what_model_and_facts_differ_by_fades() -> None:
    run = simulate(draws=400, as_of=DAY, keep=["nvidia_china_revenue"])
    from highfence.market.posterior import corrections, outcomes_needed
    from highfence.market.randomness import Streams

    fitted = latest(DAY)
    assert fitted is not None and run.draws == 400
    from highfence.market.runs import Asked, plain_quarters

    streams = Streams(1, 400, fitted.affine)
    asked = Asked((), (), 1, (), DAY, (), None, 39, (), True, "numpy")
    plain = plain_quarters(asked, streams, 39, outcomes_needed())
    errors = corrections(plain, streams, DAY)["nvidia_china_revenue"]
    known, far = run.quarters.index("2024Q3"), run.quarters.index("2029Q4")
    again = corrected(plain, {"nvidia_china_revenue": errors})["nvidia_china_revenue"]
    assert np.allclose(again, plain["nvidia_china_revenue"] * np.exp(errors))
    assert abs(errors[far].mean()) < 0.1
    before, after = np.log(plain["nvidia_china_revenue"]), np.log(again)
    assert after[known].std() < 0.6 * before[known].std() and after[known].std() < 0.4 * after[far].std()
    assert np.median(again[known]) == pytest.approx(5.42e9, rel=0.25)
