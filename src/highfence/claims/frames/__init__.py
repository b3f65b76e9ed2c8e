"""Claims: what an article asserts, as typed frames with exact spans.

``document + mentions -> clauses -> claims``. A clause that states something about a named thing, with or without a
number, gives a claim for each thing it asserts; a clause that judges gives an opinion; the rest gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from highfence.claims.frames.extract import extracted
from highfence.claims.frames.view import View
from highfence.claims.model import Claim, Document, Mention


def claims(document: Document, mentions: Iterable[Mention]) -> tuple[Claim, ...]:
    """Return the claims of a document in the order of the text, opinions among them.

    >>> from highfence.claims import mentions
    >>> document = Document("NVIDIA's revenue rose 69% in the quarter.", "en")
    >>> [(c.kind, c.subject, c.attribute, c.role, c.quantity.value) for c in claims(document, mentions.find(document))]
    [('change', ('nvidia',), 'revenue', 'by', 0.69)]
    """
    return extracted(View(document, mentions))
