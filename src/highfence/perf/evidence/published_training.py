"""Published training figures as questions: which model, chips and plan each row of a table of measurements states.

The table itself does not ship; its path is given at run time. What a row leaves unsaid is filled by its family's entry
in :data:`FAMILIES`, which says so.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, replace
from pathlib import Path

from highfence.core.arrays import FLOATS
from highfence.core.errors import HighfenceError, InputError
from highfence.perf.calibration import Calibration
from highfence.perf.machine import machine_of
from highfence.perf.shape import ModelShape, shape_of
from highfence.perf.train.iteration import accelerator_from, best_micro_batch, recomputed_flops, train_step
from highfence.perf.train.plan import RECOMPUTE, TrainingPlan
from highfence.perf.train.work import model_flops


@dataclass(frozen=True, slots=True)
class Family:
    """What the rows of one source have in common.

    Attributes
    ----------
    software : profile of the calibration. recompute : where a row does not say. zero : ZeRO stage.
    sequence_parallel : with tensor parallelism, where a row does not say. interleave : likewise.
    full_square : whether its FLOPs count attention without the mask. recomputed : whether they count recomputation.
    note : what is not in the source and was taken instead.
    """

    software: str
    recompute: str = "none"
    zero: int = 1
    sequence_parallel: bool = True
    interleave: int = 1
    full_square: bool = True
    recomputed: bool = False
    note: str = ""


FAMILIES: dict[str, Family] = {
    "megatron-2021": Family("megatron-2021", "full", 0, False, recomputed=True,
                            note="micro-batch and interleaving unsaid: the quickest power of two that fits; none"),
    "mt-nlg-2022": Family("megatron-deepspeed", "full", 1, False,
                          note="micro-batch unsaid: one; recomputation as its report"),
    "korthikanti-2022": Family("megatron-2022", zero=0),
    "mosaicml-llm-foundry": Family("fsdp-2022", zero=3, sequence_parallel=False,
                                   note="torch 1.13 to 2.0: the later on H100, which came with it"),
    "llama3-2024": Family("megatron-core", zero=2, interleave=8,
                          note="micro-batch one; one layer a stage, as 126 layers and two places on 16 ranks allow; "
                               "no recomputation, as its paper says of 8,192 tokens a chip"),
    "nvidia-nemo": Family("megatron-bridge", note="recomputation unsaid: none, or the least that fits"),
    "flagperf": Family("megatron-core", note="micro-batch unsaid: the quickest that fits; recomputation the least"),
    "google-maxtext": Family("xla", zero=3, note="remat minimal: counted as none, only cheap operators run twice"),
    "mindformers": Family("megatron-core", "selective"),
}
"""Families whose rows state chips, model, precision, batch, lengths and plan."""

MODELS = {
    "Megatron-22B (h=6144,L=48)": "megatron-gpt-22b", "GPT-3 175B": "gpt-3-175b",
    "Turing-NLG 530B": "megatron-gpt-529.6b", "Megatron-1T": "megatron-gpt-1008b",
    "MT-NLG 530B (L=105,h=20480,heads=128)": "megatron-gpt-529.6b",
    "Llama 3 405B": "llama-3.1-405b", "LLAMA3_8B": "llama-3-8b", "LLAMA3_70B": "llama-3-70b",
    "LLAMA3.1_405B": "llama-3.1-405b", "GPT OSS 120B": "gpt-oss-120b", "Qwen3_30B_a3B": "qwen3-30b-a3b",
    "Qwen3_235B_a22B": "qwen3-235b-a22b", "DeepSeekV3": "deepseek-v3", "LLaMA2-70B": "llama-2-70b",
    "LLaMA2-7B": "llama-2-7b", "LLaMA3-8B": "llama-3-8b", "LLaMA3-70B": "llama-3-70b", "Mixtral 8x7B": "mixtral-8x7b",
    "MaxText dense 32B": "maxtext-dense-32b", "MaxText dense 64B": "maxtext-dense-64b",
    "MaxText dense 128B": "maxtext-dense-128b", "Llama 3.1 70B finetune": "llama-3.1-70b",
}
"""Model names of the table that the catalogue knows under another name."""

CHIPS = {"A100-SXM-80GB": "A100", "A100-SXM-40GB": "A100 40GB", "H100-SXM-80GB": "H100", "H800-SXM-80GB": "H800",
         "B200-SXM-180GB": "B200", "GB200-NVL72": "GB200", "TPU v5p": "TPU v5p",
         "Ascend 910B (Atlas 900 A2 PODc)": "Ascend 910B"}
"""Chips of the table under their names in the catalogue."""

PADDED_VOCABULARY = {"gpt-3-175b": 51200.0}
"""Vocabulary that Megatron pads for its ranks, where the catalogue has the model's own."""


