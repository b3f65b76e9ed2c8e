"""Published costs of serving, recomputed: their prices of a chip-hour, their ways to serve, our machine time.

No throughput is typed in: the split, batch and lengths of a case are those of the source, and the time of a step is
the model's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from highfence.core.arrays import FLOATS
from highfence.cost.service import Workload, serve, ways_of
from highfence.perf.choosing.limits import Limits
from highfence.perf.inference.static_batch import mean_context, parts_of_question, static_question, static_step
from highfence.perf.inference.step import Batch

TOLERANCE = 0.25


@dataclass(frozen=True, slots=True)
class CostCase:
    """A published cost.

    Attributes
    ----------
    ours, theirs : USD per million output tokens. tolerance : relative. source : id in the source list.
    how : what was taken from the source, and what was not in it.
    """

    id: str
    ours: float
    theirs: float
    tolerance: float
    source: str
    how: str

    @property
    def error(self) -> float:
        """Relative error."""
        return self.ours / self.theirs - 1.0

    @property
    def within(self) -> bool:
        """Whether the error keeps the tolerance."""
        return abs(self.error) <= self.tolerance


def serving_cases() -> list[CostCase]:
    """Return both published costs beside ours.

    >>> all(case.within for case in serving_cases())
    True
    """
    return [_deepseek(), _lmsys()]


def case_table(found: Iterable[CostCase]) -> str:
    """Return published costs beside ours as a Markdown table."""
    lines = ["| case | theirs | ours | error | what was taken | source |", "|---|---|---|---|---|---|"]
    lines += [f"| {c.id} | {c.theirs:.3f} | {c.ours:.3f} | {c.error:+.1%} | {c.how} | `{c.source}` |" for c in found]
    return "\n".join(lines)


READ, CACHED, WRITTEN = 608e9, 342e9, 168e9
"""Prompt tokens of DeepSeek's day, those of them found in its cache, and output tokens."""

PAID = 87_072.0
"""USD of that day: 226.75 nodes of eight H800 at 2 USD a chip-hour, its stated lease."""

CONTEXT = 4_989.0
"""Its mean length of the cache per output token."""


def _deepseek() -> CostCase:
    output = round(CONTEXT / (READ / WRITTEN + 0.5))
    workload = Workload("deepseek-r1", round(output * READ / WRITTEN), output, CACHED / READ)
    served = serve(ways_of("H800", workload, 128), Limits(tpot_s=1.0 / 20.0), chips=176, style="two")
    ours = float(served.all_in(workload)[0]) * 2.0 / 3600.0 * 1e6
    return CostCase("deepseek-day-6", ours, PAID / WRITTEN * 1e6, TOLERANCE, "deepseek-day6", (
        "H800 at 2 USD/h, 20 tokens a second for a reader, its shares of prompts and of cache hits, its mean context; "
        f"two pools of at most 176 chips as it runs: {served.words}; {served.read_words}"))


def _lmsys() -> CostCase:
    sequences, ranks, prompt, output = 256.0, 64, 2000.0, 100.0
    question = static_question("H100", "deepseek-v3", prompt=prompt, output=output, batch=sequences * ranks, dp=ranks,
                               ep=ranks, precision="fp8", software="sglang-2025")
    step = static_step(FLOATS, question.shape, parts_of_question(question), Batch(
        0.0, prompt, 0.0, sequences, mean_context(prompt, output)), halves=True, borrowed=0.0)
    return CostCase("lmsys-96-h100", step / sequences * 2.0 / 3600.0 * 1e6, 0.20, TOLERANCE, "lmsys-large-scale-ep", (
        "decode nodes alone, as its figure is: 256 sequences a rank, 2,000 tokens in, two half batches; 64 ranks for "
        "its 72, since 256 experts divide so; H100 at 2 USD/h, which its figure implies and does not state"))
