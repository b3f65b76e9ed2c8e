"""The page of a checked article: spans lead to cards, nothing is executed, nothing is lost."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from highfence.claims.model import VERDICTS, Checked, Claim, Document, Evidence, Judgement, Swap
from highfence.claims.review import claim_reviews
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.report.article import blocks, paragraphs, render_article

TEXT = ("Chips & <b>fences</b>\n\nThe H20 has 96 GB of memory, 20 % more than the H100 of 2022.\n"
        "Nobody knows what <script>alert(1)</script> comes next.\n")


def claimed(part: str, verdict: str, **more: object) -> Judgement:
    start = TEXT.index(part)
    claim = Claim(start, start + len(part), part, str(more.pop("kind", "quantity")))
    return Judgement(claim, verdict, str(more.pop("now", verdict)), 0.9, **more)  # type: ignore[arg-type]


@pytest.fixture
def checked() -> Checked:
    fact = Evidence(Label("NVIDIA H20: memory 96 GB", "英伟达 H20：显存96 GB"), "fact",
                    "chip:nvidia-h20/memory_capacity", "cset-supply-chain-explorer", "press", 96e9, unit="B",
                    published="2023-11-10", url="https://example.org/h20")
    return Checked(
        Document(TEXT, "en", "", date(2025, 7, 16), "Chips & <b>fences</b>", blocks=((0, 21, "title"),)),
        (claimed("The H20 has 96 GB of memory", "supported", evidence=(fact,)),
         claimed("The H20 has 96 GB of memory, 20 % more than the H100 of 2022", "imprecise", now="contradicted",
                 computation="96 / 80 - 1 = 0.2", swap=Swap("period", Label("2022", "2022"), Label("2023", "2023")),
                 reason=Label("a <reason>", "理由")),
         claimed("Nobody knows what", "opinion", kind="opinion")))


class Links(HTMLParser):
    """Collects ids and in-page links."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"]] if found.get("id") else []
        href = found.get("href") or ""
        self.links += [href[1:]] if href.startswith("#") else []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_link_leads_somewhere_and_ids_stand_once(checked: Checked, lang: str) -> None:
    page = Links()
    page.feed(render_article(checked, lang))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    assert {"c1", "c2", "c3", "t1", "t2", "t3"} <= set(page.ids)


def test_the_text_of_the_article_is_never_markup(checked: Checked) -> None:
    html = render_article(checked)
    page = Links()
    page.feed(html)
    assert "script" not in page.tags and "<script" not in html
    assert "&lt;b&gt;fences" in html and "a &lt;reason&gt;" in html
    assert not re.search(r"(?:src|href)=\"https?://(?!example\.org|[^\"]+\")", html)


def test_pieces_hold_the_whole_text(checked: Checked) -> None:
    shown = ["".join(p.text for p in block.pieces) for block in blocks(checked.document, checked.judgements)]
    assert shown == [TEXT[s:e] for s, e, role in paragraphs(checked.document) if role != "title"]


def test_the_shorter_of_two_claims_is_on_top(checked: Checked) -> None:
    pieces = blocks(checked.document, checked.judgements)[0].pieces
    assert pieces[0].claims == (1, 2) and pieces[0].starts == (1, 2) and pieces[0].ends == (1,)
    assert pieces[1].claims == (2,)


def test_nothing_found_says_so() -> None:
    empty = Checked(Document("Nothing here.", "en"), ())
    assert "No claim was found" in render_article(empty)


def test_an_unknown_language_is_refused(checked: Checked) -> None:
    with pytest.raises(InputError):
        render_article(checked, "fr")


def test_reviews_are_one_list_without_opinions(checked: Checked) -> None:
    found = claim_reviews(checked, "zh")
    assert found["@type"] == "ItemList" and found["numberOfItems"] == len(found["itemListElement"]) == 2
    first = found["itemListElement"][0]["item"]
    assert first["@type"] == "ClaimReview" and first["claimReviewed"] == "The H20 has 96 GB of memory"
    assert first["reviewRating"] == {"@type": "Rating", "alternateName": "属实", "ratingValue": 5, "bestRating": 5,
                                     "worstRating": 1}
    assert first["citation"] == ["https://example.org/h20"]
    assert first["itemReviewed"]["appearance"]["datePublished"] == "2025-07-16"


def test_the_json_counts_every_verdict(checked: Checked) -> None:
    result = checked.to_dict()
    assert sum(result["verdicts"].values()) == len(result["claims"]) == 3 and set(result["verdicts"]) == set(VERDICTS)
    second = result["claims"][1]
    assert TEXT[second["start"]:second["end"]] == second["text"]
    assert second["verdict_now"] == "contradicted" and second["swap"]["kind"] == "period"
