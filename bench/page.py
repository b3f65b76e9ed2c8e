"""The tables of a run, as Markdown and in the terminal."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.environment import CHECKOUTS, PEERS
from bench.figures import Budget, Comparison, Duel, Figure, Skipped

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that one run found.

    Attributes
    ----------
    absent : work that has a place among the figures but is not there to be measured.
    rules, estimates, market : each room beside its peers.
    spread : how much slower than its fastest a fixed piece of work became during the run, as a median and at worst.
    """

    figures: Sequence[Figure]
    absent: Sequence[Skipped]
    rules: Comparison
    estimates: Comparison
    spread: tuple[float, float]
    command: str = "python -m bench"
    market: Comparison = field(default_factory=Comparison)


def machine() -> str:
    """Return the class of this machine: cores, processor family, system, Python and NumPy."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (f"{cores} cores, {platform.machine()}, {platform.system()}, "
            f"{platform.python_implementation()} {platform.python_version()}, NumPy {version('numpy')}")


def amount(value: float, unit: str) -> str:
    """Return a value with three significant digits and its unit.

    >>> amount(12366.7, "/s"), amount(0.01234, "ms"), amount(-0.0, "kB")
    ('12,400/s', '0.0123 ms', '0 kB')
    """
    rounded = float(f"{value:.3g}") + 0.0
    text = f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:.3g}"
    return f"{text}{unit}" if unit.startswith("/") else f"{text} {unit}"


def _limit(budget: Budget | None, unit: str) -> str:
    return "" if budget is None else f"{'>' if budget.at_least else '<'} {amount(budget.limit, unit)}"


def figures_table(figures: Iterable[Figure]) -> Table:
    """Return the figures beside their budgets."""
    return (("Part", "Work", "Median", "Best", "Budget", "Standing"),
            [(f.part, f.work, amount(f.middle, f.unit), amount(f.best, f.unit), _limit(f.budget, f.unit), f.standing)
             for f in figures])


def duels_table(duels: Iterable[Duel]) -> Table:
    """Return the comparisons; a ratio above 1 means that highfence is faster."""
    return (("Peer", "Work", "highfence", "Peer's", "Ratio", "At best", "Rounds"),
            [(d.peer, d.work, amount(median(d.ours), d.unit), amount(median(d.theirs), d.unit),
              f"{median(d.ratios):.3g} ×", f"{d.at_best:.3g} ×", f"{min(d.ratios):.3g} to {max(d.ratios):.3g}")
             for d in duels])


def markdown_table(table: Table) -> str:
    """Return a table in Markdown."""
    head, rows = table
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(run: Run) -> str:
    """Return the whole page ``docs/benchmarks.md``."""
    parts = ["# Benchmarks", _AGAIN, _ran(run), "## Budgets", "A budget is *met* when the median keeps it.",
             markdown_table(figures_table(run.figures)), *_left_out(run.absent),
             "## Beside other engines", _PEERS_TEXT,
             "### Rules", _RULES_TEXT, *_compared(run.rules),
             "### Performance model", _ESTIMATES_TEXT, *_compared(run.estimates),
             market_part([], run.market),
             "## How to read this", _READING]
    return "\n\n".join(parts) + "\n"


MARKET = "### Market"


def market_part(figures: Sequence[Figure], found: Comparison, command: str = "") -> str:
    """Return the market's part of the page; where it was run apart, with its own command and figures."""
    own = ([f"Run apart from the rest with `{command}` on {machine()}.", markdown_table(figures_table(figures))]
           if command else [])
    return "\n\n".join([MARKET, _MARKET_TEXT, *own, *_compared(found)])


def renewed(path: Path, part: str) -> None:
    """Put a part of the page in the place of the one under the same heading, or before the notes at the end."""
    text, end = path.read_text(encoding="utf-8"), "## How to read this"
    begin = text.find(MARKET)
    begin = text.index(end) if begin < 0 else begin
    path.write_text(f"{text[:begin]}{part}\n\n{text[text.index(end):]}", encoding="utf-8")


