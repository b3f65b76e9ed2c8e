"""The page on costs shows the parameters and the comparisons that the code gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from highfence.cost.cases import case_table, serving_cases
from highfence.cost.making.validation import published_table, unit_cost_cases
from highfence.cost.parameters import parameter_table, parameters_of

PAGE = Path(__file__).parents[2] / "docs" / "cost.md"


def shown(mark: str) -> str:
    """Return what stands between a mark and the next end."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- end -->", PAGE.read_text(encoding="utf-8"), re.S)
    assert found, mark
    return found[1]


@pytest.mark.skipif(not PAGE.exists(), reason="docs/cost.md is not part of an installed package")
def test_the_page_lists_every_parameter_of_making_as_it_is() -> None:
    assert shown("parameters") == parameter_table(parameters_of("parameters_making.yaml"))


@pytest.mark.skipif(not PAGE.exists(), reason="docs/cost.md is not part of an installed package")
def test_the_page_shows_published_costs_beside_ours_as_computed() -> None:
    assert shown("published") == published_table(unit_cost_cases())


@pytest.mark.skipif(not PAGE.exists(), reason="docs/cost.md is not part of an installed package")
def test_the_page_lists_every_parameter_of_using_and_both_costs_of_serving() -> None:
    assert shown("using") == parameter_table(parameters_of("parameters_using.yaml"))
    assert shown("serving") == case_table(serving_cases())
