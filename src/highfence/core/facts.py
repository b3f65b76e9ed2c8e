"""Sources, facts, and the choice between facts that disagree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from highfence.core.dates import parse_period
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label

GRADES = ("official", "filing", "measured", "press", "estimate", "assumed")
"""Kinds of evidence, strongest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read.

    Attributes
    ----------
    date : when the source was published, as printed (``2023-11``), or None.
    accessed : day on which it was read.
    licence : licence of the source where its extent matters (data sets), or None.
    """

    id: str
    title: str
    publisher: str
    url: str
    date: str | None = None
    accessed: str | None = None
    licence: str | None = None

    @classmethod
    def read(cls, id: str, raw: Mapping[str, Any]) -> Source:
        """Read one entry of a sources file.

        Raises
        ------
        InputError : an unknown or missing field, or a date that is none.
        """
        known = {f.name for f in fields(cls)} - {"id"}
        for name in raw:
            if name not in known:
                raise InputError("unknown field of a source", where=f"sources: {id}", got=name,
                                 expected=", ".join(sorted(known)), hint=did_you_mean(name, known))
        for name in ("title", "publisher", "url"):
            if not raw.get(name):
                raise InputError(f"a source needs {name}", where=f"sources: {id}")
        for name in ("date", "accessed"):
            if raw.get(name) is not None:
                parse_period(str(raw[name]), f"sources: {id}: {name}")
        text = {k: None if v is None else str(v) for k, v in raw.items()}
        return cls(id, str(raw["title"]), str(raw["publisher"]), str(raw["url"]), text.get("date"),
                   text.get("accessed"), text.get("licence"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One published value of one attribute of one subject.

    Attributes
    ----------
    value : plain float in the unit inside, text, or bool; for a range ``low`` and ``high`` hold its ends.
    unit : unit of the value, from :data:`highfence.core.quantities.KINDS`, or None.
    period : what the value is about; ``published`` : when it became public.
    grade : one of :data:`GRADES`; ``kind`` : fact, law, proposal, report or forecast.
    source, at : id in the source list, and the page, table, row or paragraph.
    rejected : why a published value is not used, or None.
    """

    subject: str
    attribute: str
    value: float | str | bool | None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    period: str | None = None
    published: str | None = None
    accessed: str | None = None
    grade: str = "press"
    source: str = ""
    at: str | None = None
    kind: str = "fact"
    note: Label | None = None
    rejected: Label | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest value that the fact admits."""
        assert not isinstance(self.value, str)
        mid = float(self.value) if self.value is not None else 0.0
        return (mid if self.low is None else self.low, mid if self.high is None else self.high)

    def to_dict(self) -> dict[str, Any]:
        """Return the fact as JSON, without empty fields."""
        raw = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value.to_dict() if isinstance(value, Label) else value
                for name, value in raw.items() if value is not None}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Fact:
        """Rebuild a fact from :meth:`to_dict`."""
        labels = {name: Label(**raw[name]) for name in ("note", "rejected") if raw.get(name)}
        return cls(**{"value": None, **raw, **labels})


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the facts about one attribute amount to.

    Attributes
    ----------
    value : the preferred value: best grade, then latest; the middle where only a range is known.
    low, high : ends of everything published and not rejected; equal to ``value`` where undisputed.
    fact : the fact that was preferred; ``others`` : the rest, rejected ones last.
    """

    value: float | str | bool
    low: float
    high: float
    fact: Fact
    others: tuple[Fact, ...] = field(default=())

    @property
    def contested(self) -> bool:
        """Whether published values differ, or the only one is a range."""
        return self.low != self.high

    @property
    def grade(self) -> str:
        """Grade of the preferred fact."""
        return self.fact.grade


def resolve(facts: Sequence[Fact], tolerance: float = 0.0025) -> Resolved | None:
    """Choose among facts about one attribute: by grade, then by date; never by averaging.

    Values within ``tolerance`` of the preferred one (printed rounding) do not make it contested.

    Returns
    -------
    Resolved, or None when nothing usable was published.
    """
    usable = [f for f in facts if f.rejected is None]
    if not usable:
        return None
    ranked = sorted(usable, key=_rank)
    best = ranked[0]
    rest = (*ranked[1:], *(f for f in facts if f.rejected is not None))
    if isinstance(best.value, (str, bool)):
        differ = any(f.value != best.value for f in ranked[1:]) and isinstance(best.value, bool)
        return Resolved(best.value, 0.0, 1.0 if differ else 0.0, best, rest)
    low, high = best.ends
    mid = float(best.value) if best.value is not None else (low + high) / 2
    for fact in ranked[1:]:
        if isinstance(fact.value, str):
            continue
        a, b = fact.ends
        low = min(low, a) if a < low and abs(a - mid) > tolerance * abs(mid) else low
        high = max(high, b) if b > high and abs(b - mid) > tolerance * abs(mid) else high
    return Resolved(mid, low, high, best, rest)


def _rank(fact: Fact) -> tuple[int, int, str]:
    date = fact.published or ""
    newest_first = "".join(chr(0x10FFFF - ord(c)) for c in date) or "\U0010ffff"
    return GRADES.index(fact.grade), int(fact.value is None), newest_first


def check_grade(grade: str, where: str) -> str:
    """Return ``grade`` if it is one of :data:`GRADES`.

    Raises
    ------
    InputError : it is not.
    """
    if grade not in GRADES:
        raise InputError("no such grade of evidence", where=where, got=grade, expected=", ".join(GRADES),
                         hint=did_you_mean(grade, GRADES))
    return grade


def worst_grade(grades: Iterable[str]) -> str:
    """Return the weakest of several grades: a chain of evidence is as good as its weakest part.

    >>> worst_grade(["official", "assumed", "press"])
    'assumed'
    """
    return max(grades, key=GRADES.index, default="assumed")
