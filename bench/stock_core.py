"""The market's stocks and flows beside PySD's run of them: what the kernel decided is fed in, the stocks must agree.

``tests/market/xmile/stock_core.xmile`` states the stocks once more, in the words of ``docs/model.md``. A run of
:func:`highfence.market.runs.simulate` is watched: what each quarter brought, what buyers chose and the first stocks go
into PySD as tables and constants, draw by draw, and its stocks are compared with the kernel's, quarter by quarter.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from highfence.market import runs
from highfence.market import step as kernel
from highfence.market.runs import simulate
from highfence.market.state import (
    ALTERNATIVES,
    LEGAL,
    LOW,
    PLATFORM,
    PLATFORMS,
    SEGMENTS,
    SMUGGLED,
    STAGES,
    TOOL_STAGES,
    State,
)

Floats = NDArray[np.float64]
XMILE = Path(__file__).parent.parent / "tests" / "market" / "xmile" / "stock_core.xmile"
NAMESPACE = "{http://docs.oasis-open.org/xmile/ns/XMILE/v1.0}"
SEGMENT = SEGMENTS.index("hyperscaler-training")
RENAMED = {"tools_held": "tools_ahead", "granted_before": "granted", "compliant_before": "compliant"}
"""Stocks whose name a table or parameter has."""

NEXT_TO_NOTHING, LEAST = 1e-7, 0.01
"""Share of a stock's largest value in a draw, and amount of anything, below which a stock counts as this much: what is
left of a stock that was sold out is rounding."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A run of the kernel.

    Attributes
    ----------
    states : T + 1 stocks. quarters : what came from outside. bought : what buyers chose. p : parameters, by id.
    """

    states: list[State]
    quarters: list[Any]
    bought: list[Any]
    p: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Fed:
    """What goes into the XMILE model: ``tables`` (T, D), ``constants`` (D,), by name; ``stocks`` (T + 1, D), the
    kernel's."""

    tables: Mapping[str, Floats]
    constants: Mapping[str, Floats]
    stocks: Mapping[str, Floats]

    def parameters(self, draw: int) -> dict[str, Any]:
        """Return one draw as PySD takes it."""
        import pandas

        at = range(len(next(iter(self.tables.values()))))
        return {**{name: pandas.Series(values[:, draw], index=at) for name, values in self.tables.items()},
                **{name: float(values[draw]) for name, values in self.constants.items()}}


def watched(draws: int, seed: int = 1, **asked: Any) -> Watched:
    """Return a run of :func:`simulate` from the prior with what its kernel was given and decided."""
    with _calls_of(runs, "step") as steps, _calls_of(kernel, "_buy") as purchases:
        simulate(draws=draws, seed=seed, keep=["premium"], piece=draws, posterior=False, **asked)
    states = [steps[0][0][1], *(result[0] for _, result in steps)]
    return Watched(states, [given[2] for given, _ in steps], [result for _, result in purchases], steps[0][0][3])


@contextmanager
def _calls_of(module: ModuleType, name: str) -> Iterator[list[tuple[Any, Any]]]:
    usual, calls = getattr(module, name), list[tuple[Any, Any]]()

    def watch(*given: Any) -> Any:
        result = usual(*given)
        calls.append((given, result))
        return result

    setattr(module, name, watch)
    try:
        yield calls
    finally:
        setattr(module, name, usual)


def names_of(path: Path = XMILE) -> dict[str, tuple[str, ...]]:
    """Return the names of the model's tables, constants, first stocks and stocks, as the file marks them."""
    variables = ElementTree.parse(path).getroot().find(f"{NAMESPACE}model/{NAMESPACE}variables")
    assert variables is not None
    found: dict[str, list[str]] = {"table": [], "parameter": [], "first stock": [], "stock": []}
    for element in variables:
        doc = (element.findtext(f"{NAMESPACE}doc") or "").partition(":")[0]
        if element.tag == f"{NAMESPACE}stock":
            found["stock"].append(element.attrib["name"])
        elif doc in found:
            found[doc].append(element.attrib["name"])
    return {kind: tuple(names) for kind, names in found.items()}


def fed(run: Watched, names: Mapping[str, tuple[str, ...]]) -> Fed:
    """Return what PySD is fed of a run, and the kernel's stocks to compare with."""
    known = {id.replace(".", "_").replace("-", "_"): values for id, values in run.p.items()}
    chosen = [_choice(q, b) for q, b in zip(run.quarters, run.bought)]
    tables = {name: np.stack([c[name] if name in c else getattr(q, name) for q, c in zip(run.quarters, chosen)])
              for name in names["table"]}
    stocks = {name: np.stack([_stock(state, name) for state in run.states]) for name in names["stock"]}
    first = {name: stocks[name.removeprefix("first_")][0] for name in names["first stock"]}
    return Fed(tables, {**{name: known[name] for name in names["parameter"]}, **first}, stocks)


