"""The software that holds code to a maker's chips: what a buyer leaves, or not, by buying another maker's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from highfence.choice.parameters import porting_effort, shipped_parameters
from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.core.terms import Term

PLATFORMS = {"nvidia": "cuda", "amd": "rocm", "huawei": "cann", "cambricon": "neuware", "moore-threads": "musa",
             "metax": "maca", "hygon": "dtk", "iluvatar": "corex", "kunlunxin": "xpu"}
"""Software of a vendor's chips; ``other`` for vendors that are not here."""


@lru_cache(maxsize=1024)
def platform_of(chip: str) -> str:
    """Return the software of a chip.

    >>> platform_of("H20"), platform_of("910B")
    ('cuda', 'cann')
    """
    from highfence.catalogue import catalogue

    return PLATFORMS.get(catalogue().chip(chip).vendor, "other")


def effort_of(platform: str, to: str, on: date, given: Mapping[str, float] | None = None) -> Term:
    """Return the effort of bringing CUDA code to a platform, over that to one unlike CUDA.

    >>> effort_of("cuda", "CN", date(2025, 7, 15)).value.mid
    0.0
    """
    id, label = f"porting_effort.{platform}", Label(f"effort of a port to {platform}", f"移植到{platform}的工作量")
    if given and id in given:
        return Term(id, label, Range.exact(given[id]), "ratio", how=Label("as given", "由用户给定"))
    found = porting_effort(platform, shipped_parameters())
    return Term(id, label, found.value, "ratio", found.grade, (found.source,) if found.source else (), found.note)
