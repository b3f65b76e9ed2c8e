"""Exports hold what the catalogue holds, run nothing when opened, and leave nothing half-written."""

import csv
import json
from dataclasses import replace

import pytest

duckdb = pytest.importorskip("duckdb")
openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")

from highfence.catalogue import catalogue  # noqa: E402
from highfence.catalogue import export as room  # noqa: E402
from highfence.catalogue.export import WRITERS, export, safe_cell  # noqa: E402
from highfence.catalogue.table import columns, tables  # noqa: E402
from highfence.core.errors import InputError, MissingExtra  # noqa: E402
from highfence.core.labels import Label  # noqa: E402


class Hostile:
    """The catalogue with one chip whose remark is a formula."""

    def __init__(self, text):
        self.text = text

    def __getattr__(self, name):
        return getattr(catalogue(), name)

    def chips(self):
        first, *rest = catalogue().chips()
        return iter([replace(first, name=Label(self.text, self.text)), *rest])


def named(extension):
    return f"out.{extension}" if extension in ("duckdb", "xlsx") else "out"


def same(read, row, shape):
    return all(r == row[c.name] or (r in ("", None) and row[c.name] is None) for r, c in zip(read, shape))


def test_parquet_holds_every_row_with_its_types(tmp_path):
    folder = export("parquet", tmp_path / "out")
    for name, rows in tables().items():
        read = duckdb.execute(f"select * from '{folder}/{name}.parquet'").fetchall()
        assert read == [tuple(row.values()) for row in rows]


def test_a_database_holds_every_row_its_columns_explained_and_its_versions(tmp_path):
    file = export("duckdb", tmp_path / "out.duckdb")
    with duckdb.connect(str(file), read_only=True) as connection:
        for name, rows in tables().items():
            assert connection.execute(f"select * from {name}").fetchall() == [tuple(r.values()) for r in rows]
        told = connection.execute("select comment from duckdb_columns() "
                                  "where column_name = 'dram_bandwidth_gb_s'")
        assert "GB/s" in told.fetchone()[0]
        assert ("licence", "CC-BY-4.0") in connection.execute("select * from about").fetchall()


def test_csv_holds_every_row_and_says_units_sources_and_licence(tmp_path):
    folder = export("csv", tmp_path / "out")
    for name, rows in tables().items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *body = list(csv.reader(file))
        assert head == [c.name for c in columns()[name]] and len(body) == len(rows)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    fields = {f["name"]: f for f in package["resources"][0]["schema"]["fields"]}
    assert fields["memory_bandwidth_gb_s"]["unit"] == "GB/s" and fields["tpp"]["type"] == "number"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert any("Epoch AI" in s["title"] for s in package["sources"])


def test_numbers_in_csv_read_back_as_they_are(tmp_path):
    folder = export("csv", tmp_path / "out")
    with (folder / "chips.csv").open(encoding="utf-8", newline="") as file:
        for read, row in zip(csv.DictReader(file), tables()["chips"]):
            for name in ("tpp", "performance_density", "memory_bandwidth_gb_s", "transistors"):
                assert (float(read[name]) if read[name] else None) == row[name]


def test_a_workbook_has_a_sheet_a_table_a_frozen_header_and_no_formula(tmp_path):
    book = openpyxl.load_workbook(export("xlsx", tmp_path / "out.xlsx"))
    assert book.sheetnames == list(tables())
    for name, rows in tables().items():
        sheet = book[name]
        head, *body = list(sheet.iter_rows())
        assert [c.value for c in head] == [c.name for c in columns()[name]] and sheet.freeze_panes == "B2"
        assert len(body) == len(rows) and not [c for r in body for c in r if c.data_type == "f"]
        assert same([c.value for c in body[0]], rows[0], columns()[name])


@pytest.mark.parametrize("text", ["=HYPERLINK(\"http://x\",\"y\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1",
                                  "\r=1",
                                  "＝1+1"])
