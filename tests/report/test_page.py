"""The page: self-contained, complete in both languages, every number traceable."""

from __future__ import annotations

import builtins
import re
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from highfence.core.envelope import to_json
from highfence.core.errors import InputError, MissingExtra
from highfence.report.brief import Brief
from highfence.report.drawing import _clean
from highfence.report.page import TEMPLATES, render_page
from highfence.report.placing import Spot, place
from highfence.report.terminal import print_brief
from highfence.report.texts import say, texts

ROOM = Path(TEMPLATES).parent


@pytest.fixture(scope="session", params=["en", "zh"])
def lang(request: pytest.FixtureRequest) -> str:
    """Each language of the interface."""
    return str(request.param)


@pytest.fixture(scope="session")
def page(h20: Brief, lang: str) -> str:
    """The page of the H20."""
    return render_page(h20, lang)


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    assert "<script" not in page and "javascript:" not in page
    assert not re.search(r"<(?:link|img|iframe|object|embed|source)\b", page)
    assert not re.search(r"\bsrc=|@import|url\((?!#)", page)
    assert not re.search(r"\bon[a-z]+=\"", page)


def test_every_fact_row_links_to_an_entry_of_the_source_list(page: str) -> None:
    anchors = set(re.findall(r'<li id="(s\d+)"', page))
    rows = re.findall(r'<tr class="fact">.*?</tr>', page, re.S)
    assert len(rows) > 15
    for row in rows:
        links = re.findall(r'href="#(s\d+)"', row)
        assert links and set(links) <= anchors


def test_every_link_within_the_page_resolves(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_json_holds_every_number_of_the_tables(h20: Brief, page: str) -> None:
    data = to_json(h20.to_dict(), indent=None)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", re.sub(r"<sup.*?</sup>|<svg.*?</svg>", "", page, flags=re.S), re.S)
    numbers = {n for cell in cells for n in re.findall(r"\d[\d,]*(?:\.\d+)?", unescape(re.sub(r"<[^>]+>", " ", cell)))}
    assert len(numbers) > 100
    assert [n for n in numbers if n not in data] == []


def test_the_page_says_its_language_and_has_its_landmarks(page: str, lang: str) -> None:
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[lang] }">' in page
    for tag in ("<header", "<nav", "<main", "<footer", "<h1"):
        assert page.count(tag) == 1
    assert not re.findall(r"<th(?![^>]*scope=)(?=[ >])", page)


def test_every_chart_has_a_title_a_description_and_text_as_text(page: str) -> None:
    charts = re.findall(r'<svg xmlns.*?</svg>', page, re.S)
    assert len(charts) == 16
    for chart in charts:
        assert re.search(r"<title[^>]*>[^<]+</title><desc[^>]*>[^<]+</desc>", chart)
        assert "<text" in chart and "var(--ink)" in chart


def test_statuses_are_told_by_letter_and_word_and_not_by_colour_alone(page: str, lang: str) -> None:
    for badge in re.findall(r'<li><span class="badge[^>]*>(.*?)</span></li>', page, re.S):
        assert re.search(r"<b[^>]*>.+</b>.+", badge)


def test_every_text_is_there_in_both_languages() -> None:
    for key, label in texts().items():
        assert label.en.strip() and label.zh.strip(), key
        assert set(re.findall(r"{(\w+)}", label.en)) == set(re.findall(r"{(\w+)}", label.zh)), key


def test_every_text_that_the_room_asks_for_exists() -> None:
    asked: set[str] = set()
    for path in (*ROOM.glob("*.py"), *TEMPLATES.glob("*.j2")):
        asked |= set(re.findall(r"\b(?:t|say)\(\s*[\"']([a-z_]+\.[a-z_0-9]+)[\"']\s*[,)]", path.read_text("utf-8")))
    assert len(asked) > 80
    assert asked <= texts().keys()


def test_chinese_pages_hold_no_sentence_of_the_interface_in_english(h20: Brief) -> None:
    page = render_page(h20, "zh")
    told_apart = [label.en for label in texts().values() if label.en != label.zh and len(label.en) > 25
                  and "{" not in label.en]
    assert [text for text in told_apart if text in unescape(page)] == []


def test_a_language_that_is_not_spoken_is_one_clear_error(h20: Brief) -> None:
    with pytest.raises(InputError, match="no such language"):
        render_page(h20, "fr")


def test_a_part_with_unknown_area_has_a_page_too(sheet: Brief) -> None:
    page = render_page(sheet, "en")
    assert "As stated by the caller" in page and "logic die area" in page


def test_a_name_is_never_read_as_markup(sheet: Brief) -> None:
    from dataclasses import replace

    from highfence.core.labels import Label

    evil = Label("<script>alert(1)</script>", "<b>")
    page = render_page(replace(sheet, name=evil, short=evil, note=evil), "en")
    assert "<script" not in page


@pytest.mark.parametrize("module", ["jinja2", "vl_convert"])
def test_a_missing_extra_says_what_to_install(h20: Brief, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from highfence.report.page import environment

    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *args, **kwargs)

    environment.cache_clear()
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(MissingExtra, match=r"\[brief\]"):
        render_page(h20)
    environment.cache_clear()


def test_no_glyph_of_the_page_is_missing_from_the_fonts_at_hand(h20: Brief, covered: set[int]) -> None:
    text = re.sub(r"<style.*?</style>|<[^>]+>", "", render_page(h20, "zh"), flags=re.S)
    assert [c for c in sorted(set(unescape(text))) if not c.isspace() and ord(c) not in covered] == []


def test_ids_of_two_charts_never_meet() -> None:
    raw = ('<svg class="marks" width="1" height="1" viewBox="0 0 1 1"><clipPath id="clip0"/>'
           '<g clip-path="url(#clip0)"/></svg>')
    a, b = (_clean(raw, id, "t", "d") for id in ("a", "b"))
    assert 'id="a-clip0"' in a and "url(#a-clip0)" in a and 'id="b-clip0"' in b


def test_labels_that_must_stand_do_not_cover_one_another() -> None:
    spots = [Spot(str(i), 100.0, 100.0, f"label {i}", True) for i in range(4)]
    placed = place(spots, 12, (300, 200))
    assert len({(p.x, p.y, p.align) for p in placed}) == 4


def test_a_label_that_need_not_stand_gives_way() -> None:
    spots = [Spot("must", 50.0, 20.0, "x" * 30, True), Spot("may", 52.0, 22.0, "y" * 200, False)]
    assert [p.key for p in place(spots, 12, (400, 40))] == ["must"]


def test_the_terminal_shows_the_answer_the_shares_and_the_disclaimer(h20: Brief, lang: str) -> None:
    console = Console(record=True, width=120, file=StringIO())
    print_brief(h20, lang, console)
    shown = console.export_text()
    assert h20.outcome.text(lang) in shown and "119%" in shown
    assert say("page.caught").text(lang) in shown
    assert h20.versions.law in shown
