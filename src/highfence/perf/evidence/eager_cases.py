"""One GPT-3 layer on four A100, measured by LLMCompass, against the eager profile; no curve has seen the layer.

The products' curve comes from twenty single products, softmax, norm and GELU from single kernels and the all-reduce
from a table of sizes, all of the same authors and the same kind of chip. One product of theirs has the shape of the
layer's feed-forward at prefill (16,384 by 12,288 by 12,288); no other shape recurs. That query, key and value are
three products is in the authors' simulator and in the layer's own times.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from highfence.core.arrays import FLOATS
from highfence.perf.calibration import Calibration, shipped_calibration
from highfence.perf.evidence.eager import PLAIN, EagerChip, EagerKernels, EagerLayer, layer_operators
from highfence.perf.evidence.kernel_cases import Case
from highfence.perf.fitting.tables import chip_numbers, llmcompass_layer
from highfence.perf.operators.collectives import LinkCurve
from highfence.perf.operators.gemm import GemmCurve
from highfence.perf.operators.pointwise import StreamCurve
from highfence.perf.shape import shape_of

PREFILL_BAR, DECODE_BAR = 0.05, 0.08

PEERS = {False: "LLMCompass -2.1 %, calculon +6.5 %, GenZ -14.8 %, LLM-Viewer +0.7 % without the all-reduces",
         True: "LLMCompass -12.4 %, llm-analysis -23.2 %, LLM-Viewer -33.0 %, GenZ -47.9 %"}
"""Errors of others on the same layer, prefill and decode, run side by side."""


def eager_kernels(curves: Calibration) -> EagerKernels:
    """Return the 16-bit kernels of eager PyTorch from the calibration."""
    product = _curve(GemmCurve, curves.values("gemm.torch-fp16"))
    softmax, norm, gelu = (_curve(StreamCurve, curves.values(f"pointwise.torch-{kind}"))
                           for kind in ("softmax", "layernorm", "gelu"))
    link = _curve(LinkCurve, curves.values("links.nccl-2023-nvlink"))
    return EagerKernels(product, product, softmax, norm, gelu, link)


def _curve(kind: Any, values: Mapping[str, float]) -> Any:
    return kind(**{name: values[name] for name in kind.__dataclass_fields__ if name in values})


def gpt3_layer(decode: bool) -> EagerLayer:
    """Return the measured layer: batch 8, four chips; 2,048 tokens of prompt, or one token after 3,071.

    >>> gpt3_layer(decode=True).context, gpt3_layer(decode=False).new
    (3072.0, 2048.0)
    """
    shape = shape_of("gpt-3-175b")
    new, context = (1.0, 3072.0) if decode else (2048.0, 2048.0)
    return EagerLayer(8.0, new, context, shape.hidden, shape.heads, shape.head_dim, shape.ffn, tp=4.0)


def gpt3_operators(decode: bool, curves: Calibration | None = None) -> dict[str, float]:
    """Return the predicted seconds of the layer's operators.

    >>> 0.9e-3 < sum(gpt3_operators(decode=True).values()) < 1.3e-3
    True
    """
    numbers = chip_numbers("A100 SXM 80GB")
    chip = EagerChip(numbers["peak"], numbers["bandwidth"], numbers["units"], numbers["link"])
    kernels = eager_kernels(curves or shipped_calibration())
    found = layer_operators(FLOATS, gpt3_layer(decode), PLAIN, chip, kernels)
    return {"gelu" if operator.name == "activation" else operator.name: operator.whole for operator in found}


def gpt3_measured(data: Path, decode: bool) -> dict[str, float]:
    """Return the measured seconds of the layer's operators, equal names added up."""
    found: dict[str, float] = {}
    for name, seconds in llmcompass_layer(data, decode):
        found[name] = found.get(name, 0.0) + seconds
    return found


def eager_cases(data: Path) -> list[Case]:
    """Return the errors of the whole layer, prefill and decode."""
    found = []
    for decode, bar in ((False, PREFILL_BAR), (True, DECODE_BAR)):
        ours, theirs = sum(gpt3_operators(decode).values()), sum(gpt3_measured(data, decode).values())
        error = ours / theirs - 1.0
        stage = "decode" if decode else "prefill"
        name = f"GPT-3 layer on four A100, {stage}, {1e3 * ours:.3f} against {1e3 * theirs:.3f} ms"
        found.append(Case(name, 1, abs(error), error, bar, PEERS[decode], "curves from single kernels only"))
    return found
