"""Tables: what the other rooms say, by quarter, and nothing that was not public."""

from __future__ import annotations

from datetime import date

import pytest

from highfence.market.tables import SIGNALS, build, days_of, equivalents, quarters, tables
from highfence.rules import classify


@pytest.fixture(scope="module")
def all_known() -> dict[str, object]:
    return tables()


def at(quarter: str, name: str, held: dict) -> object:  # type: ignore[type-arg]
    return held["rows"][name][quarters().index(quarter)]


def test_the_flagship_of_each_era_is_the_one_that_was_sold(all_known: dict) -> None:  # type: ignore[type-arg]
    eras = {"2021Q3": "nvidia-a100-sxm-80gb", "2023Q1": "nvidia-a800-sxm-80gb", "2024Q3": "nvidia-h20",
            "2025Q3": "nvidia-h20", "2026Q3": "nvidia-h200-sxm"}
    assert {q: at(q, "chip.legal", all_known) for q in eras} == eras


def test_law_closes_the_flagship_when_classify_says_so(all_known: dict) -> None:  # type: ignore[type-arg]
    assert classify("H20", to="CN", on="2025-05-15").requirement == "licence"
    assert at("2025Q1", "granted", all_known)[1] == 1.0  # type: ignore[index]
    assert at("2025Q2", "granted", all_known)[1] < 0.1  # type: ignore[index]
    assert at("2023Q4", "granted", all_known)[1] < 0.5  # type: ignore[index]
    assert at("2022Q2", "controlled", all_known) == 0.0 and at("2023Q2", "controlled", all_known) > 0.9  # type: ignore


def test_every_price_and_amount_of_work_is_above_zero_and_ascends(all_known: dict) -> None:  # type: ignore[type-arg]
    for name, column in all_known["rows"].items():
        if name.startswith(("price.", "training.", "inference.")):
            assert all(0.0 < low <= mid <= high for low, mid, high in column), name


def test_announced_controls_are_signals_until_they_bind(all_known: dict) -> None:  # type: ignore[type-arg]
    by = {name: dict(zip(quarters(), values)) for name, values in all_known["signals"].items()}
    assert set(by) == set(SIGNALS)
    assert by["hbm"]["2024Q4"] == pytest.approx(29 / 92) and by["hbm"]["2025Q1"] == 0.0
    assert by["tools"]["2023Q3"] == 1.0 and by["tools"]["2024Q1"] == 0.0


def test_nothing_of_a_later_day_is_in_the_tables_of_a_day() -> None:
    early, late = build(date(2024, 12, 1), ()), build(None, ())
    place = quarters().index("2025Q1")
    assert early["signals"]["hbm"] == [0.0] * len(quarters()) and set(early["hbm_legal"]) == {1.0}
    assert early["rows"]["granted"][place:] == [[1.0, 1.0, 1.0]] * (len(quarters()) - place)
    assert late["rows"]["granted"][place + 1][1] < 0.1
    assert all(day.year < 2025 or row["known"] == 0.0 for day, row in
               zip((days_of(q)[0] for q in quarters()), ({"known": k} for k in early["rows"]["known"])))
    assert "nvidia-b300" not in early["rows"]["chip.abroad"]


def test_before_any_rule_a_design_below_a_line_is_not_one_that_came_later() -> None:
    early = build(date(2022, 9, 15), ())
    assert set(early["rows"]["chip.compliant"]) == {"nvidia-a100-sxm-80gb"}


def test_the_h100_is_worth_itself() -> None:
    training, inference = equivalents("nvidia-h100-sxm")
    assert training[1] == pytest.approx(1.0) and inference[1] == pytest.approx(1.0)


def test_quarters_have_three_days_inside_them() -> None:
    assert all(len(days_of(q)) == 3 for q in quarters())
