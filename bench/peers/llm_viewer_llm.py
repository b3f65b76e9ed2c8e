"""Prefill and decode in LLM-Viewer: ``llm_viewer_llm.py CHECKOUT``, run inside an environment of its own.

A model in the shape of Llama 3.1 8B on one H100, 8 prompts of 2,048 tokens, 16 bits, fused attention. The model
is described in a folder of our own; nothing is asked of any network.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from timing import Estimator, Work, serve

LLAMA_3_1_8B = {"model_type": "llama", "hidden_size": 4096, "intermediate_size": 14336, "num_attention_heads": 32,
                "num_key_value_heads": 8, "num_hidden_layers": 32, "vocab_size": 128256}
HARDWARE, LAYERS = "nvidia_H100", "configs/Llama.py"
PROMPT_TOKENS, PROMPTS, BITS = 2048, 8, 16


def llm_viewer(checkout: Path) -> Estimator:
    """Return the estimate, with the model read and the analyser built."""
    sys.path.insert(0, str(checkout))
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=folder)
        from model_analyzer import ModelAnalyzer

        (Path(folder) / "config.json").write_text(json.dumps(LLAMA_3_1_8B), encoding="utf-8")
        analyzer = ModelAnalyzer(folder, HARDWARE, LAYERS)

    def serving() -> dict[str, dict[str, float]]:
        return analyzer.analyze(PROMPT_TOKENS, PROMPTS, BITS, BITS, BITS, True)["total_results"]

    prefill, decode = (serving()[stage]["inference_time"] * 1e3 for stage in ("prefill", "decode"))
    return Estimator({"serving": Work(serving, answer=f"{prefill:.4g} ms for the prompts, {decode:.3g} ms a token")})


if __name__ == "__main__":
    serve(lambda: llm_viewer(Path(sys.argv[1])))
