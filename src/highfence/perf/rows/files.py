"""Files of serving questions, one a row, with the columns of :mod:`highfence.perf.rows.questions`."""

from __future__ import annotations

from difflib import get_close_matches

from highfence.core.errors import InputError, did_you_mean
from highfence.perf.rows.answers import ADDED

NEEDED = ("model_path", "system", "backend", "isl", "osl")
"""Columns without which no row is a question."""

OPTIONAL = ("mode", "backend_version", "precision", "gemm_quant_mode", "moe_quant_mode", "batch_size", "num_workers",
            "tp_size", "pp_size", "attention_dp_size", "moe_tp_size", "moe_ep_size", "silicon_data_source")
EXAMPLE = "model_path,system,backend,isl,osl,batch_size,tp_size"


def unread_columns(header: list[str]) -> list[str]:
    """Return the columns that no question reads, each with the one that was perhaps meant.

    >>> unread_columns(["isl", "tp_szie", "comment"])
    ['tp_szie (tp_size?)', 'comment']
    """
    known = [*NEEDED, *OPTIONAL, *(f"{pool}_{name}" for pool in ("prefill", "decode") for name in OPTIONAL)]
    near = {name: get_close_matches(name, OPTIONAL, 1, 0.8) for name in header if name not in known}
    return [f"{name} ({meant[0]}?)" if meant else name for name, meant in near.items()]


def check_columns(header: list[str], where: str) -> None:
    """Refuse a table that asks nothing, or that already holds an answer.

    Raises
    ------
    InputError : a needed column is missing, or one that the answer adds is there.
    """
    for name in NEEDED:
        if name not in header:
            raise InputError(f"no column {name}", where=where, got=header, expected=", ".join(NEEDED), example=EXAMPLE,
                             hint=did_you_mean(name, [c for c in header if c not in (*NEEDED, *OPTIONAL)]))
    for name in header:
        if name in ADDED:
            raise InputError("this column is one that the result adds", where=where, got=name)
