"""The founding commentary, development data: verdicts against its labels (skipped where the shared data are absent)."""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from highfence.claims.check import check
from highfence.claims.model import Document, Judgement

FOLDER = Path(os.environ.get("HIGHFENCE_SHARED_DATA", "")) / "claims"
needs_data = pytest.mark.skipif(not (FOLDER / "commentary_gold.jsonl").is_file(), reason="needs HIGHFENCE_SHARED_DATA")
CLASSES = ("supported", "imprecise", "contradicted", "misattributed", "no_evidence", "opinion")


def merged(verdict: str) -> str:
    return "no_evidence" if verdict == "not_checkable" else verdict


@cache
def pairs() -> tuple[tuple[dict[str, Any], str], ...]:
    text = (FOLDER / "commentary_2025-07.txt").read_text(encoding="utf-8")
    gold = [json.loads(line) for line in (FOLDER / "commentary_gold.jsonl").read_text(encoding="utf-8").splitlines()]
    found = check(Document(text, "zh", "hant", date(2025, 7, 16))).judgements
    return tuple((g, _best(g, found)) for g in gold if g["id"].startswith("S"))


def _best(gold: dict[str, Any], found: tuple[Judgement, ...]) -> str:
    best = (0.0, "missing")
    for j in found:
        shared = min(gold["end"], j.claim.end) - max(gold["start"], j.claim.start)
        if shared > 0 and shared >= 0.5 * (gold["end"] - gold["start"]):
            best = max(
                best, (shared / (max(gold["end"], j.claim.end) - min(gold["start"], j.claim.start)), merged(j.verdict))
            )
    return best[1]


def macro_f1(lenient: bool) -> float:
    scores = []
    for name in CLASSES:
        hit = over = under = 0
        for gold, verdict in pairs():
            right = merged(gold["verdict"])
            said = right if lenient and verdict in map(merged, gold["acceptable_verdicts"]) else verdict
            hit += said == name == right
            over += said == name != right
            under += right == name != said
        if hit + over + under:
            scores.append(2 * hit / (2 * hit + over + under))
    return sum(scores) / len(scores)


@needs_data
def test_verdicts_agree_with_the_labels() -> None:
    assert macro_f1(lenient=False) > 0.65
    assert macro_f1(lenient=True) > 0.78


@needs_data
def test_nothing_is_contradicted_whose_label_excludes_it() -> None:
    assert not [g["id"] for g, v in pairs() if v == "contradicted" and "contradicted" not in g["acceptable_verdicts"]]


@needs_data
def test_most_false_claims_are_caught() -> None:
    false = [(g, v) for g, v in pairs() if g["verdict"] in ("contradicted", "misattributed")]
    assert sum(v in ("contradicted", "misattributed") for _, v in false) > 0.65 * len(false)
