"""The performance room on the command line: what is printed, written and refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from highfence.cli import run
from highfence.rules.sheet import CHIP_TEMPLATE

ASKED = ("perf", "H20", "--model", "llama-3.1-70b", "--input", "2048", "--output", "512", "--concurrency", "32",
         "--tp", "8")


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of ninety columns."""
    monkeypatch.setenv("COLUMNS", "90")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that must succeed, and return what it prints."""
    assert run(list(words)) == 0
    return capsys.readouterr().out


def result_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Run a command with ``--format json`` and return its envelope."""
    envelope: dict[str, Any] = json.loads(printed(capsys, *words, "--format", "json"))
    return envelope


def test_an_answer_states_its_interval_statistic_arrivals_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *ASKED)
    assert re.search(r"time per output token\s+[\d.]+ ms\s+\[[\d.]+ – [\d.]+\]", text)
    for words in ("80 % interval", "closed loop in steady state", "means over requests", "fitted family", "tp 8"):
        assert words in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    commands = ((*ASKED, "--why"), ("compare", "H20", "H100", "910C", "--model", "deepseek-r1"),
                ("support", "910C", "--model", "deepseek-r1"),
                ("perf", "--training", "H100", "--model", "llama-3.1-8b", "--chips", "64", "--tokens", "1e12", "--why"))
    for words in commands:
        text = printed(capsys, *words, "--lang", lang)
        assert max(cell_len(line) for line in text.splitlines()) <= 90
        if lang == "zh":
            assert not re.search(r"\b(compute|memory|network|overhead|fitted family|mean|evidence)\b", text)


