"""The law: dated parameters and provisions on the law's own path, and the verdict that they give."""

from highfence.rules.classify import classify
from highfence.rules.diff import Migration, diff
from highfence.rules.overlay import Overlay, read_overlay
from highfence.rules.verdict import Verdict

__all__ = ["Migration", "Overlay", "Verdict", "classify", "diff", "read_overlay"]
