"""Strict schema of the files of things (people, agencies, laws, products ...) and of statements."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.catalogue.schema import LabelIn, read_shape
from highfence.catalogue.store import DATA, catalogue
from highfence.core.dates import parse_period
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import check_grade

TYPES = ("person", "agency", "law", "place", "fund", "product", "technology", "model", "project", "group", "topic",
         "firm", "chip", "report")
"""Kinds of things. ``product``: what firms make and sell (EUV scanners, EDA tools); ``technology``: a process or
method; ``group``: a set of firms or countries; ``topic``: what numbers are about (AI chips, semiconductors)."""

PREDICATES = {
    "makes": "a firm makes and sells a product", "designs": "a firm designs a chip or product",
    "manufactures": "a foundry or memory maker makes another's chip", "owns": "a firm owns another or a stake in it",
    "part-of": "a thing belongs to a larger one", "founded": "a person or firm founded a firm",
    "heads": "a person leads a firm or agency", "office": "a person holds an office",
    "located-in": "a firm or agency has its seat in a place", "supplies": "a firm sells to another",
    "sold-to": "a product was sold into a place or to a firm", "uses": "a firm or chip uses a technology or product",
    "developed": "a firm developed a technology or model", "produces-at": "a foundry produces at a node in volume",
    "invested-in": "a fund or firm put money into another", "listed-on": "a firm stands on a list",
    "controlled-by": "a product is controlled by a law", "issued": "an agency issued a law or measure",
    "published": "a body published a report or figure", "said": "somebody said something",
    "member-of": "a firm or country belongs to a group", "leads": "a firm is first in a market",
    "rank": "a place in a ranking", "competes-with": "two firms or products compete",
    "plans": "somebody plans something",
    "approved": "an agency approved something", "banned": "an agency banned something",
    "launched": "a firm launched a product", "created": "a body created something",
    "lifted": "an agency ended or suspended a measure", "proposed": "a bill was brought in",
    "summoned": "an agency summoned a firm", "investigates": "an agency investigates a firm",
    "intervened": "a government took decisions of a firm into its hand", "provides": "a law gives or allows something",
    "agreed": "two parties agreed on something", "partners-with": "two firms work together or own a venture together",
    "earns-in": "a firm earns part of its revenue in a place", "share": "a share of a market",
    "founded-in": "a firm was founded in a year, or in a place", "visited": "a person went to a place",
    "met": "two persons met",
}
"""What a subject may be or do to an object, and what that means."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, coerce_numbers_to_str=True)


class ThingIn(_Strict):
    """A named thing that is neither a firm nor a chip of the catalogue."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=80)
    type: str
    name: LabelIn
    aliases: list[str] = []
    country: str = ""
    parent: str = ""
    note: LabelIn | None = None


class StatementIn(_Strict):
    """Something that holds, or that is known not to."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=100)
    subject: str
    predicate: str
    object: str = ""
    label: LabelIn
    holds: bool = True
    only: bool = False
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    place: str = ""
    period: str | None = None
    published: str | None = None
    grade: str
    source: str
    at: str = ""
    kind: Literal["fact", "law", "proposal", "report", "forecast", "statement", "claim"] = "fact"
    topic: str = ""
    note: LabelIn | None = None


def compile_statements(data: Path = DATA) -> dict[str, Any]:
    """Read and check every thing and statement.

    Raises
    ------
    InputError : at the first entry that breaks the schema, names an unknown source, thing or predicate, or stands
        twice.
    """
    known = catalogue()
    sources = {s.id for s in known.sources()}
    firms, chips = {f.id for f in known.firms()}, {c.id for c in known.chips()}
    others = {m.id for m in known.memories()} | {m.id for m in known.models()} | {s.id for s in known.systems()}
    things: dict[str, dict[str, Any]] = {}
    for path in sorted((data / "things").glob("*.yaml")):
        for raw in read_yaml(path) or []:
            row = read_shape(ThingIn, raw, _place("things", path, raw))
            where = f"things/{path.name}: {row.id}"
            _one_of(row.type, TYPES, f"{where}: type", "type")
            if row.id in things or row.id in firms or row.id in chips or row.id in others:
                raise InputError("two entries have the same id", where=where, got=row.id)
            things[row.id] = row.model_dump()
    names = {*things, *firms, *chips, *others}
    statements: dict[str, dict[str, Any]] = {}
    for path in sorted((data / "statements").glob("*.yaml")):
        for raw in read_yaml(path) or []:
            row = read_shape(StatementIn, raw, _place("statements", path, raw))
            where = f"statements/{path.name}: {row.id}"
            if row.id in statements:
                raise InputError("two statements have the same id", where=where, got=row.id)
            _one_of(row.predicate, tuple(PREDICATES), f"{where}: predicate", "predicate")
            _one_of(row.subject, names, f"{where}: subject", "thing")
            if row.object and row.object not in names:
                _one_of(row.object, names, f"{where}: object", "thing")
            _one_of(row.source, sources, f"{where}: source", "source")
            check_grade(row.grade, where)
            for name in ("period", "published"):
                if getattr(row, name):
                    parse_period(getattr(row, name), f"{where}: {name}")
            statements[row.id] = {**row.model_dump(), "topic": row.topic or path.stem}
    for row in things.values():
        if row["parent"]:
            _one_of(row["parent"], names, f"things: {row['id']}: parent", "thing")
    return {"things": list(things.values()), "statements": list(statements.values())}


def _place(kind: str, path: Path, raw: Any) -> str:
    return f"{kind}/{path.name}: {raw.get('id', '?') if isinstance(raw, dict) else raw!r}"


def _one_of(got: str, known: Any, where: str, what: str) -> None:
    if got not in known:
        raise InputError(f"no such {what}", where=where, got=got, hint=did_you_mean(got, known))
