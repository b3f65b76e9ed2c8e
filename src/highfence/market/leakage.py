"""Smuggling: chips that come in against the law, at a premium that answers shortage and enforcement.

Smugglers' capacity ``N`` at a premium ``P`` and enforcement ``E`` moves towards what pays, net of their risk, and
enforcement takes a share of it::

    N* = base v (1 + max(0, P - risk E))^response exp(-effect E)      N' = N + (N* - N) / lag
    P* = risk E + squeeze log(1 + asked / N)                                P' = P + (P* - P) / lag

``v`` is what the same enforcement leaves, 1 unless chips tell where they are. Enforcement raises the premium by what
smugglers have to be paid for their risk, which is no gain to them: more of it never brings in more chips.
"""

from __future__ import annotations

from typing import Any

from highfence.market.state import Array, Draws, Quarter, State, between, positive, ratio


def next_smuggling(xp: Any, state: State, q: Quarter, p: Draws) -> Array:
    """Return the chips a quarter that smugglers can bring next, (D,)."""
    gain = positive(xp, state.premium - p["risk_premium"] * q.enforcement)
    pays = (q.controlled * q.diversion * p["smuggling_base"] * xp.exp(p["smuggling_response"] * xp.log(1.0 + gain)
                                                        - p["enforcement_effect"] * q.enforcement))
    return state.smuggling + (pays - state.smuggling) / between(xp, p["smuggling_lag"], 1.0, 20.0)


def next_premium(xp: Any, state: State, q: Quarter, p: Draws, asked: Array) -> Array:
    """Return the premium over list after a quarter, (D,).

    Parameters
    ----------
    asked : (D,) smuggled chips that buyers would have taken at this quarter's price.
    """
    squeeze = positive(xp, p["premium_squeeze"]) * xp.log(1.0 + ratio(xp, asked, state.smuggling))
    wanted = q.controlled * (p["risk_premium"] * q.enforcement + between(xp, squeeze, 0.0, 5.0))
    return state.premium + (wanted - state.premium) / between(xp, p["premium_lag"], 1.0, 20.0)
