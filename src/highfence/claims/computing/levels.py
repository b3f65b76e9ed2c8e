"""A plain number of something: revenue, a share, units, a spec, the size of a fund."""

from __future__ import annotations

import re

from highfence.claims.computing.findings import Context, Finding, evidence_of, weigh
from highfence.claims.facts import name_of, shown_value, words_of
from highfence.claims.matching.amounts import fits, interval
from highfence.claims.matching.attributes import SPECS
from highfence.claims.matching.candidates import Candidate, by_words, of_series, of_specs, of_statements
from highfence.claims.matching.readings import is_chip, kin, known
from highfence.claims.model import Claim, Swap
from highfence.core.labels import Label

SPARSE = 2.0
"""Rates with structured sparsity are printed at twice the dense ones."""
_RATE_UNITS = frozenset(("FLOP/s", "OP/s"))


def level(claim: Claim, context: Context) -> Finding | None:
    """Return what the facts say of a number, and, where they say another, what it may have been taken for."""
    if claim.quantity is None:
        return None
    unit = claim.quantity.unit
    found = candidates(claim, context, unit)
    if claim.attribute in ("loss", "charge") and SUMMED.search(claim.text.casefold()):
        found.extend(_sums(found))
    return weigh(claim, found, lambda: swap(claim, context, found))


SUMMED = re.compile(
    r"[两兩二三]个?季|合计|合計|累计|累計|共计|总共|total|combined|together|two quarters|over .{0,12}quarters"
)


def _sums(found: list[Candidate]) -> list[Candidate]:
    """Return sums of two parts of a loss: a charge and sales lost, or two quarters."""
    parts: dict[str, Candidate] = {}
    for c in found:
        r = c.records[0]
        if (
            r.attribute in ("charge", "guidance")
            and len(c.records) == 1
            and c.value > 0
            and not c.hard - {"period", "attribute", "market"}
            and (r.attribute == "charge" or "lost" in r.series)
        ):
            parts[r.id] = c
    rows = list(parts.values())[:12]
    return [
        Candidate(
            a.low + b.low,
            a.high + b.high,
            a.unit,
            (*a.records, *b.records),
            frozenset(("sum", "near-attribute")),
            f"{shown_value(a.value, a.unit)} + {shown_value(b.value, b.unit)} = "
            f"{shown_value(a.value + b.value, a.unit)}",
        )
        for i, a in enumerate(rows)
        for b in rows[i + 1 :]
        if (a.records[0].series, a.records[0].printed) != (b.records[0].series, b.records[0].printed)
    ]


def candidates(claim: Claim, context: Context, unit: str) -> list[Candidate]:
    """Return every number that could bear a claim out or exclude it."""
    found = [
        *of_specs(claim, context.view, unit),
        *of_series(claim, context.view, unit, context.published),
        *of_statements(claim, context.view, unit),
    ]
    if not any(not c.hard for c in found):
        found.extend(by_words(claim, context.view, unit, context.published))
    return found


def swap(claim: Claim, context: Context, found: list[Candidate]) -> Finding | None:
    """Return the nearest thing of which the number is true, where exact facts say that it is not true of this."""
    assert claim.quantity is not None
    exact = [c for c in found if c.exact or (not c.hard and not c.faults & {"forecast", "older", "open", "wider"})]
    if not exact:
        return None
    for look in (_sparse, _other_entity, _other_attribute, _other_period):
        if (seen := look(claim, context, found, exact)) is not None:
            return seen
    return None


def _sparse(claim: Claim, context: Context, found: list[Candidate], exact: list[Candidate]) -> Finding | None:
    """A rate with sparsity in place of the dense one."""
    assert claim.quantity is not None
    if claim.quantity.unit not in _RATE_UNITS or _says_sparse(claim):
        return None
    wanted = interval(claim.quantity)
    for c in exact:
        if (
            c.records[0].attribute.startswith("peak_")
            and fits(wanted, c.low * SPARSE, c.high * SPARSE) == "inside"
            and fits(wanted, c.low, c.high) == "off"
        ):
            record = c.records[0]
            text = shown_value(c.value, c.unit)
            dense = "dense" in claim.text.casefold() or "稠密" in claim.text
            return Finding(
                "contradicted" if dense else "imprecise",
                0.75,
                Label(f"The number holds with sparsity; dense it is {text}", f"该数为稀疏算力；稠密为{text}"),
                (evidence_of(record),),
                f"2 × {text} = {shown_value(2 * c.value, c.unit)}",
                Swap("sparse-dense", Label("dense rate", "稠密算力"), Label("rate with sparsity", "稀疏算力")),
            )
    return None


