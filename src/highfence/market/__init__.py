"""Where it ends: supply, demand, learning, leakage and two governments, quarter by quarter, with the doubt in draws.

>>> import highfence as hf
>>> run = hf.market.simulate(draws=20, until="2022Q4")
>>> run.at("domestic_share_units", "2022Q4").high < 1.0
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from highfence.market.inputs import Lever
    from highfence.market.results import Outcome, outcomes
    from highfence.market.runs import Trajectory, simulate

_LAZY = {"Lever": ("inputs", "Lever"), "Outcome": ("results", "Outcome"), "Trajectory": ("runs", "Trajectory"),
         "outcomes": ("results", "outcomes"), "simulate": ("runs", "simulate")}

__all__ = ["Lever", "Outcome", "Trajectory", "outcomes", "simulate"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'highfence.market' has no attribute {name!r}")
    module, attribute = _LAZY[name]
    return getattr(import_module(f"highfence.market.{module}"), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
