"""One chip against another: the ratio over every metric, and which of them a claim fits."""

from __future__ import annotations

from dataclasses import dataclass, replace

from highfence.claims.computing.findings import Context, Finding, evidence_of
from highfence.claims.facts import Record
from highfence.claims.matching.amounts import NEAR, Interval, fits, interval
from highfence.claims.matching.attributes import GENERIC, SPECS
from highfence.claims.matching.readings import family, is_chip, products, variants
from highfence.claims.model import Claim, Swap
from highfence.core.labels import Label
from highfence.core.quantities import format_number

METRICS = (
    "peak_fp16",
    "peak_bf16",
    "peak_fp8",
    "peak_int8",
    "peak_fp4",
    "peak_tf32",
    "peak_fp32",
    "peak_fp64",
    "memory_bandwidth",
    "memory_capacity",
    "link_bandwidth",
    "tdp",
    "transistors",
    "compute_units",
    "tpp",
    "logic_die_area",
    "process_nm",
    "performance_density",
    "l2_cache",
    "boost_clock",
    "chips",
    "power",
)
MAIN = ("peak_fp16", "peak_bf16", "peak_int8", "peak_fp8", "peak_tf32")
"""Formats by which "compute" without more is meant."""
SCIENCE = frozenset(("peak_fp64", "peak_fp64_matrix", "peak_fp32"))
"""Formats that texts on AI name where they mean them."""
CLOSE = 0.85
"""Share of another's rate from which "close to" is fair; ``NEARLY`` from which it is loose rather than wrong."""
NEARLY = 0.65


@dataclass(frozen=True, slots=True)
class Ratio:
    """One metric of one chip over that of another."""

    metric: str
    value: float
    top: Record
    bottom: Record
    variant: bool = False

    @property
    def text(self) -> str:
        """The division with its figures: ``148 / 989 = 0.15 (FP16 dense, H20/H100)``."""
        scale = (
            1e12 if self.metric.startswith("peak_") else 1e9 if self.metric.endswith(("bandwidth", "capacity")) else 1.0
        )
        a, b = float(self.top.value or 0) / scale, float(self.bottom.value or 0) / scale
        names = f"{_short(self.top.subject)}/{_short(self.bottom.subject)}"
        return (
            f"{format_number(a)} / {format_number(b)} = {format_number(self.value, 3)} ({self.top.label.en}, {names})"
        )


def _short(id: str) -> str:
    return (
        family(id).partition("-")[2].replace("ascend-", "Ascend ").replace("-", " ").upper().replace("ASCEND", "Ascend")
        or id
    )


def ratios(top: str, bottom: str, context: Context) -> list[Ratio]:
    """Return the ratio of two chips in every metric that both are known in."""
    found: list[Ratio] = []
    for metric in METRICS:
        a, b = _spec(top, metric, context), _spec(bottom, metric, context)
        if a and b and b[0].value:
            found.append(Ratio(metric, float(a[0].value or 0) / float(b[0].value), a[0], b[0], a[1] or b[1]))
    return found


def _spec(id: str, metric: str, context: Context) -> tuple[Record, bool] | None:
    """Return the preferred fact of a metric, and whether it comes from another form of the chip."""
    from highfence.core.facts import GRADES

    for other in (id, *variants(id)):
        rows = [r for r in context.view.of(other, metric) if r.numeric and r.kind in ("spec", "metric")]
        if rows:
            return min(rows, key=lambda r: GRADES.index(r.grade) if r.grade in GRADES else 9), other != id
    return None


def ratio(claim: Claim, context: Context) -> Finding | None:
    """Return what the specs make of "A has n times, n % of, or less than B's ..."."""
    tops = _chips(claim.subject)
    bottoms = _chips(claim.object) or (_baseline(claim, context) if claim.quantity is not None else [])
    if not tops or not bottoms:
        return None
    if claim.quantity is not None and claim.quantity.unit not in ("share", "times", "points"):
        return None
    if claim.attribute and claim.attribute not in SPECS:
        return None
    best: Finding | None = None
    for bottom in bottoms[:4]:
        for top in tops[:6]:
            if top == bottom or bottom in variants(top):
                continue
            found = _judge(claim, top, bottom, context)
            if found is not None and (best is None or _order(found) < _order(best)):
                best = found
        if best is not None and best.verdict == "supported":
            break
    inside = [m for m in claim.mentions if claim.start <= m.start and m.end <= claim.end]
    named = not claim.mentions or any(m.kind == "attribute" and m.id == claim.attribute for m in inside)
    if best is not None and best.verdict == "contradicted" and not named and claim.attribute not in GENERIC:
        return ratio(replace(claim, attribute="performance"), context)
    of_one = any(is_chip(s) for s in claim.subject)
    return best if of_one or best is None or best.verdict != "contradicted" else None