def _says_sparse(claim: Claim) -> bool:
    return "spars" in claim.text.casefold() or "稀疏" in claim.text


def _other_entity(claim: Claim, context: Context, found: list[Candidate], exact: list[Candidate]) -> Finding | None:
    """The number belongs to another of the same kind, in the same measure and period."""
    assert claim.quantity is not None
    wanted, unit = interval(claim.quantity), claim.quantity.unit
    if claim.quantity.comparator not in ("=", "~"):
        return _other_above(claim, context, exact)
    measures = {(c.records[0].attribute, c.records[0].place) for c in exact}
    for subject in claim.subject[:2]:
        for other in kin(subject):
            if other in claim.subject:
                continue
            for c in (
                *of_series(claim, context.view, unit, context.published, [other]),
                *_specs_of(claim, context, other, unit),
            ):
                r = c.records[0]
                if (
                    (r.attribute, r.place) in measures
                    and not c.hard
                    and not c.faults & {"older", "fiscal"}
                    and fits(wanted, c.low, c.high) == "inside"
                ):
                    if _names(claim, other, subject):
                        return Finding(
                            "supported",
                            0.7,
                            c.records[0].label,
                            tuple(evidence_of(x) for x in c.records[:2]),
                            c.formula,
                        )
                    return _misplaced(claim, subject, other, c, exact)
    return None


def _names(claim: Claim, other: str, subject: str) -> bool:
    """Whether a text speaks of the other by what tells the two apart: 二期, "Phase II"."""
    a, b = name_of(other), name_of(subject)
    ours, theirs = words_of(b.zh) | words_of(b.en), words_of(a.zh) | words_of(a.en)
    text = words_of(claim.text)
    return bool((theirs - ours) & text) and not (ours - theirs) & text


def _other_above(claim: Claim, context: Context, exact: list[Candidate]) -> Finding | None:
    """ "More than" a number that a sister exceeds and this one does not reach."""
    assert claim.quantity is not None
    wanted, unit = interval(claim.quantity), claim.quantity.unit
    measures = {c.records[0].attribute for c in exact}
    for subject in claim.subject[:2]:
        for other in kin(subject):
            for c in of_series(claim, context.view, unit, context.published, [other]):
                if (
                    c.records[0].attribute in measures
                    and not c.hard
                    and fits(wanted, c.low, c.high) == "inside"
                    and c.value < 1.5 * claim.quantity.value
                    and _same_kind(subject, other)
                ):
                    return _misplaced(claim, subject, other, c, exact)
    return None


def _same_kind(a: str, b: str) -> bool:
    from highfence.catalogue.statements import things

    one, other = things().get(a), things().get(b)
    return one is not None and other is not None and one.type == other.type == "fund"


def _specs_of(claim: Claim, context: Context, other: str, unit: str) -> list[Candidate]:
    from dataclasses import replace

    return (
        of_specs(replace(claim, subject=(other,)), context.view, unit)
        if is_chip(other) and claim.attribute in SPECS
        else []
    )


def _misplaced(claim: Claim, subject: str, other: str, c: Candidate, exact: list[Candidate]) -> Finding:
    a, b = name_of(subject), name_of(other)
    right = exact[0]
    text = shown_value(right.value, right.unit)
    chip = is_chip(subject)
    return Finding(
        "contradicted" if chip else "misattributed",
        0.8,
        Label(
            f"{shown_value(c.value, c.unit)} is {b.en}'s; of {a.en} the record says {text}",
            f"{shown_value(c.value, c.unit)}属于{b.zh}；{a.zh}为{text}",
        ),
        (*(evidence_of(r) for r in right.records[:2]), *(evidence_of(r) for r in c.records[:2])),
        right.formula,
        Swap("entity", a, b),
    )


