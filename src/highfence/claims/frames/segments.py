"""Sentences, and the clauses that they are made of: what one claim can span.

A sentence is cut at every comma, colon, dash and semicolon that stands outside brackets and short quotes. What these
pieces lack is then mended by :mod:`highfence.claims.frames.clauses`, which knows words.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from highfence.claims.model import Document

PAIRS = {
    "(": ")",
    "（": "）",
    "[": "]",
    "［": "］",
    "【": "】",
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    '"': '"',
}
QUOTES = frozenset('“‘「『"')
BRACKETS = frozenset("(（[［【")
LONGEST_SENTENCE = 1500
"""What is longer, such as a table without full stops, is cut."""

LONGEST_QUOTE = {"zh": 26, "en": 60}
"""A quote of up to so many characters is a name or a figure of speech and stays whole; a longer one is speech."""

_END_ZH = re.compile(r"[。！？!?…]+[”’」』\"）)]*")
_END_EN = re.compile(r"[.!?。！？…]+[\"”’')\]]*(?=\s|$)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Inc|Corp|Co|Ltd|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Jr|Sr|No|vs|etc|approx|est|St|Jan|Feb|Mar|Apr"
    r"|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec|Fig|Sec|Art|al|e\.g|i\.e|U\.S|U\.K|U\.N|E\.U|D\.C|a\.m|p\.m|Rev|Ref))\.$"
)
_OPENER = re.compile(
    r"\s+[\"“']?(?:The|It|In|A|An|But|This|That|These|However|He|She|They|We|On|And|As|For|Its|While)\b"
)
_LIST_MARK = re.compile(
    r"\s*(?:[-*•·●▪◆■]+\s+|#{1,6}\s+|>\s+|\(?[0-9]{1,2}[.)、]\s*(?![0-9])|[（(]?[一二三四五六七八九十]{1,3}[)）、.．]\s*"
    r"|(?:Part|Chapter|Section)\s+[0-9IVX]+[.:]?\s+|第[一二三四五六七八九十]{1,2}[重点步个层方面是]{0,2}[,，、:：]\s*)"
)
_CUT = {
    "zh": re.compile(r"[，,；;：:]|—+|–|──+|(?<= )-+(?= )"),
    "en": re.compile(r"[,;:，；：](?=\s|$)|\s?—+\s?|\s–\s|\s-+\s"),
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its span, the role of its block (title, heading, body, ...), whether it asks or exhorts."""

    start: int
    end: int
    block: str
    question: bool = False
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence between two marks; ``mark`` is the one before it, ``after`` the one behind it."""

    start: int
    end: int
    mark: str
    after: str


@dataclass(frozen=True, slots=True)
class Bracket:
    """What stands in brackets: its inside, without them."""

    start: int
    end: int
    quote: bool = False


def sentences(document: Document) -> tuple[Sentence, ...]:
    """Return the sentences of a document in order; titles and headings are sentences of their own."""
    found: list[Sentence] = []
    for number, (start, end, block) in enumerate(_paragraphs(document)):
        for first, last in _cut_sentences(document.text, start, end, document.lang):
            mark = document.text[max(first, last - 3) : last]
            found.append(Sentence(first, last, block, "?" in mark or "？" in mark, number))
    return tuple(found)


def _paragraphs(document: Document) -> Iterator[tuple[int, int, str]]:
    text = document.text
    blocks = document.blocks or tuple(_guessed_blocks(text, document.lang))
    for start, end, role in blocks:
        for first, last in _lines(text, start, end, document.lang):
            head = _LIST_MARK.match(text, first, last)
            inner = head.end() if head else first
            inner, last = _trim(text, inner, last)
            if inner < last:
                yield inner, last, role if role != "body" else _role(text, first, inner, last, document.lang)


def _guessed_blocks(text: str, lang: str) -> Iterator[tuple[int, int, str]]:
    first, last = _first_line(text)
    if first < last and last - first <= (40 if lang == "zh" else 140) and text[last - 1] not in "。.!！;；，,":
        yield first, last, "title"
        first = last
    if first < len(text):
        yield first, len(text), "body"


def _first_line(text: str) -> tuple[int, int]:
    start = len(text) - len(text.lstrip())
    end = text.find("\n", start)
    return start, len(text) if end < 0 else end


def _role(text: str, first: int, start: int, end: int, lang: str) -> str:
    """Tell a heading by its mark, or by being short and closed by nothing."""
    mark = text[first:start].lstrip()
    if mark.startswith("#"):
        return "heading"
    if mark[:1] in tuple("-*•·●▪◆■>"):
        return "body"
    if (
        re.match("[（(]?[一二三四五六七八九十]{1,3}[)）、.．]", mark)
        and end - start <= 48
        and text[end - 1] not in "。."
    ):
        return "heading"
    short = end - start <= (32 if lang == "zh" else 80)
    closed = text[end - 1] in '。.!！;；…”"」』)）:：'
    return "heading" if short and not closed else "body"


def _lines(text: str, start: int, end: int, lang: str) -> Iterator[tuple[int, int]]:
    """Yield paragraphs: in English a line of prose that goes on in the next line is joined with it."""
    first = start
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        line = text[at:stop].rstrip()
        following = text[stop + 1 : stop + 2]
        soft = (
            lang == "en"
            and len(line) >= 60
            and line[-1] not in '.!?:"”'
            and following.strip() not in ("", "-", "*", "#")
        )
        if not soft:
            if first < stop:
                yield first, stop
            first = stop + 1
        at = stop + 1
    if first < end:
        yield first, end


def _cut_sentences(text: str, start: int, end: int, lang: str) -> Iterator[tuple[int, int]]:
    pattern = _END_EN if lang == "en" else _END_ZH
    closed = _closed(text, start, end, lang)
    first = start
    for match in pattern.finditer(text, start, end):
        if match.start() < first or _inside(closed, match.start(), match.end()):
            continue
        if lang == "en" and _abbreviates(text, first, match):
            continue
        yield from _bounded(text, first, match.end())
        first = match.end()
    yield from _bounded(text, first, end)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a stretch without the white space around it, in bits of at most :data:`LONGEST_SENTENCE` characters."""
    for first in range(start, max(end, start + 1), LONGEST_SENTENCE):
        left, right = _trim(text, first, min(end, first + LONGEST_SENTENCE))
        if left < right:
            yield left, right


