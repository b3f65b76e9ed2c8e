"""The kernel on JAX says what it says on NumPy, and has gradients."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from highfence.core.errors import InputError
from highfence.market.inputs import Lever, known_arrays
from highfence.market.pulls import Pull
from highfence.market.results import OUTCOMES
from highfence.market.runs import simulate
from highfence.market.state import TOOL_STAGES

jax = pytest.importorskip("jax", reason="JAX is an extra: highfence[jax]")


def test_jax_and_numpy_agree_to_a_billionth() -> None:
    levers = [Lever("granted", "2025Q3", 0.0), Lever("enforcement", "2026Q1", 2.0, times=True)]
    usual, compiled = (simulate(levers, draws=60, as_of="2025-10-01", backend=b) for b in ("numpy", "jax"))
    assert set(compiled.values) == set(OUTCOMES)
    for name in OUTCOMES:
        one, other = usual.outcome(name), compiled.outcome(name)
        assert np.allclose(one, other, rtol=1e-9, atol=1e-9 * (1.0 + np.abs(one).max())), name


def test_fields_of_a_policy_are_the_same_on_both() -> None:
    tools = np.linspace(1.0, 0.2, 40)[:, None] * np.ones(len(TOOL_STAGES))
    pulls = [Pull.fixed("tools_open", "2021Q1", tools), Pull.fixed("demand_boom", "2025Q1", np.full(24, 0.5)),
             Pull("enforcement", "2026Q1", *(np.full(20, v) for v in (1.0, 2.0, 4.0)), ("market.enforcement",))]
    usual, compiled = (simulate(pulls, draws=20, backend=b, keep=[*OUTCOMES]) for b in ("numpy", "jax"))
    for name in OUTCOMES:
        one, other = usual.outcome(name), compiled.outcome(name)
        assert np.allclose(one, other, rtol=1e-9, atol=1e-9 * (1.0 + np.abs(one).max())), name


def test_an_outcome_has_a_gradient_by_parameters_that_is_finite_and_right() -> None:
    """Forward-mode derivative of revenue by three normals, beside the difference quotient."""
    from highfence.market.jaxed import jax_or_refuse, outcomes_of, stream_names

    jax_or_refuse()
    names, known = stream_names(), known_arrays(date(2024, 4, 1))
    rng = np.random.default_rng(3)
    z = rng.standard_normal((len(names), 4))

    def revenue(z: object) -> object:
        return jax.numpy.log(outcomes_of(names, ["nvidia_china_revenue"], 11, z, known)["nvidia_china_revenue"][-1])

    along = jax.jit(lambda z, d: jax.jvp(revenue, (z,), (d,)))
    for name in ("market.spending", "price_sensitivity", "market.vendor_other"):
        direction = np.zeros_like(z)
        direction[names.index(name)] = 1.0
        _, slope = along(z, direction)
        step = 1e-6
        above, below = (np.asarray(along(z + s * step * direction, direction)[0]) for s in (1.0, -1.0))
        assert np.isfinite(slope).all() and np.abs(slope).max() > 0.0
        assert np.allclose(slope, (above - below) / (2.0 * step), rtol=1e-4, atol=1e-6), name


def test_a_backend_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="no such backend"):
        simulate(draws=2, backend="fortran")
