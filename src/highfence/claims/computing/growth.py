"""Change: growth over a year or a quarter, from one level to another, and shares worked out from part and whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from highfence.claims.computing.findings import STRONG, Context, Finding, evidence_of, weigh
from highfence.claims.computing.levels import candidates, level
from highfence.claims.doubts import floor
from highfence.claims.facts import Record, shown_value
from highfence.claims.matching.amounts import Interval, factor, fits, interval
from highfence.claims.matching.candidates import Candidate, context, of_series, series_faults
from highfence.claims.matching.periods import ADDITIVE, before, meets, parts_of, shifted, time_of
from highfence.claims.matching.settling import place_of
from highfence.claims.model import Claim, Quantity, Swap, Time
from highfence.core.labels import Label
from highfence.core.quantities import format_number

YEAR, QUARTER = "year-on-year", "quarter-on-quarter"


def change(claim: Claim, context_: Context) -> Finding | None:
    """Return what series make of a rise or a fall."""
    q = claim.quantity
    if q is None:
        return _direction_alone(claim, context_)
    if claim.before is not None:
        return _from_to(claim, context_)
    if claim.role in ("to", "level"):
        return level(claim, context_)
    if (found_ := impossible_cause(claim, context_)) is not None:
        return found_
    found = growths(claim, context_)
    if q.unit not in ("share", "times", "points"):
        found = [c for c in found if c.unit == q.unit]
    results = []
    for counted in (False, True) if q.unit == "times" else (False,):
        aimed = replace(claim, quantity=_signed(claim, counted))
        results.append(weigh(aimed, found, lambda: _swap(claim, context_, found)))
    result = next((r for r in results if r is not None and r.verdict == "supported"), results[0])
    return result or _level_for_change(claim, context_) or _as_event(claim, context_)


CAUSED = re.compile(r"因|由于|导致|because|due to|owing to|as a result|after")
CUT_OFF = re.compile(
    r"无法.{0,6}(?:供货|销售|出口|交付)|不能.{0,6}(?:供货|销售|出口)|"
    r"(?:unable|cannot|not able|barred|banned).{0,24}(?:sell|ship|suppl|export|deliver)"
)


def impossible_cause(claim: Claim, context_: Context) -> Finding | None:
    """A fall laid to a market's loss, where the goods were never sold into that market."""
    text = claim.text.casefold()
    if claim.direction >= 0 or not CAUSED.search(text) or not CUT_OFF.search(text):
        return None
    goods = {m.id for m in claim.mentions if m.kind == "entity" and m.type in ("product", "chip", "technology")} | set(
        claim.object
    )
    for good in sorted(goods):
        for r in context_.view.of(good, "sold-to"):
            places = {place_of(o) or o for o in r.objects} | {r.place}
            if not r.holds and (claim.place in places or not claim.place):
                return Finding(
                    "contradicted",
                    0.7,
                    Label(f"Not for that reason: {r.label.en}", f"原因不成立：{r.label.zh}"),
                    (evidence_of(r),),
                )
    return None


def _level_for_change(claim: Claim, context_: Context) -> Finding | None:
    """A change that nobody recorded, whose number is the level of that very period."""
    q = claim.quantity
    assert q is not None
    if claim.period is None or q.unit != "share" or q.tolerance > 0.006:
        return None
    for c in of_series(replace(claim, attribute="revenue-share"), context_.view, "share", context_.published):
        r = c.records[0]
        if (
            r.attribute in ("share", "revenue-share")
            and not c.hard
            and fits(interval(q), c.low, c.high) == "inside"
            and not c.faults & {"forecast", "older"}
        ):
            return Finding(
                "imprecise",
                0.5,
                Label(
                    f"{shown_value(c.value, 'share')} is the level of {r.fiscal or r.printed}; no such change is known",
                    f"{shown_value(c.value, 'share')}是{r.fiscal or r.printed}的占比水平，未见此变化",
                ),
                (evidence_of(r),),
                swap=Swap("level-change", Label("change", "变化"), Label("level", "水平")),
            )
    return None


