"""Articles are checked end to end: verdicts follow the facts, and what is true is never contradicted."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date

import pytest
from articles_for_checking import ARTICLES

from highfence.claims.check import check
from highfence.claims.model import VERDICTS, Checked, Document, Judgement

NAMES = [row[0] for row in ARTICLES]


def checked(name: str) -> tuple[Checked, str, tuple[tuple[str, tuple[str, ...]], ...]]:
    _, text, lang, script, published, rows = next(row for row in ARTICLES if row[0] == name)
    return check(Document(text, "zh" if lang == "zh" else "en", script, published)), text, rows


def best(found: Checked, start: int, end: int) -> Judgement | None:
    """Return the judgement whose claim overlaps a stretch best."""

    def overlap(j: Judgement) -> float:
        shared = min(end, j.claim.end) - max(start, j.claim.start)
        return 0.0 if shared < 0.5 * (end - start) else shared / (max(end, j.claim.end) - min(start, j.claim.start))

    ranked = max(found.judgements, key=overlap, default=None)
    return ranked if ranked is not None and overlap(ranked) > 0 else None


def verdicts(name: str) -> list[tuple[str, str, tuple[str, ...]]]:
    found, text, rows = checked(name)
    out = []
    for stretch, accepted in rows:
        judged = best(found, text.index(stretch), text.index(stretch) + len(stretch))
        verdict = "missing" if judged is None else judged.verdict
        out.append((stretch, "no_evidence" if verdict == "not_checkable" else verdict, accepted))
    return out


@pytest.mark.parametrize("name", NAMES)
def test_most_verdicts_of_an_article_are_right(name: str) -> None:
    rows = verdicts(name)
    wrong = [row for row in rows if row[1] not in row[2]]
    assert len(wrong) <= 0.2 * len(rows), wrong


@pytest.mark.parametrize("name", NAMES)
def test_nothing_true_is_contradicted(name: str) -> None:
    false = [row for row in verdicts(name) if row[1] in ("contradicted", "misattributed") and row[1] not in row[2]]
    assert not false


def test_the_result_is_json_with_exact_spans() -> None:
    found, text, _ = checked(NAMES[0])
    shown = found.to_dict()
    assert set(shown["verdicts"]) == set(VERDICTS)
    assert all(c["text"] == text[c["start"] : c["end"]] for c in shown["claims"])
    assert all(c["evidence"] for c in shown["claims"] if c["verdict"] in ("supported", "contradicted"))


def test_verdicts_look_no_further_than_the_day_of_publication() -> None:
    text = "NVIDIA reported revenue of $57.0 billion in the third quarter of 2025."
    early, late = (
        check(Document(text, "en", published=day)).judgements[0] for day in (date(2025, 8, 1), date(2026, 8, 1))
    )
    assert early.verdict == "no_evidence" or "later" in early.reason.en
    assert late.verdict == early.verdict_now == "supported"


def test_without_a_day_the_reader_is_told() -> None:
    text, script = ARTICLES[0][1], ARTICLES[0][3]
    assert check(Document(text, "en", script)).warnings


def test_the_same_article_gives_the_same_result() -> None:
    first, second = checked(NAMES[4])[0], checked(NAMES[4])[0]
    assert first.to_dict() == second.to_dict()


def test_a_text_about_something_else_gives_no_false_verdict() -> None:
    text = "The village bakery sold 200 loaves on Tuesday. Its owner says that rye is her favourite. Rain is expected."
    found = check(Document(text, "en", published=date(2025, 7, 1)))
    assert all(j.verdict not in ("contradicted", "misattributed") for j in found.judgements)


def test_a_second_check_is_quick() -> None:
    _, text, _, script, published, _ = ARTICLES[4]
    long = Document(text * 5, "en", script, published)
    check(long)
    start = time.perf_counter()
    check(replace(long))
    assert time.perf_counter() - start < 4.0
