"""Replay recorded questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from highfence.catalogue.store import data_hash as catalogue_hash
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError
from highfence.core.records import Replay, RunRecord, digest, replay
from highfence.rules.classify import classify
from highfence.rules.store import law_hash


def data_hash() -> str:
    """Return the hash of the catalogue and the law together."""
    return digest([catalogue_hash(), law_hash()])


def replay_file(path: str | Path) -> Replay:
    """Run a recorded question again.

    Raises
    ------
    InputError : not a run record, or one whose inputs were changed.
    """
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise InputError("not a run record", where=str(path))
    return replay(RunRecord.from_dict(raw), {"classify": _classify}, data_hash())


def _classify(chip: str, **arguments: Any) -> dict[str, Any]:
    return classify(chip, **arguments).to_dict()
