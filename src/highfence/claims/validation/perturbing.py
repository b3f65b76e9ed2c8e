"""Copies of a labelled article with one thing changed: does the verdict follow?

A checker that has learnt an article by heart gives a changed copy the old verdicts. Four kinds of change are made
inside the span of one claim: another number, another name, another period, and the same number written otherwise, which
must change nothing.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from highfence.claims.model import Document, Judgement
from highfence.claims.spans import matches
from highfence.claims.validation.labels import Gold
from highfence.claims.validation.score import Rate

KINDS = ("number", "entity", "period", "rewritten")
NUMBER = re.compile(r"(?<![A-Za-z0-9.+-])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
                    r"(?=\s*(?:%|percent|[億亿萬万]|billion|million))")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")
QUARTERS = (("第一季度", "第三季度"), ("一季度", "三季度"), ("上半年", "下半年"), ("first quarter", "third quarter"),
            ("first half", "second half"))
NAMES: tuple[tuple[str, ...], ...] = (
    ("英偉達", "輝達", "英伟达", "Nvidia", "NVIDIA"), ("ASML",), ("應用材料", "应用材料", "Applied Materials"),
    ("華為", "华为", "Huawei"), ("寒武紀", "寒武纪", "Cambricon"), ("中芯國際", "中芯国际", "SMIC"),
    ("台積電", "臺積電", "台积电", "TSMC"), ("高通", "Qualcomm"), ("美光", "Micron"), ("三星", "Samsung"))
"""Firms, and the ways in which each is written; one is put in another's place in the same script where there is one."""

CHIPS = ("H20", "H100", "A100", "H800", "A800", "H200")
CHIP = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(CHIPS)})(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Copy:
    """An article with one claim changed.

    Attributes
    ----------
    text : of the copy. start, end : of the changed claim in it. base : that claim's place in the article.
    """

    text: str
    start: int
    end: int
    base: tuple[int, int]
    kind: str
    change: str


@dataclass(frozen=True, slots=True)
class Followed:
    """How often the verdict followed a change, by kind."""

    rates: Mapping[str, Rate]

    @property
    def whole(self) -> Rate:
        """Over all kinds."""
        return sum(self.rates.values(), Rate(0, 0))


def copies(text: str, gold: Sequence[Gold], n: int = 200, seed: int = 1) -> list[Copy]:
    """Return up to ``n`` copies of an article, kinds in turn, claims at random."""
    chance = random.Random(seed)
    pools = {kind: [c for g in gold for c in _made(text, g, kind)] for kind in KINDS}
    for pool in pools.values():
        chance.shuffle(pool)
    found: list[Copy] = []
    while len(found) < n and any(pools.values()):
        found += [pool.pop() for pool in pools.values() if pool]
    return found[:n]


def followed(document: Document, gold: Sequence[Gold], check: Callable[[str], Sequence[Judgement]], n: int = 200,
             seed: int = 1) -> Followed:
    """Return how often verdicts follow the facts on changed copies.

    A claim counts where the article's own verdict on it was ``supported`` or ``imprecise``, so that there is a fact to
    follow. A changed number, name or period must lose both; a number only rewritten must keep its verdict.

    Parameters
    ----------
    check : judges a text as the document was judged.
    """
    base = list(check(document.text))
    hits = {kind: Rate(0, 0) for kind in KINDS}
    before = {(g.start, g.end): _verdict(base, (g.start, g.end)) for g in gold}
    held = [g for g in gold if before[g.start, g.end] in ("supported", "imprecise")]
    for copy in copies(document.text, held, n, seed):
        after = _verdict(check(copy.text), (copy.start, copy.end))
        right = after == before[copy.base] if copy.kind == "rewritten" else after not in ("supported", "imprecise")
        hits[copy.kind] += Rate(int(right), 1)
    return Followed(hits)


def _verdict(judged: Sequence[Judgement], span: tuple[int, int]) -> str:
    near = [j for j in judged if matches(span, (j.claim.start, j.claim.end))]
    return max(near, key=lambda j: j.confidence).verdict if near else ""


def _made(text: str, gold: Gold, kind: str) -> Iterator[Copy]:
    span = text[gold.start:gold.end]
    for old_start, old_end, new in _changes(span, kind):
        changed = span[:old_start] + new + span[old_end:]
        yield Copy(text[:gold.start] + changed + text[gold.end:], gold.start, gold.start + len(changed),
                   (gold.start, gold.end), kind, f"{span[old_start:old_end]} -> {new}")


def _changes(span: str, kind: str) -> Iterator[tuple[int, int, str]]:
    if kind in ("number", "rewritten"):
        for found in NUMBER.finditer(span):
            value = float(found.group().replace(",", ""))
            if kind == "rewritten":
                yield found.start(), found.end(), found.group().translate(FULL_WIDTH)
            else:
                share = span[found.end():].lstrip().startswith(("%", "percent"))
                for times in (0.1, 0.3, 0.5, 1.7, 2.6, 4.0, 10.0):
                    if not share or value * times < 95:
                        yield found.start(), found.end(), f"{value * times:.3g}"
    elif kind == "period":
        for found in YEAR.finditer(span):
            yield from ((found.start(), found.end(), str(int(found.group()) + years)) for years in (-4, -3, -2, 2))
        for one, other in QUARTERS:
            if one in span:
                yield span.index(one), span.index(one) + len(one), other
    else:
        yield from _renamed(span)


def _renamed(span: str) -> Iterator[tuple[int, int, str]]:
    for n, names in enumerate(NAMES):
        for place, name in enumerate(names):
            if name in span:
                for other in (*NAMES[:n], *NAMES[n + 1:]):
                    yield span.index(name), span.index(name) + len(name), other[min(place, len(other) - 1)]
                break
    for found in CHIP.finditer(span):
        yield from ((found.start(), found.end(), chip) for chip in CHIPS if chip != found.group())
