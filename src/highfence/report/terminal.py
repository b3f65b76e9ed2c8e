"""The brief on a terminal: the answer, the figures, the status by destination, the lines nearest to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from highfence.core.labels import Label, check_language
from highfence.report.brief import Brief
from highfence.report.texts import say, texts
from highfence.report.timeline import Lane

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

STYLES = {"not_subject": "dim", "none": "green", "exception": "cyan", "case_by_case": "yellow",
          "if_certified": "yellow", "unpublished": "red", "denial": "bold red", "unknown": "magenta"}
MOST_LINES = 6


def print_brief(brief: Brief, lang: str, console: Console) -> None:
    """Print a short form of a brief.

    Raises
    ------
    InputError : a language that the interface does not speak.
    """
    check_language(lang)
    console.print()
    console.print(Text(brief.name.text(lang), style="bold"))
    console.print(Text(say("page.question", place=brief.place, day=brief.on).text(lang), style="dim"))
    console.print()
    console.print(Text(brief.outcome.text(lang), style=STYLES[brief.status]))
    for finding in brief.findings:
        console.print(Padding(Text(f"• {finding.text(lang)}"), (0, 0, 0, 2)))
    for title, block in _blocks(brief, lang):
        console.print()
        console.print(Text(say(title).text(lang), style="bold"))
        console.print(block)
    console.print()
    console.print(Text(brief.disclaimer.text(lang), style="dim"))
    console.print(Text(f"highfence {brief.versions.code} · {say('page.data').text(lang)} {brief.versions.data} · "
                       f"{say('page.law').text(lang)} {brief.versions.law}", style="dim"))


def _blocks(brief: Brief, lang: str) -> Iterator[tuple[str, RenderableType]]:
    yield "page.facts", _facts(brief, lang)
    if brief.comparison.rows:
        yield "page.compared", _ratios(brief, lang)
    yield "page.abilities", _abilities(brief, lang)
    yield "page.costs", _costs(brief, lang)
    yield "page.choices", _choices(brief, lang)
    if brief.choices.theories:
        yield "page.theories", _theories(brief, lang)
    yield "page.timeline", _timeline(brief, lang)
    if brief.margins:
        yield "page.headroom", _margins(brief, lang)
    caught = [c for c in brief.changes if c.caught]
    if caught:
        yield "page.caught", _grid([[Text(f"{c.label.text(lang)} {c.shown.text(lang)}"), c.shown_delta.text(lang),
                                     f"→ {c.paragraph}", str(c.on)] for c in caught])
    if brief.unknowns.questions:
        yield "page.unknowns", Padding(Text("\n".join(f"? {q.text(lang)}" for q in brief.unknowns.questions)),
                                       (0, 0, 0, 2))


def _facts(brief: Brief, lang: str) -> Table:
    wanted = {"tpp", "performance_density", "io_bandwidth", "peak_fp16", "peak_fp8", "memory_capacity",
              "memory_bandwidth", "link_bandwidth", "logic_die_area", "process_node", "tdp", "announced", "datacenter"}
    rows = {r.name: r for group in brief.facts for r in group.rows if r.name in wanted}
    return _grid([[r.label.text(lang), _with_range(r.shown, r.shown_range, lang),
                   Text(_word("grade", r.grade, lang), style="dim")] for r in rows.values()])


def _with_range(shown: Label, spread: Label | None, lang: str) -> str:
    return shown.text(lang) if spread is None else say("word.value_range", value=shown, range=spread).text(lang)


def _ratios(brief: Brief, lang: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say("page.measure").text(lang))
    table.add_column(brief.short.text(lang), justify="right")
    for reference in brief.comparison.references:
        table.add_column(reference.short.text(lang), justify="right")
    for row in brief.comparison.rows:
        table.add_row(row.label.text(lang), row.shown.text(lang), *(c.shown_ratio.text(lang) for c in row.cells))
    return table


def _abilities(brief: Brief, lang: str) -> RenderableType:
    """Return the part's throughput by workload, its share of each reference with its interval, and the kernels'
    shares.
    """
    made = brief.abilities
    if made.missing is not None:
        return Padding(Text(made.missing.text(lang)), (0, 0, 0, 2))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say("page.work").text(lang))
    table.add_column(brief.short.text(lang), justify="right")
    for reference in made.references:
        table.add_column(reference.short.text(lang), justify="right")
    for row in made.rows:
        table.add_row(row.title.text(lang), (row.own.reason or row.own.shown).text(lang),
                      *(_share(c.reason, c.shown_ratio, c.shown_ratio_range, lang) for c in row.others))
    for kernel in made.kernels:
        table.add_row(Text(kernel.title.text(lang), style="dim"), (kernel.reason or kernel.shown_time).text(lang),
                      *(_share(c.reason, c.shown, c.shown_range, lang) for c in kernel.cells))
    return table


def _share(reason: Label | None, shown: Label, span: Label, lang: str) -> Text:
    if reason is not None:
        return Text(say("word.dash").text(lang))
    return Text.assemble(shown.text(lang), (f" {span.text(lang)}", "dim") if span.en else "")


def _costs(brief: Brief, lang: str) -> RenderableType:
    """Return what an hour and a million tokens cost on each chip, with how its purchase stood in law."""
    made = brief.costs
    if made.missing is not None:
        return Padding(Text(made.missing.text(lang)), (0, 0, 0, 2))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say("page.part").text(lang))
    table.add_column(say("page.law_of_day").text(lang))
    table.add_column(say("page.hour").text(lang), justify="right")
    for title, _ in made.services:
        table.add_column(title.text(lang), justify="right")
    for row in made.rows:
        table.add_row(row.short.text(lang), say(f"cost.status_{row.status}").text(lang), row.shown_hour.text(lang),
                      *(_share(c.reason, c.shown, c.shown_range, lang) for c in row.cells))
    return table


def _choices(brief: Brief, lang: str) -> RenderableType:
    """Return the part's share of each segment's work, and that of chips made in the destination."""
    made = brief.choices
    if made.missing is not None:
        return Padding(Text(made.missing.text(lang)), (0, 0, 0, 2))
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(say("page.segment").text(lang))
    table.add_column(brief.short.text(lang), justify="right")
    table.add_column(say("page.made_in", place=made.place).text(lang), justify="right")
    for row in made.segments:
        own = next(cell for cell in row.cells if cell.chip == brief.chip)
        table.add_row(row.title.text(lang), _share(row.reason, own.shown, own.shown_range, lang),
                      _share(row.reason, row.shown_domestic, row.shown_domestic_range, lang))
    return table


def _theories(brief: Brief, lang: str) -> Table:
    """Return verdict and turning points by segment and rival."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for key in ("segment", "rival", "verdict_column", "leaning", "cheaper", "even_price", "flip_hazard"):
        table.add_column(say(f"page.{key}").text(lang), justify="right" if key == "cheaper" else "left")
    for row in brief.choices.theories:
        table.add_row(*(label.text(lang) for label in (row.title, row.rival_short, row.shown_verdict, row.shown_leaning,
                                                       row.shown_cheaper, row.shown_price, row.shown_hazard)))
    return table