def _signed(claim: Claim, counted: bool = False) -> Quantity:
    """Return the quantity as growth: a fall is negative, "doubled" is plus 100 %, or as ``counted`` plus 200 %."""
    q = claim.quantity
    assert q is not None
    if q.comparator == "=" and floor(claim):
        q = replace(q, comparator=">")
    times = q.unit == "times"
    sign = -1.0 if claim.direction < 0 and q.value > 0 else 1.0

    def turn(x: float | None) -> float | None:
        return None if x is None else sign * (x - 1 if times and x >= 1 and not counted else x)

    ends = sorted(x for x in (turn(q.low), turn(q.high)) if x is not None)
    low, high = (ends[0], ends[-1]) if ends else (None, None)
    comparator = (
        {">": "<", "<": ">", ">=": "<=", "<=": ">="}.get(q.comparator, q.comparator) if sign < 0 else q.comparator
    )
    unit = "share" if q.unit in ("times", "points") else q.unit
    return replace(q, value=float(turn(q.value) or 0.0), low=low, high=high, comparator=comparator, unit=unit)


def growths(claim: Claim, context_: Context) -> list[Candidate]:
    """Return the growth of every series that a claim may mean, over the periods that it may mean."""
    text = context(claim)
    found: list[Candidate] = []
    for subject in claim.subject:
        lines = {r.series for r in context_.view.of(subject) if r.kind == "series"}
        for id in sorted(lines):
            points = context_.view.in_series(id)
            if not points:
                continue
            first = points[0]
            faults = series_faults(claim, first, subject, claim.attribute, text)
            if first.attribute == "growth":
                found.extend(_printed_growth(claim, context_, points, subject, text))
            elif first.unit not in ("rank",):
                found.extend(_growth(claim, points, faults, context_.published))
    return found


def _printed_growth(
    claim: Claim, context_: Context, points: tuple[Record, ...], subject: str, text: str
) -> Iterator[Candidate]:
    """Growth as somebody printed it."""
    for p in points:
        faults = series_faults(replace(claim, attribute="growth"), p, subject, "growth", text)
        if claim.attribute not in ("", "growth", "sales", "revenue", "market-size", "imports", "units", "shipments"):
            faults.add("attribute")
        how = meets(p, claim.period)
        if claim.period is None:
            late = p.period is not None and (context_.published - p.period.end).days > 500
            faults |= {"period"} if late else {"unstated"}
        elif how not in ("exact", "unstated"):
            faults.add({"fiscal": "fiscal", "overlaps": "period-near"}.get(how, "period"))
        low, high = p.ends
        yield Candidate(
            low, high, "share", (p,), frozenset(faults), f"{p.label.en}, {p.printed}: {shown_value(p.value, 'share')}"
        )


def _growth(claim: Claim, points: tuple[Record, ...], faults: set[str], today: date) -> Iterator[Candidate]:
    settled = [p for p in points if p.status not in ("forecast", "guidance", "target") or claim.future]
    for now, extra in _periods(claim, settled, today):
        for then, base in _bases(claim, now):
            a, b = _value(settled, now), _value(settled, then)
            if a is None or b is None or not b[0]:
                continue
            own = (
                set(faults)
                | extra
                | ({"unstated"} if not claim.base and base == QUARTER and now.grain == "quarter" else set())
            )
            if claim.base and claim.base in (YEAR, QUARTER) and base != claim.base:
                own.add("period")
            rows = (*a[1], *b[1])
            if points[0].unit in ("share", "points"):
                points_ = a[0] - b[0]
                yield Candidate(
                    points_,
                    points_,
                    "share",
                    rows,
                    frozenset(own),
                    f"{shown_value(a[0], 'share')} − {shown_value(b[0], 'share')} = {shown_value(points_, 'points')}",
                )
            value = a[0] / b[0] - 1
            low, high = _range(a[1], b[1], value)
            yield Candidate(
                low,
                high,
                "share",
                rows,
                frozenset(own | ({"near-attribute"} if points[0].unit == "share" else set())),
                f"{shown_value(a[0], points[0].unit)} / {shown_value(b[0], points[0].unit)} − 1 = "
                f"{shown_value(value, 'share')}",
            )
            yield Candidate(
                a[0] - b[0],
                a[0] - b[0],
                points[0].unit,
                rows,
                frozenset(own),
                f"{shown_value(a[0], points[0].unit)} − {shown_value(b[0], points[0].unit)}",
            )