@dataclass(frozen=True, slots=True)
class PublishedTraining:
    """One published figure as a question.

    Attributes
    ----------
    micro_batch : None where the row does not say. rate : tokens/s per chip that the figure states or implies.
    """

    id: str
    family: str
    model: ModelShape
    chip: str
    plan: TrainingPlan
    batch: int
    sequence: int
    micro_batch: int | None
    precision: str
    rate: float
    source: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A published figure that is no question, or has no answer, and why."""

    id: str
    why: str


TABLE = Path("measured/published.csv")
"""Where the table lies in the folder of measurements."""


def read_published(data: Path) -> tuple[list[PublishedTraining], list[Unanswered]]:
    """Return the training rows of a table of measurements that state everything, and the others with the reason."""
    with (data / TABLE).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == "training" and row["predictable"] == "yes"]
    found: list[PublishedTraining] = []
    failed: list[Unanswered] = []
    for row in rows:
        try:
            found.append(question_of(row))
        except HighfenceError as error:
            failed.append(Unanswered(row["id"], str(error).splitlines()[0]))
    return found, failed


def question_of(row: dict[str, str]) -> PublishedTraining:
    """Return the question that a row states.

    Raises
    ------
    InputError : its family, chip or model is unknown, or its plan contradicts its number of chips.
    """
    family = FAMILIES.get(row["source_family"])
    if family is None or row["chip"] not in CHIPS:
        raise InputError("no family or chip of this name", where=row["id"],
                         got=f"{row['source_family']}, {row['chip']}")
    name = row["model"].split(" + ")[0]
    model = shape_of(MODELS.get(name, name))
    model = replace(model, vocab=PADDED_VOCABULARY.get(model.id, model.vocab))
    sequence = int(re.findall(r"\d+", row["output_len_or_seq_len"] or row["input_len"])[0])
    plan = _plan(row, family, model)
    batch = _batch(row, plan, sequence)
    micro = re.search(r"MBS=(\d+)", row["batch"])
    known = int(micro[1]) if micro else {"llama3-2024": 1, "mt-nlg-2022": 1, "mindformers": 1}.get(row["source_family"])
    if row["source_family"] == "google-maxtext":
        known = batch // plan.dp
    return PublishedTraining(row["id"], row["source_family"], model, CHIPS[row["chip"]], plan, batch, sequence, known,
                             "fp8" if "fp8" in row["dtype"].casefold() else "bf16",
                             _rate(row, family, model, plan, batch, sequence), row["source_url"])


def _plan(row: dict[str, str], family: Family, model: ModelShape) -> TrainingPlan:
    text = row["parallelism"]
    said = {name: int(value) for name, value in re.findall(r"\b(tp|pp|dp|cp|vp|ep)=(\d+)", text)}
    tensor = re.search(r"ici_tensor_parallelism=(\d+)", text)
    tp, pp, cp = said.get("tp", int(tensor[1]) if tensor else 1), said.get("pp", 1), said.get("cp", 1)
    chips = int(float(row["n_chips"]))
    if chips % (tp * pp * cp):
        raise InputError("the plan contradicts the number of chips", where=row["id"], got=text)
    dp = chips // (tp * pp * cp)
    interleave = said.get("vp", family.interleave)
    full = "full recompute" in text or "act_ckpt=True" in text
    recompute = "full" if full else "selective" if "selective" in text else (
        "none" if "act_ckpt=False" in text else family.recompute)
    parallel = family.sequence_parallel and tp > 1 and "no SP" not in text
    zero = 3 if "fsdp=1" in text else family.zero
    software = family.software
    if software == "fsdp-2022" and row["chip"].startswith("H100"):
        software = "fsdp-2023"
    places = pp * interleave
    return TrainingPlan(tp, pp, dp, cp, said.get("ep", 1), interleave, int(-model.layers % places), parallel, zero,
                        recompute, software)


def _batch(row: dict[str, str], plan: TrainingPlan, sequence: int) -> int:
    text = row["batch"]
    if found := re.search(r"GBS=(\d+)|GBS (\d+)", text):
        return int(found[1] or found[2])
    if found := re.search(r"(\d+) seqs/DP", text):
        return int(found[1]) * plan.dp
    if found := re.search(r"per_device_batch=(\d+)", text):
        return int(found[1]) * plan.chips
    raise InputError("no batch is stated", where=row["id"], got=text)


def _rate(row: dict[str, str], family: Family, model: ModelShape, plan: TrainingPlan, batch: int,
          sequence: int) -> float:
    """Return the tokens/s per chip that a figure states, or implies by the count of FLOPs that its source uses."""
    value, unit = float(row["value"]), row["unit"]
    if unit.startswith("tokens/s"):
        return value
    if unit == "s":
        return batch * sequence / value / plan.chips
    if unit.startswith("TFLOP/s"):
        flops = model_flops(FLOATS, model, float(sequence), causal=not family.full_square)
        if family.recomputed:
            flops = flops + recomputed_flops(model, plan, float(sequence))
        return value * 1e12 * sequence / float(flops)
    raise InputError("a unit that is no rate", where=row["id"], got=unit)


STATED = ("mosaicml-llm-foundry", "korthikanti-2022", "megatron-2021", "mt-nlg-2022", "google-maxtext", "mindformers",
          "llama3-2024")
"""Families whose rows or reports say what is recomputed."""


def question_as_run(question: PublishedTraining, calibration: Calibration) -> tuple[TrainingPlan, int]:
    """Return the plan and micro-batch of a question; what it does not say is the least that fits, and the quickest.

    A micro-batch that is not stated is the quickest that fits; recomputation that is not stated is the least that fits.

    Raises
    ------
    InputError, NoAnswer : as :func:`train_step`.
    """
    chip = accelerator_from(machine_of(question.chip))
    choices = [question.plan.recompute] if question.family in STATED else list(RECOMPUTE)
    for last, recompute in enumerate(choices, start=1 - len(choices)):
        plan = replace(question.plan, recompute=recompute)
        try:
            micro = question.micro_batch or best_micro_batch(
                question.model, chip, plan, batch=question.batch, sequence=question.sequence,
                precision=question.precision, calibration=calibration)
            train_step(question.model, chip, plan, batch=question.batch, sequence=question.sequence,
                       micro_batch=micro, precision=question.precision, calibration=calibration,
                       check_memory=last < 0)
        except HighfenceError:
            if last == 0:
                raise
            continue
        return plan, micro
    raise AssertionError("unreachable")
