"""Time calls inside the process that makes them; needs the standard library alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wire import answer_requests


@dataclass(frozen=True, slots=True)
class Work:
    """A call to be timed.

    Attributes
    ----------
    rows : estimates in one call.
    answer : what the call found, in words, where it is to be shown.
    """

    call: Callable[[], object]
    rows: int = 1
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Estimator:
    """A performance model: what it can be asked, and why it cannot be asked the rest."""

    works: Mapping[str, Work]
    absent: Mapping[str, str] = field(default_factory=dict)


class Server:
    """The requests of the benchmark on one performance model."""

    def __init__(self, estimator: Estimator) -> None:
        self.estimator = estimator

    def works(self) -> dict[str, Any]:
        """Say what can be asked; everything is called once, and that call counts for nothing."""
        for work in self.estimator.works.values():
            work.call()
        return {"answers": {name: work.answer for name, work in self.estimator.works.items()},
                "absent": dict(self.estimator.absent)}

    def run(self, work: str, seconds: float) -> dict[str, Any]:
        """Repeat one work for some seconds, once at least; a process on two cores is charged for both."""
        call, rows = self.estimator.works[work].call, self.estimator.works[work].rows
        count, start, processor = 0, time.perf_counter(), time.process_time()
        while (spent := time.perf_counter() - start) < seconds or not count:
            call()
            count += 1
        return {"rows": count * rows, "seconds": max(spent, time.process_time() - processor)}


def serve(make_estimator: Callable[[], Estimator]) -> None:
    """Answer the benchmark's requests until they end."""
    answer_requests(lambda: Server(make_estimator()))
