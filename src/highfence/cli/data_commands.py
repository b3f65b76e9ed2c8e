"""``sql`` and ``export``."""

from __future__ import annotations

from pathlib import Path

import click

from highfence.cli.output import format_option, print_rows

LIMIT = 10_000
"""Most rows that one query prints."""


@click.command()
@click.argument("query")
@format_option
def sql(query: str, format_: str) -> None:
    """Ask the catalogue in SQL (needs the extra [sql]).

    Tables: chips, facts, sources, prices, systems, memory, models, firms. Nothing outside them can be reached.
    """
    from highfence.catalogue.sql import run_sql

    columns, rows = run_sql(query, limit=LIMIT + 1)
    if len(rows) > LIMIT:
        rows = rows[:LIMIT]
        click.echo(f"only the first {LIMIT:,} rows are shown; ask for fewer with LIMIT and OFFSET", err=True)
    print_rows([dict(zip(columns, row)) for row in rows], format_, "sql", columns=columns)


@click.command()
@click.option("--format", "format_", type=click.Choice(["parquet", "duckdb", "csv", "xlsx"]), required=True,
              help="csv and parquet write a folder; duckdb and xlsx one file.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write; highfence-catalogue.* if omitted.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
def export(format_: str, out: Path | None, force: bool) -> None:
    """Write the catalogue as CSV, Parquet, DuckDB or a spreadsheet."""
    from highfence.catalogue.export import export as write

    path = out or Path("highfence-catalogue" + ("" if format_ in {"csv", "parquet"} else f".{format_}"))
    click.echo(str(write(format_, path, force=force)))
