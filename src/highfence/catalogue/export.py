"""Write the catalogue's tables for other programs: Parquet, DuckDB, CSV or a workbook.

Everything is written beside the destination and moved there whole, so that nothing half-written is left
behind. Cells of CSV files and workbooks that a spreadsheet would run as a formula are escaped.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.catalogue.sql import fill
from highfence.catalogue.store import Catalogue
from highfence.catalogue.table import Cell, Column, Row, columns, tables
from highfence.core.errors import InputError, MissingExtra, did_you_mean

LICENCE = {"name": "CC-BY-4.0", "title": "Creative Commons Attribution 4.0",
           "path": "https://creativecommons.org/licenses/by/4.0/"}
PACKAGE = "datapackage.json"
_NAME = "highfence-catalogue"
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_JSON_TYPES = {"text": "string", "number": "number", "flag": "boolean"}

Tables = Mapping[str, Sequence[Row]]
Shapes = Mapping[str, Sequence[Column]]


def export(format: str, path: str | Path, *, force: bool = False, source: Catalogue | None = None) -> Path:
    """Write every table to ``path`` and return it.

    ``csv`` and ``parquet`` make a folder with one file a table and a ``datapackage.json`` that holds units,
    sources and licence; ``duckdb`` and ``xlsx`` make one file.

    Parameters
    ----------
    force : replace a file, or a folder that an earlier export made; anything else is never replaced.

    Raises
    ------
    InputError : no such format, no such parent folder, or something is there already.
    MissingExtra : DuckDB or XlsxWriter is not installed.
    """
    if format not in WRITERS:
        raise InputError("no such format of export", where="--format", got=format, code="bad-format",
                         expected=", ".join(WRITERS), hint=did_you_mean(format, WRITERS))
    needed, is_folder, write = WRITERS[format]
    if needed and find_spec(needed) is None:
        raise MissingExtra("export", f"export to {format}")
    target = Path(path)
    _check_target(target, is_folder, force)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".highfence-", suffix=".part") as workplace:
        draft = Path(workplace) / target.name
        write(draft, tables(source), columns(source))
        _move(draft, target, Path(workplace) / ".replaced")
    return target


def _check_target(target: Path, is_folder: bool, force: bool) -> None:
    if not target.name or not target.parent.is_dir():
        raise InputError("no such folder to write into", where=str(target), got=str(target.parent),
                         expected="a path whose parent folder exists", code="no-folder")
    if not target.exists() and not target.is_symlink():
        return
    if target.is_symlink() or target.is_dir() != is_folder:
        raise InputError("something of another kind is there", where=str(target), code="exists",
                         expected="a folder" if is_folder else "a file", hint="choose another path")
    if is_folder and not _is_ours(target) and any(target.iterdir()):
        raise InputError("the folder holds other things", where=str(target), hint="choose a new folder",
                         expected="a new folder, or one that an earlier export made", code="exists")
    if not force:
        raise InputError("something is there already", where=str(target), code="exists",
                         hint="choose another path, or replace it with --force")


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds an earlier export and nothing else."""
    try:
        package = json.loads((folder / PACKAGE).read_text(encoding="utf-8"))
        ours = {PACKAGE, *(resource["path"] for resource in package["resources"])}
        return package["name"] == _NAME and {p.name for p in folder.iterdir()} <= ours
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _move(draft: Path, target: Path, aside: Path) -> None:
    """Put the finished export in place; a folder that stood there goes aside, and comes back on failure."""
    if not target.is_dir():
        draft.replace(target)
        return
    target.rename(aside)
    try:
        draft.rename(target)
    except OSError:
        aside.rename(target)
        raise
    with suppress(OSError):
        shutil.rmtree(aside)


def safe_cell(value: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers.

    >>> safe_cell("=1+1"), safe_cell(-2.5), safe_cell("H20")
    ("'=1+1", -2.5, 'H20')
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_STARTS_FORMULA) else value


def _write_csv(folder: Path, held: Tables, shapes: Shapes) -> None:
    folder.mkdir()
    for name, rows in held.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([c.name for c in shapes[name]])
            writer.writerows([_csv_cell(row[c.name]) for c in shapes[name]] for row in rows)
    _write_package(folder, held, shapes, "csv")


