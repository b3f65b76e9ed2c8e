"""What a chip does with language models: serving and training, from the data sheet up.

>>> import highfence as hf
>>> answer = hf.perf.serving("H20", "llama-3.1-70b", prompt=2048, output=512, concurrency=32, tp=8)
>>> answer.tpot.low < answer.tpot.value < answer.tpot.high
True
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from highfence.perf.choosing.comparison import compare
    from highfence.perf.choosing.coverage import support
    from highfence.perf.choosing.pools import full_pools
    from highfence.perf.choosing.search import best, frontier
    from highfence.perf.inference.apart import serving_apart
    from highfence.perf.inference.arrivals import serving_at_rate
    from highfence.perf.inference.estimate import serving
    from highfence.perf.prediction import Prediction
    from highfence.perf.rows.answers import answer_rows
    from highfence.perf.train.run import training_run as training

_LAZY = {
    "Prediction": ("prediction", "Prediction"), "answer_rows": ("rows.answers", "answer_rows"),
    "best": ("choosing.search", "best"), "compare": ("choosing.comparison", "compare"),
    "frontier": ("choosing.search", "frontier"), "full_pools": ("choosing.pools", "full_pools"),
    "serving": ("inference.estimate", "serving"),
    "serving_apart": ("inference.apart", "serving_apart"),
    "serving_at_rate": ("inference.arrivals", "serving_at_rate"), "support": ("choosing.coverage", "support"),
    "training": ("train.run", "training_run"),
}

__all__ = ["Prediction", "answer_rows", "best", "compare", "frontier", "full_pools", "serving", "serving_apart",
           "serving_at_rate", "support", "training"]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        module, attribute = _LAZY[name]
        return getattr(import_module(f"highfence.perf.{module}"), attribute)
    raise AttributeError(f"module 'highfence.perf' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
