"""The room's evidence: published results recomputed from their inputs, and the signs that published papers have.

Nothing is fitted to any of them. The table of published results does not ship; it is ``policy/cases.csv`` in the folder
that ``HIGHFENCE_SHARED_DATA`` names, or in the one given.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from highfence.cost.validation import FILE, cases_file
from highfence.policy.cases import PolicyCase, policy_cases
from highfence.policy.directions import DRAWS, Judged, judge


@dataclass(frozen=True)
class Findings:
    """All figures of the room; ``left`` says why published results were left out, empty if none was."""

    cases: tuple[PolicyCase, ...]
    directions: tuple[Judged, ...]
    left: str


def findings(data: Path | None = None, draws: int = DRAWS) -> Findings:
    """Return every figure; about a minute on two cores, for the what-ifs."""
    path = cases_file(data)
    left = "" if path else (f"published results on policies: no {FILE.as_posix()}; name its folder with --data or "
                            "HIGHFENCE_SHARED_DATA")
    return Findings(tuple(policy_cases(path)) if path else (), tuple(judge(draws)), left)
