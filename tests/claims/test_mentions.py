"""What a text names, in both languages and scripts."""

from __future__ import annotations

from datetime import date

import pytest

from highfence.claims.mentions import find
from highfence.claims.model import Document, Mention

DAY = date(2025, 7, 16)


def mentions(text: str, kind: str, lang: str = "zh") -> list[tuple[str, Mention]]:
    found = find(Document(text, lang, published=DAY))  # type: ignore[arg-type]
    return [(text[m.start : m.end], m) for m in found if m.kind == kind]


def ids(text: str, lang: str = "en") -> list[tuple[str, str]]:
    return [(printed, m.id) for printed, m in mentions(text, "entity", lang)]


def test_a_longer_code_is_not_the_shorter_one() -> None:
    assert ids("The H20, the H200 and two A100s") == [
        ("H20", "nvidia-h20"),
        ("H200", "nvidia-h200-sxm"),
        ("A100s", "nvidia-a100-sxm-80gb"),
    ]
    assert not [id for _, id in ids("an A1000 workstation card") if id.startswith("nvidia-a100")]


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("昇騰910C", "huawei-ascend-910c"),
        ("昇腾 910C", "huawei-ascend-910c"),
        ("Ascend-910C", "huawei-ascend-910c"),
        ("英偉達", "nvidia"),
        ("輝達", "nvidia"),
        ("NVIDIA’s", "nvidia"),
        ("寒武紀", "cambricon"),
        ("臺積電", "tsmc"),
        ("ＡＳＭＬ", "asml"),
        ("白宮", "us-government"),
        ("U.S.", "place-us"),
        ("Dutch", "NL"),
    ],
)
def test_one_name_in_every_script(text: str, id: str) -> None:
    assert [found for _, found in ids(f"据悉，{text}。", "zh")] == [id]


def test_everyday_words_are_no_firms() -> None:
    assert ids("The oracle raised his arm; a meta question, said us all. 黎明曙光，改革浪潮") == []


def test_a_code_that_nobody_knows_hides_its_digits() -> None:
    found = mentions("思元600與MLU600，還有B47和昇騰999X，佔三成", "entity")
    assert [(printed, m.id, m.type) for printed, m in found] == [
        ("思元600", "", "chip"),
        ("MLU600", "", "chip"),
        ("B47", "", "chip"),
        ("昇騰999X", "", "chip"),
    ]
    assert [printed for printed, _ in mentions("思元600與MLU600，還有B47，佔三成", "quantity")] == ["三成"]
