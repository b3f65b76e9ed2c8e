"""From bytes to text: Unicode first, then the Chinese and Western encodings."""

from __future__ import annotations

import codecs
import re

from highfence.core.errors import InputError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})", re.IGNORECASE)
_COMMON = frozenset(
    "的一是在不了有和人这這中大为為上个個国國我以要他时時来來用们們生到作地于於出就分对對成会會可主发發年"
    "动動同工也能下过過子说說产產种種面而方后後多定行学學法所民得经經十三之进進着著等部度家电電力里裡如水化"
    "高自二理起小物现現实實加量都两兩体體制机機当當使点點从從业業本去把性好应應开開它合还還因由其些然前外"
    "天政四日那社义義事平形相全表间間样樣与與关關各重新线線内內数數正心反你明看原又么麼利比或但质質气氣"
    "第向道命此变變条條只没沒结結解问問意建月公无無系军軍很情者最立代想已通并並提直题題党黨程展五果料象"
    "员員革位入常文总總次品式活设設及管特件长長求老头頭基资資边邊流路级級少图圖山统統接知较較将將组組见見"
    "计計别別她手角期根论論运運农農指几幾九区區强強放决決西被干做必战戰先回则則任取据據处處理府研市美芯晶片"
    "，。、：；“”「」（）《》"
)
_CANDIDATES = ("gb18030", "big5hkscs", "cp1252")


def decode(data: bytes, where: str, html: bool = False) -> str:
    """Return the text of some bytes.

    >>> decode("芯片出口管制".encode("gb18030"), "a.txt"), decode("晶片出口管制".encode("big5"), "b.txt")
    ('芯片出口管制', '晶片出口管制')

    Raises
    ------
    InputError : no encoding of text fits.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _strict(data, name, where)
    if (wide := _wide(data)) is not None:
        return _strict(data, wide, where)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _legacy(data, where, html)
    if _binary(text):
        raise InputError(
            "this is no text", where=where, expected="UTF-8, UTF-16, GB18030 or Big5 text", code="not-text"
        )
    return text


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows in zero bytes at every other place, or in nothing but Chinese pairs."""
    head = data[:2000]
    if len(head) < 4 or len(data) % 2:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    half = len(head) // 2
    if odd > 0.3 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.3 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _strict(data: bytes, name: str, where: str) -> str:
    try:
        return data.decode(name)
    except (UnicodeDecodeError, UnicodeError):
        raise InputError(
            "the text breaks its own encoding", where=where, got=name, hint="save it as UTF-8", code="bad-encoding"
        ) from None


def _legacy(data: bytes, where: str, html: bool) -> str:
    if html and (named := _META.search(data[:4096])):
        name = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(
            named.group(1).decode().lower(), named.group(1).decode()
        )
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            pass
    scored = [
        (_familiar(text), -i, text) for i, name in enumerate(_CANDIDATES) if (text := _try(data, name)) is not None
    ]
    if scored:
        best = max(scored)
        if best[0] > 0.25 or _CANDIDATES[-best[1]] == "cp1252":
            return best[2]
    guessed = _guess(data)
    if guessed is None and scored:
        guessed = max(scored)[2]
    if guessed is None:
        raise InputError(
            "the encoding of the text is not known",
            where=where,
            expected="UTF-8, UTF-16, GB18030 or Big5",
            hint="save it as UTF-8",
            code="bad-encoding",
        )
    return guessed


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _familiar(text: str) -> float:
    """Share of the characters beyond ASCII that are common in Chinese."""
    beyond = [c for c in text[:20_000] if c > "\x7f"]
    return sum(c in _COMMON for c in beyond) / len(beyond) if beyond else 0.0


def _guess(data: bytes) -> str | None:
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        return None
    best = from_bytes(data[:200_000]).best()
    return None if best is None else data.decode(best.encoding, "replace")


def _binary(text: str) -> bool:
    head = text[:20_000]
    control = sum(c < " " and c not in "\t\n\r\f\x0b\x1b" for c in head)
    return control > max(2, 0.02 * len(head))
