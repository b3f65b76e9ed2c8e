"""Published results on controls, markets and compute, recomputed from the inputs that each row states.

Rows of ``policy/cases.csv`` that the cost room does not hold. What is computed follows from the names of the inputs
alone, as in :mod:`highfence.cost.making.cases`; no row is known by its name and no published result is an input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.core.errors import InputError
from highfence.cost.making.cases import agrees, belongs, inputs_of, published_output, published_rows
from highfence.policy.estimates import (
    compute_lost,
    delivered,
    grown,
    middle_of_interval,
    research_lost,
    revenue_lost,
)

Inputs = Mapping[str, Any]
Answer = float | dict[str, Any]


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """One published result beside ours.

    Attributes
    ----------
    ours : a number, or words and numbers by name; None where the inputs do not say enough. within : whether ours keeps
    the tolerance, None without an answer. fully_specified : whether the inputs give the result. circular : whether an
    input was solved from the result. note : why there is no answer, or what was taken.
    """

    id: str
    calculation: str
    ours: Answer | None
    theirs: Any
    unit: str
    within: bool | None
    fully_specified: bool
    circular: bool
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Calculation:
    name: str
    fits: Callable[[Inputs, Any], bool]
    run: Callable[[Inputs, Any], Answer]
    circular: bool = False
    note: str = ""


def policy_cases(path: Path) -> list[PolicyCase]:
    """Return every row of a file of published results that is not about yields, wafers, packages or their cost.

    Raises
    ------
    InputError : no such file, or a row that cannot be read.
    """
    return [case(row) for row in published_rows(path) if not belongs(row)]


def case(row: Mapping[str, str]) -> PolicyCase:
    """Recompute one row.

    Raises
    ------
    InputError : the row's tolerance or inputs cannot be read.
    """
    inputs, theirs = inputs_of(row), published_output(row.get("published_output", ""))
    word = (row.get("fully_specified") or "").strip()
    plain: dict[str, Any] = {"id": row.get("id", ""), "theirs": theirs, "unit": row.get("unit", ""),
                             "source": row.get("source_url", "")}
    made = next((c for c in _CALCULATIONS if c.fits(inputs, theirs)), None)
    if made is None:
        return PolicyCase(**plain, calculation="", ours=None, within=None, fully_specified=False,
                          circular=word == "circular", note=_unanswered(inputs, row.get("notes") or ""))
    ours = made.run(inputs, theirs)
    return PolicyCase(**plain, calculation=made.name, ours=ours, within=_agrees(ours, theirs, row),
                      fully_specified=word == "yes", circular=made.circular or word == "circular",
                      note=made.note or row.get("notes") or "")


def _agrees(ours: Answer, theirs: Any, row: Mapping[str, str]) -> bool | None:
    """Return whether ours keeps the tolerance; words by name must be the same.

    A tolerance of billions is absolute, as the file has it; but a tenth of a billion is finer than a figure such as 200
    is printed, so that it is read as relative there unless the row says otherwise.
    """
    try:
        tolerance = float(row.get("tolerance") or 0.0)
    except ValueError:
        raise InputError("a tolerance is a number", where=f"case {row.get('id')}", got=row.get("tolerance"),
                         example="0.01") from None
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping) or not ours:
            return None
        return all(ours[name] == theirs.get(name) if isinstance(ours[name], str)
                   else bool(agrees(ours[name], theirs.get(name, float("nan")), tolerance, row.get("unit", "")))
                   for name in ours)
    unit, notes = row.get("unit", ""), row.get("notes") or ""
    if isinstance(theirs, (int, float)) and abs(theirs) < 1.0 and "loss" in unit:
        unit = "share"
    within = agrees(ours, theirs, tolerance, unit)
    if within is False and "USD bn" in unit and "absolute" not in notes and isinstance(theirs, (int, float)):
        return abs(ours - theirs) <= tolerance * abs(theirs)
    return within


def _unanswered(inputs: Inputs, note: str) -> str:
    told = ", ".join(inputs) or "none"
    return f"the source does not state what the result was made of (inputs: {told}){f'; {note}' if note else ''}"


# ---- calculations ----------------------------------------------------------------------------------------------------


def _has(*names: str) -> Callable[[Inputs, Any], bool]:
    """Return whether inputs are exactly these."""
    return lambda inputs, theirs: set(inputs) == set(names)


def _keys(inputs: Inputs, pattern: str) -> list[str]:
    return [name for name in inputs if re.fullmatch(pattern, name)]


def _numbers(inputs: Inputs) -> list[float]:
    return [float(v) for v in inputs.values() if isinstance(v, (int, float)) and not isinstance(v, bool)]


def _all_numbers(inputs: Inputs) -> bool:
    return len(_numbers(inputs)) == len(inputs) > 0


def _peak(inputs: Inputs) -> float:
    return float(inputs[_keys(inputs, r"(fp|int)\d+_dense(_tflops|_tops)?")[0]])


def _processing(inputs: Inputs, theirs: Any) -> Answer:
    """Return TPP, and density where an area stands by it, as the law reads a data sheet."""
    from highfence.rules import classify

    sheet = {f"peak_fp{int(inputs['bits'])}": f"{_peak(inputs)} TFLOPS"}
    if "die_mm2" not in inputs:
        return _margin(classify(sheet, on="2024-06-01"), "tpp")
    found = classify({**sheet, "die_area_mm2": inputs["die_mm2"]}, on="2024-06-01")
    return {"tpp": _margin(found, "tpp"), "pd": _margin(found, "performance_density")}


def _margin(verdict: Any, metric: str) -> float:
    return float(next(m.value for m in verdict.margins if m.metric == metric and m.value is not None))


def _named_chips(inputs: Inputs) -> dict[str, list[float]]:
    return {name: list(map(float, v)) for name, v in inputs.items() if isinstance(v, list) and len(v) == 2}


def _is_rule(inputs: Inputs, theirs: Any) -> bool:
    return isinstance(inputs.get("rule"), str) and bool(_named_chips(inputs)) and isinstance(theirs, Mapping)


def _rule(inputs: Inputs, theirs: Any) -> Answer:
    """Return what the law of the day on which the stated rule held says of each chip; the rule's text is not used."""
    from highfence.rules import classify

    rule, found = inputs["rule"].casefold(), dict[str, Any]()
    for name, (tpp, other) in _named_chips(inputs).items():
        if "interconnect" in rule:
            verdict = classify({"tpp": tpp, "io_gb_s": other}, on="2023-01-31")
            found[name] = "controlled" if verdict.requirement == "licence" else "free"
        elif "dram_bw" in rule:
            verdict = classify({"tpp": tpp, "dram_gb_s": other, "datacenter": True}, on="2026-03-01")
            found[name] = {"case_by_case_if_certified": "case-by-case",
                           "presumption_of_denial": "presumption of denial"}.get(verdict.review or "",
                                                                                 str(verdict.review))
        else:
            verdict = classify({"tpp": tpp, "performance_density": other, "datacenter": True}, on="2024-06-01")
            found[name] = "controlled" if verdict.paragraph.startswith("3A090.a") else "free"
    return found


