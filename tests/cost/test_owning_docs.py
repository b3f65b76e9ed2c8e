"""The table of parameters in the docs holds what ships."""

from __future__ import annotations

from pathlib import Path

from highfence.cost.owning import _PLACED
from highfence.cost.parameters import shipped_parameters

DOC = Path(__file__).parents[2] / "docs" / "cost.md"


def test_every_value_of_every_input_of_owning_is_in_the_table() -> None:
    text = DOC.read_text(encoding="utf-8")
    for id in (*_PLACED, "arrangement_share", "arrangement_pass_through", "duty_pass_through", "rental_hours_in_price"):
        for value in shipped_parameters()[id].values:
            rows = [line for line in text.splitlines() if line.startswith(f"| `{id}`") and value.grade in line]
            assert any(f"{value.value.mid:,.6g}" in row and (value.place or "") in row for row in rows), (id, value)
