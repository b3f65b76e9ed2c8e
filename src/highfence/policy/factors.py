"""What a difference may rest on: every assumption that a draw moves, by the standard normal that moves it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from highfence.choice.parameters import shipped_parameters as choice_parameters
from highfence.core.labels import Label
from highfence.market.inputs import FITTED
from highfence.market.parameters import shipped_parameters
from highfence.market.state import SEGMENTS
from highfence.policy.paired import Pair, Worlds

LOW, HIGH = 0.1, 0.9
"""Ends of an assumption's own range."""

KINDS = {"price": Label("price of {chip}", "{chip}价格"),
         "training": Label("work in training of {chip}", "{chip}训练算力"),
         "inference": Label("work in serving of {chip}", "{chip}推理算力")}
CHIPS = {"legal": Label("the legal flagship", "合法旗舰"), "smuggled": Label("the smuggled chip", "走私芯片"),
         "low": Label("low foreign cards", "低端境外卡"), "single": Label("Ascend of one die", "单裸片昇腾"),
         "dual": Label("Ascend of two dies", "双裸片昇腾"), "other": Label("other domestic cards", "其他国产卡"),
         "abroad": Label("the chip abroad", "境外芯片"),
         "compliant": Label("a design below the line", "低于界线的改款")}
TABLES = {"granted": Label("odds of a licence", "许可概率"),
          "low_granted": Label("odds for cards below the line", "低端卡许可概率"),
          "duty": Label("duty on the way", "途经关税"), "quota": Label("quota", "配额"),
          "quota_share": Label("quota over US sales", "相对美国销量的配额"),
          "run_flops": Label("FLOP/s of an H100 in training", "H100训练实际算力"),
          "restriction": Label("reach of China's dated measures", "中国既有限制的力度"),
          "low_restriction": Label("reach of China's measures on low cards", "中国对低端卡限制的力度")}
APART = ("shock.", "error.", "misprint.")
"""Beginnings of names of normals that are chance, not assumptions."""


@dataclass(frozen=True, slots=True)
class Factor:
    """An assumption. ``name`` is that of its normal, ``id`` what people call it."""

    name: str
    id: str
    label: Label


def factors(w: Worlds) -> tuple[Factor, ...]:
    """Return every assumption that moves some worlds."""
    return tuple(_factor(name) for name in w.z if not name.startswith(APART))


@lru_cache(maxsize=1024)
def _factor(name: str) -> Factor:
    if name.startswith("market."):
        id = name.removeprefix("market.")
        return Factor(name, id, shipped_parameters()[id].label)
    if name in choice_parameters():
        return Factor(name, name, choice_parameters()[name].label)
    return Factor(name, name.removeprefix("table."), _table_label(name))


def _table_label(name: str) -> Label:
    kind, _, chip = name.removeprefix("table.").partition(".")
    if kind in KINDS and chip in CHIPS:
        return Label(KINDS[kind].en.format(chip=CHIPS[chip].en), KINDS[kind].zh.format(chip=CHIPS[chip].zh))
    if kind == "training_share" and chip in SEGMENTS:
        return Label(f"share of training, {chip}", f"训练占比（{chip}）")
    if kind in TABLES:
        return TABLES[kind]
    short = name.removeprefix("pull.").removeprefix("offset.")
    return Label(f"level of {short}", f"{short}水平")


def normal_at(pair: Pair, factor: Factor, quantile: float) -> float:
    """Return the normal of an assumption at a quantile of its own range: of the posterior that moves it, or the prior.

    Of ``z = e + V (m + (L - 1) V^T e)`` each normal alone has mean ``V m`` and the length of its row as deviation.
    """
    z = NormalDist().inv_cdf(quantile)
    affine = pair.fitted.affine if pair.fitted else None
    if affine is None or factor.name not in affine.names:
        return z
    row = affine.directions[affine.names.index(factor.name)]
    along = row @ (affine.scale - np.eye(len(row)))
    return float(row @ affine.mean + z * np.sqrt(max(1.0 + 2.0 * along @ row + along @ along, 0.0)))


def set_at(pair: Pair, w: Worlds, index: np.ndarray[tuple[int], np.dtype[np.int64]],
           moves: list[dict[str, float]]) -> Worlds:
    """Return draws by their places, each with some assumptions at quantiles of their own ranges.

    Parameters
    ----------
    index : (N,) places of draws. moves : (N,) quantiles by name of normal.
    """
    rows = w.rows(index)
    names = dict.fromkeys(name for move in moves for name in move)
    z, fitted = {}, {}
    for name in names:
        at = [(i, move[name]) for i, move in enumerate(moves) if name in move]
        places, quantiles = np.array([i for i, _ in at]), [q for _, q in at]
        known = {q: normal_at(pair, _factor(name), q) for q in set(quantiles)}
        z[name] = rows.z[name].copy()
        z[name][places] = [known[q] for q in quantiles]
        if name in FITTED and pair.fitted is None:
            own = {q: float(np.quantile(w.p[name], q)) for q in set(quantiles)}
            fitted[name] = rows.p[name].copy()
            fitted[name][places] = [own[q] for q in quantiles]
    return pair.moved(rows, z, fitted)
