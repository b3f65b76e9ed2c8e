"""Tables that users hand in and take away as CSV: read with limits, written so that no spreadsheet runs a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from highfence.core.errors import InputError

MAX_BYTES = 200_000_000
MAX_LINE = 20_000


class TableRow(dict[str, str]):
    """A row of a table that knows the line on which it ends."""

    line = 0


def read_csv_rows(path: str | Path, check_header: Callable[[list[str], str], None], *,
                  example: str = "chip,to,on") -> tuple[list[str], Iterator[TableRow]]:
    """Open a CSV file and return its columns and rows.

    Parameters
    ----------
    check_header : takes the columns and the file's name, and refuses what the caller cannot use.
    example : a good first line, for the error.

    Raises
    ------
    InputError : no such file, too large, an endless line, no header, a repeated column, a row of another length.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("no such file", where="--csv", got=str(path), code="no-file")
    if path.stat().st_size > MAX_BYTES:
        raise InputError("file too large", where=str(path), expected=f"at most {MAX_BYTES:,} bytes")
    lines = _lines(path)
    reader = csv.reader(lines, strict=True)
    try:
        header = _header(reader, str(path), example)
        check_header(header, str(path))
    except InputError:
        lines.close()
        raise
    return header, _rows(reader, header, str(path))


def _header(reader: Any, where: str, example: str) -> list[str]:
    try:
        header = [c.strip() for c in next(reader, [])]
    except csv.Error as problem:
        raise InputError(f"not readable as CSV: {problem}", where=f"{where}, line 1") from None
    if not header or not any(header):
        raise InputError("no header", where=where, expected="a first line with column names", example=example)
    repeated = next((c for c in header if header.count(c) > 1), None)
    if repeated is not None:
        raise InputError("a column stands twice", where=where, got=repeated)
    return header


def _rows(reader: Any, header: list[str], where: str) -> Iterator[TableRow]:
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as problem:
            raise InputError(f"not readable as CSV: {problem}", where=f"{where}, line {reader.line_num}") from None
        if cells is None:
            return
        if not any(c.strip() for c in cells):
            continue
        if len(cells) != len(header):
            raise InputError("a row of another length", where=f"{where}, line {reader.line_num}",
                             got=len(cells), expected=f"{len(header)} cells")
        row = TableRow(zip(header, cells))
        row.line = reader.line_num
        yield row


def _lines(path: Path) -> Generator[str, None, None]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise InputError("a line too long", where=f"{path}, line {number}", expected=f"{MAX_LINE:,} bytes")
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise InputError("not UTF-8 text", where=f"{path}, line {number}") from None


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows as CSV, cells that a spreadsheet would run as formulas escaped.

    >>> csv_text(["chip", "note"], [{"chip": "H20", "note": "=1+1"}])
    "chip,note\\nH20,'=1+1\\n"
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([escape_cell(c) for c in columns])
    for row in rows:
        writer.writerow([escape_cell(row[c]) for c in columns])
    return out.getvalue()


def escape_cell(text: str) -> str:
    """Keep a spreadsheet from running a cell.

    >>> escape_cell("=1+1"), escape_cell("-3.5"), escape_cell("H20")
    ("'=1+1", '-3.5', 'H20')
    """
    if text and text[0] in "=+-@\t\r":
        try:
            float(text)
        except ValueError:
            return f"'{text}"
    return text
