"""The brief: facts, ratios, timeline and head-room of a chip."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from highfence.core.envelope import to_json
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.report.brief import Brief, build_brief
from highfence.report.citations import Bibliography
from highfence.report.headroom import Change
from highfence.report.names import short_name
from highfence.report.ratios import compare
from highfence.report.rivals import references
from highfence.report.timeline import FIRST_SHOWN, STATUSES
from highfence.rules.classify import classify
from highfence.rules.parts import Input, Part, part_of_chip
from highfence.rules.question import find_part
from highfence.rules.store import shipped_law

DAY = date(2025, 5, 1)


def part(name: str, tpp: float, dram: float) -> Part:
    inputs = {"tpp": Input(tpp, tpp, tpp), "dram_bandwidth": Input(dram, dram, dram)}
    return Part(f"sheet:{name}", Label(name, name), inputs, True, None, "US", "TW")


def test_shares_of_a_hand_made_chip_are_plain_quotients() -> None:
    table = compare(part("half", 1000.0, 3e12), (part("whole", 4000.0, 2e12),), Bibliography(shipped_law()))
    shares = {row.name: (row.cells[0].ratio, row.cells[0].shown_ratio.en) for row in table.rows}
    assert shares == {"tpp": (0.25, "25%"), "dram_bandwidth": (1.5, "150%")}


def test_a_contested_share_spans_both_ends() -> None:
    reference = part("wide", 2000.0, 1e12)
    wide = replace(reference, inputs={**reference.inputs, "tpp": Input(2000.0, 1000.0, 4000.0)})
    cell = compare(part("one", 1000.0, 1e12), (wide,), Bibliography(shipped_law())).rows[0].cells[0]
    assert (cell.low, cell.ratio, cell.high, cell.contested) == (0.25, 0.5, 1.0, True)


def test_the_h20_has_15_percent_of_the_fp16_and_119_percent_of_the_bandwidth_of_the_h100(h20: Brief) -> None:
    column = [r.short.en for r in h20.comparison.references].index("H100")
    shares = {row.name: row.cells[column].shown_ratio.en for row in h20.comparison.rows}
    assert (shares["half"], shares["dram_bandwidth"]) == ("15%", "119%")


def test_a_china_part_is_compared_with_the_yardstick_and_with_chinese_rivals(h20: Brief) -> None:
    found = [r.id for r in h20.comparison.references]
    assert "nvidia-h100-sxm" in found
    assert sum(part_of_chip(id).designed_in == "CN" for id in found) >= 2


def test_a_cut_down_card_is_compared_with_the_card_it_was_cut_from(rtx_4090_d: Brief) -> None:
    assert rtx_4090_d.comparison.references[0].id == "nvidia-rtx-4090"


def test_a_chinese_part_is_compared_with_us_parts_that_the_law_does_not_shut_out() -> None:
    found = references(part_of_chip("huawei-ascend-910c"), None, DAY)
    american = [p for p in found if p.designed_in == "US" and p.id != "nvidia-h100-sxm"]
    assert american
    assert all(classify(p, to="CN", on=DAY).review != "presumption_of_denial" for p in american)


def test_named_references_are_taken_in_the_order_given() -> None:
    found = references(find_part("H20", "ic"), ["910C", "H100"], DAY)
    assert [p.id for p in found] == ["huawei-ascend-910c", "nvidia-h100-sxm"]


def test_a_reference_that_does_not_exist_is_one_clear_error() -> None:
    with pytest.raises(InputError, match="no such chip"):
        build_brief("H20", against=["H1000X"])


@pytest.mark.parametrize("name", ["h20", "rtx_4090_d", "sheet"])
def test_timeline_segments_tile_the_period_without_gap_or_overlap(name: str, request: pytest.FixtureRequest) -> None:
    timeline = request.getfixturevalue(name).timeline
    for lane in timeline.lanes:
        assert lane.segments[0].start == FIRST_SHOWN
        assert lane.segments[-1].end == timeline.end
        for before, after in zip(lane.segments, lane.segments[1:]):
            assert after.start == before.end + timedelta(days=1)
        assert {s.status for s in lane.segments} <= set(STATUSES)


def test_every_segment_says_what_the_law_says_on_its_first_and_last_day(h20: Brief) -> None:
    for segment in h20.timeline.lanes[0].segments:
        for day in (segment.start, segment.end):
            verdict = classify("H20", to="CN", on=day)
            assert (verdict.paragraph, verdict.requirement) == (segment.paragraph, segment.requirement)


def test_the_destination_asked_comes_first_and_once() -> None:
    lanes = [lane.code for lane in build_brief("H20", to="SA", on=DAY, against=["H100"]).timeline.lanes]
    assert lanes[0] == "SA" and len(lanes) == len(set(lanes))


def test_every_event_stands_on_a_day_on_which_the_law_changed(h20: Brief) -> None:
    assert {e.on for e in h20.timeline.events} <= set(shipped_law().changes)
    assert all(e.titles and e.moved for e in h20.timeline.events)


def changed(base: Part, change: Change, factor: float) -> Part:
    scale = {"tpp": 1.0, "logic_die_area": 1.0}.get(change.input, 1e9)
    assert change.then is not None
    value = change.then * scale * factor
    return replace(base, inputs={**base.inputs, change.input: Input(value, value, value)})


@pytest.mark.parametrize("name", ["h20", "rtx_4090_d"])
def test_what_would_have_caught_it_does_catch_it_and_just_short_of_it_does_not(
        name: str, request: pytest.FixtureRequest) -> None:
    brief = request.getfixturevalue(name)
    base = find_part(brief.chip, "ic")
    measured = [c for c in brief.changes if c.then is not None]
    assert measured
    for change in measured:
        there = classify(changed(base, change, 1.0), to="CN", on=change.on)
        short = classify(changed(base, change, 1 - 1e-6 if (change.delta or 0.0) > 0 else 1 + 1e-6),
                         to="CN", on=change.on)
        assert (there.paragraph, there.requirement) == (change.paragraph, change.requirement)
        assert {r.id for r in there.provisions} != {r.id for r in short.provisions} or (
            there.paragraph != short.paragraph)


def test_the_h20_lacks_32_tpp_and_is_74_mm2_too_large(h20: Brief) -> None:
    found = {(c.input, c.paragraph): (c.then, c.delta) for c in h20.changes if c.on == DAY}
    assert found["tpp", "3A090.b.1"] == (2400.0, 32.0)
    assert found["logic_die_area", "3A090.b.2"] == pytest.approx((740.0, -74.0))


def test_a_game_card_would_be_caught_if_it_were_sold_for_data_centres(rtx_4090_d: Brief) -> None:
    flip = next(c for c in rtx_4090_d.changes if c.input == "datacenter" and c.on == DAY)
    assert (flip.caught, flip.paragraph) == (True, "3A090.a.2")


def test_margins_run_from_the_nearest_line_and_name_each_line_once(h20: Brief) -> None:
    export = [m for m in h20.margins if m.layer != "duty"]
    assert [abs(m.percent) for m in export] == sorted(abs(m.percent) for m in export)
    keys = [(m.metric, m.line, m.reported) for m in h20.margins]
    assert len(keys) == len(set(keys))


def test_the_tpp_margin_is_signed_and_in_percent_of_the_line(h20: Brief) -> None:
    margin = next(m for m in h20.margins if m.provisions == ("3A090.b.1",) and m.metric == "tpp")
    assert (margin.distance, margin.shown_percent.en, margin.met) == (-32.0, "−1.33%", False)


def test_fences_carry_the_numbers_of_the_law_of_the_day(h20: Brief) -> None:
    limit = shipped_law().parameter("us.ear.774.3A090.tpp_a1").on(DAY).value
    assert next(f for f in h20.compute.fences if f.paragraph == "3A090.a.1").x_from == limit


def test_before_october_2023_the_plane_has_the_fence_of_2022() -> None:
    plane = build_brief("A100", on="2023-01-01", against=["H100"]).compute
    assert [f.paragraph for f in plane.fences] == ["3A090.a"]
    assert {line.name for line in plane.lines} == {"processing_2022"}


def test_before_the_letters_of_april_2025_no_reported_line_is_drawn() -> None:
    assert build_brief("H20", on="2025-04-01", against=["H100"]).bandwidth.lines == ()


def test_a_part_of_unknown_area_is_off_the_plane_but_its_tpp_is_drawn(sheet: Brief) -> None:
    assert sheet.compute.unplaced
    assert sheet.compute.half_known is not None and sheet.compute.half_known.value == 2400.0


def test_a_part_of_unknown_area_says_which_area_separates_the_answers(sheet: Brief) -> None:
    assert sheet.verdict.paragraph == "unknown"
    assert any("logic die area" in q.en for q in sheet.unknowns.questions)
    assert sheet.changes == ()


def test_what_a_sheet_does_not_state_is_listed_as_missing(sheet: Brief) -> None:
    assert "logic die area" in [m.en for m in sheet.missing]


def test_what_a_sheet_states_is_graded_as_stated(sheet: Brief) -> None:
    assert {row.grade for group in sheet.facts for row in group.rows} == {"stated"}


def test_every_citation_has_its_source_in_the_list(h20: Brief) -> None:
    numbers = {s.n for s in h20.sources}
    cites = [c.n for g in h20.facts for row in g.rows for c in row.cites]
    assert cites and set(cites) <= numbers
    assert sorted(numbers) == list(range(1, len(h20.sources) + 1))


def test_a_fact_with_two_published_values_shows_both(h20: Brief) -> None:
    disputed = [row for g in h20.facts for row in g.rows if any(o.rejected is None for o in row.others)]
    assert disputed and all(row.contested for row in disputed)


def test_the_brief_is_plain_json(h20: Brief) -> None:
    data = json.loads(to_json(h20.to_dict()))
    assert data["verdict"]["requirement"] == "licence"
    assert data["versions"]["law"] and data["disclaimer"]["zh"]


def test_a_brief_is_built_in_six_seconds(h20: Brief) -> None:
    start = time.perf_counter()
    build_brief("H20", to="CN", on=DAY)
    assert time.perf_counter() - start < 6.0


def test_short_names_drop_the_maker_and_stay_unambiguous() -> None:
    names = {id: short_name(part_of_chip(id)).en for id in ("nvidia-h100-sxm", "nvidia-h20-141gb", "nvidia-h20")}
    assert names["nvidia-h100-sxm"] == "H100"
    assert names["nvidia-h20"] != names["nvidia-h20-141gb"]


def test_a_part_of_which_nothing_is_known_still_has_a_brief_and_soon() -> None:
    start = time.perf_counter()
    brief = build_brief("NVIDIA B20", on=DAY, against=["H100"])
    assert time.perf_counter() - start < 20.0
    assert (brief.verdict.requirement, brief.changes, brief.compute.unplaced) == ("unknown", (), True)
    assert len(brief.missing) > 5


def test_an_answer_in_codes_is_written_out_in_both_languages(sheet: Brief) -> None:
    shown = (sheet.outcome, *sheet.unknowns.questions)
    assert not any(": licence" in label.en or ": licence" in label.zh for label in shown)
