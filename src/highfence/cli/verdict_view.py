"""A verdict as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.rules.conditions import Finding
from highfence.rules.verdict import DISCLAIMER, LAW_VERSION, Verdict

_STYLE = {"licence": "bold red", "none": "bold green", "unknown": "bold yellow"}
_MARK = {True: "✓", False: "✗", None: "?"}


def show_verdict(verdict: Verdict, lang: str, why: bool, out: Any) -> None:
    """Print the answer, then what it rests on."""
    query = verdict.query
    asked = ", ".join(str(query[k]) for k in ("to", "on", "transaction"))
    under = f" [yellow]{Label('under', '依').text(lang)} {', '.join(query['overlay'])}[/]" if query["overlay"] else ""
    out.print(f"[bold]{verdict.name.text(lang)}[/] → {asked} ({query['item']}){under}")
    out.print(verdict.outcome_label.text(lang), style=_STYLE[verdict.requirement])
    for name, text in _lines(verdict, lang):
        out.print(f"  [dim]{name}[/] {text}")
    if why:
        _trace(verdict, lang, out)
        _margins(verdict, lang, out)
    out.print(f"[dim]{DISCLAIMER.text(lang)} "
              f"{Label('Law read to', '法规查至').text(lang)} {LAW_VERSION}.[/]")


def _lines(verdict: Verdict, lang: str) -> Iterable[tuple[str, str]]:
    def row(en: str, zh: str, text: str) -> tuple[str, str]:
        return f"{Label(en, zh).text(lang):<13}", text

    yield row("jurisdiction", "管辖", f"{verdict.jurisdiction} – {verdict.jurisdiction_basis.text(lang)}")
    yield row("paragraph", "段落", verdict.paragraph)
    yield row("requirement", "许可要求", verdict.requirement)
    for p in verdict.provisions:
        yield row("  by", "  依据", f"{p.title.text(lang)} [{p.citation}; {p.evidence}; {p.since}]")
    for e in verdict.exceptions:
        yield row("exception", "许可例外", f"{e.id}: {e.status} – {e.why.text(lang)}")
    if verdict.review:
        yield row("review", "审查政策", verdict.review)
    for condition in verdict.review_conditions:
        yield row("  if", "  条件", condition.text(lang))
    for d in verdict.duties:
        yield row("duty", "关税", f"{d.id}: {d.rate:.0%} {d.status}")
    for n in verdict.enforcement:
        yield row("enforcement", "执法", f"{n.status}: {n.text.text(lang)}")
    for n in verdict.measures:
        yield row("other side", "对方措施", f"{n.status}: {n.text.text(lang)}")
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
            layers[step.layer] = root.add(f"[bold]{step.layer}[/]")
        p = step.provision
        node = layers[step.layer].add(f"{_MARK[step.result]} {p.id}: {p.says.text(lang)} [dim]({p.citation})[/]")
        _finding(step.finding, node, lang)
    out.print(root)


def _finding(finding: Finding, node: Any, lang: str) -> None:
    arithmetic = f"  [dim]{finding.arithmetic}[/]" if finding.arithmetic else ""
    since = f" [dim](since {finding.parameter.since}, {finding.parameter.source})[/]" if finding.parameter else ""
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