def _inside(closed: list[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a stretch lies inside one of some brackets or quotes, which stand in order."""
    i = bisect_left(closed, (start, 0)) - 1
    return i >= 0 and closed[i][0] < start and end < closed[i][1]


def _abbreviates(text: str, first: int, match: re.Match[str]) -> bool:
    if match.group() != "." or not _ABBREVIATION.search(text, max(first, match.start() - 8), match.end()):
        return False
    if re.search(
        r"(?:U\.S|U\.K|U\.N|E\.U|D\.C|Inc|Corp|Ltd|Co|a\.m|p\.m)\.$", text[max(first, match.start() - 8) : match.end()]
    ):
        return not _OPENER.match(text, match.end())
    return True


def _closed(text: str, start: int, end: int, lang: str) -> list[tuple[int, int]]:
    """Return brackets and short quotes, outermost only, with their marks."""
    found: list[tuple[int, int]] = []
    at = start
    while at < end:
        mark = text[at]
        close = PAIRS.get(mark)
        if close and not (mark == "‘" and lang == "en"):
            stop = _matching(text, at, end, mark, close)
            longest = LONGEST_QUOTE[lang] if mark in QUOTES else 120 if lang == "zh" else 240
            if stop > 0 and stop - at <= longest + 2:
                found.append((at, stop))
                at = stop
                continue
        at += 1
    return found


def _matching(text: str, at: int, end: int, mark: str, close: str) -> int:
    """Return the offset behind the mark that closes the one at ``at``, or -1."""
    depth = 0
    for i in range(at + 1, min(end, at + 400)):
        if text[i] == close:
            if depth == 0:
                return i + 1
            depth -= 1
        elif text[i] == mark:
            depth += 1
    return -1


def brackets(text: str, start: int, end: int) -> tuple[Bracket, ...]:
    """Return what stands in round or square brackets between two offsets, outermost only."""
    found: list[Bracket] = []
    at = start
    while at < end:
        if text[at] in BRACKETS:
            stop = _matching(text, at, end, text[at], PAIRS[text[at]])
            if stop > at + 2:
                found.append(Bracket(at + 1, stop - 1))
                at = stop
                continue
        at += 1
    return tuple(found)


def quotes(text: str, start: int, end: int) -> tuple[Bracket, ...]:
    """Return what stands between quotation marks, without them."""
    found: list[Bracket] = []
    at = start
    while at < end:
        if text[at] in QUOTES:
            stop = _matching(text, at, end, text[at], PAIRS[text[at]])
            if stop > at + 2:
                found.append(Bracket(at + 1, stop - 1, quote=True))
                at = stop
                continue
        at += 1
    return tuple(found)


def pieces(text: str, start: int, end: int, lang: str) -> tuple[Piece, ...]:
    """Cut a sentence at its commas, colons, semicolons and dashes, outside brackets and short quotes."""
    closed = _closed(text, start, end, lang)
    found: list[Piece] = []
    first, mark = start, ""
    for match in _CUT[lang].finditer(text, start, end):
        at = match.start()
        if _inside(closed, at, at) or _within_number(text, at, match.end()):
            continue
        _add(text, first, at, mark, match.group().strip(), found)
        first, mark = match.end(), match.group().strip()
    _add(text, first, end, mark, "", found)
    return tuple(found)


def _within_number(text: str, at: int, after: int) -> bool:
    return at > 0 and after < len(text) and text[at - 1].isdigit() and text[after].isdigit() and text[at] in ",.:–-"


def _add(text: str, start: int, end: int, mark: str, after: str, found: list[Piece]) -> None:
    start, end = _trim(text, start, end, "。！？!?….;；,， \t\u3000")
    if start < end:
        found.append(Piece(start, end, mark, after))


def _trim(text: str, start: int, end: int, also: str = "") -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and (text[end - 1].isspace() or text[end - 1] in also):
        end -= 1
    return start, end
