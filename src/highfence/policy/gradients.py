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

QUICK = {"xla_backend_optimization_level": 0, "xla_llvm_disable_expensive_passes": True}
"""What the compiler is told: it runs once, so that compiling well costs more than it brings."""


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

    brought = ([known for known, _ in pair.brings], [[_field(pull) for pull in pulls] for _, pulls in pair.brings])
    known, held = (jax.tree_util.tree_map(lambda *both: xp.stack([xp.asarray(v) for v in both]), *sides)
                   for sides in brought)

    def side(z: Any, known: Any, held: Any) -> list[Any]:
        normals = {**others, **{name: z[i] for i, name in enumerate(moved)}}
        streams = Streams(pair.seed, w.n, given=normals)
        p, raw = parameters(streams, pair.given, pair.known, xp=xp)
        p = {**p, **kept}
        inputs = Inputs(known, p, raw, streams, (), (), xp=xp)
        pulls = pair.brings[0][1]

        def one(state: Any, t: Any) -> Any:
            q = inputs.made(t)
            for pull, (holds, triple) in zip(pulls, held):
                q = _set(xp, q, pull.name, holds[t], _drawn(xp, pull, triple[t], normals))
            after, flows = step(xp, state, q, p)
            return after, {name: flows[name] for name in kept_flows}

        flows = jax.lax.scan(one, inputs.first(), xp.arange(pair.last + 1))[1]
        found = {**flows, **inputs.told(flows)}
        return [_over(xp, name, found[name], since, at) for name in names]

    def slope_of(z: Any) -> Any:
        _, back = jax.vjp(lambda z: xp.stack([v[0] - v[1] for v in jax.vmap(side, (None, 0, 0))(z, known, held)]), z)
        basis = xp.eye(len(names))[:, :, None] + xp.zeros((1, 1, w.n))
        return jax.vmap(lambda one: back(one)[0])(basis)

    z = xp.asarray(np.stack([w.z[name] for name in moved]))
    found = jax.jit(slope_of).lower(z).compile(compiler_options=QUICK)(z)
    span = np.array([normal_at(pair, f, HIGH) - normal_at(pair, f, LOW) for f in chosen])
    return {name: np.asarray(own) * span[:, None] for name, own in zip(names, found)}


def _field(pull: Pull) -> tuple[Floats, Floats]:
    """Return a field over all quarters: where it holds, (T,), and its triples, (T, 3) or (T, columns, 3)."""
    count, place = len(quarters()), quarters().index(pull.since)
    triple = np.stack([np.asarray(v, dtype=float) for v in (pull.low, pull.mid, pull.high)], axis=-1)[:count - place]
    some = ~np.isnan(triple).any(axis=tuple(range(1, triple.ndim)))
    whole, holds = np.zeros((count, *triple.shape[1:])), np.zeros(count)
    whole[place:place + len(triple)] = np.where(np.isnan(triple), 0.0, triple)
    holds[place:place + len(triple)] = some
    return holds, whole


def _drawn(xp: Any, pull: Pull, triple: Any, normals: Mapping[str, Any]) -> Any:
    """Return a field's draws in a quarter, (D,) or (D, columns), as :meth:`highfence.market.pulls.Pull.at` does."""
    if triple.ndim == 1:
        return draws_of(xp, triple, normals[pull.names[0]])
    columns = [normals[pull.names[i if len(pull.names) > 1 else 0]] for i in range(triple.shape[0])]
    return draws_of(xp, triple, xp.stack(columns, axis=-1))


def _set(xp: Any, q: Quarter, name: str, holds: Any, value: Any) -> Quarter:
    before = getattr(q, name)
    whole = xp.zeros_like(before) + (value if value.ndim == before.ndim else value[:, None])
    on = {}
    if name.endswith("restriction"):
        on = {f"{name}_on": xp.where(holds > 0.5, xp.ones_like(whole), getattr(q, f"{name}_on"))}
    return replace(q, **{name: xp.where(holds > 0.5, whole, before), **on})


def _over(xp: Any, name: str, values: Any, since: int, at: int | None) -> Any:
    """Return what quarters make of a span; of a difference it is the same as the difference of spans."""
    if at is not None:
        return values[at]
    by = outcome(name).by_year
    return values[-1] if by == "end" else xp.sum(values[since:], axis=0) if by == "sum" else xp.mean(values[since:],
                                                                                                     axis=0)
