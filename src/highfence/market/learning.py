"""Learning by doing and by money, stage by stage.

What is still to be learnt of a stage falls with its output so far and with its stock of R&D::

    left_k = (1 + X_k / X0_k)^(-b_k) (1 + R_k / R0_k)^(-r_k)         b_k = -log2(1 - rate_k)

``rate_k`` is the fall per doubling (Wright's law), ``X0_k`` the output at which experience begins to count. A new node
takes a share of the experience of design, yield and packaging away. What nobody learns (EUV, inspection) is outside:
its share of tools stays foreign.
"""

from __future__ import annotations

from typing import Any

from highfence.market.state import (
    DESIGN,
    HBM,
    PACKAGING,
    SOFTWARE,
    STAGES,
    TOOLS,
    YIELD,
    Array,
    Draws,
    Quarter,
    State,
    between,
    positive,
)

RESETS = (1.0, 1.0, 0.0, 0.5, 0.0, 0.0)
"""Share of a node's reset that reaches each stage: code and memory outlive a node (assumed)."""


def left_to_learn(xp: Any, experience: Array, knowledge: Array, begins: Array, money: Array, rate: Array,
                  money_exponent: Array) -> Array:
    """Return what is left to learn, 1 at the start, for arrays of one shape.

    Parameters
    ----------
    begins, money : output and R&D stock at which each begins to count. rate : fall per doubling of output, below 1.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(left_to_learn(np, np.array(3.0), np.array(0.0), 1.0, 1.0, np.array(0.2), 0.1)), 3)
    0.64
    """
    exponent = xp.log2(1.0 - rate)
    return xp.exp(exponent * xp.log(1.0 + experience / begins) - money_exponent * xp.log(1.0 + knowledge / money))


def learnt(xp: Any, state: State, p: Draws) -> Array:
    """Return what is left to learn of every stage, (D, stages)."""
    def columns(name: str) -> Array:
        return xp.stack([p[f"{name}.{stage}"] for stage in STAGES], axis=-1)

    return left_to_learn(xp, state.experience, state.knowledge, columns("experience_scale"), columns("money_scale"),
                         between(xp, columns("learning_rate"), 0.0, 0.9), columns("money_exponent"))


def die_yield(xp: Any, left: Array, p: Draws) -> Array:
    """Return the share of good dies: Poisson, with defects a die that fall as yield is learnt."""
    return xp.exp(-p["defects_per_die"] * left[..., YIELD])


def package_yield(xp: Any, left: Array, p: Draws) -> Array:
    """Return the share of packages that survive packaging."""
    return between(xp, 1.0 - p["packaging_loss"] * left[..., PACKAGING], 0.05, 1.0)


def maturity(xp: Any, left: Array, p: Draws) -> Array:
    """Return the throughput that CANN reaches in training, over what the chip would do."""
    return between(xp, 1.0 - (1.0 - p["software_maturity_start"]) * left[..., SOFTWARE], 0.05, 1.0)


def hbm_success(xp: Any, left: Array, p: Draws) -> Array:
    """Return the share of planned domestic memory that comes out."""
    return between(xp, 1.0 - (1.0 - p["hbm_success_start"]) * left[..., HBM], 0.0, 1.0)


def domestic_tools(xp: Any, left: Array, p: Draws) -> Array:
    """Return the share of an advanced line's tools that domestic makers can serve; what nobody learns stays out."""
    reachable = between(xp, 1.0 - p["chokepoint_share"], 0.0, 1.0)
    return reachable * between(xp, 1.0 - (1.0 - p["domestic_tools_start"]) * left[..., TOOLS], 0.0, 1.0)


def design_gain(left: Array) -> Array:
    """Return work per die over that of the chips in the tables."""
    return 1.0 / left[..., DESIGN]


def research(xp: Any, state: State, q: Quarter, p: Draws) -> Array:
    """Return R&D in USD a quarter, (D,): ``base (revenue / reference)^elasticity exp(rivalry x foreign share)``.

    Neither sign is built in: the elasticity and the effect of a foreign rival may be below zero.
    """
    over = between(xp, state.revenue / p["rd_reference_revenue"], 0.05, 20.0)
    return (q.rd_base * xp.exp(p["rd_elasticity"] * xp.log(over) + p["rivalry_effect"] * state.dependence)
            + public_money(q, p))


def public_money(q: Quarter, p: Draws) -> Array:
    """Return the part of state money that is R&D, USD a quarter, (D,)."""
    return q.subsidy * 1e9 / q.yuan * p["subsidy_rd_share"]


def next_knowledge(xp: Any, state: State, q: Quarter, spent: Array, p: Draws) -> Array:
    """Return the stock of R&D after a quarter's money and obsolescence, (D, stages).

    Without foreign design software a part of the money for design comes to nothing: ``1 - reliance (1 - eda)`` counts.
    """
    share = xp.stack([p[f"rd_share.{stage}"] for stage in STAGES], axis=-1)
    share = share / xp.sum(share, axis=-1, keepdims=True)
    useful = 1.0 - between(xp, p["eda_reliance"], 0.0, 1.0) * (1.0 - between(xp, q.eda, 0.0, 1.0))
    counts = xp.stack([useful if k == DESIGN else 0.0 * useful + 1.0 for k in range(len(STAGES))], axis=-1)
    kept = xp.expand_dims(1.0 - between(xp, p["rd_obsolescence"], 0.0, 0.5), axis=-1)
    return kept * state.knowledge + share * counts * xp.expand_dims(spent, axis=-1)


def next_experience(xp: Any, state: State, q: Quarter, output: Array) -> Array:
    """Return output so far after a quarter's, (D, stages), less what a new node takes away."""
    lost = xp.stack([r * between(xp, q.node_reset, 0.0, 1.0) for r in RESETS], axis=-1)
    return (state.experience + positive(xp, output)) * (1.0 - lost)
