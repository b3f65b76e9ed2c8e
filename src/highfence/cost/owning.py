"""What it costs to own a chip for an hour: capital, server, network, building, power and operations.

Capital is turned into an equal payment a year over its life (an annuity), less what is left at the end::

    payment = (capital - left * capital / (1 + rate) ** life) * rate / (1 - (1 + rate) ** -life)

Chips, the rest of the server and the network share one life; building and plant have their own and leave nothing.
Power is the rated power of the chip's share of the server, times mean load, PUE and tariff. An hour is an hour in which
the chip is owned, busy or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from highfence.catalogue import Chip, catalogue
from highfence.core.arrays import FLOATS, Number
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, NoAnswer, did_you_mean
from highfence.core.labels import Label
from highfence.core.parameters import Parameter
from highfence.core.ranges import Range, normals, quantile_range
from highfence.core.terms import Term
from highfence.cost.duties import added_money
from highfence.cost.parameters import shipped_parameters
from highfence.cost.prices import country, priced, rental_of

HOURS = 8766.0
"""Hours of a year."""

EU = frozenset({"AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT",
                "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"})
"""Countries that read the values of ``EU``."""

NEAR = {"AE": frozenset({"SA", "QA", "KW", "BH", "OM", "IQ", "JO", "EG", "IL"}), "CN": frozenset({"HK", "MO", "TW"}),
        "MY": frozenset({"ID", "TH", "VN", "KH", "LA", "BN"}), "SG": frozenset({"JP", "KR"}),
        "US": frozenset({"CA", "MX"}), "EU": frozenset({"GB", "CH", "NO", "IS"})}
"""Places without values of their own, by the neighbour that has them; used only to say where to look."""

OF_USE = frozenset({"utilisation", "goodput"})
"""Values that a user may set beside those of an hour's price: they belong to its use."""

