"""``scenarios``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from highfence.cli.output import console, format_option, lang_option, print_json, print_rows
from highfence.core.errors import InputError
from highfence.core.labels import Label

if TYPE_CHECKING:
    from highfence.core.facts import Source
    from highfence.policy.levers import Lever
    from highfence.policy.scenarios import Scenario

_KINDS = {"historical": Label("historical", "历史"), "proposal": Label("proposal", "提案"),
          "counterfactual": Label("counterfactual", "反事实")}
_HEADS = {"kind": Label("lever", "杠杆"), "from": Label("from", "自"), "to": Label("to", "至"),
          "target": Label("on", "对象"), "value": Label("value", "数值"), "unit": Label("unit", "单位"),
          "grade": Label("grade", "证据"), "source": Label("source", "来源"), "note": Label("note", "说明")}


@click.command()
@click.argument("name", required=False)
@click.option("--all", "merged", is_flag=True, help="Every lever that holds, those of the bases too.")
@click.option("--levers", is_flag=True, help="List the kinds of lever with their units and ranges.")
@format_option
@lang_option
def scenarios(name: str | None, merged: bool, levers: bool, format_: str, lang: str) -> None:
    """List scenarios of policy, or show one.

    NAME is a shipped scenario, or a YAML file; see: highfence template scenario. A scenario states only what differs
    from its base.
    """
    from highfence.policy.scenarios import find_scenario
    from highfence.policy.scenarios import scenarios as shipped

    if levers:
        if name is not None or merged:
            raise InputError("--levers stands alone", where="--levers")
        print_rows(_kind_rows(lang), format_, "levers")
        return
    if name is None:
        if merged:
            raise InputError("of which scenario?", where="NAME", example="highfence scenarios h20-ban-2025 --all")
        print_rows([_row(s, lang) for s in shipped().values()], format_, "scenarios")
        return
    _one(find_scenario(name), merged, format_, lang)


def _one(found: Scenario, merged: bool, format_: str, lang: str) -> None:
    from highfence.policy.scenarios import effective
    from highfence.policy.tables import describe

    whole = merged or found.base is None
    held = effective(found) if whole else found.levers
    if format_ == "json":
        print_json("scenario", describe(found), sources=_sources(found, effective(found)))
    elif format_ == "table":
        _show(found, held, whole, lang)
    else:
        print_rows([_lever_row(v, lang) for v in held], format_, "levers", columns=list(_HEADS))


def _sources(found: Scenario, held: tuple[Lever, ...]) -> list[Source]:
    from highfence.choice.store import known_sources

    ids = dict.fromkeys(s for s in (*found.sources, *(v.source for v in held)) if s in known_sources())
    return [known_sources()[id] for id in ids]


def _row(s: Scenario, lang: str) -> dict[str, Any]:
    return {"id": s.id, "label": s.label.text(lang), "kind": _KINDS[s.kind].text(lang), "base": s.base or "",
            "overlays": list(s.overlays), "levers": len(s.levers), "source": s.source}


def _kind_rows(lang: str) -> list[dict[str, Any]]:
    from highfence.policy.levers import KINDS

    return [{"id": k.id, "label": k.label.text(lang), "unit": k.unit, "low": k.low, "high": k.high,
             "neutral": "" if k.neutral is None else k.neutral, "axes": list(k.axes), "actor": k.actor,
             "meaning": k.meaning.text(lang)} for k in KINDS.values()]


def _lever_row(v: Lever, lang: str) -> dict[str, Any]:
    spread = "" if v.value.low == v.value.high else f" ({v.value.low:g} – {v.value.high:g})"
    return {"kind": v.kind, "from": v.first.isoformat(), "to": v.last.isoformat() if v.last else "",
            "target": v.target.words(), "value": f"{v.value.mid:g}{spread}", "unit": v.unit, "grade": v.grade,
            "source": v.source, "note": v.note.text(lang) if v.note else ""}


def _show(found: Scenario, held: tuple[Lever, ...], whole: bool, lang: str) -> None:
    from rich import box
    from rich.table import Table

    out = console()
    out.print(f"[bold]{found.label.text(lang)}[/]  [dim]{found.id}, {_KINDS[found.kind].text(lang)}[/]")
    out.print(found.note.text(lang), markup=False)
    for head, text in ((Label("base", "基准"), found.base or ""),
                       (Label("overlays", "法律方案"), ", ".join(found.overlays)),
                       (Label("stands still from", "冻结自"), _frozen(found)), (Label("source", "来源"), found.source)):
        if text:
            out.print(f"{head.text(lang)}: {text}", style="dim", markup=False)
    if not held:
        out.print(Label("no lever of its own", "无自有杠杆").text(lang), style="dim")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, head in _HEADS.items():
        table.add_column(head.text(lang), overflow="fold", no_wrap=name in {"from", "to"})
    for v in held:
        table.add_row(*_lever_row(v, lang).values())
    out.print(Label("every lever that holds", "全部有效杠杆").text(lang) if whole else
              Label("what differs from the base", "与基准的差异").text(lang), style="dim")
    out.print(table)


def _frozen(found: Scenario) -> str:
    return f"{found.freeze.on} ({', '.join(found.freeze.actors)})" if found.freeze else ""
