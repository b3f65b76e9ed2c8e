"""``whatif``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from highfence.cli.cost_commands import parse_given
from highfence.cli.fitting import Fitting
from highfence.cli.output import (
    as_csv,
    console,
    file_word,
    format_option,
    lang_option,
    make_folder,
    print_json,
    print_rows,
    working,
    write_whole,
)
from highfence.core.labels import Label

if TYPE_CHECKING:
    from collections.abc import Callable

    from highfence.core.facts import Source
    from highfence.policy.attribution import Attribution
    from highfence.policy.sensitivity import Sensitivity
    from highfence.policy.thesis import Thesis
    from highfence.policy.whatif import Compared, Row, WhatIf

SHOWN = ("nvidia_china_revenue", "nvidia_total_revenue", "domestic_share_units", "domestic_share_value",
         "domestic_share_compute", "domestic_output_h100e", "domestic_revenue", "compute_stock_h100e",
         "compute_stock_training_h100e", "largest_training_run", "smuggled_units", "premium", "flagship_paid",
         "price_of_work", "equipment_sales", "restriction")
"""Outcomes that the table on a terminal shows unless others are asked for."""

_NEWCOMER = """\
highfence whatif says what a policy does against another, over paired draws of the market. Try:

  highfence whatif h20-licence-2025 --against h20-ban-2025 --horizon 2028
  highfence whatif enforcement-doubled --outcome smuggled_units --outcome premium
  highfence whatif h20-licence-2025 --why             mechanisms, assumptions and what would turn the sign
  highfence whatif h20-licence-2025 --why --out out   the same as a page with figures, its JSON and tables
  highfence whatif mine.yaml                          one of your own: highfence template scenario > mine.yaml

highfence scenarios lists policies, highfence outcomes what can be told, highfence whatif --help every option."""

_HEADS = {"outcome": Label("outcome", "指标"), "unit": Label("unit", "单位"), "a": Label("A", "A"),
          "b": Label("B", "B"), "difference": Label("A - B (8 of 10 draws)", "A－B（八成抽样）"),
          "share": Label("A > B", "A高于B"),
          "over": Label("over", "期间")}
_OVER = {"sum": Label("sum", "累计"), "mean": Label("mean", "均值"), "end": Label("end", "期末")}


@click.command()
@click.argument("name", required=False)
@click.option("--against", metavar="NAME", help="Scenario to set it against; its counterpart, or its base.")
@click.option("--horizon", default="2028", show_default=True, help="Last year or quarter, such as 2028 or 2026Q4.")
@click.option("--outcome", "names", multiple=True, metavar="NAME",
              help="What to tell, a name of `highfence outcomes`; repeat for several.")
@click.option("--as-of", help="Day of knowledge, YYYY-MM-DD: law, levers of history and figures that became public "
                              "later are not used. All that the data knows if omitted.")
@click.option("--set", "given", multiple=True, metavar="NAME=NUMBER", help="Fix a parameter of docs/model.md.")
@click.option("--draws", type=int, default=1000, show_default=True, help="Pairs of draws.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--prior", is_flag=True, help="Draw from the prior, fitted to nothing.")
@click.option("--engine", default="here", show_default=True, metavar="ENGINE",
              help="Where draws run: here, or dask, on a cluster; the answer is the same to the byte.")
@click.option("--scheduler", metavar="ADDRESS",
              help="Address of a Dask scheduler, tcp://HOST:PORT; processes of this machine if omitted.")
@click.option("--why", is_flag=True,
              help="Also say which mechanisms make the difference, which assumptions it rests on and what would turn "
                   "its sign; about two minutes.")
@click.option("--sobol", type=int, default=0, metavar="N",
              help="With --why: Sobol's indices from N base samples, a power of two; takes SALib.")
@click.option("--gradients", is_flag=True, help="With --why: slopes beside the swings, in JSON; takes JAX.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Folder for the page whatif-A-against-B.html, its .json and a .csv for each chart; made if missing. "
                   "With --why the page says why, too.")
@format_option
@lang_option
def whatif(name: str | None, against: str | None, horizon: str, names: tuple[str, ...], as_of: str | None,
           given: tuple[str, ...], draws: int, seed: int, prior: bool, engine: str, scheduler: str | None, why: bool,
           sobol: int, gradients: bool, out: Path | None, format_: str, lang: str) -> None:
    """Say what a policy does against another, over paired draws of the market.

    NAME is a scenario of `highfence scenarios`, or a YAML file. Every answer says what it rests on; middles are
    medians, and eight of ten draws lie between the ends.
    """
    from highfence.policy.whatif import whatif as compare

    if name is None:
        click.echo(_NEWCOMER)
        return
    with working(f"{name}:") as at:
        found = compare(name, against, horizon=horizon, draws=draws, seed=seed, as_of=as_of, given=parse_given(given),
                        keep=names or None, posterior=not prior, engine=engine, address=scheduler,
                        progress=lambda done: at(f"{done:,} of {2 * draws:,} runs"))
    warnings = [found.basis, *found.warnings]
    reasons = None
    if why and found.since is not None:
        with working(f"{name}:") as at:
            reasons = _why(found, (name, against), names, given, not prior, sobol, gradients, at)
    if out is not None:
        with working(f"{name}:") as at:
            _write(out, found, reasons, None if given else _thesis(found, reasons, not prior, at), lang)
    if format_ == "json":
        told = {"why": {"attribution": reasons[0].to_dict(), "sensitivity": reasons[1].to_dict()}} if reasons else {}
        print_json("whatif", {**found.to_dict(), **told}, warnings=warnings, sources=_sources(found))
    elif format_ == "table":
        _show(found, names or SHOWN, warnings, lang)
        if reasons:
            from highfence.cli.why_view import show_why

            show_why(*reasons, lang)
    elif reasons:
        from highfence.cli.why_view import why_rows

        print_rows(why_rows(*reasons), format_, "why")
    else:
        print_rows([row for one in found.outcomes.values() for row in _rows(one)], format_, "whatif",
                   columns=None if found.outcomes else [])


def _thesis(found: WhatIf, reasons: object, posterior: bool, at: Callable[[str], None]) -> Thesis | None:
    """Return the thesis for the page, where the question is its own and reasons are asked for."""
    from highfence.policy.thesis import A, B, thesis

    if reasons is None or (found.a, found.b) != (A, B):
        return None
    return thesis(found.a, found.b, horizon=found.horizon, seed=found.seed, as_of=found.as_of, posterior=posterior,
                  progress=at)


def _write(out: Path, found: WhatIf, reasons: tuple[Attribution, Sensitivity] | None, held: Thesis | None,
           lang: str) -> None:
    """Write the page, its JSON and the data of its charts."""
    from highfence.core.envelope import envelope, to_json
    from highfence.report.whatif_data import chart_tables
    from highfence.report.whatif_page import build_whatif, render_whatif

    made = build_whatif(found, reasons, held)
    page = render_whatif(made, lang)
    data = to_json(envelope("whatif", made, warnings=[found.basis, *found.warnings],
                            sources=[s.source for s in made.sources]))
    folder = make_folder(out)
    stem = f"whatif-{file_word(found.a)}-against-{file_word(found.b)}" + ("" if lang == "en" else f"-{lang}")
    write_whole(folder / f"{stem}.html", page)
    write_whole(folder / f"{stem}.json", data)
    tables = chart_tables(made)
    for id, rows in tables.items():
        write_whole(folder / f"{stem}-{id}.csv", as_csv(list(rows[0]), rows))
    click.echo(f"wrote {folder / stem}.html, .json and {len(tables)} tables", err=True)


MOST_WHY, MOST_RESTS = 500, 3
"""Pairs that --why takes apart at most, and outcomes whose assumptions it tells."""


def _why(found: WhatIf, pair: tuple[str, str | None], names: tuple[str, ...], given: tuple[str, ...],
         posterior: bool, sobol: int, gradients: bool, at: Callable[[str], None]) -> tuple[Attribution, Sensitivity]:
    """Return what mechanisms add to a what-if's differences, and which assumptions they rest on."""
    from highfence.policy.attribution import OUTCOMES, attribution
    from highfence.policy.sensitivity import DRAWS, SCREEN, sensitivity
    from highfence.policy.sensitivity import OUTCOMES as RESTS

    shared: dict[str, Any] = {"horizon": found.horizon, "since": found.since, "seed": found.seed, "as_of": found.as_of,
                              "given": parse_given(given), "posterior": posterior}
    parts = attribution(*pair, outcomes=names or OUTCOMES, draws=max(2, min(found.draws, MOST_WHY)),
                        progress=lambda done, total: at(f"{done:,} of {total:,} runs of mechanisms"), **shared)
    rests = sensitivity(*pair, outcomes=(names or RESTS)[:MOST_RESTS], sobol=sobol, gradients=gradients,
                        draws=max(SCREEN, min(found.draws, DRAWS)), progress=at, **shared)
    return parts, rests


