"""Web pages: the article without menus, scripts and styles."""

from __future__ import annotations

import html as entities
import re
from html.parser import HTMLParser

from highfence.claims.ingest.dating import Dated, stated
from highfence.claims.ingest.extract import Extract, joined

_SKIPPED = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "nav",
        "footer",
        "aside",
        "form",
        "svg",
        "iframe",
        "button",
        "select",
        "textarea",
        "object",
        "canvas",
        "audio",
        "video",
        "head",
    }
)
_ROLES = {
    "h1": "heading",
    "h2": "heading",
    "h3": "heading",
    "h4": "heading",
    "h5": "heading",
    "h6": "heading",
    "blockquote": "quote",
    "figcaption": "caption",
    "caption": "caption",
    "li": "list",
}
_BREAKS = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "td",
        "th",
        "tr",
        "table",
        "ul",
        "ol",
        "dl",
        "dd",
        "dt",
        "br",
        "header",
        "figure",
        "pre",
        "hr",
        *_ROLES,
    }
)
_VOID = frozenset(
    {"br", "hr", "img", "input", "meta", "link", "source", "wbr", "col", "area", "base", "embed", "track"}
)
_META_DATE = (
    "article:published_time",
    "datepublished",
    "date",
    "pubdate",
    "publishdate",
    "publish_date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "og:published_time",
    "sailthru.date",
    "parsely-pub-date",
    "published_time",
    "publication_date",
    "article:modified_time",
    "og:updated_time",
)
_JSON_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_TAG = re.compile(r"<meta\s[^>]{0,2000}>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([a-zA-Z:.-]{2,30})\s*=\s*(?:\"([^\"]{0,1500})\"|'([^']{0,1500})')")
_TIME = re.compile(r"<time[^>]{0,500}?datetime\s*=\s*[\"']([^\"']{8,40})[\"']", re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})", re.IGNORECASE)
_LEAST = 200


def read_html(page: str) -> Extract:
    """Return the article in a page: by trafilatura where it is installed, else by the standard library."""
    fields = _fields(page)
    title = fields.get("og:title") or (entities.unescape(m.group(1)) if (m := _TITLE.search(page)) else "")
    own = _Parts.read(page)
    text = _by_library(page)
    if text and len(text) * 3 >= sum(len(t) for _, t in own):
        known = {" ".join(t.split()): role for role, t in own}
        parts = [(known.get(" ".join(line.split()), "body"), line) for line in text.splitlines()]
    else:
        parts = own
    heading = next((t for role, t in parts if role == "heading"), "")
    text, blocks = joined(parts)
    return Extract(text, " ".join((title or heading).split()), blocks, dated=_dated(page, fields))


def _fields(page: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _TAG.finditer(page[:400_000]):
        given = {m.group(1).lower(): m.group(2) or m.group(3) or "" for m in _ATTRIBUTE.finditer(tag.group())}
        name = given.get("property") or given.get("name") or given.get("itemprop") or given.get("http-equiv")
        if name and "content" in given:
            found.setdefault(name.lower(), entities.unescape(given["content"]))
    return found


def _dated(page: str, fields: dict[str, str]) -> Dated | None:
    texts = [fields[name] for name in _META_DATE if name in fields]
    texts += [m.group(1) for m in (_JSON_DATE.search(page), _TIME.search(page)) if m]
    return next((found for text in texts if (found := stated(text))), None)


def _by_library(page: str) -> str:
    try:
        from trafilatura import extract
    except ImportError:
        return ""
    try:
        return extract(page, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False) or ""
    except (ValueError, TypeError, AttributeError, RecursionError, LookupError):
        return ""


class _Parts(HTMLParser):
    """Collects (role, text) of each block, and which of them lie in an article or main element."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[tuple[str, str, bool]] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._skipped = 0

    @classmethod
    def read(cls, page: str) -> list[tuple[str, str]]:
        """Return the blocks of a page, those of its article where it has one worth the name."""
        reader = cls()
        try:
            reader.feed(page)
            reader.close()
        except (AssertionError, ValueError):
            pass
        reader._flush()
        inside = [(role, text) for role, text, article in reader.parts if article]
        if sum(len(text) for _, text in inside) >= _LEAST:
            return inside
        return [(role, text) for role, text, _ in reader.parts]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS and not self._skipped:
            self._flush()
        if tag in _VOID:
            return
        self._skipped += tag in _SKIPPED
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self._open:
            return
        if tag in _BREAKS and not self._skipped:
            self._flush()
        while self._open:
            closed = self._open.pop()
            self._skipped -= closed in _SKIPPED
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._words.append(data)

    def _flush(self) -> None:
        text = " ".join("".join(self._words).split())
        self._words.clear()
        if text:
            nearby = self._open[-12:]
            role = next((_ROLES[tag] for tag in reversed(nearby) if tag in _ROLES), "body")
            self.parts.append((role, text, "article" in self._open or "main" in self._open))
