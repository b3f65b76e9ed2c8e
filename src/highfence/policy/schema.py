"""Strict schema of a scenario's YAML, as shipped and as a user writes it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from highfence.core.shapes import validated as shaped


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TextIn(_Strict):
    """A text in both languages."""

    en: str = Field(min_length=1, max_length=2000)
    zh: str = Field(min_length=1, max_length=2000)


class RangeIn(_Strict):
    """A number with its low and high."""

    low: float
    mid: float
    high: float


class LeverIn(_Strict):
    """One lever; what an event says need not be said again."""

    kind: str = Field(max_length=40)
    value: float | RangeIn
    unit: str | None = Field(default=None, max_length=40)
    how: Literal["set", "times"] = "set"
    event: str | None = Field(default=None, max_length=80)
    first: str | None = Field(default=None, alias="from", max_length=10)
    last: str | None = Field(default=None, alias="to", max_length=10)
    announced: str | None = Field(default=None, max_length=10)
    place: str = Field(default="CN", max_length=60)
    actor: str | None = Field(default=None, max_length=20)
    chips: list[str] = Field(default=[], max_length=200)
    vendors: list[str] = Field(default=[], max_length=100)
    foreign: bool = False
    datacenter: bool = False
    segments: list[str] = Field(default=[], max_length=20)
    state_funded: bool = False
    stages: list[str] = Field(default=[], max_length=20)
    evidence: Literal["primary", "quoted", "secondary", "reported", "assumed"] | None = None
    grade: str = Field(default="assumed", max_length=20)
    source: str | None = Field(default=None, max_length=300)
    note: str | TextIn | None = None


class FreezeIn(_Strict):
    """A day from which nothing that some actors did in the base happens."""

    on: str = Field(max_length=10)
    actors: list[str] = Field(default=["US"], min_length=1, max_length=10)


class ScenarioIn(_Strict):
    """A scenario."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$", max_length=60)
    aliases: list[str] = Field(default=[], max_length=10)
    label: TextIn
    kind: Literal["historical", "proposal", "counterfactual"]
    base: str | None = Field(default=None, max_length=60)
    against: str | None = Field(default=None, max_length=60)
    overlays: list[str] = Field(default=[], max_length=20)
    freeze: FreezeIn | None = None
    imports: list[str] = Field(default=[], max_length=10)
    levers: list[LeverIn] = Field(default=[], max_length=500)
    source: str | None = Field(default=None, max_length=300)
    note: str | TextIn


def validated(raw: Any, text: str, where: str, under: tuple[int, ...] = ()) -> ScenarioIn:
    """Return a scenario's shape.

    Parameters
    ----------
    text : the document that ``raw`` was read from. under : place of the scenario in the document.

    Raises
    ------
    InputError : names the first field that is wrong, unknown or missing, and its line.
    """
    return shaped(ScenarioIn, raw, text, where, under, parts=_PARTS, forms={"float", "RangeIn", "str", "TextIn"},
                  example="highfence template scenario", code="bad-scenario")


_PARTS: dict[str, type[BaseModel]] = {"levers": LeverIn, "label": TextIn, "note": TextIn, "value": RangeIn,
                                      "freeze": FreezeIn}
