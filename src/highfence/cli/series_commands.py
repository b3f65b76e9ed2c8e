"""``series`` and ``events``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from highfence.catalogue.series import Event, Point, Series, all_series, search_series
from highfence.catalogue.series import events as all_events
from highfence.catalogue.series import series as find_series
from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label


@click.command()
@click.argument("id", required=False)
@click.option("--as-of", help="Day of knowledge: what was public then, in its latest print. All prints if omitted.")
@click.option("--first", is_flag=True, help="First prints alone.")
@click.option("--about", default="", metavar="WORD", help="List series that hold a word.")
@click.option("--chart", type=click.Path(path_type=Path), help="Write the series as SVG.")
@format_option
@lang_option
def series(id: str | None, as_of: str | None, first: bool, about: str, chart: Path | None, format_: str,
           lang: str) -> None:
    """List series, or show one: every value with when it became public.

    ID is one of those listed, or a word that a single series holds.
    """
    if id is None:
        if chart is not None or as_of is not None:
            raise InputError("of which series?", where="ID", example="highfence series nvidia-revenue")
        _list([_series_row(s, lang) for s in search_series(about)], format_)
        return
    found = _one(id)
    if first:
        found = found.first_prints()
    if as_of is not None:
        found = found.as_of(parse_day(as_of, "--as-of"))
    if chart is not None:
        from highfence.report.series_charts import series_chart

        write_whole(chart, series_chart(found, lang))
        click.echo(f"wrote {chart}", err=True)
    if format_ == "json":
        from highfence.catalogue import catalogue

        print_json("series", found, sources=[catalogue().source(s) for s in found.sources])
    elif format_ == "table":
        _show(found, lang)
    else:
        print_rows([_point_row(p) for p in found.points], format_, "series")


def _one(id: str) -> Series:
    """Return a series by id, or the only one that holds a word."""
    if id in all_series():
        return find_series(id)
    held = list(search_series(id))
    if len(held) == 1:
        return held[0]
    if held:
        raise InputError("several series hold that", where="ID", got=id, expected=", ".join(s.id for s in held[:8]))
    return find_series(id)


def _show(found: Series, lang: str) -> None:
    from rich import box
    from rich.table import Table

    out = console()
    out.print(f"[bold]{found.label.text(lang)}[/]  [dim]{found.id}[/]")
    out.print(found.definition.text(lang), style="dim", markup=False)
    if found.alternative_to:
        other = Label("another count of", "另一口径").text(lang)
        out.print(f"{other}: {found.alternative_to}", style="yellow", markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for head in (Label("period", "时期"), Label("value", "数值"), Label("range", "范围"), Label("public", "公开日"),
                 Label("kind", "性质"), Label("by", "发布者"), Label("grade", "证据"), Label("source", "来源")):
        table.add_column(head.text(lang), overflow="fold")
    for p in found.points:
        spread = "" if p.low == p.high else f"{p.low:,.10g} – {p.high:,.10g}"
        table.add_row(p.fiscal or p.period, f"{p.value:,.10g}", spread, p.published, p.kind, p.by, p.grade, p.source)
    out.print(f"{found.unit}", style="dim", markup=False)
    out.print(table)


def _series_row(s: Series, lang: str) -> dict[str, Any]:
    last = max(s.points, key=lambda p: (p.end, p.public))
    return {"id": s.id, "label": s.label.text(lang), "measure": s.measure, "unit": s.unit, "place": s.place,
            "values": len(s.points), "first": min(p.start for p in s.points).isoformat(), "last": last.period}


def _point_row(p: Point) -> dict[str, Any]:
    return {"period": p.period, "fiscal": p.fiscal, "start": p.start.isoformat(), "end": p.end.isoformat(),
            "value": p.value, "low": p.low, "high": p.high, "published": p.published, "kind": p.kind, "by": p.by,
            "grade": p.grade, "source": p.source}


@click.command()
@click.option("--about", default="", metavar="WORD", help="A word in names, actors, targets or chips.")
@click.option("--kind", default="", metavar="KIND", help="control, licence, tariff, order, supply, ...")
@click.option("--from", "first", help="First day, YYYY-MM-DD.")
@click.option("--until", "last", help="Last day, YYYY-MM-DD.")
@format_option
@lang_option
def events(about: str, kind: str, first: str | None, last: str | None, format_: str, lang: str) -> None:
    """List dated events: controls, licences, orders, measures of both governments."""
    from highfence.catalogue.series_schema import EVENT_KINDS

    if kind and kind not in EVENT_KINDS:
        raise InputError("no such kind of event", where="--kind", got=kind, expected=", ".join(EVENT_KINDS),
                         hint=did_you_mean(kind, EVENT_KINDS))
    begin = parse_day(first, "--from") if first else date.min
    end = parse_day(last, "--until") if last else date.max
    found = [e for e in all_events() if begin <= e.on <= end and kind in ("", e.kind) and (not about or e.about(about))]
    if format_ == "json":
        from highfence.catalogue import catalogue

        print_json("events", found, sources=[catalogue().source(s) for s in dict.fromkeys(e.source for e in found)])
    else:
        _list([_event_row(e, lang) for e in found], format_)


def _event_row(e: Event, lang: str) -> dict[str, Any]:
    return {"date": e.on.isoformat(), "effective": e.effective.isoformat() if e.effective else "", "kind": e.kind,
            "label": e.label.text(lang), "actors": list(e.actors), "grade": e.grade, "source": e.source}


def _list(rows: list[dict[str, Any]], format_: str) -> None:
    if not rows and format_ == "table":
        click.echo("nothing found", err=True)
        return
    print_rows(rows, format_, "list")
