"""``highfence whatif`` and ``highfence simulate --scenario``."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner, Result

from highfence.cli.app import app
from highfence.core.errors import InputError

ASK = ("whatif", "h20-licence-2025", "--against", "h20-ban-2025", "--horizon", "2026", "--draws", "40")


def ask(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_bare_it_helps() -> None:
    said = ask("whatif")
    assert said.exit_code == 0 and "highfence whatif h20-licence-2025 --against h20-ban-2025" in said.stdout


def test_the_table_leads_with_the_answer_and_says_what_it_rests_on() -> None:
    said = ask(*ASK).stdout
    assert said.startswith("h20-licence-2025 against h20-ban-2025, 2025Q3 to 2026Q4:")
    assert "posterior of " in said and "of draws" in said and "H20 stays banned" in said
    assert "抽样中更高" in ask(*ASK, "--lang", "zh").stdout


def test_json_and_csv_hold_every_quarter() -> None:
    answer = json.loads(ask(*ASK, "--outcome", "flagship_units", "--format", "json").stdout)
    assert answer["schema"] == "highfence/whatif/1" and answer["sources"] and answer["warnings"]
    assert list(answer["result"]["outcomes"]) == ["flagship_units"]
    rows = list(csv.DictReader(io.StringIO(ask(*ASK, "--outcome", "flagship_units", "--format", "csv").stdout)))
    assert {r["span"] for r in rows} == {"quarter", "year", "whole"}
    assert len([r for r in rows if r["span"] == "quarter"]) == 24
    told = {r["at"]: float(r["a_50"]) for r in answer["result"]["outcomes"]["flagship_units"]["quarters"]
            for r in [{"at": r["at"], "a_50": r["a"][3]}]}
    assert all(float(r["a_50"]) == pytest.approx(told[r["at"]], rel=1e-9) for r in rows if r["span"] == "quarter")


def test_a_name_that_is_none_is_met_with_the_nearest() -> None:
    problem = ask("whatif", "h20-licence").exception
    assert isinstance(problem, InputError) and "h20-licence-2025" in str(problem.hint)
    for horizon in ("2019", "2031"):
        problem = ask("whatif", "h20-ban-2025", "--horizon", horizon).exception
        assert isinstance(problem, InputError) and "2021Q1 to 2030Q4" in str(problem.expected)


def test_simulate_runs_under_a_scenario() -> None:
    words = ("simulate", "--outcome", "flagship_units", "--at", "2025Q4", "--draws", "20", "--format", "json")
    usual, banned = (json.loads(ask(*words, *more).stdout)["result"]["distributions"][0]["mean"]
                     for more in ((), ("--scenario", "h20-ban-2025")))
    assert banned == 0.0 < usual
    assert isinstance(ask(*words, "--scenario", "h20-bann").exception, InputError)
