"""The page on policies names what ships."""

from __future__ import annotations

from pathlib import Path

from highfence.policy.levers import KINDS, STAGES
from highfence.policy.mechanisms import MECHANISMS
from highfence.policy.scenarios import scenarios

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text(encoding="utf-8")


def test_the_page_names_every_scenario_with_its_source() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `")}
    for found in scenarios().values():
        assert f"`{found.source}`" in rows[found.id]
        assert found.label.en in rows[found.id]
        assert all(f"`{id}`" in rows[found.id] for id in found.overlays)


def test_the_page_names_every_lever_with_its_unit() -> None:
    for kind in KINDS.values():
        assert f"| `{kind.id}` | {kind.unit} | {kind.low:g} – {kind.high:g} |" in PAGE
    assert all(f"`{stage}`" in PAGE for stage in STAGES)


def test_the_page_names_every_mechanism_with_all_that_it_is_held_by() -> None:
    for one in MECHANISMS:
        row, = (line for line in PAGE.splitlines() if line.startswith(f"| `{one.id}` | {one.label.en} |"))
        assert all(f"`{name}`" in row for name in (*one.outside, *one.stocks, *one.results))
