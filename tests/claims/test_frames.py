"""What sentences assert: spans and slots of the claims found in sentences written for these tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from highfence.claims import frames, mentions
from highfence.claims.model import Claim, Document
from highfence.core.documents import read_yaml

DATA = Path(__file__).parent / "data"
DAY = date(2025, 9, 1)


def overlap(a: tuple[int, int], b: tuple[int, int]) -> float:
    """Return what two spans share, over what they cover together."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0, shared) / (max(a[1], b[1]) - min(a[0], b[0]))


def found(row: Mapping[str, Any], lang: str) -> tuple[str, int, tuple[Claim, ...]]:
    """Return the text of a row, where its scored part starts, and the claims in that part, opinions left out."""
    before = row.get("before", "")
    text = f"{before} {row['text']}" if before and lang == "en" else before + row["text"]
    document = Document(text, lang, published=DAY, blocks=((0, len(text), "body"),))
    told = frames.claims(document, mentions.find(document))
    return text, len(text) - len(row["text"]), tuple(c for c in told if c.kind != "opinion" and c.start >= len(before))


def value_of(claim: Claim, slot: str) -> Any:
    """Return what a claim holds in a slot, in the form of the labels."""
    if slot in ("subject", "object", "speaker"):
        return getattr(claim, slot)
    if slot == "value":
        return claim.quantity.value if claim.quantity else None
    if slot == "before":
        return claim.before.value if claim.before else None
    if slot == "period":
        return claim.period.label if claim.period else None
    return getattr(claim, slot)


def right(claim: Claim, slot: str, label: Any) -> bool:
    """Tell whether a slot holds what the label says; an entity may stand at any of the first two places."""
    value = value_of(claim, slot)
    if slot == "subject":
        return label in value[:3]
    if slot in ("object", "speaker"):
        return label in value
    if slot in ("value", "before"):
        return value is not None and abs(value - float(label)) <= 1e-6 * abs(float(label))
    return bool(value == label)


@cache
def scored(
    lang: str, kind: str = "frames"
) -> tuple[list[tuple[str, str, bool, Any, Any]], list[str], list[tuple[str, str]]]:
    """Return every slot (text, slot, right, got, label), claims not found, and claims found where there are none."""
    slots: list[tuple[str, str, bool, Any, Any]] = []
    missed: list[str] = []
    extra: list[tuple[str, str]] = []
    for row in read_yaml(DATA / f"{kind}_{lang}.yaml"):
        text, offset, told = found(row, lang)
        free = list(told)
        for label in row["claims"]:
            start = text.index(label["span"], offset)
            span = (start, start + len(label["span"]))
            fits = [c for c in free if overlap((c.start, c.end), span) >= 0.5]
            if not fits:
                missed.append(label["span"])
                continue
            best = max(
                fits,
                key=lambda c: (
                    "value" not in label or right(c, "value", label["value"]),
                    overlap((c.start, c.end), span),
                ),
            )
            free.remove(best)
            slots += [
                (label["span"], slot, right(best, slot, value), value_of(best, slot), value)
                for slot, value in label.items()
                if slot != "span"
            ]
        if not row["claims"]:
            extra += [(row["text"], c.text) for c in told]
    return slots, missed, extra


def labelled(lang: str, kind: str = "frames") -> Iterator[Mapping[str, Any]]:
    for row in read_yaml(DATA / f"{kind}_{lang}.yaml"):
        yield from row["claims"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_claims_are_found_with_their_spans(lang: str) -> None:
    _, missed, _ = scored(lang)
    total = sum(1 for _ in labelled(lang))
    assert total >= 75
    assert 1 - len(missed) / total > 0.95, missed


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_slots_are_filled_as_labelled(lang: str) -> None:
    slots, _, _ = scored(lang)
    wrong = [s for s in slots if not s[2]]
    assert 1 - len(wrong) / len(slots) > 0.93, wrong


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("slot", ["kind", "subject", "value", "role", "direction", "period"])
def test_each_slot_is_mostly_right(lang: str, slot: str) -> None:
    slots, _, _ = scored(lang)
    tally = Counter(s[2] for s in slots if s[1] == slot)
    assert tally[True] / (tally[True] + tally[False]) > 0.85, [s for s in slots if s[1] == slot and not s[2]]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_questions_appeals_and_judgements_are_no_claims(lang: str) -> None:
    _, _, extra = scored(lang)
    assert not extra


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_that_no_rule_was_mended_on_do_nearly_as_well(lang: str) -> None:
    slots, missed, extra = scored(lang, "unseen")
    assert 1 - len(missed) / sum(1 for _ in labelled(lang, "unseen")) > 0.85, missed
    assert sum(s[2] for s in slots) / len(slots) > 0.88, [s for s in slots if not s[2]]
    assert len(extra) <= 1, extra