def _sources(found: WhatIf) -> list[Source]:
    from highfence.choice.store import known_sources

    return [known_sources()[id] for id in found.sources if id in known_sources()]


def _rows(one: Compared) -> list[dict[str, Any]]:
    """Return an outcome as rows of a table for programs: every quarter, every year and the whole span."""
    found = []
    for span, rows in (("quarter", one.quarters), ("year", one.years), ("whole", (one.whole,))):
        found += [{"outcome": one.outcome.name, "unit": one.outcome.unit, "span": span, "at": row.at,
                   **_columns("a", row.a), **_columns("b", row.b), **_columns("difference", row.difference),
                   "above": row.above, "below": row.below} for row in rows]
    return found


def _columns(name: str, values: tuple[float, ...]) -> dict[str, float]:
    from highfence.market.runs import QUANTILES

    return {f"{name}_{round(100 * q):02d}": v for q, v in zip(QUANTILES, values)}


def _show(found: WhatIf, names: tuple[str, ...], warnings: list[Label], lang: str) -> None:
    from rich import box
    from rich.table import Table

    out = console()
    out.print(found.headline().text(lang), style="bold", markup=False)
    for side, label in (("A", found.label_a), ("B", found.label_b)):
        out.print(f"{side}: {label.text(lang)}", style="dim", markup=False)
    for warning in warnings:
        out.print(warning.text(lang), style="yellow", markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in _HEADS.values():
        table.add_column(head.text(lang))
    for name in names:
        if name in found.outcomes:
            table.add_row(*_cells(found.outcomes[name], lang))
    out.print(Fitting(table))
    pairs = Label(f"{found.pairs:,} paired draws, seed {found.seed}; what each is made of: --format csv or json, "
                  "quarter by quarter", f"{found.pairs:,}对抽样，种子{found.seed}；逐季数据见--format csv或json")
    out.print(pairs.text(lang), style="dim", markup=False)


def _cells(one: Compared, lang: str) -> list[str]:
    from highfence.policy.words import number, scale_of, span_words

    row: Row = one.whole
    divisor, unit = scale_of(one.outcome)
    words = span_words(row, divisor)
    return [one.outcome.label.text(lang), unit.text(lang), number(row.a[3] / divisor), number(row.b[3] / divisor),
            words if lang == "en" else words.replace(" to ", "至"), f"{row.above:.0%}", _OVER[one.by_year].text(lang)]
