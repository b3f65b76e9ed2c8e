"""The command ``scenarios``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from highfence.cli import run


def out(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(list(words)) == 0
    return capsys.readouterr().out


def test_the_list_names_each_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(out(capsys, "scenarios", "--format", "json"))["result"]["rows"]
    assert len(rows) >= 26
    assert all(r["source"] for r in rows)


def test_one_scenario_carries_its_levers_and_sources(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(out(capsys, "scenarios", "h20-ban-2025", "--format", "json"))
    assert found["result"]["chain"] == ["history", "h20-ban-2025"]
    assert {v["kind"] for v in found["result"]["levers"]} == {"licence_grant", "fee"}
    cited = {v["source"] for v in found["result"]["effective"] if v.get("source")} | {found["result"]["source"]}
    assert cited <= {s["id"] for s in found["sources"]}


def test_the_table_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "scenarios", "history", "--lang", "zh")
    assert "全部有效杠杆" in text and "上缴" not in text.splitlines()[0]
    assert "实际发生的情形" in text


def test_levers_are_listed_with_units(capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "scenarios", "--levers", "--format", "csv")
    assert "quota,quota,chips/quarter" in text


def test_a_user_s_file_is_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(out(capsys, "template", "scenario"), encoding="utf-8")
    rows = out(capsys, "scenarios", str(path), "--format", "csv").splitlines()
    assert len(rows) == 5


def test_a_wrong_name_ends_with_two_and_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenarios", "safe-chip-act"]) == 2
    assert "safe-chips-act" in capsys.readouterr().err


def test_options_that_clash_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scenarios", "--all"]) == 2
    assert run(["scenarios", "history", "--levers"]) == 2
