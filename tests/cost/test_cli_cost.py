"""The cost room on the command line: what is printed, written and refused."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from highfence.cli import run

DAY = ("--to", "CN", "--on", "2025-08-01")
ASKED = ("cost", "H20", "910C", "H800", "H200", "--model", "deepseek-r1", "--limit", "tpot=50ms", *DAY)
SMALL = ("cost", "H20", "--model", "qwen3-8b", "--chips", "8", *DAY)
RUN = ("cost", "H20", "910C", "--model", "llama-3.1-8b", "--training", "--tokens", "2e12", "--chips", "256", *DAY)
MAKING = ("cost", "H20", "910C", "--making", *DAY)


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal in which no table is stacked."""
    monkeypatch.setenv("COLUMNS", "200")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that must succeed, and return what it prints."""
    assert run(list(words)) == 0
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that must be refused, and return what it says."""
    assert run(list(words)) == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err


def test_the_question_of_the_page_is_answered(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *ASKED)
    rows = [line for line in text.splitlines() if re.search(r"\d \[[\d.]+ – [\d.]+\]", line)]
    assert len(rows) == 4 and "limits: tpot=50ms" in text
    cost = [float(re.search(r"  ([\d.]+) \[", row)[1]) for row in rows]  # type: ignore[index]
    assert cost == sorted(cost)
    law = {row.split("  ")[0].strip(): "licence needed" in row for row in rows}
    assert law["NVIDIA H20 96 GB"] and law["NVIDIA H800 SXM5 80 GB"] and not law["Huawei Ascend 910C"]
    assert "NVIDIA H200 SXM 141 GB: licence required, presumption of denial" in text


@pytest.mark.parametrize("words", [ASKED, RUN, MAKING])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_narrow_terminal_cuts_nothing(words: tuple[str, ...], lang: str, monkeypatch: pytest.MonkeyPatch,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    whole = "".join(printed(capsys, *words, "--lang", lang).split())
    for width in (44, 60, 90):
        monkeypatch.setenv("COLUMNS", str(width))
        text = printed(capsys, *words, "--lang", lang)
        assert "…" not in text and max(cell_len(line) for line in text.splitlines()) <= width
        for number in set(re.findall(r"\d[\d,.]*\d", text)):
            assert number in whole


@pytest.mark.parametrize(("words", "of"), [(ASKED, "cost"), (RUN, "cost"), (MAKING, "making")])
def test_the_json_is_what_the_schema_says(words: tuple[str, ...], of: str, capsys: pytest.CaptureFixture[str]) -> None:
    envelope = json.loads(printed(capsys, *words, "--format", "json"))
    schema = json.loads(printed(capsys, "schema", of))
    assert envelope["schema"] == schema["title"]
    inside = schema["properties"]["result"]
    assert set(envelope["result"]) == set(inside["required"])
    items = inside["properties"]["answers"]["items"]
    kinds = items.get("anyOf", [items])
    for answer in envelope["result"]["answers"]:
        assert any(set(answer) == set(kind["required"]) == set(kind["properties"]) for kind in kinds)
        for value in answer.values():
            if isinstance(value, dict) and "terms" in value:
                check_term(value, schema["$defs"]["term"])
    cited = {source["id"] for source in envelope["sources"]}
    assert cited and set(re.findall(r'"sources": \[\s*"([^"]+)"', json.dumps(envelope["result"]))) <= cited


def check_term(term: dict[str, Any], schema: dict[str, Any]) -> None:
    """Check a tree of terms against its schema."""
    assert set(schema["required"]) <= set(term) <= set(schema["properties"])
    assert term["low"] <= term["value"] <= term["high"] and term["label"]["zh"]
    for part in term.get("terms", []):
        check_term(part, schema)


@pytest.mark.parametrize("words", [ASKED, RUN, MAKING])
def test_csv_lines_and_markdown_hold_one_row_a_chip(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    n = sum(w in {"H20", "910C", "H800", "H200"} for w in words)
    rows = list(csv.DictReader(io.StringIO(printed(capsys, *words, "--format", "csv"))))
    lines = [json.loads(line) for line in printed(capsys, *words, "--format", "jsonl").splitlines()]
    page = printed(capsys, *words, "--format", "md").splitlines()
    assert len(rows) == len(lines) == len(page) - 2 == n
    assert list(rows[0]) == list(lines[0]) and rows[0]["chip"] == "nvidia-h20"


def test_chinese_output_holds_no_english_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *ASKED, "--lang", "zh")
    assert "美元/百万词元" in text and "需要许可" in text
    assert not re.search(r"\b(output|tokens|law|limits|licence|evidence|fitted|pools)\b", text)
    one = printed(capsys, *SMALL, "--why", "--lang", "zh")
    assert not re.search(r"\b(in flight|a rank|half batches|assumed|press|year)\b", one)


def test_every_term_is_told_with_its_grade_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *SMALL, "--why")
    for words in ("machine time of output tokens", "owning a chip for an hour", "price of electric power",
                  "share of the paid hours that a service is full", "assumed", "USD/kWh"):
        assert words in text


