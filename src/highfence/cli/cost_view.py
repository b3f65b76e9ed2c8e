"""What a chip costs, as a person reads it in a terminal: a table of chips, or one chip's tree of terms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from highfence.cli.fitting import Fitting
from highfence.cli.perf_words import EVIDENCE_ZH, GRADE_ZH, three, word
from highfence.core.labels import Label
from highfence.core.quantities import format_quantity
from highfence.core.ranges import Range
from highfence.core.terms import Term
from highfence.cost.making.answer import Made
from highfence.cost.runs import RunCost
from highfence.cost.service import way_label
from highfence.cost.tokens import TokenCost

STATUS = {"free": Label("no licence needed", "无需许可"), "licence": Label("licence needed", "需要许可"),
          "unknown": Label("unclear", "不明确")}
UNIT_ZH = {"USD/M tokens": "美元/百万词元", "chip-s/M tokens": "芯片·秒/百万词元", "USD/h": "美元/小时", "USD": "美元",
           "share": "", "days": "天", "year": "年", "USD/kWh": "美元/千瓦时", "ratio": "", "kW": "千瓦",
           "1/year": "/年", "USD/kW": "美元/千瓦", "h": "小时", "USD/wafer": "美元/片", "USD/GB": "美元/GB", "1": ""}
UNIT_EN = {"share": "", "ratio": "", "1": "", "year": "years", "1/year": "a year"}


def between(value: Range) -> str:
    """Return a value with what is expected around it.

    >>> between(Range(1.0, 2.0, 3.456))
    '2 \\\\[1 – 3.46]'
    """
    mid = three(value.mid)
    return mid if value.low == value.high else f"{mid} \\[{three(value.low)} – {three(value.high)}]"


def show_tokens(found: Sequence[TokenCost], refused: Sequence[tuple[str, str]], lang: str, why: bool, out: Any) -> None:
    """Print what a million tokens cost on each chip, cheapest first."""
    if found:
        c = found[0]
        out.print(f"[bold]{c.workload.model}[/]  " + Label("USD per million tokens", "美元/百万词元").text(lang) + (
            f"  [dim]{c.to}, {c.on}[/]"))
        out.print(_asked(c).text(lang), style="dim", markup=False)
        table = _table((Label("chip", "芯片"), Label("output, all in", "输出（含输入）"), Label("output", "输出"),
                        Label("input", "输入"), Label("USD/h", "美元/小时"), Label("chips", "芯片数"),
                        Label("law that day", "当日法律"), Label("evidence", "证据")), lang)
        ranked = sorted(found, key=lambda c: c.all_in.value.mid)
        for c in ranked:
            table.add_row(c.name, between(c.all_in.value), between(c.output.value), between(c.input.value),
                          between(c.hourly.value), f"{c.chips:,}", STATUS[c.lawful.status].text(lang),
                          _evidence(c, lang))
        out.print(Fitting(table))
        for c in ranked:
            if len(found) == 1 or why:
                _one(c, lang, why, out)
            else:
                _law(c, lang, out)
        _warnings(ranked, lang, out)
    _refusals(refused, out)


def _asked(c: TokenCost) -> Label:
    """Return the question in words."""
    w, limits = c.workload, c.limits.text()
    cached = (f" ({w.cached:.0%} found in a cache)", f"（{w.cached:.0%}命中缓存）") if w.cached else ("", "")
    return Label(f"{three(w.prompt)} tokens in{cached[0]}, {three(w.output)} out; "
                 f"{'limits: ' + limits if limits else 'no limits'}; 80 % interval in brackets",
                 f"输入{three(w.prompt)}词元{cached[1]}，输出{three(w.output)}；"
                 f"{'限制：' + limits if limits else '无限制'}；括号内为80%区间")


def _evidence(c: TokenCost | RunCost, lang: str) -> str:
    comma = Label(", ", "，").text(lang)
    return f"{word(c.evidence, EVIDENCE_ZH, lang)}{comma}{word(c.grade, GRADE_ZH, lang)}"


def _law(c: TokenCost | RunCost, lang: str, out: Any) -> None:
    outcome = c.lawful.outcome.text(lang)
    out.print(f"{c.name}{Label(': ', '：').text(lang)}{outcome}", style="dim", markup=False)


def _warnings(found: Sequence[TokenCost | RunCost], lang: str, out: Any) -> None:
    """Print warnings, each once; one that not every chip has is told of the chips that have it."""
    names: dict[str, list[str]] = {}
    for c in found:
        for text in dict.fromkeys(note.text(lang) for note in c.warnings):
            names.setdefault(text, []).append(c.name)
    for text, of in names.items():
        told = len(of) == len(found) or all(name in text for name in of)
        whose = "" if told else f"{', '.join(of)}{Label(': ', '：').text(lang)}"
        out.print(f"! {whose}{text}", style="yellow", markup=False)


def _one(c: TokenCost, lang: str, why: bool, out: Any) -> None:
    write, read = way_label(c.words), way_label(c.read_words)
    way = (write if c.style == "one" else Label(f"tokens: {write.en}; prompts: {read.en}",
                                                f"输出池：{write.zh}；输入池：{read.zh}")).text(lang)
    times = f"TPOT {format_quantity(c.tpot, 'time')}, TTFT {format_quantity(c.ttft, 'time')}"
    stop = Label("; ", "；").text(lang)
    out.print(f"{c.name}{Label(': ', '：').text(lang)}{c.precision}{stop}{way}{stop}{times}", markup=False)
    if c.per_joule and c.per_kw:
        out.print(Label("output tokens a joule of the chip: {j}; a second for each kW of the site: {k}",
                        "每焦耳（芯片）输出词元：{j}；每千瓦（机房）每秒输出词元：{k}").text(lang).format(
            j=between(c.per_joule), k=between(c.per_kw)))
    _law(c, lang, out)
    if why:
        tree(c.all_in, lang, out)


def show_runs(found: Sequence[RunCost], refused: Sequence[tuple[str, str]], lang: str, why: bool, out: Any) -> None:
    """Print what a training run costs on each chip, cheapest first."""
    if found:
        c = found[0]
        tokens = f"{c.tokens:.3g}".replace("e+", "e")
        out.print(f"[bold]{c.model}[/]  " + Label(f"{tokens} tokens on {c.chips:,} chips",
                                                  f"{c.chips:,}颗芯片训练{tokens}词元").text(lang)
                  + f"  [dim]{c.to}, {c.on}[/]")
        table = _table((Label("chip", "芯片"), Label("USD million", "百万美元"), Label("days", "天"),
                        Label("MFU", "MFU"), Label("USD/h", "美元/小时"), Label("law that day", "当日法律"),
                        Label("evidence", "证据")), lang)
        ranked = sorted(found, key=lambda c: c.cost.value.mid)
        for c in ranked:
            table.add_row(c.name, between(c.cost.value * 1e-6), between(c.days.value), f"{c.mfu:.1%}",
                          between(c.hourly.value), STATUS[c.lawful.status].text(lang), _evidence(c, lang))
        out.print(Fitting(table))
        for c in ranked:
            _law(c, lang, out)
            if why:
                tree(c.cost, lang, out)
        _warnings(ranked, lang, out)
    _refusals(refused, out)


def show_making(found: Sequence[Made], refused: Sequence[tuple[str, str]], lang: str, why: bool, out: Any) -> None:
    """Print what chips cost to make, part by part, and the margin at their price."""
    if found:
        title = Label("Cost of making a chip, USD", "芯片制造成本，美元").text(lang)
        out.print(f"[bold]{title}[/]  [dim]{found[0].on}[/]")
        table = _table((Label("chip", "芯片"), Label("cost", "成本"), *(t.label for t in found[0].cost.terms),
                        Label("price", "价格"), Label("margin", "毛利率"), Label("evidence", "证据")), lang)
        for c in found:
            price = between(c.price.value) if c.price else "–"
            margin = f"{c.margin.value.mid:.0%} \\[{c.margin.value.low * 100:.0f} – {c.margin.value.high:.0%}]" \
                if c.margin else "–"
            parts = {t.id: three(t.value.mid) for t in c.cost.terms}
            table.add_row(c.name, between(c.cost.value), *(parts.get(t.id, "") for t in found[0].cost.terms), price,
                          margin, word(c.cost.weakest, GRADE_ZH, lang))
        out.print(Fitting(table))
        for c in found:
            if why:
                tree(c.cost, lang, out)
    _refusals(refused, out)


def making_row(c: Made) -> dict[str, Any]:
    """Return one chip's cost of making as a flat row."""
    v = c.cost.value
    return {"chip": c.chip, "on": c.on.isoformat(), "cost": v.mid, "cost_low": v.low, "cost_high": v.high,
            **{t.id: t.value.mid for t in c.cost.terms}, "price": c.price and c.price.value.mid,
            "margin": c.margin and c.margin.value.mid, "grade": c.cost.weakest}


