"""The validation page: every case that the rooms know, recomputed; theirs beside ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.catalogue import validation as catalogue_cases
from highfence.core.facts import Source
from highfence.rules import validation as law_cases

if TYPE_CHECKING:
    from highfence.choice.shares_cases import ShareCase
    from highfence.market.forecasts import ForecastCase
    from highfence.perf.validation import Evidence, Findings
    from highfence.policy.cases import PolicyCase


LISTED = "listed"
"""Basis of a row that cannot be judged: no answer of ours, no outcome yet, or papers that disagree."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case of any room.

    Attributes
    ----------
    error : what differs, or how far; empty if nothing does.
    n : comparisons behind the row. circular : whether ours was taken from theirs, so that it proves nothing.
    gate : whether a row that does not hold is a failure; elsewhere it is a missed bar, which is reported.
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
    gate: bool = True

    @property
    def kind(self) -> str:
        """The basis, or what keeps the row from being evidence: ``circular`` or ``fitted``."""
        return "circular" if self.circular else "fitted" if self.used_to_fit else self.basis

    @property
    def standing(self) -> str:
        """Whether it holds, in a word."""
        if self.kind == LISTED:
            return LISTED
        return "yes" if self.ok else "no" if self.gate else "missed"


@dataclass(frozen=True)
class Validation:
    """Every case, and the sources that they name.

    Attributes
    ----------
    performance : the performance room's figures; None where there are no measurements to recompute them from.
    left_out : what was not recomputed, and why.
    """

    cases: tuple[Row, ...]
    sources: tuple[Source, ...]
    performance: Findings | None = None
    left_out: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether a case fails that has to hold."""
        return any(row.gate and not row.ok for row in self.cases)


Cases = tuple[list[Row], tuple[str, ...]]
"""Rows of a room, and what was left out of it with the reason."""

ROOMS: dict[str, Callable[[Path | None, Path | None], Cases]] = {
    "rules": lambda cases, data: ([_law_row(c) for c in law_cases.cases(cases)], ()),
    "catalogue": lambda cases, data: ([_catalogue_row(c) for c in catalogue_cases.cases()], ()),
    "cost": lambda cases, data: _cost_rows(data),
    "choice": lambda cases, data: _choice_rows(data),
    "market": lambda cases, data: _market_rows(data),
    "policy": lambda cases, data: _policy_rows(data),
}
"""Rooms whose evidence is cases, beside the performance room; each takes a folder of law cases and one of data."""


def build_validation(room: str | None = None, folder: Path | None = None, data: Path | None = None) -> Validation:
    """Recompute every case of a room, or of all.

    Parameters
    ----------
    folder : law cases to use instead of those of the source tree. data : folder of measurements and published cases;
        without one the performance room is left out, or refused if it was asked for.

    Raises
    ------
    InputError : the performance room was asked for and there are no measurements.
    """
    rows: list[Row] = []
    left: list[str] = []
    for name, recompute in ROOMS.items():
        if room in (None, name):
            found, without = recompute(folder, data)
            rows += found
            left += [f"{name}: {reason}" for reason in without]
    performance = None
    if room is None and not has_data(data):
        left.append("perf: no measurements; name their folder with --data or HIGHFENCE_SHARED_DATA")
    if room == "perf" or (room is None and has_data(data)):
        from highfence.perf.validation import data_folder, findings

        performance = findings(data_folder(data))
    return Validation(tuple(rows), tuple(_known_sources({r.source for r in rows})), performance, tuple(left))


PREFACES: dict[str, tuple[str, ...]] = {
    "market": (
        "Backtests: from the first day of every quarter since October 2022, the next four first prints of each",
        "series, with the posterior of that day (fitted to facts public then), the error of the day's facts fading",
        "after it, and misprints by grade. The first print ahead is that of the quarter just ended. Scores are in",
        "logarithms (log-odds of a share): less is better, and a difference below zero is ours. Persistence: the last",
        "first print, spread by its own past errors at that distance. Trends: the mean step so far, and a straight",
        "line through the last twelve logarithms. Intervals of differences are 80 %, by resampling origins.",
        "Parameters without dates, and the form of the model, were chosen in November 2026: only facts are held back,",
        "not hindsight about mechanisms.", ""),
    "policy": (
        "Published results are recomputed from the inputs that their rows state; none is an input. Signs of published",
        "papers stand beside what-ifs with paired draws: a row holds where more draws have the published sign.", ""),
}
"""What is to be known before the rows of a room are read."""


def has_data(data: Path | None) -> bool:
    """Whether there are measurements to recompute the performance room's figures from."""
    from highfence.perf.validation import has_data as found

    return found(data)