def _range(a: tuple[Record, ...], b: tuple[Record, ...], value: float) -> tuple[float, float]:
    """Return growth over the ends of both facts."""
    if len(a) == len(b) == 1 and (a[0].low is not None or b[0].low is not None) and b[0].ends[0] > 0:
        return a[0].ends[0] / b[0].ends[1] - 1, a[0].ends[1] / b[0].ends[0] - 1
    return value, value


def _periods(claim: Claim, points: list[Record], today: date) -> Iterator[tuple[Time, set[str]]]:
    if claim.period is not None:
        yield claim.period, set()
        for p in points:
            how = meets(p, claim.period)
            if how in ("fiscal", "overlaps", "within") and (time := time_of(p)) is not None:
                yield time, {"fiscal" if how == "fiscal" else "period-near"}
        return
    past = sorted(
        (p for p in points if p.period is not None and p.period.end <= today),
        key=lambda p: p.period.end if p.period else date.min,
    )
    for i, p in enumerate(past[-3:][::-1]):
        if (time := time_of(p)) is not None:
            yield time, {"unstated"} if i == 0 else {"unstated", "older"}


def _bases(claim: Claim, now: Time) -> Iterator[tuple[Time, str]]:
    yield shifted(now, years=-1), YEAR
    if now.grain in ("quarter", "month"):
        yield before(now), QUARTER


def _value(points: list[Record], time: Time) -> tuple[float, tuple[Record, ...]] | None:
    exact = [p for p in points if meets(p, time) == "exact"]
    if exact:
        best = max(exact, key=lambda p: (p.status == "fact", p.public or date.min))
        return float(best.value or 0), (best,)
    if points and points[0].attribute in ADDITIVE and time.grain in ("half", "year"):
        chain = parts_of(points, time)
        if chain:
            return sum(float(p.value or 0) for p in chain), tuple(chain)
    return None


def _swap(claim: Claim, context_: Context, found: list[Candidate]) -> Finding | None:
    """A level printed as a change, a change in the other direction, or over the other base."""
    q = claim.quantity
    assert q is not None
    exact = [c for c in found if not c.hard and c.unit == "share"]
    if not exact:
        return None
    best = min(exact, key=lambda c: len(c.faults))
    proof = tuple(evidence_of(r) for r in best.records[:4])
    turned = _signed(replace(claim, direction=-claim.direction)) if claim.direction else None
    if turned is not None and any(
        fits(interval(turned), c.low, c.high) == "inside" for c in exact if not c.faults & {"older", "near-attribute"}
    ):
        return Finding(
            "contradicted",
            0.85,
            Label(f"It went the other way: {best.formula}", f"方向相反：{best.formula}"),
            proof,
            best.formula,
            Swap(
                "direction",
                Label("fell" if claim.direction < 0 else "rose", "下降" if claim.direction < 0 else "上升"),
                Label("rose" if claim.direction < 0 else "fell", "上升" if claim.direction < 0 else "下降"),
            ),
        )
    if q.unit != "share":
        return None
    levels = [
        *shares(replace(claim, attribute="revenue-share"), context_),
        *of_series(replace(claim, attribute="revenue-share"), context_.view, "share", context_.published),
    ]
    for c in levels:
        if (
            (len(c.records) == 2 or c.records[0].attribute in ("share", "revenue-share"))
            and not c.hard - {"place"}
            and fits(interval(q), c.low, c.high) == "inside"
            and "older" not in c.faults
        ):
            return Finding(
                "imprecise",
                0.65,
                Label(
                    f"{shown_value(q.value, 'share')} is the level, not the change: {best.formula}",
                    f"{shown_value(q.value, 'share')}是占比水平而非变化：{best.formula}",
                ),
                (*proof, evidence_of(c.records[0])),
                best.formula,
                Swap("level-change", Label("change", "变化"), Label("level", "水平")),
            )
    return None


