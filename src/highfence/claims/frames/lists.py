"""Lists: from A's B to C's D, names in brackets one after another, clauses joined by a conjunction."""

from __future__ import annotations

import re
from collections.abc import Iterator

from highfence.claims.frames import segments
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.roles import predicate
from highfence.claims.frames.segments import Piece, Sentence
from highfence.claims.frames.view import MASK, View

_TO = re.compile("(?:再|又|一直)?到")


def is_list(view: View, piece: Piece) -> bool:
    """Tell whether a Chinese piece is a stretch of 从A...到B..., with names or brackets in its items."""
    if view.lang != "zh":
        return False
    text = view.folded[piece.start : piece.end]
    if not re.match("从.+?到|从|再到|到", text) or (piece.after not in (",", "，", "") and "到" not in text):
        return False
    spans = list(_item_spans(view, piece))
    if len(spans) < 2 and not text.startswith(("再到", "到")):
        return len(spans) == 1 and "到" not in text and text.startswith("从") and _item(view, *spans[0]) == "origin"
    return any(_item(view, *s) for s in spans)


def apposed(view: View, start: int, end: int) -> bool:
    """Tell whether an item is a thing with a name in brackets, and nothing more."""
    return any(
        b.end - b.start <= 16 and not predicate(view, b.start, b.end) for b in segments.brackets(view.text, start, end)
    )