def _law_row(case: law_cases.ValidationCase) -> Row:
    group, _, name = case.name.rpartition(": ") if ": " in case.name else ("", "", case.name)
    return Row("rules", group or "law", name or case.name, case.ours, case.theirs, case.ok, case.error, case.source,
               case.basis, used_to_fit=case.used_to_fit, note=case.note or "")


def _catalogue_row(case: catalogue_cases.CatalogueCase) -> Row:
    return Row("catalogue", case.check, case.name, case.ours, case.theirs, case.ok,
               f"{case.error:+.2%}" if case.error else "", case.source, "published", case.n, case.used_to_fit,
               case.circular, case.explanation.en if case.explanation else "")


def _cost_rows(data: Path | None) -> Cases:
    from highfence.cost.validation import checked

    rows, left = checked(data)
    return [Row("cost", c.group, c.name, c.ours, c.theirs, c.ok, c.error, c.source, "published",
                used_to_fit=c.used_to_fit, circular=c.circular, note=c.note, gate=c.gate) for c in rows], tuple(
        filter(None, (left,)))


def _choice_rows(data: Path | None) -> Cases:
    """Return the evidence of the choice room; none of it gates, since nobody measures how buyers choose."""
    from highfence.choice.validation import findings

    found = findings(data if data is not None and (data / "market").is_dir() else None)
    rows = [_share_row(c, "domestic share, costs of work") for c in found.shares]
    rows += [_share_row(c, "domestic share, price per peak") for c in found.proxy if not c.used_to_fit]
    errors = found.errors
    rows.append(Row("choice", "domestic share", "mean absolute error, years held out", f"{errors['work']:.1%}",
                    f"persistence {errors['persistence']:.1%}; price per peak {errors['proxy']:.1%}",
                    errors["work"] < errors["persistence"], "", "", "published",
                    n=sum(not c.used_to_fit for c in found.shares), gate=False))
    for c in found.whole:
        rows.append(Row("choice", "domestic share, all segments", f"{c.theirs.period} units", f"{c.ours:.0%}",
                        f"{c.theirs.share.mid:.0%}", abs(c.error) <= 0.1, f"{c.error:+.1%}", c.theirs.source,
                        "published", used_to_fit=True, gate=False,
                        note=f"within 10 points; {c.waits:.0%} of the work waits for supply"))
    for d in found.days:
        j = d.judged
        price = "not at any" if j.price is None and j.case.side == "below" else "any" if j.price is None else (
            f"{j.price.mid:,.0f} USD ({j.price.low:,.0f} to {j.price.high:,.0f})")
        edge = j.case.bound.high if j.case.side == "below" else j.case.bound.low
        size = "" if j.decades is None else f"{10.0 ** j.decades:.2g} times {j.case.bound.mid:,.0f} USD"
        rows.append(Row("choice", "indifference price", f"{j.case.id}: {d.buyer}", price,
                        f"{j.case.side} {edge:,.0f} USD", j.agrees, size, j.case.sources[0], "published", gate=False,
                        note=f"{j.share:.0%} of draws on that side; size "
                             f"{'within' if j.same_magnitude else 'beyond'} half an order of magnitude"))
    return rows, ()


def _share_row(c: ShareCase, group: str) -> Row:
    last = "" if c.persistence is None else f"persistence {c.persistence:.0%}"
    theirs = f"{c.theirs.mid:.0%}" + (f" ({c.theirs.low:.0%} to {c.theirs.high:.0%})"
                                      if c.theirs.low < c.theirs.high else "")
    return Row("choice", group, f"{c.period} {c.measure}", f"{c.ours.mid:.0%} ({c.ours.low:.0%} to {c.ours.high:.0%})",
               theirs, c.covered, f"{c.error:+.1%}", c.source, "published", used_to_fit=c.used_to_fit, note=last,
               gate=False)


def _market_rows(data: Path | None) -> Cases:
    """Return backtests and forecasts of others; none gates, since what came is no test of the code."""
    from highfence.cost.validation import cases_file
    from highfence.market.backtests import RULE_WORDS
    from highfence.market.validation import findings

    path = cases_file(data)
    found = findings(path.parent.parent if path else None)
    rows = [Row("market", "backtest: inside the 80 % interval", c.what, f"{c.share:.0%}", "70% to 90%", c.met, "", "",
                "published", n=c.n, gate=False) for c in found.covered]
    for p in (*found.pools, *found.units):
        words = {"crps": "CRPS", "interval": "interval score", "crps_unit": "CRPS in the series' unit"}[p.score]
        digits = ".3g" if p.score == "crps_unit" else ".3f"
        rows.append(Row("market", f"backtest: {words}", f"{p.what}, against {RULE_WORDS[p.rule]}", f"{p.ours:{digits}}",
                        f"{p.theirs:{digits}}", p.better,
                        f"{p.difference:+{digits}} ({p.low:+{digits}} to {p.high:+{digits}})", "", "published", n=p.n,
                        gate=False, note=f"{p.origins} origins; bootstrap by origin"))
    rows += [Row("market", "backtest: middle's distance, not quarterly", m.series, f"{m.ours:.3f}",
                 f"last print {m.last:.3f}", m.ours < m.last, "", "", "published", n=m.n, gate=False)
             for m in found.middles]
    rows += [_forecast_row(c) for c in found.forecasts]
    left = "" if found.origins else "backtests: no posterior ships; make calibrate fits them"
    more = "" if path else ("rows of the table of forecasts that the catalogue lacks: name its folder with --data or "
                            "HIGHFENCE_SHARED_DATA")
    return rows, tuple(filter(None, (left, more)))