def _timeline(brief: Brief, lang: str) -> Table:
    return _grid([[lane.place.text(lang), _spans(lane, lang)] for lane in brief.timeline.lanes])


def _spans(lane: Lane, lang: str) -> Text:
    """Return the statuses of a lane, each from its first day; neighbours of one status are one."""
    line = Text()
    held = ""
    for segment in lane.segments:
        if segment.status == held:
            continue
        line.append("  " if held else "")
        line.append(f"{segment.start:%Y-%m-%d} ", style="dim")
        line.append(say(f"status.{segment.status}_short").text(lang), style=STYLES[segment.status])
        held = segment.status
    return line


def _margins(brief: Brief, lang: str) -> Table:
    rows = [m for m in brief.margins if m.layer != "duty"][:MOST_LINES]
    return _grid([[f"{m.label.text(lang)} {m.op} {m.shown_line.text(lang)}",
                   m.shown_distance.text(lang), m.shown_percent.text(lang),
                   Text(", ".join(m.provisions[:2]), style="dim"),
                   Text(say("page.reported").text(lang) if m.reported else "", style="magenta")] for m in rows])


def _grid(rows: Sequence[Sequence[str | Text]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for row in rows:
        table.add_row("", *row)
    return table


def _word(section: str, key: str, lang: str) -> str:
    found = texts().get(f"{section}.{key}")
    return found.text(lang) if found else key
