"""Numbers and times as the press writes them, and what only looks like a number."""

from __future__ import annotations

import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.claims.mentions import direction, find
from highfence.claims.model import MENTIONS, Document, Mention, Quantity

DAY = date(2025, 7, 16)
DATA = Path(__file__).parent / "data"
SHARED = os.environ.get("HIGHFENCE_SHARED_DATA")


def found(text: str, kind: str, lang: str = "zh") -> list[Mention]:
    return [m for m in find(Document(text, lang, published=DAY)) if m.kind == kind]  # type: ignore[arg-type]


def one(text: str, lang: str = "zh") -> Quantity:
    (mention,) = found(text, "quantity", lang)
    assert mention.quantity is not None
    return mention.quantity


@pytest.mark.parametrize("name", ["quantities", "quantities_later"])
def test_labelled_sentences(name: str) -> None:
    """Nearly every labelled quantity is read right, and hardly anything else is taken for one.

    A process that the catalogue names (7 nm) is read by its name.
    """
    labels = right = mentions = 0
    for row in yaml.safe_load((DATA / f"{name}.yaml").read_text(encoding="utf-8")):
        read = found(row["text"], "quantity", row["lang"])
        mentions += len(read)
        at = 0
        for label in row["gold"]:
            printed, value, unit = (part.strip() for part in label.split("|"))
            start = row["text"].index(printed, at)
            at = start + len(printed)
            low, _, high = value.partition("..")
            ends = (float(low), float(high or low))
            if unit == "nm" and any(n.start < at and n.end > start and n.id.startswith("node-") for n in
                                    found(row["text"], "entity", row["lang"])):
                continue
            labels += 1
            right += any(
                m.start < at and m.end > start and m.quantity.unit == unit and m.quantity.ends == pytest.approx(ends)
                for m in read
                if m.quantity
            )
    assert labels > 100
    assert right >= 0.97 * labels
    assert right >= 0.97 * mentions


@pytest.mark.parametrize(
    ("text", "comparator", "approximate"),
    [
        ("超过3000亿元", ">", False),
        ("不到一成", "<", False),
        ("至少20家", ">=", False),
        ("约50%", "~", True),
        ("100多台", ">", True),
        ("七成以上", ">=", False),
        ("50%左右", "~", True),
        ("不超过600瓦", "<=", False),
        ("400+台", ">", False),
        ("≥4800台", ">=", False),
    ],
)
def test_comparators(text: str, comparator: str, approximate: bool) -> None:
    quantity = one(text)
    assert (quantity.comparator, quantity.approximate) == (comparator, approximate)


@pytest.mark.parametrize(
    ("text", "lang", "tolerance"),
    [
        ("12.5%", "zh", 0.0005),
        ("170亿美元", "zh", 0.5e8),
        ("$4.5 billion", "en", 0.05e9),
        ("三成", "zh", 0.05),
        ("1,300 chips", "en", 0.5),
        ("3.35 TB/s", "en", 0.005e12),
    ],
)
def test_tolerance_is_half_of_the_last_printed_digit(text: str, lang: str, tolerance: float) -> None:
    assert one(text, lang).tolerance == pytest.approx(tolerance)


def test_to_is_a_range_but_from_to_is_two_numbers() -> None:
    assert one("$10bn to $12bn", "en").ends == (10e9, 12e9)
    assert one("三到五成").ends == pytest.approx((0.3, 0.5))
    assert [m.quantity.value for m in found("rose from 5% to 18%", "quantity", "en") if m.quantity] == [0.05, 0.18]
    assert [m.quantity.value for m in found("從35%至12%", "quantity") if m.quantity] == [0.35, 0.12]


@pytest.mark.parametrize(
    "text",
    [
        "N+1工藝、EUV與5G",
        "十四五規劃與一家獨大",
        "一是技術，二是市場，三重困境",
        "華大九天",
        "第一，第二方面",
        "FP8和HBM3",
        "§742.4和3A090",
        "（688256）",
        "一方面，另一方面",
        "一、美國",
        "第3代产品",
        "H20、A100、MI308、思元590、昇騰910C",
        "http://a.cn/2025/07/16-12.html",
    ],
)
def test_digits_and_numerals_that_are_no_quantities(text: str) -> None:
    assert found(text, "quantity") == []


@pytest.mark.parametrize(
    ("text", "lang", "label"),
    [
        ("2025年7月15日", "zh", "2025-07-15"),
        ("July 15, 2025", "en", "2025-07-15"),
        ("15 July 2025", "en", "2025-07-15"),
        ("2025年第一季度", "zh", "2025Q1"),
        ("Q1 2025", "en", "2025Q1"),
        ("1Q25", "en", "2025Q1"),
        ("首季", "zh", "2025Q1"),
        ("2025年上半年", "zh", "2025H1"),
        ("the first half of 2025", "en", "2025H1"),
        ("fiscal 2026", "en", "FY2026"),
        ("2026财年第一季度", "zh", "FY2026Q1"),
        ("FY26", "en", "FY2026"),
        ("first quarter of fiscal 2026", "en", "FY2026Q1"),
        ("去年", "zh", "2024"),
        ("last year", "en", "2024"),
        ("今年一季度", "zh", "2025Q1"),
        ("上个月", "zh", "2025-06"),
        ("yesterday", "en", "2025-07-15"),
        ("五年前", "zh", "2020"),
        ("five years ago", "en", "2020"),
        ("1月至9月", "zh", "2025-01/2025-09"),
        ("2022年至2024年", "zh", "2022/2024"),
        ("二〇二五年", "zh", "2025"),
        ("前三季度", "zh", "2024-01/2024-09"),
        ("over the past three years", "en", "2022-07-16/2025-07-16"),
        ("未来三年", "zh", "2025-07-16/2028-07-16"),
        ("in October 2022", "en", "2022-10"),
    ],
)
def test_times(text: str, lang: str, label: str) -> None:
    read = [m.time.label for m in found(f"{text}，" if lang == "zh" else f"It said {text}, so", "time", lang) if m.time]
    assert read == [label]