def _is_bands(inputs: Inputs, theirs: Any) -> bool:
    return bool(inputs) and all(re.fullmatch(r"band\d+", name) for name in inputs) and isinstance(theirs, Mapping)


def _bands(inputs: Inputs, theirs: Any) -> Answer:
    """Return the band of the import duty of each chip that the source names."""
    from highfence.rules import classify

    found = dict[str, Any]()
    for name in theirs:
        verdict = classify({"H200": "H200 SXM"}.get(name, name), to="US", transaction="import", exporter="TW",
                           on="2026-03-01")
        found[name] = ", ".join(d.id.rpartition(".")[2] for d in verdict.duties) or "none"
    return found


def _is_ratio(inputs: Inputs, theirs: Any) -> bool:
    return len(inputs) == 2 and len(_keys(inputs, r"tpp_\w+|\w+_tpp")) == 2


def _ratio(inputs: Inputs, theirs: Any) -> Answer:
    first, second = _numbers(inputs)
    return first / second


def _is_headroom(inputs: Inputs, theirs: Any) -> bool:
    ends = [name[5:] for name in _keys(inputs, r"ceil_\w+")]
    return bool(ends) and all(end in inputs for end in ends)


def _headroom(inputs: Inputs, theirs: Any) -> Answer:
    return {f"{name[5:]}_slack": float(inputs[name] - inputs[name[5:]]) for name in _keys(inputs, r"ceil_\w+")}