SHARE_WORDS = re.compile(r"share|percentage|contribution|proportion|占比|比重|份额|比例")


def _direction_alone(claim: Claim, context_: Context) -> Finding | None:
    """A rise or fall without a number."""
    if not claim.direction or not claim.attribute:
        return None
    found = [
        c
        for c in growths(claim, context_)
        if not c.hard
        and c.unit == "share"
        and "near-attribute" not in c.faults
        and "older" not in c.faults
        and "wider" not in c.faults
    ]
    if not found:
        return None
    signs = {1 if c.value > 0.005 else -1 if c.value < -0.005 else 0 for c in found}
    best = min(found, key=lambda c: len(c.faults))
    proof = tuple(evidence_of(r) for r in best.records[:3])
    if signs == {claim.direction}:
        return Finding(
            "supported", 0.8, Label(f"So it did: {best.formula}", f"确实如此：{best.formula}"), proof, best.formula
        )
    if claim.direction in signs:
        return Finding(
            "imprecise", 0.5, Label("True over one base, not over another", "仅在一种基期下成立"), proof, best.formula
        )
    if (
        signs == {-claim.direction}
        and claim.period is not None
        and not SHARE_WORDS.search(claim.text.casefold())
        and all(r.grade in STRONG for r in best.records)
        and len(found) >= 1
    ):
        return Finding(
            "contradicted",
            0.75,
            Label(f"It went the other way: {best.formula}", f"方向相反：{best.formula}"),
            proof,
            best.formula,
            Swap(
                "direction",
                Label("rise" if claim.direction > 0 else "fall", "上升" if claim.direction > 0 else "下降"),
                Label("fall" if claim.direction > 0 else "rise", "下降" if claim.direction > 0 else "上升"),
            ),
        )
    return None


def _from_to(claim: Claim, context_: Context) -> Finding | None:
    """ "From 5 to 18 %": both ends against what the series say of then and now."""
    q, b = claim.quantity, claim.before
    assert q is not None and b is not None
    open_ = replace(claim, period=None, before=None)
    found = [
        c
        for c in candidates(open_, context_, q.unit)
        if not c.hard - {"period"} and not c.faults & {"open", "wider", "near-attribute", "text"}
    ]
    if not found:
        return None
    after, earlier = interval(q), interval(b)
    hits = [c for c in found if fits(after, c.low, c.high) in ("inside", "near")]
    starts = [c for c in found if fits(earlier, c.low, c.high) in ("inside", "near")]
    proof = tuple(evidence_of(r) for c in (*starts[:2], *hits[:2], *found[-3:]) for r in c.records[:1])[:4]
    pairs = [(s, h) for s in starts for h in hits if _end(s) < _end(h)]
    if pairs:
        both = any(fits(earlier, s.low, s.high) == fits(after, h.low, h.high) == "inside" for s, h in pairs)
        s, h = pairs[0]
        work = f"{shown_value(s.value, s.unit)} → {shown_value(h.value, h.unit)}"
        return Finding(
            "supported" if both else "imprecise",
            0.8 if both else 0.6,
            Label(f"The record shows {work}", f"记录为{work}"),
            proof,
            work,
        )
    settled = [c for c in found if "forecast" not in c.faults and "claim" not in c.faults]
    if not hits and len(settled) >= 2 and all(interval_far(after, c) for c in found) and _beyond(after, settled):
        late = sorted(settled, key=_end)[-4:]
        work = "; ".join(f"{c.records[0].printed}: {shown_value(c.value, c.unit)}" for c in late)
        return Finding(
            "contradicted", 0.72, Label(f"The end is not on record: {work}", f"终值与记录不符：{work}"), proof, work
        )
    if hits or starts:
        return Finding("imprecise", 0.5, Label("One end is on record, not the other", "仅一端有记录"), proof)
    points = {(c.records[0].printed, c.records[0].by, c.records[0].series): c for c in found}
    far = all(interval_far(after, c) and interval_far(earlier, c) for c in found)
    if len(points) >= 2 and far and any(r.grade in STRONG for c in found for r in c.records):
        row = sorted(points.values(), key=_end)
        work = "; ".join(
            f"{c.records[0].fiscal or c.records[0].printed}: {shown_value(c.value, c.unit)}" for c in row[-5:]
        )
        return Finding(
            "contradicted", 0.75, Label(f"No record shows either end: {work}", f"两端均无记录：{work}"), proof, work
        )
    return None


