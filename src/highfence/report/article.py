"""An article with its verdicts as one self-contained page: every span leads to its evidence and arithmetic.

No script: a span is a link to its card, which stands beside the text on a wide screen and rises from below on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from highfence.__about__ import DATA_VERSION, __version__
from highfence.catalogue import catalogue
from highfence.claims.model import VERDICTS, Checked, Claim, Document, Evidence, Judgement
from highfence.claims.words import KIND_NAMES, SWAP_NAMES, VERDICT_MEANINGS, VERDICT_NAMES
from highfence.core.facts import Source
from highfence.core.labels import check_language
from highfence.report.page import environment, style, tidy, words

RIBBON = (1000, 26)
"""Width and height of the picture of an article's claims, in its own units."""

LEAST_TICK = 4.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that the same claims cover.

    Attributes
    ----------
    claims : numbers of the claims, the shortest first. starts, ends : numbers of those that begin and end with it.
    """

    text: str
    claims: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading or quote, in pieces."""

    role: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Cited:
    """A piece of evidence and the number of its source in the page's list; 0 where it has none."""

    evidence: Evidence
    n: int


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on the card of one claim."""

    n: int
    judged: Judgement
    evidence: tuple[Cited, ...]

    @property
    def sure(self) -> str:
        """How sure the verdict is, as a word's key."""
        return "high" if self.judged.confidence >= 0.8 else "middle" if self.judged.confidence >= 0.5 else "low"


def render_article(checked: Checked, lang: str = "en") -> str:
    """Return the page of a checked article as HTML.

    Raises
    ------
    InputError : a language that the interface does not speak.
    MissingExtra : the template engine is not installed.
    """
    check_language(lang)
    document = checked.document
    counts = {v: sum(j.verdict == v for j in checked.judgements) for v in VERDICTS}
    sources, cards = _cards(checked.judgements)
    return tidy(environment().get_template("article.html.j2").render(
        lang=lang, css=style("article"), d=document, cards=cards, blocks=blocks(document, checked.judgements),
        counts=counts, checkable=sum(n for v, n in counts.items() if v != "opinion"), verdicts=VERDICTS,
        verdict_names=VERDICT_NAMES, meanings=VERDICT_MEANINGS, kinds=KIND_NAMES, swaps=SWAP_NAMES,
        ribbon=list(_ribbon(checked)), size=RIBBON, sources=sources, warnings=checked.warnings,
        textlang={"hans": "zh-Hans", "hant": "zh-Hant"}.get(document.script, document.lang),
        code=__version__, data=DATA_VERSION, **words(lang)))


def blocks(document: Document, judgements: Sequence[Judgement]) -> tuple[Block, ...]:
    """Return an article cut into paragraphs, and these where claims begin and end.

    A title that makes no claim is left out: it heads the page.
    """
    claims = [j.claim for j in judgements]
    cut = [Block(role, tuple(_pieces(document.text, start, end, claims))) for start, end, role in paragraphs(document)]
    return tuple(b for b in cut if b.role != "title" or any(p.claims for p in b.pieces))


def paragraphs(document: Document) -> Iterator[tuple[int, int, str]]:
    """Yield the lines of a document that hold something, with the role of the block that they begin in.

    >>> list(paragraphs(Document("A title\\n\\nSome text.", "en")))
    [(0, 7, 'body'), (9, 19, 'body')]
    """
    roles = sorted(document.blocks)
    at = 0
    for line in document.text.splitlines(keepends=True):
        held = line.strip()
        if held:
            start = at + line.index(held[0])
            role = next((r for s, e, r in reversed(roles) if s <= start < e), "body")
            yield start, start + len(held), role
        at += len(line)


def _pieces(text: str, start: int, end: int, claims: Sequence[Claim]) -> Iterator[Piece]:
    held = [(n, c) for n, c in enumerate(claims, 1) if c.start < end and c.end > start]
    cuts = sorted({start, end, *(max(c.start, start) for _, c in held), *(min(c.end, end) for _, c in held)})
    for left, right in pairwise(cuts):
        over = sorted((c.end - c.start, n) for n, c in held if c.start <= left and right <= c.end)
        yield Piece(text[left:right], tuple(n for _, n in over), tuple(n for n, c in held if c.start == left),
                    tuple(n for n, c in held if c.end == right))


def _cards(judgements: Sequence[Judgement]) -> tuple[list[tuple[int, Source]], list[Card]]:
    """Return the numbered sources, and a card for each claim."""
    numbers: dict[str, int] = {}
    cards = []
    for n, judged in enumerate(judgements, 1):
        cited = [Cited(e, numbers.setdefault(e.source, len(numbers) + 1) if e.source else 0) for e in judged.evidence]
        cards.append(Card(n, judged, tuple(cited)))
    known = {s.id: s for s in catalogue().sources()}
    return [(n, known[id] if id in known else _law_source(id)) for id, n in numbers.items()], cards


def _law_source(id: str) -> Source:
    from highfence.rules.store import shipped_law

    return shipped_law().sources.get(id) or Source(id, id, "", "")


def _ribbon(checked: Checked) -> Iterator[tuple[float, float, str, int]]:
    """Yield left, width, verdict and number of each claim's mark along the article."""
    scale = RIBBON[0] / max(len(checked.document.text), 1)
    for n, judged in enumerate(checked.judgements, 1):
        width = max((judged.claim.end - judged.claim.start) * scale, LEAST_TICK)
        yield round(judged.claim.start * scale, 1), round(width, 1), judged.verdict, n
