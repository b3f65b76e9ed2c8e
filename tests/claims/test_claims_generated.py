"""Made sentences and changed copies: true ones agree with the facts, changed ones do not."""

from __future__ import annotations

from collections import Counter
from datetime import date

from highfence.claims.model import Claim, Document, Judgement
from highfence.claims.validation.labels import Gold
from highfence.claims.validation.perturbing import KINDS, copies, followed
from highfence.claims.validation.sentences import FAMILIES, MUTATIONS, sentences


def test_two_thousand_sentences_of_both_languages_and_every_mutation() -> None:
    made = sentences(2400)
    assert len({s.text for s in made}) == len(made) == 2400
    counts = Counter((s.lang, s.mutation) for s in made)
    assert all(counts[lang, m] >= 60 for lang in ("en", "zh") for m in MUTATIONS)
    assert {s.family for s in made} == set(FAMILIES)
    assert not any(brace in s.text for s in made for brace in "{}")


def test_the_same_seed_makes_the_same_sentences() -> None:
    assert sentences(60, 3) == sentences(60, 3) != sentences(60, 4)


def test_no_sentence_is_both_true_and_changed() -> None:
    made = sentences(2400)
    true = {s.text for s in made if s.true}
    assert not true & {s.text for s in made if not s.true}


TEXT = "2024年，英伟达在华收入为170亿美元。寒武纪2024年营收为11.7亿元。"


def gold(part: str) -> Gold:
    start = TEXT.index(part)
    return Gold(part, start, start + len(part), part, "revenue", "supported", frozenset({"supported"}))


def test_copies_change_one_claim_and_keep_the_rest() -> None:
    labels = [gold("2024年，英伟达在华收入为170亿美元"), gold("寒武纪2024年营收为11.7亿元")]
    made = copies(TEXT, labels, 100)
    assert {c.kind for c in made} == set(KINDS)
    for copy in made:
        start, end = copy.base
        assert copy.text[:copy.start] == TEXT[:start] and copy.text[copy.end:] == TEXT[end:]
        assert copy.text[copy.start:copy.end] != TEXT[start:end]


def test_one_who_learnt_the_article_by_heart_follows_nothing_but_rewriting() -> None:
    label = gold("寒武纪2024年营收为11.7亿元")

    def by_heart(text: str) -> list[Judgement]:
        claim = Claim(label.start, len(text) - 1, text[label.start:-1], "quantity")
        return [Judgement(claim, "supported", "supported", 1.0)]

    found = followed(Document(TEXT, "zh", "hans", date(2025, 7, 16)), [label], by_heart, 40).rates
    assert found["rewritten"].value == 1 and all(found[k].value == 0 and found[k].n for k in KINDS if k != "rewritten")
