"""Which format some content is, whatever its name says."""

from __future__ import annotations

import io
import re
import zipfile

from highfence.core.errors import InputError

FORMATS = ("txt", "md", "html", "pdf", "docx")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|article|"
    r"main|div|p|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_FRONT = re.compile(r"---\r?\n(?:[^\n]{0,300}\n){1,60}?---\r?\n")
_HEADING = re.compile(r"^#{1,6} \S", re.MULTILINE)
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "an old Office file, or an encrypted one", "save it as DOCX without a password, or as text"),
    (b"{\\rtf", "an RTF file", "save it as DOCX or as text"),
    (b"\x89PNG", "a picture", "give the text"),
    (b"\xff\xd8\xff", "a picture", "give the text"),
    (b"GIF8", "a picture", "give the text"),
    (b"\x1f\x8b", "a compressed file", "unpack it first"),
    (b"Rar!", "a compressed file", "unpack it first"),
    (b"7z\xbc\xaf", "a compressed file", "unpack it first"),
    (b"\x7fELF", "a program", "give an article"),
    (b"MZ\x90", "a program", "give an article"),
)


def sniff(data: bytes | str, suffix: str, where: str) -> str:
    """Return the format of some content.

    >>> sniff(b"%PDF-1.7 ...", ".txt", "a.txt"), sniff("<!DOCTYPE html><p>x", "", "x"), sniff("plain", ".md", "a.md")
    ('pdf', 'html', 'md')

    Raises
    ------
    InputError : content of a kind that is no article.
    """
    if isinstance(data, bytes):
        head = data[:1024]
        if b"%PDF-" in head:
            return "pdf"
        if data.startswith(b"PK"):
            return _zipped(data, where)
        for magic, what, hint in _REFUSED:
            if data.startswith(magic):
                raise InputError(f"this is {what}, not an article", where=where, expected=", ".join(FORMATS), hint=hint)
        text = data[:4096].decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1", "replace")
    else:
        text = data[:4096]
    text = text.lstrip("\ufeff\xef\xbb\xbf")
    if _HTML.match(text):
        return "html"
    if (
        suffix in (".md", ".markdown")
        or _FRONT.match(text)
        or (suffix not in (".txt", ".text") and _HEADING.search(text))
    ):
        return "md"
    return "txt"


def _zipped(data: bytes, where: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise InputError("a broken ZIP or DOCX file", where=where, hint="save it again, or as text") from None
    if "word/document.xml" in names:
        return "docx"
    raise InputError("this is a ZIP file, not a DOCX", where=where, expected=", ".join(FORMATS), hint="unpack it first")
