"""What a part costs beside others: the cost room's answers, the reasons where there are none, chart and words."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from html import unescape
from io import StringIO

import pytest
from rich.console import Console

from highfence.core.envelope import to_json
from highfence.core.errors import InputError, NoAnswer
from highfence.cost.lawful import lawful
from highfence.cost.making.answer import making_cost
from highfence.cost.prices import market, quotes
from highfence.cost.tokens import token_cost
from highfence.perf.choosing.limits import Limits
from highfence.report.brief import Brief, build_brief
from highfence.report.charts import figures
from highfence.report.cost_findings import SURE, findings, token_sentence
from highfence.report.costs import SERVICES, STATUSES, Costs, costs, why_not
from highfence.report.drawing import NARROW, WIDE
from highfence.report.markets import DOMESTIC, MOST, RECENT_YEARS, on_the_market
from highfence.report.money import money
from highfence.report.page import render_page
from highfence.report.terminal import print_brief
from highfence.report.texts import say
from highfence.report.token_charts import cost_spec, statuses
from highfence.rules.question import find_part

DAY = date(2025, 7, 20)


def ask(chip: str, *others: str, to: str = "CN", on: date = DAY) -> Costs:
    return costs(find_part(chip, "ic"), tuple(find_part(name, "ic") for name in others), to, on)


@pytest.fixture(scope="module")
def made() -> Costs:
    """The H20 beside the H100, the 910C and the RTX 4090 D in July 2025."""
    return ask("H20", "H100", "910C", "RTX 4090 D")


def test_every_cell_is_the_cost_rooms_own_answer(made: Costs) -> None:
    for row in made.rows:
        for service, cell in zip(SERVICES, row.cells):
            if cell.value is None:
                continue
            found = token_cost(row.chip, service.model, to="CN", on=DAY, prompt=service.prompt, output=service.output,
                               limits=Limits(service.ttft_s, service.tpot_s), chips=service.chips)
            assert cell.value == found.all_in.value
            assert row.hour == found.hourly.value
            assert (cell.evidence, cell.grade) == (found.evidence, found.grade)
            assert cell.shown.en == money(found.all_in.value.mid)


def test_the_share_of_draws_in_which_the_part_is_cheaper_is_counted_draw_by_draw(made: Costs) -> None:
    service = SERVICES[0]
    own, other = (token_cost(chip, service.model, to="CN", on=DAY, prompt=service.prompt, output=service.output,
                             limits=Limits(service.ttft_s, service.tpot_s), chips=service.chips).draws
                  for chip in ("H20", "910C"))
    assert made.rows[2].cells[0].cheaper == pytest.approx((own < other).mean())
    assert made.rows[0].cells[0].cheaper is None


def test_law_is_that_of_the_day_and_what_is_made_there_is_no_export(made: Costs) -> None:
    assert [row.status for row in made.rows] == ["licence", "licence", "domestic", "free"]
    assert made.rows[0].law == lawful("nvidia-h20", to="CN", on=DAY).outcome
    assert ask("H20", on=date(2025, 2, 1)).rows[0].status == "free"


def test_a_chip_that_is_too_small_for_a_model_says_so_and_keeps_the_other(made: Costs) -> None:
    card = made.rows[3]
    assert card.cells[0].reason == say("ability.too_large", chips=SERVICES[0].chips)
    assert card.cells[1].value is not None and card.hour is not None


def test_the_parts_of_an_hour_sum_to_it(made: Costs) -> None:
    assert made.rows[0].hour is not None
    assert sum(piece.value.mid for piece in made.hour) == pytest.approx(made.rows[0].hour.mid, rel=0.01)
    assert sum(piece.share for piece in made.hour) == pytest.approx(1.0, abs=0.01)
    assert all(piece.grade for piece in made.hour)


def test_making_is_the_cost_rooms_own_answer(made: Costs) -> None:
    found = making_cost("H20", to="CN", on=DAY)
    assert made.making is not None and found.margin is not None
    assert made.making.cost == found.cost.value
    assert made.making.margin == found.margin.value
    assert sum(piece.value.mid for piece in made.making.pieces) == pytest.approx(found.cost.value.mid, rel=0.1)


def test_prices_run_from_the_nearest_day_with_the_law_of_then(made: Costs) -> None:
    assert [abs(seen.days) for seen in made.seen] == sorted(abs(seen.days) for seen in made.seen)
    laws = {seen.period: seen.law.en for seen in made.seen}
    assert laws["2025-05"].startswith("licence required") and laws["2024-02-01"].startswith("no licence required")
    assert {seen.shown.en for seen in made.seen} <= {money(q.value.mid) for q in quotes("H20", to="CN", on=DAY)}


def test_findings_judge_by_nine_draws_of_ten(made: Costs) -> None:
    def with_share(value: float) -> str:
        rows = tuple(replace(row, cells=tuple(replace(cell, cheaper=value) if cell.cheaper is not None else cell
                                              for cell in row.cells)) for row in made.rows)
        return findings(replace(made, rows=rows))[0].en

    assert "less than on the H100 and Ascend 910C" in with_share(SURE)
    assert "more than on the H100 and Ascend 910C" in with_share(1.0 - SURE)
    assert "cannot be told apart" in with_share(0.5)


def test_no_number_stands_in_the_words_of_a_cost() -> None:
    from highfence.report.texts import texts

    for key, label in texts().items():
        if re.match(r"finding\.(cost|choice|fork|hazard)", key):
            assert not re.search(r"\d", re.sub(r"{\w+}", "", label.en + label.zh)), key


def test_a_sheet_has_no_price_and_says_so(sheet: Brief) -> None:
    assert sheet.costs.missing == say("cost.no_entry") and sheet.costs.rows == ()
    assert token_sentence(sheet.costs) is None and "costs" not in figures(sheet, "en")
    for lang in ("en", "zh"):
        console = Console(record=True, width=140, file=StringIO())
        print_brief(sheet, lang, console)
        assert say("cost.no_entry").text(lang) in render_page(sheet, lang)
        assert say("cost.no_entry").text(lang) in console.export_text()


@pytest.mark.parametrize(("chip", "to", "reason"), [
    ("NVIDIA B20", "CN", "no answer without a dense peak of its matrix arithmetic"),
    ("H20", "SA", "the price of electric power is not known there")])
def test_a_part_without_a_cost_says_what_is_missing(chip: str, to: str, reason: str) -> None:
    found = ask(chip, "H100", to=to)
    assert found.missing is not None and found.missing.en == reason
    assert found.missing.zh != found.missing.en and found.findings == ()


def test_reasons_are_told_in_both_languages() -> None:
    for problem, key in ((NoAnswer("no price", missing="a price observation"), "cost.no_price"),
                         (NoAnswer("too slow", missing="a looser limit or more chips"), "cost.no_way"),
                         (NoAnswer("no power", missing="tdp"), "cost.no_power")):
        assert why_not(problem) == say(key)
    assert "64" in why_not(NoAnswer("large", missing="more than 64 chips"), 64).zh
    assert "electric power" in why_not(NoAnswer("no tariff", missing="tariff of SA (known: CN)")).en
    assert "Z" in why_not(InputError("Z")).zh


def test_a_rented_chip_says_so_and_has_no_price_of_its_own() -> None:
    row = ask("H100", to="SA").rows[0]
    assert row.rented and row.price is None and row.hour is not None


def test_the_market_offers_what_was_priced_there_and_its_own_chips_first() -> None:
    part, named = find_part("H20", "ic"), (find_part("H100", "ic"),)
    found = on_the_market(part, named, "CN", DAY)
    assert [p.id for p in found[:2]] == ["nvidia-h20", "nvidia-h100-sxm"]
    assert len(found) <= MOST and len({p.id for p in found}) == len(found)
    assert sum(p.designed_in == "CN" for p in found) <= DOMESTIC
    for other in found[2:]:
        assert any(market(q.place) in ("CN", None) and q.years <= RECENT_YEARS
                   for q in quotes(other.id, to="CN", on=DAY))


def test_the_market_offers_nothing_before_it_ships() -> None:
    found = on_the_market(find_part("A100", "ic"), (), "CN", date(2023, 1, 1))
    assert not {"huawei-ascend-910c", "metax-c500", "nvidia-l20"} & {p.id for p in found}


def test_the_chart_draws_every_cost_in_both_sizes_and_languages(made: Costs) -> None:
    wanted = {(row.short.en, cell.value.mid) for row in made.rows for cell in row.cells if cell.value is not None}
    for canvas, key in ((WIDE, "hconcat"), (NARROW, "vconcat")):
        spec = cost_spec(made, canvas, "en")
        drawn = {(row["chip"], row["mid"]) for panel in spec[key] for layer in panel["layer"]
                 for row in layer["data"]["values"] if "chip" in row}
        assert drawn == wanted
    assert set(statuses(made)) <= set(STATUSES)


def test_a_dot_lies_in_its_interval(made: Costs) -> None:
    for row in made.rows:
        for value in (cell.value for cell in row.cells):
            assert value is None or value.low < value.mid < value.high


def test_the_page_has_the_section_with_chart_and_twin(h20: Brief) -> None:
    for lang in ("en", "zh"):
        section = unescape(re.findall(r'<section id="costs".*?</section>', render_page(h20, lang), re.S)[0])
        assert section.count("<svg xmlns") == 2
        for row in h20.costs.rows:
            assert row.short.text(lang) in section and row.shown_hour.text(lang) in section
        assert all(f.text(lang) in section for f in h20.costs.findings)


def test_every_citation_of_both_sections_is_in_the_list_of_sources(h20: Brief) -> None:
    numbers = {s.n for s in h20.sources}
    found = [*h20.costs.cites, *h20.choices.cites, *(seen.cite for seen in h20.costs.seen),
             *(c for row in h20.costs.rows for c in row.cites), *(c for piece in h20.costs.hour for c in piece.cites)]
    assert len(found) > 20 and {c.n for c in found} <= numbers


def test_the_terminal_shows_every_chip_with_its_costs(h20: Brief) -> None:
    console = Console(record=True, width=160, file=StringIO())
    print_brief(h20, "en", console)
    shown = console.export_text()
    assert all(row.short.en in shown and row.cells[0].shown.en in shown for row in h20.costs.rows)


def test_the_json_has_the_costs(h20: Brief) -> None:
    data = json.loads(to_json(h20.to_dict()))["costs"]
    assert [row["chip"] for row in data["rows"]] == [row.chip for row in h20.costs.rows]
    assert {"low", "mid", "high"} == set(data["rows"][0]["hour"])
    assert {"model", "value", "cheaper", "setup", "evidence", "grade", "reason"} <= set(data["rows"][0]["cells"][0])


def test_progress_names_each_chip_and_segment() -> None:
    told: list[str] = []
    build_brief("H20", to="CN", on=DAY, against=["910C"], progress=told.append)
    assert {"H20", "Ascend 910C", "Enterprise and SME"} <= set(told)


def test_a_us_chip_at_home_stands_as_us_law_says() -> None:
    assert ask("H100", to="US").rows[0].status == "free"
