"""Prices: observations with their legal status, and the rule that takes a price from them."""

from __future__ import annotations

import csv
import os
import re
from datetime import date
from pathlib import Path

import pytest

from highfence.catalogue import catalogue
from highfence.core.dates import parse_period
from highfence.core.errors import InputError, NoAnswer
from highfence.cost.parameters import shipped_parameters
from highfence.cost.prices import price_of, quotes, rental_of

IN_RENMINBI = re.compile(r"([\d,]{6,}) (?:RMB|yuan)")

WANTED = {"H20": "CN", "H800": "CN", "H100": "US", "H200": "CN", "A100": "US", "A800": "CN", "B200": "US", "B300": "US",
          "MI300X": "US", "MI308X": "CN", "910B": "CN", "910C": "CN", "MLU590": "CN", "P800": "CN", "RTX 4090 D": "CN",
          "L20": "CN", "L40S": "US"}


COLLECTED = Path(os.environ.get("HIGHFENCE_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data") / (
    "market/prices.csv")

ITEMS = {"A100 80GB": "A100", "A100": "A100", "A800": "A800", "H20": "H20", "Ascend 910B": "910B", "H100": "H100",
         "H200": "H200", "B30A": "B30A", "H20 8-GPU server": "H20", "H100 8-GPU server": "H100", "8x B200 rack": "B200",
         "DGX/HGX B300 8-GPU": "B300", "DGX B300 8-GPU": "B300", "8x A100 server rental": "A100",
         "8x H100 node rental": "H100"}


@pytest.mark.skipif(not COLLECTED.is_file(), reason=f"no {COLLECTED}; set HIGHFENCE_SHARED_DATA")
def test_every_collected_price_of_a_chip_is_an_observation() -> None:
    seen = 0
    for row in csv.DictReader(COLLECTED.read_text(encoding="utf-8").splitlines()):
        if row["item"] not in ITEMS or row["basis"].startswith(("cost", "grey premium")):
            continue
        place = {"China": "CN", "United States": "US", "world": None}.get(row["where"], "CN")
        found = {q.period[:7] for q in quotes(ITEMS[row["item"]], to="CN", on="2025-07-15") if q.place == place}
        assert row["date"][:7] in found, row
        seen += 1
    assert seen >= 20


@pytest.mark.parametrize(("chip", "to"), WANTED.items())
def test_every_chip_that_buyers_weigh_has_a_price_with_sources(chip: str, to: str) -> None:
    price = price_of(chip, to=to, on="2025-08-01")
    assert 500 < price.value.low < price.value.mid < price.value.high < 200_000
    known = {s.id for s in catalogue().sources()}
    assert price.all_sources and set(price.all_sources) <= known
    assert price.grade


def test_a_price_printed_in_renminbi_is_converted_at_the_rate_of_its_day() -> None:
    rates, seen = shipped_parameters()["rmb_per_usd"], 0
    for entry in [*catalogue().chips(), *catalogue().systems()]:
        for price in entry.prices:
            printed = IN_RENMINBI.search(price.note.en) if price.note else None
            # A printed range, a month's rent or the price of a baseboard is not the price itself.
            if printed is None or price.kind == "rental" or " to " in price.note.en or "revenue" in price.note.en:
                continue
            amount, day = float(printed[1].replace(",", "")), parse_period(price.date).end
            assert price.value == pytest.approx(amount / rates.at(None, day).value.mid, rel=0.02), (entry.id, price)
            seen += 1
    assert seen >= 12


def test_the_law_of_the_day_stands_beside_an_observation() -> None:
    by_day = {q.period: q for q in quotes("H20", to="CN", on="2025-05-15") if q.subject == "nvidia-h20"}
    assert by_day["2024-02-01"].legal.requirement == "none"
    assert by_day["2025-05"].legal.requirement == "licence"
    grey = next(q for q in quotes("B200", to="CN", on="2025-07-15") if q.kind == "grey")
    assert grey.place == "CN" and grey.legal.requirement == "licence"


def test_a_price_of_a_server_is_divided_by_its_chips_and_marked() -> None:
    server = next(q for q in quotes("H20", to="CN", on="2024-07-15") if q.subject == "nvidia-hgx-h20-8gpu")
    assert server.chips == 8
    assert server.value.mid * 8 == pytest.approx(166_667)
    alone = price_of("B300", to="US", on="2026-06-15")
    share = shipped_parameters()["server_share"].at().value.mid
    assert alone.value.mid == pytest.approx(550_000 / 8 / (1 + share))
    assert "other parts" in alone.how.en


def test_a_contested_price_keeps_both_figures() -> None:
    price = price_of("910C", to="CN", on="2025-08-01")
    mids = sorted(t.value.mid for t in price.terms)
    assert [t.id for t in price.terms] == ["street.huawei-cloudmatrix-384", "contract.huawei-ascend-910c"]
    assert price.value.low < mids[0] < price.value.mid < mids[1] < price.value.high


def test_the_market_of_the_destination_comes_first() -> None:
    china, us = price_of("B200", to="CN", on="2025-07-15"), price_of("B200", to="US", on="2025-07-15")
    assert china.value.mid > us.value.mid
    assert "grey" in china.how.en and "grey" not in us.how.en
    assert price_of("B200", to="HK", on="2025-07-15") == china
    assert price_of("MI300X", to="CN", on="2024-03-01").value.low <= price_of("MI300X", on="2024-03-01").value.low


def test_lawful_kinds_come_before_grey_ones_and_a_kind_can_be_asked_for() -> None:
    lawful, grey = price_of("H800", to="CN", on="2023-10-18"), price_of("H800", to="CN", on="2023-10-18", kind="grey")
    assert lawful.value.mid < grey.value.mid == 52_817
    assert all(t.id.startswith("grey.") for t in grey.terms)
    with pytest.raises(InputError, match="kind"):
        price_of("H800", kind="gray")
    with pytest.raises(NoAnswer):
        price_of("H20", to="CN", kind="grey")


def test_the_nearest_day_is_taken_and_doubt_grows_with_distance() -> None:
    then, later = price_of("910B", to="CN", on="2024-06-15"), price_of("910B", to="CN", on="2026-06-15")
    assert then.value.mid == pytest.approx(16_800, rel=0.02)
    assert later.value.high / later.value.low > 1.5 * then.value.high / then.value.low
    assert price_of("H20", to="CN", on="2024-02-10").value.mid > price_of("H20", to="CN", on="2025-06-01").value.mid


def test_what_became_public_later_is_hidden() -> None:
    early = quotes("H20", to="CN", on="2024-02-10", as_of="2024-02-10")
    assert {q.period for q in early} == {"2024-02-01"}
    assert all(q.public <= date(2024, 2, 10) for q in early)
    with pytest.raises(NoAnswer, match="as of 2023"):
        price_of("H20", to="CN", on="2024-02-10", as_of="2023-06-01")


def test_where_only_a_rent_is_known_the_price_says_so() -> None:
    price = price_of("TPU v6e", to="US", on="2026-08-19")
    rent, hours = price.terms
    assert price.value.mid == pytest.approx(rent.value.mid * hours.value.mid)
    assert price.weakest == "assumed" and "rent" in price.how.en


def test_a_chip_that_nobody_priced_has_no_answer_that_says_what_to_set() -> None:
    with pytest.raises(NoAnswer) as caught:
        price_of("BR100", to="CN")
    assert "--set price.biren-br100" in str(caught.value)
    with pytest.raises(NoAnswer, match="rent"):
        rental_of("BR100", to="CN")


def test_a_price_that_is_given_is_taken_as_it_is() -> None:
    assert price_of("BR100", given=9000.0).value.mid == 9000.0
    with pytest.raises(InputError, match="negative"):
        price_of("H20", given=-1.0)


def test_rent_follows_its_market() -> None:
    assert rental_of("H800", to="CN", on="2025-02-15").value.mid == 2.0
    assert rental_of("A100", to="US", on="2024-09-10").value.mid == 1.25
    assert rental_of("A100", to="CN", on="2024-09-10").value.low < 1.0 < rental_of("A100", to="CN",
                                                                                  on="2024-09-10").value.high