def _item_spans(view: View, piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield the items of 从A到B再到C; 到 counts only outside brackets and not before a number."""
    text = view.folded
    closed = [
        (b.start - 1, b.end + 1)
        for b in segments.brackets(view.text, piece.start, piece.end)
        + segments.quotes(view.text, piece.start, piece.end)
    ]
    start = piece.start
    for match in _TO.finditer(text, piece.start, piece.end):
        if any(a <= match.start() < b for a, b in closed):
            continue
        if view.within(match.end(), min(match.end() + 12, piece.end), "quantity") and not view.within(
            match.end(), piece.end, "entity"
        ):
            continue
        if start < match.start():
            yield start, match.start()
        start = match.end()
    if start < piece.end:
        yield start, piece.end


def _item(view: View, start: int, end: int) -> str:
    """Name what an item of a list says: origin (A's B; product (firm)), event, or nothing."""
    while view.folded[start:end].startswith(("从", "到", "再")):
        start += 1
    names = [m for m in view.within(start, end, "entity") if m.start <= start + 3 or m.type != "firm"]
    inside = segments.brackets(view.text, start, end)
    if inside:
        says = predicate(view, inside[0].start, inside[0].end)
        return "event" if says else "origin" if inside[0].end - inside[0].start <= 12 else ""
    if not names:
        return ""
    rest = view.folded[names[0].end : end]
    if rest.startswith("的"):
        return "origin" if len(rest) > 1 else ""
    if rest and (predicate(view, start, end) or view.has("legal", start, end) or (len(names) == 1 and len(rest) >= 3)):
        return "event"
    return "event" if view.within(start, end, "time") and rest else ""


def items(view: View, piece: Piece, sentence: Sentence, number: int) -> Iterator[Clause]:
    """Yield the items of a list that say something."""
    for start, end in _item_spans(view, piece):
        said = _item(view, start, end)
        if said:
            first = start + 1 if view.folded[start] == "从" else start
            yield Clause(first, end, first, "item" if said == "origin" else "clause", sentence, number)


def enumerated(view: View, piece: Piece) -> Iterator[Piece]:
    """Cut A（...）、B（...）和C（...） into its members, where each has a bracket that says something."""
    every = segments.brackets(view.text, piece.start, piece.end)
    inside = [b for b in every if predicate(view, b.start, b.end)] or [
        b for b in every if b.end - b.start <= 12 and view.within(b.start, b.end, "entity")
    ]
    if len(inside) < 2:
        yield piece
        return
    start, mark = piece.start, piece.mark
    for bracket in inside[:-1]:
        after = re.compile("[、]|和|以及|与|及").match(view.text, bracket.end + 1)
        if after:
            yield Piece(start, bracket.end + 1, mark, "、")
            start, mark = after.end(), "、"
    yield Piece(start, piece.end, mark, piece.after)


def english_list(view: View, sentence: Sentence, number: int) -> Iterator[Clause]:
    """Yield the items of "from A's B to C's D": who makes what."""
    for match in re.compile(r"\b(?:from|to|and) (?=\ufffc)").finditer(view.bare, sentence.start, sentence.end):
        names = view.within(match.end(), min(match.end() + 60, sentence.end), "entity")
        if (
            len(names) < 2
            or names[0].start != match.end()
            or names[0].type != "firm"
            or names[1].type not in ("product", "chip", "system", "technology")
        ):
            continue
        if re.fullmatch(r"(?:'s?) (?:[a-z-]+ ){0,2}", view.folded[names[0].end : names[1].start]) and re.match(
            r"from |.*\bfrom ", view.folded[sentence.start : match.end()]
        ):
            yield Clause(names[0].start, names[1].end, names[0].start, "item", sentence, number)


_AND = re.compile(r"\s+(?:and|but|while|whereas|although|though|because|as|after|before|when|since|even as)\s+(?=\S)")


_SUBJECT_VERB = re.compile(
    r"(?:the |a |an |its |their |his |us |chinese |american )?(?:[\w\ufffc'’.-]+ ){0,3}?(?:is|are|was|were|has|"
    r"have|had|will|would|can|could|may|"
    r"makes?|made|rose|fell|said|says|grew|holds?|held|designs|produces|supplies|controls|accounted|"
    r"accounts|remains?|"
    r"\w+ed)\b"
)


def conjoined(view: View, piece: Piece) -> Iterator[Piece]:
    """Cut an English piece at a conjunction that has a whole clause on each side."""
    start, mark = piece.start, piece.mark
    for match in _AND.finditer(view.bare, piece.start, piece.end):
        left, right = view.bare[start : match.start()], view.bare[match.end() : piece.end]
        if len(left.split()) < 3 or len(right.split()) < 3 or not predicate(view, start, match.start()):
            continue
        head = re.match(r"[\ufffc ]+", right)
        opens = (
            head is not None or re.match(r"(?:it|they|he|she|the|its|their|a|an|[a-z]+ \ufffc)\b", right) is not None
        )
        if match.group().strip() in ("and", "but") and _second_verb(view, start, match.start(), match.end(), piece.end):
            yield Piece(start, match.start(), mark, match.group().strip())
            start, mark = match.end(), match.group().strip()
            continue
        if opens and _SUBJECT_VERB.match(compact(right)):
            yield Piece(start, match.start(), mark, match.group().strip())
            start, mark = match.end(), match.group().strip()
    yield Piece(start, piece.end, mark, piece.after)


_VERB_FIRST = re.compile(
    r"(?:also |then |later |now |still |\w+ly )?(?:is|was|are|were|has|had|will|would|\w{2,}ed|set|put|cut|"
    r"fell|rose|made|took|gave|sold|bought|built|said|held|led|paid|won|lost|left|kept|began|grew|became|"
    r"brought)\b"
)


def _second_verb(view: View, start: int, left: int, right: int, end: int) -> bool:
    """Tell whether "and" joins two predicates of one subject that each tell a number or a time of their own."""
    if not _VERB_FIRST.match(view.bare, right, end):
        return False

    def tells(first: int, last: int) -> bool:
        return bool(view.within(first, last, "time")) or any(
            m.quantity is not None and m.quantity.unit != "day" for m in view.within(first, last, "quantity")
        )

    return tells(start, left) and tells(right, end) and bool(view.within(start, left, "entity"))


def compact(text: str) -> str:
    """Shorten every masked name to one letter."""
    return re.sub(MASK + "+", "X", text)
