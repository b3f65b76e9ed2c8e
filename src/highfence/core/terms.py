"""A figure and what it is made of: a tree of terms, each with its doubt, its grade and its source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from highfence.core.facts import GRADES
from highfence.core.labels import Label
from highfence.core.ranges import Range


@dataclass(frozen=True, slots=True)
class Term:
    """One figure.

    Attributes
    ----------
    id, label : name of the term in programs and for people. value : with its low and high. unit : of the value.
    grade : of the weakest evidence behind it, from :data:`highfence.core.facts.GRADES`; empty where a formula alone
    gives it. sources : ids in the source list. how : the formula, or what was assumed. terms : what it is made of.
    """

    id: str
    label: Label
    value: Range
    unit: str
    grade: str = ""
    sources: tuple[str, ...] = ()
    how: Label | None = None
    terms: tuple[Term, ...] = ()

    @property
    def weakest(self) -> str:
        """Grade of the weakest evidence in the tree; empty where there is none.

        >>> part = Term("a", Label("a", "甲"), Range.exact(1.0), "USD", "press")
        >>> Term("b", Label("b", "乙"), Range.exact(1.0), "USD", "official", terms=(part,)).weakest
        'press'
        """
        found = [g for g in (self.grade, *(t.weakest for t in self.terms)) if g]
        return max(found, key=GRADES.index, default="")

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Ids of every source in the tree, each once, in the order of the tree."""
        return tuple(dict.fromkeys((*self.sources, *(s for t in self.terms for s in t.all_sources))))

    def find(self, id: str) -> Term | None:
        """Return the first term of that name in the tree, or None."""
        if self.id == id:
            return self
        return next((found for t in self.terms if (found := t.find(id))), None)

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as JSON, without empty fields."""
        raw: dict[str, Any] = {"id": self.id, "label": self.label.to_dict(), "low": self.value.low,
                               "value": self.value.mid, "high": self.value.high, "unit": self.unit}
        if self.grade:
            raw["grade"] = self.grade
        if self.sources:
            raw["sources"] = list(self.sources)
        if self.how:
            raw["how"] = self.how.to_dict()
        if self.terms:
            raw["terms"] = [t.to_dict() for t in self.terms]
        return raw