def _beyond(wanted: Interval, found: list[Candidate]) -> bool:
    """Whether a printed end lies above or below all that is known."""
    return all(c.high < wanted.low for c in found) or all(c.low > wanted.high for c in found)


def interval_far(wanted: Interval, c: Candidate) -> bool:
    """Whether a candidate lies clearly apart from what was printed."""
    return wanted.distance(c.low, c.high) > 0.12


def _end(c: Candidate) -> date:
    return max((r.period.end for r in c.records if r.period is not None), default=date.min)


def _as_event(claim: Claim, context_: Context) -> Finding | None:
    """Growth that a statement or an event prints."""
    q = claim.quantity
    assert q is not None
    from highfence.claims.matching.candidates import of_statements

    found = [c for c in of_statements(claim, context_.view, q.unit) if "worded" in c.faults]
    return weigh(claim, [replace(c, faults=c.faults | {"period-near"}) for c in found])


def shares(claim: Claim, context_: Context) -> list[Candidate]:
    """Return shares worked out as one series over another: revenue from a place over all revenue."""
    q = claim.quantity
    if q is None or factor(q.unit, "share") is None or not claim.place or claim.place == "world":
        return []
    found: list[Candidate] = []
    for subject in claim.subject:
        parts = [
            r
            for r in context_.view.of(subject, "revenue")
            if r.place == claim.place and r.unit in ("USD", "CNY", "EUR", "JPY")
        ]
        wholes = {
            (r.period, r.unit): r
            for r in context_.view.of(subject, "revenue")
            if r.place == ""
            and r.kind == "series"
            and not series_faults(replace(claim, market="", place=""), r, subject, "revenue", "")
        }
        latest = max((r.period.end for r in parts if r.period), default=date.min)
        for part in parts:
            if "market" in series_faults(claim, part, subject, "revenue", context(claim)):
                continue
            whole = wholes.get((part.period, part.unit))
            if whole is None or not whole.value:
                continue
            value = float(part.value or 0) / float(whole.value)
            faults: set[str] = set()
            if claim.period is None:
                faults |= {"unstated"} if part.period and part.period.end == latest else {"unstated", "older"}
            else:
                how = meets(part, claim.period)
                faults |= {"exact": set(), "fiscal": {"fiscal"}, "within": {"period-near"}}.get(how, {"period"})
            found.append(
                Candidate(
                    value,
                    value,
                    "share",
                    (part, whole),
                    frozenset(faults),
                    f"{format_number(float(part.value or 0) / 1e9)} / {format_number(float(whole.value) / 1e9)} = "
                    f"{shown_value(value, 'share')}",
                )
            )
    return found
