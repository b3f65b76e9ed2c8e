"""Series, events and published forecasts: what every entry must hold, and what an information set lets through."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.catalogue.series import all_series, events, published_forecasts, search_series, series
from highfence.catalogue.series_schema import EventIn, PointIn, SeriesIn, _event, _point, _series
from highfence.cli import run
from highfence.core.errors import InputError

SOURCES = {s.id for s in catalogue().sources()}
DAYS = st.dates(date(2020, 1, 1), date(2026, 11, 30))


def test_every_value_has_a_source_and_a_day_on_which_it_was_public() -> None:
    for found in all_series().values():
        for p in found.points:
            assert p.source in SOURCES, (found.id, p.period)
            assert p.low <= p.value <= p.high
            assert p.start <= p.end
            assert p.kind != "fact" or p.public >= p.start, (found.id, p.period)


def test_no_series_holds_more_than_a_part_of_all_values() -> None:
    counts = Counter({id: len(s.points) for id, s in all_series().items()})
    assert counts.total() > 500
    assert counts.most_common(1)[0][1] <= 0.05 * counts.total()


def test_shares_lie_between_nothing_and_all() -> None:
    for found in all_series().values():
        if found.unit == "share" and found.measure not in ("growth", "rate", "price"):
            assert all(0.0 <= p.low <= p.high <= 1.0 for p in found.points), found.id


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(all_series())), DAYS)
def test_an_information_set_holds_nothing_published_later_and_one_print_of_each_period(id: str, day: date) -> None:
    found = series(id).as_of(day)
    assert all(p.public <= day for p in found.points)
    keys = [(p.period, p.fiscal, p.by, p.kind) for p in found.points]
    assert len(keys) == len(set(keys))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(all_series())), DAYS, st.integers(0, 400))
def test_what_is_known_only_grows(id: str, day: date, later: int) -> None:
    before, after = series(id).as_of(day), series(id).as_of(day + timedelta(days=later))
    known = {(p.period, p.fiscal, p.by, p.kind) for p in before.points}
    assert known <= {(p.period, p.fiscal, p.by, p.kind) for p in after.points}


def test_first_prints_are_no_later_than_the_last() -> None:
    for found in all_series().values():
        last = {(p.period, p.fiscal, p.by, p.kind): p.public for p in found.as_of(date(2030, 1, 1)).points}
        for p in found.first_prints().points:
            assert p.public <= last[p.period, p.fiscal, p.by, p.kind]


def test_alternatives_point_at_series_of_one_place_and_measure() -> None:
    for found in all_series().values():
        if found.alternative_to:
            other = series(found.alternative_to)
            assert (other.place, other.measure) == (found.place, found.measure), found.id


def test_events_are_in_order_with_sources_and_days_that_follow() -> None:
    known = events()
    assert [e.on for e in known] == sorted(e.on for e in known)
    for e in known:
        assert e.source in SOURCES and e.label.zh and e.label.en
        assert e.until is None or e.until >= e.on


def test_forecasts_were_public_before_their_outcome_could_be() -> None:
    for f in published_forecasts():
        assert f.source in SOURCES and f.statement.en and f.statement.zh
        ends = [v for v in (f.low, f.value, f.high) if v is not None]
        assert ends == sorted(ends), f.id


POINT: dict[str, Any] = {"period": "2025-Q1", "value": 1.0, "published": "2025-05-28", "grade": "filing",
                         "source": "one"}


@pytest.mark.parametrize(("change", "says"), [
    ({"source": "two"}, "no such source"), ({"low": 2.0}, "ascend"), ({"published": "2024-01-01"}, "before it began"),
    ({"value": None}, "a value"), ({"grade": "sure"}, "no such grade"), ({"period": "soon"}, "period"),
    ({"start": "2025-04-01", "end": "2025-01-01"}, "ends before")])
def test_a_value_that_cannot_be_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        _point(PointIn(**{**POINT, **change}), "here", {"one"})


def test_a_print_that_stands_twice_and_an_unknown_measure_are_refused() -> None:
    row: dict[str, Any] = {"id": "a", "label": {"en": "a", "zh": "甲"}, "subject": "nvidia", "measure": "revenue",
                           "unit": "USD", "frequency": "quarter", "definition": {"en": "a", "zh": "甲"},
                           "values": [POINT, POINT]}
    with pytest.raises(InputError, match="twice"):
        _series(SeriesIn(**row), "here", {"one"})
    with pytest.raises(InputError, match="measure"):
        _series(SeriesIn(**{**row, "measure": "luck", "values": [POINT]}), "here", {"one"})


def test_an_event_of_an_unknown_kind_or_law_is_refused() -> None:
    row: dict[str, Any] = {"id": "a", "date": "2025-01-01", "label": {"en": "a", "zh": "甲"}, "kind": "control",
                           "evidence": "primary", "grade": "official", "source": "one"}
    for change, says in (({"kind": "party"}, "kind"), ({"rule": "us/none"}, "law"), ({"date": "2025-13-01"}, "day")):
        with pytest.raises(InputError, match=says):
            _event(EventIn(**{**row, **change}), "here", {"one"})


def test_the_command_lists_shows_and_refuses(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["series", "--about", "nvidia"]) == 0
    assert "nvidia" in capsys.readouterr().out
    first = next(iter(all_series()))
    assert run(["series", first, "--as-of", "2030-01-01", "--format", "json"]) == 0
    assert run(["series", first, "--lang", "zh"]) == 0
    assert run(["series", "no-such-thing-at-all"]) == 2
    assert run(["events", "--kind", "party"]) == 2
    assert run(["events", "--kind", "control", "--format", "csv"]) == 0
    assert next(search_series("nvidia"), None) is not None


def test_billing_and_headquarters_stand_side_by_side() -> None:
    billing, offices = series("nvidia-china-revenue"), series("nvidia-china-revenue-headquarters")
    assert offices.alternative_to == billing.id
    by_period = {p.fiscal: p.value for p in billing.points}
    assert any(p.fiscal in by_period and p.value > 1.2 * by_period[p.fiscal] for p in offices.points)


def test_the_chart_draws_every_kind(tmp_path: Any) -> None:
    out = tmp_path / "series.svg"
    assert run(["series", "nvidia-china-revenue", "--as-of", "2025-04-01", "--chart", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert text.startswith("<svg") and "<title" in text and "var(--" not in text
