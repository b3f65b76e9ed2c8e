"""From a file, bytes or text to a document: plain text, language, day of publication, headings and quotes.

Nothing is fetched and nothing is run. What cannot be read is refused with a reason; what can be read but says little
becomes a document with a warning.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import cast

from highfence.claims.ingest.dating import Dated, first_date
from highfence.claims.ingest.decoding import decode
from highfence.claims.ingest.extract import Extract
from highfence.claims.ingest.language import language, languages_beside, script
from highfence.claims.ingest.sniffing import FORMATS, sniff
from highfence.claims.model import Document, Lang
from highfence.core.dates import parse_day
from highfence.core.errors import InputError
from highfence.core.labels import Label

__all__ = ["MAX_BYTES", "MAX_CHARACTERS", "read"]

MAX_BYTES = 20_000_000
MAX_CHARACTERS = 2_000_000

_EMPTY = Label("there is no text in it", "其中没有文字")
_NO_DATE = Label(
    'no day of publication was found: periods such as "last year" stay open; give one with --published',
    "未找到发布日期：“去年”等相对时间无法确定；请用 --published 指定",
)
_FROM_TOP = Label("the day of publication was read from the text near its top: {day}", "发布日期取自文首文字：{day}")
_FROM_FILE = Label(
    "the day of publication is the file's own and may be that of a copy: {day}",
    "发布日期取自文件属性，可能只是副本的日期：{day}",
)
_MIXED = Label("simplified and traditional characters are mixed", "简体字与繁体字混用")
_OTHER = Label("the text is mostly in neither English nor Chinese", "文字大多既非英文也非中文")


def read(
    source: Path | bytes | str,
    *,
    published: date | str | None = None,
    lang: str | None = None,
    format: str | None = None,
) -> Document:
    """Read an article.

    Parameters
    ----------
    source : a file, its bytes, or the text itself. published : day of publication, where known. lang : ``zh`` or
    ``en``, where the count of characters would mislead. format : txt, md, html, pdf or docx; found out by content if
    not given.

    Raises
    ------
    InputError : too large, encrypted, of another kind, not decodable, or not what ``format`` says.
    NoAnswer : a scanned PDF, which holds pictures of text.

    Examples
    --------
    >>> found = read("# 出口管制\\n\\n2025年7月16日，美國批准了H20的出口許可。", format="md")
    >>> found.lang, found.script, found.title, found.published.isoformat()
    ('zh', 'hant', '出口管制', '2025-07-16')
    """
    if format is not None and format not in FORMATS:
        raise InputError("no such format", where="format", got=format, expected=", ".join(FORMATS), example="html")
    if lang not in (None, "zh", "en"):
        raise InputError(
            "no such language of an article", where="--article-lang", got=lang, expected="zh or en", example="zh"
        )
    where = str(source.name) if isinstance(source, Path) else "text"
    data = source if isinstance(source, str) else _bytes(source, where)
    kind = format or sniff(data, source.suffix.lower() if isinstance(source, Path) else "", where)
    extract = _extract(kind, data, where)
    if len(extract.text) > MAX_CHARACTERS:
        raise InputError(
            "the text is too long",
            where=where,
            got=f"{len(extract.text):,} characters",
            expected=f"at most {MAX_CHARACTERS:,} characters",
            hint="check it in parts",
        )
    return _document(kind, extract, published, lang)


def _bytes(source: Path | bytes, where: str) -> bytes:
    size = len(source) if isinstance(source, bytes) else _size(source)
    if size > MAX_BYTES:
        raise InputError(
            "the file is too large",
            where=where,
            got=f"{size:,} bytes",
            expected=f"at most {MAX_BYTES:,} bytes",
            hint="check the text alone, as txt or md",
        )
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise InputError("cannot read the file", where=where, got=error.strerror or str(error)) from None


def _size(source: Path) -> int:
    try:
        if not source.is_file():
            raise InputError(
                "no such file", where=str(source), expected="a file with an article", example="article.txt"
            )
        return source.stat().st_size
    except (OSError, ValueError) as error:
        raise InputError("cannot read the file", where=str(source), got=str(error)) from None


def _extract(kind: str, data: bytes | str, where: str) -> Extract:
    if kind in ("pdf", "docx"):
        if isinstance(data, str):
            raise InputError(f"text is no {kind.upper()}", where=where, expected="a file or its bytes")
        return _reader(kind)(data, where)
    text = data if isinstance(data, str) else decode(data, where, html=kind == "html")
    if kind == "html":
        from highfence.claims.ingest.web import read_html

        return read_html(text)
    from highfence.claims.ingest.plain import read_markdown, read_text

    return read_markdown(text) if kind == "md" else read_text(text)


def _reader(kind: str) -> Callable[[bytes, str], Extract]:
    if kind == "pdf":
        from highfence.claims.ingest.pdf import read_pdf

        return read_pdf
    from highfence.claims.ingest.docx import read_docx

    return read_docx


def _document(kind: str, extract: Extract, published: date | str | None, lang: str | None) -> Document:
    text = extract.text
    warnings = list(extract.warnings)
    if not text.strip():
        warnings.append(_EMPTY)
    day = parse_day(published, "--published") if published is not None else None
    if day is None:
        found = extract.dated or first_date(text) or extract.hint
        day = found.day if found else None
        warnings += _about_date(found) if text.strip() else []
    tongue = cast(Lang, lang or language(text))
    written, mixed = script(text) if tongue == "zh" else ("", False)
    if mixed:
        warnings.append(_MIXED)
    if text.strip() and languages_beside(text):
        warnings.append(_OTHER)
    return Document(text, tongue, written, day, extract.title, kind, extract.blocks, extract.places, tuple(warnings))


def _about_date(found: Dated | None) -> list[Label]:
    if found is None:
        return [_NO_DATE]
    if found.how == "meta":
        return []
    return [(_FROM_TOP if found.how == "top" else _FROM_FILE).format(day=found.day.isoformat())]
