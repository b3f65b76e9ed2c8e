"""Anything at all, handed to every reader and to the classifier: only InputError and NoAnswer may escape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.catalogue import catalogue
from highfence.catalogue.sheets import KNOWN
from highfence.core.errors import InputError, NoAnswer
from highfence.rules import classify, read_overlay
from highfence.rules.bulk import classify_rows, parse_conditions, read_rows, write_csv
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS
from highfence.rules.store import shipped_law

LAW = shipped_law()
TEXTS = ["148 TFLOPS", "4 TB/s", "814 mm2", "PCIe 5.0 x16", "HBM3", "unknown", "CN", "nvidia", "5 nm", "900 GB/s",
         "NaN", "-1 GB/s", "1e308 GB/s", "dense", "true", "0", "-0", "1e-320", "999999999999999999999"]
scalars = st.one_of(st.none(), st.booleans(), st.integers(-10**20, 10**20), st.floats(), st.text(max_size=20),
                    st.sampled_from(TEXTS))
keys = st.sampled_from(["low", "high", "value", "en", "zh", "x"])
trees = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
                     max_leaves=6)


def asked(chip: Any, **arguments: Any) -> None:
    """Ask, and show the whole answer; refuse anything but an answer or one of the two designed errors."""
    try:
        verdict = classify(chip, **arguments)
        assert verdict.requirement in {"licence", "none", "unknown"}
        assert verdict.outcome and verdict.to_dict()
    except (InputError, NoAnswer) as problem:
        assert str(problem) and problem.to_dict()


# --- sheets

@given(st.dictionaries(st.sampled_from([*sorted(KNOWN), "tppp", "", "on"]), trees, max_size=6))
def test_any_sheet_is_a_part_with_a_verdict_or_one_clear_error(sheet: dict[str, Any]) -> None:
    asked(sheet, on="2025-06-01")


@given(st.sampled_from(sorted(KNOWN)), trees, st.sampled_from(["2022-12-01", "2024-06-01", "2026-11-01"]))
def test_one_odd_field_beside_a_good_one(name: str, odd: Any, on: str) -> None:
    asked({"tpp": 2000, name: odd}, on=on)


@given(st.fixed_dictionaries({}, optional={name: st.floats(0, 1e12) for name in (
    "tpp", "performance_density", "die_area_mm2", "package_area_mm2", "io_gb_s", "dram_gb_s")}),
    st.sampled_from(["ic", "computer", "hbm", "technology"]), st.sampled_from(["export", "transfer", "import"]))
def test_numbers_of_any_size(sheet: dict[str, float], item: str, transaction: str) -> None:
    asked(sheet, on="2026-03-01", item=item, transaction=transaction, to="US" if transaction == "import" else "CN")


# --- questions

GOOD: dict[str, list[Any]] = {
    "to": ["CN", "US", "Macau", "越南"], "hq": ["CN", "US"], "parent_hq": ["CN"], "exporter": ["TW", "CN"],
    "on": ["2024-06-01", "2026-11-10", "2018-01-01", "9999-12-31"], "listed": ["affiliate", "no"],
    "end_use": ["supercomputer", "us_research"], "end_user": ["G42", ""], "reexport_from": ["SG"],
    "transaction": ["export", "reexport", "transfer", "import"], "item": ["ic", "computer", "hbm", "technology"],
    "datacenter": [True, False], "conditions": [{}, {"certified": True}, {"us_volume_share": "50 %"}]}
chips = st.sampled_from([c.id for c in catalogue().chips()] + [m.id for m in catalogue().memories()])


@given(chips, st.fixed_dictionaries({}, optional={name: st.sampled_from(good) for name, good in GOOD.items()}))
def test_any_good_question_has_a_verdict_or_a_clear_reason(chip: str, arguments: dict[str, Any]) -> None:
    asked(chip, **arguments)


@given(chips, st.sampled_from(sorted(GOOD)), trees)
def test_any_one_odd_argument_is_answered_or_refused(chip: str, name: str, odd: Any) -> None:
    asked(chip, **{name: odd})


@given(scalars | trees)
def test_anything_may_be_handed_over_as_a_chip(chip: Any) -> None:
    asked(chip)


@given(st.dictionaries(st.sampled_from([*LAW_FLAGS, *LAW_METRICS]), trees, max_size=3))
def test_any_conditions_are_read_or_refused(conditions: dict[str, Any]) -> None:
    asked("H200 SXM", on="2026-03-01", conditions=conditions)


# --- overlays

FIELDS = ["parameter", "scope", "repeal", "enact", "from", "to", "value", "members", "any_of", "except", "plus",
          "minus", "file"]
WORDS = [*LAW.parameter_paths, *LAW.addresses, *LAW.scopes, "2024-01-01", "2030-01-01", 4800.0, "unknown"]
places = st.lists(st.sampled_from(["CN", "MY", "D:5", "A:5"]), max_size=3)
changes = st.dictionaries(st.sampled_from(FIELDS), st.one_of(trees, st.sampled_from(WORDS), places), max_size=5)


@given(st.dictionaries(st.sampled_from(["id", "title", "status", "source", "note", "changes"]),
                       st.one_of(trees, st.lists(changes, max_size=2)), max_size=6))
def test_any_mapping_is_an_overlay_or_one_clear_error(raw: dict[str, Any]) -> None:
    try:
        read_overlay(raw).law().on(LAW.changes[-1])
    except InputError as problem:
        assert str(problem)


def reform(change: dict[str, Any]) -> None:
    """Read one change as an overlay and ask under it."""
    try:
        overlay = read_overlay({"id": "fuzz", "changes": [change]})
    except InputError as problem:
        assert str(problem.where).startswith("overlay: changes[0]")
    else:
        asked("H20", overlay=overlay)


@given(changes)
def test_any_change_is_a_reform_or_one_clear_error(change: dict[str, Any]) -> None:
    reform(change)


@given(st.sampled_from(LAW.parameter_paths), st.one_of(trees, st.floats(0, 1e6)), st.one_of(st.dates().map(str), trees))
def test_any_value_on_any_day_for_a_known_parameter(path: str, value: Any, first: Any) -> None:
    reform({"parameter": path, "from": first, "value": value})


@given(st.sampled_from(sorted(LAW.scopes)), st.sampled_from(["members", "plus", "minus", "any_of", "except", "source"]),
       st.one_of(trees, places))
def test_any_places_for_a_known_scope(scope: str, key: str, found: Any) -> None:
    reform({"scope": scope, "from": "2024-01-01", key: found})


CONDITION_WORDS = ["metric", "at_least", "flag", "is", "parameter", "paragraph", "destination", "all", "any", "not",
                   "created_by", "end_user", "listed", "vendor", "contains", "named", "headquarters"]
leaves = st.one_of(scalars, st.sampled_from(["tpp", "datacenter", "macau_d5", "line"]),
                   st.lists(st.one_of(scalars, st.just("3A090.a")), max_size=2))
conditions = st.recursive(
    st.dictionaries(st.sampled_from(CONDITION_WORDS), leaves, max_size=2),
    lambda inner: (st.fixed_dictionaries({"all": st.lists(inner, max_size=2)})
                   | st.fixed_dictionaries({"not": inner})), max_leaves=4)


def enacted(when: Any, **era: Any) -> dict[str, Any]:
    """Return a change that enacts one provision."""
    text = {"en": "x", "zh": "x"}
    form = {"from": "2024-01-01", "source": "fr-88-73458", "evidence": "primary", "says": text, "when": when, **era}
    line = {"metric": "tpp", "values": {"2024-01-01": 4800}, "source": "fr-88-73458"}
    return {"enact": "us.fuzz", "file": {
        "layer": "requirement", "title": text, "citation": "x", "source": "fr-88-73458", "parameters": {"line": line},
        "provisions": [{"id": "x", "title": text, "eras": [form]}]}}


@given(conditions)
def test_any_condition_is_a_provision_or_one_clear_error(when: Any) -> None:
    reform(enacted(when))


ERA = ["from", "to", "source", "evidence", "says", "at", "open_question", "conditions", "applies"]


@given(st.sampled_from(ERA), trees)
def test_any_field_of_a_new_provision_is_read_or_refused(name: str, odd: Any) -> None:
    reform(enacted({"metric": "tpp", "at_least": "line"}, **{name: odd}))


@given(trees)
def test_any_file_of_law_is_read_or_refused(file: Any) -> None:
    reform({"enact": "us.fuzz", "file": file})


# --- tables

cells = st.sampled_from(["chip", "tpp", "to", "on", "H20", "2368", "CN", "2024-06-01", "", '"', "NaN", "-", "io_gb_s",
                         "datacenter", "conditions", "=1", "item", "hbm", "vendor", "1e400", "𝟙", "\r", "\x00"])
tables = st.lists(st.lists(cells, max_size=4), max_size=4)
lines = tables.map(lambda rows: "\n".join(",".join(row) for row in rows).encode())


@given(st.one_of(st.binary(max_size=200), lines))
def test_any_bytes_are_a_table_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.csv"
    path.write_bytes(content)
    try:
        header, rows = read_rows(path)
        write_csv(header, classify_rows(rows, {"to": "CN", "on": "2024-06-01"}, str(path)))
    except InputError as problem:
        assert str(path) in str(problem.where)


COLUMNS = ["chip", "tpp", "die_area_mm2", "io_gb_s", "datacenter", "to", "on", "hq", "item", "conditions", "vendor",
           "transaction"]


@given(st.dictionaries(st.sampled_from(COLUMNS), st.one_of(cells, st.text(max_size=12)), min_size=1))
def test_any_row_has_a_verdict_or_one_clear_error(row: dict[str, str]) -> None:
    try:
        assert len(list(classify_rows(iter([row]), {"to": "CN"}))) == 1
    except InputError as problem:
        assert str(problem.where).startswith("rows, line 2")


@given(st.text(max_size=60))
def test_any_text_is_a_list_of_conditions_or_one_clear_error(text: str) -> None:
    try:
        parse_conditions(text)
    except InputError as problem:
        assert str(problem.where).startswith("conditions")