def test_the_json_is_what_the_schema_and_the_contract_say(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(capsys, *ASKED)["result"]
    schema = json.loads(printed(capsys, "schema", "prediction"))["properties"]["result"]
    assert set(result) == set(schema["required"]) and not set(result) - set(schema["properties"])
    contract = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text(encoding="utf-8")
    assert not set(result) - set(re.findall(r"[a-z_0-9]+", contract))


def test_every_answer_leads_to_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    envelope = result_of(capsys, *ASKED)
    assert envelope["schema"] == "highfence/prediction/1"
    assert all(source["url"] for source in envelope["sources"]) and len(envelope["sources"]) > 2


def test_one_row_has_the_columns_of_bulk(capsys: pytest.CaptureFixture[str]) -> None:
    row, = csv.DictReader(io.StringIO(printed(capsys, *ASKED, "--format", "csv")))
    assert {"ttft_ms", "tpot_ms", "ttft_low", "ttft_high", "tpot_low", "tpot_high", "grade"} <= row.keys()
    assert float(row["tpot_low"]) < float(row["tpot_ms"]) < float(row["tpot_high"])
    assert printed(capsys, *ASKED, "--format", "md").startswith("| chip |")


def test_why_shows_each_step_operator_by_operator_and_a_roofline(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, *ASKED, "--why")
    for words in ("decode step", "prefill step", "feed-forward in", "FLOP/B", "of roof", "148 TFLOP/s", "└────"):
        assert words in text
    points = result_of(capsys, *ASKED, "--why")["result"]["roofline"]["points"]
    assert {p["step"] for p in points} == {"decode", "prefill"}


def test_out_writes_the_roofline_with_its_twin_and_the_answer(tmp_path: Path,
                                                              capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("vl_convert")
    assert run([*ASKED, "--out", str(tmp_path / "new"), "--lang", "zh"]) == 0
    svg, twin, answer = (next((tmp_path / "new").glob(f"*.{end}")) for end in ("svg", "csv", "json"))
    drawing = svg.read_text(encoding="utf-8")
    assert "<title" in drawing and "<desc" in drawing and "前馈升维" in drawing and "var(--ref-" in drawing
    assert "prefers-color-scheme: dark" in drawing
    assert "前馈升维" in twin.read_text(encoding="utf-8")
    assert json.loads(answer.read_text(encoding="utf-8"))["result"]["roofline"]["points"]


def test_a_sheet_of_the_users_own_is_answered_and_says_what_it_lacks(tmp_path: Path,
                                                                     capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "part.yaml"
    sheet.write_text(CHIP_TEMPLATE, encoding="utf-8")
    text = printed(capsys, "perf", str(sheet), "--model", "llama-3.1-70b", "--tp", "4")
    assert "My accelerator × 4" in text and "data sheet only" in text and "compute_units" in text


def test_a_sheet_with_the_numbers_of_a_catalogue_chip_gives_its_times(tmp_path: Path) -> None:
    from dataclasses import replace

    from highfence.perf.inference.estimate import serving
    from highfence.perf.machine import machine_of
    from highfence.perf.sheets import find_machine

    sheet = tmp_path / "h20.yaml"
    sheet.write_text("name: Own H20\nvendor: NVIDIA\npeak_fp16: 148 TFLOP/s\npeak_fp8: 296 TFLOP/s\n"
                     "memory_capacity: 96 GB\nmemory_bandwidth: 4.0 TB/s\nlink_bandwidth: 900 GB/s\n"
                     "compute_units: 78\ntdp: 400 W\n", "utf-8")
    own, known = find_machine(str(sheet)), machine_of("H20")
    same = replace(own, network=known.network, domain=known.domain)
    ours, theirs = (serving(m, "llama-3.1-70b", prompt=2048, output=512, concurrency=32, tp=8) for m in (same, known))
    assert ours.tpot.value == pytest.approx(theirs.tpot.value) and ours.evidence == "data sheet only"


def test_an_arrival_rate_stands_for_the_load_that_sustains_it(capsys: pytest.CaptureFixture[str]) -> None:
    result = result_of(capsys, *ASKED[:8], "--tp", "8", "--rate", "1.5")["result"]
    assert result["requests_per_s"] == pytest.approx(1.5, rel=1e-4)
    assert result["concurrency"] == pytest.approx(1.5 * result["latency"]["value"], rel=1e-4)
    assert "random arrivals at 1.5 requests/s" in result["arrivals"]


def test_training_tells_iteration_days_and_memory(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("perf", "--training", "H100", "--model", "llama-3.1-8b", "--tokens", "15e12", "--chips", "512", "--tp",
             "2", "--batch", "1024", "--sequence", "8192")
    text = printed(capsys, *words)
    for found in ("iteration", "MFU", "15e12 tokens", " d [", "optimizer", "dp 256"):
        assert found in text
    result = result_of(capsys, *words)["result"]
    assert result["split"] == {"tp": 2, "pp": 1, "dp": 256, "ep": 1}
    assert result["duration"]["low"] < result["duration"]["value"] < result["duration"]["high"]


def test_training_without_a_split_takes_the_quickest_usual_one(capsys: pytest.CaptureFixture[str]) -> None:
    free = result_of(capsys, "perf", "--training", "H100", "--model", "llama-3.1-8b", "--chips", "64")["result"]
    for tp in ("2", "4", "8"):
        fixed = result_of(capsys, "perf", "--training", "H100", "--model", "llama-3.1-8b", "--chips", "64", "--tp", tp,
                          "--micro-batch", "1")
        assert free["iteration"]["value"] <= fixed["result"]["iteration"]["value"] * (1 + 1e-9)


def test_the_best_way_keeps_its_limits(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("perf", "--best", "H20", "--model", "llama-3.1-70b", "--chips", "8", "--input", "2048", "--output", "512",
             "--limit", "ttft=2s,tpot=50ms")
    found = result_of(capsys, *words)["result"]
    assert found["best"]["ttft"]["value"] <= 2.0 and found["best"]["tpot"]["value"] <= 0.05
    assert "searched" in printed(capsys, *words, "--why")


def test_chinese_keeps_one_word_for_a_thing_and_no_english_ones(capsys: pytest.CaptureFixture[str]) -> None:
    terms = {"TTFT", "TPOT", "QKV", "MFU", "HFU", "ZeRO", "FLOP", "TFLOP", "TOP", "softmax", "dropout", "logits",
             "nvfp", "NVIDIA", "Huawei", "Ascend", "SXM", "llama", "deepseek", "megatron", "core",
             "vllm", "trtllm", "sglang", "block", "emulate", "precision", "INT", "int", "sxm"}
    served = ("perf", "--best", "H20", "--model", "llama-3.1-70b", "--chips", "16")
    for words in ((*ASKED, "--why"), (*served, "--limit", "tpot=50ms"), (*served[:-1], "5", "--why"),
                  (*served, "--goal", "fewest-chips", "--rate", "3"),
                  ("perf", "--best", "H20", "--model", "llama-3.1-8b", "--chips", "4", "--goal", "training"),
                  ("perf", "--training", "H20", "--model", "llama-3.1-8b", "--chips", "8", "--tokens", "1e12", "--why"),
                  ("perf", "910C", "--model", "deepseek-r1", "--prefill", "tp=8", "--decode", "tp=8,workers=2"),
                  ("compare", "H20", "910C", "--model", "deepseek-r1"), ("support", "910C", "--model", "deepseek-r1"),
                  ("compare", "H20", "910C", "--model", "deepseek-r1", "--by", "energy")):
        text = printed(capsys, *words, "--lang", "zh")
        assert not set(re.findall(r"[A-Za-z]{3,}", text.replace("tpot=50ms", ""))) - terms, words
        assert not re.search("计算受|受限于(计算|访存|网络)|首字|每字", text)


def test_a_large_multiple_is_no_percentage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*ASKED[:8], "--tp", "8", "--rate", "1e6"]) == 2
    said = capsys.readouterr().err
    assert re.search(r"missing:  [\d,]+,000x more throughput", said) and not re.search(r"\d{4,}%", said)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 52, 64, 76])
def test_a_narrow_terminal_cuts_no_number(width: int, lang: str, monkeypatch: pytest.MonkeyPatch,
                                          capsys: pytest.CaptureFixture[str]) -> None:
    from rich.cells import cell_len

    def numbers(text: str) -> Counter[str]:
        return Counter(re.findall(r"\d[\d,.]*\d|\d", text.partition("TFLOP/s")[0]))

    for words in (ASKED, (*ASKED, "--why"), (*SEARCHED, "--why"), ("support", "910C", "--model", "deepseek-r1"),
                  ("compare", "H20", "H100", "910C", "--model", "deepseek-r1"),
                  ("compare", "H20", "H100", "--model", "llama-3.1-8b", "--by", "training")):
        monkeypatch.setenv("COLUMNS", "300")
        wide = printed(capsys, *words, "--lang", lang)
        monkeypatch.setenv("COLUMNS", str(width))
        narrow = printed(capsys, *words, "--lang", lang)
        assert "…" not in narrow and max(cell_len(line) for line in narrow.splitlines()) <= width
        if lang == "en":
            assert not numbers(wide) - numbers(narrow), words
        else:  # lines of Chinese may break anywhere
            assert all(number in narrow.replace("\n", "") for number in numbers(wide)), words


SEARCHED = ("perf", "--best", "H20", "--model", "llama-3.1-70b", "--chips", "8")


def test_a_search_names_its_formats_and_says_that_the_chosen_is_not_that_of_the_release(
        capsys: pytest.CaptureFixture[str]) -> None:
    envelope = result_of(capsys, *SEARCHED)
    assert envelope["result"]["released"] == "bf16" and {"bf16", "fp8", "int8"} <= set(envelope["result"]["formats"])
    assert any("released in bf16, the search chose fp8" in w["en"] for w in envelope["warnings"])
    text = " ".join(printed(capsys, *SEARCHED).split())
    assert "formats considered: bf16, fp8" in text and "released in bf16, the search chose fp8" in text
    assert "未建模" in printed(capsys, *SEARCHED, "--lang", "zh")
    for words in ((*SEARCHED, "--precision", "bf16"), (*SEARCHED, "--precision", "fp8"),
                  ("perf", "--best", "B200", "--model", "gpt-oss-120b", "--chips", "2")):
        assert not any("released in" in w["en"] for w in result_of(capsys, *words)["warnings"])


def test_a_search_is_a_compact_document_unless_the_whole_frontier_is_asked_for(
        capsys: pytest.CaptureFixture[str]) -> None:
    short, whole = (result_of(capsys, *words)["result"] for words in (SEARCHED, (*SEARCHED, "--why")))
    assert len(short["frontier"]) == 12 and len(whole["frontier"]) == whole["frontier_size"] == short["frontier_size"]
    assert short["frontier_size"] > 100 and short["best"] == whole["best"]
    assert [short["frontier"][n] for n in (0, -1)] == [whole["frontier"][n] for n in (0, -1)]


def test_searches_and_tables_of_answers_are_what_their_schemas_say(tmp_path: Path,
                                                                   capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    training = ("perf", "--best", "H100", "--model", "llama-3.1-8b", "--chips", "8", "--goal", "training")
    contract = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text(encoding="utf-8")
    for kind, words in (("search", SEARCHED), ("search", training), ("predictions", ("perf", "--csv", str(path)))):
        envelope = result_of(capsys, *words) if kind == "search" else json.loads(
            printed(capsys, *words, "--format", "json"))
        schema = json.loads(printed(capsys, "schema", kind))
        assert envelope["schema"] == schema["title"]
        inside = schema["properties"]["result"]
        assert set(envelope["result"]) == set(inside["required"]) == set(inside["properties"])
        assert not set(envelope["result"]) - set(re.findall(r"[a-z_0-9]+", contract))
    rows = schema["properties"]["result"]["properties"]["rows"]["items"]
    assert all(set(rows["required"]) <= set(row) for row in envelope["result"]["rows"])


ROWS = """\
model_path,system,backend,isl,osl,batch_size,tp_size,gemm_quant_mode,note
llama-3.1-70b,h20,vllm,1024,128,16,4,fp8,=1+1
no-such-model,h20,vllm,1024,128,16,4,fp8,
llama-3.1-70b,h20,vllm,1024,128,16,1,bf16,too large
"""


def test_bulk_keeps_order_adds_its_columns_and_escapes_formulas(tmp_path: Path,
                                                                capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "rows.csv", tmp_path / "done.csv"
    path.write_text(ROWS, encoding="utf-8")
    text = printed(capsys, "perf", "--csv", str(path), "--format", "csv")
    assert run(["perf", "--csv", str(path), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8") == text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["note"] for row in rows] == ["'=1+1", "", "too large"]
    assert list(rows[0])[-8:] == ["ttft_ms", "tpot_ms", "ttft_low", "ttft_high", "tpot_low", "tpot_high", "grade",
                                  "reason"]
    assert float(rows[0]["ttft_ms"]) > 0 and not rows[0]["reason"]
    assert "no such model" in rows[1]["reason"] and "does not fit" in rows[2]["reason"] and not rows[2]["ttft_ms"]


REFUSED: list[tuple[str, str, str]] = [
    ("perf", "name one chip and one task", "highfence perf H20"),
    ("perf H20", "which model", "highfence models"),
    ("perf H2O --model llama-3.1-70b", "no such chip", "did you mean H20"),
    ("perf H20 --model llama-3.1-7b", "no such model", "llama-3.1-70b"),
    ("perf H20 --model llama-3.1-70b", "does not fit", "--tp 2 holds it"),
    ("perf H20 --model deepseek-r1 --tp 4", "does not fit", "--tp 8 holds it"),
    ("perf H20 --model llama-3.1-70b --tp 7", "64 attention heads", "--tp 8"),
    ("perf H20 --model llama-3.1-70b --pp 81", "more stages than", "--pp 80"),
    ("perf H20 --model llama-3.1-70b --tp 0", "whole number of chips", "8"),
    ("perf H20 --model llama-3.1-70b --dp 0", "whole number of chips", "--dp"),
    ("perf H20 --model llama-3.1-70b --tp 8 --ep 4", "no experts", "leave out --ep"),
    ("perf H20 --model deepseek-r1 --tp 8 --ep 7", "ranks that share experts", "--ep 8"),
    ("perf H20 --model llama-3.1-70b --tp 8 --concurrency 0", "positive number", "1 to 1,000,000"),
    ("perf H20 --model llama-3.1-70b --tp 8 --concurrency 1e9", "positive number", "1 to 1,000,000"),
    ("perf H20 --model llama-3.1-70b --tp 8 --input nan", "positive number", "--input"),
    ("perf H20 --model llama-3.1-70b --tp 8 --input 200000", "longer than", "131,072"),
    ("perf H20 --model llama-3.1-70b --tp 8 --precision fp7", "no such number format", "fp8"),
    ("perf 910C --model llama-3.1-70b --precision fp8", "has no fp8 arithmetic", "--emulate"),
    ("perf H20 --model llama-3.1-70b --tp 8 --kv fp3", "no such format of the cache", "fp8"),
    ("perf H20 --model llama-3.1-70b --tp 8 --software vllmm", "no such software profile", "vllm"),
    ("perf H20 --model llama-3.1-70b --tp 8 --rate 100", "saturated", "chips or more"),
    ("perf H20 --model llama-3.1-70b --tp 8 --rate 0", "positive number of requests", "--rate"),
    ("perf H20 --model llama-3.1-70b --tp 8 --rate 1 --concurrency 2", "not both", "--rate"),
    ("perf H20 --model llama-3.1-70b --tp 8 --cached 5000", "shorter than the prompt", "--cached"),
    ("perf H20 --model llama-3.1-70b --tp 8 --rate 1e-9", "positive number of requests", "0.00001"),
    ("perf H20 --model llama-3.1-70b --tp 8 --input 0.3", "whole number of tokens", "--input"),
    ("perf H20 --model llama-3.1-70b --tp 8 --output 10.5", "whole number of tokens", "--output"),
    ("perf H20 --model llama-3.1-70b --tp 8 --cached 10.5", "whole number of tokens", "--cached"),
    ("perf H20 --model llama-3.1-70b --tp 8 --concurrency 1.5", "whole number of requests", "--rate"),
    ("perf H20 --model llama-3.1-70b --prefill tp=8 --decode tp=8 --concurrency 1.5", "whole number", "--concurrency"),
    ("perf H20 --model llama-3.1-70b --tp 1000000000000", "whole number of chips", "100,000"),
    ("perf H20 --model llama-3.1-70b --prefill tp=3 --decode tp=8", "--prefill tp\n", "--prefill tp=4"),
    ("perf H20 --model llama-3.1-70b --prefill tp=8 --decode tp=9999999", "--decode tp\n", "100,000"),
    ("perf H20 --model llama-3.1-70b --prefill tp=1 --decode tp=8", "--prefill does not fit", "--prefill tp=2"),
    ("perf H20 --model llama-3.1-70b --tp 8 --imbalance 1.5", "is dense: it has no experts", "leave out --imbalance"),
    ("perf H20 --model deepseek-r1 --tp 8 --imbalance 0", "busiest rank", "1 to 256"),
    ("perf H20 --model llama-3.1-70b --tp 8 --accepted 0.5", "speculative decoding", "1 to 64"),
    ("perf H20 --model llama-3.1-70b --tp 8 --zero 1", "does not go with serving", "leave out --zero"),
    ("perf H20 --model llama-3.1-70b --system dgx-h100", "system", "--system"),
    ("perf --csv nowhere.csv", "no such file", "nowhere.csv"),
    ("perf --csv nowhere.csv --tp 8", "does not go with --csv", "leave out --tp"),
    ("perf nowhere.yaml --model llama-3.1-70b", "no such file", "nowhere.yaml"),
    ("perf --training H20 --model llama-3.1-70b", "how many chips", "1024"),
    ("perf --training H20 --model llama-3.1-70b --chips 10 --tp 8", "do not divide", "--chips 8"),
    ("perf --training H20 --model llama-3.1-70b --chips 8 --tp 8 --batch 0", "whole number", "--batch"),
    ("perf --training H20 --model llama-3.1-70b --chips 8 --rate 3", "does not go with --training", "--rate"),
    ("perf --training H20 --model llama-3.1-405b --chips 8 --tp 8", "more than there is", "add chips"),
    ("perf --training H20 --model llama-3.1-8b --chips 8 --tokens -1", "number of tokens", "15e12"),
    ("perf --best H20 --model llama-3.1-70b", "on how many chips", "--chips 8"),
    ("perf --best H20 --model llama-3.1-70b --chips 8 --limit ttft=1", "without a unit", "ms"),
    ("perf --best H20 --model llama-3.1-70b --chips 8 --limit tftt=1s", "no such limit", "did you mean ttft"),
    ("perf --best H20 --model llama-3.1-70b --chips 8 --limit ttft=1ms", "keeps ttft=1ms", "nearest"),
    ("perf --best H20 --model llama-3.1-70b --chips 8 --goal speed", "no such goal", "throughput"),
    ("compare H20 H100 --model deepseek-r1 --by speed", "no such kind of work", "decode, prefill"),
    ("compare H20 H1000 --model deepseek-r1", "no such chip", "H100"),
    ("compare H20 --model deepseek-r1 --load 0", "requests in flight a chip", "--load"),
    ("compare A100 910C --model llama-3.1-70b --precision fp8", "none of these chips", "no fp8"),
    ("support H20 --model foo", "no such model", "highfence models"),
]


@pytest.mark.parametrize(("words", "what", "helps"), REFUSED, ids=[words for words, _, _ in REFUSED])
def test_bad_input_is_one_clear_error_with_what_would_work(words: str, what: str, helps: str,
                                                           capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    caught = capsys.readouterr()
    assert not caught.out and "Traceback" not in caught.err
    assert what in caught.err and helps in caught.err
