"""What a buyer chooses, and the fork it stands at, as a person reads them in a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from highfence.choice.buyers import FIGURES, Buyer
from highfence.choice.choose import Alternative, Choice
from highfence.choice.feasible import STATUSES, Option
from highfence.choice.indifference import Indifference, Split, Turn
from highfence.choice.utility import TERMS
from highfence.cli.cost_view import between, tree
from highfence.cli.fitting import Fitting
from highfence.cli.perf_words import GRADE_ZH, three, word
from highfence.core.labels import Label
from highfence.core.ranges import Range

NESTS = {"foreign": Label("foreign", "境外"), "domestic": Label("domestic", "国产")}
TERM_WORDS = {
    "work": Label("cost of the work", "工作成本"), "switching": Label("switching", "迁移"),
    "software": Label("software", "软件"), "supply_risk": Label("supply risk", "断供风险"),
    "compliance_risk": Label("compliance risk", "合规风险"), "lock_in": Label("second platform", "双平台运维"),
    "home": Label("home preference", "国产偏好")}
LAYERS = {
    "release": Label("release", "上市"), "law": Label("law", "法律"), "supply": Label("supply", "供应"),
    "government": Label("own government", "本国政府"), "means": Label("means", "支付能力"),
    "compliance": Label("compliance", "合规")}
OUTCOME_WORDS = {
    "relief": Label("relief", "及时雨"), "trap": Label("trap", "陷阱"), "neither": Label("neither", "两者皆非"),
    "no difference": Label("no difference", "无差别"), "dearer at once": Label("dearer at once", "起初即更贵"),
    "locked in": Label("locked in", "被锁定")}
WAYS = {"take": Label("take {foreign} now", "现在采购{foreign}"),
        "move": Label("move to {domestic} now", "现在迁往{domestic}"),
        "rent": Label("rent, and decide later", "先租用，以后再定")}
TITLE = Label("{foreign} now, or {domestic}", "现在采购{foreign}，还是{domestic}")
MOVES = Label("{open} while supply lasts, {cut} after a cut in the next quarter",
              "供应不断：{open}；下季度断供：{cut}")
UNITS_ZH = {"unit of work": "单位工作", "million tokens": "百万词元"}
SHOWN = 0.005
"""Shares below this are counted, not listed, unless asked why."""


def percent(value: Range) -> str:
    """Return a share with what is expected around it.

    >>> percent(Range(0.1, 0.25, 0.5))
    '25 % \\\\[10 – 50]'
    """
    mid = _share(value.mid)
    if value.low == value.high:
        return mid
    return f"{mid} \\[{value.low * 100:.0f} – {value.high * 100:.0f}]"


def _share(value: float) -> str:
    return f"{value:.1%}".replace("%", " %") if 0.0 < value < 0.01 else f"{value * 100:.0f} %"


# ---- choose --------------------------------------------------------------------------------------------------------


def show_choice(c: Choice, lang: str, why: bool, out: Any) -> None:
    """Print what one buyer takes."""
    title = Label("share of the work by chip", "各芯片承担的工作份额").text(lang)
    out.print(f"[bold]{c.buyer.label.text(lang)}[/]  {title}  [dim]{c.to}, {c.on}[/]")
    out.print(Label("cost 1 is each kind of work on its cheapest chip; total adds what comes on top; 80 % interval in "
                    "brackets", "成本1为各类工作用最便宜芯片；合计含其他各项；括号内为80%区间").text(lang), style="dim",
              markup=False)
    listed = [a for a in c.alternatives if why or a.share.mid >= SHOWN]
    out.print(Fitting(_chips(listed, lang)))
    rest = [a for a in c.alternatives if a not in listed]
    if rest:
        out.print(Label("{n} more take {share} together", "另有{n}款合计{share}").format(
            n=len(rest), share=_share(sum(a.share.mid for a in rest))).text(lang), style="dim", markup=False)
    _summary(c, lang, out)
    if why:
        _terms(c, lang, out)
        _reasons(c, lang, out)
        _parameters(c, lang, out)
    _refused(c, lang, out)
    for note in c.warnings:
        out.print(f"! {note.text(lang)}", style="yellow", markup=False)


def _chips(rows: Sequence[Alternative], lang: str) -> Any:
    heads = (Label("chip", "芯片"), Label("made", "来源"), Label("share", "份额"),
             Label("odds of delivery", "可得概率"), Label("cost", "成本"), Label("total", "合计"),
             Label("that day", "当日"), Label("weakest grade", "最弱证据"))
    table = _table(heads, lang, numbers=(2, 3, 4, 5))
    for a in rows:
        table.add_row(a.option.name.text(lang), NESTS[a.nest].text(lang), percent(a.share), percent(a.odds),
                      between(a.cost), between(a.total), STATUSES[a.option.status].text(lang),
                      word(a.grade, GRADE_ZH, lang))
    return table


def _summary(c: Choice, lang: str, out: Any) -> None:
    lines = [(Label("domestic chips", "国产芯片"), percent(c.domestic))]
    if c.none > 0.0:
        lines.append((Label("work that waits for supply", "因供应不足而等待的工作"), _share(c.none)))
    lines.append((Label("worth of chips from abroad", "境外芯片之于买方的价值"),
                  f"{between(c.surplus)} " + Label("USD over {y} years", "美元／{y}年").format(
                      y=three(c.buyer.horizon_years.value.mid)).text(lang)))
    if c.decided:
        d, names = c.decided, {a.chip: a.option.name for a in c.alternatives}
        lines.append((Label("what decides", "起决定作用的"), Label(
            "{term}: favours {chip} over {over} by {by:.2f} (log cost)",
            "{term}：{chip}较{over}有利{by:.2f}（对数成本）").format(
                term=TERM_WORDS[d.term], chip=names[d.chip], over=names[d.over], by=d.by).text(lang)))
    for label, text in lines:
        out.print(f"{label.text(lang)}: [bold]{text}[/]")


def _terms(c: Choice, lang: str, out: Any) -> None:
    title = Label("Terms of utility, log cost (less is worse)", "效用各项，对数成本（越低越差）").text(lang)
    out.print(f"\n[bold]{title}[/]")
    used = [name for name in TERMS if any(abs(a.terms[name]) > 5e-4 for a in c.alternatives)]
    table = _table((Label("chip", "芯片"), *(TERM_WORDS[n] for n in used), Label("elasticity", "弹性")), lang,
                   numbers=range(1, len(used) + 2))
    for a in c.alternatives:
        table.add_row(a.option.name.text(lang), *(f"{a.terms[n]:+.2f}" for n in used), f"{a.elasticity:.2f}")
    out.print(Fitting(table))


def _reasons(c: Choice, lang: str, out: Any) -> None:
    from rich.markup import escape
    from rich.tree import Tree

    made = Tree(f"[bold]{Label('What lets each through', '各关口').text(lang)}[/]")
    for a in c.alternatives:
        branch = made.add(f"{a.option.name.text(lang)}: {percent(a.odds)}")
        for r in a.option.reasons:
            tail = " ".join((word(r.grade, GRADE_ZH, lang), ", ".join(r.sources))).strip()
            branch.add(f"{LAYERS[r.layer].text(lang)} {percent(r.factor)}: {escape(r.text.text(lang))} "
                       f"[dim]{escape(tail)}[/]")
    out.print(made)


def _parameters(c: Choice, lang: str, out: Any) -> None:
    out.print(f"[bold]{Label('Parameters', '参数').text(lang)}[/]")
    table = _table((Label("id", "编号"), Label("what", "含义"), Label("value", "数值"), Label("unit", "单位"),
                    Label("grade", "等级"), Label("source", "来源")), lang, numbers=(2,))
    for t in c.parameters:
        table.add_row(t.id, t.label.text(lang), between(t.value), t.unit, word(t.weakest, GRADE_ZH, lang),
                      ", ".join(t.all_sources[:3]) + (" …" if len(t.all_sources) > 3 else ""))
    out.print(Fitting(table))


def _refused(c: Choice, lang: str, out: Any) -> None:
    """Print why chips are left out, those of one reason together."""
    from highfence.catalogue import catalogue

    by_reason: dict[str, list[str]] = {}
    for chip, reason in c.refused.items():
        name = catalogue().chip(chip).name
        text = reason.text(lang)
        for spelled in (name.en, name.zh):
            text = text.replace(f" of {spelled}", "").replace(f" x {spelled}", Label(" chips", "颗").text(lang))
        text = re.sub(r"^\d+ chips cost [\d,]+ USD at", "one server costs more at", text)
        text = re.sub(r"^\d+颗芯片按所见最低价为[\d,]+美元", "按所见最低价，一台服务器超出预算", text)
        by_reason.setdefault(text, []).append(name.text(lang))
    for text, names in sorted(by_reason.items(), key=lambda kind: -len(kind[1])):
        out.print(f"– {', '.join(names)}: {text}", style="dim", markup=False)


def show_choices(found: Sequence[Choice], lang: str, out: Any) -> None:
    """Print what several buyers take, a row each."""
    out.print(f"[bold]{Label('Who takes what', '谁买什么').text(lang)}[/]  [dim]{found[0].to}, {found[0].on}[/]")
    table = _table((Label("buyer", "买方"), Label("domestic", "国产"), Label("takes most", "份额最大的芯片"),
                    Label("worth of chips from abroad, USD million", "境外芯片的价值，百万美元"),
                    Label("what decides", "起决定作用的")), lang, numbers=(1, 3))
    for c in found:
        most = ", ".join(f"{a.option.name.text(lang)} {a.share.mid:.0%}".replace("%", " %")
                         for a in c.alternatives[:4])
        table.add_row(c.buyer.label.text(lang), percent(c.domestic), most, between(c.surplus * 1e-6),
                      TERM_WORDS[c.decided.term].text(lang) if c.decided else "–")
    out.print(Fitting(table))
    for note in dict.fromkeys(n.text(lang) for c in found for n in c.warnings[:1]):
        out.print(f"! {note}", style="yellow", markup=False)


def choice_rows(c: Choice) -> list[dict[str, Any]]:
    """Return a flat row a chip."""
    return [{"buyer": c.buyer.id, "to": c.to, "on": c.on.isoformat(), "chip": a.chip, "nest": a.nest,
             **_flat("share", a.share), **_flat("odds", a.odds), **_flat("cost", a.cost), **_flat("total", a.total),
             "status": a.option.status, "elasticity": a.elasticity, **{f"term_{k}": v for k, v in a.terms.items()},
             "grade": a.grade} for a in c.alternatives]


# ---- indifference --------------------------------------------------------------------------------------------------


def show_fork(f: Indifference, lang: str, why: bool, out: Any, options: Sequence[Option] = ()) -> None:
    """Print trap, relief or neither for one buyer, with its conditions."""
    i, v = f.inputs, f.verdict
    names = _names(f)
    title = TITLE.format(**names).text(lang)
    out.print(f"[bold]{title}[/]  [dim]{_buyer_label(i.buyer, lang)}, {i.place}, {i.on}[/]")
    out.print(f"[bold]{v.text.text(lang)}[/]")
    lean = Label("", "") if v.outcome == v.leaning else Label("; leaning to {word}", "；倾向于{word}").format(
        word=OUTCOME_WORDS[v.leaning])
    out.print(Label("Taking it is cheaper in {share} of draws{lean}.", "{share}的抽样中采购更便宜{lean}。").format(
        share=_share(f.values.cheaper), lean=lean).text(lang), markup=False)
    for o in options:
        out.print(Label("{chip} that day: {status}, odds of delivery ", "{chip}当日：{status}，可得概率").format(
            chip=o.name, status=STATUSES[o.status]).text(lang) + percent(o.probability))
    out.print(Fitting(_ways(f, names, lang)))
    for label, text in _conditions(f, names, lang):
        out.print(f"{label}: {text}")
    if why:
        _splits(f.splits, lang, out)
        for term in i.terms.values():
            tree(term, lang, out)


def _ways(f: Indifference, names: dict[str, Label], lang: str) -> Any:
    i, v = f.inputs, f.values
    unit = UNITS_ZH.get(i.unit, i.unit) if lang == "zh" else i.unit
    span = Label("USD over {y:g} years and a chip's life", "{y:g}年及一个芯片寿命内的美元").format(y=i.quarters / 4)
    table = _table((Label("way", "做法"), span, Label("USD per {u}", "每{u}美元").format(u=unit)), lang, numbers=(1, 2))
    for name, label in WAYS.items():
        table.add_row(label.format(**names).text(lang), between(getattr(v, name)), between(v.per_unit[name]))
    table.add_row(Label("take less move", "采购减迁移").text(lang), between(v.difference), "")
    return table


def _conditions(f: Indifference, names: dict[str, Label], lang: str) -> list[tuple[str, str]]:
    """Return each condition of the verdict, as a label and a text."""
    i, v = f.inputs, f.values
    rows = [(Label("indifference price", "无差别价格"), _turn_text(f.price, lang)
             + Label(" (price now: {p:,.0f} USD)", "（现价{p:,.0f}美元）").format(p=i.price).text(lang)),
            (Label("hazard that flips it", "使结论反转的断供风险率"), _turn_text(f.hazard, lang)
             + Label(" (hazard now: {h} a year)", "（现为每年{h}次）").format(
                 h=between(i.terms["hazard"].value)).text(lang)),
            (Label("verdict by price, USD", "按价格的结论，美元"), _spans(f.verdict.prices, lang)),
            (Label("verdict by hazard, a year", "按断供风险率的结论，每年"), _spans(f.verdict.hazards, lang)),
            (Label("first quarter of migration", "首次迁移的季度"), MOVES.format(
                open=_quarter(v.first_move), cut=_quarter(v.first_move_if_cut)).text(lang)),
            (Label("rests on assumptions", "取决于假定"), "; ".join(_turning(s, lang) for s in f.rests_on) or Label(
                "no single one turns the answer within its range", "单项假定在其区间内均不改变结论").text(lang))]
    return [(label.text(lang), text) for label, text in rows]


def _turn_text(turn: Turn, lang: str) -> str:
    around = f" \\[{_end(turn.value.low, turn)} – {_end(turn.value.high, turn)}]" if turn.value else ""
    return f"[bold]{turn.text.text(lang)}[/]{around}"


def _end(value: float, turn: Turn) -> str:
    """Return an end of an interval; what was asked up to is open above."""
    return f"≥ {three(value)}" if value >= turn.most else three(value)


def _spans(spans: Any, lang: str) -> str:
    def words(low: float, high: float) -> str:
        if high == float("inf"):
            return Label("above {low}", "高于{low}").format(low=three(low)).text(lang)
        return f"{three(low)} – {three(high)}"

    return "; ".join(f"{OUTCOME_WORDS[name].text(lang)} {words(*span)}" for name, span in spans.items())


def _quarter(value: int | None) -> Label:
    return Label("never", "从不") if value is None else Label(f"quarter {value}", f"第{value}季度")


def _turning(s: Split, lang: str) -> str:
    at = three(s.turns_at or 0.0)
    return Label("{label} (turns at {at})", "{label}（在{at}处反转）").format(label=s.label, at=at).text(lang)


def _splits(found: Sequence[Split], lang: str, out: Any) -> None:
    title = Label("What each input moves: take less move, USD", "各输入的影响：采购减迁移，美元").text(lang)
    out.print(f"[bold]{title}[/]")
    table = _table((Label("input", "输入"), Label("at its low", "取低值"), Label("at its high", "取高值"),
                    Label("turns at", "反转处"), Label("grade", "等级")), lang, numbers=(1, 2, 3))
    for s in found:
        table.add_row(s.label.text(lang), three(s.at_low), three(s.at_high),
                      "" if s.turns_at is None else three(s.turns_at), word(s.grade, GRADE_ZH, lang))
    out.print(Fitting(table))


def show_forks(found: Sequence[Indifference], lang: str, out: Any) -> None:
    """Print the verdict of several buyers, a row each."""
    i = found[0].inputs
    title = TITLE.format(**_names(found[0])).text(lang)
    out.print(f"[bold]{title}[/]  [dim]{i.place}, {i.on}; " + Label("price {p:,.0f} USD", "现价{p:,.0f}美元").format(
        p=i.price).text(lang) + "[/]")
    table = _table((Label("buyer", "买方"), Label("verdict", "结论"), Label("leaning", "倾向"),
                    Label("taking is cheaper in", "采购更便宜的抽样"), Label("would pay up to, USD", "愿付至，美元"),
                    Label("flips at a hazard of", "反转的断供风险率")), lang, numbers=(3, 4, 5))
    for f in found:
        table.add_row(_buyer_label(f.inputs.buyer, lang), OUTCOME_WORDS[f.verdict.name].text(lang),
                      OUTCOME_WORDS[f.verdict.leaning].text(lang), _share(f.values.cheaper), _turn_cell(f.price, lang),
                      _turn_cell(f.hazard, lang))
    out.print(Fitting(table))


def _turn_cell(turn: Turn, lang: str) -> str:
    if turn.value:
        return f"{three(turn.value.mid)} \\[{_end(turn.value.low, turn)} – {_end(turn.value.high, turn)}]"
    if turn.kind == "never":
        return Label("not at any", "任何值都不").text(lang)
    return Label("any up to {most}", "不超过{most}均可").format(most=three(turn.most)).text(lang)


def fork_row(f: Indifference) -> dict[str, Any]:
    """Return one buyer's fork as a flat row."""
    i, v = f.inputs, f.values
    row: dict[str, Any] = {"foreign": i.foreign, "domestic": i.domestic, "buyer": i.buyer, "to": i.place,
                           "on": i.on.isoformat(), "verdict": f.verdict.name, "outcome": f.verdict.outcome,
                           "leaning": f.verdict.leaning, "cheaper": v.cheaper, "price": i.price}
    for name, value in (("take", v.take), ("move", v.move), ("rent", v.rent), ("difference", v.difference)):
        row |= _flat(name, value)
    for name, turn in (("indifference_price", f.price), ("flip_hazard", f.hazard)):
        row |= {f"{name}_kind": turn.kind, name: turn.value and turn.value.mid,
                f"{name}_low": turn.value and turn.value.low, f"{name}_high": turn.value and turn.value.high}
    return {**row, "hazard": i.terms["hazard"].value.mid, "first_move": v.first_move,
            "first_move_if_cut": v.first_move_if_cut, "rests_on": [s.id for s in f.rests_on]}


