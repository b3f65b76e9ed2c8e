"""Law cases: questions with known answers, in YAML that counsel can read, and what highfence answers.

A file of law cases is a list. Each case names a part (``chip``, or ``sheet`` for numbers), any argument of
:func:`classify` (``to``, ``on``, ``hq`` …, and ``overlay`` by id), what is expected, its basis and source::

    - name: an A800 keeps its I/O below 600 GB/s and escapes the 2022 metric
      chip: A800 SXM
      to: CN
      on: 2023-01-31
      expect: {paragraph: 3A991.p, requirement: none}
      basis: reported
      source: sec-nvda-8k-2023-10-17
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.core.documents import read_yaml
from highfence.core.envelope import plain
from highfence.core.errors import HighfenceError, InputError, did_you_mean
from highfence.rules.classify import classify
from highfence.rules.store import shipped_law
from highfence.rules.verdict import Verdict

BASES = ("reported", "rule_text", "computed")
"""Someone else states the outcome; the published text applied to numbers; or arithmetic alone."""

ARGUMENTS = ("to", "on", "hq", "parent_hq", "end_user", "end_use", "listed", "exporter", "reexport_from",
             "transaction", "item", "datacenter", "conditions")
_FIELDS = {"name", "chip", "sheet", "overlay", "expect", "basis", "source", "note", *ARGUMENTS}


@dataclass(frozen=True, slots=True)
class LawCase:
    """One question with its known answer.

    Attributes
    ----------
    chip : name, or the mapping of a sheet.
    expect : fields of the answer, see :data:`EXPECTED`.
    source : id in the law's or the catalogue's source list, or a URL.
    """

    id: str
    name: str
    chip: str | Mapping[str, Any]
    arguments: Mapping[str, Any]
    overlay: str | None
    expect: Mapping[str, Any]
    basis: str
    source: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ValidationCase:
    """One row of the validation table: what a source says, and what highfence says.

    Attributes
    ----------
    error : what differs, empty if nothing does.
    """

    name: str
    ours: str
    theirs: str
    ok: bool
    error: str
    source: str
    basis: str
    used_to_fit: bool = False
    note: str | None = None


def cases(folder: Path | None = None) -> list[ValidationCase]:
    """Recompute every law case of a folder, or of the source tree, or else the few that ship."""
    return [validate(case) for case in law_cases(folder or _default_folder())]


def _default_folder() -> Path:
    in_tree = Path(__file__).parents[3] / "tests" / "laws"
    return in_tree if in_tree.is_dir() else Path(__file__).parent / "examples"


def law_cases(folder: Path) -> list[LawCase]:
    """Return every law case in the YAML files under a folder, in the order of their paths.

    Raises
    ------
    InputError : no case there, an unknown field or word, or a source that nobody listed.
    """
    found = [case for path in sorted(folder.rglob("*.yaml"))
             for case in read_cases(path, path.relative_to(folder).with_suffix("").as_posix())]
    if not found:
        raise InputError("no law cases", where=str(folder), expected="a folder with YAML files of law cases")
    return found


def read_cases(path: Path, name: str) -> list[LawCase]:
    """Return the law cases of one file.

    Raises
    ------
    InputError : as :func:`law_cases`.
    """
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise InputError("a file of law cases is a list", where=str(path), got=type(rows).__name__)
    found = [_read(row, f"{name}[{number}]") for number, row in enumerate(rows, start=1)]
    names = [case.name for case in found]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError("two law cases of one name", where=str(path), got=twice)
    return found


def _read(row: Any, where: str) -> LawCase:
    if not isinstance(row, Mapping):
        raise InputError("a law case is a mapping", where=where, got=row)
    _check_words(row, _FIELDS, where, "field of a law case")
    for name in ("name", "expect", "basis", "source"):
        if not row.get(name):
            raise InputError(f"a law case needs {name}", where=where, got=row.get("name"))
    if ("chip" in row) == ("sheet" in row):
        raise InputError("a law case names a chip or a sheet", where=where, got=row["name"])
    if row["basis"] not in BASES:
        raise InputError("unknown basis", where=where, got=row["basis"], expected=", ".join(BASES),
                         hint=did_you_mean(str(row["basis"]), BASES))
    _check_words(row["expect"], set(EXPECTED), f"{where}: expect", "expectation")
    _check_source(str(row["source"]), where)
    arguments = {name: row[name] for name in ARGUMENTS if name in row}
    return LawCase(where, str(row["name"]), row.get("chip") or row["sheet"], arguments, row.get("overlay"),
                   row["expect"], row["basis"], str(row["source"]), row.get("note"))


def _check_words(row: Any, known: set[str], where: str, what: str) -> None:
    if not isinstance(row, Mapping):
        raise InputError("not a mapping", where=where, got=row)
    for name in row:
        if name not in known:
            raise InputError(f"unknown {what}", where=where, got=name, expected=", ".join(sorted(known)),
                             hint=did_you_mean(str(name), known), code="unknown-field")


def _check_source(source: str, where: str) -> None:
    from highfence.catalogue import catalogue

    if source.startswith(("https://", "http://")) or source in shipped_law().sources:
        return
    known = [s.id for s in catalogue().sources()]
    if source not in known:
        raise InputError("unknown source", where=where, got=source,
                         hint=did_you_mean(source, [*shipped_law().sources, *known]), code="unknown-source")


def answer_case(case: LawCase) -> Verdict:
    """Return the verdict on the question of a law case."""
    from highfence.rules.overlay import read_overlay

    overlay = read_overlay(case.overlay) if case.overlay else None
    return classify(case.chip, **case.arguments, overlay=overlay)


def validate(case: LawCase) -> ValidationCase:
    """Ask the question of a law case and compare what was expected."""
    try:
        verdict = answer_case(case)
    except HighfenceError as problem:
        return _row(case, str(problem).replace("\n", "; "), ("no answer",))
    return _row(case, _words({name: EXPECTED[name](verdict, theirs) for name, theirs in case.expect.items()}),
                differences(verdict, case.expect))


def _row(case: LawCase, ours: str, problems: tuple[str, ...]) -> ValidationCase:
    return ValidationCase(name=f"{case.id}: {case.name}", ours=ours, theirs=_words(case.expect),
                          ok=not problems, error="; ".join(problems), source=case.source, basis=case.basis,
                          note=case.note)


def _words(values: Mapping[str, Any]) -> str:
    return "; ".join(f"{name} {_shown(value)}" for name, value in values.items())


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {_shown(v)}" for k, v in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_shown, value)) or "none"
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def differences(verdict: Verdict, expect: Mapping[str, Any]) -> tuple[str, ...]:
    """Return each expectation that a verdict does not meet, in words."""
    found = []
    for name, theirs in expect.items():
        ours = EXPECTED[name](verdict, theirs)
        if not _same(ours, theirs):
            found.append(f"{name}: {_shown(ours)}, expected {_shown(theirs)}")
    return tuple(found)


def _same(ours: Any, theirs: Any) -> bool:
    """Compare an answer with an expectation: lists as sets, numbers to half of the last digit."""
    if isinstance(theirs, Mapping):
        return isinstance(ours, Mapping) and ours.keys() == theirs.keys() and all(
            _same(ours[k], v) for k, v in theirs.items())
    if isinstance(theirs, list):
        return sorted(map(str, plain(ours))) == sorted(map(str, theirs))
    if isinstance(theirs, (int, float)) and not isinstance(theirs, bool):
        return isinstance(ours, (int, float)) and abs(ours - theirs) <= _half_unit(theirs) * (1 + 1e-9)
    return bool(ours == theirs)


def _half_unit(number: float) -> float:
    """Half a unit in the last digit that a number prints.

    >>> _half_unit(0.29), _half_unit(81)
    (0.005, 0.5)
    """
    decimals = repr(number).partition(".")[2].rstrip("0")
    return float(0.5 * 10.0 ** -len(decimals))


def _of_exceptions(verdict: Verdict, theirs: Any) -> Any:
    status = {e.id: e.status for e in verdict.exceptions}
    return {id: status.get(id, "absent") for id in theirs}


def _of_margins(verdict: Verdict, theirs: Any) -> Any:
    """Margins by provision, metric and line (``3A090.b.2 tpp 1600``); None where the metric is unknown."""
    found = {f"{m.provision} {m.metric} {m.line:g}": m.distance for m in verdict.margins}
    return {key: found.get(key, "no such line") for key in theirs}


def _of_notes(field: str) -> Callable[[Verdict, Any], Any]:
    """Statuses or ids of notes that are expected to stand, or with a leading minus sign not to stand."""
    def look(verdict: Verdict, theirs: Any) -> Any:
        there = {word for note in getattr(verdict, field) for word in (note.id, note.status)}
        return [word for word in theirs if (word.removeprefix("-") in there) is not word.startswith("-")]

    return look


EXPECTED: dict[str, Callable[[Verdict, Any], Any]] = {
    "paragraph": lambda v, _: v.paragraph,
    "requirement": lambda v, _: v.requirement,
    "jurisdiction": lambda v, _: v.jurisdiction,
    "provisions": lambda v, _: [p.id for p in v.provisions],
    "review": lambda v, _: v.review,
    "exceptions": _of_exceptions,
    "duties": lambda v, _: {d.id: d.status for d in v.duties},
    "possible": lambda v, _: list(v.possible),
    "splits_on": lambda v, _: list(dict.fromkeys(
        s.input if s.at is None else f"{s.input} {s.at:.6g}" for s in v.splits_on)),
    "enforcement": _of_notes("enforcement"),
    "measures": _of_notes("measures"),
    "margins": _of_margins,
    "outcome": lambda v, _: v.outcome,
    "open_questions": lambda v, _: bool(v.open_questions),
    "warnings": lambda v, _: bool(v.warnings),
}
"""What a law case may expect, and how it is read off a verdict.

Exact: ``paragraph``, ``requirement``, ``jurisdiction``, ``review``, ``outcome``.
As sets: ``provisions`` (ids), ``possible``, ``splits_on`` (``logic_die_area 740``), ``duties`` (id: status).
Only what is named: ``exceptions`` (id: available, conditional, unavailable or absent), ``margins``,
``enforcement`` and ``measures`` (ids or statuses; ``-id`` must be absent).
Whether there are any: ``open_questions``, ``warnings``.
"""