def _choice(q: Any, b: Any) -> dict[str, Floats]:
    """Return the tables of a quarter that are no field of it: columns, and what buyers chose."""
    columns = {f"{kind}_{name}": getattr(q, kind)[:, i] for kind in ("price", "training", "inference")
               for i, name in enumerate(ALTERNATIVES)}
    spent = {f"segment_money_{name}": sum(b.money[:, SEGMENT, a] for a in range(len(ALTERNATIVES)) if PLATFORM[a] == k)
             for k, name in enumerate(PLATFORMS)}
    unmet = np.maximum(b.want.money - b.money.sum(axis=-1), 0.0)
    return {**columns, **spent, **{f"bought_{name}": b.chips[:, i] for i, name in enumerate(ALTERNATIVES)},
            "bought_ahead": b.ahead, "flagships_asked": b.asked,
            "smuggled_asked": (b.want.money * b.want.share[..., SMUGGLED]).sum(axis=-1),
            "money_wanted": b.want.money.sum(axis=-1), "money_unmet": unmet.sum(axis=-1),
            "money_foreign": b.money[..., [LEGAL, SMUGGLED, LOW]].sum(axis=(-1, -2)),
            "segment_unmet": unmet[:, SEGMENT], "measures_held": q.restriction_on.sum(axis=-1),
            "measures_kept_out": (q.restriction_on * q.restriction).sum(axis=-1),
            "design_measures_held": q.design_restriction_on.sum(axis=-1),
            "design_measures_kept_out": (q.design_restriction_on * q.design_restriction).sum(axis=-1),
            **{f"{kind}_{stage.replace('-', '_')}": getattr(q, kind)[:, i] for kind in ("tools_open", "service")
               for i, stage in enumerate(TOOL_STAGES)}}


def _stock(state: State, name: str) -> Floats:
    """Return the kernel's stock of a name of the model."""
    field, _, rest = name.partition("_")
    found: Any
    if field in ("experience", "knowledge"):
        found = getattr(state, field)[:, STAGES.index(rest)]
    elif field in ("units", "inference", "training"):
        alternative, age = rest.split("_")
        found = getattr(state, field)[:, ALTERNATIVES.index(alternative), int(age)]
    elif field == "code":
        found = state.code[:, SEGMENT, PLATFORMS.index(rest)]
    elif field == "backlog":
        found = state.backlog[:, SEGMENT]
    else:
        found = getattr(state, RENAMED.get(name, name))
    made: Floats = np.asarray(found)
    return made


class PySD:
    """PySD with the model read; its translation lies in a folder of ours."""

    def __init__(self, folder: Path, path: Path = XMILE) -> None:
        import pysd

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.model = pysd.read_xmile(str(shutil.copy(path, folder)))

    def stocks(self, parameters: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Floats]:
        """Return the stocks of a run, (T + 1,) each."""
        made = self._run(names, params=parameters)
        return {name: made[name].to_numpy(dtype=float) for name in names}

    def again(self, names: tuple[str, ...]) -> Any:
        """Run once more what was fed last."""
        return self._run(names)

    def _run(self, names: tuple[str, ...], **asked: Any) -> Any:
        with warnings.catch_warnings():  # PySD warns of tables in the place of constants, pandas of PySD
            warnings.simplefilter("ignore")
            return self.model.run(return_columns=list(names), **asked)


def differences(ours: Mapping[str, Floats], theirs: Mapping[str, Floats], draw: int) -> dict[str, float]:
    """Return the largest relative difference of each stock over the quarters of a draw."""
    found = {}
    for name, values in theirs.items():
        own = ours[name][:, draw]
        least = max(NEXT_TO_NOTHING * float(np.abs(own).max()), LEAST)
        found[name] = float(np.max(np.abs(own - values) / np.maximum(np.abs(own), least)))
    return found


def agreement(pysd: PySD, given: Fed, draws: int, every: int = 1) -> dict[str, float]:
    """Return the largest relative difference of each stock over draws and quarters.

    Raises
    ------
    ValueError : a stock of either run is no number.
    """
    most: dict[str, float] = {}
    for draw in range(0, draws, every):
        found = differences(given.stocks, pysd.stocks(given.parameters(draw), tuple(given.stocks)), draw)
        if not all(np.isfinite(list(found.values()))):
            raise ValueError(f"draw {draw}: a stock that is no number")
        most = {name: max(value, most.get(name, 0.0)) for name, value in found.items()}
    return most


__all__ = ["XMILE", "Fed", "PySD", "Watched", "agreement", "differences", "fed", "names_of", "watched"]
