"""Run records: what went in, with which data and code, and what came out, bound by hash.

A record can be replayed: the same call on the same versions must give the same result hash.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.envelope import plain
from highfence.core.errors import InputError

Calls = Mapping[str, Callable[..., Any]]


def digest(value: Any) -> str:
    """Return the SHA-256 of a value's canonical JSON.

    >>> digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    True
    """
    text = json.dumps(plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One call, its inputs, the versions that it ran on and the hash of its result."""

    call: str
    inputs: dict[str, Any]
    highfence: str
    data_version: str
    data_hash: str
    python: str
    inputs_hash: str
    result_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> RunRecord:
        """Read a record back.

        Raises
        ------
        InputError : a field is missing or unknown, or the inputs do not match their hash.
        """
        try:
            record = cls(**raw)
        except TypeError:
            raise InputError("not a run record", got=sorted(raw), expected=", ".join(cls.__annotations__)) from None
        if digest(record.inputs) != record.inputs_hash:
            raise InputError("the inputs of this run record were changed", where="inputs_hash",
                             got=record.inputs_hash, expected=digest(record.inputs))
        return record


def record_run(call: str, inputs: Mapping[str, Any], result: Any, data_hash: str) -> RunRecord:
    """Bind a call, its inputs, the versions and its result."""
    kept = plain(dict(inputs))
    return RunRecord(call, kept, __version__, DATA_VERSION, data_hash, platform.python_version(),
                     digest(kept), digest(result))


@dataclass(frozen=True, slots=True)
class Replay:
    """Outcome of running a record again."""

    same_result: bool
    same_code: bool
    same_data: bool
    result_hash: str


def replay(record: RunRecord, calls: Calls, data_hash: str) -> Replay:
    """Run a recorded call again and compare.

    Raises
    ------
    InputError : the record names a call that does not exist.
    """
    if record.call not in calls:
        raise InputError("unknown call in a run record", got=record.call, expected=", ".join(sorted(calls)))
    result_hash = digest(calls[record.call](**record.inputs))
    return Replay(result_hash == record.result_hash, record.highfence == __version__,
                  record.data_hash == data_hash, result_hash)