def _is_interval(inputs: Inputs, theirs: Any) -> bool:
    return (len(_keys(inputs, r"ci\d*")) == 1 and set(inputs) <= {*_keys(inputs, r"ci\d*"), "draws"}
            and isinstance(theirs, (int, float)))


def _interval(inputs: Inputs, theirs: Any) -> Answer:
    low, high = inputs[_keys(inputs, r"ci\d*")[0]]
    return float(middle_of_interval(FLOATS, float(low), float(high)))


def _is_share_range(inputs: Inputs, theirs: Any) -> bool:
    return len(inputs) == 3 and len(_keys(inputs, r"\w+_low")) == 1 and len(_keys(inputs, r"\w+_high")) == 1


def _share_range(inputs: Inputs, theirs: Any) -> Answer:
    low, high = (float(inputs[_keys(inputs, rf"\w+_{end}")[0]]) for end in ("low", "high"))
    whole = float(next(v for name, v in inputs.items() if not name.endswith(("_low", "_high"))))
    return {"low": low / whole, "high": high / whole}


def _is_sum(inputs: Inputs, theirs: Any) -> bool:
    return len(inputs) > 2 and _all_numbers(inputs) and all(re.fullmatch(r"[A-Z]{2}|other", name) for name in inputs)


def _is_doubling(inputs: Inputs, theirs: Any) -> bool:
    return len(inputs) == 3 and "years" in inputs and len(_keys(inputs, r"doubling_(years|months)")) == 1


def _doubling(inputs: Inputs, theirs: Any) -> Answer:
    key = _keys(inputs, r"doubling_(years|months)")[0]
    time = float(inputs[key]) / (12.0 if key.endswith("months") else 1.0)
    start = float(next(v for name, v in inputs.items() if name not in ("years", key)))
    return float(grown(start, 2.0 ** (1.0 / time), float(inputs["years"])))


def _is_growth(inputs: Inputs, theirs: Any) -> bool:
    return len(_keys(inputs, r"start\w*")) == 1 and set(inputs) == {*_keys(inputs, r"start\w*"), "growth", "years"}


def _growth(inputs: Inputs, theirs: Any) -> Answer:
    return float(grown(float(inputs[_keys(inputs, r"start\w*")[0]]), float(inputs["growth"]), float(inputs["years"])))


def _is_capped(inputs: Inputs, theirs: Any) -> bool:
    return set(inputs) == {"cap"}


ROUNDED = 0.005
"""Relative difference up to which a data sheet's figure and its rounding count as the same."""

CALIBRATION = {"nvidia_output": 23e6, "purchase_share": 0.1, "usable": 0.7, "domestic": 0.3e6, "lag_days": 90.0}
"""Modes that the calibration of September 2026 prints beside its results (`github-2026-09-25-calibration`), in H100e a
year, shares and days."""


def _redirected(inputs: Inputs, theirs: Any) -> Answer:
    """Return the share of American compute that is won: what China would have bought and is used there instead."""
    c = CALIBRATION
    bought = c["nvidia_output"] * c["purchase_share"] * c["usable"] * delivered(c["lag_days"] / 365.0)
    return float(float(inputs["redirected"]) * bought / (float(inputs["us_avg"]) * 1e6))


def extra_compute() -> float:
    """Return H100e that China would have more of in the mean of a year without controls, as that calibration has it.

    >>> round(extra_compute() / 1e6, 4)
    0.5166
    """
    c = CALIBRATION
    made = (c["nvidia_output"] * c["purchase_share"] + c["domestic"]) * c["usable"]
    return float(made * delivered(c["lag_days"] / 365.0))


