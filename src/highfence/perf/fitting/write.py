"""Write fitted curves as YAML, numbers to five digits."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from highfence.perf.calibration import Curve


def write_curves(path: Path, title: str, curves: Iterable[Curve]) -> None:
    """Write curves to a file of the calibration."""
    lines = [f"# {title}"]
    for curve in curves:
        lines.append(f"- id: {curve.id}")
        lines.append("  values: {" + ", ".join(f"{n}: {_number(v)}" for n, v in curve.values.items()) + "}")
        if curve.data:
            lines.append("  data: [" + ", ".join(curve.data) + "]")
            lines.append(f"  rows: {curve.rows}")
            lines.append("  chips: [" + ", ".join(curve.chips) + "]")
        lines.append(f"  grade: {curve.grade}")
        if curve.note:
            lines.append(f'  note: "{curve.note}"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _number(value: float) -> str:
    """Write a number so that YAML reads it as one.

    >>> _number(1.4e12), _number(0.86), _number(2.6e-06)
    ('1.4e+12', '0.86', '2.6e-06')
    """
    text = f"{value:.5g}"
    return text if "e" not in text or "." in text.partition("e")[0] else text.replace("e", ".0e")
