"""Slopes of a difference along every assumption, by the same kernel on JAX.

An extra: ``pip install 'highfence[jax]'``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from highfence.market.inputs import FITTED, Inputs, parameters
from highfence.market.jaxed import jax_or_refuse
from highfence.market.parameters import draws_of
from highfence.market.pulls import Pull
from highfence.market.randomness import Streams
from highfence.market.results import outcome
from highfence.market.state import Quarter
from highfence.market.step import step
from highfence.market.tables import quarters
from highfence.policy.factors import HIGH, LOW, Factor, normal_at
from highfence.policy.paired import Floats, Pair, Worlds, flows_of


def slopes(pair: Pair, w: Worlds, chosen: Sequence[Factor], names: Sequence[str], since: int, at: int | None = None,
           ) -> dict[str, Floats]:
    """Return what a difference would change by over each assumption's range if it went on as it begins, (factors, D).

    ``d (A - B) / d z * (z_90 - z_10)`` by reverse accumulation; what facts and model differ by is left out. Where the
    model kinks (a licence that binds, a least of three inputs) a slope says nothing of what lies beyond.

    Raises
    ------
    InputError : JAX is not installed.
    """
    jax = jax_or_refuse()
    xp = jax.numpy
    moved = [f.name for f in chosen]
    kept = {name: xp.asarray(w.p[name]) for name in FITTED if pair.fitted is None and name not in moved}
    kept_flows = flows_of(names)
    others = {name: xp.asarray(v) for name, v in w.z.items() if name not in moved}

    def told(z: Any) -> list[Any]:
        normals = {**others, **{name: z[i] for i, name in enumerate(moved)}}
        streams = Streams(pair.seed, w.n, given=normals)
        p, raw = parameters(streams, pair.given, pair.known, xp=xp)
        p = {**p, **kept}
        sides = []
        for known, pulls in pair.brings:
            inputs = Inputs(jax.tree_util.tree_map(xp.asarray, known), p, raw, streams, (), pulls, xp=xp)
            fixed = [_field(xp, pull, raw, inputs.z) for pull in pulls]

            def one(state: Any, t: Any, inputs: Inputs = inputs, fixed: Any = fixed, p: Any = p) -> Any:
                q = inputs.made(t)
                for name, holds, values in fixed:
                    q = _set(xp, q, name, holds[t], values[t])
                after, flows = step(xp, state, q, p)
                return after, {name: flows[name] for name in kept_flows}

            flows = jax.lax.scan(one, inputs.first(), xp.arange(pair.last + 1))[1]
            sides.append({**flows, **inputs.told(flows)})
        return [_over(xp, name, sides[0][name] - sides[1][name], since, at) for name in names]

    def slope_of(z: Any) -> Any:
        values, back = jax.vjp(told, z)
        ones, zeros = xp.ones(w.n), xp.zeros(w.n)
        return [back([ones if i == k else zeros for i in range(len(values))])[0] for k in range(len(values))]

    found = jax.jit(slope_of)(xp.asarray(np.stack([w.z[name] for name in moved])))
    span = np.array([normal_at(pair, f, HIGH) - normal_at(pair, f, LOW) for f in chosen])
    return {name: np.asarray(own) * span[:, None] for name, own in zip(names, found)}


def _field(xp: Any, pull: Pull, z: Mapping[str, Any], more: Mapping[str, Any]) -> tuple[str, Any, Any]:
    """Return a field over all quarters: its name, where it holds, (T,), and draws, (T, D) or (T, D, columns)."""
    count, place = len(quarters()), quarters().index(pull.since)
    triple = np.stack([np.asarray(v, dtype=float) for v in (pull.low, pull.mid, pull.high)], axis=-1)[:count - place]
    some = ~np.isnan(triple).any(axis=tuple(range(1, triple.ndim)))
    whole = np.zeros((count, *triple.shape[1:]))
    whole[place:place + len(triple)] = np.where(np.isnan(triple), 0.0, triple)
    holds = np.zeros(count, dtype=bool)
    holds[place:place + len(triple)] = some
    normals = {**more, **z}
    if triple.ndim == 2:
        own = normals[pull.names[0]]
        return pull.name, xp.asarray(holds), draws_of(xp, xp.asarray(whole)[:, None, :], own[None, :])
    columns = triple.shape[1]
    own = xp.stack([normals[pull.names[i if len(pull.names) > 1 else 0]] for i in range(columns)], axis=-1)
    return pull.name, xp.asarray(holds), draws_of(xp, xp.asarray(whole)[:, None], own[None])


def _set(xp: Any, q: Quarter, name: str, holds: Any, value: Any) -> Quarter:
    before = getattr(q, name)
    whole = xp.zeros_like(before) + (value if value.ndim == before.ndim else value[:, None])
    on = {}
    if name.endswith("restriction"):
        on = {f"{name}_on": xp.where(holds, xp.ones_like(whole), getattr(q, f"{name}_on"))}
    return replace(q, **{name: xp.where(holds, whole, before), **on})


def _over(xp: Any, name: str, values: Any, since: int, at: int | None) -> Any:
    """Return what quarters make of a span; of a difference it is the same as the difference of spans."""
    if at is not None:
        return values[at]
    by = outcome(name).by_year
    return values[-1] if by == "end" else xp.sum(values[since:], axis=0) if by == "sum" else xp.mean(values[since:],
                                                                                                     axis=0)
