"""What nobody vouches for: sheets, tables, overlays and arguments. One clear error each, and nothing written."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from highfence.core.errors import InputError
from highfence.rules import classify
from highfence.rules.bulk import classify_rows, read_rows, write_csv
from highfence.rules.sheet import CHIP_TEMPLATE, part_of_sheet, read_sheet
from highfence.rules.templates import CSV_TEMPLATE

# --- sheets

@pytest.mark.parametrize(("sheet", "what", "hint"), [
    ({"tppp": 2368}, "unknown field", "tpp"), ({"TPP": 2368}, "unknown field", "tpp"),
    ({"peak_fp32x": "1 TFLOPS"}, "unknown field", "peak_fp32"), ({1: 2}, "unknown field", None),
    ({}, "at least one number", None), ({"name": "x"}, "at least one number", None),
    ({"tpp": None}, "at least one number", None), ({"tpp": "unknown"}, "at least one number", None),
    ({"datacenter": True}, "at least one number", None), ({"tpp": -1}, "finite and not negative", None),
    ({"tpp": float("nan")}, "not a quantity", None), ({"tpp": float("inf")}, "not a quantity", None),
    ({"tpp": "1e400"}, "finite and not negative", None), ({"tpp": [2368]}, "not a quantity", None),
    ({"tpp": True}, "not a quantity", None),
    ({"tpp": 2.368e12}, "no part has such a TPP", None),
    ({"performance_density": 1e5}, "no part has such a density", None),
    ({"tpp": 2368, "die_area_mm2": 0}, "a die has an area", "leave it out"),
    ({"tpp": 2368, "logic_die_area": "814 nm"}, "not a unit of this kind", None),
    ({"io_gb_s": "900 Gb/s"}, "not a unit of this kind", "bits are not bytes"),
    ({"dram_gb_s": "4.0 TB"}, "not a unit of this kind", None),
    ({"memory_bandwidth": 4000}, "a number without a unit", None),
    ({"peak_fp16": 148}, "a number without a unit", None),
    ({"peak_fp16": "148 TOPS"}, "not a unit", "OP/s for integer"),
    ({"peak_int8": "296 TFLOPS"}, "not a unit", "FLOP/s is for floating"),
    ({"peak_fp16": "1979 TFLOPS", "sparsity": "2:4"}, "rates must be dense", None),
    ({"peak_fp16": "1979 TFLOPS", "sparsity": True}, "rates must be dense", None),
    ({"tpp": 2368, "datacenter": "maybe"}, "not yes or no", None),
    ({"tpp": 2368, "datacenter": 3}, "not yes or no", None),
    ({"tpp": 2368, "designed_in": "Chnia"}, "unknown country", "China"),
    ({"tpp": 1, "made_in": 3}, "unknown country", None),
    ({"tpp": 2368, "die_area_mm2": 814, "performance_density": 3.5}, "contradict one another", None),
    ({"tpp": {"low": 5, "high": 1}}, "low is above high", None),
    ({"tpp": {"low": 5}}, "a range has low and high", None),
    ({"tpp": {"low": 1, "high": "much"}}, "not a quantity", None),
    ({"dram_gb_s": 460, "package_area_mm2": 0}, "a package has an area", None),
    ({"tpp": 2368, "peak_fp16": "600 TFLOPS"}, "contradict", None),
    ({"tpp": 2368, "vendor": "nvidai"}, "unknown maker", "NVIDIA"),
    ({"tpp": 2368, "vendor": ["nvidia"]}, "unknown maker", None),
    ({"tpp": 2368, "described_in": "5A99"}, "no such ECCN", "5A992"),
    ({"tpp": 2368, "described_in": []}, "no such ECCN", None),
    ({"tpp": 2368, "name": {"en": "x"}}, "a name is a text", None),
])
def test_a_sheet_that_cannot_be_read_is_one_clear_error(sheet: Any, what: str, hint: str | None) -> None:
    with pytest.raises(InputError, match=what) as caught:
        part_of_sheet(sheet, "part.yaml")
    assert str(caught.value.where).startswith("part.yaml")
    if hint:
        assert hint in (caught.value.hint or "")


def test_the_chip_template_can_be_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_text(CHIP_TEMPLATE, encoding="utf-8")
    assert read_sheet(path).input("tpp").value == 2368


@pytest.mark.parametrize("text", ["- 1", "3", "null", "tpp", "[", "a: &a 1\nb: *a", "tpp: 1\ntpp: 2"])
def test_a_file_that_is_no_sheet_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "part.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        classify(str(path))
    assert str(path) in str(caught.value.where)


def test_a_maker_may_be_named_as_people_name_it() -> None:
    sheet = {"tpp": 1000, "performance_density": 1, "dram_gb_s": 1500, "io_gb_s": 64, "datacenter": True}
    for name in ("nvidia", "NVIDIA", "英伟达"):
        assert classify({**sheet, "vendor": name}, on="2025-06-01").requirement == "licence"
    assert classify({**sheet, "vendor": "Some Start-up Ltd"}, on="2025-06-01").requirement == "none"


# --- arguments

@pytest.mark.parametrize(("arguments", "what", "hint"), [
    ({"to": "Chna"}, "unknown country", "China"), ({"to": ""}, "unknown country", None),
    ({"to": 3}, "unknown country", None),
    ({"hq": "ZZ"}, "unknown country", None), ({"parent_hq": "Middle Earth"}, "unknown country", None),
    ({"exporter": "USSR"}, "unknown country", None), ({"reexport_from": "x"}, "unknown country", None),
    ({"on": "2025-13-01"}, "not a calendar day", None), ({"on": "2017-12-31"}, "before the first day", None),
    ({"on": "yesterday"}, "not a calendar day", None), ({"transaction": "exports"}, "unknown word", "export"),
    ({"transaction": ["export"]}, "unknown word", None), ({"item": "gpu"}, "unknown word", None),
    ({"listed": "entity list"}, "unknown word", "entity_list"), ({"listed": []}, "unknown word", None),
    ({"end_use": "supercomputers"}, "unknown word", "supercomputer"), ({"end_user": 3}, "an end user is a name", None),
    ({"transaction": "reexport"}, "a reexport leaves a third country", None),
    ({"conditions": {"certfied": True}}, "no provision asks for this", "certified"),
    ({"conditions": {"certified": "perhaps"}}, "not yes or no", None),
    ({"conditions": {"us_volume_share": "40 GB/s"}}, "not a unit", None),
    ({"conditions": {"us_volume_share": -1}}, "finite and not negative", None),
    ({"conditions": ["certified"]}, "conditions are a mapping", None),
    ({"conditions": "certified"}, "conditions are a mapping", None),
    ({"datacenter": "yes"}, "not yes or no", None), ({"overlay": "lower"}, "an overlay is", None),
    ({"overlay": [3]}, "an overlay is", None),
])
def test_an_argument_that_cannot_be_read_is_one_clear_error(arguments: Any, what: str, hint: str | None) -> None:
    with pytest.raises(InputError, match=what) as caught:
        classify("H20", **arguments)
    if hint:
        assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("chip", ["H2O", "", "  ", "nothing at all", 3, None, 2.5, ["H20"], object(), "missing.yaml",
                                  "a\x00.yaml"])
def test_a_part_that_nobody_knows_is_one_clear_error(chip: Any) -> None:
    with pytest.raises(InputError):
        classify(chip)


def test_a_mistyped_chip_brings_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        classify("H2O")
    assert "H20" in (caught.value.hint or "")


# --- tables

def table(tmp_path: Path, content: str | bytes) -> Path:
    """Write a table and return its path."""
    path = tmp_path / "rows.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def run(path: Path) -> list[dict[str, str]]:
    """Classify every row of a table."""
    _, rows = read_rows(path)
    return list(classify_rows(rows, {"to": "CN", "on": "2024-06-01"}, str(path)))


def test_the_csv_template_can_be_classified_as_it_is(tmp_path: Path) -> None:
    assert [row["requirement"] for row in run(table(tmp_path, CSV_TEMPLATE))] == ["licence", "licence"]


@pytest.mark.parametrize(("content", "what", "where"), [
    ("", "no header", ""), ("\n\n", "no header", ""), ("price,size\n1,2\n", "no column names a part", ""),
    ("chip,chip\nH20,H20\n", "a column stands twice", ""), ("chip,To\nH20,CN\n", "unknown column", ""),
    ("chip,parent-hq\nH20,CN\n", "unknown column", ""), ("chip,requirement\nH20,x\n", "the result adds", ""),
    ("chip,to\nH20\n", "a row of another length", "line 2"),
    ("chip,to\nH20,CN,CN\n", "a row of another length", "line 2"),
    ("chip\nH20\nH2O\n", "no such chip", "line 3"), ("chip,to\nH20,Chna\n", "unknown country", "line 2"),
    ("chip,on\nH20,2024-13-01\n", "not a calendar day", "line 2"),
    ("chip,on\nH20,2010-01-01\n", "before the first day", "line 2"),
    ("tpp\n-5\n", "finite and not negative", "line 2"), ("tpp\nnan\n", "not a quantity", "line 2"),
    ("tpp\n2368 GB/s\n", "not a unit", "line 2"), ("io_gb_s\n900 Gb/s\n", "not a unit", "line 2"),
    ("tpp,datacenter\n2368,maybe\n", "not yes or no", "line 2"),
    ("chip,conditions\nH20,certified\n", "not name=value", "line 2"),
    ("chip,conditions\nH20,certfied=true\n", "no provision asks", "line 2"),
    ('chip\n"H20\n', "not readable as CSV", "line"),
    ("chip,transaction\nH20,reexport\n", "third country", "line 2"),
    ("tpp,die_area_mm2,performance_density\n2368,814,5\n", "contradict one another", "line 2"),
    (b"chip\nH\x0020\n", "", "line 2"), ("chip\n昇腾\n".encode("gb18030"), "not UTF-8 text", "line 2"),
    (b"chip\n" + b"x" * 30_000 + b"\n", "a line too long", "line 2"), (b"x" * 30_000, "a line too long", "line 1"),
])
def test_a_table_that_cannot_be_read_is_one_clear_error(
        tmp_path: Path, content: str | bytes, what: str, where: str) -> None:
    path = table(tmp_path, content)
    with pytest.raises(InputError, match=what or None) as caught:
        run(path)
    assert str(path) in str(caught.value.where) and where in str(caught.value.where)
    assert [p.name for p in tmp_path.iterdir()] == ["rows.csv"]


def test_a_gigabyte_without_a_line_end_is_refused_unread(tmp_path: Path) -> None:
    for size in (2**30, 150_000_000):
        path = tmp_path / "rows.csv"
        with path.open("wb") as file:
            file.truncate(size)
        started = time.perf_counter()
        with pytest.raises(InputError):
            run(path)
        assert time.perf_counter() - started < 1


def test_rows_before_a_bad_one_have_been_answered_when_it_is_met(tmp_path: Path) -> None:
    _, rows = read_rows(table(tmp_path, "chip\nH100 SXM\nH2O\n"))
    answers = classify_rows(rows, {"to": "CN", "on": "2024-06-01"})
    assert next(answers)["requirement"] == "licence"
    with pytest.raises(InputError):
        next(answers)


def test_no_cell_of_a_result_is_run_by_a_spreadsheet(tmp_path: Path) -> None:
    header, rows = read_rows(table(tmp_path, 'chip,tpp,datacenter\n"=cmd|\'/c calc\'!A1",2368,yes\n'))
    text = write_csv(header, classify_rows(rows, {"to": "CN", "on": "2024-06-01"}))
    assert not any(cell.startswith(("=", "+", "@")) for line in text.splitlines()[1:] for cell in line.split(","))
