"""Attributes, changes, comparisons, reporting words and the other words of the lists."""

from __future__ import annotations

import re
from collections.abc import Sequence

from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import lexicon
from highfence.claims.mentions.tokens import Tokens, hits_at
from highfence.claims.model import Mention, Quantity

_QUOTE = re.compile(r'["「『“]([^"「」『』“”\n]{1,400})["」』”]')
_IMPLIED = {"double": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5}


def words(cut: Tokens, taken: bytearray, times: Sequence[Mention]) -> list[Mention]:
    """Return every word of the lists outside of names and times; within one kind the longest, not overlapping."""
    tree = lexicon().words
    after: dict[str, int] = {}
    found: list[Mention] = []
    within = {i: t.end for t in times for i in range(t.start, t.end)}
    resume = 0
    for i, start in enumerate(cut.starts):
        if taken[start] or start < resume:
            continue
        longest: dict[str, tuple[int, str]] = {}
        for hit in hits_at(cut, tree, i, free=True):
            kind, id = hit.value
            longest[kind] = (hit.end, id)
        ignored = longest.pop("", (0, ""))[0]
        resume = max(resume, ignored)
        for kind, (end, id) in longest.items():
            if end < ignored or end <= within.get(start, 0):
                continue
            if start >= after.get(kind, 0) and not any(taken[start:end]):
                found.append(Mention(start, end, kind, id))
                after[kind] = end
    return _outer(found)


def _outer(found: list[Mention]) -> list[Mention]:
    """Drop words that are only a part of an attribute's name: the use in a rate of use, the sale in sales revenue."""
    names = {i: m for m in found if m.kind == "attribute" for i in range(m.start, m.end)}

    def part(m: Mention) -> bool:
        name = names.get(m.start)
        return (
            name is not None and m.kind != "attribute" and m.end <= name.end and m.end - m.start < name.end - name.start
        )

    return [m for m in found if not part(m)]


def implied(found: list[Mention], quantities: list[Mention], text: str) -> list[Mention]:
    """Return the factors that verbs name: doubled is two times, halved is half."""
    covered = {i for q in quantities for i in range(q.start, q.end)}
    return [
        Mention(
            m.start,
            m.end,
            "quantity",
            quantity=Quantity(_IMPLIED[m.id], "times", tolerance=0.05 * _IMPLIED[m.id], printed=text[m.start : m.end]),
        )
        for m in found
        if m.kind == "change" and m.id in _IMPLIED and covered.isdisjoint(range(m.start, m.end))
    ]


def quotes(folded: Folded) -> list[Mention]:
    """Return what stands between quotation marks."""
    return [Mention(m.start(), m.end(), "quote") for m in _QUOTE.finditer(folded.low)]
