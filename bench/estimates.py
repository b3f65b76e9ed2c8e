"""Estimates of the performance model: against their budgets, and in turns with other models of LLM performance."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.environment import CHECKOUTS, NotInstalled, PeerCheckout, checkout_of, checkout_python, commit_of
from bench.figures import Budget, Comparison, Duel, Figure, Skipped, lasting, repeating
from bench.process import ONE_CORE, PeerProcess, Stopped

PART = "Performance model"
OURS = "highfence_llm.py"
UNDER_A_MILLISECOND = Budget(1.0)
ROWS_PER_SECOND = Budget(100_000, at_least=True)


@dataclass(frozen=True, slots=True)
class Pair:
    """A work of ours beside one of a peer's.

    Attributes
    ----------
    ours, theirs : names of works under ``bench/peers``.
    """

    work: str
    ours: str
    theirs: str


PAIRS: Mapping[str, Sequence[Pair]] = {
    "calculon": (Pair("one training iteration", "training", "training"),),
    "LLM-Viewer": (Pair("one serving estimate each", "serving", "serving"),
                   Pair("serving estimates: ours in bulk, the peer's one by one", "bulk", "serving")),
}


def figures(rounds: int, seconds: float, rows: int) -> list[Figure | Skipped]:
    """Measure each kind of estimate in a process of its own, on one core."""
    with tempfile.TemporaryDirectory() as folder, _ours(Path(folder), rows) as process:
        absent = process.ask("works")["absent"]
        works = [work for work in ("serving", "bulk", "training") if work not in absent]
        rates = [[_rate(process, work, seconds) for work in works] for _ in range(rounds)]
    named = {"serving": "one serving estimate: TTFT, TPOT, memory fit and interval, MoE, TP > 1",
             "bulk": f"serving estimates in bulk, {rows:,} rows in one call: rows per second per core",
             "training": "one training iteration"}
    measured = dict(zip(works, zip(*rates)))
    return [_figure(work, words, measured[work]) if work in measured else Skipped(f"{PART}, {words}", absent[work])
            for work, words in named.items()]


def _figure(work: str, words: str, rates: Sequence[float]) -> Figure:
    if work == "bulk":
        return repeating(PART, words, rates, ROWS_PER_SECOND)
    return lasting(PART, words, [1 / rate for rate in rates], "ms", UNDER_A_MILLISECOND if work == "serving" else None)


def compare(given: Path | None, folder: Path, rounds: int, seconds: float, rows: int) -> Comparison:
    """Run every peer whose checkout was given in turns with highfence; environments are kept under ``folder``.

    Raises
    ------
    Stopped : highfence itself failed.
    """
    duels: list[Duel] = []
    skipped: list[Skipped] = []
    answers: list[str] = []
    with _ours(folder, rows) as ours:
        absent = ours.ask("works")["absent"]
        for peer in CHECKOUTS:
            pairs = [pair for pair in PAIRS[peer.name] if pair.ours not in absent]
            skipped += [Skipped(f"{peer.name}, {pair.work}", absent[pair.ours])
                        for pair in PAIRS[peer.name] if pair.ours in absent]
            try:
                if pairs:
                    found, answered = _against(peer, checkout_of(peer, given), folder, ours, pairs, rounds, seconds)
                    duels += found
                    answers += answered
            except (NotInstalled, Stopped) as problem:
                if isinstance(problem, Stopped) and problem.module == OURS:
                    raise
                skipped.append(Skipped(peer.name, str(problem).replace(str(given), "FOLDER")))
    return Comparison(duels, skipped, answers)


def _against(peer: PeerCheckout, checkout: Path, folder: Path, ours: PeerProcess, pairs: Sequence[Pair], rounds: int,
             seconds: float) -> tuple[list[Duel], list[str]]:
    name = " ".join((peer.name, commit_of(checkout))).strip()
    python, environment = checkout_python(peer, folder), {**ONE_CORE, "PYTHONDONTWRITEBYTECODE": "1"}
    with PeerProcess(python, peer.module, folder / "peer.log", str(checkout), environment=environment) as theirs:
        answers = [f"{name}: {answer}" for answer in theirs.ask("works")["answers"].values()]
        return take_turns(name, ours, theirs, pairs, rounds, seconds), answers


def take_turns(peer: str, ours: PeerProcess, theirs: PeerProcess, pairs: Sequence[Pair], rounds: int,
               seconds: float) -> list[Duel]:
    """Time every pair, one process at a time, round after round: estimates per second."""
    rates: list[list[tuple[float, float]]] = [[] for _ in pairs]
    for _ in range(rounds):
        for pair, found in zip(pairs, rates):
            found.append((_rate(ours, pair.ours, seconds), _rate(theirs, pair.theirs, seconds)))
    return [Duel(peer, pair.work, tuple(a for a, _ in found), tuple(b for _, b in found), "/s")
            for pair, found in zip(pairs, rates)]


def _ours(folder: Path, rows: int) -> PeerProcess:
    return PeerProcess(sys.executable, OURS, folder / "ours.log", str(rows), environment=ONE_CORE)


def _rate(process: PeerProcess, work: str, seconds: float) -> float:
    reply = process.ask("run", work=work, seconds=seconds)
    return reply["rows"] / reply["seconds"]
