"""How well the curves of H20 and H800 kernels predict what they were not fitted to, beside a plain regression tree.

Two kinds of split. *Shapes left out*: five folds, all rows of one shape in the same fold, both chips in the fit.
*Chip left out*: the curve is fitted to one of the two chips alone and predicts the other; what one chip cannot tell is
held by the knobs' starts (a share of the peak near 0.95, a feed that doubles at 8 bits), which are the same for every
library and were not fitted to the chip left out. The form of the curves, unlike their numbers, was chosen with both
chips in view: that the price of small tiles belongs to the feed was seen where the room's own operator failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from highfence.perf.fitting.kernels import Family, errors, family, fit, with_format
from highfence.perf.fitting.tables import Column, Table, vidur_gemm

FOLDS = 5

SHAPES_BAR, CHIP_BAR = 0.08, 0.15
"""Bars of the median absolute error, shapes left out and chip left out."""

AICONFIGURATOR = "aiconfigurator: median 3.6 % between the rows of one chip's own table; no chip without a table"
PEER = "InferSim looks these rows up and cannot predict a chip without them"


@dataclass(frozen=True, slots=True)
class Case:
    """One figure of evidence.

    Attributes
    ----------
    n : rows predicted. error, bias : median absolute and median relative error. bar : what ``error`` must stay below.
    peer : what others reach. split : what the fit did not see. tree : a regression tree's error on the same split,
    ``None`` where scikit-learn is not installed or no tree was grown.
    """

    name: str
    n: int
    error: float
    bias: float
    bar: float
    peer: str
    split: str
    tree: float | None = None

    @property
    def met(self) -> bool:
        """Whether the error stays below the bar."""
        return self.error < self.bar


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times slower H20 is than H800 at the same shapes: median of ours and of the measurements.

    Attributes
    ----------
    low, high : the claim that is checked, as bounds of the measured and of the predicted ratio.
    """

    name: str
    n: int
    ours: float
    measured: float
    low: float
    high: float


def median_error(relative: Column) -> float:
    """Return the median of absolute relative errors."""
    return float(np.median(np.abs(relative)))


LIBRARIES = ("fed.deepgemm-fp8", "fed.deepgemm-fp8-contiguous", "fed.deepgemm-fp8-masked", "decode.flashattention-gqa",
             "decode.flashmla")
"""Kernels measured on both chips, products with the price of edges in the feed."""

PLAIN = ("gemm.deepgemm-fp8", "grouped.deepgemm-fp8-contiguous", "grouped.deepgemm-fp8-masked")
"""The same products by the room's own operator."""

ONE_CHIP = ("prefill.flashattention3", "prefill.flashattention3-latent")
"""Kernels measured on one chip."""

_NUMBERS = ("peak", "bandwidth", "units")


def folds(table: Table, keys: Sequence[str], count: int = FOLDS, seed: int = 1) -> Column:
    """Return the fold of each row; rows of one shape share theirs, whatever their chip."""
    shapes = list(zip(*(table[name].tolist() for name in keys)))
    order = sorted(set(shapes))
    numbers = np.random.default_rng(seed).permutation(len(order)) % count
    fold = dict(zip(order, numbers.tolist()))
    return np.array([fold[shape] for shape in shapes])


def left_out(table: Table, split: Column, train: Callable[[Table], Callable[[Table], Column]]) -> Column:
    """Return relative errors where each fold is predicted by what was trained on the others."""
    found = np.empty(len(table))
    for number in sorted(set(split.tolist())):
        own = split == number
        predict = train(table.rows(~own))
        found[own] = predict(table.rows(own)) / table["seconds"][own] - 1.0
    return found


def curve_trainer(chosen: Family) -> Callable[[Table], Callable[[Table], Column]]:
    """Return what fits a family's curve to a table and predicts with it."""
    def train(table: Table) -> Callable[[Table], Column]:
        values = fit(chosen, table)
        return lambda other: chosen.seconds(values, other)
    return train


def tree_trainer(columns: Sequence[str]) -> Callable[[Table], Callable[[Table], Column]] | None:
    """Return what grows a regression tree on the logarithms of columns, or ``None`` without scikit-learn."""
    try:
        trees = import_module("sklearn.tree")
    except ImportError:
        return None

    def train(table: Table) -> Callable[[Table], Column]:
        tree = trees.DecisionTreeRegressor(min_samples_leaf=2, random_state=0)
        tree.fit(_features(table, columns), np.log(table["seconds"]))
        return lambda other: np.exp(tree.predict(_features(other, columns)))
    return train


def _features(table: Table, columns: Sequence[str]) -> Any:
    return np.log(np.stack([np.maximum(table[name], 1e-9) for name in columns], axis=1))


@dataclass(frozen=True)
class Predicted:
    """A library's rows with the errors of its curve and of a tree under one split."""

    table: Table
    errors: Column
    tree: Column | None

    def of(self, chip: str) -> Predicted:
        """Return the rows of one chip."""
        own = self.table["chip"] == chip
        return Predicted(self.table.rows(own), self.errors[own], None if self.tree is None else self.tree[own])


def shapes_left_out(chosen: Family, table: Table) -> Predicted:
    """Return a library's rows, each predicted by a fit that never saw its shape."""
    return _predicted(chosen, table, folds(table, chosen.keys))


def chip_left_out(chosen: Family, table: Table) -> Predicted:
    """Return a library's rows, each predicted by a fit to the other chips."""
    chips = table.chips()
    return _predicted(chosen, table, np.array([chips.index(chip) for chip in table["chip"].tolist()]))


