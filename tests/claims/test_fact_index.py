"""The index holds every fact once, knows what was public when, and counts as the rules ask."""

from __future__ import annotations

import time
from datetime import date

import pytest
from click.testing import CliRunner

from highfence.catalogue.series import all_series
from highfence.claims.facts import TOPICS, about, counts, index, named_in, shown_value, words_of

MINIMUM = {
    "makers": 500,
    "series": 400,
    "markets": 120,
    "technology": 60,
    "money": 120,
    "events": 300,
    "people": 30,
    "forecasts": 30,
}


def test_the_base_holds_enough_facts_beyond_specs_and_no_series_dominates() -> None:
    rows = {c.topic: c for c in counts()}
    assert rows["beyond specs"].records >= 1500
    assert rows["beyond specs"].largest_share <= 0.05


@pytest.mark.parametrize("topic", MINIMUM)
def test_each_topic_has_its_minimum(topic: str) -> None:
    assert {c.topic: c for c in counts()}[topic].records >= MINIMUM[topic]


def test_every_series_point_stands_in_the_index() -> None:
    points = sum(len(s.points) for s in all_series().values())
    assert sum(r.kind == "series" for r in index().records) == points


def test_what_was_not_yet_public_is_left_out() -> None:
    day = date(2025, 7, 16)
    assert all(r.public is None or r.public <= day for r in index(day).of("nvidia") if r.kind == "series")
    quarters = {r.fiscal for r in index(day).in_series("nvidia-revenue")}
    assert "FY2026Q1" in quarters and "FY2026Q2" not in quarters


def test_hindsight_adds_only_periods_that_had_ended() -> None:
    day = date(2025, 7, 16)
    then, later = set(index(day).of("nvidia")), set(index(day, hindsight=True).of("nvidia"))
    assert then < later
    assert all(r.period is not None and r.period.end <= day for r in later - then)


def test_the_latest_print_of_a_period_stands_for_it() -> None:
    values = {r.fiscal: r.value for r in index().in_series("nvidia-revenue")}
    assert values["FY2023Q2"] == 6.704e9


def test_records_are_found_by_subject_object_attribute_and_words() -> None:
    view = index()
    assert any(r.subject == "asml" for r in view.onto("euv-lithography"))
    assert all(r.attribute == "yield" for r in view.with_attribute("yield"))
    assert view.search(words_of("gallium germanium licences"))[0][1].id.startswith(("event:", "statement:"))


def test_names_in_labels_are_linked() -> None:
    assert named_in("TSMC stops work for Huawei") == ("tsmc", "huawei")


def test_browsing_puts_what_is_named_first() -> None:
    found = about("Big Fund")
    assert any("big-fund" in r.id or "big-fund" in r.subject for r in found[:5])
    assert {r.attribute for r in about("H20", attribute="memory_capacity")} == {"memory_capacity"}
    assert all(r.topic == "money" for r in about("Big Fund", topic="money"))


def test_values_read_well_in_both_languages() -> None:
    assert shown_value(3.44e11, "CNY") == "344 billion CNY"
    assert shown_value(3.44e11, "CNY", "zh") == "3,440亿元"


def test_the_index_is_built_quickly_and_kept() -> None:
    index()
    start = time.perf_counter()
    for _ in range(100):
        index(date(2025, 7, 16))
    assert time.perf_counter() - start < 0.5


def run(*args: str) -> str:
    from highfence.cli.facts_commands import facts

    return CliRunner().invoke(facts, list(args)).output


def test_the_command_browses_and_counts() -> None:
    assert "344" in run("--about", "Big Fund", "--format", "csv")
    assert all(t in run("--count", "--format", "csv") for t in TOPICS[:8])
    assert "public" in run("--about", "ASML", "--topic", "markets", "--format", "md")
