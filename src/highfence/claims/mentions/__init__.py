"""From a document to what it names: entities, quantities, times and the words that link them.

Entities come first and hide their digits; times hide theirs; what is left are quantities.
"""

from __future__ import annotations

from highfence.claims.mentions.entities import codes, entities, masked
from highfence.claims.mentions.folding import fold
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.quantities import quantities
from highfence.claims.mentions.times import times
from highfence.claims.mentions.tokens import tokens
from highfence.claims.mentions.words import implied, quotes, words
from highfence.claims.model import MENTIONS, Document, Mention

__all__ = ["direction", "find"]


def find(document: Document) -> tuple[Mention, ...]:
    """Return every mention in a document, by place; mentions of one kind never overlap.

    >>> text = "NVIDIA said in May that its H20 sales fell by 60% to $4.6 billion."
    >>> [(m.kind, text[m.start:m.end]) for m in find(Document(text, "en")) if m.kind in ("entity", "quantity", "time")]
    [('entity', 'NVIDIA'), ('time', 'in May'), ('entity', 'H20'), ('quantity', '60%'), ('quantity', '$4.6 billion')]
    """
    folded = fold(document.text)
    cut = tokens(folded.low)
    taken = bytearray(len(document.text))
    names = entities(folded, cut)
    _take(taken, names)
    hidden = bytearray(taken)
    for start, end in masked(folded.low):
        hidden[start:end] = b"\1" * (end - start)
    when = times(folded, hidden, document.published)
    _take(hidden, when)
    named = list(codes(folded, hidden))
    _take(taken, named)
    _take(hidden, named)
    numbers = quantities(folded, hidden, names, document.lang)
    others = words(cut, taken, when)
    numbers += implied(others, numbers, document.text)
    found = [*names, *named, *when, *numbers, *others, *quotes(folded)]
    return tuple(sorted(found, key=lambda m: (m.start, MENTIONS.index(m.kind), m.end)))


def direction(id: str) -> int:
    """Return the sign of a class of change words: 1, -1, or 0 where it says nothing.

    >>> direction("plunge-to"), direction("surge"), direction("reach")
    (-1, 1, 0)
    """
    return lexicon().directions.get(id, 0)


def _take(taken: bytearray, mentions: list[Mention]) -> None:
    for m in mentions:
        taken[m.start : m.end] = b"\1" * (m.end - m.start)
