"""Comparisons and coverage as a person reads them in a terminal."""

from __future__ import annotations

from typing import Any

from highfence.cli.fitting import Fitting
from highfence.cli.perf_words import EVIDENCE_ZH, GRADE_ZH, UNIT_ZH, split_words, three, word
from highfence.core.labels import Label
from highfence.core.quantities import format_quantity
from highfence.perf.choosing.comparison import MEASURES, Compared, Comparison, reason_of
from highfence.perf.choosing.coverage import PartSupport, Support

STATUS_ZH = {"native": "原生", "emulated": "模拟", "refused": "不支持"}
PART_ZH = {"matrix products": "矩阵乘法", "experts": "专家", "attention, prefill": "注意力（预填充）",
           "attention, decode": "注意力（解码）", "links inside a server": "服务器内互联", "network between servers":
           "服务器间网络", "expert exchange": "专家交换"}


def show_comparison(found: Comparison, lang: str, out: Any) -> None:
    """Print chips side by side."""
    from highfence.cost.comparison import COST

    measure = {**MEASURES, "cost": COST}[found.by]
    out.print(f"[bold]{found.model}[/]  {measure.title.text(lang)}  [dim]({measure.says.text(lang)})[/]")
    load = (Label("sequences of {n} tokens, {c} a chip and iteration", "每序列{n}词元，每芯片每次迭代{c}个")
            if found.by == "training" else
            Label("{i} tokens in, {o} out, {c} requests in flight a chip", "输入{i}词元，输出{o}，每芯片并发{c}"))
    note = Label("each on the fewest chips that hold the model; 80 % interval in brackets",
                 "各取能容纳模型的最少芯片；括号内为80%区间")
    if found.load is None:
        load = Label("{i} tokens in, {o} out", "输入{i}词元，输出{o}")
        note = Label("each at its own split and load; 80 % interval in brackets",
                     "各取自身的划分与负载；括号内为80%区间")
    load = load.format(n=three(found.prompt + found.output), i=three(found.prompt), o=three(found.output),
                       c=three(found.load or 0.0))
    out.print(f"{load.text(lang)}{Label('; ', '；').text(lang)}{note.text(lang)}", style="dim", markup=False)
    table = _table(((Label("chip", "芯片"), "left"), (Label("chips", "芯片数"), "right"),
                    (Label("split", "划分"), "left"), (Label("format", "格式"), "left"),
                    (Label(found.unit, UNIT_ZH.get(found.unit, found.unit)), "right"),
                    (Label("ratio", "比值"), "right"),
                    *(((Label("MFU", "MFU"), "right"),) if found.by == "training" else ()),
                    (Label("evidence", "证据"), "left")), lang)
    for row in found.rows:
        table.add_row(*_cells(row, found, lang))
    out.print(Fitting(table))
    for row in found.rows:
        if row.reason:
            out.print(f"! {reason_of(row)}", style="yellow", markup=False)
    assumed = {row.name: row.assumed for row in found.rows if row.assumed and row.value}
    for name, names in assumed.items():
        note = Label("! {name}: not published, taken by rule: {names}", "! {name}：未公布，按规则取值：{names}")
        out.print(note.format(name=name, names=", ".join(names)).text(lang), style="dim", markup=False)


def _cells(row: Compared, found: Comparison, lang: str) -> list[str]:
    if row.value is None:
        return [row.name, "", "", "", Label("no answer", "无法回答").text(lang), "",
                *([""] if found.by == "training" else []), ""]
    v = row.value
    return [row.name, f"{row.chips:,}", split_words(row.split or {}) or "–", row.precision or "",
            f"{three(v.value)} \\[{three(v.low)} – {three(v.high)}]",
            "" if row.ratio is None else f"{row.ratio:.2f}",
            *([f"{row.mfu:.1%}" if row.mfu is not None else ""] if found.by == "training" else []),
            f"{word(row.evidence or '', EVIDENCE_ZH, lang)}, {word(row.grade or '', GRADE_ZH, lang)}"]


