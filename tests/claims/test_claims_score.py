"""Measures of the checker, on made-up labels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from highfence.claims.model import Claim, Evidence, Judgement
from highfence.claims.validation.labels import Gold, read_labels
from highfence.claims.validation.score import Rate, pair, score
from highfence.core.errors import InputError
from highfence.core.labels import Label


def gold(start: int, end: int, verdict: str, *more: str) -> Gold:
    return Gold(f"g{start}", start, end, "x" * (end - start), "quantity", verdict, frozenset({verdict, *more}))


def judged(start: int, end: int, verdict: str, source: str = "") -> Judgement:
    evidence = (Evidence(Label("a", "甲"), "fact", "f", source),) if source else ()
    return Judgement(Claim(start, end, "x" * (end - start), "quantity"), verdict, verdict, 0.5, evidence)


def test_the_best_overlap_is_taken_and_less_than_half_is_none() -> None:
    found = pair([gold(0, 10, "supported"), gold(20, 30, "supported")],
                 [judged(0, 9, "imprecise"), judged(0, 10, "supported"), judged(26, 40, "supported")])
    assert found[0].strict and found[1].judged is None


def test_a_perfect_checker_scores_one() -> None:
    labels = [gold(10 * n, 10 * n + 8, v) for n, v in
              enumerate(("supported", "imprecise", "contradicted", "misattributed", "no_evidence", "opinion"))]
    found = score([(labels, [judged(g.start, g.end, g.verdict, "s") for g in labels])])
    assert (found.recall.value, found.precision.value, found.strict, found.lenient, found.balanced) == (1, 1, 1, 1, 1)
    assert found.caught == Rate(2, 2) and found.with_evidence == Rate(2, 2)
    assert found.wrongly_contradicted.hits == 0 and found.constant == 0.25


def test_opinions_are_apart_and_an_opinion_called_a_claim_is_no_false_alarm_if_labelled() -> None:
    found = score([([gold(0, 10, "opinion")], [judged(0, 10, "supported"), judged(20, 30, "opinion")])])
    assert found.recall.n == 0 and found.precision == Rate(1, 1)


def test_lenient_takes_what_is_acceptable_and_no_more() -> None:
    labels = [gold(0, 10, "imprecise", "supported"), gold(20, 30, "contradicted")]
    found = score([(labels, [judged(0, 10, "supported"), judged(20, 30, "supported")])])
    assert found.strict == 0 and 0 < found.lenient < 1


def test_wrongly_contradicted_counts_only_where_no_reader_would() -> None:
    labels = [gold(0, 10, "imprecise", "contradicted"), gold(20, 30, "supported")]
    found = score([(labels, [judged(0, 10, "contradicted"), judged(20, 30, "contradicted")])])
    assert found.wrongly_contradicted == Rate(1, 1) and found.wrongly_contradicted.upper == 1.0


def test_not_checkable_counts_as_no_evidence() -> None:
    found = score([([gold(0, 10, "not_checkable")], [judged(0, 10, "no_evidence")])])
    assert found.strict == 1


def test_labels_must_stand_where_they_say(tmp_path: Path) -> None:
    row = {"id": "a", "span": "six", "start": 4, "end": 7, "verdict": "supported"}
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    assert read_labels(path, "one six")[0].acceptable == {"supported"}
    with pytest.raises(InputError, match="does not stand there"):
        read_labels(path, "two one six")
    path.write_text(json.dumps({**row, "verdict": "true"}), encoding="utf-8")
    with pytest.raises(InputError, match="no such verdict"):
        read_labels(path, "one six")
