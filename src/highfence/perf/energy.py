"""Power of a chip in a step, and energy per token.

A chip draws an idle share of its thermal design power, and the rest in proportion to how busy its arithmetic and its
memory are; the shares are assumed within a stated range, since few measurements are public.
"""

from __future__ import annotations

from highfence.perf.machine import Machine
from highfence.perf.prediction import Estimate, StepTime

IDLE, COMPUTE, MEMORY = 0.25, 0.65, 0.45
"""Shares of the design power: at rest, for arithmetic at its sustained rate, for memory at its sustained rate
(assumed)."""

LOW, HIGH = 0.8, 1.2
"""Range of the power around the middle (assumed)."""


def busy_power(machine: Machine, step: StepTime) -> float | None:
    """Return the watts of one chip in a step, None where its design power is unpublished."""
    if machine.power is None:
        return None
    shares = {"compute": 0.0, "memory": 0.0}
    for operator in step.operators:
        if operator.bound in shares:
            shares[operator.bound] += operator.share
    return machine.power * min(1.0, IDLE + COMPUTE * shares["compute"] + MEMORY * shares["memory"])


def mean_power(design: float, working: float, busy: float) -> float:
    """Return the mean watts of a chip that works for a share of the time and rests for the others.

    >>> mean_power(400.0, 300.0, 0.5)
    200.0
    """
    return busy * working + (1.0 - busy) * IDLE * design


def step_power(machine: Machine, steps: tuple[StepTime, ...], rate: Estimate, chips: int, prompts: float, busy: float,
               ) -> tuple[Estimate | None, Estimate | None]:
    """Return mean watts of one chip and joules an output token of all chips, at a rate of output tokens.

    Parameters
    ----------
    steps : the decode step and that of a prompt. prompts : share of the working time that goes to prompts.
    busy : share of all time in which some request is there.
    """
    decode, prefill = (busy_power(machine, step) for step in steps)
    if machine.power is None or decode is None or prefill is None:
        return None, None
    mean = mean_power(machine.power, (1.0 - prompts) * decode + prompts * prefill, busy)
    power = Estimate(mean, mean * LOW, min(mean * HIGH, machine.power), "W")
    return power, Estimate(power.value * chips / rate.value, power.low * chips / rate.high,
                           power.high * chips / rate.low, "J")
