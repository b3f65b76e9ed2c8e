"""How many claims of the founding commentary are found, where the shared data is at hand. Development data."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from highfence.claims import frames, mentions
from highfence.claims.model import Claim, Document

SHARED = os.environ.get("HIGHFENCE_SHARED_DATA", "")
FOLDER = Path(SHARED) / "claims"

pytestmark = pytest.mark.skipif(
    not SHARED or not (FOLDER / "commentary_gold.jsonl").exists(),
    reason="the founding commentary is not shipped: set HIGHFENCE_SHARED_DATA",
)


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Return what two spans share, over what they cover together."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0, shared) / (max(a[1], b[1]) - min(a[0], b[0]))


def matched(gold: Iterable[Mapping[str, Any]], claims: Iterable[Claim]) -> dict[int, int]:
    """Pair claims with gold spans one to one, the largest overlaps first; at least half must be shared."""
    pairs = sorted(
        (
            (overlap((c.start, c.end), (g["start"], g["end"])), i, k)
            for i, c in enumerate(claims)
            for k, g in enumerate(gold)
        ),
        reverse=True,
    )
    taken: dict[int, int] = {}
    for share, i, k in pairs:
        if share >= 0.5 and i not in taken and k not in taken.values():
            taken[i] = k
    return taken


def extraction_score(gold: list[Mapping[str, Any]], claims: list[Claim]) -> dict[str, Any]:
    """Return recall and precision with opinions apart, what was missed, what was extra, and kinds against types."""
    pairs = matched(gold, claims)
    hit = set(pairs.values())
    checkable = [k for k, g in enumerate(gold) if g["verdict"] != "opinion"]
    ours = [i for i, c in enumerate(claims) if c.kind != "opinion"]
    right = [i for i in ours if i in pairs and gold[pairs[i]]["verdict"] != "opinion"]
    return {
        "recall": sum(k in hit for k in checkable) / len(checkable),
        "precision": len(right) / len(ours),
        "missed": [gold[k]["span"] for k in checkable if k not in hit],
        "extra": [claims[i].text for i in ours if i not in right],
        "kinds": Counter((gold[k]["type"], claims[i].kind) for i, k in pairs.items()),
    }


@cache
def scored(script: str) -> dict[str, Any]:
    """Return the score on the commentary as it is, or with its characters made simplified."""
    text = (FOLDER / "commentary_2025-07.txt").read_text(encoding="utf-8")
    if script == "hans":
        opencc = pytest.importorskip("opencc")
        simple = opencc.OpenCC("t2s").convert(text)
        assert len(simple) == len(text)
        text = simple
    document = Document(text, "zh", script, date(2025, 7, 16))
    gold = [json.loads(line) for line in (FOLDER / "commentary_gold.jsonl").read_text(encoding="utf-8").splitlines()]
    return extraction_score(gold, list(frames.claims(document, mentions.find(document))))


@pytest.mark.parametrize("script", ["hant", "hans"])
def test_claims_of_the_commentary_are_found(script: str) -> None:
    assert scored(script)["recall"] > 0.90, scored(script)["missed"]


@pytest.mark.parametrize("script", ["hant", "hans"])
def test_little_else_is_taken_for_a_claim(script: str) -> None:
    assert scored(script)["precision"] > 0.85, scored(script)["extra"]