@pytest.mark.parametrize(("words", "says"), [
    (("--set", "pue=0.5"), "1 or more"), (("--set", "life=-1"), "years above 0"), (("--set", "foo=1"), "utilisation"),
    (("--set", "foo"), "name=number"), (("--set", "pue=1", "--set", "pue=2"), "set twice"),
    (("--limit", "tpot=1us"), "can be kept"), (("--limit", "tpot=50ms,p99"), "limits on means"),
    (("--limit", "speed=3s"), "no such limit"), (("--to", "Narnia"), "unknown country"),
    (("--on", "2025-13-01"), "not a calendar day"), (("--as-of", "soon"), "not a calendar day"),
    (("--model", "deepseek-r2"), "did you mean"), (("--chips", "0"), "1 to 4,096"), (("--cached", "1.5"), "below 1"),
    (("--draws", "0"), "1 to 1,000,000"), (("--budget", "1000"), "--budget"), (("--power", "0.1"), "--power"),
    (("--budget", "1e6", "--rent"), "rent needs none"), (("--set", "goodput=0.5"), "not a value of serving"),
    (("--tokens", "1e12"), "does not go with serving"), (("--training", "--limit", "tpot=1s"), "does not go with"),
    (("--training", "--chart", "x.svg"), "--chart does not go with training"), (("--making",), "does not go with"),
    (("--training", "--making"), "one task"), (("--rent",), "no rent of")])
def test_what_cannot_be_is_refused_with_a_way_out(words: tuple[str, ...], says: str,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    assert says in refused(capsys, *SMALL, *words)


def test_a_mistyped_chip_and_a_missing_model_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean H20" in refused(capsys, "cost", "H21", "--model", "qwen3-8b")
    assert "did you mean H20" in refused(capsys, "cost", "H100", "H21", "--model", "qwen3-8b")
    assert "which model" in refused(capsys, "cost", "H20")
    assert "did you mean price" in refused(capsys, "cost", "H20", "--making", "--set", "prise=3")


def test_a_chip_without_an_answer_is_named_beside_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("cost", "H20", "B30A", "--model", "qwen3-8b", "--chips", "8", *DAY)
    assert "! the rated power of NVIDIA B30A is not published" in printed(capsys, *words)
    result = json.loads(printed(capsys, *words, "--format", "json"))["result"]
    assert [c["chip"] for c in result["answers"]] == ["nvidia-h20"]
    assert result["refused"][0]["chip"] == "B30A" and "rated power" in result["refused"][0]["reason"]


def test_the_chart_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert")
    path = tmp_path / "chart.svg"
    printed(capsys, *SMALL, "--chart", str(path))
    assert path.read_text(encoding="utf-8").startswith("<svg")
    assert "no such folder" in capsys.readouterr().err or run([*SMALL, "--chart", str(tmp_path / "no" / "x.svg")]) == 2


COMPARED = ("compare", "H20", "H100", "B30A", "--model", "qwen3-8b", "--by", "cost", "--chips", "8", *DAY)


def test_a_comparison_by_cost_is_the_costs_in_the_form_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(printed(capsys, *COMPARED, "--format", "json"))["result"]
    other = json.loads(printed(capsys, "compare", "H20", "H100", "--model", "qwen3-8b", "--format", "json"))["result"]
    assert set(found) == set(other) and set(found["rows"][0]) == set(other["rows"][0])
    costs = json.loads(printed(capsys, "cost", "H20", "H100", "--model", "qwen3-8b", "--chips", "8", *DAY, "--format",
                               "json"))["result"]["answers"]
    for row, c in zip(found["rows"], costs):
        assert row["value"] == {**{n: c["all_in"][n] for n in ("value", "low", "high")}, "unit": "USD/M tokens"}
        assert row["ratio"] == c["all_in"]["value"] / costs[0]["all_in"]["value"]
        assert (row["chips"], row["split"], row["evidence"]) == (c["chips"], c["split"], c["evidence"])
    assert found["load"] is None and found["rows"][2]["value"] is None and "rated power" in found["rows"][2]["reason"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_comparison_by_cost_is_printed_in_both_languages(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *COMPARED, "--lang", lang)
    assert ("每百万输出词元美元" if lang == "zh" else "USD per million output tokens") in text and "1.00" in text


@pytest.mark.parametrize(("words", "says"), [
    (("--by", "costs"), "did you mean cost"), (("--by", "cost", "--load", "3"), "--load does not go with --by cost"),
    (("--by", "decode", "--to", "CN"), "--to does not go with --by decode"),
    (("--by", "cost", "--limit", "tpot=50ms,p99"), "limits on means"),
    (("--by", "cost", "--limit", "tpot=1us"), "none of these chips")])
def test_a_comparison_refuses_what_it_does_not_take(words: tuple[str, ...], says: str,
                                                    capsys: pytest.CaptureFixture[str]) -> None:
    assert says in refused(capsys, "compare", "H20", "H100", "--model", "qwen3-8b", *words)


def test_one_cost_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    from time import perf_counter

    printed(capsys, *SMALL)
    started = perf_counter()
    printed(capsys, *SMALL)
    assert perf_counter() - started < 1.0


def test_the_python_api_gives_the_same_answers() -> None:
    import highfence as hf

    found = hf.cost.token_cost("H20", "qwen3-8b", to="CN", on="2025-08-01", chips=8)
    assert isinstance(found, hf.cost.TokenCost) and found.hourly.value.mid == pytest.approx(
        hf.cost.owning_cost("H20", to="CN", on="2025-08-01").value.mid)
    assert hf.cost.making_cost("H20", on="2025-08-01").cost.unit == "USD"
    assert {q.kind for q in hf.cost.quotes("H20")} and set(hf.cost.__all__) <= set(dir(hf.cost))
    with pytest.raises(AttributeError, match="no attribute 'token_price'"):
        hf.cost.token_price  # noqa: B018
