"""Who may have what, when."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.choice.buyers import buyer, buyers, read_buyer_text, segment_share, template_buyer
from highfence.choice.feasible import STATUSES, Option, feasible, read_odds, relevant_chips
from highfence.choice.parameters import shipped_parameters
from highfence.choice.store import known_sources
from highfence.choice.supply import market
from highfence.core.errors import InputError, NoAnswer
from highfence.core.facts import GRADES
from highfence.core.ranges import Range
from highfence.rules.overlay import read_overlay, shipped_bills

SEGMENTS = tuple(buyers())
DAYS = ("2022-06-01", "2022-10-20", "2023-06-01", "2023-12-01", "2024-10-01", "2025-02-01", "2025-05-01", "2025-07-20",
        "2025-08-20", "2025-09-20", "2025-12-01", "2026-01-20", "2026-03-01", "2026-08-01")


def had(segment: str, on: str, chip: str, **asked: Any) -> Option:
    """Return one option of a shipped segment in China."""
    id = catalogue().chip(chip).id
    options = feasible(buyer(segment), to="CN", on=on, chips=[id, "910B", "V100"], **asked)
    return next(o for o in options if o.chip == id)


# ---- dates that are known ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("segment", "on", "chip", "status"), [
    ("sme-inference", "2023-06-01", "H20", "not released"),
    ("sme-inference", "2024-10-01", "H20", "available"),
    ("sme-inference", "2025-02-01", "H20", "available"),
    ("sme-inference", "2025-05-01", "H20", "licence"),
    ("sme-inference", "2025-07-20", "H20", "licence"),
    ("sme-inference", "2025-07-20", "910B", "available"),
    ("sme-inference", "2025-07-20", "910C", "available"),
    ("sme-inference", "2024-10-01", "910C", "not released"),
    ("sme-inference", "2025-07-20", "RTX 4090 D", "available"),
    ("sme-inference", "2025-07-20", "RTX 4090", "sold out"),
    ("sme-inference", "2023-06-01", "RTX 4090", "available"),
    ("sme-inference", "2025-07-20", "RTX 5090 D", "sold out"),
    ("sme-inference", "2025-07-20", "RTX 5090 D V2", "not released"),
    ("sme-inference", "2025-09-20", "RTX 5090 D V2", "available"),
    ("sme-inference", "2023-06-01", "A800", "available"),
    ("sme-inference", "2023-12-01", "A800", "licence"),
    ("hyperscaler-training", "2023-09-20", "H800", "available"),
    ("hyperscaler-training", "2024-10-01", "H800", "licence"),
    ("hyperscaler-inference", "2025-09-20", "RTX PRO 6000D", "barred"),
    ("sme-inference", "2025-09-20", "RTX PRO 6000D", "unknown"),
    ("hyperscaler-inference", "2026-01-20", "H200", "barred"),
    ("hyperscaler-inference", "2026-03-01", "H200", "licence"),
    ("hyperscaler-inference", "2026-03-01", "950PR", "not released"),
    ("hyperscaler-inference", "2026-08-01", "950PR", "available"),
    ("state-telecom", "2025-07-20", "H20", "licence"),
    ("state-telecom", "2025-12-01", "H20", "barred"),
    ("state-telecom", "2025-12-01", "910B", "available"),
    ("hyperscaler-inference", "2026-08-01", "B30A", "not released"),
])
def test_the_status_on_known_days(segment: str, on: str, chip: str, status: str) -> None:
    assert had(segment, on, chip).status == status


@pytest.mark.parametrize("on", [d for d in DAYS if d >= "2022-10-07"])
@pytest.mark.parametrize("chip", ["H100", "A100", "B200"])
def test_an_h100_is_never_free_of_a_licence_after_october_2022(chip: str, on: str) -> None:
    assert had("sme-inference", on, chip).status in {"licence", "not released"}


def test_the_assurance_of_july_2025_raises_the_odds_of_an_h20_and_the_notices_of_august_lower_them() -> None:
    odds = {on: had("hyperscaler-inference", on, "H20").probability.mid
            for on in ("2025-02-01", "2025-05-01", "2025-07-20", "2025-08-20")}
    assert odds["2025-05-01"] < 0.1 < odds["2025-07-20"] < odds["2025-02-01"]
    assert odds["2025-08-20"] < odds["2025-07-20"] / 2


def test_the_notices_weigh_more_on_the_state_than_on_a_platform_and_more_on_a_platform_than_on_an_sme() -> None:
    state, platform, small = (had(s, "2025-08-20", "H20").probability.mid
                              for s in ("state-telecom", "hyperscaler-inference", "sme-inference"))
    assert state < platform < small


@pytest.mark.parametrize("on", ["2025-11-05", "2025-12-01", "2026-08-01"])
def test_from_november_2025_the_state_may_have_no_foreign_chip(on: str) -> None:
    options = feasible(buyer("state-telecom"), to="CN", on=on)
    assert not any(o.possible for o in options if not o.domestic)
    assert any(o.status == "available" for o in options if o.domestic)
    barred = next(o for o in options if o.chip == "nvidia-l20")
    assert "reuters-2025-11-05" in barred.sources


def test_the_day_before_it_might() -> None:
    assert any(o.possible for o in feasible(buyer("state-telecom"), to="CN", on="2025-11-04") if not o.domestic)


def test_a_research_buyer_is_bound_for_the_share_that_the_state_pays() -> None:
    before, after = (had("research", on, "L20").probability for on in ("2025-11-04", "2025-11-05"))
    assert 0.0 < after.mid < before.mid
    assert after.high == pytest.approx(before.high * (1.0 - 0.3), rel=0.3)


def test_a_public_quota_caps_the_share_of_foreign_chips_and_not_their_odds() -> None:
    foreign, home = had("state-telecom", "2025-02-01", "H20"), had("state-telecom", "2025-02-01", "910B")
    assert (foreign.cap.low, foreign.cap.mid, foreign.cap.high) == pytest.approx((0.3, 0.5, 0.5))
    assert home.cap == Range.exact(1.0)
    assert had("sme-inference", "2024-12-31", "H20").cap == Range.exact(1.0)


def test_ascend_for_the_state_comes_before_ascend_for_a_platform() -> None:
    """ByteDance had fewer than 30,000 of 100,000 by July 2024; state orders went first."""
    state, platform = (had(s, "2024-10-01", "910B").probability for s in ("state-telecom", "hyperscaler-inference"))
    assert platform.mid < state.mid and platform.low < 0.3


def test_buying_ascend_carries_a_legal_risk_from_may_2025_and_is_no_bar_to_a_chinese_buyer() -> None:
    before, after = (had("sme-inference", on, "910B") for on in ("2025-05-12", "2025-05-13"))
    assert not before.compliance and after.compliance
    assert after.status == "available" and after.probability == before.probability


def test_a_buyer_under_us_headquarters_hardly_dares() -> None:
    ours = read_buyer_text(template_buyer().replace("headquarters: CN\n", "headquarters: US\n", 1))
    theirs = read_buyer_text(template_buyer())
    found = {b.access.headquarters: next(o for o in feasible(b, to="CN", on="2025-07-20", chips=["910B"]))
             for b in (ours, theirs)}
    assert found["US"].probability.mid < 0.1 * found["CN"].probability.mid


def test_a_listed_buyer_needs_a_licence_for_what_others_have_freely() -> None:
    listed = read_buyer_text(template_buyer().replace("listed: no ", "listed: entity_list ", 1))
    option = feasible(listed, to="CN", on="2025-02-01", chips=["H20"])[0]
    assert option.status == "licence" and option.review == "as_entry_states"


def test_a_chinese_firm_abroad_meets_the_headquarters_rule_and_not_the_measures_at_home() -> None:
    option = next(o for o in feasible(buyer("hyperscaler-training"), to="MY", on="2025-12-01", chips=["H100"]))
    assert option.status == "licence"
    assert not [r for r in option.reasons if r.layer == "government"]


def test_ascend_is_hard_to_have_outside_china() -> None:
    text = template_buyer().replace("home: CN", "home: MY").replace("headquarters: CN", "headquarters: MY")
    abroad = read_buyer_text(text)
    far, near = (feasible(b, to=to, on="2025-07-20", chips=["910C"])[0]
                 for b, to in ((abroad, "MY"), (read_buyer_text(template_buyer()), "CN")))
    assert far.probability.mid < 0.2 * near.probability.mid


# ---- knowledge -----------------------------------------------------------------------------------------------------


def test_what_was_published_later_is_not_known() -> None:
    hindsight = had("sme-inference", "2025-08-20", "H20")
    then = had("sme-inference", "2025-08-20", "H20", as_of="2025-07-15")
    assert "charm-2025-08-12-h20-notices" in hindsight.sources
    assert "charm-2025-08-12-h20-notices" not in then.sources
    assert then.probability.mid > hindsight.probability.mid


def test_the_assurance_was_not_known_the_day_before() -> None:
    then = had("sme-inference", "2025-07-20", "H20", as_of="2025-07-13")
    assert then.probability.mid < 0.1 < had("sme-inference", "2025-07-20", "H20").probability.mid


def test_a_plan_of_supply_is_not_known_before_it_is_reported() -> None:
    """Huawei's plan of 600,000 910C for 2026 was reported at the end of September 2025."""
    told, before = (had("state-telecom", "2026-02-01", "910C", as_of=day).volume
                    for day in ("2025-10-01", "2025-09-01"))
    assert told is not None and told.mid == 110_000
    assert before is not None and before.mid == 75_000