def _predicted(chosen: Family, table: Table, split: Column) -> Predicted:
    seen = [name for name in ("m", "groups") if name in table.columns and name not in chosen.keys]
    grow = tree_trainer((*chosen.keys, *seen, *_NUMBERS))
    return Predicted(table, left_out(table, split, curve_trainer(chosen)), grow and left_out(table, split, grow))


def _case(name: str, parts: Sequence[Predicted], bar: float, split: str) -> Case:
    found = np.concatenate([part.errors for part in parts])
    trees = [part.tree for part in parts if part.tree is not None]
    tree = median_error(np.concatenate(trees)) if len(trees) == len(parts) else None
    return Case(name, len(found), median_error(found), float(np.median(found)), bar, PEER, split, tree)


def kernel_cases(data: Path) -> list[Case]:
    """Return the errors of H20 and H800 kernels, shapes left out and chip left out, each library and all together.

    Products appear twice: by the room's operator and with the price of edges in the feed. Pooled rows take the second.
    """
    tables = {id: family(id).read(data) for id in (*LIBRARIES, *PLAIN, *ONE_CHIP)}
    found: list[Case] = []
    for split, function, ids, bar in (
            ("shapes left out, five folds", shapes_left_out, (*LIBRARIES, *PLAIN, *ONE_CHIP), SHAPES_BAR),
            ("chip left out", chip_left_out, (*LIBRARIES, *PLAIN), CHIP_BAR)):
        parts = {id: function(family(id), tables[id]) for id in ids}
        for chip in ("h20", "h800"):
            own = {id: part.of(chip) for id, part in parts.items() if chip in part.table.chips()}
            found += [_case(f"{chip.upper()} {id}", [part], bar, split) for id, part in own.items()]
            pooled = [part for id, part in own.items() if id not in PLAIN]
            found.append(_case(f"{chip.upper()} all kernels", pooled, bar, split))
    return found


# Other chips, another source -----------------------------------------------------------------------------------------

def trtllm_cases(data: Path) -> list[Case]:
    """Return the errors of TensorRT-LLM's products on A100, H100, H200 and B200, each die left out.

    H100 and H200 are one die with two memories: with one of them in the fit, a look-up predicts the other.
    """
    found = []
    for id in ("gemm.trtllm-bf16", "gemm.trtllm-fp8"):
        table = family(id).read(data)
        part = _predicted(family(id), table, np.array([DIES[chip] for chip in table["chip"].tolist()]))
        found += [replace(_case(f"{chip} {id}", [part.of(chip)], CHIP_BAR, "die left out"), peer=AICONFIGURATOR)
                  for chip in table.chips()]
    return found


DIES: Mapping[str, int] = {"a100_sxm": 0, "h100_sxm": 1, "h200_sxm": 1, "b200_sxm": 2}
"""Chips of one die share a number."""


def transfer_cases(data: Path) -> list[Case]:
    """Return how the curve of TensorRT-LLM's 16-bit products predicts vidur's projections of whole models.

    Another library, another year, and for the A40 a chip that the curve never saw.
    """
    chosen = family("gemm.trtllm-bf16")
    values, other = fit(chosen, chosen.read(data)), with_format(vidur_gemm(data), "peak", 2.0)
    relative = errors(chosen, values, other)
    found = []
    for chip in other.chips():
        own = relative[other["chip"] == chip]
        found.append(Case(f"vidur {chip.upper()} projections", len(own), median_error(own), float(np.median(own)),
                          CHIP_BAR, "vidur interpolates its own rows", "fitted to another source"))
    return found


# How many times slower H20 is -----------------------------------------------------------------------------------------

CLAIMS: Sequence[tuple[str, str, Callable[[Mapping[str, float]], bool], float, float]] = (
    ("large FP8 products: about 5 times slower, not the 6.7 of the data sheets", "fed.deepgemm-fp8",
     lambda row: row["m"] >= 4096, 4.5, 5.7),
    ("products of 16 rows, bound by reading weights: H20 is the faster", "fed.deepgemm-fp8",
     lambda row: row["m"] <= 16, 0.6, 1.0),
    ("products of 16 to 64 rows: about as fast", "fed.deepgemm-fp8", lambda row: row["m"] <= 64, 0.8, 1.25),
    ("grouped-query decode, 8 query heads a cache head: near parity", "decode.flashattention-gqa",
     lambda row: row["heads"] / row["kv_heads"] <= 8 and row["batch"] >= 16 and row["context"] >= 4096, 0.85, 1.15),
    ("latent decode from batch 16: 4 to 5 times slower", "decode.flashmla",
     lambda row: row["batch"] >= 16 and row["context"] >= 4096, 3.5, 5.5))
"""Name, library, rows, and the bounds within which a ratio bears the claim out."""


def kernel_ratios(data: Path) -> list[Ratio]:
    """Return the claims on H20 against H800, ours from fits that never saw the shapes in question."""
    predicted = {id: shapes_left_out(family(id), family(id).read(data)) for id in {claim[1] for claim in CLAIMS}}
    found = []
    for name, id, chosen, low, high in CLAIMS:
        part, keys = predicted[id], family(id).keys
        pairs: dict[tuple[float, ...], dict[str, tuple[float, float]]] = {}
        for i, chip in enumerate(part.table["chip"].tolist()):
            row = {key: float(part.table[key][i]) for key in keys}
            if chosen(row):
                seconds = float(part.table["seconds"][i])
                pairs.setdefault(tuple(row.values()), {})[chip] = (seconds * (1.0 + float(part.errors[i])), seconds)
        both = [pair for pair in pairs.values() if len(pair) == 2]
        ours, measured = (float(np.median([pair["h20"][k] / pair["h800"][k] for pair in both])) for k in (0, 1))
        found.append(Ratio(name, len(both), ours, measured, low, high))
    return found
