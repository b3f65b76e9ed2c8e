"""The table of parameters as the documentation shows it."""

from __future__ import annotations

import numpy as np

from highfence.choice.parameters import shipped_parameters as choice_parameters
from highfence.core.parameters import Parameter, Valid
from highfence.core.ranges import Z80, Range
from highfence.market.inputs import FITTED
from highfence.market.observations import shipped_map
from highfence.market.parameters import PATHS, shipped_parameters
from highfence.market.posterior import Posterior


def parameter_table() -> str:
    """Return every parameter as a row of Markdown: id, what it is, values, grade and sources.

    >>> parameter_table().splitlines()[0]
    '| id | what | unit | low – **middle** – high | grade, source |'
    """
    head = ["| id | what | unit | low – **middle** – high | grade, source |", "|---|---|---|---|---|"]
    return "\n".join([*head, *map(_row, shipped_parameters())])


def _row(parameter: Parameter) -> str:
    kind = f" ({PATHS[parameter.id]} path)" if parameter.id in PATHS else ""
    values = "; ".join(map(_value, parameter.values))
    grades = "; ".join(dict.fromkeys(v.grade + (f" `{v.source}`" if v.source else "") for v in parameter.values))
    return f"| `{parameter.id}` | {parameter.label.en}{kind} | {parameter.unit} | {values} | {grades} |"


def _value(valid: Valid) -> str:
    since = f"{valid.since}: " if valid.since else ""
    low, mid, high = (f"{v:.4g}" for v in (valid.value.low, valid.value.mid, valid.value.high))
    return f"{since}**{mid}**" if low == mid == high else f"{since}{low} – **{mid}** – {high}"


MOVED, NARROWED = 0.4, 0.85
"""What counts as moved: the middle by this many standard deviations of the prior, or narrowed to this part of it."""


def posterior_table(fitted: Posterior) -> str:
    """Return every parameter that a posterior moved or narrowed, as rows of Markdown: prior and posterior.

    Of a path, the last value stands for all, which move together.
    """
    affine = fitted.affine
    middle = affine.directions @ affine.mean
    inside = affine.scale @ affine.scale.T - np.eye(affine.scale.shape[0])
    spread = np.sqrt(1.0 + np.einsum("nk,kl,nl->n", affine.directions, inside, affine.directions))
    rows = ["| id | prior low – **middle** – high | posterior | moved by (sd) | width left |", "|---|---|---|---|---|"]
    found = []
    for name, at, sd in zip(affine.names, middle, spread):
        value = _range_of(name)
        if value is not None and value.low < value.high and (abs(at) > MOVED or sd < NARROWED):
            after = [float(value.draw(at + sd * q)) for q in (-Z80, 0.0, Z80)]
            prior = f"{value.low:.4g} – **{value.mid:.4g}** – {value.high:.4g}"
            row = (f"| `{name.removeprefix('market.')}` | {prior} | {after[0]:.4g} – **{after[1]:.4g}** – "
                   f"{after[2]:.4g} | {at:+.2f} | {sd:.0%} |")
            found.append((abs(at) + 2.0 * abs(1.0 - sd), row))
    return "\n".join([*rows, *(row for _, row in sorted(found, key=lambda pair: -pair[0]))])


def _range_of(name: str) -> Range | None:
    """Return the prior of a named normal: a parameter of the market or of choice, an error's size or persistence."""
    shipped, known = shipped_parameters(), shipped_map()
    kind, _, rest = name.partition(".")
    if kind == "market":
        return shipped[rest].values[-1].value
    if name in FITTED:
        return choice_parameters()[name].at("CN").value
    if kind in ("discrepancy", "persistence"):
        return getattr(known.groups[rest], kind)  # type: ignore[no-any-return]
    return known.offsets[rest] if kind == "offset" else None
