"""Efficiency curves: what measurements say of software on chips, apart from the physics and from the data sheets.

A curve is a named set of few numbers with what it was fitted to. Curves are files under ``perf/data``, one list a file;
``python -m highfence.perf.fitting`` writes the fitted ones anew from the measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.errors import InputError, did_you_mean

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__),)

EVIDENCE = ("measured kernel", "fitted family", "data sheet only")
"""Grades of a prediction, best first."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A named set of numbers with its provenance.

    Attributes
    ----------
    values : by name, SI units. data : ids of the measurement sets that it was fitted to, empty for an assumption.
    rows : how many measurements. chips : on which. grade : ``measured`` or ``assumed``. note : how, or why.
    """

    id: str
    values: Mapping[str, float]
    data: tuple[str, ...] = ()
    rows: int = 0
    chips: tuple[str, ...] = ()
    grade: str = "assumed"
    note: str = ""


@dataclass(frozen=True)
class Calibration:
    """Every curve, by id."""

    curves: Mapping[str, Curve] = field(default_factory=dict)

    def __getitem__(self, id: str) -> Curve:
        found = self.curves.get(id)
        if found is None:
            raise InputError("no such curve in the calibration", got=id, hint=did_you_mean(id, self.curves))
        return found

    def __contains__(self, id: str) -> bool:
        return id in self.curves

    def values(self, id: str) -> Mapping[str, float]:
        """Return the numbers of a curve."""
        return self[id].values

    def replaced(self, values: Mapping[str, Mapping[str, float]]) -> Calibration:
        """Return a calibration with the numbers of some curves replaced, as a fit or a left-out fold needs."""
        changed = {id: Curve(id, {**self[id].values, **new}, self[id].data, self[id].rows, self[id].chips,
                             self[id].grade, self[id].note) for id, new in values.items()}
        return Calibration({**self.curves, **changed})


@cache
def shipped_calibration() -> Calibration:
    """Return the calibration that ships with the package."""
    pack = load_pack("perf", [DATA], compile_calibration, CODE)
    return Calibration({id: read_curve(raw) for id, raw in pack["curves"].items()})


def calibration_digest(calibration: Calibration) -> str:
    """Return the digest of every number of a calibration; that of the shipped one is made once.

    >>> calibration_digest(shipped_calibration()) == calibration_digest(Calibration(shipped_calibration().curves))
    True
    """
    return _shipped_digest() if calibration is shipped_calibration() else _digest(calibration)


@cache
def _shipped_digest() -> str:
    return _digest(shipped_calibration())


def _digest(calibration: Calibration) -> str:
    from highfence.core.records import digest

    return digest({id: curve.values for id, curve in calibration.curves.items()})


def read_curve(raw: Mapping[str, Any]) -> Curve:
    """Return a curve from its compiled form."""
    return Curve(raw["id"], raw["values"], tuple(raw.get("data", ())), int(raw.get("rows", 0)),
                 tuple(raw.get("chips", ())), raw.get("grade", "assumed"), raw.get("note", ""))


_FIELDS = {"id", "values", "data", "rows", "chips", "grade", "note"}


def compile_calibration() -> dict[str, Any]:
    """Read every curve.

    Raises
    ------
    InputError : an unknown field, a value that is no number, two curves of one id, or a fit without data.
    """
    from highfence.core.documents import read_yaml

    curves: dict[str, Any] = {}
    for path in sorted(DATA.glob("*.yaml")):
        for number, raw in enumerate(read_yaml(path), start=1):
            where = f"{path.name}[{number}]"
            unknown = next((name for name in raw if name not in _FIELDS), None)
            if unknown:
                raise InputError("unknown field of a curve", where=where, got=unknown,
                                 hint=did_you_mean(unknown, _FIELDS))
            if raw["id"] in curves:
                raise InputError("two curves of one id", where=where, got=raw["id"])
            bad = next((n for n, v in raw["values"].items() if isinstance(v, bool) or not isinstance(v, (int, float))),
                       None)
            if bad:
                raise InputError("a value that is no number", where=f"{where}: {bad}", got=raw["values"][bad])
            if raw.get("grade") == "measured" and not raw.get("data"):
                raise InputError("a measured curve names its data", where=where, got=raw["id"])
            curves[raw["id"]] = {**raw, "values": {n: float(v) for n, v in raw["values"].items()}}
    return {"curves": curves}