def _forecast_row(c: ForecastCase) -> Row:
    """Return what somebody foresaw beside ours; a row without an outcome or outside the model says so."""
    def told(value: float | None) -> str:
        return "none" if value is None else f"{value:.0%}" if c.unit == "share" else f"{value:,.3g} {c.unit}"

    def apart(value: float | None) -> str:
        return "" if value is None else f"{value:+.2f}" if c.scale == "log" else told(value)

    ours = "" if c.ours is None else f"{told(c.ours.mid)} ({told(c.ours.low)} to {told(c.ours.high)})"
    theirs = f"{c.bound} {told(c.theirs)}".strip() if c.theirs is not None else "no number"
    note = "; ".join(filter(None, (
        c.statement, f"as of {c.as_of}, {'posterior' if c.calibrated else 'prior'}" if c.ours is not None else "",
        "" if c.on_their_side is None else f"{c.on_their_side:.0%} of our draws keep their bound",
        "" if c.came is None else f"came {told(c.came)}", c.note.en if c.note else "")))
    scored = c.inside is not None
    error = f"ours {apart(c.error)}, theirs {apart(c.their_error)}" if c.error is not None else ""
    return Row("market", f"forecasts of others: {c.standing}", f"{c.id} ({c.by}), {c.period}", ours or c.standing,
               theirs, bool(c.inside) if scored else True, error, c.source, "published" if scored else LISTED,
               circular=c.circular, note=note, gate=False)


def _policy_rows(data: Path | None) -> Cases:
    from highfence.policy.validation import findings

    found = findings(data)
    rows = [_policy_case_row(c) for c in found.cases]
    for j in found.directions:
        of = j.of
        basis = LISTED if j.holds is None or of.contested else "published"
        ours = "not modelled" if j.holds is None else f"{of.sign} in {j.share:.0%}, the other way in {j.other:.0%}"
        pair = f": {of.outcome}, {of.a} against {of.against}, {of.at}" if of.sign else ""
        rows.append(Row("policy", "signs of published papers", f"{of.id}{pair}", ours, of.sign or "",
                        j.holds is not False or of.contested, "", of.source, basis,
                        note="; ".join(filter(None, (of.claim.en, "contested" if of.contested else "",
                                                     of.why.en if of.why and not j.holds else ""))),
                        gate=not j.holds and of.why is None))
    return rows, tuple(filter(None, (found.left,)))


def _policy_case_row(c: PolicyCase) -> Row:
    def told(value: Any) -> str:
        if isinstance(value, dict):
            return ", ".join(f"{name} {told(v)}" for name, v in value.items())
        return f"{value:,.4g}" if isinstance(value, (int, float)) else str(value)

    off = ""
    if isinstance(c.ours, (int, float)) and isinstance(c.theirs, (int, float)) and c.theirs:
        off = f"{c.ours / c.theirs - 1.0:+.1%}"
    listed = c.ours is None
    return Row("policy", c.calculation or "not specified", c.id, "no answer" if listed else told(c.ours),
               f"{told(c.theirs)} {c.unit}".strip(), True if listed else bool(c.within), off, c.source,
               LISTED if listed else "published", circular=c.circular, gate=c.fully_specified and not c.circular,
               note=" ".join(c.note.split()))


def _known_sources(ids: Iterable[str]) -> list[Source]:
    from highfence.catalogue import catalogue
    from highfence.rules.store import shipped_law

    known = {s.id: s for s in catalogue().sources()} | dict(shipped_law().sources)
    return [known[id] for id in sorted(ids) if id in known]


def summary(found: Validation) -> list[dict[str, Any]]:
    """Return, by room and basis, how many cases there are and how many hold."""
    counts: dict[tuple[str, str], list[int]] = {}
    for row in found.cases:
        tally = counts.setdefault((row.room, row.kind), [0, 0, 0])
        tally[0] += 1
        tally[1] += row.ok and row.kind != LISTED
        tally[2] += row.n
    return [{"room": room, "basis": basis, "cases": n, "hold": ok, "comparisons": m}
            for (room, basis), (n, ok, m) in sorted(counts.items())]


