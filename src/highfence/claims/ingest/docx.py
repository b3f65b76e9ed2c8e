"""DOCX files: paragraphs and tables in order, after a look at what they would unpack to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from highfence.claims.ingest.dating import Dated
from highfence.claims.ingest.extract import Extract, joined
from highfence.core.errors import InputError, MissingExtra

MAX_UNPACKED = 100_000_000
MAX_RATIO = 150
MAX_FILES = 3000
_SMALL = 2_000_000


def read_docx(data: bytes, where: str) -> Extract:
    """Return the text of a DOCX.

    Raises
    ------
    InputError : broken, encrypted, or one that unpacks to far more than it is.
    """
    _guard(data, where)
    try:
        import docx as library
    except ImportError:
        raise MissingExtra("claims", "reading a DOCX file") from None
    try:
        document = library.Document(io.BytesIO(data))
        parts = list(_parts(document))
    except Exception as error:
        raise InputError(
            "a DOCX that cannot be read", where=where, got=type(error).__name__, hint="save it again, or as text"
        ) from None
    text, blocks = joined(parts)
    title, hint = _properties(document)
    heading = next((t.strip() for role, t in parts if role in ("title", "heading") and t.strip()), "")
    return Extract(text, title or heading, blocks, hint=hint)


def _guard(data: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise InputError("a broken DOCX file", where=where, hint="save it again, or as text") from None
    unpacked = sum(e.file_size for e in entries)
    packed = max(1, sum(e.compress_size for e in entries))
    if any(e.flag_bits & 1 for e in entries):
        raise InputError("the DOCX is encrypted", where=where, hint="save it without a password", code="encrypted")
    if len(entries) > MAX_FILES or unpacked > MAX_UNPACKED or (unpacked > _SMALL and unpacked / packed > MAX_RATIO):
        raise InputError(
            "the DOCX unpacks to far more than it is",
            where=where,
            got=f"{unpacked:,} bytes from {packed:,}",
            expected=f"at most {MAX_UNPACKED:,} bytes, {MAX_RATIO} times its size",
            code="zip-bomb",
        )


def _parts(document: Any) -> Iterator[tuple[str, str]]:
    from docx.table import Table

    for item in document.iter_inner_content():
        if isinstance(item, Table):
            for row in item.rows:
                yield "body", "  ".join(dict.fromkeys(cell.text.strip() for cell in row.cells))
        else:
            yield _role(item.style.name if item.style is not None else ""), item.text


def _role(style: str) -> str:
    name = style.casefold()
    for word, role in (
        ("title", "title"),
        ("heading", "heading"),
        ("标题", "heading"),
        ("標題", "heading"),
        ("quote", "quote"),
        ("引用", "quote"),
        ("caption", "caption"),
        ("list", "list"),
    ):
        if word in name and "subtitle" not in name:
            return role
    return "body"


def _properties(document: Any) -> tuple[str, Dated | None]:
    try:
        core = document.core_properties
        title, made = str(core.title or "").strip(), core.created or core.modified
    except Exception:
        return "", None
    day = made.date() if isinstance(made, datetime) else None
    return (
        "" if title.casefold() == "word document" else title[:300]
    ), None if day is None or day.year < 1995 else Dated(day, "file")