PARTS = ("chip", "server", "network", "facility", "power", "operations", "duties")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything that :func:`own_hourly` takes, each as a figure with its range, grade and source.

    Attributes
    ----------
    duties : of the price of the chip, that law adds; its terms are the measures.
    """

    chip_price: Term
    server_share: Term
    network_share: Term
    facility_per_kw: Term
    chip_kw: Term
    server_overhead: Term
    pue: Term
    tariff: Term
    financing: Term
    life: Term
    residual: Term
    operations_share: Term
    load: Term
    facility_life: Term
    duties: Term

    def items(self) -> tuple[tuple[str, Term], ...]:
        """Return names and figures, in order."""
        return tuple((f.name, getattr(self, f.name)) for f in fields(self))


def annuity(xp: Any, rate: Number, life: Number) -> Number:
    """Return the payment a year on one unit of capital; at no interest an equal part of it.

    >>> round(annuity(FLOATS, 0.1, 5.0), 6), annuity(FLOATS, 0.0, 5.0)
    (0.263797, 0.2)
    """
    safe = xp.where(rate > 1e-9, rate, 0.0 * rate + 1e-9)
    return xp.where(rate > 1e-9, safe / (1.0 - xp.exp(-life * xp.log(1.0 + safe))), 1.0 / life)


def own_parts(xp: Any, *, chip_price: Number, server_share: Number, network_share: Number, facility_per_kw: Number,
              chip_kw: Number, server_overhead: Number, pue: Number, tariff: Number, financing: Number, life: Number,
              residual: Number, operations_share: Number, load: Number = 1.0, facility_life: Number = 15.0,
              duties: Number = 0.0) -> dict[str, Number]:
    """Return the parts of the hourly cost in USD an hour and chip; see :func:`own_hourly`."""
    left = residual * xp.exp(-life * xp.log(1.0 + financing))
    yearly = (1.0 - left) * annuity(xp, financing, life)
    server = chip_price * server_share
    network = (chip_price + server) * network_share
    it_kw = chip_kw * server_overhead
    return {
        "chip": chip_price * yearly / HOURS, "server": server * yearly / HOURS, "network": network * yearly / HOURS,
        "facility": facility_per_kw * it_kw * annuity(xp, financing, facility_life) / HOURS,
        "power": it_kw * load * pue * tariff,
        "operations": (chip_price + server + network) * operations_share / HOURS,
        "duties": chip_price * duties * annuity(xp, financing, life) / HOURS,
    }


def own_hourly(xp: Any, **inputs: Number) -> Number:
    """Return what owning one chip costs an hour, in USD.

    Parameters
    ----------
    chip_price : USD. server_share : rest of the server, of the price of its chips. network_share : of the price of
    servers. facility_per_kw : USD a kW of IT power. chip_kw : rated kW of a chip. server_overhead : power of the server
    over that of its chips. pue, load : ratios. tariff : USD/kWh. financing : cost of capital a year. life,
    facility_life : years. residual : share of the price left. operations_share : of the capital, a year. duties : of
    the price of the chip; nothing of them is left at the end. Floats, or arrays of one shape.

    Examples
    --------
    >>> round(own_hourly(FLOATS, chip_price=10000.0, server_share=0.0, network_share=0.0, facility_per_kw=0.0,
    ...                  chip_kw=1.0, server_overhead=1.0, pue=1.0, tariff=0.1, financing=0.1, life=5.0, residual=0.0,
    ...                  operations_share=0.0), 6)
    0.400933
    """
    parts = own_parts(xp, **inputs)
    return sum((parts[name] for name in PARTS[1:]), parts[PARTS[0]])


def owning_inputs(chip: str, *, to: str = "US", on: str | date = "2025-07-15", as_of: str | date | None = None,
                  system: str | None = None, price: float | None = None, set: Mapping[str, float] | None = None,
                  ) -> Inputs:
    """Return what is known of owning a chip at a place on a day.

    Parameters
    ----------
    system : server or rack whose rated power counts; else the usual server. price : of one chip in USD; ``set`` holds
    values by name of an input, ``price`` or ``price.<chip>``. A price that is given is what the buyer pays, and one of
    the grey market pays no government: law adds nothing to either.

    Raises
    ------
    InputError : an unknown name, or a value that cannot be. NoAnswer : no price, no rated power, or a place without a
    tariff.

    Examples
    --------
    >>> owning_inputs("H20", to="CN", set={"price": 8000, "pue": 1.2}).pue.value.mid
    1.2
    """
    found, place, day = catalogue().chip(chip), country(to), parse_day(on, "--on")
    given = _read_set(set or {}, found)
    asked = price if price is not None else given.pop("price", None)
    value, seen = priced(found.id, to=place, on=day, as_of=as_of, given=asked)
    known = {name: _placed(shipped_parameters()[name], place, day, given.get(name)) for name in _PLACED}
    if "tariff" not in given and (cheaper := _domestic_tariff(found, place, day)):
        known["tariff"] = cheaper
    for name, term in known.items():
        _check(name, term.value)
    power = _chip_kw(found, given.get("chip_kw"))
    if system is not None and "server_overhead" not in given:
        known["server_overhead"] = _system_overhead(system, found, power.value.mid)
    pays_law = bool(seen) and seen[0].kind != "grey"
    measures = added_money(found.id, to=place, on=day, seen=max(q.day for q in seen)) if pays_law else ()
    return Inputs(chip_price=value, chip_kw=power, duties=_sum_of(measures, given.get("duties")), **known)


def owning(chip: str, *, to: str = "US", on: str | date = "2025-07-15", as_of: str | date | None = None,
           system: str | None = None, price: float | None = None, rent: bool = False,
           set: Mapping[str, float] | None = None, draws: int = 1000, seed: int = 1) -> Term:
    """Return what a chip costs an hour, with its parts; with ``rent`` the cheaper of owning and renting.

    The middle is the formula at the middle of every input; low and high hold eight of ten draws.

    Raises
    ------
    InputError, NoAnswer : as :func:`owning_inputs`.

    Examples
    --------
    >>> cost = owning("H20", to="CN", on="2025-08-01")
    >>> cost.unit, [term.id for term in cost.terms][:2]
    ('USD/h', ['chip', 'server'])
    """
    inputs = owning_inputs(chip, to=to, on=on, as_of=as_of, system=system, price=price, set=set)
    owned = own_term(inputs, draws, seed, place=country(to))
    if not rent:
        return owned
    try:
        rented = rental_of(chip, to=to, on=on, as_of=as_of, given=(set or {}).get("rental"))
    except NoAnswer:
        return replace(owned, how=Label("owned; no rent is known", "自有；未见租价"))
    return _cheaper(owned, rented)


def owning_draws(inputs: Inputs, z: Mapping[str, Number], xp: Any = FLOATS) -> Number:
    """Return hourly costs at standard normals, one for each draw; an input that ``z`` leaves out keeps its middle.

    >>> inputs = owning_inputs("H20", to="CN", on="2025-08-01")
    >>> owning_draws(inputs, {"chip_price": 1.0}) > owning_draws(inputs, {})
    True
    """
    return own_hourly(xp, **_drawn(inputs, z, xp))


def own_term(inputs: Inputs, draws: int = 1000, seed: int = 1, place: str = "") -> Term:
    """Return the tree of the hourly cost of some inputs.

    Draws of an input that belongs to a place are the same for every chip there, so that chips compare fairly.
    """
    import numpy as np

    if draws < 1:
        raise InputError("at least one draw", where="draws", got=draws, example="1000")
    z = streams(inputs, place, draws, seed)
    drawn = own_parts(np, **_drawn(inputs, z, np))
    middle = own_parts(FLOATS, **_drawn(inputs, {}, FLOATS))
    terms = tuple(_part(name, middle[name], drawn[name], inputs) for name in PARTS)
    total = _around(sum(middle.values()), sum(drawn.values()))
    return Term("owning", Label("owning a chip for an hour", "持有一颗芯片一小时"), total, "USD/h",
                how=Label("sum of its parts", "各部分之和"), terms=terms)


def streams(inputs: Inputs, place: str, draws: int, seed: int) -> dict[str, Any]:
    """Return standard normals of every input, by name: those of a place are shared by all chips there."""
    names = {name: f"{place}.{name}" if name in _PLACED else f"{place}.{name}.{inputs.chip_price.label.en}"
             for name, _ in inputs.items()}
    z = normals(seed, names.values(), draws)
    return {name: z[stream] for name, stream in names.items()}


def _drawn(inputs: Inputs, z: Mapping[str, Number], xp: Any) -> dict[str, Number]:
    unknown = next((name for name in z if name not in {n for n, _ in inputs.items()}), None)
    if unknown:
        raise InputError("no such input", got=unknown, hint=did_you_mean(unknown, [n for n, _ in inputs.items()]))
    return {name: _within(name, term.value.draw(z[name], xp), xp) if name in z else term.value.mid
            for name, term in inputs.items()}


def _within(name: str, value: Number, xp: Any) -> Number:
    """Return draws inside what an input can be: the tails of a range may leave it."""
    low, high, _ = _LIMITS["price" if name == "chip_price" else name]
    return xp.minimum(xp.maximum(value, 0.0 * value + low), 0.0 * value + high)


def _part(name: str, middle: float, drawn: Any, inputs: Inputs) -> Term:
    leaves = inputs.duties.terms if name == "duties" else tuple(getattr(inputs, leaf) for leaf in _LEAVES[name])
    return Term(name, _LABELS[name], _around(middle, drawn), "USD/h", how=_HOW.get(name), terms=leaves)


def _around(middle: float, drawn: Any) -> Range:
    """Return the middle of the formula between the ends of the draws."""
    found = quantile_range(drawn)
    return Range(min(found.low, middle), middle, max(found.high, middle))


def _cheaper(owned: Term, rented: Term) -> Term:
    cheap = "rent" if rented.value.mid < owned.value.mid else "own"
    figures = f"{owned.value.mid:.2f} USD/h, {rented.value.mid:.2f} USD/h"
    how = (Label(f"rented: cheaper than owning ({figures})", f"租用：比自有便宜（{figures}）") if cheap == "rent" else
           Label(f"owned: no dearer than renting ({figures})", f"自有：不贵于租用（{figures}）"))
    first, second = (rented, owned) if cheap == "rent" else (owned, rented)
    return Term("hour", Label("a chip for an hour", "一颗芯片一小时"), first.value, "USD/h", how=how,
                terms=(first, second))


def _read_set(raw: Mapping[str, float], chip: Chip) -> dict[str, float]:
    names = {"price", "chip_kw", "duties", "rental", *_PLACED}
    found: dict[str, float] = {}
    for name, value in raw.items():
        key = name.replace("-", "_")
        if name.startswith(("price.", "rental.")):
            kind, _, whose = name.partition(".")
            if catalogue().chip(whose).id != chip.id:
                continue
            key = kind
        if key not in names:
            raise InputError("nothing of that name can be set", where="--set", got=name,
                             expected=", ".join(sorted({*names, *OF_USE})), example=f"price.{chip.id}=8000",
                             hint=did_you_mean(key, (*names, *OF_USE)))
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
            raise InputError("not a number", where=f"--set {name}", got=value, example="8000")
        found[key] = float(value)
        _check(key, Range.exact(found[key]))
    return found


_LIMITS: dict[str, tuple[float, float, str]] = {
    "price": (0.0, 1e9, "a price in USD, 0 or more"), "rental": (0.0, 1e6, "USD an hour, 0 or more"),
    "life": (1e-3, 100.0, "years above 0"), "facility_life": (1e-3, 100.0, "years above 0"),
    "residual": (0.0, 1.0, "a share from 0 to 1"), "pue": (1.0, 10.0, "1 or more"),
    "load": (0.0, 1.0, "a share from 0 to 1"), "financing": (0.0, 1.0, "a rate from 0 to 1 a year"),
    "tariff": (0.0, 100.0, "USD/kWh, 0 or more"), "server_share": (0.0, 100.0, "a share, 0 or more"),
    "network_share": (0.0, 100.0, "a share, 0 or more"), "facility_per_kw": (0.0, 1e6, "USD/kW, 0 or more"),
    "operations_share": (0.0, 10.0, "a share, 0 or more"), "server_overhead": (1.0, 100.0, "1 or more"),
    "chip_kw": (1e-4, 1e3, "kW above 0"), "duties": (0.0, 100.0, "a share of the price, 0 or more"),
}


SETTABLE = tuple(_LIMITS)
"""What a user may set of the ownership of a chip, and its price and rent."""


def _check(name: str, value: Range) -> None:
    low, high, words = _LIMITS[name]
    if not (low <= value.low and value.high <= high):
        raise InputError(f"{name} cannot be that", where=f"--set {name}", got=value.mid, expected=words)


def _placed(parameter: Parameter, place: str, on: date, given: float | None) -> Term:
    """Return a parameter at a place: its own value, that of the EU for members, that of everywhere."""
    if given is not None:
        return parameter.term(given=given)
    own = {v.place for v in parameter.values}
    if place not in own and place in EU and "EU" in own:
        return parameter.term("EU", on)
    try:
        return parameter.term(place, on)
    except NoAnswer:
        near = next((name for name, members in NEAR.items() if place in members and name in own), None)
        places = ", ".join(sorted(p for p in own if p))
        raise NoAnswer(f"{parameter.label.en} is not known for {place}" + (f"; the nearest is {near}" if near else ""),
                       missing=f"{parameter.id} of {place} (known: {places})",
                       would_change=f"power; set it: --set {parameter.id}=VALUE") from None


def _domestic_tariff(chip: Chip, place: str, on: date) -> Term | None:
    """Return the price of power that a place keeps for chips of its own makers, where it has one."""
    if catalogue().firm(chip.vendor).country != place:
        return None
    parameter = shipped_parameters()["tariff_domestic"]
    if not any(v.place == place and (v.since is None or v.since <= on) for v in parameter.values):
        return None
    return replace(parameter.term(place, on), id="tariff")


def _chip_kw(chip: Chip, given: float | None) -> Term:
    label = Label(f"rated power of {chip.name.en}", f"{chip.name.zh}额定功率")
    if given is not None:
        return Term("chip_kw", label, Range.exact(given), "kW", how=Label("as given", "由用户给定"))
    found = chip["tdp"]
    if found is None or isinstance(found.value, str):
        raise NoAnswer(f"the rated power of {chip.name.en} is not published", missing="tdp",
                       would_change="power and building; set it: --set chip_kw=0.4")
    value = float(found.value)
    return Term("chip_kw", label, Range(min(found.low, value) / 1e3, value / 1e3, max(found.high, value) / 1e3), "kW",
                found.grade, (found.fact.source,))


def _system_overhead(system: str, chip: Chip, chip_kw: float) -> Term:
    """Return the power of a system over that of its chips."""
    found = catalogue().system(system)
    if found.chip != chip.id:
        raise InputError("that system holds another chip", where="system", got=system, expected=chip.id)
    power, count = found["power"], found.number("chips")
    if power is None or not count or isinstance(power.value, str):
        raise NoAnswer(f"the power of {found.name.en} is not published", missing="power of the system",
                       would_change="power and building; leave the system out for the usual server")
    ratio = max(1.0, float(power.value) / 1e3 / (count * chip_kw))
    return Term("server_overhead", shipped_parameters()["server_overhead"].label, Range.exact(ratio), "ratio",
                power.grade, (power.fact.source,),
                Label(f"{found.name.en} over its {count:.0f} chips", f"{found.name.zh}除以其{count:.0f}颗芯片"))


def _sum_of(measures: tuple[Term, ...], given: float | None) -> Term:
    label = Label("money that law adds, of the price of the chip", "法律附加费用占芯片价格的比例")
    if given is not None:
        return Term("duties", label, Range.exact(given), "share", how=Label("as given", "由用户给定"))
    ends = [(t.value.low, t.value.mid, t.value.high) for t in measures]
    value = Range(*(sum(column) for column in zip(*ends))) if ends else Range.exact(0.0)
    return Term("duties", label, value, "share", terms=measures)


_PLACED = ("server_share", "network_share", "facility_per_kw", "server_overhead", "pue", "tariff", "financing", "life",
           "residual", "operations_share", "load", "facility_life")
_LEAVES: dict[str, tuple[str, ...]] = {
    "chip": ("chip_price", "financing", "life", "residual"), "server": ("server_share",), "network": ("network_share",),
    "facility": ("facility_per_kw", "chip_kw", "server_overhead", "facility_life"),
    "power": ("load", "pue", "tariff"), "operations": ("operations_share",)}
_LABELS = {
    "chip": Label("chip", "芯片"), "server": Label("rest of the server", "服务器其余部分"),
    "network": Label("network between servers", "服务器间网络"), "facility": Label("building and plant", "机房与机电"),
    "power": Label("power", "电力"), "operations": Label("operations", "运维"),
    "duties": Label("money that law adds", "法律附加费用")}
_HOW = {
    "chip": Label("price as an annuity over its life, less what is left", "售价按寿命年金化，扣除残值"),
    "server": Label("share of the chip's price, on the same terms", "芯片价格的份额，同样年金化"),
    "network": Label("share of the price of servers, on the same terms", "服务器价格的份额，同样年金化"),
    "facility": Label("USD a kW times rated power, over the life of the plant", "单位造价乘额定功率，按机电寿命年金化"),
    "power": Label("rated power times load, PUE and tariff", "额定功率乘负载、PUE与电价"),
    "operations": Label("share of the capital a year", "每年占资本的比例")}
