"""``chip``, ``chips``, ``systems``, ``memory``, ``models`` and ``sources``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from highfence.catalogue import Chip, catalogue, metrics_of
from highfence.catalogue.attributes import ATTRIBUTES, attributes_of
from highfence.catalogue.metrics import missing
from highfence.cli.output import console, format_option, lang_option, print_json, print_rows
from highfence.core.facts import Fact, Resolved
from highfence.core.labels import Label
from highfence.core.quantities import format_number, format_quantity


@click.command()
@click.argument("name")
@format_option
@lang_option
def chip(name: str, format_: str, lang: str) -> None:
    """Show one chip: every fact with its range, grade and source.

    NAME is an id, a name or an alias in English or Chinese: H20, 910C, 昇腾910B, 思元590.
    """
    found = catalogue().chip(name)
    if format_ == "table":
        _print_chip(found, lang)
    elif format_ == "json":
        print_json("chip", chip_to_dict(found), sources=[catalogue().source(s) for s in sources_of(found)])
    else:
        print_rows([_fact_row(f, lang) for f in found.all_facts()], format_, "facts")


def chip_to_dict(found: Chip) -> dict[str, Any]:
    """Return a chip with its facts, resolved values, metrics and gaps as JSON."""
    return {
        "id": found.id, "name": found.name, "vendor": found.vendor, "family": found.family, "kind": found.kind,
        "form": found.form, "status": found.status, "aliases": found.aliases, "note": found.note,
        "values": {n: {"value": r.value, "low": r.low if r.contested else None, "high": r.high if r.contested else None,
                       "unit": r.fact.unit, "grade": r.grade, "source": r.fact.source, "contested": r.contested}
                   for n, r in found.resolved.items()},
        "metrics": {n: {"value": m.value, "low": m.low, "high": None if m.high == float("inf") else m.high,
                        "unit": m.kind, "formula": m.formula, "grade": m.grade} for n, m in metrics_of(found).items()},
        "facts": [f.to_dict() for f in found.all_facts()], "prices": found.prices, "missing": missing(found),
        "explanations": found.explanations}


def sources_of(found: Chip) -> list[str]:
    """Return the ids of a chip's sources, in order of first use."""
    return list(dict.fromkeys([*(f.source for f in found.all_facts()), *(p.source for p in found.prices)]))


def _print_chip(found: Chip, lang: str) -> None:
    from rich import box
    from rich.table import Table

    out = console()
    out.print(f"[bold]{found.name.text(lang)}[/]  {found.vendor} · {found.family} · {found.form} · {found.status}")
    if found.note:
        out.print(found.note.text(lang), style="dim")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in (Label("", ""), Label("value", "数值"), Label("range", "范围"), Label("grade", "证据"),
                  Label("source", "来源")):
        table.add_column(title.text(lang), overflow="fold")
    for name, metric in metrics_of(found).items():
        label = _METRIC_LABELS[name].text(lang)
        spread = _range(metric.low, metric.high, metric.kind) if metric.contested else ""
        table.add_row(f"[bold]{label}[/]", format_quantity(metric.value, metric.kind), spread, metric.grade,
                      metric.formula)
    for name in attributes_of("chip"):
        resolved = found.resolved.get(name)
        if resolved is not None:
            table.add_row(ATTRIBUTES[name].label.text(lang), _shown(resolved), _spread(resolved), resolved.grade,
                          resolved.fact.source)
    out.print(table)
    for price in found.prices:
        unit = "USD/h" if price.kind == "rental" else "USD"
        where = f"{price.kind}, {price.place or '–'}, {price.date}, {price.source}"
        out.print(f"  {Label('price', '价格').text(lang)}: {price.value:,.10g} {unit} ({where})", style="dim")
    gaps = missing(found)
    if gaps:
        out.print(f"{Label('Not published', '未公布').text(lang)}: {', '.join(gaps)}", style="yellow")
    for check, why in found.explanations.items():
        out.print(f"{Label('Discrepancy', '数据差异').text(lang)} ({check}): {why.text(lang)}", style="dim")


_METRIC_LABELS = {
    "tpp": Label("TPP", "总处理性能TPP"), "performance_density": Label("performance density", "性能密度"),
    "io_bandwidth_total": Label("aggregate I/O, both directions", "双向I/O总带宽"),
    "dram_bandwidth": Label("total DRAM bandwidth", "DRAM总带宽"),
    "memory_bandwidth_density": Label("memory bandwidth density", "内存带宽密度"),
}


def _shown(resolved: Resolved) -> str:
    return _value(resolved.value, resolved.fact.unit)


def _value(value: float | str | bool | None, unit: str | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, str):
        return value or ""
    return format_quantity(value, unit or "count")


def _spread(resolved: Resolved) -> str:
    if not resolved.contested:
        return ""
    return "disputed" if isinstance(resolved.value, (bool, str)) else _range(resolved.low, resolved.high,
                                                                             resolved.fact.unit or "count")


def _range(low: float, high: float, kind: str) -> str:
    end = "?" if high == float("inf") else format_quantity(high, kind)
    return f"{format_quantity(low, kind)} – {end}"


