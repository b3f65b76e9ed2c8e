"""Plain text and Markdown, whose own offsets stay."""

from __future__ import annotations

import re

from highfence.claims.ingest.dating import Dated, stated
from highfence.claims.ingest.extract import Block, Extract

_ENDS = '。.!?！？;；:：,，、…”"」』)）'
_HEADING = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十\d]{1,3}[)）]|第[一二三四五六七八九十]{1,3}[章节節部]|"
    r"\d{1,2}[.、]\s?\S|[IVX]{1,4}\.\s)"
)
_QUOTE = re.compile(r"\s*>")
_ITEM = re.compile(r"\s*(?:[-*•·]|\d{1,2}[.)])\s")
_FRONT = re.compile(r"\ufeff?---\r?\n(?P<body>(?:[^\n]{0,2000}\n){1,200}?)---[ \t]*\r?(?:\n|$)")
_FIELD = re.compile(r"^(?P<name>[A-Za-z_]{2,30})\s*:\s*(?P<value>.*?)\s*$", re.MULTILINE)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_WRAPPED = 100
_SHORT_EN, _SHORT_ZH = 90, 36


def read_text(text: str) -> Extract:
    """Cut a plain text into title, headings, quotes and paragraphs."""
    blocks = _paragraphs(text)
    title = text[blocks[0][0] : blocks[0][1]] if blocks and blocks[0][2] == "title" else ""
    return Extract(text, " ".join(title.split()), blocks)


def read_markdown(text: str) -> Extract:
    """Cut Markdown into its parts; front matter and fenced code are none of them."""
    front = _FRONT.match(text)
    fields = {m["name"].lower(): m["value"].strip("\"'") for m in _FIELD.finditer(front["body"])} if front else {}
    blocks: list[Block] = []
    fenced = False
    for start, end in _lines(text, front.end() if front else 0):
        line = text[start:end]
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced or not line.strip() or set(line.strip()) <= set("-*_= "):
            continue
        elif line.lstrip().startswith("#") and line.lstrip().lstrip("#").startswith(" "):
            level = len(line.lstrip()) - len(line.lstrip().lstrip("#"))
            begin = start + line.index("#") + level
            blocks.append((*_trim(text, begin, end), "title" if level == 1 and not blocks else "heading"))
        elif _QUOTE.match(line):
            blocks.append((*_trim(text, start + line.index(">") + 1, end), "quote"))
        elif _ITEM.match(line):
            blocks.append((*_trim(text, start, end), "list"))
        elif blocks and blocks[-1][2] in ("body", "quote", "list") and _next_to(text, blocks[-1][1], start):
            blocks[-1] = (blocks[-1][0], _trim(text, start, end)[1], blocks[-1][2])
        else:
            blocks.append((*_trim(text, start, end), "body"))
    kept = tuple(b for b in blocks if b[0] < b[1])
    title = fields.get("title") or next((text[s:e] for s, e, role in kept if role in ("title", "heading")), "")
    return Extract(text, " ".join(title.split()), kept, dated=_front_date(fields))


def _front_date(fields: dict[str, str]) -> Dated | None:
    for name in ("date", "published", "pubdate", "publish_date", "date_published", "publishdate"):
        if found := stated(fields.get(name, "")):
            return found
    return None


def _paragraphs(text: str) -> tuple[Block, ...]:
    """Return the paragraphs: lines, or lines joined up to a blank one where the text is wrapped by hand."""
    lines = [(s, e) for s, e in _lines(text, 0)]
    filled = [(s, e) for s, e in lines if text[s:e].strip()]
    wrapped = (
        len(filled) > 5
        and max(e - s for s, e in filled) <= _WRAPPED
        and any(s == e for s, e in lines[1:-1])
        and sum(e - s > _WRAPPED // 2 for s, e in filled) > len(filled) / 2
    )
    found: list[list[int]] = []
    for start, end in filled:
        if wrapped and found and not text[found[-1][1] : start].strip() and _next_to(text, found[-1][1], start):
            found[-1][1] = end
        else:
            found.append([start, end])
    blocks = [(*_trim(text, s, e), "") for s, e in found]
    return tuple((s, e, _role(text[s:e], i, len(blocks))) for i, (s, e, _) in enumerate(blocks))


def _role(line: str, index: int, count: int) -> str:
    if _QUOTE.match(line):
        return "quote"
    han = sum("\u3400" <= c <= "\u9fff" for c in line)
    short = len(line) <= (_SHORT_ZH if han * 4 > len(line) else _SHORT_EN) and "\n" not in line
    open_end = line[-1:] not in _ENDS or line[-1:] in "?!？！"
    if index == 0 and count > 1 and short and (open_end or line[-1:] in '”"」』'):
        return "title"
    if short and open_end and (_HEADING.match(line) or not _ITEM.match(line)) and count > 2:
        return "heading"
    return "list" if _ITEM.match(line) else "body"


def _lines(text: str, at: int) -> list[tuple[int, int]]:
    """Return the place of each line, without its end."""
    found = []
    for match in re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]*").finditer(text, at):
        if match.end() > match.start() or match.start() == len(text) or text[match.start()] == "\n":
            found.append(match.span())
    return found


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _next_to(text: str, end: int, start: int) -> bool:
    """Whether only one end of line lies between two stretches."""
    return text[end:start].replace("\r\n", "\n").count("\n") <= 1
