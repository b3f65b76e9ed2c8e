"""Judgements as schema.org ClaimReview, all of an article in one ItemList."""

from __future__ import annotations

from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.claims.model import Checked, Judgement
from highfence.claims.words import VERDICT_NAMES
from highfence.core.labels import check_language

RATINGS = {"supported": 5, "imprecise": 3, "misattributed": 2, "contradicted": 1}
"""Ratings from 1 to 5; a verdict that says nothing of truth has none."""

LANGUAGES = {("zh", "hans"): "zh-Hans", ("zh", "hant"): "zh-Hant", ("zh", ""): "zh", ("en", ""): "en"}


def claim_reviews(checked: Checked, lang: str = "en") -> dict[str, Any]:
    """Return the JSON-LD of an article's claims, opinions left out.

    Parameters
    ----------
    lang : language of the reviews.

    Raises
    ------
    InputError : a language that the interface does not speak.
    """
    check_language(lang)
    reviewed = [j for j in checked.judgements if j.verdict != "opinion"]
    return {"@context": "https://schema.org", "@type": "ItemList", "numberOfItems": len(reviewed),
            "itemListElement": [{"@type": "ListItem", "position": n, "item": _review(j, checked, lang)}
                                for n, j in enumerate(reviewed, 1)]}


def _review(judged: Judgement, checked: Checked, lang: str) -> dict[str, Any]:
    document, rating = checked.document, RATINGS.get(judged.verdict)
    article: dict[str, Any] = {"@type": "Article", "inLanguage": LANGUAGES.get((document.lang, document.script), "en")}
    if document.title:
        article["headline"] = document.title
    if document.published:
        article["datePublished"] = document.published.isoformat()
    rated: dict[str, Any] = {"@type": "Rating", "alternateName": VERDICT_NAMES[judged.verdict].text(lang)}
    if rating is not None:
        rated |= {"ratingValue": rating, "bestRating": 5, "worstRating": 1}
    review: dict[str, Any] = {
        "@type": "ClaimReview", "inLanguage": {"en": "en", "zh": "zh-Hans"}[lang],
        "claimReviewed": judged.claim.text,
        "author": {"@type": "Organization", "name": "highfence"},
        "version": f"highfence {__version__}, data {DATA_VERSION}",
        "itemReviewed": {"@type": "Claim", "appearance": article},
        "reviewRating": rated}
    body = " ".join(part for part in (judged.reason.text(lang), judged.computation) if part)
    if body:
        review["reviewBody"] = body
    links = list(dict.fromkeys(e.url for e in judged.evidence if e.url))
    if links:
        review["citation"] = links
    return review
