"""Web pages: the article without menus, scripts and styles."""

from __future__ import annotations

import html as entities
import re

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
_ELEMENT = re.compile(r"""<(/?)([a-zA-Z][\w:-]{0,40})((?:[^<>"']|"[^"<]{0,5000}"|'[^'<]{0,5000}')*)>""")
_LOOSE = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,40})([^<>]*)>")
_RAW = ("script", "style", "template", "noscript", "textarea", "svg")
_CLOSE = {tag: re.compile(rf"</{tag}\b", re.IGNORECASE) for tag in _RAW}
_ARTICLES = frozenset({"article", "main"})
_DEEPEST = 400
_LEAST = 200


def read_html(page: str) -> Extract:
    """Return the article in a page: by trafilatura where it is installed, else by what the tags say."""
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


class _Parts:
    """Collects (role, text) of each block, and which of them lie in an article or main element.

    Cuts the page by itself, in one pass: the standard library's parser takes a time that grows with the square of a
    page of unclosed tags.
    """

    def __init__(self) -> None:
        self.parts: list[tuple[str, str, bool]] = []
        self._words: list[str] = []
        self._open: list[str] = []
        self._skipped = 0
        self._articles = 0

    @classmethod
    def read(cls, page: str) -> list[tuple[str, str]]:
        """Return the blocks of a page, those of its article where it has one worth the name."""
        reader = cls()
        reader._feed(page)
        reader._flush()
        inside = [(role, text) for role, text, article in reader.parts if article]
        if sum(len(text) for _, text in inside) >= _LEAST:
            return inside
        return [(role, text) for role, text, _ in reader.parts]

    def _feed(self, page: str) -> None:
        at = 0
        while at < len(page):
            sign = page.find("<", at)
            self._data(page[at:] if sign < 0 else page[at:sign])
            if sign < 0:
                return
            at = self._markup(page, sign)

    def _markup(self, page: str, at: int) -> int:
        """Read what begins with a ``<`` and return where it ends."""
        if page.startswith("<!--", at):
            return _after(page, "-->", at + 4)
        if page.startswith(("<!", "<?"), at):
            return _after(page, ">", at + 2)
        tag = _ELEMENT.match(page, at) or _LOOSE.match(page, at)
        if tag is None:
            self._data("<")
            return at + 1
        name = tag.group(2).lower()
        if tag.group(1):
            self._end(name)
        else:
            self._start(name, tag.group(3).endswith("/"))
            if name in _RAW:
                close = _CLOSE[name].search(page, tag.end())
                return close.start() if close else len(page)
        return tag.end()

    def _start(self, tag: str, closed: bool) -> None:
        if tag in _BREAKS and not self._skipped:
            self._flush()
        if tag in _VOID or closed or len(self._open) >= _DEEPEST:
            return
        self._skipped += tag in _SKIPPED
        self._articles += tag in _ARTICLES
        self._open.append(tag)

    def _end(self, tag: str) -> None:
        if tag not in self._open:
            return
        if tag in _BREAKS and not self._skipped:
            self._flush()
        while self._open:
            closed = self._open.pop()
            self._skipped -= closed in _SKIPPED
            self._articles -= closed in _ARTICLES
            if closed == tag:
                return

    def _data(self, data: str) -> None:
        if not self._skipped and data:
            self._words.append(data)

    def _flush(self) -> None:
        text = " ".join(entities.unescape("".join(self._words)).split())
        self._words.clear()
        if text:
            role = next((_ROLES[tag] for tag in reversed(self._open[-12:]) if tag in _ROLES), "body")
            self.parts.append((role, text, self._articles > 0))


def _after(page: str, end: str, at: int) -> int:
    found = page.find(end, at)
    return len(page) if found < 0 else found + len(end)
