"""``thesis``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from highfence.cli.fitting import Fitting
from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, working
from highfence.core.labels import Label

if TYPE_CHECKING:
    from highfence.core.facts import Source
    from highfence.policy.thesis import Region, Thesis

_WINS = Label("loosening beats banning at", "放松优于禁售的权重点")
_LEVEL = {"none": Label("rare earths left out", "不计稀土"), "low": Label("rare earths, low value", "稀土低值"),
          "mid": Label("rare earths, middle value", "稀土中值"), "high": Label("rare earths, high value", "稀土高值"),
          "drawn": Label("rare earths, value as drawn", "稀土按抽样值")}


@click.command()
@click.option("--horizon", default="2028", show_default=True, help="Last year or quarter, such as 2028 or 2026Q4.")
@click.option("--as-of", help="Day of knowledge, YYYY-MM-DD. All that the data knows if omitted.")
@click.option("--draws", type=int, default=200, show_default=True, help="Pairs of draws.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--prior", is_flag=True, help="Draw from the prior, fitted to nothing.")
@format_option
@lang_option
def thesis(horizon: str, as_of: str | None, draws: int, seed: int, prior: bool, format_: str, lang: str) -> None:
    """Say for which objectives and assumptions loosening the H20 beats banning it.

    The commentary says that the United States loosened because it could not hold on. This sets the licence of July 2025
    against the ban for a controller with stated objectives, and shows what each cause that was named changes. Nothing
    identifies which cause moved anyone, so no share of it is told.
    """
    from highfence.policy.thesis import NOT_IDENTIFIED
    from highfence.policy.thesis import thesis as find

    with working("thesis:") as at:
        found = find(horizon=horizon, draws=draws, seed=seed, as_of=as_of, posterior=not prior, progress=at)
    warnings = [found.basis, NOT_IDENTIFIED]
    if format_ == "json":
        print_json("thesis", found.to_dict(), warnings=warnings, sources=_sources(found))
    elif format_ == "table":
        _show(found, warnings, lang)
    else:
        print_rows(_rows(found), format_, "thesis")


def _sources(found: Thesis) -> list[Source]:
    from highfence.choice.store import known_sources
    from highfence.policy.scenarios import find_scenario
    from highfence.policy.thesis import CITED, shipped

    ids = [s for name in (found.a, found.b) for s in find_scenario(name).sources]
    ids += [*CITED, *(p.at().source for p in shipped() if p.at().source)]
    return [known_sources()[id] for id in dict.fromkeys(ids) if id in known_sources()]


def _rows(found: Thesis) -> list[dict[str, Any]]:
    """Return the grid of weights as rows: share of draws in which loosening beats banning."""
    from highfence.policy.thesis import OBJECTIVES

    return [{**{o.id: round(float(v), 3) for o, v in zip(OBJECTIVES, w)}, "share": float(s), "loosening": bool(s > 0.5)}
            for w, s in zip(found.weights, found.shares)]


def _table(heads: list[str]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head, justify="left" if i == 0 else "right")
    return table


def _points(region: Region) -> str:
    return f"{region.points} / {region.of}"


def _show(found: Thesis, warnings: list[Label], lang: str) -> None:
    from highfence.policy.thesis import OBJECTIVES, PROFILES
    from highfence.policy.words import number, signed

    out = console()
    title = Label(f"{found.a} against {found.b}, {found.since} to {found.horizon}, {found.pairs:,} pairs",
                  f"{found.a}对比{found.b}，{found.since}至{found.horizon}，{found.pairs:,}对抽样")
    out.print(title.text(lang), style="bold", markup=False)
    for warning in warnings:
        out.print(warning.text(lang), style="yellow", markup=False)
    words = (Label("objective", "目标"), Label("one unit is", "一单位为"), Label("A - B, units", "A－B（单位）"),
             Label("8 of 10 draws", "八成抽样"))
    table = _table([word.text(lang) for word in words])
    for o in OBJECTIVES:
        span = found.differences[o.id]
        table.add_row(o.label.text(lang), o.unit.text(lang), signed(span.mid),
                      f"{signed(span.low)}{' to ' if lang == 'en' else '至'}{signed(span.high)}")
    out.print(Fitting(table))
    table = _table(["", _WINS.text(lang), *(label.text(lang) for _, label, _ in PROFILES)])
    rows = [(Label("as drawn, rare earths left out", "按抽样，不计稀土"), found.base)]
    rows += [(Label(f"without {c.label.en}", f"不计{c.label.zh}"), c.without) for c in found.causes]
    rows += [(_LEVEL[level], region) for level, region in found.rival.regions.items() if level != "none"]
    for label, region in rows:
        table.add_row(label.text(lang), _points(region), *(f"{share:.0%}" for share in region.profiles.values()))
    what = Label("Points of weights at which loosening beats banning in more than half of draws; and shares of draws "
                 "in which it does, by stated objectives.",
                 "放松在过半抽样中优于禁售的权重点；以及各既定目标下放松占优的抽样份额。")
    out.print(what.text(lang), style="dim", markup=False)
    out.print(Fitting(table))
    for line in _lines(found, number):
        out.print(line.text(lang), markup=False)


def _lines(found: Thesis, number: Any) -> list[Label]:
    """Return what the tables do not show, line by line."""
    from highfence.policy.thesis import ASSUMPTIONS, LEVEL_LABELS, PROFILES

    few, many = (pick(found.cells, key=lambda c: c.region.points) for pick in (min, max))
    en, zh = ([comma.join(f"{a.label.text(lang)}{gap}{LEVEL_LABELS[level].text(lang)}" for a, level in
                          zip(ASSUMPTIONS, cell.levels)) for cell in (few, many)]
              for lang, comma, gap in (("en", ", ", " "), ("zh", "、", "")))
    made = [Label(f"Over {len(found.cells)} cells of assumptions: from {_points(few.region)} ({en[0]}) to "
                  f"{_points(many.region)} ({en[1]}).",
                  f"{len(found.cells)}格假设之间：自{_points(few.region)}（{zh[0]}）至{_points(many.region)}（{zh[1]}）。")]
    spans = found.revenue_weights
    made.append(Label("With the other three alike, no weight on revenue makes loosening better.",
                      "其余三项均等时，任何收入权重都不使放松占优。") if spans is None else
                Label(f"With the other three alike, loosening is better at weights on revenue from {spans[0]:.2f} to "
                      f"{spans[1]:.2f}.",
                      f"其余三项均等时，收入权重在{spans[0]:.2f}至{spans[1]:.2f}之间放松占优。"))
    for cause in found.causes:
        least, most = cause.cells
        made.append(Label(f"{cause.label.en}: {cause.means.en}; it is worth {least:+d} to {most:+d} points over the "
                          "cells of assumptions.",
                          f"{cause.label.zh}：若{cause.means.zh}；在各格假设中其作用为{least:+d}至{most:+d}点。"))
    value, even = found.rival.value, found.rival.break_even
    names = {id: label for id, label, _ in PROFILES}
    need = [(names[id], number(usd / 1e9)) for id, usd in even.items() if usd]
    made.append(Label(
        f"Rare-earth leverage (assumed): the licence is worth {number(value.mid / 1e9)} "
        f"({number(value.low / 1e9)} to {number(value.high / 1e9)}) bn USD. Needed for loosening to be better: "
        + ("; ".join(f"{label.en} {usd} bn" for label, usd in need) or "nothing") + ".",
        f"稀土筹码（假定）：许可值{number(value.mid / 1e9)}（{number(value.low / 1e9)}至{number(value.high / 1e9)}）"
        "十亿美元。放松占优所需：" + ("；".join(f"{label.zh}{usd}" for label, usd in need) or "无") + "。"))
    return made
