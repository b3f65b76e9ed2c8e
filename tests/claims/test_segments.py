"""Sentences, clauses and their limits, on sentences written for these tests."""

from __future__ import annotations

import random
import time
from datetime import date

import pytest

from highfence.claims import frames, mentions
from highfence.claims.frames import checkable, segments
from highfence.claims.frames.clauses import clauses
from highfence.claims.frames.view import View
from highfence.claims.model import KINDS, Document


def sentences(text: str, lang: str) -> list[str]:
    return [text[s.start : s.end] for s in segments.sentences(Document(text, lang, blocks=((0, len(text), "body"),)))]


def spans(text: str, lang: str) -> list[str]:
    document = Document(text, lang, published=date(2025, 9, 1), blocks=((0, len(text), "body"),))
    return [text[c.start : c.end] for c in clauses(View(document, mentions.find(document)))]


def test_abbreviations_and_decimals_end_no_sentence() -> None:
    text = "The U.S. Commerce Dept. fined Cadence Inc. $140.6 million. Dr. Wei of TSMC Co. said so. It paid."
    assert sentences(text, "en") == [
        "The U.S. Commerce Dept.",
        "fined Cadence Inc. $140.6 million.",
        "Dr. Wei of TSMC Co. said so.",
        "It paid.",
    ] or sentences(text, "en") == [
        "The U.S. Commerce Dept. fined Cadence Inc. $140.6 million.",
        "Dr. Wei of TSMC Co. said so.",
        "It paid.",
    ]


def test_a_full_stop_in_a_quote_ends_the_sentence_behind_the_mark() -> None:
    assert sentences("他说：“这不可能。”会议结束。", "zh") == ["他说：“这不可能。”", "会议结束。"]


def test_wrapped_lines_of_english_prose_are_one_paragraph() -> None:
    text = "NVIDIA said that it would resume sales of the H20 to customers in\nChina. AMD said the same."
    assert sentences(text, "en") == [text[: text.index(" AMD")], "AMD said the same."]


def test_commas_in_numbers_names_and_short_quotes_cut_nothing() -> None:
    text = "NVIDIA sold 1,200,000 chips at its “big, bold” event."
    pieces = segments.pieces(text, 0, len(text), "en")
    assert len(pieces) == 1


@pytest.mark.parametrize(
    ("text", "lang", "span"),
    [
        ("2025年上半年，应用材料在华营收下降25%。", "zh", "2025年上半年，应用材料在华营收下降25%"),
        ("若禁令持续，英伟达将损失80亿美元。", "zh", "若禁令持续，英伟达将损失80亿美元"),
        ("如果说这是胜利，那么英伟达损失了45亿美元。", "zh", "如果说这是胜利，那么英伟达损失了45亿美元"),
        ("但是，台积电的营收增长了30%。", "zh", "台积电的营收增长了30%"),
        ("智慧城市（覆盖100座城市）、工业互联网（连接设备8000万台）。", "zh", "智慧城市（覆盖100座城市）"),
        ("In 2024, TSMC's revenue rose 30%.", "en", "In 2024, TSMC's revenue rose 30%"),
        ("However, TSMC's revenue rose 30%.", "en", "TSMC's revenue rose 30%"),
        ("Intel lost $16.6 billion, and AMD earned $771 million.", "en", "AMD earned $771 million"),
    ],
)
def test_clauses_start_and_end_where_a_claim_does(text: str, lang: str, span: str) -> None:
    assert span in spans(text, lang)


def test_two_items_of_a_list_are_two_claims() -> None:
    assert {"ASML的光刻机", "应用材料的刻蚀机"} <= set(
        spans("从ASML的光刻机到应用材料的刻蚀机，产业链依赖中国。", "zh")
    )


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("难道英伟达会放弃中国市场吗？", "zh"),
        ("我们应该坚持自主创新。", "zh"),
        ("这是一场“遲到的妥協”。", "zh"),
        ("Will Nvidia give up China?", "en"),
        ("We should not let that happen.", "en"),
    ],
)
def test_questions_appeals_and_figures_of_speech_are_not_checked(text: str, lang: str) -> None:
    document = Document(text, lang, blocks=((0, len(text), "body"),))
    view = View(document, mentions.find(document))
    assert all(checkable.judged(view, c) != checkable.CHECKABLE for c in clauses(view))


def test_a_short_line_without_a_full_stop_is_a_heading_and_claims_nothing() -> None:
    document = Document("标题\n\n一、美国松口H20芯片\n\n英伟达2024年营收为609亿美元。\n", "zh")
    assert [c.text for c in frames.claims(document, mentions.find(document))] == ["英伟达2024年营收为609亿美元"]


def test_offsets_are_right_in_random_text() -> None:
    dice = random.Random(7)
    bits = [
        "英伟达",
        "H20",
        "，",
        "。",
        "“",
        "”",
        "（",
        "）",
        "从",
        "到",
        "40%",
        "2025年",
        "将",
        "禁止",
        " ",
        "\n",
        "的",
        "by 5%",
        "NVIDIA",
        "said",
        "rose",
        ", ",
        ". ",
        "(",
        ")",
        '"',
        "—",
        "$3.5 billion",
        "to",
        "and",
        "which",
        "它",
        "：",
        "𝔸",
        "é",
    ]
    for lang in ("zh", "en"):
        for _ in range(150):
            text = "".join(dice.choice(bits) + dice.choice(["", " "]) for _ in range(dice.randint(0, 60)))
            document = Document(text, lang, published=date(2025, 9, 1))
            for claim in frames.claims(document, mentions.find(document)):
                assert text[claim.start : claim.end] == claim.text != ""
                assert claim.kind in KINDS


@pytest.mark.parametrize("text", ["", " ", "\n\n", "。", '"', "（", "“", "，，，", "1", "H20"])
def test_next_to_nothing_claims_nothing(text: str) -> None:
    document = Document(text, "zh")
    assert frames.claims(document, mentions.find(document)) == ()


@pytest.mark.parametrize(
    ("unit", "lang"),
    [
        ("（“从到", "zh"),
        ("英伟达营收40%", "zh"),
        ("the more the less ", "en"),
        ("不是是", "zh"),
        ("NVIDIA said 5% and ", "en"),
        ("((((", "en"),
        ("A,", "en"),
    ],
)
def test_time_grows_with_length_only(unit: str, lang: str) -> None:
    def seconds(times: int) -> float:
        document = Document(unit * times, lang)
        found = mentions.find(document)
        start = time.process_time()
        frames.claims(document, found)
        return time.process_time() - start

    seconds(50)
    short, long = max(seconds(500), 0.01), seconds(4000)
    assert long < 30 * short
