"""Check a buyer as written, and fill in the range and evidence of every number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from highfence.choice.buyer_schema import validated
from highfence.choice.buyers import AS_GIVEN, FIGURES
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade

_SHARES = {"share", "cached", "cuda_share", "state_funded", "compliance_tolerance"}
_MAY_BE_ZERO = {*_SHARES, "discount_rate", "port_months", "engineers", "count", "cutoff_aversion"}


Place = Callable[[tuple[str | int, ...]], str]


def checked_buyer(raw: Mapping[str, Any], text: str, where: str, line: Place, under: tuple[int, ...] = (),
                  sources: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Check a buyer as written and return its compiled form: every number with range and evidence.

    Parameters
    ----------
    line : puts the line of a path in the document into words. under : place of the buyer in the document.
    sources : ids that a source may name; where omitted, a web address will do as well.

    Raises
    ------
    InputError : a field that is wrong, unknown or missing, or limits that contradict one another.
    """
    found = validated(raw, text, where, under).model_dump()
    _fill(found, (*under,), line, sources)
    _check_work(found["work"], under, line)
    _check_places(found, under, line)
    for i, have in enumerate(found["installed"]):
        have["chip"] = _catalogued("chip", have["chip"], line((*under, "installed", i, "chip")))
    if found["scale"]["chips"] is None and found["scale"]["tokens_per_day"] is None:
        raise InputError("the scale is missing", where=line((*under, "scale")), expected="chips or tokens_per_day",
                         example="scale: {chips: 16}")
    return found


def _fill(part: dict[str, Any], path: tuple[str | int, ...], line: Place, sources: Mapping[str, Any] | None) -> None:
    """Replace every number of a part by its compiled form, and every note by both languages."""
    for name, value in part.items():
        here = (*path, name)
        if name in FIGURES and value is not None:
            part[name] = _figure(name, value, line(here), sources)
        elif name == "note" and isinstance(value, str):
            part[name] = {"en": value, "zh": value}
        elif isinstance(value, dict):
            _fill(value, here, line, sources)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                _fill(item, (*here, i), line, sources)


def _figure(name: str, given: Any, where: str, sources: Mapping[str, Any] | None) -> dict[str, Any]:
    raw = dict(given) if isinstance(given, Mapping) else {"mid": given, "grade": "assumed", "note": AS_GIVEN.to_dict()}
    low, mid, high = (raw["mid"] if raw.get(k) is None else raw[k] for k in ("low", "mid", "high"))
    where = f"{where}: {name}"
    if not low <= mid <= high:
        raise InputError("low, middle and high must ascend", where=where, got=f"{low}, {mid}, {high}",
                         example="{low: 90, mid: 100, high: 120}", code="bad-buyer")
    _check_bounds(name, low, high, where)
    check_grade(raw["grade"], where)
    _check_evidence(raw, where, sources)
    note = raw.get("note")
    return {"low": low, "mid": mid, "high": high, "grade": raw["grade"], "source": raw.get("source") or "",
            "at": raw.get("at") or "", "note": {"en": note, "zh": note} if isinstance(note, str) else note}


def checked_number(name: str, value: float, where: str) -> None:
    """Check one number of a buyer that is set without doubt.

    Raises
    ------
    InputError : out of its range.

    Examples
    --------
    >>> checked_number("cuda_share", 0.5, "buyer")
    """
    _check_bounds(name, value, value, where)


def _check_bounds(name: str, low: float, high: float, where: str) -> None:
    if low < 0 or (name in _SHARES and high > 1) or (low == 0 and name not in _MAY_BE_ZERO):
        raise InputError("out of range", where=where, got=low if low == high else f"{low} to {high}", code="bad-buyer",
                         expected="0 to 1" if name in _SHARES else "0 or more" if name in _MAY_BE_ZERO else "above 0")


def _check_evidence(raw: Mapping[str, Any], where: str, sources: Mapping[str, Any] | None) -> None:
    source = raw.get("source")
    if raw["grade"] == "assumed":
        if source or not raw.get("note"):
            raise InputError("an assumption has a note and no source", where=where, got=source, code="bad-buyer",
                             example='{mid: 2, grade: assumed, note: "as our own ledger"}')
        return
    if not source:
        raise InputError("a fact names its source", where=where, code="bad-buyer", hint="or write grade: assumed",
                         example="{mid: 2, grade: press, source: https://example.com/page}")
    from highfence.choice.store import known_sources

    known = known_sources() if sources is None else sources
    if source not in known and not (sources is None and source.startswith(("https://", "http://"))):
        raise InputError("no such source", where=where, got=source, hint=did_you_mean(source, known),
                         expected="an id of highfence sources" + ("" if sources else ", or a web address"),
                         code="bad-buyer")


_NEEDS = {"decode": ("output",), "prefill": ("input",), "serving": ("input", "output"), "training": ("tokens",),
          "edge": ("input", "output")}
_FORBIDS = {"decode": ("ttft_s", "tokens"), "prefill": ("tpot_s", "tokens"), "serving": ("tokens",),
            "training": ("ttft_s", "tpot_s", "input", "output"), "edge": ("tokens",)}


def _check_work(work: list[dict[str, Any]], under: tuple[int, ...], line: Place) -> None:
    for i, row in enumerate(work):
        here, task = line((*under, "work", i)), row["task"]
        row["model"] = _catalogued("model", row["model"], line((*under, "work", i, "model")))
        missing = next((name for name in _NEEDS[task] if row[name] is None), None)
        if missing:
            raise InputError(f"{task} needs {missing}", where=here, code="bad-buyer")
        clash = next((name for name in _FORBIDS[task] if row[name] is not None), None)
        if clash:
            raise InputError(f"contradictory limits: {task} has no {clash}", where=here, got=row[clash],
                             hint="ask for serving, or leave it out", code="contradictory")
    total = sum(row["share"]["mid"] for row in work)
    if abs(total - 1.0) > 1e-6:
        raise InputError("the shares of the work do not sum to one", where=line((*under, "work")),
                         got=round(total, 6), expected="1", code="contradictory")


def _check_places(found: dict[str, Any], under: tuple[int, ...], line: Place) -> None:
    from highfence.rules.store import shipped_law

    code, access = shipped_law().gazetteer.code, found["access"]
    found["home"] = code(found["home"], f"{line((*under, 'home'))}: home")
    found["software"]["wage_place"] = code(found["software"]["wage_place"],
                                           f"{line((*under, 'software', 'wage_place'))}: wage_place")
    for name in ("headquarters", "parent_headquarters"):
        if access[name] is not None:
            access[name] = code(access[name], f"{line((*under, 'access', name))}: {name}")


def _catalogued(kind: str, name: str, where: str) -> str:
    from highfence.catalogue import catalogue

    try:
        return str((catalogue().chip(name) if kind == "chip" else catalogue().model(name)).id)
    except InputError as problem:
        problem.where = where
        raise
