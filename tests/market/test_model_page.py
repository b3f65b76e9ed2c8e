"""docs/model.md says what the data says."""

from __future__ import annotations

from pathlib import Path

from highfence.market.listing import parameter_table
from highfence.market.parameters import shipped_parameters

PAGE = Path(__file__).parents[2] / "docs" / "model.md"
BEGIN, END = "<!-- parameters -->\n", "\n<!-- /parameters -->"


def test_the_table_of_parameters_is_that_of_the_data() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN):text.index(END)] == parameter_table()


def test_every_parameter_without_a_family_is_named_in_an_equation_or_stands_in_the_table() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for parameter in shipped_parameters():
        assert f"`{parameter.id}`" in text


def test_the_table_of_the_latest_posterior_is_that_of_the_data() -> None:
    from highfence.market.listing import posterior_table
    from highfence.market.posterior import latest

    text, fitted = PAGE.read_text(encoding="utf-8"), latest(None)
    assert fitted is not None
    begin, end = "<!-- posterior -->\n", "\n<!-- /posterior -->"
    assert text[text.index(begin) + len(begin):text.index(end)] == posterior_table(fitted)
