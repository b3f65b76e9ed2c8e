"""``highfence outcomes`` and ``highfence simulate``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from highfence.cli.app import app
from highfence.cli.market_commands import read_lever
from highfence.core.errors import InputError


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_outcomes_lists_names_units_and_definitions() -> None:
    found = json.loads(ask("outcomes", "--format", "json").stdout)["result"]["outcomes"]
    by_name = {o["name"]: o for o in found}
    assert by_name["domestic_share_units"]["unit"] == "share"
    assert "IDC" in by_name["domestic_share_units"]["definition"]["en"]
    assert {"nvidia_china_revenue", "huawei_units", "h20_units", "compute_stock_h100e", "smuggled_units", "premium",
            "equipment_sales"} <= set(by_name)


@pytest.mark.parametrize(("more", "en", "zh"), [
    ((), "posterior of 2025-04-01, fitted to", "2025-04-01后验"),
    (("--prior",), "prior, not calibrated", "先验，未校准"),
])
def test_an_answer_says_what_it_rests_on(more: tuple[str, ...], en: str, zh: str) -> None:
    words = ("simulate", "--outcome", "domestic_share_units", "--at", "2025Q4", "--as-of", "2025-04-01",
             "--draws", "50", *more)
    answer = json.loads(ask(*words, "--format", "json").stdout)
    found = answer["result"]["distributions"][0]
    assert found["as_of"] == "2025-04-01" and found["draws"] == 50 and found["failed"] == 0
    assert found["basis"]["en"].startswith(en) and answer["warnings"]
    quantiles = list(found["quantiles"].values())
    assert quantiles == sorted(quantiles) and 0.0 <= quantiles[0] <= quantiles[-1] <= 1.0
    assert en in ask(*words).stdout and zh in ask(*words, "--lang", "zh").stdout


def test_levers_of_the_command_line_move_the_answer() -> None:
    words = ("simulate", "--outcome", "flagship_units", "--at", "2024Q4", "--draws", "30", "--format", "json")
    usual, banned = (json.loads(ask(*words, *more).stdout)["result"]["distributions"][0]["mean"]
                     for more in ((), ("--lever", "granted=0@2024Q1")))
    assert banned < 0.2 * usual


def test_a_folder_and_an_engine_change_nothing_in_the_answer(tmp_path: Path) -> None:
    words = ("simulate", "--outcome", "premium", "--at", "2022Q4", "--draws", "30", "--format", "json")
    usual, kept, again = (json.loads(ask(*words, *more).stdout)["result"]
                          for more in ((), ("--store", str(tmp_path)), ("--store", str(tmp_path))))
    assert usual == kept == again and (tmp_path / "record.json").exists()
    for wrong in (("--store", str(tmp_path), "--seed", "2"), ("--scheduler", "tcp://127.0.0.1:1"),
                  ("--engine", "dusk")):
        assert isinstance(ask(*words, *wrong).exception, InputError)


def test_what_cannot_be_read_is_refused_with_an_example() -> None:
    assert isinstance(ask("simulate", "--outcome", "share", "--at", "2025Q4").exception, InputError)
    assert isinstance(ask("simulate", "--outcome", "premium", "--at", "2035Q4").exception, InputError)
    for text in ("granted", "granted=0", "granted=x@2025Q1", "granted=0@2025"):
        with pytest.raises(InputError, match="not a lever"):
            read_lever(text)
