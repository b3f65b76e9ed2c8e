"""``highfence choose``, ``indifference`` and ``buyers``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from highfence.choice.buyers import buyers, template_buyer
from highfence.cli import run
from highfence.cli.app import COMMANDS

CHOOSE = ["choose", "--buyer", "sme-inference", "--to", "CN", "--on", "2025-07-20", "--chips", "H20,910B,910C",
          "--draws", "100"]
FORK = ["indifference", "H20", "910B", "--buyer", "sme-inference", "--to", "CN", "--on", "2025-07-20", "--draws", "100"]


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal wide enough that no cell is broken."""
    monkeypatch.setenv("COLUMNS", "200")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that answers prints."""
    assert run(list(arguments)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that refuses says."""
    assert run(list(arguments)) == 2
    found = capsys.readouterr()
    assert found.out == "" and "Traceback" not in found.err
    return found.err


# ---- choose --------------------------------------------------------------------------------------------------------


def test_the_table_names_share_odds_cost_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *CHOOSE)
    for word in ("share", "odds of delivery", "cost", "total", "needs a licence", "Huawei Ascend 910C",
                 "domestic chips:", "worth of chips from abroad:", "what decides:", "wide priors"):
        assert word in out


def test_why_shows_terms_gates_and_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *CHOOSE, "--why")
    for word in ("switching", "supply risk", "law 85 %", "licence required", "price_sensitivity",
                 "sme-inference.software.port_months", "assumed", "sec-nvda-8k-2025-04-15", "elasticity"):
        assert word in out


def test_the_chinese_table_speaks_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *CHOOSE, "--lang", "zh", "--why")
    for word in ("企业与中小企业", "份额", "须许可", "国产芯片", "起决定作用的", "价格敏感度"):
        assert word in out
    assert "domestic chips" not in out and "needs a licence" not in out


def test_json_carries_the_envelope_and_every_source(capsys: pytest.CaptureFixture[str]) -> None:
    read = json.loads(printed(capsys, *CHOOSE, "--format", "json"))
    assert read["schema"].startswith("highfence/choice/")
    assert read["result"]["buyer"] == "sme-inference" and len(read["result"]["alternatives"]) == 3
    listed = {s["id"] for s in read["sources"]}
    cited = {s for t in read["result"]["parameters"] for s in t.get("sources", ())}
    cited |= {s for a in read["result"]["alternatives"] for r in a["option"]["reasons"] for s in r["sources"]}
    assert cited and cited <= listed
    assert read["warnings"]


@pytest.mark.parametrize("format_", ["jsonl", "csv", "md"])
def test_rows_hold_a_chip_each(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *CHOOSE, "--format", format_)
    if format_ == "csv":
        rows = list(csv.DictReader(out.splitlines()))
        assert {r["chip"] for r in rows} == {"nvidia-h20", "huawei-ascend-910b", "huawei-ascend-910c"}
        assert 0.0 < sum(float(r["share"]) for r in rows) <= 1.0 + 1e-9
    elif format_ == "jsonl":
        assert all(json.loads(line)["term_work"] <= 0.0 for line in out.splitlines())
    else:
        assert out.count("\n") == 5


def test_a_price_of_the_user_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    def h20(*more: str) -> float:
        rows = json.loads(printed(capsys, *CHOOSE, "--format", "json", *more))["result"]["alternatives"]
        return float(next(r for r in rows if r["chip"] == "nvidia-h20")["cost"]["mid"])

    assert h20("--set", "price.H20=4000") < h20()


def test_a_buyer_may_be_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(template_buyer(), encoding="utf-8")
    arguments = ["choose", "--buyer", str(path), "--on", "2025-07-20", "--chips", "H20,910B", "--draws", "50"]
    assert "NVIDIA H20" in printed(capsys, *arguments)


@pytest.mark.parametrize(("more", "words"), [
    (["--set", "priec.H20=8000"], ["nothing of that name", "price.CHIP", "buyer.NUMBER"]),
    (["--set", "price=8000"], ["whose price", "price.H20"]),
    (["--set", "price.H20"], ["name=number"]),
    (["--set", "pue=0.2"], ["pue", "1 or more"]),
    (["--buyer", "sme-inferense"], ["no such buyer", "did you mean sme-inference"]),
    (["--on", "2025-13-01"], ["--on"]),
    (["--draws", "0"], ["draws", "1 to 1,000,000"]),
    (["--chips", "H2O0"], ["chip"]),
    (["--chips", ""], ["no chip to choose from"]),
    (["--chips", "B300", "--on", "2024-06-01"], ["not on sale yet", "a later day"]),
    (["--set", "buyer.budget_usd=2000", "--set", "buyer.access.capital_usd=2000"], ["2,000 USD", "budget"]),
    (["--to", "Atlantis"], ["Atlantis"])])
