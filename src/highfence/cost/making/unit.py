"""The unit cost of a chip: what one good packaged chip costs its maker, with its parts and its doubt.

Every parameter is drawn from its range; the same draws go through one vectorised kernel, and the figure is the 10th,
50th and 90th percentile of what comes out. Parts are reported the same way, so that their middles add up to about the
middle of the whole, not exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from highfence.catalogue.entries import Chip
from highfence.catalogue.store import catalogue
from highfence.core.arrays import Number
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import GRADES
from highfence.core.labels import Label
from highfence.core.parameters import Parameters
from highfence.core.ranges import Range, normals, quantile_range
from highfence.core.terms import Term
from highfence.cost.making.dies import MEMORY_PRICES, REFERENCE_AREA, Recipe, bins_of, recipe
from highfence.cost.making.package import PARTS, interposer_area, interposer_cost, package_parts
from highfence.cost.making.salvage import RULES, Bin, Blocks, die_costs, sellable_share
from highfence.cost.making.wafers import good_die_cost
from highfence.cost.making.yields import YieldModel, gross_dies, yield_model

DRAWS = 2000
MOST_DRAWS = 1_000_000

FACTS = ("process", "die_area_mm2", "dies", "memory", "memory_gb", "stacks", "needed")
"""What a caller may say of the chip itself, instead of the catalogue."""

FIGURES = ("wafer_price", "defect_density", "die_yield", "memory_price", "packaging_wafer_price", "packaging_yield",
           "test_price", "board_price", "array_share", "wafer_edge", "scribe_lane", "design_cost")
"""Parameters that a caller may set, as a number or a :class:`~highfence.core.ranges.Range`."""

LABELS = {"dies": Label("Logic dies", "逻辑裸片"), "memory": Label("Memory", "内存"),
          "packaging": Label("Packaging", "封装"), "test": Label("Test", "测试"),
          "lost": Label("Lost in packaging", "封装损失"), "board": Label("Board and cooling", "板卡与散热"),
          "design": Label("Design, per chip", "设计摊销")}


@dataclass
class Drawn:
    """Parameters as they are drawn: ``terms`` holds each one used, by the name under which a caller may set it."""

    parameters: Parameters
    on: date | None
    given: Mapping[str, Any]
    seed: int
    n: int
    terms: dict[str, Term] = field(default_factory=dict)

    def __call__(self, name: str, id: str, place: str | None = None) -> Number:
        """Return the draws of a parameter, or of what the caller gave under ``name``."""
        import numpy as np

        set_by_user = self.given.get(name)
        term = self.parameters[id].term(place, self.on)
        if set_by_user is not None:
            value = set_by_user if isinstance(set_by_user, Range) else Range.exact(float(set_by_user))
            term = Term(id, term.label, value, term.unit, "", (), Label("as given", "由用户给定"))
        self.terms[name] = term
        if term.value.low == term.value.high:
            return np.full(self.n, term.value.mid)
        return term.value.draw(normals(self.seed, [id], self.n)[id], np)

    def named(self, *names: str) -> tuple[Term, ...]:
        """Return the terms drawn under some names, those that were drawn."""
        return tuple(self.terms[n] for n in names if n in self.terms)


def unit_cost(chip: Chip | str, *, on: date | str | None = None, yield_model: str = "negative-binomial",
              alpha: float | None = None, allocation: str = "equal", values: Mapping[str, float] | None = None,
              salvage: bool = True, board: bool = True, volume: float | None = None, draws: int = DRAWS, seed: int = 0,
              parameters: Parameters | None = None, **given: Any) -> Term:
    """Return what one good chip costs to make, in USD, with its terms: dies, memory, packaging, test, losses, board.

    Parameters
    ----------
    on : day whose prices and yields hold; the latest known if omitted. alpha : clustering of the negative binomial.
    allocation : how the cost of a wafer is split among the products cut from its dies, one of
        :data:`~highfence.cost.making.salvage.RULES`. ``equal`` (every die that sells bears the same), ``own`` (this
        product bears all), ``value`` (in proportion to ``values`` by chip, or else to the blocks that each needs).
    salvage : whether a die with some broken blocks may sell. board : whether the module or card is counted.
    volume : chips over which the design is spread; without it no design cost is counted.
    given : facts (:data:`FACTS`) and figures (:data:`FIGURES`) to use instead.

    Raises
    ------
    NoAnswer : the catalogue lacks the die's area, count or process, or the memory. InputError : an unknown override,
    or a value that cannot be.

    >>> cost = unit_cost("H100 SXM", on="2023-08-01")
    >>> cost.unit, [t.id for t in cost.terms]
    ('USD', ['dies', 'memory', 'packaging', 'test', 'lost', 'board'])
    """
    entry = catalogue().chip(chip) if isinstance(chip, str) else chip
    _check(given, draws, volume, allocation)
    day = parse_day(on, "--on") if on is not None else None
    parts, drawn, made = unit_draws(entry, on=day, yield_model=yield_model, alpha=alpha, allocation=allocation,
                                    values=values, salvage=salvage, board=board, volume=volume, draws=draws, seed=seed,
                                    parameters=parameters, **given)
    terms = tuple(_part(name, parts[name], drawn, made) for name in PARTS if name in parts)
    total = quantile_range(sum(parts.values()))
    return Term("unit_cost", Label(f"{entry.name.en}: cost to make", f"{entry.name.zh}：制造成本"), total, "USD",
                max((t.weakest for t in terms if t.weakest), key=GRADES.index, default=""), made.sources,
                _how(made, allocation, salvage), terms)


def unit_draws(chip: Chip, *, on: date | None = None, yield_model: str = "negative-binomial",
               alpha: float | None = None, allocation: str = "equal", values: Mapping[str, float] | None = None,
               salvage: bool = True, board: bool = True, volume: float | None = None, draws: int = DRAWS,
               seed: int = 0, parameters: Parameters | None = None, **given: Any,
               ) -> tuple[dict[str, Number], Drawn, Recipe]:
    """Return the draws of every part of the unit cost, the terms that were drawn, and what the chip is made of."""
    from highfence.cost.parameters import shipped_parameters

    made = recipe(chip, {k: v for k, v in given.items() if k in FACTS})
    held = parameters or shipped_parameters()
    drawn = Drawn(held, on, {k: v for k, v in given.items() if k in FIGURES}, seed, draws)
    model = _model(yield_model, alpha, held, on)
    parts = package_parts(dies=_dies(drawn, made, model, allocation, values, salvage), memory=_memory(drawn, made),
                          packaging=_packaging(drawn, made), test=drawn("test_price", "test-price"),
                          packaging_yield=_packaging_yield(drawn, made),
                          board=drawn("board_price", made.board) if board and made.board else 0.0,
                          design=_design(drawn, made, volume))
    kept = {name: part for name, part in parts.items() if not isinstance(part, float)}
    return kept, drawn, made


def vendor_margin(chip: Chip | str, price: float | Range, **options: Any) -> Term:
    """Return the share of a price that is not the cost of making the chip: ``1 - cost / price``.

    It pays for design, software, sales, warranty and profit. ``options`` are those of :func:`unit_cost`.

    Raises
    ------
    InputError : the price is not above zero.

    >>> vendor_margin("H100 SXM", 27500.0, on="2023-08-01").value.mid > 0.8
    True
    """
    import numpy as np

    asked = price if isinstance(price, Range) else Range.exact(float(price))
    if not asked.low > 0.0:
        raise InputError("a price is above zero", where="price", got=price, example="10000")
    cost = unit_cost(chip, **options)
    entry = catalogue().chip(chip) if isinstance(chip, str) else chip
    chosen = {k: v for k, v in options.items() if k != "on"}
    day = options.get("on")
    parts, _, _ = unit_draws(entry, on=None if day is None else parse_day(day, "--on"), **chosen)
    n = int(options.get("draws", DRAWS))
    paid = asked.draw(normals(int(options.get("seed", 0)), ["price"], n)["price"], np) if asked.low < asked.high \
        else asked.mid
    share = quantile_range(1.0 - sum(parts.values()) / paid)
    given = Term("price", Label("Price", "价格"), asked, "USD", "", (), Label("as given", "由用户给定"))
    return Term("vendor_margin", Label(f"{entry.name.en}: margin over the cost to make",
                                       f"{entry.name.zh}：相对制造成本的毛利"), share, "1", cost.weakest, (),
                Label("1 - cost / price; design, software and sales are not taken off",
                      "1 - 成本/价格；未扣除设计、软件与销售费用"), (given, cost))


def _check(given: Mapping[str, Any], draws: int, volume: float | None, allocation: str) -> None:
    known = (*FACTS, *FIGURES)
    for name, value in given.items():
        if name not in known:
            raise InputError("no such input of a unit cost", got=name, expected=", ".join(known),
                             hint=did_you_mean(name, known))
        if name in ("process", "memory"):
            continue
        low, high = (value.low, value.high) if isinstance(value, Range) and name in FIGURES else (value, value)
        zero = name in ("defect_density", "wafer_edge", "scribe_lane", "test_price", "board_price")
        if (isinstance(value, bool) or not isinstance(low, (int, float)) or not isfinite(high)
                or not (low >= 0.0 if zero else low > 0.0)):
            raise InputError("not a number above zero", where=name, got=value, example="0.1")
        if name in ("dies", "stacks", "needed") and low != int(low):
            raise InputError("a count is a whole number", where=name, got=value, example="2")
        if name in ("die_yield", "packaging_yield", "array_share") and high > 1.0:
            raise InputError("a share is at most one", where=name, got=value, example="0.3")
    if not 2 <= draws <= MOST_DRAWS:
        raise InputError("too few draws or too many", where="draws", got=draws, example=str(DRAWS),
                         expected=f"2 to {MOST_DRAWS}")
    if volume is not None and not volume > 0.0:
        raise InputError("a volume is above zero", where="volume", got=volume, example="1000000")
    if allocation not in RULES:
        raise InputError("no such rule of cost among bins", where="allocation", got=allocation,
                         expected=", ".join(RULES), hint=did_you_mean(allocation, RULES))


def _model(name: str, alpha: float | None, held: Parameters, on: date | None) -> YieldModel:
    shape = alpha if alpha is not None else held["yield-cluster-alpha"].at(None, on).value.mid
    return yield_model(name, shape)


def _dies(drawn: Drawn, made: Recipe, model: YieldModel, allocation: str, values: Mapping[str, float] | None,
          salvage: bool) -> Number:
    """Return the cost of the logic dies of one package."""
    import numpy as np

    price = drawn("wafer_price", made.process.price)
    if made.process.premium and "wafer_price" not in drawn.given:
        price = price * drawn("smic_premium", made.process.premium)
    gross = gross_dies(np, made.area, edge=drawn("wafer_edge", "wafer-edge"),
                       scribe=drawn("scribe_lane", "scribe-lane"))
    if "die_yield" in drawn.given:
        return made.dies * good_die_cost(np, price, gross, drawn("die_yield", made.process.die_yield
                                                                 or "die-yield-smic-7nm"))
    if made.process.die_yield and "defect_density" not in drawn.given:
        published = np.minimum(drawn("published_yield", made.process.die_yield, made.process.place), 0.999)
        defects = model.defects(published, np) * made.area / REFERENCE_AREA
        return made.dies * good_die_cost(np, price, gross, model.share(defects, np))
    density = drawn("defect_density", made.process.density or "defect-density-tsmc-n7")
    defects = density * made.area / 100.0
    if made.die is None or not salvage:
        return made.dies * good_die_cost(np, price, gross, model.share(defects, np))
    share = np.minimum(drawn("array_share", "salvage-array-share"), 1.0)
    return made.dies * _salvaged(np, made, model, defects, share, price, gross, allocation, values)


def _salvaged(xp: Any, made: Recipe, model: YieldModel, defects: Number, share: Number, price: Number, gross: Number,
              allocation: str, values: Mapping[str, float] | None) -> Number:
    """Return the cost of one die of a chip that shares its die with others."""
    assert made.die is not None
    total = made.die.blocks
    if allocation == "own":
        return good_die_cost(xp, price, gross, sellable_share(xp, defects, Blocks(total, made.needed, share), model))
    bins = _bins(made, values)
    ordered = sorted({b.needed for b in bins}, reverse=True)
    reached = {k: sellable_share(xp, defects, Blocks(total, k, share), model) for k in ordered}
    shares: dict[str, Number] = {}
    above = 0.0 * defects
    for k in ordered:
        first = next(b.id for b in bins if b.needed == k)
        shares |= {b.id: 0.0 * defects for b in bins if b.needed == k}
        shares[first] = xp.maximum(reached[k] - above, 0.0 * above)
        above = reached[k]
    return die_costs(xp, price, gross, shares, bins, allocation)[made.chip]


def _bins(made: Recipe, values: Mapping[str, float] | None) -> list[Bin]:
    """Return the products cut from a die, the chip itself first: of equal demands, one stands for all."""
    assert made.die is not None
    needs = {made.chip: made.needed} | {id: n for id, n in bins_of(made.die) if id != made.chip}
    told = {catalogue().chip(name).id: float(value) for name, value in (values or {}).items()}
    if told and made.chip not in told:
        raise InputError("values by chip name the chip itself", where="values", got=sorted(told), example=made.chip)
    return [Bin(id, needed, told[id] if told else float(needed)) for id, needed in needs.items()
            if not told or id in told]


def _memory(drawn: Drawn, made: Recipe) -> Number:
    if not made.memory:
        return 0.0
    return made.capacity * drawn("memory_price", f"memory-price-{MEMORY_PRICES[made.memory]}", made.place)


def _packaging(drawn: Drawn, made: Recipe) -> Number:
    """Return interposer, assembly and substrate."""
    import numpy as np

    logic = made.area * made.dies
    base = logic * drawn("substrate_price", "substrate-price")
    if not made.stacks and made.dies == 1:
        return base + drawn("flip_chip", "flip-chip-assembly")
    area = interposer_area(logic, made.stacks * made.stack_area, drawn("interposer_factor", "interposer-area-factor"))
    return base + interposer_cost(np, area, drawn("packaging_wafer_price", "packaging-wafer-price"))


def _packaging_yield(drawn: Drawn, made: Recipe) -> Number:
    import numpy as np

    kind = "flip-chip" if not made.stacks and made.dies == 1 else "one-die" if made.dies == 1 else "many-dies"
    return np.minimum(drawn("packaging_yield", f"packaging-yield-{kind}", made.process.place), 1.0)


def _design(drawn: Drawn, made: Recipe, volume: float | None) -> Number:
    return 0.0 if volume is None else drawn("design_cost", made.process.design) / volume


_MADE_OF = {"dies": ("wafer_price", "smic_premium", "defect_density", "die_yield", "published_yield", "array_share",
                     "wafer_edge", "scribe_lane"),
            "memory": ("memory_price",), "packaging": ("packaging_wafer_price", "interposer_factor", "flip_chip",
                                                       "substrate_price"),
            "test": ("test_price",), "lost": ("packaging_yield",), "board": ("board_price",),
            "design": ("design_cost",)}


def _part(name: str, values: Number, drawn: Drawn, made: Recipe) -> Term:
    below = drawn.named(*_MADE_OF[name])
    sources = (made.die.source,) if name == "dies" and made.die and "array_share" in drawn.terms else ()
    return Term(name, LABELS[name], quantile_range(values), "USD", "", sources, _part_how(name, made), below)


def _part_how(name: str, made: Recipe) -> Label | None:
    if name == "dies":
        cut = made.die is not None
        blocks = f", {made.needed} of {made.die.blocks} blocks needed" if made.die else ""
        zh = f"，{made.die.blocks}个单元中需{made.needed}个" if made.die else ""
        text = Label(f"{made.dies} x {made.area:.1f} mm2, {made.process.id}{blocks}",
                     f"{made.dies} × {made.area:.1f} 平方毫米，{made.process.id}{zh}")
        return text if cut or made.dies <= 2 else Label(text.en + "; all dies taken as equal and on one process",
                                                        text.zh + "；各裸片按同面积、同制程处理")
    if name == "memory":
        return Label(f"{made.capacity:g} GB of {made.memory}, as sold",
                     f"{made.capacity:g} GB {made.memory}，按售出容量")
    if name == "lost":
        return Label("what failed packages cost for each good one", "每颗良品分摊的失效封装成本")
    return None


def _how(made: Recipe, allocation: str, salvage: bool) -> Label:
    if made.die is None or not salvage:
        return Label("parts over the share of packages that work", "各部分成本除以封装良率")
    rules = {"equal": Label("a wafer's cost borne equally by every die that sells", "晶圆成本由每颗可售裸片均摊"),
             "value": Label("a wafer's cost borne by dies as their value", "晶圆成本按裸片价值分摊"),
             "own": Label("a wafer's cost borne by this product alone", "晶圆成本全由本产品承担")}
    return Label("parts over the share of packages that work; {rule}", "各部分成本除以封装良率；{rule}").format(
        rule=rules[allocation])
