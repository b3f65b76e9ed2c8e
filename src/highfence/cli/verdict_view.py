"""A verdict as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.rules.conditions import Finding
from highfence.rules.verdict import DISCLAIMER, LAW_VERSION, REVIEW_WORDS, Verdict

_STYLE = {"licence": "bold red", "none": "bold green", "unknown": "bold yellow"}
_ZH = {
    "subject": "受EAR管辖", "not_subject": "不受EAR管辖", "unknown": "未知", "licence": "须许可", "none": "无",
    "available": "可用", "unavailable": "不可用", "conditional": "附条件", "due": "应缴", "possible": "可能适用",
    "reported": "据报道", "suspended": "暂停", "guidance": "指引", "announced": "已宣布", "in_force": "有效",
    "unverified": "未核实", "licences_reported": "据报道已发许可", "text_in_cfr_not_enforced": "条文在列但不执行",
    "compliance_date_not_reached": "尚未到合规日", "general_prohibition_10_risk": "一般禁令十风险",
    "primary": "原文", "quoted": "引文", "secondary": "二手", "recalled": "未核对原文",
    "classification": "分类", "jurisdiction": "管辖", "requirement": "许可要求", "exception": "许可例外",
    "review": "审查政策", "enforcement": "执法", "duty": "关税", "measure": "对方措施",
    "export": "出口", "reexport": "再出口", "transfer": "境内转让", "import": "进口",
    "ic": "集成电路", "assembly": "组件", "computer": "计算机", "hbm": "高带宽存储器", "software": "软件",
    "technology": "技术",
}
"""Codes of the contract, as a Chinese reader meets them; the English interface shows the codes themselves."""


def _word(code: str, lang: str) -> str:
    return _ZH.get(code, code) if lang == "zh" else code


_MARK = {True: "✓", False: "✗", None: "?"}


def show_verdict(verdict: Verdict, lang: str, why: bool, out: Any) -> None:
    """Print the answer, then what it rests on."""
    from rich.table import Table
    from rich.text import Text

    query = verdict.query
    asked = f"{query['to']}, {query['on']}, {_word(query['transaction'], lang)}"
    under = f" [yellow]{Label('under', '依').text(lang)} {', '.join(query['overlay'])}[/]" if query["overlay"] else ""
    out.print(f"[bold]{verdict.name.text(lang)}[/] → {asked} ({_word(query['item'], lang)}){under}")
    out.print(verdict.outcome_label.text(lang), style=_STYLE[verdict.requirement])
    grid = Table.grid(padding=(0, 1))
    grid.add_column(min_width=15, no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, text in _lines(verdict, lang):
        grid.add_row(f"  {name}", Text(text))
    out.print(grid)
    if why:
        _trace(verdict, lang, out)
        _margins(verdict, lang, out)
    out.print(f"[dim]{DISCLAIMER.text(lang)} "
              f"{Label('Law read to', '法规查至').text(lang)} {LAW_VERSION}.[/]")


def _lines(verdict: Verdict, lang: str) -> Iterable[tuple[str, str]]:
    def row(en: str, zh: str, text: str) -> tuple[str, str]:
        return Label(en, zh).text(lang), text

    yield row("jurisdiction", "管辖", f"{_word(verdict.jurisdiction, lang)} – {verdict.jurisdiction_basis.text(lang)}")
    yield row("paragraph", "段落", _word(verdict.paragraph, lang))
    yield row("requirement", "许可要求", _word(verdict.requirement, lang))
    for p in verdict.provisions:
        yield row("  by", "  依据", f"{p.title.text(lang)} [{p.citation}; {_word(p.evidence, lang)}; {p.since}]")
    for e in verdict.exceptions:
        yield row("exception", "许可例外", f"{e.id}: {_word(e.status, lang)} – {e.why.text(lang)}")
    if verdict.review:
        yield row("review", "审查政策", verdict.review if lang == "en" else REVIEW_WORDS[verdict.review].zh)
    for condition in verdict.review_conditions:
        yield row("  if", "  条件", condition.text(lang))
    for d in verdict.duties:
        yield row("duty", "关税", f"{d.id}: {d.rate:.0%} {_word(d.status, lang)}")
    for n in verdict.enforcement:
        yield row("enforcement", "执法", f"{_word(n.status, lang)}: {n.text.text(lang)}")
    for n in verdict.measures:
        yield row("other side", "对方措施", f"{_word(n.status, lang)}: {n.text.text(lang)}")
    for s in verdict.splits_on:
        yield row("splits on", "取决于", s.text.text(lang))
    for q in verdict.open_questions:
        yield row("open", "未决", q.text(lang))
    for w in verdict.warnings:
        yield row("note", "注意", w.text(lang))


def _trace(verdict: Verdict, lang: str, out: Any) -> None:
    from rich.tree import Tree

    layers: dict[str, Any] = {}
    root = Tree(Label("why", "理由").text(lang))
    for step in verdict.trace:
        if step.layer not in layers:
            layers[step.layer] = root.add(f"[bold]{_word(step.layer, lang)}[/]")
        p = step.provision
        node = layers[step.layer].add(f"{_MARK[step.result]} {p.id}: {p.says.text(lang)} [dim]({p.citation})[/]")
        _finding(step.finding, node, lang)
    out.print(root)


def _finding(finding: Finding, node: Any, lang: str) -> None:
    arithmetic = f"  [dim]{finding.arithmetic}[/]" if finding.arithmetic else ""
    since = ""
    if finding.parameter:
        word = Label("since {day}", "自{day}起").format(day=finding.parameter.since).text(lang)
        since = f" [dim]({word}, {finding.parameter.source})[/]"
    here = node.add(f"{_MARK[finding.result]} {finding.text.text(lang)}{arithmetic}{since}")
    for child in finding.children:
        _finding(child, here, lang)


def _margins(verdict: Verdict, lang: str, out: Any) -> None:
    from rich import box
    from rich.table import Table

    title = Label("distance to every line", "与各界线的距离").text(lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=title, title_justify="left")
    for head in (Label("provision", "条款"), Label("metric", "指标"), Label("line", "界线"), Label("value", "数值"),
                  Label("distance", "距离"), Label("%", "%"), Label("met", "符合")):
        table.add_column(head.text(lang), justify="left" if head.en in {"provision", "metric"} else "right")
    for m in verdict.margins:
        table.add_row(m.provision, m.label.text(lang), f"{m.op} {format_number(m.line)} {m.unit}",
                      "?" if m.value is None else format_number(m.value),
                      "?" if m.distance is None else f"{m.distance:+,.6g}",
                      "" if m.percent is None else f"{m.percent:+.1f}", _MARK[m.met])
    out.print(table)