def _fact_row(fact: Fact, lang: str) -> dict[str, Any]:
    row = fact.to_dict()
    row.update({k: getattr(fact, k).text(lang) for k in ("note", "rejected") if getattr(fact, k)})
    return {k: row.get(k) for k in ("attribute", "value", "low", "high", "unit", "period", "published", "accessed",
                                    "grade", "source", "at", "kind", "note", "rejected")}


@click.command()
@click.option("--where", multiple=True, help="Keep rows: 'tpp>=4800', 'vendor=nvidia', 'memory_bandwidth>=4 TB/s'.")
@click.option("--sort", multiple=True, help="Column to sort by; '-tpp' for descending.")
@click.option("--columns", help="Columns to show, joined by commas.")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many rows.")
@format_option
@lang_option
def chips(where: tuple[str, ...], sort: tuple[str, ...], columns: str | None, limit: int | None, format_: str,
          lang: str) -> None:
    """List chips, filtered and sorted."""
    from highfence.catalogue.query import find_column, select_chips
    from highfence.catalogue.table import CHIPS

    shown = [find_column(c.strip()).name for c in columns.split(",")] if columns else None
    rows = select_chips(where, sort, shown)[:limit]
    if not rows:
        click.echo("no chip matches", err=True)
    if shown is None and format_ in {"table", "md"}:
        rows = [_short_row(row, _HEADINGS, lang) for row in rows]
        shown = [label.text(lang) for label in _HEADINGS.values()]
    print_rows(rows, format_, "chips", columns=shown or [c.name for c in CHIPS])


_HEADINGS = {
    "id": Label("id", "编号"), "name_{lang}": Label("name", "名称"), "tpp": Label("TPP", "TPP"),
    "performance_density": Label("TPP/mm²", "TPP/mm²"), "memory_capacity_gb": Label("GB", "GB"),
    "dram_bandwidth_gb_s": Label("DRAM GB/s", "DRAM GB/s"), "io_bandwidth_total_gb_s": Label("I/O GB/s", "I/O GB/s"),
    "logic_die_area_mm2": Label("die mm²", "裸片mm²"), "released": Label("released", "上市"),
    "missing": Label("missing", "缺失"),
}


def _short_row(row: Mapping[str, Any], headings: Mapping[str, Label], lang: str) -> dict[str, Any]:
    """Return the columns that a person wants first, numbers to four digits."""
    cells = {label.text(lang): row.get(name.format(lang=lang)) for name, label in headings.items()}
    return {k: _short(v) for k, v in cells.items()}


def _short(value: Any) -> Any:
    """Write a number to four digits, a large one in billions.

    >>> _short(671e9), _short(2368.0)
    ('671 bn', '2,368')
    """
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return value
    return f"{format_number(value / 1e9)} bn" if value >= 1e8 else format_number(float(value))


_ID, _NAME = ("id", Label("id", "编号")), ("name_{lang}", Label("name", "名称"))
_SYSTEM_HEADINGS = dict((
    _ID, _NAME, ("chip", Label("chip", "芯片")), ("chips", Label("chips", "芯片数")),
    ("scale_up_domain", Label("domain", "超节点")), ("scale_up_bandwidth_gb_s", Label("scale-up GB/s", "纵向GB/s")),
    ("power_w", Label("W", "W")), ("announced", Label("announced", "发布"))))
_MEMORY_HEADINGS = dict((
    _ID, _NAME, ("stack_height", Label("high", "层数")), ("memory_bandwidth_gb_s", Label("GB/s", "GB/s")),
    ("package_area_mm2", Label("mm²", "mm²")), ("memory_bandwidth_density_gb_s_mm2", Label("GB/s/mm²", "GB/s/mm²"))))
_MODEL_HEADINGS = dict((
    _ID, _NAME, ("developer", Label("developer", "开发者")), ("released", Label("released", "发布")),
    ("parameters_total", Label("parameters", "参数")), ("parameters_active", Label("active", "激活参数"))))


def _listing(name: str, help: str, headings: Mapping[str, Label]) -> click.Command:
    @click.command(name=name, help=help)
    @format_option
    @lang_option
    def command(format_: str, lang: str) -> None:
        from highfence.catalogue.table import tables

        rows: list[dict[str, Any]] = [dict(row) for row in tables()[name]]
        if format_ in {"table", "md"}:
            rows = [_short_row(row, headings, lang) for row in rows]
        print_rows(rows, format_, name)

    return command


systems = _listing("systems", "List servers, racks and clusters.", _SYSTEM_HEADINGS)
memory = _listing("memory", "List memory stacks.", _MEMORY_HEADINGS)
models = _listing("models", "List open language models.", _MODEL_HEADINGS)


@click.command()
@click.argument("id", required=False)
@format_option
def sources(id: str | None, format_: str) -> None:
    """List sources, or show one."""
    from highfence.core.envelope import plain
    from highfence.core.errors import InputError, did_you_mean
    from highfence.rules.store import shipped_law

    known = {s.id: s for s in catalogue().sources()} | dict(shipped_law().sources)
    if id is not None and id not in known:
        raise InputError("no such source", got=id, hint=did_you_mean(id, known))
    rows = [plain(known[i]) for i in ([id] if id else sorted(known))]
    print_rows(rows, format_, "sources", columns=["id", "title", "publisher", "date", "url"] if format_ == "table"
               else None)
