"""Strict schema of a buyer's YAML, as shipped and as a user writes it.

A number is written ``{low: 1, mid: 2, high: 3, grade: press, source: some-id}``, or ``{mid: 2, note: why}`` for an
assumption, or plainly ``2`` where a user states it.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.core.shapes import validated as shaped

TASKS = ("decode", "prefill", "serving", "training", "edge")
"""Kinds of work; ``edge`` is serving on a device or a single machine."""

KINDS = ("frontier-lab", "hyperscaler", "state", "enterprise", "driving", "research", "other")
"""Kinds of buyer that governments and vendors tell apart."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class TextIn(_Strict):
    """A text in both languages."""

    en: str = Field(min_length=1, max_length=2000)
    zh: str = Field(min_length=1, max_length=2000)


class FigureIn(_Strict):
    """A number with its doubt and its evidence."""

    low: float | None = None
    mid: float
    high: float | None = None
    grade: str = "assumed"
    source: str | None = Field(default=None, max_length=300)
    at: str | None = Field(default=None, max_length=300)
    note: str | TextIn | None = None


Number = float | FigureIn


class WorkIn(_Strict):
    """One kind of work."""

    task: Literal["decode", "prefill", "serving", "training", "edge"]
    model: str = Field(min_length=1, max_length=80)
    share: Number
    input: int | None = Field(default=None, gt=0, le=10_000_000)
    output: int | None = Field(default=None, gt=0, le=10_000_000)
    tokens: float | None = Field(default=None, gt=0)
    ttft_s: float | None = Field(default=None, gt=0)
    tpot_s: float | None = Field(default=None, gt=0)
    cached: Number = 0.0
    note: str | TextIn | None = None


class ScaleIn(_Strict):
    """How much is wanted."""

    chips: Number | None = None
    tokens_per_day: Number | None = None


class SoftwareIn(_Strict):
    """How the buyer's code stands."""

    cuda_share: Number
    port_months: Number
    engineers: Number
    wage_usd_year: Number
    wage_place: str = Field(min_length=2, max_length=60)


class InstalledIn(_Strict):
    """Machines that the buyer has."""

    platform: str = Field(min_length=1, max_length=40)
    chip: str = Field(min_length=1, max_length=80)
    count: Number


class RiskIn(_Strict):
    """How the buyer weighs risk."""

    cutoff_aversion: Number
    compliance_tolerance: Number


class AccessIn(_Strict):
    """What keeps the buyer from buying."""

    headquarters: str = Field(min_length=2, max_length=60)
    parent_headquarters: str | None = Field(default=None, min_length=2, max_length=60)
    listed: Literal["no", "entity_list", "footnote_1", "footnote_4", "footnote_5", "affiliate"] = "no"
    end_use: Literal["civil", "military", "supercomputer"] = "civil"
    state_funded: Number = 0.0
    power_kw: Number
    capital_usd: Number


class BuyerIn(_Strict):
    """A buyer."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)
    label: TextIn
    home: str = Field(min_length=2, max_length=60)
    kind: Literal["frontier-lab", "hyperscaler", "state", "enterprise", "driving", "research", "other"]
    note: TextIn | None = None
    work: list[WorkIn] = Field(min_length=1, max_length=20)
    scale: ScaleIn
    budget_usd: Number
    horizon_years: Number
    discount_rate: Number
    software: SoftwareIn
    installed: list[InstalledIn] = Field(default=[], max_length=20)
    risk: RiskIn
    access: AccessIn


def validated(raw: Any, text: str, where: str, under: tuple[int, ...] = ()) -> BuyerIn:
    """Return a buyer's shape.

    Parameters
    ----------
    text : the document that ``raw`` was read from. under : place of the buyer in the document.

    Raises
    ------
    InputError : names the first field that is wrong, unknown or missing, and its line.
    """
    return shaped(BuyerIn, raw, text, where, under, parts=_PARTS, rest=FigureIn,
                  forms={"float", "FigureIn", "str", "TextIn"}, example="highfence template buyer", code="bad-buyer")


_PARTS: dict[str, type[BaseModel]] = {
    "work": WorkIn, "scale": ScaleIn, "software": SoftwareIn, "installed": InstalledIn, "risk": RiskIn,
    "access": AccessIn, "label": TextIn, "note": TextIn}
