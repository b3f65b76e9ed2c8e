"""Sentences made from facts, each true or with one thing changed, in English and Chinese.

They share no code with what reads them: :mod:`.wording` writes numbers, dates and names into templates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from highfence.claims.validation.from_chips import origins, ratios, specs, statuses
from highfence.claims.validation.from_series import growths, levels, parts
from highfence.claims.validation.wording import Sentence

MUTATIONS = ("entity", "period", "unit", "magnitude", "direction", "level-change", "sparse-dense")

FAMILIES: Mapping[str, tuple[Callable[[str], Iterator[Sentence]], tuple[str, ...]]] = {
    "level": (levels, ("entity", "period", "unit", "magnitude")),
    "growth": (growths, ("direction", "magnitude", "period", "level-change")),
    "part": (parts, ("entity", "period", "level-change", "direction")),
    "spec": (specs, ("entity", "unit", "magnitude", "sparse-dense")),
    "ratio": (ratios, ("direction", "magnitude", "entity")),
    "origin": (origins, ("entity",)),
    "status": (statuses, ("period", "direction")),
}
"""What makes the sentences of each family, and which mutations it knows."""


def sentences(n: int = 2400, seed: int = 1) -> list[Sentence]:
    """Return ``n`` sentences, half of them true, spread evenly over families and mutations, in both languages.

    >>> made = sentences(40)
    >>> sum(s.true for s in made), {s.lang for s in made} == {"en", "zh"}
    (20, True)
    """
    chance = random.Random(seed)
    true = [_shuffled(make(""), chance) for make, _ in FAMILIES.values()]
    false: list[list[Sentence]] = [_shuffled((s for make, known in FAMILIES.values() if mutation in known
                                              for s in make(mutation)), chance) for mutation in MUTATIONS]
    return _shuffled(_drawn(true, n - n // 2) + _drawn(false, n // 2), chance)


def _shuffled(rows: Any, chance: random.Random) -> list[Any]:
    held = list(rows)
    chance.shuffle(held)
    return held


def _drawn(pools: Sequence[Sequence[Sentence]], n: int) -> list[Sentence]:
    """Return ``n`` different sentences, of every pool alike as far as it lasts, both languages in turn."""
    queues = [[s for s in pool if s.lang == lang] for pool in pools for lang in ("en", "zh")]
    found: dict[str, Sentence] = {}
    while len(found) < n and any(queues):
        for queue in queues:
            while queue and len(found) < n:
                drawn = queue.pop()
                if drawn.text not in found:
                    found[drawn.text] = drawn
                    break
    return list(found.values())