def _names(f: Indifference) -> dict[str, Label]:
    from highfence.catalogue import catalogue

    return {"foreign": catalogue().chip(f.inputs.foreign).name, "domestic": catalogue().chip(f.inputs.domestic).name}


def _buyer_label(id: str, lang: str) -> str:
    from highfence.choice.buyers import buyers

    return buyers()[id].label.text(lang) if id in buyers() else id


# ---- buyers --------------------------------------------------------------------------------------------------------


def show_buyers(found: Sequence[Buyer], lang: str, out: Any) -> None:
    """Print a row a buyer."""
    table = _table((Label("id", "编号"), Label("buyer", "买方"), Label("work", "负载"),
                    Label("budget, USD million", "预算，百万美元"), Label("years", "年"),
                    Label("CUDA-bound", "依赖CUDA"), Label("port, engineer-months", "移植，人月")), lang,
                   numbers=(3, 4, 5, 6))
    for b in found:
        work = ", ".join(f"{w.task} {w.model} {w.share.value.mid:.0%}" for w in b.work)
        table.add_row(b.id, b.label.text(lang), work, between(b.budget_usd.value * 1e-6),
                      between(b.horizon_years.value), percent(b.software.cuda_share.value),
                      between(b.software.port_months.value))
    out.print(Fitting(table))


