"""``python -m bench``: measure, print the tables and write ``docs/benchmarks.md``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table as RichTable

from bench import batch, choices, estimates, market, overlays, profiling, rivals, startup, verdicts
from bench.figures import Comparison, Figure, Skipped
from bench.page import Run, Table, duels_table, figures_table, machine, page

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what was asked for."""
    asked = _options().parse_args(arguments)
    if asked.profile:
        print(profiling.profiles())
        return
    run = measure(asked)
    show(run)
    if not asked.no_page:
        write(PAGE, page(run))


def _options() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m bench", description="Measure the budgets of the design.")
    options.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    options.add_argument("--no-peers", action="store_true", help="highfence alone")
    options.add_argument("--peers", type=Path, metavar="FOLDER",
                         help="folder that keeps the peers' environments (default: a temporary one, removed after)")
    options.add_argument("--perf-peers", type=Path, metavar="FOLDER",
                         help="folder that holds checkouts of the performance model's peers: calculon/ and LLM-Viewer/")
    options.add_argument("--no-page", action="store_true", help="do not write docs/benchmarks.md")
    options.add_argument("--profile", action="store_true", help="show where the time goes, and measure nothing")
    return options


def measure(asked: argparse.Namespace) -> Run:
    """Take every figure in one run, with a fixed piece of work between the parts as a gauge of noise."""
    rounds, seconds, count, rows = (7, 0.15, 200, 20_000) if asked.quick else (15, 0.4, 1_000, 100_000)
    gauge = [_fixed_work()]
    found: list[Figure | Skipped] = []
    parts: tuple[Callable[[], Sequence[Figure | Skipped]], ...] = (
        partial(startup.figures, rounds), partial(verdicts.figures, rounds // 2, seconds),
        partial(batch.figures, 1_000_000, rounds), partial(overlays.figures, rounds, count),
        partial(estimates.figures, rounds, seconds / 4, rows), partial(choices.figures, rounds),
        partial(market.figures, rounds))
    for part in parts:
        found += part()
        gauge += [_fixed_work() for _ in range(5)]
    beside, stocks = (Comparison(), Comparison()), Comparison()
    if not asked.no_peers:
        with _peers_folder(asked.peers) as folder:
            beside = (rivals.compare(folder, 1_000_000, rounds + 6, seconds / 4),
                      estimates.compare(asked.perf_peers and asked.perf_peers.resolve(), folder, rounds + 6,
                                        seconds / 4, rows))
        stocks = market.compare(rounds)
    gauge += [_fixed_work() for _ in range(5)]
    spread = median(gauge) / min(gauge), max(gauge) / min(gauge)
    return Run([f for f in found if isinstance(f, Figure)], [s for s in found if isinstance(s, Skipped)], *beside,
               spread, _told(asked), stocks)


@contextmanager
def _peers_folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="highfence-peers-") as folder:
            yield Path(folder)
    else:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()


def _told(asked: argparse.Namespace) -> str:
    """Return the command of this run, without the names of the user's folders."""
    given = {"--quick": asked.quick, "--no-peers": asked.no_peers, "--perf-peers FOLDER": asked.perf_peers}
    return " ".join(("python -m bench", *(option for option, chosen in given.items() if chosen)))


def _fixed_work() -> float:
    start = time.perf_counter()
    total = 0
    for i in range(1_000_000):
        total += i & 7
    return time.perf_counter() - start


def show(run: Run) -> None:
    """Print the tables."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=170)
    console.print(machine())
    beside = run.rules, run.estimates, run.market
    tables: list[Table] = [figures_table(run.figures), *(duels_table(room.duels) for room in beside if room.duels)]
    for head, rows in tables:
        table = RichTable(*head)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    for answer in (*run.estimates.answers, *run.market.answers):
        console.print(answer, markup=False)
    for left in (*run.absent, *run.rules.skipped, *run.estimates.skipped, *run.market.skipped):
        console.print(f"{left.what}: skipped, {left.why}", markup=False)
    console.print(f"noise: fixed work at {run.spread[0]:.2f} of its fastest at the median, "
                  f"{run.spread[1]:.2f} at worst")


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
    print(f"wrote {path.name}", file=sys.stderr)


if __name__ == "__main__":
    main()
