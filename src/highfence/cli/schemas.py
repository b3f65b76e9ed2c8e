"""JSON Schemas of what the command line prints, made from the result types themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from highfence.core.envelope import SCHEMA_VERSION
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.core.terms import Term
from highfence.rules import Migration, Verdict

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_VERDICT_TEXT = ("outcome", "law_version", "data_version")


def schema_of(what: str) -> dict[str, Any]:
    """Return the schema of the envelope around a kind of result, or of any envelope."""
    result = RESULTS[what]()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"highfence/{what}/{SCHEMA_VERSION}",
        **({"$defs": {"label": _of(Label), "term": _TERM}} if what in {"cost", "making"} else {}),
        "type": "object",
        "required": ["schema", "highfence", "data_version", "result", "warnings", "sources"],
        "properties": {
            "schema": {"type": "string"}, "highfence": {"type": "string"}, "data_version": {"type": "string"},
            "result": result, "warnings": {"type": "array"}, "sources": {"type": "array", "items": {"type": "object"}}},
    }


def _prediction() -> dict[str, Any]:
    from highfence.perf.prediction import Prediction

    schema = _of(Prediction)
    properties = schema["properties"]
    schema["required"] = sorted(properties)
    properties.update({
        "split": {"type": "object", "additionalProperties": {"type": "integer"}},
        "warnings": {"type": "array", "items": _of(Label)},
        "roofline": {"type": "object", "description": "with --why: bandwidth, peaks, and a point an operator"}})
    return schema


def _training() -> dict[str, Any]:
    from highfence.perf.train.run import TrainingRun

    schema = _of(TrainingRun)
    schema["required"] = sorted(schema["properties"])
    return schema


def _search() -> dict[str, Any]:
    from highfence.perf.choosing.search import Search

    schema = _of(Search)
    schema["properties"]["frontier_size"] = {
        "type": "integer", "description": "points of the whole frontier, which stands here thinned without --why"}
    schema["required"] = sorted(schema["properties"])
    return schema


def _predictions() -> dict[str, Any]:
    from highfence.perf.rows.answers import ADDED

    times = {name: {"anyOf": [{"type": "number"}, {"const": ""}]} for name in ADDED[:-2]}
    row = {"type": "object", "required": list(ADDED), "additionalProperties": {"type": "string"},
           "properties": {**times, **{name: {"type": "string"} for name in ADDED[-2:]}}}
    return {"type": "object", "required": ["columns", "rows"], "properties": {
        "columns": {"type": "array", "items": {"type": "string"}}, "rows": {"type": "array", "items": row}}}


def _comparison() -> dict[str, Any]:
    from highfence.perf.choosing.comparison import Comparison

    return _of(Comparison)


def _support() -> dict[str, Any]:
    from highfence.perf.choosing.coverage import Support

    return _of(Support)


_TERM: dict[str, Any] = {
    "type": "object", "required": ["id", "label", "low", "value", "high", "unit"], "properties": {
        "id": {"type": "string"}, "label": {"$ref": "#/$defs/label"}, "low": {"type": "number"},
        "value": {"type": "number"}, "high": {"type": "number"}, "unit": {"type": "string"},
        "grade": {"type": "string"}, "sources": {"type": "array", "items": {"type": "string"}},
        "how": {"$ref": "#/$defs/label"}, "terms": {"type": "array", "items": {"$ref": "#/$defs/term"}}}}
"""A figure with what it is made of; fields that are empty are left out."""


def _answers(*kinds: Any) -> dict[str, Any]:
    """Return the schema of answers of some kinds, and of the chips that have none."""
    schemas = [_of(kind) for kind in kinds]
    for schema in schemas:
        schema["properties"].pop("draws", None)
        schema["required"] = sorted(schema["properties"])
        schema["additionalProperties"] = False
    refused = {"type": "object", "required": ["chip", "reason"],
               "properties": {"chip": {"type": "string"}, "reason": {"type": "string"}}}
    items = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return {"type": "object", "required": ["answers", "refused"], "properties": {
        "answers": {"type": "array", "items": items}, "refused": {"type": "array", "items": refused}}}


def _cost() -> dict[str, Any]:
    from highfence.cost.runs import RunCost
    from highfence.cost.tokens import TokenCost

    return _answers(TokenCost, RunCost)


def _making() -> dict[str, Any]:
    from highfence.cost.making.answer import Made

    return _answers(Made)


def _chip() -> dict[str, Any]:
    from highfence.catalogue import Chip

    schema = _of(Chip)
    schema["properties"].update({"values": {"type": "object"}, "metrics": {"type": "object"},
                                 "facts": {"type": "array", "items": _of(Fact)},
                                 "missing": {"type": "array", "items": {"type": "string"}}})
    return schema


def _verdict() -> dict[str, Any]:
    from highfence.rules.verdict import Margin

    schema = _of(Verdict)
    properties = schema["properties"]
    for name in ("details", "outcome_label"):
        properties.pop(name, None)
    properties.update({name: {"type": "string"} for name in _VERDICT_TEXT})
    label = _of(Label)
    why = properties["exceptions"]["items"]["properties"]
    why.pop("reason", None)
    why["why"] = label
    properties.update({"outcome_text": label, "disclaimer": label, "trace": {"type": "array"},
                       "margins": {"type": "array", "items": _of(Margin)},
                       "warnings": {"type": "array", "items": label},
                       "open_questions": {"type": "array", "items": label}})
    schema["required"] = sorted(properties)
    return schema


def _of(kind: Any) -> dict[str, Any]:
    if kind in _PLAIN:
        return {"type": _PLAIN[kind]}
    if kind is date:
        return {"type": "string", "format": "date"}
    if kind is Term:
        return {"$ref": "#/$defs/term"}
    if is_dataclass(kind) and isinstance(kind, type):
        try:
            hints = get_type_hints(kind)
        except NameError:
            import highfence.rules.verdict as home

            hints = get_type_hints(kind, vars(home))
        return {"type": "object", "properties": {f.name: _of(hints[f.name]) for f in fields(kind)
                                                 if not f.name.startswith("_") and f.name != "details"}}
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is tuple and arguments and Ellipsis not in arguments:
        return {"type": "array", "prefixItems": [_of(a) for a in arguments], "items": False}
    if origin in (tuple, list):
        return {"type": "array", "items": _of(arguments[0]) if arguments else {}}
    if origin in (Union, UnionType):
        return {"anyOf": [_of(a) for a in arguments]}
    return {"type": "object"} if origin is dict or "Mapping" in str(kind) else {}


RESULTS: dict[str, Callable[[], dict[str, Any]]] = {
    "envelope": dict, "verdict": _verdict, "migration": lambda: _of(Migration), "chip": _chip,
    "prediction": _prediction, "training": _training, "comparison": _comparison, "support": _support,
    "search": _search, "predictions": _predictions, "cost": _cost, "making": _making}
"""Kinds of result that have a schema."""