def print_summary(found: Validation, out: Any) -> None:
    """Print the counts, and every case that fails."""
    for line in summary(found):
        held = (f"{line['cases']:>4} cases" if line["basis"] == LISTED else
                f"{line['hold']:>4} of {line['cases']:>4} hold ({line['comparisons']} comparisons)")
        out.print(f"{line['room']:<10} {line['basis']:<10} {held}")
    if found.performance is not None:
        for e in found.performance.evidence:
            bar = f"; bar {_bar(e)}" if _bar(e) else ""
            out.print(f"{_standing(e):<7} {e.test}; {e.split}: {e.measure} {_figure(e)} (n {e.n}{bar})")
    for row in found.cases:
        if not row.ok:
            word = "[red]fails[/]" if row.gate else "missed "
            out.print(f"{word} {row.group}: {row.name}: ours {row.ours}, theirs {row.theirs} ({row.source})")
    for reason in found.left_out:
        out.print(f"left out {reason}", style="dim", markup=False)


def render_validation(found: Validation) -> str:
    """Return the page in Markdown."""
    lines = [
        "# Validation", "",
        f"Written by `highfence validate --out docs/validation.md` (highfence {__version__}, data {DATA_VERSION}).", "",
        "`reported`: someone else states the outcome. `rule_text`: the published text applied to numbers.",
        "`computed`: arithmetic alone, for regression. `published`: a figure that others print beside ours.",
        "`fitted` rows were seen by a fit, circular rows take their figure from the source: neither proves anything.",
        "`listed` rows have no answer of ours, no outcome yet, or papers that disagree; the note says which.",
        "",
        "| room | basis | cases | hold | comparisons |", "|---|---|---|---|---|",
        *(f"| {s['room']} | {s['basis']} | {s['cases']} | "
          f"{'' if s['basis'] == LISTED else s['hold']} | {s['comparisons']} |" for s in summary(found)),
    ]
    if any(row.standing == "missed" for row in found.cases):
        lines += ["", "`missed`: a figure that others print, and that ours does not reach; reported, and no failure."]
    if found.left_out:
        lines += ["", *(f"Left out: {reason}." for reason in found.left_out)]
    if found.performance is not None:
        lines += ["", "## perf", "", *_performance(found.performance)]
    for room in dict.fromkeys(r.room for r in found.cases):
        rows = [r for r in found.cases if r.room == room]
        lines += ["", f"## {room}", "", *PREFACES.get(room, ()), *_table(rows)]
    lines += ["", "## Sources", "", *map(_source, found.sources)]
    return "\n".join(lines) + "\n"


def _performance(found: Findings) -> list[str]:
    """Return the performance room's figures as a table, and what was dropped before any was computed."""
    head = ["Fits are made anew without what they are scored on; `python -m highfence.perf.fitting` fits what ships.",
            "Bars were set before the model was made. A tree is a regression tree on the same features and split.",
            "",
            "![TPOT, configuration left out](serving-scatter.svg)", "",
            "| test | what the fit had not seen | measure | n | ours | bar | standing | tree | best peer | note |",
            "|" + "---|" * 10]
    rows = ["| " + " | ".join(_cell(c) for c in (
        e.test, e.split, e.measure, str(e.n), _figure(e), _bar(e), _standing(e),
        "" if e.tree is None else f"{e.tree:.1%}", e.best_peer, e.note)) + " |" for e in found.evidence]
    dropped = "; ".join(f"{count} {why}" for why, count in found.dropped)
    return [*head, *rows, "", f"Rows of measurements left out before fit and score: {dropped}."]


def _figure(e: Evidence) -> str:
    return f"{e.ours:.2f}" if "score" in e.measure else f"{e.ours:.1%}"


def _bar(e: Evidence) -> str:
    if e.bar is None:
        return ""
    if e.floor is not None:
        return f"{e.floor:.0%} to {e.bar:.0%}"
    return f"< {e.bar:.2f}" if "score" in e.measure else f"< {e.bar:.1%}"


def _standing(e: Evidence) -> str:
    return "" if e.met is None else "met" if e.met else "missed"


def _source(source: Source) -> str:
    date = f", {source.date}" if source.date else ""
    return f"- `{source.id}`: {source.publisher}, {source.title}{date}. <{source.url}>"


def _table(rows: Sequence[Row]) -> list[str]:
    head = ["| group | case | ours | theirs | holds | error | n | basis | source | note |", "|" + "---|" * 10]
    return head + ["| " + " | ".join(_cell(c) for c in (
        r.group, r.name, r.ours, r.theirs, "**no**" if r.standing == "no" else r.standing, r.error, str(r.n),
        r.kind, r.source, r.note)) + " |" for r in rows]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