def _csv_cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return safe_cell(value)


def _write_parquet(folder: Path, held: Tables, shapes: Shapes) -> None:
    folder.mkdir()
    connection = _filled(":memory:", held, shapes)
    try:
        for name in held:
            place = str(folder / f"{name}.parquet").replace("'", "''")
            connection.execute(f"COPY \"{name}\" TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
    finally:
        connection.close()
    _write_package(folder, held, shapes, "parquet")


def _write_duckdb(file: Path, held: Tables, shapes: Shapes) -> None:
    connection = _filled(str(file), held, shapes)
    try:
        for name, shape in shapes.items():
            for column in shape:
                told = _meaning(column).replace("'", "''")
                connection.execute(f"COMMENT ON COLUMN \"{name}\".\"{column.name}\" IS '{told}'")
        about = [("highfence", __version__), ("data_version", DATA_VERSION), ("licence", LICENCE["name"])]
        connection.execute('CREATE TABLE about ("name" VARCHAR, "value" VARCHAR)')
        connection.executemany("INSERT INTO about VALUES (?, ?)", about)
    finally:
        connection.close()


def _filled(place: str, held: Tables, shapes: Shapes) -> Any:
    import duckdb

    connection = duckdb.connect(place)
    for name, rows in held.items():
        fill(connection, name, shapes[name], rows)
    return connection


def _write_xlsx(file: Path, held: Tables, shapes: Shapes) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(file), options)
    year, month = map(int, DATA_VERSION.split(".")[:2])
    book.set_properties({"title": "highfence catalogue", "comments": f"{LICENCE['name']} {DATA_VERSION}",
                         "created": datetime(year, month, 1)})
    header = book.add_format({"bold": True, "bottom": 1})
    for name, rows in held.items():
        _write_sheet(book.add_worksheet(name), header, shapes[name], rows)
    book.close()


def _write_sheet(sheet: Any, header: Any, shape: Sequence[Column], rows: Sequence[Row]) -> None:
    for x, column in enumerate(shape):
        sheet.write_string(0, x, column.name, header)
        sheet.write_comment(0, x, _meaning(column))
    for y, row in enumerate(rows, 1):
        for x, column in enumerate(shape):
            _write_cell(sheet, y, x, safe_cell(row[column.name]))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(rows)), len(shape) - 1)


def _write_cell(sheet: Any, y: int, x: int, value: Cell) -> None:
    if isinstance(value, bool):
        sheet.write_boolean(y, x, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(y, x, value)
    elif value is not None:
        sheet.write_string(y, x, value)


def _write_package(folder: Path, held: Tables, shapes: Shapes, extension: str) -> None:
    """Write the description of the tables in the form of a data package."""
    resources = [{"name": name, "path": f"{name}.{extension}", "format": extension, "rows": len(held[name]),
                  "schema": {"fields": [_described(c) for c in shape]}} for name, shape in shapes.items()]
    package = {
        "name": _NAME, "title": "highfence: chips, memory, systems and models with their sources",
        "version": DATA_VERSION, "highfence": __version__, "licenses": [LICENCE], "resources": resources,
        "sources": [{"title": f"{row['title']} ({row['publisher']})", "path": row["url"]}
                    for row in held["sources"]],
    }
    text = json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / PACKAGE).write_text(text + "\n", encoding="utf-8")


def _described(column: Column) -> dict[str, str]:
    told = {"name": column.name, "type": _JSON_TYPES[column.type], "description": column.meaning,
            "unit": column.unit or ""}
    return {name: text for name, text in told.items() if text}


def _meaning(column: Column) -> str:
    return f"{column.meaning} ({column.unit})" if column.unit else column.meaning or column.name


Writer = Callable[[Path, Tables, Shapes], None]
WRITERS: dict[str, tuple[str, bool, Writer]] = {
    "parquet": ("duckdb", True, _write_parquet), "duckdb": ("duckdb", False, _write_duckdb),
    "csv": ("", True, _write_csv), "xlsx": ("xlsxwriter", False, _write_xlsx)}
"""Each format: the library it needs, whether it makes a folder, and what writes it."""