def _compared(found: Comparison) -> list[str]:
    table = [markdown_table(duels_table(found.duels))] if found.duels else []
    answers = ["The peers answered:", "\n".join(f"- {answer}" for answer in found.answers)] if found.answers else []
    return [*table, *answers, *_left_out(found.skipped)] or ["No peer was measured in this run."]


def _left_out(skipped: Sequence[Skipped]) -> list[str]:
    return ["\n".join(f"- {s.what}: skipped, {s.why}" for s in skipped)] if skipped else []


def _ran(run: Run) -> str:
    return (f"Run with `{run.command}` on {machine()}. A fixed piece of work took {run.spread[0]:.2f} times its "
            f"fastest at the median of the run and {run.spread[1]:.2f} times at worst: smaller differences are noise.")


_AGAIN = """\
Written by `make bench`; do not edit. To run it again: `make bench`, or `.venv/bin/python -m bench` with `--quick`,
`--no-peers`, or `--peers FOLDER` to keep the peers' environments. `make bench PERF_PEERS=FOLDER`, or `--perf-peers
FOLDER`, names a folder with checkouts of the performance model's peers. `--profile` shows where the time goes."""

_PEERS_TEXT = """\
Each engine runs in its own environment (`bench/peers/`) and takes turns with highfence, so that both meet the same
noise. Values are medians. *Ratio* is the median of the rounds' ratios and *at best* compares the best rounds; above 1
highfence is faster, below 1 the peer is."""

_RULES_TEXT = f"""\
3A090.a.1, a.2, b.1 and b.2 with Note 2, as dated variables over dated parameters, in
{" and ".join(f"{p.package} {p.version}" for p in PEERS)}.

Before anything is timed every answer is compared: each formula and the first that is met, on every row, with every
line of the four formulas met exactly and approached from both sides. A difference stops the run."""

_ESTIMATES_TEXT = f"""\
Estimates of what a language model takes on given chips, in
{" and ".join(f"[{p.name}](https://{p.home})" for p in CHECKOUTS)}.
They run from checkouts that the user gives, named here with their commit. Every process has its linear algebra held to
one thread, and one that works on two cores at once is charged for both.

Each model answers its own question, so that these are speeds and no verdict on accuracy. calculon estimates a training
iteration of GPT-3 175B on 64 A100, LLM-Viewer the prompts and one token of a model in the shape of Llama 3.1 8B on one
H100, with neither network nor interval. highfence's serving estimate gives time to first token, time per output token,
memory fit and interval, of a mixture of experts under tensor parallelism."""

_MARKET_TEXT = """\
The stocks and flows of `docs/model.md`, stated once more as XMILE (`tests/market/xmile/`), in
[PySD](https://github.com/SDXorg/pysd), in this process. It is fed what a run here found, draw by draw: what each
quarter brings, and what buyers chose. Every stock is compared with the kernel's, quarter by quarter, before anything is
timed; a difference above 1e-6 stops the run. Ours is the whole model, inputs and choice of seven segments included,
1,000 draws at a time; PySD's is stocks and flows alone, a draw at a time."""

_READING = """\
- One situation: the peer builds a simulation from a dictionary and calculates the four variables. highfence gives its
  whole verdict: classification, jurisdiction, requirement, exceptions, review, duties and measures. Where an input is
  unknown it explores every answer that the input leaves open, which takes much longer: the letters of April 2025 turn
  on bandwidths, so that from that month on a part of unknown bandwidths has many.
- A million chips: highfence takes columns of 64-bit floats and gives the first paragraph that is met. The peers hold
  32-bit floats (a density of 5.91999999 becomes 5.92 there and is caught; here it is not) and give four columns of
  booleans. Their time is shown with the building of the simulation, and for the calculation alone.
- The four formulas here are the shipped law under an overlay that repeals 3A991.p, the one other line for ICs.
- Memory is what Python has allocated after a full collection, in a process of its own."""
