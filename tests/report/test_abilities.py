"""What a part can do: the numbers, the reasons where there are none, and the words that follow from them."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from highfence.core.envelope import to_json
from highfence.core.errors import InputError, NoAnswer
from highfence.core.quantities import format_number
from highfence.perf.calibration import shipped_calibration
from highfence.perf.inference.kernels import KERNELS, kernel_ratio, kernel_time
from highfence.perf.machine import machine_of
from highfence.perf.prediction import Estimate
from highfence.report.abilities import CURVES, KERNEL_CASES, Abilities, KernelRow, _sources_of, abilities, over
from highfence.report.ability_charts import ability_spec, bars
from highfence.report.ability_findings import findings
from highfence.report.brief import Brief, build_brief
from highfence.report.charts import figures
from highfence.report.drawing import NARROW, WIDE
from highfence.report.page import render_page
from highfence.report.ratios import percent
from highfence.report.terminal import print_brief
from highfence.report.texts import say, texts
from highfence.report.workloads import WORKLOADS, do, reason_of
from highfence.rules.question import find_part

LATENT = {"context": 4096, "heads": 128}
GROUPED = {"batch": 64, "context": 4096, "heads": 32, "kv_heads": 8, "dim": 128}


def against(chip: str, *others: str) -> Abilities:
    return abilities(find_part(chip, "ic"), tuple(find_part(name, "ic") for name in others))


@pytest.fixture(scope="module")
def beside_h100() -> Abilities:
    """The H20 beside the H100 and the H800."""
    return against("H20", "H100", "H800")


def kernel(made: Abilities, id: str, batch: int) -> KernelRow:
    return next(row for row in made.kernels if (row.id, row.batch) == (id, batch))


def times(made: Abilities, id: str, batch: int, column: int = 0) -> float:
    found = kernel(made, id, batch).cells[column].times
    assert found is not None
    return found.value


def test_a_share_is_the_quotient_of_two_throughputs_and_lies_in_its_interval(h20: Brief) -> None:
    for row in h20.abilities.rows:
        for other in row.others:
            assert row.own.value is not None and other.value is not None and other.ratio is not None
            assert other.ratio.value == pytest.approx(row.own.value.value / other.value.value)
            assert other.ratio.low < other.ratio.value < other.ratio.high


def test_the_interval_of_a_quotient_is_wider_than_that_of_either_part() -> None:
    a, b = Estimate(10.0, 8.0, 12.0, "tokens/s"), Estimate(5.0, 4.0, 7.0, "tokens/s")
    found = over(a, b)
    assert found.low / found.value < min(a.low / a.value, b.value / b.high)
    assert found.high / found.value > max(a.high / a.value, b.value / b.low)


def test_every_workload_is_answered_by_every_chip_of_the_brief_of_the_h20(h20: Brief) -> None:
    assert [row.id for row in h20.abilities.rows] == [work.id for work in WORKLOADS]
    assert {row.kind for row in h20.abilities.rows} == {"training", "prefill", "decode", "edge"}
    assert all(cell.reason is None for row in h20.abilities.rows for cell in (row.own, *row.others))


def test_a_chip_that_was_never_measured_says_so(h20: Brief) -> None:
    column = [r.id for r in h20.abilities.references].index("huawei-ascend-910c")
    assert {row.others[column].evidence for row in h20.abilities.rows} == {"data sheet only"}


@pytest.mark.parametrize("column", [0, 1])
def test_a_large_product_is_about_five_times_slower_on_the_h20_and_not_the_6_7_of_the_peaks(
        beside_h100: Abilities, column: int) -> None:
    assert 4.5 < times(beside_h100, "product_large", 8192, column) < 5.7
    assert kernel(beside_h100, "product_large", 8192).peaks == pytest.approx(6.7, abs=0.05)


def test_the_h20_comes_nearer_to_its_peak_than_the_h100(beside_h100: Abilities) -> None:
    row = kernel(beside_h100, "product_large", 8192)
    assert row.time is not None and row.cells[0].reached is not None
    assert row.time.of_peak > 0.85 > 0.75 > row.cells[0].reached


@pytest.mark.parametrize("column", [0, 1])
def test_grouped_query_decode_is_near_parity_and_bound_by_memory(beside_h100: Abilities, column: int) -> None:
    row = kernel(beside_h100, "grouped", 64)
    assert 0.85 < times(beside_h100, "grouped", 64, column) < 1.15
    assert row.time is not None and row.time.bound == "memory"


@pytest.mark.parametrize("column", [0, 1])
def test_latent_decode_turns_by_batch_16_where_arithmetic_binds_it(beside_h100: Abilities, column: int) -> None:
    assert times(beside_h100, "latent", 1, column) < 1.7
    for batch in (16, 128):
        time = kernel(beside_h100, "latent", batch).time
        assert 3.3 < times(beside_h100, "latent", batch, column) < 5.0
        assert time is not None and time.bound == "compute"


def test_the_interval_of_latent_decode_holds_what_was_measured(beside_h100: Abilities) -> None:
    for batch, measured in ((1, 1.60), (16, 4.01), (128, 4.69)):
        found = kernel(beside_h100, "latent", batch).cells[1].times
        assert found is not None and found.low < measured < found.high


def test_the_picture_of_the_h20_differs_by_workload(beside_h100: Abilities) -> None:
    share = {row.id: row.others[0].ratio.value for row in beside_h100.rows if row.others[0].ratio is not None}
    assert share["training"] < 0.3 and share["prefill_dense"] < 0.4
    assert share["decode_latent"] < 0.6 < share["decode_dense"]
    assert beside_h100.peak == pytest.approx(0.15, abs=0.005)
    assert beside_h100.bandwidth == pytest.approx(1.19, abs=0.005)


def test_the_findings_say_where_the_popular_saying_is_wrong(beside_h100: Abilities) -> None:
    said = " ".join(f.en for f in beside_h100.findings)
    wrong = next(f for f in beside_h100.findings if "is wrong" in f.en)
    assert "not the 6.7 of the peaks" in said and "near parity with the H100" in said
    assert "from 16 requests to 128" in said
    for id in ("prefill_dense", "prefill_latent", "decode_latent"):
        assert say(f"ability.{id}").en in wrong.en and say(f"ability.{id}").zh in wrong.zh


def test_the_saying_is_not_judged_for_a_chip_of_which_nobody_says_it() -> None:
    assert not any("Weak at training" in f.en for f in against("A100", "H100").findings)


def test_findings_follow_the_numbers(beside_h100: Abilities) -> None:
    def doubled(ratio: Estimate | None) -> Estimate | None:
        return None if ratio is None else Estimate(ratio.value * 8, ratio.low * 8, ratio.high * 8, ratio.unit)

    rows = tuple(replace(row, others=tuple(replace(o, ratio=doubled(o.ratio)) for o in row.others))
                 for row in beside_h100.rows)
    said = " ".join(f.en for f in findings(replace(beside_h100, rows=rows)))
    assert "“Weak at training” does not hold" in said and "is wrong" not in said


def test_no_number_stands_in_the_words_of_a_finding() -> None:
    for key, label in texts().items():
        if re.match(r"finding\.(spread|products|small|grouped|latent|saying|work)", key):
            assert not re.search(r"\d", re.sub(r"{\w+}", "", label.en + label.zh)), key


def test_an_answer_that_hangs_on_an_assumption_gives_both_and_judges_nothing(beside_h100: Abilities) -> None:
    edge = next(row for row in beside_h100.rows if row.id == "edge")
    own = edge.own
    assert own.value is not None
    other = Estimate(2 * own.value.value, 1.5 * own.value.value, 3 * own.value.value, "tokens/s")
    forced = replace(edge, own=replace(own, otherwise=other))
    made = replace(beside_h100, rows=(*(r for r in beside_h100.rows if r.id != "edge"), forced))
    said = [f.en for f in findings(made)]
    assert any("hangs on an assumption" in text and f"{format_number(other.value, 3)}" in text for text in said)
    assert not any("is wrong" in text and say("ability.edge").en in text for text in said)


def test_one_request_on_a_chip_with_little_arithmetic_spans_both_assumptions() -> None:
    base = machine_of("H20")
    done = do(replace(base, peaks={name: peak / 2 for name, peak in base.peaks.items()}), WORKLOADS[-1])
    assert done.otherwise is not None and done.value.low <= done.otherwise.low < done.value.value


def test_a_sheet_without_memory_shows_the_reason_and_no_chart(sheet: Brief) -> None:
    assert sheet.abilities.missing == say("ability.no_capacity")
    assert "abilities" not in figures(sheet, "en")
    for lang in ("en", "zh"):
        console = Console(record=True, width=120, file=StringIO())
        print_brief(sheet, lang, console)
        assert say("ability.no_capacity").text(lang) in render_page(sheet, lang)
        assert say("ability.no_capacity").text(lang) in console.export_text()


def test_a_sheet_with_its_numbers_is_answered_like_a_chip() -> None:
    given = {"name": "Example X2", "peak_fp16": "400 TFLOP/s", "peak_fp8": "800 TFLOP/s", "memory_capacity": "96 GB",
             "memory_bandwidth": "3 TB/s", "designed_in": "US", "made_in": "TW", "datacenter": True}
    made = build_brief(given, to="CN", on="2025-05-01", against=["H100"]).abilities
    assert made.missing is None
    assert all(row.own.value is not None for row in made.rows)
    assert any("Example X2" in note.en for note in made.notes)


def test_a_part_of_bare_numbers_shows_the_reason() -> None:
    made = build_brief({"name": "Bare", "tpp": 2000, "die_area_mm2": 700}, on="2025-05-01", against=["H100"]).abilities
    assert made.missing is not None and made.findings == ()


def test_a_reference_without_an_answer_says_why_and_leaves_the_others() -> None:
    made = against("H20", "H100", "NVIDIA B20")
    assert all(row.others[1].reason is not None and row.others[0].ratio is not None for row in made.rows)


def test_a_chip_without_8_bit_arithmetic_has_no_time_of_an_8_bit_product() -> None:
    with pytest.raises(NoAnswer, match="fp8 or int8"):
        kernel_time("product", {"m": 16, "n": 1536, "k": 7168}, replace(machine_of("H20"), peaks={"16": 1e14}))


def test_reasons_are_told_in_both_languages() -> None:
    edge, decode = WORKLOADS[-1], WORKLOADS[3]
    small = replace(machine_of("H20"), memory=8e9)
    with pytest.raises(NoAnswer) as caught:
        do(small, edge)
    assert reason_of(caught.value, edge) == say("ability.too_large_for_one")
    with pytest.raises(NoAnswer) as caught:
        do(replace(small, memory=2e9), decode)
    assert "32" in reason_of(caught.value, decode).en
    with pytest.raises(NoAnswer) as caught:
        do(replace(machine_of("H20"), bandwidth=2e10), decode)
    assert "100 ms" in reason_of(caught.value, decode).zh
    lacking = InputError("no arithmetic", got="nvfp4", code="unsupported-format")
    assert "NVFP4" in reason_of(lacking, edge).zh


@pytest.mark.parametrize("kind", sorted(KERNELS))
def test_a_kernel_never_slows_with_more_bandwidth_or_peak(kind: str) -> None:
    shape = next(case.shape for case in KERNEL_CASES if case.kind == kind)
    base = machine_of("H20")
    peaks = {name: 2 * value for name, value in base.peaks.items()}
    better = replace(base, bandwidth=2 * base.bandwidth), replace(base, peaks=peaks)
    assert all(kernel_ratio(kind, shape, chip, base).ratio.value <= 1.0 for chip in better)


def test_a_chip_beside_itself_takes_one_times_its_time() -> None:
    assert kernel_ratio("grouped-query decode", GROUPED, "H20", "H20").ratio.value == 1.0


def test_the_interval_of_a_kernel_widens_as_evidence_thins() -> None:
    near, far = (kernel_ratio("latent decode", {**LATENT, "batch": 16}, "H20", other) for other in ("H800", "910C"))
    assert (near.evidence, far.evidence) == ("measured kernel", "data sheet only")
    assert far.ratio.high / far.ratio.value > near.ratio.high / near.ratio.value


@pytest.mark.parametrize(("kind", "shape"), [
    ("convolution", {}), ("product", {"m": 16}), ("product", {"m": 0, "n": 16, "k": 16}),
    ("latent decode", {**LATENT, "batch": float("nan")}), ("latent decode", {**LATENT, "batch": True})])
def test_a_kernel_that_cannot_be_is_one_clear_error(kind: str, shape: dict[str, float]) -> None:
    with pytest.raises(InputError):
        kernel_ratio(kind, shape, "H20", "H100")


def test_what_a_number_was_fitted_to_is_in_the_source_list(h20: Brief) -> None:
    cited = {s.source.id: s.n for s in h20.sources}
    assert {"aiconfigurator", "infersim"} <= cited.keys()
    for row in (*h20.abilities.rows, *h20.abilities.kernels):
        assert row.cites and {c.n for c in row.cites} <= set(cited.values())


def test_every_curve_that_an_answer_rests_on_can_be_cited() -> None:
    used = {id: curve.data for id, curve in shipped_calibration().curves.items()
            if id.startswith(tuple(name for names in CURVES.values() for name in names)) and curve.data}
    assert used
    for id, data in used.items():
        assert len(set(_sources_of([id]))) >= 1, data


def test_the_chart_draws_every_share_in_both_sizes_and_languages(h20: Brief) -> None:
    drawn = [bar for group in bars(h20.abilities) for bar in group]
    assert len(drawn) == len(WORKLOADS) + len(KERNEL_CASES)
    for lang in ("en", "zh"):
        for canvas in (WIDE, NARROW):
            spec = ability_spec(h20.abilities, canvas, lang)
            rows = next(layer["data"]["values"] for layer in spec["layer"]
                        if isinstance(layer["mark"], dict) and layer["mark"]["type"] == "bar")
            assert [r["text"] for r in rows] == [percent(r["share"] / 100).en for r in rows]
            assert all(r["low"] < r["share"] < r["high"] for r in rows)


def test_the_page_has_the_section_with_chart_and_twin(h20: Brief) -> None:
    for lang in ("en", "zh"):
        section = re.findall(r'<section id="abilities".*?</section>', render_page(h20, lang), re.S)[0]
        assert section.count("<svg xmlns") == 2
        assert all(row.title.text(lang) in section for row in h20.abilities.rows)
        assert all(f.text(lang) in section for f in h20.abilities.findings)


def test_the_terminal_shows_every_workload(h20: Brief) -> None:
    console = Console(record=True, width=140, file=StringIO())
    print_brief(h20, "en", console)
    shown = console.export_text()
    assert all(row.title.en in shown and row.others[0].shown_ratio.en in shown for row in h20.abilities.rows)


def test_the_json_has_the_abilities(h20: Brief) -> None:
    data = json.loads(to_json(h20.to_dict()))["abilities"]
    assert [row["id"] for row in data["rows"]] == [work.id for work in WORKLOADS]
    assert {"value", "low", "high", "unit"} == set(data["rows"][0]["others"][0]["ratio"])


def test_the_abilities_take_a_fraction_of_a_second(beside_h100: Abilities) -> None:
    start = time.perf_counter()
    against("H20", "H100", "910C", "910B", "H800")
    assert beside_h100.rows and time.perf_counter() - start < 1.0