_CALCULATIONS: tuple[_Calculation, ...] = (
    _Calculation("TPP and density", lambda x, t: "bits" in x and bool(_keys(x, r"(fp|int)\d+_dense(_tflops|_tops)?")),
                 _processing),
    _Calculation("law of the day", _is_rule, _rule),
    _Calculation("duty bands", _is_bands, _bands),
    _Calculation("ratio of TPP", _is_ratio, _ratio),
    _Calculation("head-room", _is_headroom, _headroom),
    _Calculation("compute of chips", _has("gpus", "tpp_per_h100"), lambda x, t: float(x["gpus"] * x["tpp_per_h100"])),
    _Calculation("median of an interval", _is_interval, _interval),
    _Calculation("whole from a part", _has("smuggled", "share"), lambda x, t: float(x["smuggled"] / x["share"])),
    _Calculation("share of output", _is_share_range, _share_range),
    _Calculation("research lost", _has("us_revenue", "china_revenue", "decoupling", "rd_intensity"),
                 lambda x, t: float(research_lost(x["china_revenue"], x["decoupling"], x["rd_intensity"])),
                 note="the intensity was solved from the loss at full decoupling; only the proportion is tested"),
    _Calculation("share of revenue", _has("china", "total"), lambda x, t: float(x["china"] / x["total"])),
    _Calculation("sum of parts", _is_sum, lambda x, t: float(sum(_numbers(x)))),
    _Calculation("revenue lost with share", _has("us_share", "share_loss_pp"),
                 lambda x, t: float(revenue_lost(x["us_share"], x["share_loss_pp"] / 100.0))),
    _Calculation("growth of compute", _has("efficiency", "production"),
                 lambda x, t: float(grown(x["efficiency"], x["production"], 1.0))),
    _Calculation("growth over years", _is_growth, _growth),
    _Calculation("doubling", _is_doubling, _doubling),
    _Calculation("chips from compute", _has("flops", "h100_fp16"), lambda x, t: float(x["flops"] / x["h100_fp16"])),
    _Calculation("growth that is left", _has("tpp_per_area_growth", "density_growth"),
                 lambda x, t: float(x["tpp_per_area_growth"] / x["density_growth"])),
    _Calculation("compute lost", _has("extra", "baseline_avg", "relevant"),
                 lambda x, t: float(compute_lost(x["extra"], x["baseline_avg"], x["relevant"]))),
    _Calculation("compute won", _has("redirected", "us_avg"), _redirected,
                 note="output, share, use and lag are the modes that the same source prints"),
    _Calculation("a cap that binds", _is_capped, lambda x, t: {"point": float(x["cap"])}, circular=True,
                 note="the published middle is the cap itself"),
)


def catalogue_inputs(inputs: Inputs) -> Iterator[tuple[str, float, float, float]]:
    """Return, for inputs that the catalogue holds too, their name, the row's value and the catalogue's ends.

    >>> [(name, low <= 989e12 <= high) for name, _, low, high in catalogue_inputs({"h100_fp16": 989e12})]
    [('h100_fp16', True)]
    """
    from highfence.catalogue import catalogue
    from highfence.catalogue.metrics import total_processing_performance

    for name, chip in (("tpp_910c", "910C"), ("tpp_h200", "H200 SXM"), ("h20_tpp", "H20"),
                       ("tpp_per_h100", "H100 SXM")):
        found = total_processing_performance(catalogue().chip(chip)) if name in inputs else None
        if found is not None:
            yield name, float(inputs[name]), found.low * (1.0 - ROUNDED), found.high * (1.0 + ROUNDED)
    if "h100_fp16" in inputs:
        peak = catalogue().chip("H100 SXM").number("peak_fp16")
        if peak is not None:
            yield "h100_fp16", float(inputs["h100_fp16"]), peak * (1.0 - ROUNDED), peak * (1.0 + ROUNDED)
