"""PDF files, page by page."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from typing import Any

from highfence.claims.ingest.dating import Dated, day_in
from highfence.claims.ingest.extract import Block, Extract
from highfence.core.errors import InputError, MissingExtra, NoAnswer
from highfence.core.labels import Label

MAX_PAGES = 500
MAX_SECONDS = 60.0
MAX_TEXT = 2_000_000
_SPARSE = 25
_HAN = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_ENDS = '。.!?！？:：;；”"」』)）'
_BROKEN = Label("page {page} could not be read", "第{page}页无法读取")


def read_pdf(data: bytes, where: str) -> Extract:
    """Return the text of a PDF, its lines joined into paragraphs.

    Raises
    ------
    InputError : broken, encrypted, too many pages, or too slow to read.
    NoAnswer : pages without text.
    """
    reader = _open(data, where)
    pages, warnings = [], []
    started = time.monotonic()
    length = 0
    for number, page in enumerate(reader.pages, 1):
        if time.monotonic() - started > MAX_SECONDS:
            raise InputError(
                "reading the PDF takes too long",
                where=f"{where}: page {number}",
                expected=f"under {MAX_SECONDS:.0f} s",
                hint="check the text alone, as txt or md",
            )
        try:
            text = page.extract_text() or ""
        except Exception:
            warnings.append(_BROKEN.format(page=number))
            text = ""
        length += len(text)
        if length > MAX_TEXT:
            raise InputError(
                "the text is too long", where=f"{where}: page {number}", expected=f"at most {MAX_TEXT:,} characters"
            )
        pages.append(text)
    if length < _SPARSE * len(pages):
        raise NoAnswer(
            "the PDF holds almost no text: it is probably a scan",
            missing="text in the PDF",
            would_change="every claim in it",
            hint="run character recognition (OCR) on it first",
        )
    text, blocks, places = _laid_out(pages)
    title, hint = _properties(reader)
    return Extract(text, title or _title(text, blocks), blocks, places, hint=hint, warnings=tuple(warnings))


def _open(data: bytes, where: str) -> Any:
    try:
        from pypdf import PdfReader
        from pypdf.errors import PyPdfError
    except ImportError:
        raise MissingExtra("claims", "reading a PDF") from None
    broken = InputError("a PDF that cannot be read", where=where, hint="save it again, or as text")
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        locked = reader.is_encrypted and not reader.decrypt("")
        count = 0 if locked else len(reader.pages)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
        ArithmeticError,
        NotImplementedError,
        OSError,
        AssertionError,
    ):
        raise broken from None
    except ImportError:
        locked, count = True, 0
    if locked:
        raise InputError("the PDF is encrypted", where=where, hint="save it without a password", code="encrypted")
    if count > MAX_PAGES:
        raise InputError(
            "the PDF has too many pages",
            where=where,
            got=count,
            expected=f"at most {MAX_PAGES}",
            hint="check it in parts",
        )
    if not count:
        raise broken
    return reader


def _laid_out(pages: list[str]) -> tuple[str, tuple[Block, ...], tuple[tuple[int, str], ...]]:
    pieces: list[str] = []
    blocks: list[Block] = []
    places: list[tuple[int, str]] = []
    at = 0
    for number, page in enumerate(pages, 1):
        for i, paragraph in enumerate(_paragraphs(page)):
            if pieces:
                pieces.append("\n\n")
                at += 2
            if i == 0:
                places.append((at, f"page {number}"))
            pieces.append(paragraph)
            short = len(paragraph) <= 80 and paragraph[-1] not in _ENDS
            blocks.append((at, at + len(paragraph), "heading" if short else "body"))
            at += len(paragraph)
    return "".join(pieces), tuple(blocks), tuple(places)


def _paragraphs(page: str) -> Iterator[str]:
    """Yield paragraphs: a line goes on in the next where it is full and ends no sentence."""
    lines = [line.strip() for line in page.splitlines()]
    width = max((len(line) for line in lines), default=0)
    held = ""
    for line in lines:
        if not line:
            if held:
                yield held
            held = ""
            continue
        held = _glue(held, line) if held else line
        if len(line) < 0.6 * width or (line[-1] in _ENDS and len(line) < 0.9 * width):
            yield held
            held = ""
    if held:
        yield held


def _glue(one: str, two: str) -> str:
    if _HAN.match(one[-1]) or _HAN.match(two[0]):
        return one + two
    if one.endswith("-") and one[-2:-1].isalpha() and two[:1].islower():
        return one[:-1] + two
    return f"{one} {two}"


def _properties(reader: Any) -> tuple[str, Dated | None]:
    try:
        properties = reader.metadata or {}
        title = str(properties.get("/Title") or "").strip()
        written = re.match(r"D:(\d{4})(\d\d)(\d\d)", str(properties.get("/CreationDate") or ""))
    except Exception:
        return "", None
    day = day_in("-".join(written.groups())) if written else None
    return title[:300], None if day is None else Dated(day, "file")


def _title(text: str, blocks: tuple[Block, ...]) -> str:
    return text[blocks[0][0] : blocks[0][1]] if blocks and blocks[0][2] == "heading" else ""
