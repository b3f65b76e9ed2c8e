"""What a training run costs: the days that it takes on so many chips, times what their hours cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np

from highfence.__about__ import DATA_VERSION
from highfence.core.datapack import load_pack
from highfence.core.dates import parse_day
from highfence.core.envelope import shown
from highfence.core.labels import Label
from highfence.core.ranges import Z80, Range, normals, quantile_range
from highfence.core.records import digest
from highfence.core.terms import Term
from highfence.cost.hourly import check_draws, hourly, share_of_use
from highfence.cost.lawful import Lawful, lawful
from highfence.cost.tokens import DRAWS, SEED
from highfence.perf.calibration import DATA, calibration_digest, shipped_calibration
from highfence.perf.shape import shape_of
from highfence.perf.sheets import find_machine
from highfence.perf.train.run import BATCH, SEQUENCE, training_run

DAY = 86_400.0
CODE = (Path(__file__),)


@dataclass(frozen=True)
class RunCost:
    """What a training run costs on one chip.

    Attributes
    ----------
    cost, days : USD and days of the whole run. per_million : USD per million trained tokens. split : of the plan.
    energy : J a token of the chips; None without a design power. draws : USD of the run, shape (draws,).
    """

    chip: str
    name: str
    model: str
    to: str
    on: date
    chips: int
    tokens: float
    split: Mapping[str, int]
    precision: str
    mfu: float
    cost: Term
    days: Term
    per_million: Term
    hourly: Term
    energy: float | None
    lawful: Lawful
    evidence: str
    grade: str
    warnings: tuple[Label, ...] = ()
    draws: Any = field(default=None, repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the answer as JSON, without its draws."""
        return shown(self, without=("draws",))

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the sources of every term."""
        return self.cost.all_sources


def run_cost(chip: str, model: str, *, tokens: float, chips: int, to: str = "US", on: str | date | None = None,
             as_of: str | date | None = None, batch: int = BATCH, sequence: int = SEQUENCE, precision: str = "bf16",
             rent: bool | None = None, given: Mapping[str, float] | None = None, overlay: Sequence[Any] = (),
             draws: int = DRAWS, seed: int = SEED) -> RunCost:
    """Return what training a model on so many tokens costs; arguments as :func:`token_cost` and ``perf.training``.

    Raises
    ------
    InputError, NoAnswer : a chip, model or plan that cannot be, no price, or a model that does not fit.

    Examples
    --------
    >>> found = run_cost("H20", "llama-3.1-8b", tokens=1e12, chips=256, to="CN", on="2025-08-01")
    >>> 10.0 < found.days.value.mid < 1000.0
    True
    """
    day = parse_day(on, "--on") if on is not None else date.today()
    draws = check_draws(draws)
    run = _run(chip, model, chips, tokens, batch, sequence, precision)
    paid = hourly(chip, to=to, on=day, as_of=as_of, rent=rent, given=given, draws=draws, seed=seed)
    z = normals(seed, (f"training.{run.chip}", "goodput"), draws)
    progress = share_of_use("goodput", given)
    spread = log(run.high / run.low) / (2.0 * Z80)
    days = run.seconds / DAY * np.exp(z[f"training.{run.chip}"] * spread)
    days = days / progress.value.draw(z["goodput"], np)
    spent = days * 24.0 * run.chips * paid.draws
    middle = run.seconds / DAY / progress.value.mid

    def around(values: Any, mid: float) -> Range:
        drawn = quantile_range(values)
        return Range(min(drawn.low, mid), mid, max(drawn.high, mid))

    total = middle * 24.0 * run.chips * paid.term.value.mid
    took = Term("days", Label("days of the run", "训练天数"), around(days, middle), "days", how=Label(
        "time of all steps / share of the time that makes progress", "全部迭代时间 ÷ 有效推进比例"), terms=(progress,))
    cost = Term("cost", Label("cost of the run", "训练总成本"), around(spent, total), "USD", how=Label(
        "days x 24 x chips x cost of a chip-hour", "天数 × 24 × 芯片数 × 每芯片小时成本"), terms=(took, paid.term))
    each = Term("per_million", Label("a million trained tokens", "每百万训练词元"),
                around(spent / tokens * 1e6, total / tokens * 1e6), "USD/M tokens", terms=(cost,))
    return RunCost(run.chip, run.name, run.model, paid.to, day, run.chips, tokens, run.split, run.precision, run.mfu,
                   cost, took, each, paid.term, run.energy, lawful(run.chip, to=to, on=day, overlay=overlay),
                   run.evidence, cost.weakest, (*(Label(**w) for w in run.warnings), *paid.warnings), spent)


@dataclass(frozen=True, slots=True)
class _Run:
    """What a cost needs of a run: seconds with their interval, and how it was divided."""

    chip: str
    name: str
    model: str
    seconds: float
    low: float
    high: float
    chips: int
    split: dict[str, int]
    precision: str
    mfu: float
    energy: float | None
    evidence: str
    warnings: list[dict[str, str]]


@lru_cache(maxsize=4096)
def _run(chip: str, model: str, chips: int, tokens: float, batch: int, sequence: int, precision: str) -> _Run:
    """Return the quickest plan of a run: kept under the digest of everything that it follows from, else computed."""
    machine, shape = find_machine(chip), shape_of(model)
    key = digest({"run": [machine, shape, chips, tokens, batch, sequence, precision], "data_version": DATA_VERSION,
                  "calibration": calibration_digest(shipped_calibration())})

    def solve() -> dict[str, Any]:
        run = training_run(machine, shape, chips=chips, tokens=tokens, batch=batch, sequence=sequence,
                           precision=precision)
        assert run.duration is not None
        return asdict(_Run(run.chip, run.name, run.model, run.duration.value, run.duration.low, run.duration.high,
                           run.chips, dict(run.split), run.precision, run.mfu, run.energy, run.evidence,
                           [w.to_dict() for w in run.warnings]))

    return _Run(**load_pack(f"run-{key}", [DATA], solve, CODE))