def test_what_cannot_be_answered_says_what_would(more: list[str], words: list[str],
                                                 capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, *CHOOSE, *more)
    assert all(word in said for word in words), said


# ---- indifference --------------------------------------------------------------------------------------------------


def test_the_fork_prints_verdict_prices_hazards_and_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *FORK)
    for word in ("NVIDIA H20 96 GB now, or Huawei Ascend 910B", "of draws", "indifference price",
                 "hazard that flips it", "verdict by price", "verdict by hazard", "first quarter of migration",
                 "rests on assumptions", "price now: 10,500 USD", "needs a licence"):
        assert word in out


def test_a_hazard_of_the_user_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert "hazard now: 0.5 a year" in printed(capsys, *FORK, "--set", "hazard=0.5")


def test_why_of_the_fork_shows_what_each_input_moves(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, *FORK, "--why")
    for word in ("What each input moves", "Code that staying adds", "at its low", "cost of an hour", "press"):
        assert word in out


def test_json_of_the_fork_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    read = json.loads(printed(capsys, *FORK, "--format", "json"))
    result = read["result"]
    assert result["verdict"]["name"] in {"trap", "relief", "neither"}
    assert result["draws"] == 100 and [o["chip"] for o in result["options"]] == ["nvidia-h20", "huawei-ascend-910b"]
    assert {s["id"] for s in read["sources"]} >= set(result["terms"][-1].get("sources", ()))


def test_every_buyer_stands_at_the_fork(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["indifference", "H20", "910B", "--buyer", "all", "--on", "2025-07-20", "--draws", "60"]
    rows = list(csv.DictReader(printed(capsys, *arguments, "--format", "csv").splitlines()))
    assert [r["buyer"] for r in rows] == list(buyers())
    out = printed(capsys, *arguments)
    assert "would pay up to" in out and "Enterprise and SME" in out


def test_the_chart_is_written_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "flip.svg"
    printed(capsys, *FORK, "--chart", str(path))
    assert path.read_text(encoding="utf-8").startswith("<svg") and list(tmp_path.iterdir()) == [path]
    assert "--chart" in refused(capsys, *FORK, "--buyer", "all", "--chart", str(path))


@pytest.mark.parametrize(("arguments", "words"), [
    (["indifference", "H20", "H100", "--buyer", "sme-inference"], ["same software"]),
    ([*FORK, "--set", "hasard=1"], ["nothing of that name", "hazard"]),
    (["indifference", "H20", "MLU370-X8", "--buyer", "sme-inference", "--on", "2025-07-20"], ["no sale price"])])
def test_a_fork_that_is_none_is_refused(arguments: list[str], words: list[str],
                                        capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, *arguments)
    assert all(word in said for word in words), said


# ---- buyers --------------------------------------------------------------------------------------------------------


def test_the_list_names_every_segment_and_one_shows_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    out = printed(capsys, "buyers")
    assert all(id in out for id in buyers())
    one = printed(capsys, "buyers", "sme-inference")
    assert all(path in one for path in buyers()["sme-inference"].figures())
    assert "--set buyer.NUMBER" in one


def test_buyers_in_every_format(capsys: pytest.CaptureFixture[str]) -> None:
    read = json.loads(printed(capsys, "buyers", "sme-inference", "--format", "json"))
    assert read["result"]["id"] == "sme-inference" and read["sources"]
    assert len(json.loads(printed(capsys, "buyers", "--format", "json"))["result"]) == len(buyers())
    assert len(printed(capsys, "buyers", "--format", "jsonl").splitlines()) == len(buyers())
    assert "企业与中小企业" in printed(capsys, "buyers", "--format", "csv", "--lang", "zh")
    assert "no such buyer" in refused(capsys, "buyers", "nobody")


def test_the_commands_are_listed() -> None:
    assert {"choose", "indifference", "buyers"} <= set(COMMANDS)
