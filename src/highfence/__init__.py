"""highfence computes what a chip export rule does.

>>> import highfence as hf
>>> hf.classify("H20", to="CN", on="2025-05-01").requirement
'licence'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from highfence.__about__ import DATA_VERSION, __version__

if TYPE_CHECKING:
    from highfence import cost, market, perf
    from highfence.catalogue import Catalogue, Chip
    from highfence.choice.buyers import buyers
    from highfence.choice.choose import choose
    from highfence.choice.crossroads import indifference
    from highfence.core.errors import HighfenceError, InputError, NoAnswer
    from highfence.policy.attribution import attribution
    from highfence.policy.sensitivity import sensitivity
    from highfence.policy.thesis import thesis
    from highfence.policy.whatif import whatif
    from highfence.rules import Overlay, Verdict, classify, diff, read_overlay

_LAZY = {
    "Catalogue": "highfence.catalogue", "Chip": "highfence.catalogue",
    "HighfenceError": "highfence.core.errors", "InputError": "highfence.core.errors",
    "NoAnswer": "highfence.core.errors", "Overlay": "highfence.rules", "Verdict": "highfence.rules",
    "buyers": "highfence.choice.buyers", "choose": "highfence.choice.choose",
    "indifference": "highfence.choice.crossroads",
    "classify": "highfence.rules", "diff": "highfence.rules", "read_overlay": "highfence.rules",
    "attribution": "highfence.policy.attribution", "sensitivity": "highfence.policy.sensitivity",
    "thesis": "highfence.policy.thesis", "whatif": "highfence.policy.whatif",
}

__all__ = ["DATA_VERSION", "Catalogue", "Chip", "HighfenceError", "InputError", "NoAnswer", "Overlay", "Verdict",
           "__version__", "attribution", "buyers", "chip", "choose", "classify", "cost", "diff", "indifference",
           "market", "perf", "read_overlay", "sensitivity", "thesis", "whatif"]


def chip(name: str) -> Chip:
    """Return a chip of the catalogue by any of its names.

    >>> chip("昇腾910B").vendor
    'huawei'

    Raises
    ------
    InputError : no such chip; the hint names the nearest.
    """
    from highfence.catalogue import catalogue

    return catalogue().chip(name)


def __getattr__(name: str) -> Any:
    if name in {"cost", "market", "perf"}:
        return import_module(f"highfence.{name}")
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'highfence' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
