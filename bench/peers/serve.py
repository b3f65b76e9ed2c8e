"""The four formulas of 3A090, asked of a rules engine inside its own environment.

Needs nothing but NumPy and the standard library.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from wire import answer_requests

PARAGRAPHS = ("3A090.a.1", "3A090.a.2", "3A090.b.1", "3A090.b.2")
VARIABLES = ("a_1", "a_2", "b_1", "b_2")
INPUTS = ("tpp", "performance_density", "datacenter")
PARAMETERS = {
    "tpp_a1": 4800, "tpp_a2": 1600, "density_a2": 5.92, "tpp_b1": 2400, "tpp_b1_end": 4800, "density_b1": 1.6,
    "tpp_b2": 1600, "density_b2": 3.2, "density_b_end": 5.92, "tpp_note2": 4800,
}
"""The lines of 3A090 since 2023-11-17, as the peers' parameters."""

FIRST_DAY = "2023-11-17"
Row = Mapping[str, float | bool]


class Peer(Protocol):
    """One engine with the four formulas."""

    def one(self, row: Row, day: str) -> list[bool]:
        """Build one situation and calculate the four variables, as the engine's users do."""
        ...

    def many(self, columns: Mapping[str, Any], day: str, done_building: Callable[[], None]) -> list[Any]:
        """Build one simulation of many chips and calculate; calls ``done_building`` between the two."""
        ...


def dated_parameters() -> dict[str, Any]:
    """Return the parameters in the form that both engines read."""
    return {name: {"values": {FIRST_DAY: {"value": value}}} for name, value in PARAMETERS.items()}


class Server:
    """The requests of the benchmark on one peer."""

    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.columns: dict[str, Any] = {}
        self.day = FIRST_DAY

    def load(self, rows: str, day: str) -> dict[str, Any]:
        """Read the rows."""
        with np.load(rows) as held:
            self.columns = {name: held[name] for name in INPUTS}
        self.day = day
        return {}

    def one(self, seconds: float) -> dict[str, Any]:
        """Answer single situations for some seconds."""
        situations = [self._row(i) for i in range(256)]
        count, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            self.peer.one(situations[count % 256], self.day)
            count += 1
        return {"count": count, "seconds": spent}

    def many(self) -> dict[str, Any]:
        """Answer every row in one simulation."""
        built = 0.0

        def done_building() -> None:
            nonlocal built
            built = time.perf_counter()

        start = time.perf_counter()
        self.peer.many(self.columns, self.day, done_building)
        end = time.perf_counter()
        return {"whole": end - start, "calculation": end - built}

    def answers(self, out: str, singles: int) -> dict[str, Any]:
        """Write the answers to every row, and those to the first rows asked one by one."""
        many = np.stack([np.asarray(a, dtype=bool) for a in self.peer.many(self.columns, self.day, lambda: None)])
        one = np.array([self.peer.one(self._row(i), self.day) for i in range(singles)], dtype=bool).T
        np.savez(out, many=many, one=one)
        return {}

    def _row(self, i: int) -> Row:
        return {name: column[i].item() for name, column in self.columns.items()}


def serve(make_peer: Callable[[], Peer]) -> None:
    """Answer the benchmark's requests until they end."""
    answer_requests(lambda: Server(make_peer()))