# ---- odds of a licence ---------------------------------------------------------------------------------------------


def test_the_caller_states_the_odds_of_a_licence() -> None:
    free = had("sme-inference", "2025-02-01", "H20").probability
    for odds in (0.5, {"H20": 0.5}, {"not_published": Range.exact(0.5)}):
        stated = had("sme-inference", "2025-05-01", "H20", licence_odds=odds).probability
        assert stated.mid == pytest.approx(0.5 * free.mid)


def test_a_chip_s_odds_stand_before_those_of_its_policy() -> None:
    option = had("sme-inference", "2025-05-01", "H20", licence_odds={"not_published": 0.1, "H20": 0.9, "*": 0.2})
    assert option.probability.mid > 0.7


@pytest.mark.parametrize("odds", [1.5, -0.1, {"presumption_of_denail": 0.1}, {"H20": "often"}, {"H20": True}])
def test_odds_that_are_none_are_refused(odds: Any) -> None:
    with pytest.raises(InputError):
        read_odds(odds)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_higher_odds_never_shrink_what_can_be_had(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for on in ("2025-05-01", "2025-12-01"):
        few, many = (feasible(buyer("sme-inference"), to="CN", on=on, licence_odds=p) for p in (low, high))
        assert not_less(many, few)


# ---- overlays ------------------------------------------------------------------------------------------------------


def not_less(loose: tuple[Option, ...], strict: tuple[Option, ...]) -> bool:
    """Return whether every option under the looser rule is at least as likely, at each end."""
    pairs = {o.chip: o for o in strict}
    return all(o.probability.low >= pairs[o.chip].probability.low - 1e-12
               and o.probability.mid >= pairs[o.chip].probability.mid - 1e-12
               and o.probability.high >= pairs[o.chip].probability.high - 1e-12 for o in loose)


FREEING = {"no-2022-rule", "no-april-2025-letters", "no-chip-controls", "open-trade", "hbm-decontrolled"}


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("bill", sorted(set(shipped_bills()) - FREEING))
def test_no_stricter_bill_widens_the_choice(bill: str, on: str) -> None:
    """Each shipped overlay that frees nothing is stricter than the law as it is, or reads it more strictly."""
    for segment in ("sme-inference", "hyperscaler-inference", "state-telecom"):
        law = feasible(buyer(segment), to="CN", on=on)
        assert not_less(law, feasible(buyer(segment), to="CN", on=on, overlay=read_overlay(bill)))


@pytest.mark.parametrize("on", DAYS)
@pytest.mark.parametrize("bill", sorted(FREEING))
def test_no_freeing_overlay_narrows_the_choice(bill: str, on: str) -> None:
    """The MI308X is left out: what its unpublished density leaves open is held less likely than its later licences."""
    for segment in ("sme-inference", "hyperscaler-inference", "state-telecom"):
        law = feasible(buyer(segment), to="CN", on=on)
        freed = feasible(buyer(segment), to="CN", on=on, overlay=read_overlay(bill))
        assert not_less(tuple(o for o in freed if o.chip != "amd-mi308x"), law)


LOOSER = [
    {"repeal": "us.ear.744.letters.2025-04-09#letter.2025-04.named", "from": "2025-04-09"},
    {"parameter": "us.ear.774.3A090.tpp_a1", "from": "2023-11-17", "value": 20000},
]


@pytest.mark.parametrize("segment", SEGMENTS)
@pytest.mark.parametrize("change", LOOSER, ids=lambda c: next(iter(c)))
def test_a_looser_overlay_never_shrinks_the_feasible_set(change: dict[str, Any], segment: str) -> None:
    overlay = read_overlay({"id": "looser", "changes": [change]})
    for on in DAYS:
        law = feasible(buyer(segment), to="CN", on=on)
        loose = feasible(buyer(segment), to="CN", on=on, overlay=overlay)
        assert not_less(loose, law)
        assert {o.chip for o in law if o.possible} <= {o.chip for o in loose if o.possible}


def test_without_the_letters_the_h20_is_free_and_beijing_s_notices_stay() -> None:
    overlay = read_overlay({"id": "no-letters", "changes": [
        {"repeal": f"us.ear.744.letters.2025-04-09#letter.2025-04.{name}", "from": "2025-04-09"}
        for name in ("named", "h20_level", "lines")]})
    free = had("hyperscaler-inference", "2025-08-20", "H20", overlay=overlay)
    held = had("hyperscaler-inference", "2025-08-20", "H20")
    assert (held.status, free.status) == ("licence", "available")
    of = {o.status: [r.text.en for r in o.reasons if r.layer == "government"] for o in (held, free)}
    assert of["licence"] == of["available"] != []


# ---- refusals ------------------------------------------------------------------------------------------------------


def test_an_empty_choice_names_the_limit_that_binds_and_what_relaxes_it() -> None:
    with pytest.raises(NoAnswer) as refusal:
        feasible(buyer("state-telecom"), to="CN", on="2025-12-01", chips=["H20", "H100"])
    assert "state funds" in str(refusal.value.missing)
    assert "domestic chips" in str(refusal.value.would_change)


def test_a_chip_that_is_only_reported_binds_by_release() -> None:
    with pytest.raises(NoAnswer) as refusal:
        feasible(buyer("sme-inference"), to="CN", on="2025-12-01", chips=["B30A"])
    assert "not on sale" in str(refusal.value.missing)


def test_a_budget_below_one_server_is_refused_with_the_price_of_one() -> None:
    poor = read_buyer_text(template_buyer().replace("budget_usd: {low: 200000, mid: 400000, high: 600000",
                                                    "budget_usd: {low: 500, mid: 1000, high: 2000"))
    with pytest.raises(NoAnswer) as refusal:
        feasible(poor, to="CN", on="2025-02-01", chips=["H20", "910C"])
    assert "budget" in str(refusal.value.missing) and "8 chips cost" in str(refusal.value.missing)
    assert "larger budget" in str(refusal.value.would_change)


def test_a_site_without_power_for_one_server_is_refused() -> None:
    dark = read_buyer_text(template_buyer().replace("power_kw: 60", "power_kw: 1"))
    with pytest.raises(NoAnswer, match="can have none") as refusal:
        feasible(dark, to="CN", on="2025-02-01", chips=["H20"])
    assert "3.20 kW" in str(refusal.value.missing)


def test_a_single_card_fits_where_a_server_does_not() -> None:
    dark = read_buyer_text(template_buyer().replace("power_kw: 60", "power_kw: 1"))
    found = {o.chip: o.status for o in feasible(dark, to="CN", on="2025-02-01", chips=["H20", "RTX 4090 D"])}
    assert found == {"nvidia-h20": "beyond means", "nvidia-rtx-4090-d": "available"}


@pytest.mark.parametrize("asked", [
    {"to": "Narnia"}, {"on": "2025-13-01"}, {"on": "soon"}, {"as_of": "yesterday"}, {"chips": ["H2O"]}, {"chips": []},
    {"overlay": "s3374-safe-chips"}])
def test_what_cannot_be_read_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        feasible(buyer("research"), **{"to": "CN", "on": "2025-02-01", **asked})


# ---- every option --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", DAYS)
def test_every_option_is_explained_cited_and_in_both_languages(on: str) -> None:
    for one in buyers().values():
        for option in feasible(one, to="CN", on=on):
            assert option.status in STATUSES
            odds = option.probability
            assert 0.0 <= odds.low <= odds.mid <= odds.high <= 1.0
            assert option.possible == (option.status in {"available", "licence", "unknown"}), (option.chip, odds)
            assert {r.layer for r in option.reasons} >= {"release", "law", "supply"}
            for reason in option.reasons:
                assert reason.text.en and reason.text.zh
                assert set(reason.sources) <= set(known_sources())
                assert reason.grade in {"", *GRADES}
            if option.earliest is not None:
                assert option.earliest >= date.fromisoformat(on)
            assert option.to_dict()["probability"]["mid"] == odds.mid


def test_the_odds_are_the_product_of_the_layers_the_strictest_measure_counting() -> None:
    for option in feasible(buyer("hyperscaler-inference"), to="CN", on="2025-09-20"):
        low = mid = high = 1.0
        ruled = [r.factor for r in option.reasons if r.layer == "government"] or [Range.exact(1.0)]
        least = Range(min(f.low for f in ruled), min(f.mid for f in ruled), min(f.high for f in ruled))
        for factor in (*(r.factor for r in option.reasons if r.layer != "government"), least):
            low, mid, high = low * factor.low, mid * factor.mid, high * factor.high
        odds = option.probability
        assert (odds.low, odds.mid, odds.high) == pytest.approx((low, mid, high))


def test_the_default_chips_carry_the_data_that_a_choice_needs() -> None:
    chips = [catalogue().chip(id) for id in relevant_chips()]
    assert 40 <= len(chips) <= 60 and len({c.id for c in chips}) == len(chips)
    for chip in chips:
        assert chip.number("memory_capacity") and chip.number("memory_bandwidth"), chip.id
        assert chip.number("peak_fp16") or chip.number("peak_bf16"), chip.id


def test_the_data_on_supply_are_dated_cited_and_in_both_languages() -> None:
    held = market()
    assert len({(m.id, m.first) for m in held.measures}) == len(held.measures)
    for measure in held.measures:
        assert measure.sources and set(measure.sources) <= set(known_sources())
        assert measure.label.en != measure.label.zh
    for supplies in held.supplies.values():
        days = [s.first for s in supplies]
        assert days == sorted(days)
        for supply in supplies:
            assert supply.label.en != supply.label.zh
            assert bool(supply.sources) == (supply.grade != "assumed")


def test_all_chips_for_all_segments_take_less_than_a_second() -> None:
    for one in buyers().values():
        feasible(one, to="CN", on="2025-10-01")
    begun = time.process_time()
    found = [feasible(one, to="CN", on="2025-10-02") for one in buyers().values()]
    assert time.process_time() - begun < 1.0
    assert sum(map(len, found)) == len(SEGMENTS) * len(relevant_chips())


# ---- the page ------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "choice.md").read_text(encoding="utf-8")


def test_the_page_shows_the_odds_of_the_h20_as_they_are_computed() -> None:
    segments = ("sme-inference", "hyperscaler-inference", "state-telecom", "research")
    page = PAGE.partition("## Buyers and what")[2]
    rows = re.findall(r"^\| (\d{4}-\d\d-\d\d) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|", page, re.M)
    assert len(rows) == 5
    for on, *shown in rows:
        assert shown == [f"{had(s, on, 'H20').probability.mid:.2f}" for s in segments], on


def test_the_page_names_every_parameter_of_supply_and_every_segment() -> None:
    kinds = ("licence_odds.", "exception_odds.", "guidance_odds.", "supply.")
    named = [p.id for p in shipped_parameters() if p.id.startswith(kinds)]
    policies = [id for id in named if not id.endswith(("nvidia-h200-sxm", "nvidia-h20", "nvidia-h20-141gb", "mi308x"))]
    assert len(policies) >= 15
    for id in policies:
        assert f"`{id}`" in PAGE or f"`.{id.partition('.')[2]}`" in PAGE, id
    for id in SEGMENTS:
        share = segment_share(id, "2025-07-01").value
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{id}` |"))
        shown = "–".join(f"{100.0 * end:g}" for end in (share.low, share.mid, share.high))
        assert row.endswith(f"| {shown} % |"), row
