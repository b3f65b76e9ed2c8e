"""What follows a requirement, where a number of the part is unknown."""

from __future__ import annotations

from highfence.rules import classify

WIDE = {"tpp": {"low": 19000, "high": 22000}, "die_area_mm2": 800, "dram_gb_s": 4000, "io_gb_s": 900,
        "datacenter": True, "vendor": "nvidia"}


def test_a_tpp_that_straddles_the_ceiling_leaves_the_review_open() -> None:
    verdict = classify(WIDE, to="CN", on="2026-03-15")
    assert (verdict.requirement, verdict.paragraph, verdict.review) == ("licence", "3A090.a.1", "unknown")
    assert [s.at for s in verdict.splits_on] == [21000.0]


def test_a_bandwidth_range_wholly_below_the_ceiling_does_not() -> None:
    sheet = {**WIDE, "tpp": 13368, "dram_gb_s": {"low": 4200, "high": 4800}}
    assert classify(sheet, to="CN", on="2026-03-15").review == "case_by_case_if_certified"


def test_a_tpp_that_straddles_a_duty_band_leaves_the_duty_open() -> None:
    sheet = {"tpp": {"low": 13000, "high": 16000}, "dram_gb_s": 4800, "die_area_mm2": 800, "datacenter": True}
    verdict = classify(sheet, to="US", on="2026-02-01", transaction="import")
    assert [d.status for d in verdict.duties] == ["unknown"]
    assert [s.at for s in verdict.splits_on] == [14000.0]


def test_a_duty_is_due_when_the_whole_range_lies_in_the_band() -> None:
    sheet = {"tpp": {"low": 14500, "high": 16000}, "dram_gb_s": 4800, "die_area_mm2": 800, "datacenter": True}
    assert [d.status for d in classify(sheet, to="US", on="2026-02-01", transaction="import").duties] == ["due"]


def test_an_exception_is_not_offered_outright_over_a_letter_of_unknown_reach() -> None:
    verdict = classify("RTX 5090", to="CN", on="2025-06-01", conditions={"notification_given": True})
    assert {e.id: e.status for e in verdict.exceptions}["NAC"] == "conditional"


def test_a_listed_buyer_is_not_reviewed_case_by_case() -> None:
    stated = {"certified": True, "us_commercially_available": True, "us_third_party_test": True,
              "us_volume_share": "40 %"}
    assert classify("H200", to="CN", on="2026-03-15", conditions=stated).review == "case_by_case"
    assert classify("H200", to="CN", on="2026-03-15", conditions=stated,
                    listed="entity_list").review == "as_entry_states"
    assert classify("H200", to="CN", on="2026-03-15", conditions=stated,
                    end_use="military").review == "presumption_of_denial"


def test_a_chinese_parent_is_not_licence_free_in_the_emirates() -> None:
    asked = {"to": "AE", "on": "2026-08-01", "end_user": "G42"}
    assert classify("L40", **asked, hq="AE").requirement == "none"
    assert classify("L40", **asked, hq="AE", parent_hq="CN").requirement == "licence"


def test_the_foundry_presumption_is_of_a_data_centre_part() -> None:
    sheet = {"tpp": 1000, "process_nm": 7, "transistors": 36e9, "datacenter": False, "die_area_mm2": 600}
    verdict = classify(sheet, to="CN", on="2025-06-01", exporter="TW", transaction="export",
                       conditions={"exported_by_fabricator": True, "us_direct_product": True})
    assert (verdict.paragraph, verdict.review) == ("3A090.a", "presumption_of_denial")
    assert {e.id: e.status for e in verdict.exceptions}["NAC"] == "unavailable"


def test_dot_z_paragraphs_do_not_exist_before_november_2023() -> None:
    sheet = {"tpp": 5000, "io_gb_s": 700, "die_area_mm2": 800, "datacenter": True, "described_in": "5A992"}
    assert classify(sheet, to="CN", on="2023-01-31").paragraph == "3A090.a"
    assert classify(sheet, to="CN", on="2023-11-17").paragraph == "5A992.z.1"


def test_the_trace_never_shows_a_value_that_an_unknown_input_was_tried_at() -> None:
    verdict = classify(WIDE, to="CN", on="2026-03-15")
    shown = [f.arithmetic for step in verdict.trace for f in (step.finding, *step.finding.children)
             if f.metric == "tpp"]
    assert shown and all(text.startswith("unknown") for text in shown)


def test_only_what_requires_a_licence_on_every_reading_is_cited_as_requiring_it() -> None:
    straddles_the_letter_line = {**WIDE, "tpp": 13368, "dram_gb_s": {"low": 1300, "high": 1390}, "io_gb_s": 350}
    cited = {p.id for p in classify(straddles_the_letter_line, to="CN", on="2026-03-15").provisions}
    assert cited == {"742.6(a)(6)(iii)"}


def test_a_planar_die_meets_no_density_line() -> None:
    sheet = {"tpp": 2000, "die_area_mm2": 300, "datacenter": True, "dram_gb_s": 300, "io_gb_s": 64}
    assert classify({**sheet, "process_nm": 7}, to="CN", on="2024-06-01").paragraph == "3A090.a.2"
    assert classify({**sheet, "process_nm": 28}, to="CN", on="2024-06-01").paragraph == "3A991.p"