def tree(term: Term, lang: str, out: Any) -> None:
    """Print a tree of terms with unit, grade, sources and how each came about."""
    from rich.tree import Tree

    def words(t: Term) -> str:
        from rich.markup import escape

        unit = (UNIT_ZH if lang == "zh" else UNIT_EN).get(t.unit, t.unit)
        value = f"{escape(t.label.text(lang))}{Label(': ', '：').text(lang)}{between(t.value)} {escape(unit)}".rstrip()
        notes = (word(t.grade, GRADE_ZH, lang) if t.grade else "", ", ".join(t.sources),
                 t.how.text(lang) if t.how else "")
        return value + "".join(f" [dim]· {escape(note)}[/]" for note in notes if note)

    def grow(parent: Any, t: Term) -> None:
        for part in t.terms:
            grow(parent.add(words(part)), part)

    made = Tree(words(term))
    grow(made, term)
    out.print(made)


def _refusals(refused: Sequence[tuple[str, str]], out: Any) -> None:
    for name, reason in refused:
        told = name.casefold() in reason.casefold()
        out.print(f"! {reason}" if told else f"! {name}: {reason}", style="yellow", markup=False)


def _table(heads: Sequence[Label], lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for number, head in enumerate(heads):
        right = 0 < number < len(heads) - (1 if heads[-2].en == "margin" else 2)
        table.add_column(head.text(lang), justify="right" if right else "left", overflow="fold", no_wrap=right)
    return table


def token_row(c: TokenCost) -> dict[str, Any]:
    """Return one chip's cost of tokens as a flat row."""
    row: dict[str, Any] = {"chip": c.chip, "to": c.to, "on": c.on.isoformat(), "model": c.workload.model}
    for name in ("all_in", "output", "input", "hourly"):
        v = getattr(c, name).value
        row |= {name: v.mid, f"{name}_low": v.low, f"{name}_high": v.high}
    return {**row, "chips": c.chips, "style": c.style, "tpot_s": c.tpot, "ttft_s": c.ttft, "law": c.lawful.status,
            "evidence": c.evidence, "grade": c.grade}


def run_row(c: RunCost) -> dict[str, Any]:
    """Return one chip's cost of a run as a flat row."""
    row: dict[str, Any] = {"chip": c.chip, "to": c.to, "on": c.on.isoformat(), "model": c.model, "chips": c.chips}
    for name in ("cost", "days", "per_million", "hourly"):
        v = getattr(c, name).value
        row |= {name: v.mid, f"{name}_low": v.low, f"{name}_high": v.high}
    return {**row, "mfu": c.mfu, "law": c.lawful.status, "evidence": c.evidence, "grade": c.grade}
