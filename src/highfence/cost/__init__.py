"""What a chip costs to make, to own and to use, with the money that law adds.

>>> import highfence as hf
>>> answer = hf.cost.token_cost("H20", "qwen3-8b", to="CN", on="2025-08-01", chips=8)
>>> answer.all_in.unit, answer.lawful.status
('USD/M tokens', 'licence')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from highfence.cost.comparison import compare_cost
    from highfence.cost.making.answer import making_cost
    from highfence.cost.owning import owning as owning_cost
    from highfence.cost.prices import quotes
    from highfence.cost.runs import RunCost, run_cost
    from highfence.cost.tokens import TokenCost, token_cost

_LAZY = {
    "RunCost": ("runs", "RunCost"), "TokenCost": ("tokens", "TokenCost"),
    "compare_cost": ("comparison", "compare_cost"), "making_cost": ("making.answer", "making_cost"),
    "owning_cost": ("owning", "owning"), "quotes": ("prices", "quotes"), "run_cost": ("runs", "run_cost"),
    "token_cost": ("tokens", "token_cost"),
}

__all__ = ["RunCost", "TokenCost", "compare_cost", "making_cost", "owning_cost", "quotes", "run_cost", "token_cost"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(f"highfence.cost.{module}"), attribute)
    raise AttributeError(f"module 'highfence.cost' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
