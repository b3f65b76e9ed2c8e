"""A document seen through its mentions: folded text for word lists, masked text, and quick look-up by span."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property

from highfence.claims.frames import lexicon
from highfence.claims.mentions.folding import fold
from highfence.claims.model import Document, Mention

MASK = "\ufffc"
TYPES = {
    "firm": "F",
    "fund": "F",
    "chip": "G",
    "system": "G",
    "model": "G",
    "memory": "G",
    "product": "T",
    "technology": "T",
    "topic": "T",
    "place": "P",
    "agency": "A",
    "group": "X",
    "person": "H",
    "law": "L",
}
"""Letter that stands for each type of entity in :attr:`View.typed`."""


class View:
    """A document with its mentions, sorted.

    Attributes
    ----------
    text : as in the document. folded : simplified Chinese or lower-case English, same length. bare : folded, with
    every entity and time replaced by :data:`MASK`, so that no verb is read in a name.
    """

    def __init__(self, document: Document, mentions: Iterable[Mention]) -> None:
        self.document = document
        self.text = document.text
        self.lang = document.lang
        self.mentions: Sequence[Mention] = sorted(_useful(mentions), key=lambda m: (m.start, -m.end))
        self._starts = [m.start for m in self.mentions]
        self._longest = max((m.end - m.start for m in self.mentions), default=0)
        self.folded = fold(document.text).low

    @cached_property
    def bare(self) -> str:
        """Return the folded text with entities and times masked."""
        letters = list(self.folded)
        for m in self.mentions:
            if m.kind in ("entity", "time"):
                letters[m.start : m.end] = MASK * (m.end - m.start)
        return "".join(letters)

    @cached_property
    def typed(self) -> str:
        """Return :attr:`bare` with the first letter of each name telling its type: one of :data:`TYPES` in capitals."""
        letters = list(self.bare)
        for m in self.mentions:
            if m.kind == "entity":
                letters[m.start] = TYPES.get(m.type, "X")
        return "".join(letters)

    def named_at(self, start: int) -> Mention | None:
        """Return the entity that begins at an offset, if any."""
        first = bisect_left(self._starts, start)
        return next((m for m in self.mentions[first : first + 4] if m.start == start and m.kind == "entity"), None)

    def within(self, start: int, end: int, *kinds: str) -> list[Mention]:
        """Return the mentions of some kinds that lie wholly between two offsets, in order."""
        first = bisect_left(self._starts, start)
        last = bisect_left(self._starts, end)
        return [m for m in self.mentions[first:last] if m.end <= end and m.kind in kinds]

    def has(self, name: str, start: int, end: int) -> bool:
        """Tell whether a stretch, names masked, holds a word of a list."""
        return lexicon.pattern(self.lang, name).search(self.bare, start, end) is not None

    def find(self, name: str, start: int, end: int) -> list[re.Match[str]]:
        """Return the hits of a word list in a stretch, names masked."""
        return list(lexicon.pattern(self.lang, name).finditer(self.bare, start, end))

    def starts(self, name: str, start: int, end: int) -> int:
        """Return the length of the word of a list that a stretch begins with, or 0."""
        match = lexicon.pattern(self.lang, name).match(self.folded, start, end)
        return match.end() - start if match else 0


def _useful(mentions: Iterable[Mention]) -> list[Mention]:
    """Drop counted nouns ("firms", 家企业) that no number stands beside: they are no attributes there."""
    found = list(mentions)
    ends = {m.end for m in found if m.kind == "quantity"}
    starts = {m.start for m in found if m.kind == "quantity"}

    def beside(m: Mention) -> bool:
        return any(m.start - gap in ends or m.end + gap in starts for gap in range(4))

    return [m for m in found if m.kind != "attribute" or not m.id.endswith("-count") or beside(m)]
