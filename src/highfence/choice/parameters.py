"""Parameters of the choice room."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.parameters import Parameters, read_parameter

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__), Path(__file__).parents[1] / "core" / "parameters.py")


@cache
def shipped_parameters() -> Parameters:
    """Return the parameters that ship with the package."""
    pack = load_pack("choice", [DATA], compile_choice, CODE)
    return Parameters(read_parameter(raw) for raw in pack["parameters"].values())


def compile_choice() -> dict[str, Any]:
    """Read and check every parameter of the room."""
    from highfence.catalogue import catalogue
    from highfence.core.parameters import compile_parameters

    return {"parameters": compile_parameters(DATA, (s.id for s in catalogue().sources()))}
