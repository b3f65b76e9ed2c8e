"""The same kernel on JAX: compiled, 64-bit, with gradients. An extra: ``pip install 'highfence[jax]'``.

Nothing of the model is written twice: :func:`highfence.market.step.step` and :class:`highfence.market.inputs.Inputs`
take ``jax.numpy`` as their namespace, and quarters run in one ``lax.scan``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any

import numpy as np

from highfence.core.errors import InputError
from highfence.market.inputs import Inputs, flows_for, known_arrays, parameters
from highfence.market.randomness import Streams
from highfence.market.state import Quarter, State
from highfence.market.step import step


@cache
def jax_or_refuse() -> Any:
    """Return JAX, set to 64 bits for the whole process, with the room's dataclasses known to it.

    Raises
    ------
    InputError : it is not installed.
    """
    try:
        import jax
    except ImportError as missing:
        raise InputError("JAX is not installed", where="backend", got="jax", example="backend='numpy'",
                         hint="pip install 'highfence[jax]'") from missing
    configure: Any = jax.config.update
    configure("jax_enable_x64", True)
    for kind in (State, Quarter):
        jax.tree_util.register_dataclass(kind, [f.name for f in fields(kind)], [])
    return jax


@cache
def _compiled(keep: tuple[str, ...]) -> Callable[..., Any]:
    """Return all quarters of a run as one compiled function of first stocks, quarters and parameters."""
    jax = jax_or_refuse()

    def run(first: State, came: Quarter, p: Mapping[str, Any]) -> Any:
        def one(state: State, q: Quarter) -> tuple[State, dict[str, Any]]:
            after, flows = step(jax.numpy, state, q, p)
            return after, {name: flows[name] for name in keep}

        return jax.lax.scan(one, first, came)[1]

    found: Callable[..., Any] = jax.jit(run)
    return found


def run_quarters(first: State, came: Sequence[Quarter], p: Mapping[str, Any], keep: Sequence[str]) -> dict[str, Any]:
    """Return flows of a run on JAX, (T, D) NumPy arrays by name."""
    jax_or_refuse()
    stacked = Quarter(**{f.name: np.stack([getattr(q, f.name) for q in came]) for f in fields(Quarter)})
    flows = _compiled(tuple(keep))(first, stacked, dict(p))
    return {name: np.asarray(values) for name, values in flows.items()}


def outcomes_of(names: Sequence[str], keep: Sequence[str], last: int, z: Any, known: Mapping[str, Any],
                ) -> dict[str, Any]:
    """Return outcomes by name, (T, D) each, for standard normals: JAX can compile and differentiate it.

    Parameters
    ----------
    names : of the normals in the rows of ``z``, (names, D). keep : outcomes. last : place of the last quarter.
    known : what :func:`highfence.market.inputs.known_arrays` returns for a day; one compilation serves every day.
    """
    jax = jax_or_refuse()
    xp = jax.numpy
    known = jax.tree.map(xp.asarray, dict(known))
    streams = Streams(0, z.shape[1], given={name: z[i] for i, name in enumerate(names)})
    p, raw = parameters(streams, xp=xp)
    inputs = Inputs(known, p, raw, streams, xp=xp)
    kept = flows_for(keep)

    def one(state: State, t: Any) -> tuple[State, dict[str, Any]]:
        after, flows = step(xp, state, inputs.made(t), p)
        return after, {name: flows[name] for name in kept}

    found: dict[str, Any] = jax.lax.scan(one, inputs.first(), xp.arange(last + 1))[1]
    return {**found, **inputs.told(found)}


def stream_names() -> tuple[str, ...]:
    """Return the names of every standard normal that a run depends on, in order."""
    streams = Streams(0, 1, given={})
    p, raw = parameters(streams)
    Inputs(known_arrays(None), p, raw, streams)
    return tuple(dict.fromkeys(streams.asked))
