"""Clauses: pieces of sentences mended into stretches that one claim can span.

A piece that says nothing by itself is joined with its neighbour: a time, a condition, a source or a topic with what
follows, an afterthought without a verb with what went before. Items of a list and what stands in brackets are clauses
of their own where they say something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.asides import spoken, with_brackets
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.lists import apposed, conjoined, english_list, enumerated, is_list, items
from highfence.claims.frames.roles import nominal, opens_with_verb, piece_role, predicate, sets_scene
from highfence.claims.frames.segments import Piece, Sentence
from highfence.claims.frames.view import View

_ANNOUNCES = {
    "zh": re.compile("宣布|提问|签署|召开|发布|公布|任命"),
    "en": re.compile(r"\b(?:announced|unveiled|signed|testified)\b"),
}


def clauses(view: View) -> tuple[Clause, ...]:
    """Return the clauses of a document, in the order of the text."""
    found: list[Clause] = []
    for number, sentence in enumerate(segments.sentences(view.document)):
        found.extend(_of_sentence(view, sentence, number))
    return tuple(sorted(found, key=lambda c: (c.sentence.start, c.said, c.start)))


def _of_sentence(view: View, sentence: Sentence, number: int) -> Iterator[Clause]:
    cut = segments.pieces(view.text, sentence.start, sentence.end, view.lang)
    if view.lang == "en":
        cut = tuple(part for piece in cut for part in conjoined(view, piece))
    else:
        cut = tuple(part for piece in cut for part in enumerated(view, piece))
    if view.lang == "en":
        yield from english_list(view, sentence, number)
    for clause in _mended(view, sentence, number, cut):
        clause = spoken(view, clause)
        if clause.role == "list":
            yield clause
        else:
            yield from with_brackets(view, clause)


def _mended(view: View, sentence: Sentence, number: int, cut: tuple[Piece, ...]) -> Iterator[Clause]:
    """Join pieces into clauses, leading ones forward and trailing ones backward."""
    done: list[Clause] = []
    start = topic = -1
    conditional = False
    speech: tuple[int, int] | None = None
    listed = -1
    aside: tuple[int, int] | None = None
    spoken = False
    for i, piece in enumerate(cut):
        kind = piece_role(view, piece)
        last = i == len(cut) - 1
        if (
            kind == "clause"
            and not last
            and nominal(view, piece.start, piece.end)
            and opens_with_verb(view, cut[i + 1].start, cut[i + 1].end)
        ):
            kind = "phrase"
        if (
            kind == "clause"
            and not last
            and view.lang == "zh"
            and re.match("(?:并?不是|并非|绝非)", view.folded[cut[i + 1].start : cut[i + 1].end])
        ):
            kind = "phrase"
        if is_list(view, piece):
            listed_items = tuple(items(view, piece, sentence, number))
            done.extend(listed_items)
            listed = piece.start if listed < 0 else listed
            bracketed = any(apposed(view, c.start, c.end) for c in listed_items)
            start = (listed if bracketed else -1) if not last else -1
            continue
        if piece.after == "、" and apposed(view, piece.start, piece.end):
            done.append(Clause(piece.start, piece.end, piece.start, "item", sentence, number))
            start = piece.start if start < 0 else start
            continue
        if kind == "lead":
            continue
        if kind == "speech":
            speech = (piece.start, piece.end)
            first = piece.start if start < 0 else start
            if (
                done
                and (last or piece.after not in (":", "："))
                and view.lang == "en"
                and piece.mark in (",", "”", '"')
            ):
                done = [replace(c, speech=c.speech or speech) for c in done]
            elif view.within(first, piece.end, "time") and _ANNOUNCES[view.lang].search(
                view.folded, piece.start, piece.end
            ):
                done.append(_clause(view, sentence, number, piece, first, None, False))
            start = -1
            spoken = piece.after in (":", "：")
            continue
        if spoken:
            kind, spoken = "clause" if kind == "phrase" else kind, False
            if view.text[piece.start] in segments.QUOTES and not predicate(view, piece.start - 1, piece.start):
                start = speech[0] if speech else start
        if kind == "clause" and topic >= 0 and not last and _inserted(view, piece, cut[i + 1]):
            done.append(Clause(topic, piece.end, topic, "clause", sentence, number, main=piece.start))
            aside = (piece.start, piece.end)
            continue
        if kind == "back":
            if (
                done
                and done[-1].role == "clause"
                and start < 0
                and view.within(piece.start, piece.end, "quantity", "time")
            ):
                done[-1] = replace(done[-1], end=piece.end)
                continue
            kind = "clause" if predicate(view, piece.start, piece.end) else "phrase"
        if (
            kind in ("time", "source", "condition", "phrase")
            and not last
            and not (kind == "phrase" and view.lang == "en" and done and not _leads(view, cut, i))
        ):
            if kind == "source":
                speech = (piece.start, piece.end)
            conditional = conditional or kind == "condition"
            if kind == "phrase":
                if topic >= 0 and _apposes(view, piece):
                    done.append(
                        Clause(topic, piece.end, piece.start, "apposition", sentence, number, head=(topic, piece.start))
                    )
                if not sets_scene(view, piece):
                    topic = piece.start if topic < 0 else topic
            start = piece.start if start < 0 else start
            continue
        if kind in ("phrase", "time", "source", "condition") and done and done[-1].role == "clause" and start < 0:
            if kind == "source":
                done[-1] = replace(done[-1], speech=(piece.start, piece.end))
            elif kind != "condition" or view.lang == "en":
                done[-1] = replace(done[-1], end=piece.end)
            continue
        clause = _clause(view, sentence, number, piece, start, speech, conditional)
        if 0 <= listed == start:
            clause = replace(clause, role="list")
        if 0 <= topic < clause.core:
            clause = replace(clause, core=_without_lead(view, topic, clause.end), main=clause.core)
            clause = replace(clause, aside=aside)
        topic, aside = -1, None
        if done and _chained(view, done[-1], clause, piece):
            done[-1] = replace(done[-1], end=clause.end)
        else:
            done.append(clause)
        start, conditional = -1, False
    yield from done


def _apposes(view: View, piece: Piece) -> bool:
    """Tell whether an English phrase between commas ranks the name before it: "the world's largest foundry"."""
    return (
        view.lang == "en"
        and re.match(
            r"(?:the|a|an|china's|america's|taiwan's|\ufffc+'s|its|one of) ?", view.bare[piece.start : piece.end]
        )
        is not None
        and (
            any(
                m.id in ("largest", "smallest", "only", "first")
                for m in view.within(piece.start, piece.end, "superlative")
            )
        )
    )


def _inserted(view: View, piece: Piece, after: Piece) -> bool:
    """Tell whether an English piece tells more of the topic, and the next one goes on: "X, made by Y, is ..."."""
    if view.lang != "en" or piece.after != ",":
        return False
    opens = re.compile(r"(?:which|who|whose|that|\w+ed|made|built|set up|led|known|including)\b").match(
        view.bare, piece.start
    )
    return opens is not None and lexicon.starts("en", "verbs", view.bare[after.start : after.end]) > 0


def _leads(view: View, cut: tuple[Piece, ...], i: int) -> bool:
    """Tell whether an English phrase belongs to what follows: it stands behind "and", "but" or a semicolon."""
    return cut[i].mark in (";", "；") or view.starts("leads", cut[i].start, cut[i].end) > 0


def _clause(
    view: View,
    sentence: Sentence,
    number: int,
    piece: Piece,
    start: int,
    speech: tuple[int, int] | None,
    conditional: bool,
) -> Clause:
    core = piece.start
    first = piece.start if start < 0 else start
    if first == core:
        core = first = _without_lead(view, core, piece.end)
    return Clause(first, piece.end, core, "clause", sentence, number, speech=speech, conditional=conditional)


def _without_lead(view: View, start: int, end: int) -> int:
    """Return the offset behind the connectives that a piece begins with."""
    for _ in range(3):
        skip = view.starts("leads", start, end)
        if (
            not skip
            or end - start - skip < 3
            or (
                view.lang == "zh"
                and view.folded[start : start + 2] in ("并购", "并列", "并非", "并未", "并没", "并不", "又是", "而是")
            )
        ):
            break
        start += skip
        while start < end and view.text[start] in " ,，:：":
            start += 1
    return start


def _chained(view: View, before: Clause, clause: Clause, piece: Piece) -> bool:
    """Tell whether a short predicate without subject goes on with a short clause: 已量产，逼近7nm水平."""
    if view.lang != "zh" or before.role != "clause" or clause.start - before.end > 2 or piece.mark not in (",", "，"):
        return False
    if not opens_with_verb(view, clause.start, clause.end):
        return False
    opens = view.folded[clause.start : clause.start + 2]
    if opens == "不是":
        return False
    if view.folded[before.core : before.core + 2] in ("不是", "并非") and re.match(
        "而?是|就是", view.folded[clause.start : clause.end]
    ):
        return True
    if _by_means(view, before):
        return True
    counted = [m for span in (before, clause) for m in view.within(span.start, span.end, "quantity")]
    if any(m.quantity is None or m.quantity.unit != "nm" for m in counted):
        return False
    return clause.end - clause.start <= 9 and before.end - before.core <= 10


def _by_means(view: View, clause: Clause) -> bool:
    """Tell whether a clause only says with what, or in which time, the next one is done: 用五年时间, 以...为..."""
    text = view.bare[clause.core : clause.end]
    at = re.search("[用以靠](?!了|于|上|下|前|后|来|及|户|途)", text)
    if not at or any(
        m.quantity is None or m.quantity.unit != "day" for m in view.within(clause.start, clause.end, "quantity")
    ):
        return False
    rest = text[at.end() :]
    return re.search("时间$|方式$|手段$|为.{1,6}$|当.{1,8}$|作.{1,8}$", rest) is not None
