"""Many parts at once: the same law, the same answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.rules import classify, read_overlay
from highfence.rules.kernel import ArrayLaw, classify_many
from highfence.rules.parts import part_of_chip
from highfence.rules.store import shipped_law

DAYS = ("2022-09-15", "2023-01-31", "2024-06-01", "2025-01-15", "2026-07-20")
LINES = {"tpp": (8.0, 512.0, 1600.0, 2400.0, 4800.0), "density": (1.6, 3.2, 5.92), "io": (150.0, 600.0)}
NAN = float("nan")


def near(column: str, top: float) -> st.SearchStrategy[float]:
    """Values anywhere, on a line, a hair to each side of one, and unknown."""
    lines = st.sampled_from(LINES[column])
    return st.one_of(lines, lines.map(lambda x: np.nextafter(x, 0.0)), lines.map(lambda x: np.nextafter(x, 1e9)),
                     st.floats(1e-3, top), st.just(NAN))


rows = st.lists(st.tuples(near("tpp", 6e4), near("density", 60), near("io", 5e3), st.booleans()),
                min_size=1, max_size=12)


def one_by_one(row: tuple[float, float, float, bool], on: str) -> str:
    """Return the paragraph of one row, asked as a single question; NaN is left out."""
    tpp, density, io, datacenter = row
    sheet = {name: float(value) for name, value in (("tpp", tpp), ("performance_density", density), ("io_gb_s", io))
             if value == value}
    return classify({**sheet, "datacenter": datacenter}, on=on).paragraph


@given(rows, st.sampled_from(DAYS))
def test_a_single_question_and_a_table_agree(table: list[tuple[float, float, float, bool]], on: str) -> None:
    table = [row for row in table if any(value == value for value in row[:3])]
    if not table:
        return
    tpp, density, io, datacenter = (np.array(column) for column in zip(*table))
    codes, names = classify_many(tpp, density, io_gb_s=io, datacenter=datacenter, on=on)
    assert [names[code] for code in codes] == [one_by_one(row, on) for row in table]


@pytest.mark.parametrize("on", DAYS)
def test_the_catalogue_classifies_alike_one_by_one_and_at_once(on: str) -> None:
    parts = [part_of_chip(c.id) for c in catalogue().chips()]
    settled = [p for p in parts if p.datacenter is not None and all(
        p.input(n).known for n in ("tpp", "logic_die_area", "io_bandwidth", "tops"))]
    assert len(settled) > 30
    tpp, area, io, tops = (np.array([p.input(n).low for p in settled])
                           for n in ("tpp", "logic_die_area", "io_bandwidth", "tops"))
    codes, names = classify_many(tpp, tpp / area, io_gb_s=io / 1e9, tops=tops, on=on,
                                 datacenter=[bool(p.datacenter) for p in settled])
    assert {p.id: names[c] for p, c in zip(settled, codes)} == {p.id: classify(p, on=on).paragraph for p in settled}


def test_the_lines_themselves_are_caught_or_not_as_the_text_says() -> None:
    codes, names = classify_many([4800, 4799.999, 1600, 1600, 1600, 2400, 2400], [1, 1, 5.92, 5.919, 3.199, 1.6, 1.599],
                                 on="2024-06-01")
    assert [names[c] for c in codes] == ["3A090.a.1", "3A991.p", "3A090.a.2", "3A090.b.2", "3A991.p", "3A090.b.1",
                                         "3A991.p"]


def arrays(law: ArrayLaw, table: list[tuple[float, float, float, bool]], xp: Any) -> dict[str, Any]:
    """Return the columns that a day's law reads, as arrays of a namespace."""
    tpp, density, io, datacenter = zip(*table)
    columns = {"tpp": tpp, "bits_x_tops": tpp, "performance_density": density,
               "io_bandwidth": [x * 1e9 for x in io], "tops": [t / 64 for t in tpp]}
    found = {name: xp.asarray(columns[name], dtype=xp.float64) for name in law.reads if name in columns}
    return {**found, **({"datacenter": xp.asarray(datacenter, dtype=xp.bool)} if "datacenter" in law.reads else {})}


@given(rows, st.sampled_from(DAYS[1:]))
def test_any_namespace_of_the_array_standard_gives_the_same_codes(
        table: list[tuple[float, float, float, bool]], on: str) -> None:
    strict = pytest.importorskip("array_api_strict")
    law = ArrayLaw(shipped_law().on(parse_day(on)))
    ours = law.codes(arrays(law, table, np), np)
    theirs = law.codes(arrays(law, table, strict), strict)
    assert ours.dtype == np.int8 and theirs.dtype == strict.int8
    assert ours.tolist() == [int(theirs[i]) for i in range(len(table))]


def test_a_table_longer_than_a_chunk_is_cut_and_joined() -> None:
    tpp = np.tile([4992.0, 1000.0, 2896.0], 70_000)
    codes, names = classify_many(tpp, np.full(tpp.shape, 4.76), on="2024-06-01")
    assert [names[c] for c in codes[-3:]] == ["3A090.a.1", "3A991.p", "3A090.b.1"]
    assert (codes.reshape(-1, 3) == codes[:3]).all()


def test_a_table_can_be_asked_under_an_overlay() -> None:
    reform = read_overlay({"id": "lower", "changes": [
        {"parameter": "us.ear.774.3A090.tpp_b1", "from": "2024-01-01", "value": 2000}]})
    codes, names = classify_many([2368.0], [2.91], on="2024-06-01", law=reform.law())
    assert names[codes[0]] == "3A090.b.1"


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(InputError, match="different lengths"):
        classify_many([1.0, 2.0], [1.0], on="2024-06-01")
