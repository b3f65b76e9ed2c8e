"""One training iteration in calculon: ``calculon_llm.py CHECKOUT``, run inside an environment of its own.

GPT-3 175B on 64 A100 with full recomputation, from the files with which calculon validates itself against a
measured run. They are read once; what is timed is an estimate as calculon's own searches make it.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

from timing import Estimator, Work, serve

MODEL = "models/gpt3-175B.json"
EXECUTION = "validation/seqsel/tab5/gpt3-175B_full.json"
SYSTEM = "systems/a100_80g.json"


def calculon(checkout: Path) -> Estimator:
    """Return the estimate, with the model, the execution and the system read."""
    sys.path.insert(0, str(checkout))
    from calculon.llm import Llm
    from calculon.system import System

    def read(name: str) -> Any:
        return json.loads((checkout / name).read_text(encoding="utf-8"))

    model, execution = Llm.Application(read(MODEL)), Llm.Execution.from_json(read(EXECUTION))
    system, log = System(read(SYSTEM)), logging.getLogger("calculon")

    def training() -> tuple[float, float]:
        estimate = Llm(model, log)
        estimate.compile(system, execution)
        estimate.run(system)
        return estimate.get_total_time(), estimate.get_mem_tier1_cap_req()

    seconds, memory = training()
    return Estimator({"training": Work(training, answer=f"{seconds:.4g} s an iteration, {memory / 1e9:.3g} GB")})


if __name__ == "__main__":
    serve(lambda: calculon(Path(sys.argv[1])))
