"""The parameters that ship with the cost room, compiled from ``cost/data/parameters*.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from highfence.core import parameters
from highfence.core.datapack import load_pack
from highfence.core.parameters import Parameters, read_parameter

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__), Path(parameters.__file__))


@cache
def shipped_parameters() -> Parameters:
    """Return the parameters that ship with the package.

    >>> shipped_parameters()["life"].unit
    'year'
    """
    pack = load_pack("cost", [DATA], compile_cost, CODE)
    return Parameters(read_parameter(raw) for raw in pack["parameters"].values())


def compile_cost() -> dict[str, Any]:
    """Read and check every parameter against the source list of the catalogue."""
    from highfence.catalogue import catalogue

    return {"parameters": parameters.compile_parameters(DATA, (s.id for s in catalogue().sources()))}
