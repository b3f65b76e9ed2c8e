"""Collectives: no curve moves bytes faster than the wire."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.core.arrays import FLOATS
from highfence.perf.calibration import shipped_calibration
from highfence.perf.operators.collectives import (
    LinkCurve,
    all_reduce_time,
    exchange_time,
    gather_time,
    reached,
    transfer_time,
    wire_share,
)

CURVES = [LinkCurve(**shipped_calibration().values(id)) for id in shipped_calibration().curves
          if id.startswith(("link.", "training-link", "training-network"))]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CURVES), st.floats(1.0, 1e10), st.integers(2, 1024), st.floats(1e9, 1e12))
def test_bytes_never_outrun_the_wire(curve: LinkCurve, size: float, n: int, bandwidth: float) -> None:
    ranks = float(n)
    fewest = max(size * wire_share(ranks), size if n > 2 else 0.0)
    assert all_reduce_time(FLOATS, size, ranks, bandwidth, curve) >= fewest / bandwidth
    assert gather_time(FLOATS, size, ranks, bandwidth, curve) >= size * wire_share(ranks) / bandwidth
    assert transfer_time(FLOATS, size, ranks, bandwidth, curve) >= size / bandwidth


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(CURVES), st.floats(1.0, 1e9), st.sampled_from((1.0, 2.0, 8.0)),
       st.sampled_from((8.0, 16.0, 64.0)), st.sampled_from((1.0, 4.0, 8.0, 72.0)))
def test_an_exchange_sends_each_token_once_to_each_domain(curve: LinkCurve, size: float, choices: float, n: float,
                                                          domain: float) -> None:
    seconds = exchange_time(FLOATS, size, choices, n, domain, 450e9, 50e9, curve, 1.0, 1.0)
    domains = max(n / domain, 1.0)
    assert seconds >= size * reached(FLOATS, domains, choices) * (1.0 - 1.0 / domains) / 50e9 * (1 - 1e-12)


@pytest.mark.parametrize("choices", [1.0, 8.0])
def test_places_reached_lie_between_one_and_all(choices: float) -> None:
    for places in (1.0, 2.0, 8.0, 1e6):
        assert 1.0 - 1e-9 <= reached(FLOATS, places, choices) <= min(places, choices) + 1e-3
