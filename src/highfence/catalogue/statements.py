"""Things and statements: who makes, owns, heads, issued or said what, each with its source and day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from highfence.catalogue.store import DATA, catalogue
from highfence.core.datapack import load_pack
from highfence.core.dates import parse_period
from highfence.core.envelope import shown
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label

PLACES = (DATA,)
CODE = (Path(__file__), Path(__file__).parent / "statements_schema.py")
ONE_SUBJECT = frozenset({"makes", "designs", "developed", "leads", "issued", "owns"})
"""Predicates of which ``only`` says that no other subject stands in this relation to the object."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a name that is neither a firm nor a chip of the catalogue.

    Attributes
    ----------
    type : person, agency, law, place, fund, product, technology, group, topic ... aliases : further names, both
    scripts. country : ISO code, or none. parent : id of what it belongs to, or none.
    """

    id: str
    type: str
    name: Label
    aliases: tuple[str, ...] = ()
    country: str = ""
    parent: str = ""
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing said of another, with a source.

    Attributes
    ----------
    subject, object : ids of firms, chips, models or things. predicate : one of ``PREDICATES``. holds : False for what
    is known not to be so. only : whether no other object (of the predicates in ``ONE_SUBJECT``: no other subject)
    stands in this relation. value, low, high, unit : a number that belongs to it, if any. period : when it holds; None
    for always. published : when it became public. kind : fact, law, proposal, report, forecast, statement or claim.
    """

    id: str
    subject: str
    predicate: str
    object: str
    label: Label
    grade: str
    source: str
    holds: bool = True
    only: bool = False
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    place: str = ""
    period: str | None = None
    published: str | None = None
    at: str = ""
    kind: str = "fact"
    topic: str = ""
    note: Label | None = None

    @property
    def public(self) -> date | None:
        """Last day of the period in which it became public; the source's own day where none is given."""
        printed = self.published or catalogue().source(self.source).date
        return parse_period(printed).end if printed else None

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as JSON."""
        return shown(self)


@cache
def _pack() -> dict[str, Any]:
    from highfence.catalogue.statements_schema import compile_statements

    return load_pack("statements", PLACES, compile_statements, CODE)


@cache
def things() -> Mapping[str, Thing]:
    """Return every thing by id."""
    return {raw["id"]: _thing(raw) for raw in _pack()["things"]}


def thing(id: str) -> Thing:
    """Return a thing by id.

    >>> thing("euv-lithography").type
    'product'

    Raises
    ------
    InputError : no such thing; the hint names the nearest.
    """
    found = things().get(id)
    if found is None:
        raise InputError("no such thing", got=id, hint=did_you_mean(id, things(), cutoff=0.4))
    return found


@cache
def statements() -> tuple[Statement, ...]:
    """Return every statement, in the order of the files."""
    return tuple(map(_statement, _pack()["statements"]))


def about(id: str) -> Iterator[Statement]:
    """Yield the statements of which something is subject or object."""
    return (s for s in statements() if id in (s.subject, s.object))


def _thing(raw: Mapping[str, Any]) -> Thing:
    note = {"note": Label(**raw["note"]) if raw.get("note") else None}
    return Thing(**{**raw, "name": Label(**raw["name"]), "aliases": tuple(raw["aliases"]), **note})


def _statement(raw: Mapping[str, Any]) -> Statement:
    labels = {"label": Label(**raw["label"]), "note": Label(**raw["note"]) if raw.get("note") else None}
    return Statement(**{**raw, **labels})
