"""How many chips a buyer's money or power allows, beside the number that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from highfence.core.errors import InputError, NoAnswer
from highfence.core.labels import Label
from highfence.cost.owning import OF_USE, Inputs, owning_inputs


@dataclass(frozen=True, slots=True)
class Cap:
    """Chips that can be had at most.

    Attributes
    ----------
    flag : option that binds. each, unit : what one chip takes of it. given : what there is of it.
    """

    chips: int
    flag: str = "--chips"
    each: float = 1.0
    unit: str = "chips"
    given: float = 0.0

    @property
    def per_chip(self) -> str:
        """What one chip takes, in words."""
        return f"{self.each:,.0f} {self.unit}" if self.each >= 100.0 else f"{self.each:.3g} {self.unit}"

    def note(self) -> Label | None:
        """Return what binds in words; None where it is the number of chips that was asked for."""
        if self.flag == "--chips":
            return None
        return Label(f"{self.flag} {self.given:,.6g} {self.unit} holds it to {self.chips:,} chips, "
                     f"{self.per_chip} each",
                     f"{self.flag} {self.given:,.6g} {self.unit}：最多{self.chips:,}颗，"
                     f"每颗{self.per_chip}")

    def refusal(self, model: str, name: str, fewest: int) -> NoAnswer:
        """Return why too few chips can be had for a model, and what would do."""
        if self.flag == "--chips":
            return NoAnswer(f"{model} takes at least {fewest} chips of {name}", missing=f"more than {self.chips} chips",
                            would_change="whether it can be served", hint=f"--chips {fewest}")
        from math import ceil

        step = 10.0 ** max(len(f"{fewest * self.each:.0f}") - 3, 0)
        enough = ceil(fewest * self.each / step) * step
        return NoAnswer(f"{self.given:,.6g} {self.unit} are enough for {self.chips:,} chips of {name}, and {model} "
                        f"takes at least {fewest}", missing=f"{self.per_chip} for each chip",
                        would_change="whether it can be served", hint=f"{self.flag} {enough:.0f}")


def capital_of(inputs: Inputs) -> float:
    """Return USD laid out for one chip, its share of server and network, and the money that law adds.

    >>> capital_of(owning_inputs("H20", to="CN", set={"price": 1e4, "server_share": 0.5, "network_share": 0.1}))
    16500.0
    """
    price = inputs.chip_price.value.mid
    server = price * (1.0 + inputs.server_share.value.mid)
    return server * (1.0 + inputs.network_share.value.mid) + price * inputs.duties.value.mid


def site_kw_of(inputs: Inputs) -> float:
    """Return kW of the site that one chip takes at its rated power, with its share of the server and of cooling."""
    return inputs.chip_kw.value.mid * inputs.server_overhead.value.mid * inputs.pue.value.mid


def capped(chip: str, chips: int, *, to: str, on: date, as_of: str | date | None = None,
           given: Mapping[str, float] | None = None, capital: float | None = None,
           power_kw: float | None = None) -> Cap:
    """Return the chips that can be had under a number of chips, a capital in USD and a site's power in kW.

    Raises
    ------
    InputError : a capital or power that cannot be. NoAnswer : no price or no rated power is known.

    Examples
    --------
    >>> capped("H20", 64, to="CN", on=date(2025, 8, 1), capital=1e5, given={"price": 1e4}).chips
    6
    """
    found = Cap(chips)
    limits = (("--budget", capital, "USD", capital_of), ("--power", power_kw, "kW", site_kw_of))
    for flag, limit, _, _ in limits:
        if limit is not None and not 0.0 < limit < 1e18:
            raise InputError("must be above 0", where=flag, got=limit, example="1e6")
    if capital is None and power_kw is None:
        return found
    inputs = owning_inputs(chip, to=to, on=on, as_of=as_of,
                           set={n: v for n, v in (given or {}).items() if n not in OF_USE})
    for flag, limit, unit, each in limits:
        if limit is not None and (n := int(limit / each(inputs) + 1e-9)) < found.chips:
            found = Cap(n, flag, each(inputs), unit, limit)
    return found
