"""Texts that are true are borne out or left open; none of their statements is contradicted."""

from __future__ import annotations

from collections import Counter

import pytest
from true_texts import TRUE_TEXTS

from highfence.claims.check import check
from highfence.claims.model import Document


@pytest.mark.parametrize("row", TRUE_TEXTS, ids=lambda r: f"{r[0]}-{r[2]}")
def test_no_true_statement_is_contradicted(row: tuple) -> None:
    lang, script, published, text = row
    found = check(Document(text, lang, script, published)).judgements
    false = [(j.claim.text, j.reason.en) for j in found if j.verdict in ("contradicted", "misattributed")]
    assert not false


def test_a_good_part_of_true_statements_is_borne_out() -> None:
    verdicts = Counter(
        j.verdict for lang, script, published, text in TRUE_TEXTS
        for j in check(Document(text, lang, script, published)).judgements
    )
    assert verdicts["supported"] > 0.35 * sum(verdicts.values())
