"""The market: runs a second, and the stocks and flows beside PySD.

``python -m bench.market`` compares 200 draws, measures, and renews the market's part of ``docs/benchmarks.md``.
"""

from __future__ import annotations

import tempfile
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from bench.figures import Budget, Comparison, Duel, Figure, Skipped, rate, repeating, time_rounds
from bench.stock_core import Fed, PySD, agreement, fed, names_of, watched
from highfence.market.runs import simulate

PART = "Market"
DRAWS, TOLERANCE = 200, 1e-6
PER_SECOND = Budget(500, at_least=True)
ENOUGH = 1000
"""Draws of one call of ours: what runs together."""


class Disagreement(Exception):
    """The kernel's stocks and PySD's are not the same: one of the two is wrong, and no ratio means anything."""


def figures(rounds: int) -> list[Figure]:
    """Measure runs of 40 quarters a second: inputs, choice and every outcome included, one process."""
    return [repeating(PART, "runs of 40 quarters, all segments, one process, NumPy", _rates(rounds), PER_SECOND)]


def _rates(rounds: int) -> list[float]:
    return [ENOUGH / seconds for seconds in time_rounds(partial(simulate, draws=ENOUGH), max(rounds // 3, 3))]


def compare(rounds: int, draws: int = DRAWS) -> Comparison:
    """Compare every stock, then run in turns: whole runs of ours beside the stocks and flows alone in PySD.

    Raises
    ------
    Disagreement : a stock differs by more than the tolerance.
    """
    if find_spec("pysd") is None:
        return Comparison(skipped=[Skipped("PySD", "not installed")])
    names = names_of()
    given = fed(watched(draws), names)
    with tempfile.TemporaryDirectory(prefix="highfence-pysd-") as folder:
        pysd = PySD(Path(folder))
        most = agreement(pysd, given, draws)
        worst = max(most, key=lambda name: most[name])
        if most[worst] > TOLERANCE:
            raise Disagreement(f"PySD: {worst} differs by {most[worst]:.2g}")
        told = (f"{len(most)} stocks over {draws} draws and {len(given.stocks[worst]) - 1} quarters: largest relative "
                f"difference {most[worst]:.1e} (`{worst}`)")
        return Comparison(_in_turns(pysd, given, rounds), (), [told])


def _in_turns(pysd: PySD, given: Fed, rounds: int) -> list[Duel]:
    names = tuple(given.stocks)
    ours, with_feeding, alone = list[float](), list[float](), list[float]()
    for i in range(max(rounds // 2, 5)):
        ours.append(ENOUGH * rate(partial(simulate, draws=ENOUGH), 1.0))
        parameters = given.parameters(i)
        with_feeding.append(rate(partial(pysd.stocks, parameters, names), 1.0))
        alone.append(rate(partial(pysd.again, names), 1.0))
    peer = f"PySD {version('pysd')}"
    return [Duel(peer, "market runs: ours whole, the peer's stocks and flows, tables fed in", tuple(ours),
                 tuple(with_feeding), "/s"),
            Duel(peer, "market runs: ours whole, the peer's stocks and flows alone, tables already in", tuple(ours),
                 tuple(alone), "/s")]


if __name__ == "__main__":
    from bench.page import market_part, renewed

    text = market_part(figures(9), compare(10), "python -m bench.market")
    print(text)
    renewed(Path(__file__).parent.parent / "docs" / "benchmarks.md", text)
