"""Software that serves models, as profiles: what it adds to the chip's work and how it schedules.

A profile is a program at one time under one way of being measured. ``vllm-2026`` and its like are for questions;
profiles ending in ``-grid`` and ``-sweep`` belong to measurements whose protocol differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.errors import InputError, did_you_mean

DEFAULTS = {"vllm": "vllm-2026", "sglang": "sglang-2026", "trtllm": "trtllm-2026", "tensorrt-llm": "trtllm-2026"}
"""The profile that a program's bare name stands for."""

PROFILES = tuple(f"{program}-{era}" for program in ("trtllm", "sglang", "vllm") for era in ("2026", "2025", "grid",
                                                                                            "sweep"))


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a benchmark loads the server.

    Attributes
    ----------
    mean_share : mean length of prompts and outputs over the stated one.
    wave : share of the requests that arrive at once at the start.
    slots_short : sequences that the server runs fewer than requests are in flight.
    text : what the answer says of it.
    """

    mean_share: float
    wave: float
    slots_short: float
    text: str


PROTOCOLS = {
    "steady": Protocol(1.0, 0.0, 0.0, "closed loop in steady state, exact lengths"),
    "inferencex": Protocol(0.9, 0.1, 0.0,
                           "closed loop of ten requests a slot, all slots filled at once, lengths uniform "
                                          "in 0.8 to 1 of the stated (InferenceMAX's client: random-range-ratio 0.8, "
                                          "num-prompts ten times the concurrency)"),
    "grid": Protocol(1.0, 0.1, 0.0, "closed loop, exact lengths"),
    "short": Protocol(1.0, 0.0, 1.0, "closed loop with one slot fewer than requests in flight"),
}


def profile_of(name: str, where: str = "--software") -> str:
    """Return a profile by its name or a program's.

    >>> profile_of("vLLM")
    'vllm-2026'

    Raises
    ------
    InputError : no such profile.
    """
    key = name.strip().casefold()
    found = DEFAULTS.get(key, key)
    if found not in PROFILES:
        raise InputError("no such software profile", where=where, got=name, expected=", ".join(DEFAULTS),
                         hint=did_you_mean(key, [*DEFAULTS, *PROFILES]), example="vllm", code="unknown-software")
    return found
