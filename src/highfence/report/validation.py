"""The validation page: every case that the rooms know, recomputed; theirs beside ours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.catalogue import validation as catalogue_cases
from highfence.core.facts import Source
from highfence.rules import validation as law_cases


@dataclass(frozen=True, slots=True)
class Row:
    """One case of any room.

    Attributes
    ----------
    error : what differs, or how far; empty if nothing does.
    n : comparisons behind the row. circular : whether ours was taken from theirs, so that it proves nothing.
    """

    room: str
    group: str
    name: str
    ours: str
    theirs: str
    ok: bool
    error: str
    source: str
    basis: str
    n: int = 1
    used_to_fit: bool = False
    circular: bool = False
    note: str = ""


@dataclass(frozen=True)
class Validation:
    """Every case, and the sources that they name."""

    cases: tuple[Row, ...]
    sources: tuple[Source, ...]


def build_validation(room: str | None = None, folder: Path | None = None) -> Validation:
    """Recompute every case of a room, or of all.

    Parameters
    ----------
    folder : law cases to use instead of those of the source tree.
    """
    rows: list[Row] = []
    if room in (None, "rules"):
        rows += [_law_row(c) for c in law_cases.cases(folder)]
    if room in (None, "catalogue"):
        rows += [_catalogue_row(c) for c in catalogue_cases.cases()]
    return Validation(tuple(rows), tuple(_known_sources({r.source for r in rows})))


def _law_row(case: law_cases.ValidationCase) -> Row:
    group, _, name = case.name.rpartition(": ") if ": " in case.name else ("", "", case.name)
    return Row("rules", group or "law", name or case.name, case.ours, case.theirs, case.ok, case.error, case.source,
               case.basis, used_to_fit=case.used_to_fit, note=case.note or "")


def _catalogue_row(case: catalogue_cases.CatalogueCase) -> Row:
    return Row("catalogue", case.check, case.name, case.ours, case.theirs, case.ok,
               f"{case.error:+.2%}" if case.error else "", case.source, "published", case.n, case.used_to_fit,
               case.circular, case.explanation.en if case.explanation else "")


def _known_sources(ids: Iterable[str]) -> list[Source]:
    from highfence.catalogue import catalogue
    from highfence.rules.store import shipped_law

    known = {s.id: s for s in catalogue().sources()} | dict(shipped_law().sources)
    return [known[id] for id in sorted(ids) if id in known]


def summary(found: Validation) -> list[dict[str, Any]]:
    """Return, by room and basis, how many cases there are and how many hold."""
    counts: dict[tuple[str, str], list[int]] = {}
    for row in found.cases:
        tally = counts.setdefault((row.room, "circular" if row.circular else row.basis), [0, 0, 0])
        tally[0] += 1
        tally[1] += row.ok
        tally[2] += row.n
    return [{"room": room, "basis": basis, "cases": n, "hold": ok, "comparisons": m}
            for (room, basis), (n, ok, m) in sorted(counts.items())]


def print_summary(found: Validation, out: Any) -> None:
    """Print the counts, and every case that fails."""
    for line in summary(found):
        out.print(f"{line['room']:<10} {line['basis']:<10} {line['hold']:>4} of {line['cases']:>4} hold "
                  f"({line['comparisons']} comparisons)")
    for row in found.cases:
        if not row.ok:
            out.print(f"[red]fails[/] {row.group}: {row.name}: ours {row.ours}, theirs {row.theirs} ({row.source})")


def render_validation(found: Validation) -> str:
    """Return the page in Markdown."""
    lines = [
        "# Validation", "",
        f"Written by `highfence validate --out docs/validation.md` (highfence {__version__}, data {DATA_VERSION}).", "",
        "`reported`: someone else states the outcome. `rule_text`: the published text applied to numbers.",
        "`computed`: arithmetic alone, for regression. `published`: a figure that others print beside ours.",
        "No case was used to fit anything. Circular rows take their figure from the source and prove nothing.", "",
        "| room | basis | cases | hold | comparisons |", "|---|---|---|---|---|",
        *(f"| {s['room']} | {s['basis']} | {s['cases']} | {s['hold']} | {s['comparisons']} |" for s in summary(found)),
    ]
    for room in dict.fromkeys(r.room for r in found.cases):
        rows = [r for r in found.cases if r.room == room]
        lines += ["", f"## {room}", "", *_table(rows)]
    lines += ["", "## Sources", "", *map(_source, found.sources)]
    return "\n".join(lines) + "\n"


def _source(source: Source) -> str:
    date = f", {source.date}" if source.date else ""
    return f"- `{source.id}`: {source.publisher}, {source.title}{date}. <{source.url}>"


def _table(rows: Sequence[Row]) -> list[str]:
    head = ["| group | case | ours | theirs | holds | error | n | basis | source | note |", "|" + "---|" * 10]
    return head + ["| " + " | ".join(_cell(c) for c in (
        r.group, r.name, r.ours, r.theirs, "yes" if r.ok else "**no**", r.error, str(r.n),
        "circular" if r.circular else r.basis, r.source, r.note)) + " |" for r in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
