"""The one JSON envelope of every result, and how frozen dataclasses become JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.facts import Source
from highfence.core.labels import Label

SCHEMA_VERSION = 1


def plain(value: Any) -> Any:
    """Return a value as JSON-able data: dataclasses become objects, dates text, tuples arrays.

    >>> plain({"day": date(2025, 7, 15), "set": frozenset({"CN"})})
    {'day': '2025-07-15', 'set': ['CN']}
    """
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(v) for v in value)
    if isinstance(value, Iterable):
        return [plain(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"no JSON form for {type(value).__name__}")


def shown(value: Any, without: Iterable[str] = ()) -> dict[str, Any]:
    """Return a dataclass as JSON, some of its fields left out."""
    left = set(without)
    return {f.name: plain(getattr(value, f.name)) for f in fields(value) if f.name not in left}


def envelope(kind: str, result: Any, *, warnings: Iterable[Any] = (), sources: Iterable[Source] = ()) -> dict[str, Any]:
    """Wrap a result with the versions, warnings and sources that it rests on.

    Parameters
    ----------
    kind : name of the result's schema, such as ``verdict``.
    """
    return {
        "schema": f"highfence/{kind}/{SCHEMA_VERSION}",
        "highfence": __version__,
        "data_version": DATA_VERSION,
        "result": plain(result),
        "warnings": [w.to_dict() if isinstance(w, Label) else w for w in warnings],
        "sources": [plain(s) for s in sources],
    }


def to_json(value: Any, *, indent: int | None = 2) -> str:
    """Write JSON that keeps Chinese readable and refuses NaN."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent, allow_nan=False)
