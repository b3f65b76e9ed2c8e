"""JSON Schemas of what the command line prints, made from the result types themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from highfence.core.envelope import SCHEMA_VERSION
from highfence.core.facts import Fact
from highfence.core.labels import Label
from highfence.rules import Migration, Verdict

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_VERDICT_TEXT = ("outcome", "law_version", "data_version")


def schema_of(what: str) -> dict[str, Any]:
    """Return the schema of the envelope around a kind of result, or of any envelope."""
    result = RESULTS[what]()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"highfence/{what}/{SCHEMA_VERSION}",
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
    "search": _search, "predictions": _predictions}
"""Kinds of result that have a schema."""
