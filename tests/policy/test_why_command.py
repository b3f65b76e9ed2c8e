"""``whatif --why`` and ``thesis`` on the command line."""

from __future__ import annotations

import json

import pytest

from highfence.cli import run

WHATIF = ("whatif", "h20-licence-2025", "--horizon", "2026Q1", "--draws", "24", "--outcome", "nvidia_china_revenue",
          "--why")


def out(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert run(list(words)) == 0
    return capsys.readouterr().out


def test_why_is_part_of_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    result = json.loads(out(capsys, *WHATIF, "--format", "json"))["result"]
    one = result["why"]["attribution"]["outcomes"]["nvidia_china_revenue"]
    assert sum(part["mean"] for part in one["parts"]) == pytest.approx(one["mean"])
    assert result["why"]["sensitivity"]["outcomes"]["nvidia_china_revenue"]["tornado"]
    assert result["since"] == result["why"]["attribution"]["since"]


@pytest.mark.parametrize(("lang", "words"), [("en", ("mechanism", "assumption", "Sign of the median")),
                                             ("zh", ("机制", "假设", "中位数符号"))])
def test_why_is_told_on_a_terminal_in_both_languages(capsys: pytest.CaptureFixture[str], lang: str,
                                                     words: tuple[str, ...]) -> None:
    text = out(capsys, *WHATIF, "--lang", lang)
    assert all(word in text for word in words)


def test_why_as_csv_is_rows_of_mechanisms_and_assumptions(capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, *WHATIF, "--format", "csv").splitlines()
    assert lines[0].startswith("outcome,at,kind,id,mean,error")
    assert sum(",mechanism," in line for line in lines) == 9
    assert any(",assumption," in line for line in lines)


def test_the_thesis_says_that_nothing_identifies_a_cause(capsys: pytest.CaptureFixture[str]) -> None:
    text = " ".join(out(capsys, "thesis", "--draws", "20", "--horizon", "2026Q1").split())
    assert "Nothing identifies why the licence came" in text
    assert "lost revenue: the vendor's revenue counts nothing" in text and "Rare-earth leverage (assumed)" in text


def test_the_thesis_speaks_chinese_and_lists_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    assert "稀土筹码（假定）" in out(capsys, "thesis", "--draws", "20", "--horizon", "2026Q1", "--lang", "zh")
    raw = json.loads(out(capsys, "thesis", "--draws", "20", "--horizon", "2026Q1", "--format", "json"))
    assert {"businessstandard-2025-06-18-magnets", "world-economist-2025-07-h20-magnets"} <= {
        s["id"] for s in raw["sources"]}


def test_the_grid_is_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    lines = out(capsys, "thesis", "--draws", "20", "--horizon", "2026Q1", "--format", "csv").splitlines()
    assert lines[0] == "revenue,compute,domestic,stability,share,loosening" and len(lines) == 287


def test_too_few_draws_end_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["thesis", "--draws", "2"]) == 2
    assert "--draws" in capsys.readouterr().err