def comparison_row(row: Compared) -> dict[str, Any]:
    """Return one chip of a comparison as a flat row."""
    v = row.value
    return {"chip": row.chip, "value": v and v.value, "low": v and v.low, "high": v and v.high, "unit": v and v.unit,
            "ratio": row.ratio, "chips": row.chips, **{n: (row.split or {}).get(n) for n in ("tp", "pp", "dp", "ep")},
            "precision": row.precision, "mfu": row.mfu, "evidence": row.evidence, "grade": row.grade,
            "assumed": row.assumed, "reason": row.reason}


def _table(heads: Any, lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head, justify in heads:
        table.add_column(head.text(lang), justify=justify, overflow="fold", no_wrap=justify == "right")
    return table


def show_support(found: Support, lang: str, out: Any) -> None:
    """Print coverage: formats, parts, software and the data sheet."""
    out.print(f"[bold]{found.name}[/]  [bold]{found.model}[/]  {word(found.evidence, EVIDENCE_ZH, lang)}")
    formats = _table(((Label("format", "格式"), "left"), (Label("arithmetic", "算术"), "left"),
                      (Label("fewest chips", "最少芯片"), "right"), (Label("split", "划分"), "left"),
                      (Label("products rest on", "矩阵乘法依据"), "left"), (Label("", ""), "left")), lang)
    for f in found.formats:
        status = word(f.status, STATUS_ZH, lang) + (" (--emulate)" if f.status == "emulated" else "")
        formats.add_row(f.format, status, "" if f.chips is None else f"{f.chips:,}",
                        "" if f.split is None else split_words(f.split) or "–",
                        word(f.evidence or "", EVIDENCE_ZH, lang), f.reason)
    out.print(Fitting(formats))
    parts = _table(((Label("part", "部分"), "left"), (Label("evidence", "证据"), "left"),
                    (Label("runs", "测量数"), "right"), (Label("fitted on", "拟合所用芯片"), "left")), lang)
    for part in (*found.parts, *found.software):
        parts.add_row(word(part.part, PART_ZH, lang), word(part.evidence, EVIDENCE_ZH, lang),
                      f"{part.rows:,}" if part.rows else "", ", ".join(id.partition("-")[2] for id in part.fitted_on))
    out.print(Fitting(parts))
    sheet = _table(((Label("data sheet", "规格表"), "left"), (Label("value", "数值"), "right"),
                    (Label("grade", "证据"), "left")), lang)
    for value in found.sheet:
        sheet.add_row(value.label.text(lang), _value(value, lang), _grade(value, lang))
    out.print(Fitting(sheet))


def _value(value: Any, lang: str) -> str:
    return (Label("not published", "未公布").text(lang) if value.value is None
            else format_quantity(value.value, value.kind, 4))


def _grade(value: Any, lang: str) -> str:
    if value.assumed:
        return Label("not published: taken by rule", "未公布：按规则取值").text(lang)
    return word(value.grade, GRADE_ZH, lang) if value.grade else ""


def support_rows(found: Support, lang: str) -> list[dict[str, Any]]:
    """Return coverage as rows of one table: kind, name, status, evidence and what more there is to say."""
    def part(kind: str, p: PartSupport) -> dict[str, Any]:
        return {"kind": kind, "name": p.part, "status": "", "evidence": p.evidence, "chips": None, "split": "",
                "value": None, "detail": f"{p.rows} runs on {', '.join(p.fitted_on)}" if p.rows else ""}

    return [*({"kind": "format", "name": f.format, "status": f.status, "evidence": f.evidence or "", "chips": f.chips,
               "split": split_words(f.split or {}), "value": None, "detail": f.reason} for f in found.formats),
            *(part("part", p) for p in found.parts), *(part("software", p) for p in found.software),
            *({"kind": "data sheet", "name": s.name, "status": "assumed" if s.assumed else
               "missing" if s.value is None else "published", "evidence": s.grade or "", "chips": None, "split": "",
               "value": s.value, "detail": s.label.text(lang)} for s in found.sheet)]
