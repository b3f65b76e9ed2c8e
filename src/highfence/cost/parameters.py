"""The parameters that ship with the cost room: prices, yields, shares and lives, each with its range and source.

They are files ``data/parameters*.yaml`` in the form of :mod:`highfence.core.parameters`; ``data/dies.yaml`` says which
die a chip is cut from. ``python -m highfence.cost.parameters parameters_making.yaml`` prints the parameters of a file
as the table of ``docs/cost.md``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.parameters import Parameter, Parameters, read_parameter

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


def parameter_table(parameters: Iterable[Parameter]) -> str:
    """Return parameters as a Markdown table, one line a value.

    >>> print(parameter_table([shipped_parameters()["smic-price-premium"]]).splitlines()[2])
    | `smic-price-premium` | | 1.4 | **1.45** | 1.5 | 1 | press | `wccftech-smic-5nm-price` |
    """
    lines = ["| parameter | holds | low | middle | high | unit | grade | source |", "|---|---|---|---|---|---|---|---|"]
    for one in parameters:
        for value in one.values:
            since = f"from {value.since}" if value.since else ""
            holds = f"{' '.join(w for w in (value.place or '', since) if w)} ".lstrip()
            low, middle, high = (f"{v:.15g}" for v in (value.value.low, value.value.mid, value.value.high))
            source = f"`{value.source}`" if value.source else "assumed"
            lines.append(f"| `{one.id}` | {holds}| {low} | **{middle}** | {high} | {one.unit} | {value.grade} | "
                         f"{source} |")
    return "\n".join(lines)


def parameters_of(file: str) -> list[Parameter]:
    """Return the parameters that one file of the room defines, in its order."""
    from highfence.core.documents import read_yaml

    return [shipped_parameters()[raw["id"]] for raw in read_yaml(DATA / file)]


if __name__ == "__main__":
    import sys

    print(parameter_table(parameters_of(sys.argv[1])))