def _order(f: Finding) -> tuple[int, float]:
    return ({"supported": 0, "imprecise": 1, "contradicted": 2}.get(f.verdict, 3), -f.confidence)


def _chips(ids: tuple[str, ...]) -> list[str]:
    """Return the chips that the first id to name any stands for."""
    for id in ids:
        found = [id] if is_chip(id) else list(products(id)[:8])
        if found:
            return found
    return []


def _baseline(claim: Claim, context: Context) -> list[str]:
    """Return what a "cut" chip is measured against: another claim's object, else the parts that it was cut from."""
    own = set(claim.subject)
    named = [
        o
        for c in context.claims
        if own & set(c.subject) and (c.start, c.end) != (claim.start, claim.end)
        for o in c.object
        if is_chip(o) and o not in own
    ]
    if named:
        return list(dict.fromkeys(named))
    if claim.direction >= 0 and claim.role != "by":
        return []
    from highfence.catalogue.store import catalogue

    chip = catalogue().find_chip(claim.subject[0]) if claim.subject and is_chip(claim.subject[0]) else None
    if chip is None:
        return []
    peers = [
        c
        for c in catalogue().chips()
        if c.vendor == chip.vendor
        and c.family == chip.family
        and c.id not in variants(chip.id)
        and c.id != chip.id
        and (c.number("peak_fp16") or 0) > (chip.number("peak_fp16") or 0)
    ]
    return [c.id for c in sorted(peers, key=lambda c: len(c.id))][:4]


def _target(claim: Claim) -> Interval | None:
    """Return the ratio that a claim gives: "cut 40 %" leaves 0.6, "halved" 0.5, "15-30 % of" as printed."""
    q = claim.quantity
    if q is None:
        return None
    wanted = interval(q)
    if claim.role in ("by", "change") or (claim.role == "" and claim.direction and q.unit in ("share", "points")):
        if claim.direction < 0:
            return Interval(1 - wanted.high, 1 - wanted.low, 1 - wanted.value)
        if claim.direction > 0:
            return Interval(1 + wanted.low, 1 + wanted.high, 1 + wanted.value)
    return wanted


def _judge(claim: Claim, top: str, bottom: str, context: Context) -> Finding | None:
    found = ratios(top, bottom, context)
    wanted = SPECS.get(claim.attribute, ())
    meant = [r for r in found if r.metric in wanted] if claim.attribute and wanted else found
    if not meant:
        return None
    target = _target(claim)
    if target is None:
        return _compare(claim, top, bottom, meant, found)
    if claim.attribute in ("compute", "performance", "") and any(r.metric in MAIN for r in meant):
        main = [r for r in meant if r.metric in MAIN]
    else:
        main = meant
    return _by_number(claim, target, main, meant, found)


def _slack(target: Interval) -> Interval:
    """Round words such as "half" and whole multiples allow a twentieth."""
    room = 0.05 * abs(target.value) if target.low != target.high or target.value in (0.5, 2.0, 3.0, 4.0, 0.25) else 0.0
    return Interval(target.low - room, target.high + room, target.value)


def _by_number(
    claim: Claim, target: Interval, main: list[Ratio], meant: list[Ratio], found: list[Ratio]
) -> Finding | None:
    target = _slack(target)
    stand = {r.metric: fits(target, r.value, r.value) for r in found}
    inside = [r for r in main if stand[r.metric] == "inside"]
    apart = [r for r in main if stand[r.metric] == "off"]
    work = "; ".join(r.text for r in (inside or main)[:3])
    proof = tuple(e for r in (inside or main)[:2] for e in (evidence_of(r.top), evidence_of(r.bottom)))
    if inside:
        others = [r for r in found if r.metric in ("memory_bandwidth", "memory_capacity") and stand[r.metric] == "off"]
        if claim.attribute in GENERIC and others:
            more = "; ".join(r.text for r in others)
            return Finding(
                "imprecise",
                0.75,
                Label(
                    "True of peak compute alone; which metric is meant is not stated", "仅峰值算力符合；未说明所指指标"
                ),
                (*proof, *(evidence_of(r.top) for r in others)),
                f"{work}; {more}",
            )
        if apart and len(apart) >= len(inside) and not claim.attribute.startswith("peak"):
            return Finding(
                "imprecise", 0.6, Label("True in some number formats, not in others", "仅部分数据格式符合"), proof, work
            )
        return Finding("supported", 0.9, Label("The specs give that ratio", "规格之比相符"), proof, work)
    near = [r for r in main if stand[r.metric] == "near"]
    if near:
        return Finding(
            "imprecise",
            0.7,
            Label("Near the ratio of the specs", "接近规格之比"),
            proof,
            "; ".join(r.text for r in near[:2]),
        )
    loose = [
        r
        for r in meant
        if stand[r.metric] == "inside" and (r.metric not in SCIENCE or r.metric[5:9] in claim.text.casefold())
    ]
    if loose:
        return Finding(
            "imprecise",
            0.55,
            Label(f"True of {loose[0].top.label.en} alone", f"仅{loose[0].top.label.zh}符合"),
            (evidence_of(loose[0].top), evidence_of(loose[0].bottom)),
            loose[0].text,
        )
    swap = _swap(claim, target, found, stand)
    return Finding(
        "contradicted",
        0.85,
        Label(f"The specs give another ratio: {main[0].text}", f"规格之比不同：{main[0].text}"),
        proof,
        work,
        swap,
    )