SPEC_WORDS: dict[str, re.Pattern[str]] = {
    "link_bandwidth": re.compile(r"nvlink|\blinks?\b|interconnect|互联|互连|片间|卡间"),
    "memory_bandwidth": re.compile(r"memory|hbm|显存|内存|存储|访存"),
    "memory_capacity": re.compile(r"memory|hbm|显存|内存|容量|vram"),
    "io_bandwidth": re.compile(r"\bi/o\b|输入输出"),
    "tdp": re.compile(r"power|watt|功耗|tdp"),
    "host_bandwidth": re.compile(r"pcie|host|主机"),
    "network_bandwidth": re.compile(r"network|ethernet|网络"),
}
"""Words that name a spec in a text."""


def _other_attribute(claim: Claim, context: Context, found: list[Candidate], exact: list[Candidate]) -> Finding | None:
    """The number is true of another measure, market or place of the same subject in the same period."""
    assert claim.quantity is not None
    wanted = interval(claim.quantity)
    above = claim.quantity.comparator in (">", ">=")
    if not above and claim.quantity.comparator not in ("=", "~"):
        return None
    for c in found:
        if above and c.value > 1.3 * claim.quantity.value:
            continue
        if (
            c.hard
            and c.hard <= {"attribute", "market", "place"}
            and "older" not in c.faults
            and fits(wanted, c.low, c.high) == "inside"
            and _telling(claim)
            and c.records[0].kind != "price"
        ):
            r, right = c.records[0], exact[0]
            if r.attribute in SPEC_WORDS and SPEC_WORDS[r.attribute].search(claim.text.casefold()):
                return Finding("supported", 0.75, r.label, (evidence_of(r),))
            said = "part-whole" if c.hard & {"market", "place"} else "attribute"
            spec = right.records[0].kind in ("spec", "metric")
            stated = spec or (claim.place and "place" in c.hard) or (claim.market and "market" in c.hard)
            return Finding(
                "contradicted" if stated else "imprecise",
                0.7,
                Label(
                    f"The number is that of another measure ({r.label.en}); "
                    f"this one is {shown_value(right.value, right.unit)}",
                    f"该数属于另一指标（{r.label.zh}）；本指标为{shown_value(right.value, right.unit)}",
                ),
                (*(evidence_of(x) for x in right.records[:2]), evidence_of(r)),
                right.formula,
                Swap(said, right.records[0].label, r.label),
            )
    return None


def _other_period(claim: Claim, context: Context, found: list[Candidate], exact: list[Candidate]) -> Finding | None:
    """The number is true of the same measure in another period."""
    assert claim.quantity is not None
    if claim.period is None or not _telling(claim) or claim.quantity.comparator not in ("=", "~"):
        return None
    wanted = interval(claim.quantity)
    solid = [
        c for c in exact if not c.faults & {"estimate", "claim", "near-attribute", "fiscal", "inside", "period-near"}
    ]
    if not solid:
        return None
    for c in found:
        if (
            c.hard == {"period"}
            and fits(wanted, c.low, c.high) == "inside"
            and not c.faults & {"forecast", "near-attribute"}
        ):
            r, right = c.records[0], solid[0]
            return Finding(
                "contradicted",
                0.8,
                Label(
                    f"True of {r.fiscal or r.printed}; of {claim.period.label} the record says "
                    f"{shown_value(right.value, right.unit)}",
                    f"属于{r.fiscal or r.printed}；{claim.period.label}为{shown_value(right.value, right.unit)}",
                ),
                (*(evidence_of(x) for x in right.records[:3]), evidence_of(r)),
                right.formula,
                Swap(
                    "period",
                    Label(claim.period.label, claim.period.label),
                    Label(r.fiscal or r.printed, r.fiscal or r.printed),
                ),
            )
    return None


def _telling(claim: Claim) -> bool:
    """Whether a number is printed finely enough for a coincidence to be unlikely."""
    q = claim.quantity
    assert q is not None
    return q.value != 0 and q.tolerance / abs(q.value) <= 0.03


def unknown(claim: Claim) -> bool:
    """Whether nothing that a claim is about is known."""
    return bool(claim.subject) and not any(known(s) for s in claim.subject)
