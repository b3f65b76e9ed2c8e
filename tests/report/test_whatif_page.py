"""The page of a what-if: self-contained, complete in both languages, every number of it in its JSON."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from highfence.cli import run
from highfence.core.envelope import to_json
from highfence.core.errors import InputError
from highfence.policy.attribution import attribution
from highfence.policy.sensitivity import sensitivity
from highfence.policy.thesis import thesis
from highfence.policy.whatif import WhatIf, whatif
from highfence.report.whatif_charts import CHARTS, PUBLISHED, chart_panels
from highfence.report.whatif_data import chart_tables
from highfence.report.whatif_page import WhatIfReport, build_whatif, render_whatif
from highfence.report.whatif_words import amount, draws_share, figure, findings, percent

A, B = "h20-licence-2025", "h20-ban-2025"
KEPT = ("nvidia_china_revenue", "domestic_share_compute")


@pytest.fixture(scope="module")
def found() -> WhatIf:
    """A short what-if of the H20."""
    return whatif(A, B, draws=60, horizon="2026")


@pytest.fixture(scope="module")
def made(found: WhatIf) -> WhatIfReport:
    """All that its page shows."""
    reasons = (attribution(A, B, horizon="2026", draws=20, outcomes=KEPT, orders=4),
               sensitivity(A, B, horizon="2026", draws=24, outcomes=KEPT[:1]))
    return build_whatif(found, reasons, thesis(A, B, horizon="2026", draws=30))


@pytest.fixture(scope="module", params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> str:
    """Each language of the interface."""
    return str(request.param)


@pytest.fixture(scope="module")
def page(made: WhatIfReport, lang: str) -> str:
    """The page."""
    return render_whatif(made, lang)


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    assert "<script" not in page and "javascript:" not in page
    assert not re.search(r"<(?:link|img|iframe|object|embed|source)\b|\bsrc=|@import|url\((?!#)|\bon[a-z]+=\"", page)


def test_links_lead_somewhere_and_ids_stand_once(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert len(re.findall(r'<li id="s\d+"', page)) == len(re.findall(r'rel="noreferrer"', page)) > 10


def test_the_page_says_its_language_and_has_its_landmarks(page: str, lang: str) -> None:
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[lang] }">' in page
    for tag in ("<header", "<nav", "<main", "<footer", "<h1"):
        assert page.count(tag) == 1
    assert not re.findall(r"<th(?![^>]*scope=)(?=[ >])", page)


def test_the_json_holds_every_number_of_the_tables(made: WhatIfReport, page: str) -> None:
    data = to_json(made.to_dict(), indent=None)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", re.sub(r"<sup.*?</sup>", "", page, flags=re.S), re.S)
    numbers = {n for c in cells for n in re.findall(r"\d[\d,]*(?:\.\d+)?", unescape(re.sub(r"<[^>]+>", " ", c)))}
    assert len(numbers) > 300
    assert [n for n in numbers if n not in data] == []


def test_the_head_tells_the_difference_of_the_json(made: WhatIfReport) -> None:
    raw = made.to_dict()["outcomes"]["nvidia_china_revenue"]["whole"]
    low, mid, high = (raw["difference"][i] / 1e9 for i in (1, 3, 5))
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render_whatif(made, "en"))).replace("\u00a0", " ")
    sign = "+" if mid > 0 else "−"
    assert f"{sign}${figure(abs(mid))} bn {figure(low, True)} to {figure(high, True)}" in text
    more = max(raw["above"], raw["below"])
    assert f"{'higher' if raw['above'] >= raw['below'] else 'lower'} in {percent(more)} of draws" in text


def test_every_chart_has_its_words_and_a_table_twin(made: WhatIfReport, page: str) -> None:
    charts = re.findall(r"<figure class=\"chart\".*?</figure>.*?(?=<figure|</section>)", page, re.S)
    assert len(charts) == len(CHARTS) + 1 + 1 + 2
    for chart in charts:
        assert len(re.findall(r"<title[^>]*>[^<]+</title><desc[^>]*>[^<]+</desc>", chart)) == 2
        assert "<text" in chart and "var(--ink)" in chart
        assert re.search(r'<details class="twin">.*<table', chart, re.S)


def test_a_twin_holds_every_quarter_of_its_chart(made: WhatIfReport, found: WhatIf) -> None:
    shown = {t.outcome: t for c in made.charts for t in c.twins}
    assert set(shown) == {name for names in CHARTS.values() for name in names}
    rows = {row.at: row for row in found["premium"].quarters}
    for row in shown["premium"].rows:
        assert row.apart.en == figure(100 * rows[row.at].difference[3], True)
    assert shown["premium"].rows[-1].at == found.horizon


def test_published_values_stand_in_the_unit_of_a_quarter(found: WhatIf) -> None:
    marks = {(m.series, m.period): m for m in chart_panels(found)["revenue"][0].marks}
    quarter = marks["nvidia-china-revenue", "2025-Q1"]
    assert quarter.value == pytest.approx(5.522e9, rel=0.02)
    year = next(m for p in chart_panels(found)["output"] for m in p.marks if m.series == "huawei-ascend-units"
                and m.period == "2025" and m.kind == "estimate")
    assert year.value == pytest.approx(8.12e5 / 4, rel=0.01)


def test_what_became_public_after_the_day_is_not_beside_a_chart() -> None:
    early = whatif(A, B, draws=10, horizon="2026", as_of="2025-08-01", keep=[*PUBLISHED])
    late = whatif(A, B, draws=10, horizon="2026", keep=[*PUBLISHED])
    counts = [sum(len(p.marks) for panels in chart_panels(f).values() for p in panels) for f in (early, late)]
    assert 0 < counts[0] < counts[1]


def test_published_series_are_those_of_the_catalogue(found: WhatIf) -> None:
    assert set(PUBLISHED) <= {n for names in CHARTS.values() for n in names}
    held = {m.series for panels in chart_panels(found).values() for p in panels for m in p.marks}
    assert held == {id for ids in PUBLISHED.values() for id in ids} - {"grey-premium-a100"}


def test_chinese_counts_in_its_own_units(made: WhatIfReport) -> None:
    lead = made.leads[0]
    usd = made.found["nvidia_china_revenue"].whole.range.mid
    assert lead.shown.zh == f"{figure(usd / 1e8, True)}亿美元"
    assert made.found.outcomes and "十亿" not in render_whatif(made, "zh")


def test_chinese_pages_hold_no_sentence_of_the_interface_in_english(made: WhatIfReport) -> None:
    from highfence.report.texts import texts

    page = unescape(render_whatif(made, "zh"))
    told = [t.en for t in texts().values() if t.en != t.zh and len(t.en) > 25 and "{" not in t.en]
    assert [text for text in told if text in page] == []


def test_no_glyph_of_the_whatif_page_is_missing_from_the_fonts_at_hand(made: WhatIfReport, covered: set[int]) -> None:
    text = re.sub(r"<style.*?</style>|<[^>]+>", "", render_whatif(made, "zh"), flags=re.S)
    assert [c for c in sorted(set(unescape(text))) if not c.isspace() and ord(c) not in covered] == []


def test_without_reasons_there_is_no_such_section(found: WhatIf) -> None:
    made = build_whatif(found)
    page = render_whatif(made)
    assert 'id="why"' not in page and 'id="thesis"' not in page and "why" not in made.to_dict()
    assert re.findall(r"<h2 id=\"h-(\w+)\"><span>(\d)", page) == [
        ("charts", "1"), ("years", "2"), ("set", "3"), ("limits", "4"), ("sources", "5")]


def test_a_pair_that_does_not_differ_says_so() -> None:
    made = build_whatif(whatif(A, B, draws=10, horizon="2025Q1", keep=KEPT))
    page = render_whatif(made)
    assert made.found.since is None and "Nothing differs by 2025Q1" in page


def test_a_whatif_without_outcomes_has_no_page(found: WhatIf) -> None:
    with pytest.raises(InputError, match="without outcomes"):
        build_whatif(replace(found, outcomes={}))


def test_overlays_of_law_are_named_with_their_source() -> None:
    made = build_whatif(whatif("no-april-2025-letters", draws=10, horizon="2026", keep=KEPT))
    assert [(id, cite is not None) for id, _, cite in made.a.laws] == [("no-april-2025-letters", True)]
    assert "no-april-2025-letters" in render_whatif(made)


def test_a_name_is_never_read_as_markup(made: WhatIfReport) -> None:
    from highfence.core.labels import Label

    evil = Label("<script>alert(1)</script>", "<b>x")
    assert "<script" not in render_whatif(replace(made, question=evil, a=replace(made.a, label=evil, note=evil)))


def test_a_language_that_is_not_spoken_is_one_clear_error(made: WhatIfReport) -> None:
    with pytest.raises(InputError, match="no such language"):
        render_whatif(made, "fr")


def test_sentences_sort_outcomes_by_what_draws_say(found: WhatIf) -> None:
    text = " ".join(f.en for f in findings(found))
    one = found["equipment_sales"]
    half = tuple(-0.5 * v for v in reversed(one.whole.b))
    shift = replace(one, whole=replace(one.whole, difference=half, above=0.0, below=1.0))
    moved = findings(replace(found, outcomes={**found.outcomes, "equipment_sales": shift}))
    clear = next(f.en for f in moved if f.en.startswith("Also clear"))
    assert one.outcome.label.en in clear and amount(one.outcome, shift.whole.range.mid, True).en in clear
    assert draws_share(shift.whole).en in clear and clear not in text


def test_tables_hold_what_charts_show(made: WhatIfReport) -> None:
    tables = chart_tables(made)
    assert [*tables] == [*CHARTS, "years", "mechanisms", "assumptions", "weights", "cells"]
    assert len(tables["cells"]) == 81 and len(tables["weights"]) == 286
    parts = [r for r in tables["mechanisms"] if r["outcome"] == KEPT[0]]
    assert sum(r["mean"] for r in parts[:-1]) == pytest.approx(parts[-1]["mean"])
    assert {r["basis"] for r in tables["revenue"]} == {"model", "published"}


def test_the_command_writes_page_json_and_tables(tmp_path: Path) -> None:
    words = ["whatif", A, "--against", B, "--draws", "20", "--horizon", "2025", "--lang", "zh", "--out", str(tmp_path),
             "--outcome", "premium"]
    assert run(words) == 0
    stem = f"whatif-{A}-against-{B}-zh"
    assert {p.name for p in tmp_path.iterdir()} == {f"{stem}{end}" for end in (".html", ".json", "-prices.csv",
                                                                               "-years.csv")}
    data = json.loads((tmp_path / f"{stem}.json").read_text("utf-8"))["result"]
    assert WhatIf.from_dict(data)["premium"].whole.at == data["outcomes"]["premium"]["whole"]["at"]
    rows = list(csv.DictReader((tmp_path / f"{stem}-prices.csv").read_text("utf-8-sig").splitlines()))
    model = {r["at"]: r for r in rows if r["basis"] == "model"}
    last = data["outcomes"]["premium"]["quarters"][-1]
    assert float(model[last["at"]]["difference_50"]) == pytest.approx(last["difference"][3], rel=1e-4, abs=1e-9)
    assert np.isfinite(float(model[last["at"]]["a_50"]))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed (make browser)")
@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_whatif_page_never_scrolls_sideways_and_no_label_is_tiny(page: str, width: int, tmp_path: Path) -> None:
    probe = """<script>document.body.dataset.probe = [innerWidth, document.documentElement.scrollWidth,
      [...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().height > 0
        && t.getBoundingClientRect().height < 7).length].join(' ')</script>"""
    path = tmp_path / "page.html"
    path.write_text(page.replace("</body>", probe + "</body>"), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
             "--disable-background-networking", "--disable-component-update", f"--user-data-dir={tmp_path / 'profile'}"]
    dom = subprocess.run([str(shutil.which("chromium")), *flags, f"--window-size={width},900", "--dump-dom",
                          path.as_uri()], capture_output=True, text=True, timeout=120, check=True).stdout
    seen = re.search(r'data-probe="(\d+) (\d+) (\d+)"', dom)
    assert seen is not None
    inner, scroll, tiny = map(int, seen.groups())
    assert scroll <= inner and tiny == 0
