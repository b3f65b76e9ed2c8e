"""From an article to its judgements."""

from __future__ import annotations

from highfence.claims import frames, mentions
from highfence.claims.judging import judge
from highfence.claims.model import Checked, Document
from highfence.core.labels import Label


def check(document: Document) -> Checked:
    """Return every claim of an article with its verdict, in the order of the text.

    >>> from datetime import date
    >>> text = "ASML is the only maker of EUV lithography machines."
    >>> found = check(Document(text, "en", published=date(2025, 7, 16)))
    >>> [j.verdict for j in found.judgements]
    ['supported']
    """
    claims = frames.claims(document, mentions.find(document))
    warnings = list(document.warnings)
    if document.published is None:
        warnings.append(
            Label("No day of publication: claims are judged by what is known today.", "未知发表日期：按今日所知判断。")
        )
    if not claims:
        warnings.append(Label("Nothing was found that facts could bear out or exclude.", "未发现可核查的说法。"))
    return Checked(document, tuple(judge(c, document.published, claims) for c in claims), tuple(warnings))
