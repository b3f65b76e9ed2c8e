"""Cost and choice: how fast a buyer is answered, and how many choice sets a core computes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial

from bench.figures import Budget, Figure, lasting, repeating, time_rounds
from bench.process import ONE_CORE
from highfence.choice.buyers import buyers
from highfence.choice.choose import choose
from highfence.choice.crossroads import indifference
from highfence.cost.tokens import token_cost
from highfence.perf.choosing.limits import Limits

PART = "Cost and choice"
DAY = "2025-07-20"
SETS_PER_SECOND = Budget(100_000, at_least=True)
UNDER_A_SECOND, UNDER_FIVE_SECONDS = Budget(1.0), Budget(5.0)
SETS = ("import json, sys; from highfence.choice.logit import choice_sets_per_second as f; f(4096); "
        "print(json.dumps([f() for _ in range(int(sys.argv[1]))]))")


def figures(rounds: int) -> list[Figure]:
    """Measure choice sets on one core, then answers of a warm process."""
    few = max(rounds // 3, 3)
    return [
        repeating(PART, "choice sets of 20 alternatives in two nests, vectorised, one core", _sets(rounds),
                  SETS_PER_SECOND),
        lasting(PART, "cost of a million DeepSeek-R1 tokens on the H20, warm",
                time_rounds(partial(token_cost, "H20", "deepseek-r1", to="CN", on="2025-08-01",
                                    limits=Limits(None, 0.05)), rounds), "s", UNDER_A_SECOND),
        lasting(PART, f"all chips × {len(buyers())} segments × 1,000 draws, warm", time_rounds(everyone, few), "s",
                UNDER_FIVE_SECONDS),
        lasting(PART, "H20 or 910B for an SME, 1,000 draws, warm",
                time_rounds(partial(indifference, "H20", "910B", "sme-inference", on=DAY), few), "s")]


def everyone() -> list[float]:
    """Return the domestic share of every segment's choice among all chips."""
    return [choose(name, on=DAY).domestic.mid for name in buyers()]


def _sets(rounds: int) -> list[float]:
    """Return rates of a process that has one core."""
    done = subprocess.run([sys.executable, "-c", SETS, str(rounds)], capture_output=True, check=True,
                          env={**os.environ, **ONE_CORE})
    found: list[float] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    for figure in figures(5):
        print(f"{figure.work}: {figure.middle:,.3g} {figure.unit} (best {figure.best:,.3g}); {figure.standing}")