def _swap(claim: Claim, target: Interval, found: list[Ratio], stand: dict[str, str]) -> Swap | None:
    for r in found:
        if stand[r.metric] == "inside":
            name = Label(claim.attribute or "this metric", claim.attribute or "该指标")
            return Swap("attribute", name, Label(f"{r.top.label.en}: {r.text}", f"{r.top.label.zh}：{r.text}"))
    turned = Interval(2 - target.high, 2 - target.low, 2 - target.value)
    if claim.direction and any(fits(turned, r.value, r.value) == "inside" for r in found):
        return Swap(
            "direction",
            Label("fell" if claim.direction < 0 else "rose", "下降" if claim.direction < 0 else "上升"),
            Label("rose" if claim.direction < 0 else "fell", "上升" if claim.direction < 0 else "下降"),
        )
    return None


_ABOVE = frozenset(
    (
        "exceed",
        "exceeds",
        "above",
        "more",
        "over",
        "better",
        "surpass",
        "outperform",
        "faster",
        "greater",
        "beat",
        "ahead",
        "higher",
        "stronger",
        "larger",
    )
)
_BELOW = frozenset(
    ("below", "less", "worse", "behind", "trail", "lag", "slower", "lower", "weaker", "under", "inferior", "smaller")
)
_NEAR = frozenset(
    ("near", "close", "approach", "approaches", "equal", "match", "rival", "comparable", "same", "similar", "on-par")
)


def relation_of(claim: Claim) -> str:
    """Return how two things are compared without a number: ``above``, ``below``, ``near`` or nothing."""
    ids = {m.id for m in claim.mentions if m.kind in ("comparison", "change", "superlative")} | {claim.role}
    for name, words in (("near", _NEAR), ("above", _ABOVE), ("below", _BELOW)):
        if any(i in words or i.split("-")[0] in words for i in ids if i):
            return name
    return {1: "above", -1: "below"}.get(claim.direction, "")


def _compare(claim: Claim, top: str, bottom: str, meant: list[Ratio], found: list[Ratio]) -> Finding | None:
    how = relation_of(claim)
    main = [r for r in meant if r.metric in MAIN] or meant
    if not how or not main:
        return None
    values = [r.value for r in main]
    work = "; ".join(r.text for r in main[:3])
    proof = tuple(e for r in main[:2] for e in (evidence_of(r.top), evidence_of(r.bottom)))
    generic = claim.attribute in GENERIC and claim.attribute != "training"
    all_of = values + (
        [r.value for r in found if r.metric in ("memory_bandwidth", "memory_capacity")] if generic else []
    )

    def says(verdict: str, confidence: float) -> Finding:
        return Finding(verdict, confidence, Label(f"By the specs: {work}", f"按规格计算：{work}"), proof, work)

    if claim.negated:
        how = {"above": "below", "below": "above"}.get(how, how)
    if how == "near":
        if any(CLOSE <= v <= 1.5 for v in values):
            return says("supported", 0.75)
        if any(NEARLY <= v <= 2.0 for v in all_of) or any(v > 1.5 for v in values):
            return says("imprecise", 0.6)
        return says("contradicted", 0.8)
    good = [v > 1.0 if how == "above" else v < 1.0 for v in values]
    whole = [v > 1.0 if how == "above" else v < 1.0 for v in all_of]
    if all(good):
        return says("supported", 0.85)
    if any(whole):
        return says("imprecise", 0.55)
    near_one = any(abs(v - 1) <= NEAR for v in all_of)
    return says("imprecise", 0.5) if near_one else says("contradicted", 0.85)
