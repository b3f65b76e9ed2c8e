"""What the catalogue computes beside what others published, as rows of the validation page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from highfence.catalogue.checks import CHECKS, Comparison, compare_all, has_peaks
from highfence.catalogue.entries import Chip
from highfence.catalogue.store import catalogue
from highfence.core.labels import Label
from highfence.core.quantities import format_number

AGAINST_PUBLISHED = ("published_tpp", "published_density")
"""Checks whose every comparison is a row; of the others a row counts them all and one shows each discrepancy."""


@dataclass(frozen=True, slots=True)
class CatalogueCase:
    """One row of the validation table.

    Attributes
    ----------
    ours, theirs : figures with their unit; for a count, how many agree of how many.
    error : relative difference of ours from theirs, or the share of comparisons that disagree.
    n : comparisons behind the row. circular : whether ours was taken from theirs, so that it proves nothing.
    ok : whether they agree, or the data explains why not.
    """

    name: str
    ours: str
    theirs: str
    error: float
    source: str
    n: int = 1
    used_to_fit: bool = False
    explanation: Label | None = None
    ok: bool = True
    circular: bool = False
    check: str = ""


def cases(chips: Sequence[Chip] | None = None) -> list[CatalogueCase]:
    """Recompute every published figure and every cross-check of the catalogue.

    Nothing in the catalogue is fitted,
    so no row was used to fit. A chip whose only known TPP is the published one
    is listed as circular.
    """
    held = list(catalogue().chips()) if chips is None else list(chips)
    made = compare_all(held)
    rows = [row for check in CHECKS for row in _rows(check, [c for c in made if c.check == check], held)]
    return rows + _circular(held)


def _rows(check: str, made: Sequence[Comparison], held: Sequence[Chip]) -> list[CatalogueCase]:
    names = {chip.id: chip.name.en for chip in held}
    shown = [c for c in made if check in AGAINST_PUBLISHED or not c.agrees]
    return [_summary(check, made), *(_row(c, names[c.chip]) for c in shown)]


def _summary(check: str, made: Sequence[Comparison]) -> CatalogueCase:
    agree = sum(c.agrees for c in made)
    explained = all(c.agrees or c.explanation is not None for c in made)
    return CatalogueCase(CHECKS[check][1].en, f"{agree} agree", f"{len(made)} compared",
                         1 - agree / len(made) if made else 0.0, "every chip of the catalogue", n=len(made),
                         ok=explained, check=check)


def _row(made: Comparison, name: str) -> CatalogueCase:
    if made.check == "announced_first":
        announced, _, released = made.what.partition(", ")
        ours, theirs = f"announced {announced}", f"released {released}"
        error = made.ours - made.theirs
    else:
        ours, theirs = (f"{format_number(v)} {made.unit}".strip() for v in (made.ours, made.theirs))
        error = made.relative
    what = "" if made.check == "announced_first" else f", {made.what}"
    return CatalogueCase(f"{name}{what}", ours, theirs, error, made.source or "arithmetic",
                         explanation=made.explanation,
                         ok=made.agrees or made.explanation is not None, check=made.check)


def _circular(held: Sequence[Chip]) -> list[CatalogueCase]:
    rows = []
    for chip in held:
        found = chip["published_tpp"]
        if found is not None and not has_peaks(chip):
            shown = f"{format_number(float(found.value))} TPP"
            rows.append(CatalogueCase(f"{chip.name.en}, TPP as published", shown, shown, 0.0,
                                      found.fact.source,
                                      circular=True, check="published_tpp"))
    return rows
