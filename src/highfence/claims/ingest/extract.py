"""What every reader of a format gives back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from highfence.claims.ingest.dating import Dated
from highfence.core.labels import Label

Block = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Extract:
    """Text with its parts.

    Attributes
    ----------
    blocks : start, end and role of each stretch. dated : a day of publication that the file states; hint : one that
    its properties suggest. places : where a stretch came from.
    """

    text: str
    title: str = ""
    blocks: tuple[Block, ...] = ()
    places: tuple[tuple[int, str], ...] = ()
    dated: Dated | None = None
    hint: Dated | None = None
    warnings: tuple[Label, ...] = ()


def joined(parts: Sequence[tuple[str, str]], gap: str = "\n\n") -> tuple[str, tuple[Block, ...]]:
    """Join (role, text) pairs and return the text with the place of each.

    >>> joined([("title", "Chips"), ("body", "They sell.")])
    ('Chips\\n\\nThey sell.', ((0, 5, 'title'), (7, 17, 'body')))
    """
    blocks: list[Block] = []
    pieces: list[str] = []
    at = 0
    for role, piece in parts:
        clean = piece.strip()
        if not clean:
            continue
        if pieces:
            pieces.append(gap)
            at += len(gap)
        pieces.append(clean)
        blocks.append((at, at + len(clean), role))
        at += len(clean)
    return "".join(pieces), tuple(blocks)
