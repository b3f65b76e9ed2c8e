"""The law: dated parameters and provisions on the law's own path, and the verdict that they give."""

from highfence.rules.classify import classify
from highfence.rules.verdict import Verdict

__all__ = ["Verdict", "classify"]
