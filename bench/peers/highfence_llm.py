"""highfence's own performance model, run as its peers are: ``highfence_llm.py ROWS``."""

from __future__ import annotations

import importlib
import sys

from timing import Estimator, Work, serve

MODULE = "highfence.perf.benchmarks"


def highfence(rows: int) -> Estimator:
    """Return the estimates of :data:`MODULE`; what it lacks is named as absent."""
    try:
        room = importlib.import_module(MODULE)
    except ModuleNotFoundError as problem:
        if not MODULE.startswith(problem.name or "?"):
            raise
        room = None
    works, absent = {}, {}
    for work, maker, given, size in (("serving", "single_estimate", (), 1), ("bulk", "bulk_estimates", (rows,), rows),
                                     ("training", "training_estimate", (), 1)):
        if (make := getattr(room, maker, None)) is None:
            absent[work] = f"there is no `{MODULE}`" if room is None else f"`{MODULE}` has no `{maker}`"
        else:
            works[work] = Work(make(*given), size)
    return Estimator(works, absent)


if __name__ == "__main__":
    serve(lambda: highfence(int(sys.argv[1])))