def test_a_name_that_is_a_formula_is_escaped_in_sheets_and_kept_in_databases(tmp_path, text):
    folder = export("csv", tmp_path / "c", source=Hostile(text))
    with (folder / "chips.csv").open(encoding="utf-8", newline="") as file:
        assert next(iter(csv.DictReader(file)))["name_en"] == f"'{text}"
    sheet = openpyxl.load_workbook(export("xlsx", tmp_path / "x.xlsx", source=Hostile(text)))["chips"]
    assert sheet["B2"].data_type == "s" and sheet["B2"].value.startswith("'")
    folder = export("parquet", tmp_path / "p", source=Hostile(text))
    read = duckdb.execute(f"select name_en from '{folder}/chips.parquet' limit 1").fetchone()
    assert read == (text,)


def test_negative_numbers_are_not_escaped():
    assert safe_cell(-1.5) == -1.5 and safe_cell(True) is True and safe_cell(None) is None


@pytest.mark.parametrize("format", WRITERS)
def test_what_is_there_stays_unless_force_is_given(tmp_path, format):
    path = tmp_path / named(format)
    export(format, path)
    before = {p: p.stat().st_mtime_ns for p in [path, *tmp_path.rglob("*")]}
    with pytest.raises(InputError, match="already"):
        export(format, path)
    assert before == {p: p.stat().st_mtime_ns for p in [path, *tmp_path.rglob("*")]}
    assert export(format, path, force=True) == path and [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_a_folder_with_other_things_is_never_replaced(tmp_path, format):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="other things"):
        export(format, tmp_path / "out", force=True)
    export(format, tmp_path / "new")
    (tmp_path / "new" / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match="other things"):
        export(format, tmp_path / "new", force=True)
    assert (tmp_path / "new" / "thesis.docx").exists()


def test_a_file_is_not_replaced_by_a_folder_nor_a_folder_by_a_file(tmp_path):
    (tmp_path / "a").write_text("kept")
    (tmp_path / "b").mkdir()
    with pytest.raises(InputError, match="another kind"):
        export("csv", tmp_path / "a", force=True)
    with pytest.raises(InputError, match="another kind"):
        export("xlsx", tmp_path / "b", force=True)
    assert (tmp_path / "a").read_text() == "kept"


def test_a_link_is_not_written_through(tmp_path):
    (tmp_path / "real").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(InputError, match="another kind"):
        export("xlsx", tmp_path / "link", force=True)
    assert (tmp_path / "real").read_text() == "kept"


@pytest.mark.parametrize("format", WRITERS)
def test_a_failure_half_way_leaves_nothing_behind_and_what_was_there_whole(tmp_path, format, monkeypatch):
    path = export(format, tmp_path / named(format))
    before = sorted(p.name for p in tmp_path.rglob("*"))
    needed, is_folder, write = WRITERS[format]

    def fails(draft, held, shapes):
        write(draft, held, shapes)
        raise OSError("disk full")
    monkeypatch.setitem(room.WRITERS, format, (needed, is_folder, fails))
    for target in (path, tmp_path / "other"):
        with pytest.raises(OSError, match="disk full"):
            export(format, target, force=True)
    assert sorted(p.name for p in tmp_path.rglob("*")) == before


def test_a_folder_that_does_not_exist_is_an_error_and_is_not_made(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        export("csv", tmp_path / "no" / "out")
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_met_with_the_nearest(tmp_path):
    with pytest.raises(InputError) as caught:
        export("parqet", tmp_path / "out")
    assert "did you mean parquet?" in str(caught.value)


@pytest.mark.parametrize("format", ["parquet", "duckdb", "xlsx"])
def test_without_its_library_a_format_says_what_to_install_and_csv_still_works(tmp_path, format, monkeypatch):
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        export(format, tmp_path / "out")
    assert "highfence[export]" in str(caught.value)
    assert export("csv", tmp_path / "out").is_dir()


def test_a_path_with_quotes_is_a_path(tmp_path):
    for format in WRITERS:
        assert export(format, tmp_path / f"it's {format}").exists()


def test_the_same_data_gives_the_same_bytes(tmp_path):
    for format in ("csv", "xlsx"):
        a, b = (export(format, tmp_path / f"{format}{i}") for i in (1, 2))
        files = [(a, b)] if a.is_file() else [(a / p.name, b / p.name) for p in a.iterdir()]
        assert all(x.read_bytes() == y.read_bytes() for x, y in files)
