"""Who would take a part: the choice room's answers, the two theories, their map, and the reasons where there are none.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO
from itertools import pairwise

import numpy as np
import pytest
from rich.console import Console

from highfence.choice.buyers import buyers
from highfence.choice.choose import choose
from highfence.choice.crossroads import crossroads
from highfence.choice.indifference import OUTCOMES, flip_map, indifference
from highfence.core.envelope import to_json
from highfence.core.errors import NoAnswer
from highfence.report.brief import Brief, build_brief
from highfence.report.charts import figures
from highfence.report.choice_findings import fork_sentence
from highfence.report.choices import DRAWS, FORKS, MAP_DRAWS, RIVALS, Choices, _why, choices
from highfence.report.drawing import NARROW, WIDE
from highfence.report.flip_charts import LEVELS, border, flip_spec
from highfence.report.page import render_page
from highfence.report.share_charts import LEAST, share_spec
from highfence.report.terminal import print_brief
from highfence.report.texts import say, texts
from highfence.rules.question import find_part

DAY = date(2025, 7, 20)
BESIDE = ("H100", "910C", "910B", "L20")


def ask(chip: str, *others: str, to: str = "CN", on: date = DAY) -> Choices:
    return choices(find_part(chip, "ic"), tuple(find_part(name, "ic") for name in others), to, on)


@pytest.fixture(scope="module")
def made() -> Choices:
    """The H20 among four others in July 2025."""
    return ask("H20", *BESIDE)


def test_every_segment_has_the_choice_rooms_own_shares(made: Choices) -> None:
    assert [row.id for row in made.segments] == list(buyers())
    for row in made.segments[:2]:
        found = choose(row.id, to="CN", on=DAY, chips=[c.chip for c in made.columns], draws=DRAWS)
        shares = {a.chip: a.share for a in found.alternatives}
        mine = {cell.chip: cell.share for cell in row.cells if cell.share is not None}
        assert mine.keys() == shares.keys()
        for chip, share in mine.items():
            assert (share.low, share.mid, share.high) == pytest.approx(
                (shares[chip].low, shares[chip].mid, shares[chip].high))
        assert row.domestic is not None and row.domestic.mid == pytest.approx(found.domestic.mid)
        assert row.none == pytest.approx(found.none)


def test_shares_and_what_waits_sum_to_one(made: Choices) -> None:
    for row in made.segments:
        whole = sum(cell.share.mid for cell in row.cells if cell.share is not None) + row.none
        assert whole == pytest.approx(1.0, abs=1e-6)


def test_chips_from_abroad_come_first_and_the_part_before_all(made: Choices) -> None:
    assert made.columns[0].chip == "nvidia-h20"
    assert [c.home for c in made.columns] == sorted(c.home for c in made.columns)


def test_each_fork_is_the_choice_rooms_own_answer(made: Choices) -> None:
    assert {row.segment for row in made.theories} == set(FORKS)
    assert len(made.theories) == len(FORKS) * RIVALS
    row = made.theories[0]
    found = indifference(crossroads("H20", row.rival, row.segment, to="CN", on=DAY, draws=DRAWS), draws=DRAWS)
    assert (row.verdict, row.outcome, row.leaning) == (
        found.verdict.name, found.verdict.outcome, found.verdict.leaning)
    assert row.cheaper == found.values.cheaper
    assert (row.price, row.hazard) == (found.price.value, found.hazard.value)
    assert made.hazard == found.inputs.terms["hazard"].value


def test_the_map_is_the_choice_rooms_own(made: Choices) -> None:
    drawn = made.maps[0]
    fork = crossroads("H20", drawn.rival, drawn.segment, to="CN", on=DAY, draws=DRAWS)
    few = flip_map(fork, drawn.prices[::8], drawn.hazards[::6], draws=MAP_DRAWS)
    assert np.allclose(np.asarray(drawn.cheaper)[::8, ::6], few.cheaper)


def test_on_the_map_a_dearer_chip_or_a_likelier_cut_off_never_makes_taking_cheaper(made: Choices) -> None:
    for drawn in made.maps:
        shares = np.asarray(drawn.cheaper)
        assert (np.diff(shares, axis=0) <= 1e-9).all() and (np.diff(shares, axis=1) <= 1e-9).all()


def test_borders_of_the_map_lie_one_above_the_other_and_where_the_shares_say(made: Choices) -> None:
    for drawn in made.maps:
        lines = [border(drawn, level) for level in LEVELS]
        for below, above in pairwise(lines):
            assert all(a <= b for a, b in zip(below, above))
        for j, price in enumerate(border(drawn, 0.5)):
            if 0.0 < price < drawn.prices[-1]:
                share = np.interp(price, drawn.prices, [row[j] for row in drawn.cheaper])
                assert share == pytest.approx(0.5, abs=0.02)


def test_the_sentence_of_the_opening_names_every_rival_of_the_first_segment(made: Choices) -> None:
    told = fork_sentence(made)
    assert told is not None
    for row in made.theories[:RIVALS]:
        assert row.rival_short.en in told.en and row.shown_cheaper.zh in told.zh


def test_findings_follow_the_numbers(made: Choices) -> None:
    from highfence.report.choice_findings import findings

    rows = tuple(replace(row, cells=tuple(replace(cell, share=None) for cell in row.cells)) for row in made.segments)
    told = findings(replace(made, segments=rows), "nvidia-h20", find_part("H20", "ic").name)
    assert told[0].en.startswith("No segment can have")


def test_every_outcome_and_verdict_has_its_word() -> None:
    wanted = {f"fork.{name.replace(' ', '_')}" for name in OUTCOMES} | {f"verdict.{v}" for v in
                                                                       ("trap", "relief", "neither")}
    assert wanted <= texts().keys()
    tasks = {f"choice.{work.task}" for b in buyers().values() for work in b.work}
    assert tasks <= texts().keys()


def test_a_part_made_in_the_destination_has_shares_and_no_theories() -> None:
    found = ask("910C", "H20", "910B")
    assert found.missing is None and found.theories == () and found.maps == ()
    assert found.no_theories == say("choice.no_foreign")
    assert any(row.cells[1].share is not None for row in found.segments)


def test_without_a_chip_of_the_destination_there_is_nothing_to_move_to() -> None:
    found = ask("H20", "H100")
    assert found.no_theories == say("choice.no_rival", place=found.place)


def test_a_destination_without_buyers_says_how_to_write_one() -> None:
    found = ask("H20", "H100", to="SA")
    assert found.missing is not None and "highfence template buyer" in found.missing.en
    assert found.segments == () and found.findings == ()


def test_a_sheet_is_refused_in_words(sheet: Brief) -> None:
    assert sheet.choices.missing == say("choice.no_entry")
    assert not {"shares", "flip"} & figures(sheet, "en").keys()
    assert say("choice.no_entry").zh in render_page(sheet, "zh")


def test_a_part_that_nobody_can_have_is_said_to_be_left_out() -> None:
    found = ask("NVIDIA B20", "H20", "910C")
    assert any("B20" in note.en and "Left out" in note.en for note in found.notes)
    assert found.findings[0] == say("finding.choice_shut", name="B20")
    assert found.no_theories is not None and found.no_theories.zh != found.no_theories.en


def test_reasons_are_told_in_both_languages() -> None:
    why = _why(NoAnswer("home_preference is not known", missing="a value of home_preference"))
    assert why.zh != why.en and "home_preference" not in why.en
    assert _why(NoAnswer("none", missing="a chip that does")) == say("choice.nothing")


def test_both_charts_are_drawn_in_both_sizes_and_languages(made: Choices) -> None:
    for lang in ("en", "zh"):
        for canvas in (WIDE, NARROW):
            pieces = share_spec(made, "nvidia-h20", canvas, lang)["layer"][0]["data"]["values"]
            for row in made.segments:
                drawn = [p for p in pieces if p["segment"] == row.title.text(lang)]
                assert all(a["end"] <= b["start"] + LEAST for a, b in pairwise(drawn))
                assert drawn[-1]["end"] == pytest.approx(1.0, abs=0.02)
            panels = flip_spec(made, canvas, lang)["vconcat" if canvas.narrow else "hconcat"]
            assert len(panels) == len(made.maps)
            for panel in panels:
                assert all(row["low"] <= row["high"] for row in panel["layer"][0]["data"]["values"])


def test_the_page_has_the_section_with_charts_and_twins(h20: Brief) -> None:
    for lang in ("en", "zh"):
        section = unescape(re.findall(r'<section id="choices".*?</section>', render_page(h20, lang), re.S)[0])
        assert section.count("<svg xmlns") == 4
        assert all(row.title.text(lang) in section for row in h20.choices.segments)
        assert all(f.text(lang) in section for f in h20.choices.findings)
        for drawn in h20.choices.maps:
            assert all(share.text(lang) in section for row in drawn.twin for share in row)


def test_the_terminal_shows_segments_and_verdicts(h20: Brief) -> None:
    for lang in ("en", "zh"):
        console = Console(record=True, width=200, file=StringIO())
        print_brief(h20, lang, console)
        shown = console.export_text()
        assert all(row.title.text(lang) in shown for row in h20.choices.segments)
        assert all(row.shown_leaning.text(lang) in shown for row in h20.choices.theories)


def test_the_json_has_shares_theories_and_map(h20: Brief) -> None:
    data = json.loads(to_json(h20.to_dict()))["choices"]
    assert [row["id"] for row in data["segments"]] == list(buyers())
    assert {"segment", "rival", "verdict", "outcome", "leaning", "cheaper", "price", "hazard"} <= set(
        data["theories"][0])
    assert len(data["maps"][0]["cheaper"]) == len(data["maps"][0]["prices"])


def test_every_row_has_the_grade_of_its_weakest_evidence(h20: Brief) -> None:
    graded = [*(row.grade for row in h20.choices.segments), *(row.grade for row in h20.choices.theories)]
    assert graded and set(graded) <= {"official", "filing", "measured", "press", "estimate", "assumed"}


def test_a_brief_to_another_place_has_all_its_other_sections() -> None:
    brief = build_brief("H20", to="SA", on=DAY, against=["H100"])
    page = render_page(brief, "zh")
    assert brief.choices.missing is not None and brief.choices.missing.zh in page
    assert brief.timeline.lanes[0].code == "SA"
