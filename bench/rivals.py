"""The same four formulas here and in other engines, answered in turns and compared answer by answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import highfence as hf
from bench.batch import PARAGRAPHS, each_formula, four
from bench.environment import PEERS, NotInstalled, PeerPackage, peer_python
from bench.figures import Comparison, Duel, Skipped, rate
from bench.process import PeerProcess, Stopped
from bench.rows import DAY, EDGE_COUNT, Rows, make_rows
from bench.verdicts import DAY as LATER
from bench.verdicts import EVERY_NUMBER, THREE_NUMBERS


class Disagreement(Exception):
    """A peer's answers are not ours: one of the two is wrong, and no ratio means anything."""


def compare(folder: Path, count: int, rounds: int, seconds: float) -> Comparison:
    """Run every peer that can be installed against highfence.

    Raises
    ------
    Disagreement : some answer differs.
    """
    rows = make_rows(count)
    held = folder / "rows.npz"
    np.savez(held, **rows)  # type: ignore[arg-type]
    duels: list[Duel] = []
    skipped: list[Skipped] = []
    for peer in PEERS:
        try:
            with PeerProcess(peer_python(peer, folder), peer.module, folder / "peer.log") as process:
                process.ask("load", rows=str(held), day=DAY.isoformat())
                check_answers(peer, process, rows, folder / "answers.npz")
                duels += [*_singles(peer, process, rounds, seconds), *_vectors(peer, process, rows, rounds)]
        except (NotInstalled, Stopped) as problem:
            skipped.append(Skipped(peer.name, str(problem)))
    return Comparison(duels, skipped)


def check_answers(peer: PeerPackage, process: PeerProcess, rows: Rows, out: Path) -> None:
    """Compare every row by formula and by paragraph, and the rows on the lines one by one as well.

    Raises
    ------
    Disagreement : naming the first row that differs.
    """
    process.ask("answers", out=str(out), singles=EDGE_COUNT)
    with np.load(out) as held:
        many, one = held["many"], held["one"]
    edges = {name: column[:EDGE_COUNT] for name, column in rows.items()}
    _same(peer, "formulas", each_formula(rows), many, rows)
    _same(peer, "formulas, one by one", each_formula(edges), one, rows)
    codes, names = four(rows)
    _same(peer, "paragraphs", np.array([*PARAGRAPHS, "none"])[first_met(many)], np.array(names)[codes], rows)
    ours = np.array([_verdict_paragraph(edges, i) for i in range(EDGE_COUNT)])
    _same(peer, "verdicts", np.array([*PARAGRAPHS, "none"])[first_met(one)], ours, rows)


def first_met(answers: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the index of the first formula that each row meets, or 4; ``answers`` has shape (4, n)."""
    return np.where(answers.any(axis=0), answers.argmax(axis=0), len(answers))


def _verdict_paragraph(rows: Rows, i: int) -> str:
    sheet = {name: column[i].item() for name, column in rows.items()}
    paragraph = hf.classify(sheet, on=DAY).paragraph
    return paragraph if paragraph.startswith("3A090") else "none"


def _same(peer: PeerPackage, what: str, ours: NDArray[Any], theirs: NDArray[Any], rows: Rows) -> None:
    differs = (ours != theirs).reshape(-1, ours.shape[-1]).any(axis=0)
    if differs.any():
        i = int(differs.argmax())
        row = {name: column[i].item() for name, column in rows.items()}
        raise Disagreement(f"{peer.name}: {what} differ in {differs.sum():,} rows, first {row}")


def _singles(peer: PeerPackage, process: PeerProcess, rounds: int, seconds: float) -> list[Duel]:
    """Time single situations in turns: the peer builds and calculates, highfence gives its whole verdict."""
    ours: dict[str, Callable[[], object]] = {
        f"{work}, on {day}": partial(hf.classify, chip, on=day)
        for work, chip in (("the H20", "H20"), ("a sheet of every number", EVERY_NUMBER),
                           ("a sheet of the peer's three inputs, both bandwidths explored", THREE_NUMBERS))
        for day in (DAY.isoformat(), LATER)}
    for call in ours.values():
        call()
    process.ask("one", seconds=seconds)
    rates: dict[str, list[float]] = {work: [] for work in ours}
    theirs = []
    for _ in range(rounds):
        reply = process.ask("one", seconds=seconds)
        theirs.append(reply["count"] / reply["seconds"])
        for work, call in ours.items():
            rates[work].append(rate(call, seconds))
    return [Duel(peer.name, f"one situation, whole verdict: {work}", tuple(found), tuple(theirs), "/s")
            for work, found in rates.items()]


def _vectors(peer: PeerPackage, process: PeerProcess, rows: Rows, rounds: int) -> list[Duel]:
    four(rows)
    process.ask("many")
    ours, whole, calculation = [], [], []
    for _ in range(rounds):
        reply = process.ask("many")
        whole.append(reply["whole"] * 1e3)
        calculation.append(reply["calculation"] * 1e3)
        start = time.perf_counter()
        four(rows)
        ours.append((time.perf_counter() - start) * 1e3)
    work = f"{len(rows['tpp']):,} chips, four formulas"
    return [
        Duel(peer.name, f"{work}: from columns to answers", tuple(ours), tuple(whole), "ms"),
        Duel(peer.name, f"{work}: the peer's calculation alone, its inputs already set", tuple(ours),
             tuple(calculation), "ms"),
    ]
