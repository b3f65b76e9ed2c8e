"""Coverage of a chip and a model, told before anything is computed."""

from __future__ import annotations

from dataclasses import replace

from highfence.catalogue import catalogue
from highfence.core.errors import NoAnswer
from highfence.perf.choosing.coverage import support
from highfence.perf.inference.estimate import serving
from highfence.perf.machine import machine_of
from highfence.perf.train.run import training_run


def test_a_format_is_native_emulated_or_refused_as_the_estimate_treats_it() -> None:
    found = {f.format: f for f in support("910C", "llama-3.1-70b").formats}
    assert found["bf16"].status == found["int8"].status == "native" and found["fp8"].status == "emulated"
    refused = {f.format: f for f in support("MI250X", "llama-3.1-70b").formats if f.status == "refused"}
    assert all("arithmetic" in f.reason for f in refused.values())


def test_the_split_it_names_is_answered() -> None:
    for fmt in support("H20", "deepseek-r1").formats:
        assert fmt.split is not None
        answer = serving("H20", "deepseek-r1", concurrency=1, precision=fmt.format, emulate=True, **fmt.split)
        assert answer.chips == fmt.chips


def test_measured_chips_others_of_the_family_and_the_rest_rest_on_different_evidence() -> None:
    def of(chip: str) -> set[str]:
        return {p.evidence for p in support(chip, "llama-3.1-70b").parts}

    assert "measured kernel" in of("H100") and "fitted family" in of("H20")
    assert of("910C") <= {"data sheet only", "assumed"}


def test_what_the_data_sheet_lacks_is_marked() -> None:
    found = {s.name: s for s in support("RTX 4090", "llama-3.1-8b").sheet}
    assert found["link_bandwidth"].assumed and not found["memory_bandwidth"].assumed
    assert found["memory_capacity"].value == 24e9


def test_every_chip_of_the_catalogue_is_covered_or_names_what_is_missing() -> None:
    for chip in catalogue().chips():
        try:
            assert support(chip.id, "llama-3.1-8b").formats
        except NoAnswer as problem:
            assert problem.missing


def test_a_system_stands_for_its_chip() -> None:
    system = next(s for s in catalogue().systems() if s.chip == "huawei-ascend-910c")
    assert support(system.id, "llama-3.1-8b").chip == machine_of("910C").id


def test_every_published_number_of_the_data_sheet_has_its_grade() -> None:
    for chip in ("H20", "910C", "B200", "RTX 4090"):
        for value in support(chip, "llama-3.1-8b").sheet:
            assert bool(value.grade) == (value.value is not None and not value.assumed), (chip, value.name)


def test_an_answer_is_as_good_as_the_weakest_number_that_it_used() -> None:
    chip = machine_of("910C")
    sound = replace(chip, grades=dict.fromkeys(chip.grades, "official"), assumed=())
    weak = {name: replace(sound, grades={**sound.grades, name: "estimate"}) for name in (
        "peak_int8", "tdp", "network_bandwidth", "scale_up_domain", "link_bandwidth", "memory_bandwidth")}

    def used(tp: int, precision: str) -> set[str]:
        return {name for name, machine in weak.items() if serving(
            machine, "llama-3.1-8b", concurrency=1, tp=tp, precision=precision).grade == "estimate"}

    assert used(1, "bf16") == {"tdp", "memory_bandwidth"}
    assert used(8, "int8") == {"tdp", "memory_bandwidth", "peak_int8", "scale_up_domain", "link_bandwidth"}
    assert used(16, "int8") == set(weak)
    assert serving(replace(weak["tdp"], power=None), "llama-3.1-8b", concurrency=1).grade == "official"
    assert training_run(weak["network_bandwidth"], "llama-3.1-8b", chips=64).grade == "estimate"
