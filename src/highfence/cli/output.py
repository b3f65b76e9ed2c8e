"""How results leave: tables for people, JSON, JSON lines, CSV and Markdown for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from highfence.core.envelope import envelope, plain, to_json
from highfence.core.errors import InputError
from highfence.core.facts import Source

FORMATS = ("table", "json", "jsonl", "csv", "md")
Row = Mapping[str, Any]


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format``."""
    return click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
                        help="How to print the result.")(command)


def lang_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang``."""
    return click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
                        help="Language of the interface.")(command)


def print_json(kind: str, result: Any, *, warnings: Iterable[Any] = (), sources: Iterable[Source] = ()) -> None:
    """Print one result in the envelope."""
    click.echo(to_json(envelope(kind, result, warnings=warnings, sources=sources)))


def print_rows(rows: Sequence[Row], format_: str, kind: str, *, columns: Sequence[str] | None = None,
               sources: Iterable[Source] = (), title: str = "") -> None:
    """Print rows in the format asked for; columns default to those of the first row."""
    names = list(columns or (rows[0] if rows else ()))
    if format_ == "json":
        print_json(kind, {"columns": names, "rows": rows}, sources=sources)
    elif format_ == "jsonl":
        for row in rows:
            click.echo(to_json(row, indent=None))
    elif format_ == "csv":
        click.echo(as_csv(names, rows), nl=False)
    elif format_ == "md":
        click.echo(as_markdown(names, rows))
    else:
        print_table(names, rows, title)


def as_csv(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as CSV with spreadsheet formulas escaped."""
    from highfence.core.sheets import csv_text

    return csv_text(columns, ({c: cell(row.get(c)) for c in columns} for row in rows))


def as_markdown(columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Return rows as a Markdown table."""
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in rows:
        cells = [cell(row.get(c)).replace("|", "\\|").replace("\n", " ") for c in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def print_table(columns: Sequence[str], rows: Iterable[Row], title: str = "") -> None:
    """Print rows as a table for people."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "编号"})
    for row in rows:
        table.add_row(*(cell(row.get(c)) for c in columns))
    out = console()
    if title:
        out.print(title, style="bold")
    out.print(table)


def console(stderr: bool = False) -> Any:
    """Return a rich console that never wraps data to a narrow pipe."""
    import os

    from rich.console import Console

    class Piped(Console):
        """A console that leaves a closed pipe to the caller."""

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    made = Piped(stderr=stderr, highlight=False)
    return made if made.is_terminal or os.environ.get("COLUMNS") else Piped(stderr=stderr, highlight=False, width=160)


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what long work is at, and leave nothing behind; elsewhere stay silent."""
    shown = console(stderr=True)
    if not shown.is_terminal:
        yield lambda at: None
        return
    with shown.status(title) as status:
        yield lambda at: status.update(f"{title} {at}")


def cell(value: Any) -> str:
    """Return a value as one cell.

    >>> cell(2368.0), cell(None), cell(True), cell(["a", "b"])
    ('2368', '', 'true', 'a; b')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, (list, tuple)):
        return "; ".join(cell(v) for v in value)
    if isinstance(value, Mapping):
        return to_json(plain(value), indent=None)
    return str(value)


def write_whole(path: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Raises
    ------
    InputError : the folder does not exist or cannot be written.
    """
    import os
    import tempfile

    if not path.parent.is_dir():
        raise InputError("no such folder", where=str(path), got=str(path.parent), hint="make it first")
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError as problem:
        raise InputError(f"cannot write: {problem.strerror}", where=str(path), code="no-write") from None


def make_folder(out: Path) -> Path:
    """Make a folder that the user named, and return it.

    Raises
    ------
    InputError : it cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise InputError(f"cannot make the folder: {problem.strerror}", where="--out", got=str(out)) from None
    return out


def file_word(chip: str) -> str:
    """Return a chip's name as part of a file name: letters, digits and hyphens only.

    >>> file_word("RTX 4090 D"), file_word("昇腾910C"), file_word("../part.yaml")
    ('rtx-4090-d', '昇腾910c', 'part')
    """
    import re

    stem = Path(chip).stem if chip.endswith((".yaml", ".yml")) else chip
    return re.sub(r"[^\w]+", "-", stem.casefold()).strip("-_")[:60] or "part"