def test_a_time_says_how_it_bounds() -> None:
    assert [m.id for m in found("Since 2022, by 2027, in 2025", "time", "en")] == ["since", "by", ""]


def test_relative_times_stay_open_without_a_day_of_publication() -> None:
    (last,) = [m for m in find(Document("It fell last year.", "en")) if m.kind == "time"]
    assert (last.id, last.time) == ("relative", None)


def test_words_of_change_have_a_direction() -> None:
    ids = [m.id for m in found("营收暴跌，良率跃升至90%，订单削减了30%，产能翻番", "change")]
    assert [direction(id) for id in ids] == [-1, 1, -1, 1]
    assert ids[1].endswith("-to") and ids[2].endswith("-by")


def test_compounds_hide_short_words() -> None:
    assert found("增值税与材料，供应链会议", "modality") == []
    assert [m.id for m in found("增值税率13%", "attribute")] == ["tax"]


FOUNDING = """12.5% 0.125 share|170億美元 17e9 USD|135億美元 13.5e9 USD|35% 0.35 share|12% 0.12 share|40% 0.4 share|
15%-30% 0.225 share|40% 0.4 share|80億美元 8e9 USD|35% 0.35 share|25% 0.25 share|30% 0.3 share|砍半 0.5 times|
40% 0.4 share|五年時間 1826.25 day|100% 1 share|400 TFLOPS 4e14 FLOP/s|25% 0.25 share|
95% 0.95 share|5% 0.05 share|18% 0.18 share|
6000億美元 6e11 USD|10億公里 1e12 m|100+城市 100 1|8000萬臺 8e7 units|3000億元 3e11 CNY|3% 0.03 share|2000億元 2e11 CNY|
60% 0.6 share|前三 3 rank"""
FOUNDING_TIMES = """2025-07-15 2025-07-16 2025-07-15 2024 2025-04 2022-07-16/2025-07-16 2025Q1
2025-07-16/2028-07-16 2025H1 2018 2023
2025H1 2025 2020"""


@pytest.mark.skipif(not SHARED, reason="HIGHFENCE_SHARED_DATA names no folder with the founding commentary")
def test_the_founding_commentary() -> None:
    """Every number and time of the founding commentary, and no product name among them."""
    text = (Path(SHARED or "") / "claims" / "commentary_2025-07.txt").read_text(encoding="utf-8")
    read = find(Document(text, "zh", "hant", DAY))
    numbers = [(m.quantity.printed, m.quantity.value, m.quantity.unit) for m in read if m.quantity]
    expected = [row.strip().rsplit(" ", 2) for row in FOUNDING.split("|")]
    at = 0
    for printed, value, unit in expected:
        at = next(i for i in range(at, len(numbers)) if numbers[i][0] == printed) + 1
        assert numbers[at - 1][1:] == (pytest.approx(float(value)), unit)
    assert len(numbers) <= len(expected) + 4
    times = [m.time.label for m in read if m.time]
    rest = iter(times)
    assert all(label in rest for label in FOUNDING_TIMES.split())
    names = {i for m in read if m.kind == "entity" for i in range(m.start, m.end)}
    assert not [m for m in read if m.quantity and names & set(range(m.start, m.end))]


@given(
    st.text(
        st.sampled_from("0123456789.,%-$亿万千百十一二三两半成倍年月日至到约超 abkmtHQ+第前/「」\"'H20英伟达nvidia"),
        max_size=80,
    ),
    st.sampled_from(["en", "zh"]),
)
@settings(deadline=None, max_examples=400)
def test_any_text_gives_sorted_mentions_that_do_not_overlap(text: str, lang: str) -> None:
    mentions = find(Document(text, lang, published=DAY))  # type: ignore[arg-type]
    assert list(mentions) == sorted(mentions, key=lambda m: (m.start, MENTIONS.index(m.kind), m.end))
    for kind in MENTIONS:
        own = [m for m in mentions if m.kind == kind]
        assert all(a.end <= b.start for a, b in pairwise(own))
        assert all(m.end <= len(text) for m in own)
    numbers = [m for m in mentions if m.kind in ("quantity", "time", "entity") and m.id not in ("double", "halve")]
    assert all(a.end <= b.start for a, b in pairwise(numbers))


@given(st.text(max_size=200), st.sampled_from(["en", "zh"]))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read(text: str, lang: str) -> None:
    assert all(0 <= m.start < m.end <= len(text) for m in find(Document(text, lang)))  # type: ignore[arg-type]
