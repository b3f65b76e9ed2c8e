"""The parameters that ship with the cost room: prices, yields, shares and lives, each with its range and source.

They are files ``data/parameters*.yaml`` in the form of :mod:`highfence.core.parameters`; ``data/dies.yaml`` says which
die a chip is cut from.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.parameters import Parameters, read_parameter

DATA = Path(__file__).parent / "data"
_CORE = Path(__file__).parents[1] / "core"
CODE = (Path(__file__), Path(__file__).parent / "making" / "dies.py", _CORE / "parameters.py")


@cache
def shipped_pack() -> dict[str, Any]:
    """Return the compiled data of the room."""
    return load_pack("cost", [DATA], compile_cost, CODE)


@cache
def shipped_parameters() -> Parameters:
    """Return the parameters that ship with the package.

    >>> shipped_parameters()["wafer-price-tsmc-n5"].unit
    'USD/wafer'
    """
    return Parameters(read_parameter(raw) for raw in shipped_pack()["parameters"].values())


def compile_cost() -> dict[str, Any]:
    """Read and check every parameter and die.

    Raises
    ------
    InputError : see :func:`highfence.core.parameters.compile_parameters`; or a die of an unknown chip or source.
    """
    from highfence.catalogue.store import catalogue
    from highfence.core.parameters import compile_parameters
    from highfence.cost.making.dies import compile_dies

    sources = [s.id for s in catalogue().sources()]
    return {"parameters": compile_parameters(DATA, sources), "dies": compile_dies(DATA / "dies.yaml", sources)}
