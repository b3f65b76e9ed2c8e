"""Why a what-if comes out as it does, on a terminal and as rows: mechanisms, assumptions and the sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from highfence.cli.fitting import Fitting
from highfence.cli.output import console
from highfence.core.labels import Label

if TYPE_CHECKING:
    from highfence.policy.attribution import Attribution, Split
    from highfence.policy.sensitivity import Rests, Sensitivity, Turn

TOLD_BARS = 10
_MECHANISMS = (Label("mechanism", "机制"), Label("adds, mean", "贡献均值"), Label("error", "误差"),
               Label("8 of 10 draws", "八成抽样"), Label("above 0", "大于零"))
_BARS = (Label("assumption", "假设"), Label("low", "低端"), Label("high", "高端"), Label("mean at low", "低端均值"),
         Label("mean at high", "高端均值"), Label("median at low", "低端中位数"), Label("median at high", "高端中位数"),
         Label("error of swing", "摆幅误差"))
_INDICES = (Label("assumption", "假设"), Label("first", "一阶"), Label("total", "总"))


def show_why(parts: Attribution, rests: Sensitivity, lang: str) -> None:
    """Print what mechanisms add, and what the difference rests on."""
    out = console()
    how = (Label(f"every set of mechanisms, {parts.runs:,} runs", f"全部机制组合，{parts.runs:,}次运行")
           if parts.orders is None else
           Label(f"{parts.orders} orders of mechanisms a draw, {parts.runs:,} runs",
                 f"每次抽样{parts.orders}种机制次序，{parts.runs:,}次运行"))
    head = Label(f"Mechanisms: off means the value of {parts.b}, draw by draw. {parts.pairs:,} pairs, {how.en}. "
                 "Means add up to the mean difference, medians do not.",
                 f"机制：关闭即逐抽样取{parts.b}之值。{parts.pairs:,}对抽样，{how.zh}。均值相加等于差异均值，中位数不可加。")
    out.print(head.text(lang), style="dim", markup=False)
    if parts.failed:
        failed = Label(f"{parts.failed} draws failed and are left out", f"{parts.failed}次抽样失败，未计入")
        out.print(failed.text(lang), style="yellow", markup=False)
    for one in parts.outcomes.values():
        _mechanisms(one, lang)
    out.print(Label(f"Assumptions: each of {rests.assumptions} alone at the 10th and 90th percentile of its range, in "
                    f"{rests.draws:,} paired draws.",
                    f"假设：{rests.assumptions}项各自置于其范围第10与第90百分位，{rests.draws:,}对抽样。").text(lang),
              style="dim", markup=False)
    for name in rests.outcomes:
        _assumptions(rests[name], lang)


def _titled(name: Label, at: str, unit: Label, mean: str, lang: str) -> str:
    return Label(f"{name.en}, {at}: A - B {mean} {unit.en} on average",
                 f"{name.zh}，{at}：A－B均值{mean}{unit.zh}").text(lang)


def _table(heads: tuple[Label, ...], lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for i, head in enumerate(heads):
        table.add_column(head.text(lang), justify="left" if i == 0 else "right")
    return table


def _mechanisms(one: Split, lang: str) -> None:
    from highfence.policy.words import number, scale_of, signed

    divisor, unit = scale_of(one.outcome, difference=True)
    table = _table(_MECHANISMS, lang)
    joined = " to " if lang == "en" else "至"
    for part in sorted(one.parts, key=lambda p: -abs(p.mean)):
        table.add_row(part.label.text(lang), signed(part.mean / divisor), number(part.error / divisor),
                      f"{signed(part.range.low / divisor)}{joined}{signed(part.range.high / divisor)}",
                      f"{part.above:.0%}")
    out = console()
    mean = f"{signed(one.mean / divisor)} ± {number(one.error / divisor)}"
    out.print(_titled(one.outcome.label, one.at, unit, mean, lang), style="bold", markup=False)
    out.print(Fitting(table))


def _assumptions(one: Rests, lang: str) -> None:
    from highfence.policy.words import number, scale_of, signed

    divisor, unit = scale_of(one.outcome, difference=True)
    table = _table(_BARS, lang)
    for bar in one.bars[:TOLD_BARS]:
        low, high = ("", "") if bar.values is None else (number(v) for v in bar.values)
        table.add_row(bar.factor.label.text(lang), low, high, signed(bar.mean_low / divisor),
                      signed(bar.mean_high / divisor), signed(bar.median_low / divisor),
                      signed(bar.median_high / divisor), number(bar.error / divisor))
    out = console()
    out.print(_titled(one.outcome.label, one.at, unit, signed(one.mean / divisor), lang), style="bold", markup=False)
    out.print(Fitting(table))
    if one.indices is not None:
        shares = _table(_INDICES, lang)
        for index in one.indices:
            shares.add_row(index.factor.label.text(lang), f"{index.first:.2f} ± {index.first_error:.2f}",
                           f"{index.total:.2f} ± {index.total_error:.2f}")
        out.print(Label("Sobol's indices of them, all other assumptions at their middles, with 95 % intervals",
                        "上述假设的Sobol指数，其余假设取中值，附95%区间").text(lang), style="dim", markup=False)
        out.print(Fitting(shares))
    out.print(Label("Sign of the median: ", "中位数符号：").text(lang) + one.verdict().text(lang), markup=False)


def why_rows(parts: Attribution, rests: Sensitivity) -> list[dict[str, Any]]:
    """Return all of it as rows of one table for programs."""
    rows = []
    for one in parts.outcomes.values():
        rows += [_row(one.outcome.name, one.at, "mechanism", p.id, mean=p.mean, error=p.error, low=p.range.low,
                      mid=p.range.mid, high=p.range.high) for p in one.parts]
    for rest in rests.outcomes.values():
        name = rest.outcome.name
        rows += [_row(name, rest.at, "assumption", b.factor.id, mean=b.swing, error=b.error, low=b.mean_low,
                      high=b.mean_high) for b in rest.bars]
        rows += [_row(name, rest.at, "sobol", i.factor.id, mean=i.total, error=i.total_error, low=i.first)
                 for i in rest.indices or ()]
        rows += [_turned(name, rest.at, kind, turn) for kind, turns in (("sign", rest.turns), ("sign-pair", rest.pairs))
                 for turn in turns]
    return rows


def _turned(name: str, at: str, kind: str, turn: Turn) -> dict[str, Any]:
    return _row(name, at, kind, "; ".join(f.id for f in turn.factors), mean=turn.median, low=turn.quantiles[0],
                high=turn.quantiles[-1])


def _row(outcome: str, at: str, kind: str, id: str, **figures: float) -> dict[str, Any]:
    return {"outcome": outcome, "at": at, "kind": kind, "id": id,
            **{name: figures.get(name) for name in ("mean", "error", "low", "mid", "high")}}