def show_buyer(b: Buyer, lang: str, out: Any) -> None:
    """Print every number of one buyer with its grade and source."""
    out.print(f"[bold]{b.label.text(lang)}[/]  [dim]{b.id}, {b.kind}, {b.home}[/]")
    if b.note:
        out.print(b.note.text(lang), style="dim", markup=False)
    for w in b.work:
        limits = ", ".join(f"{name} {value:g} s" for name, value in (("TTFT", w.ttft_s), ("TPOT", w.tpot_s)) if value)
        size = f"{w.tokens:.3g} tokens" if w.tokens else f"{w.input} + {w.output} tokens"
        out.print(f"{w.task}: {w.model}, {size}" + (f", {limits}" if limits else ""), markup=False)
    table = _table((Label("number", "数字"), Label("what", "含义"), Label("value", "数值"), Label("unit", "单位"),
                    Label("grade", "等级"), Label("source or note", "来源或说明")), lang, numbers=(2,))
    for path, value in b.figures().items():
        label, unit = FIGURES[path.rpartition(".")[2]]
        said = value.source or (value.note.text(lang) if value.note else "")
        table.add_row(path, label.text(lang), between(value.value), unit, word(value.grade, GRADE_ZH, lang), said)
    out.print(Fitting(table))
    out.print(Label("set one for a run with --set buyer.NUMBER=VALUE; write your own: highfence template buyer",
                    "单次设定：--set buyer.NUMBER=VALUE；自行编写：highfence template buyer").text(lang), style="dim",
              markup=False)


def buyer_row(b: Buyer, lang: str) -> dict[str, Any]:
    """Return one buyer as a flat row."""
    row: dict[str, Any] = {"buyer": b.id, "label": b.label.text(lang), "home": b.home, "kind": b.kind}
    for path in ("budget_usd", "horizon_years", "software.cuda_share", "software.port_months"):
        row |= _flat(path, b.figures()[path].value)
    return {**row, "work": [f"{w.task} {w.model} {w.share.value.mid:.0%}" for w in b.work]}


def _flat(name: str, value: Range) -> dict[str, float]:
    return {name: value.mid, f"{name}_low": value.low, f"{name}_high": value.high}


def _table(heads: Sequence[Label], lang: str, numbers: Any = ()) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    right = set(numbers)
    for at, head in enumerate(heads):
        table.add_column(head.text(lang), justify="right" if at in right else "left", overflow="fold",
                         no_wrap=at in right)
    return table
