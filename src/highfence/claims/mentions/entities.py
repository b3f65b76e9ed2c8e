"""Who and what a text names: by alias, longest first, and by the shape of product codes that no list knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from highfence.claims.mentions.folding import Folded
from highfence.claims.mentions.lexicon import Lexicon, lexicon
from highfence.claims.mentions.tokens import Hit, Tokens, hits_at
from highfence.claims.model import Mention

_CODE = re.compile(r"(?<![a-z0-9$.,%/@_])([a-z]{1,8})[- ]?(\d{1,5})([a-z]{0,4}\d{0,2})(?![a-z0-9%]|[.,]\d)")
_MEMBER = re.compile(
    r"[- ]?(?:[a-z]{0,3}-?\d{1,5}(?:\.\d)?[a-z]{0,3}\d?|[一二三四五六七八九]号)(?:代)?(?![a-z0-9%亿万年月]|\.\d)"
)
_AFTER_CURRENCY = "$€¥£₩"
_COUNTED = re.compile(
    r"\s*(?:(?:billion|million|trillion|thousand|bn|mn|parameters?|tokens?|users?|percent|nm|gb|tb|"
    r"mb|"
    r"gw|mw|kw|w|ghz|mhz|tflops|tops|years?|months?|days?)(?![a-z])|参数|亿|万|年|月|日|元|%|纳米)"
)


def entities(folded: Folded, cut: Tokens) -> list[Mention]:
    """Return every name of the lists, not overlapping.

    >>> from highfence.claims.mentions.folding import fold
    >>> from highfence.claims.mentions.tokens import tokens
    >>> text = fold("Huawei's 昇騰910C is no H200, Intel said.")
    >>> [(m.id, m.type) for m in entities(text, tokens(text.low))][:2]
    [('huawei', 'firm'), ('huawei-ascend-910c', 'chip')]
    """
    lists = lexicon()
    found: list[Mention] = []
    i, after = 0, 0
    while i < len(cut.words):
        best = None
        if cut.starts[i] >= after:
            for hit in hits_at(cut, lists.names, i):
                if (best is None or hit.end >= best.end) and _cased(folded, hit) and _meant(folded, hit, lists):
                    best = hit
        if best is None:
            i += 1
            continue
        if not best.value[0] and (named := _named_inside(folded, cut, lists, i, best)) is not None:
            best = named
        mention = _mention(folded, best, lists)
        found.append(mention)
        after = mention.end
        i = best.last + 1
    return found


def _named_inside(folded: Folded, cut: Tokens, lists: Lexicon, i: int, reference: Hit) -> Hit | None:
    """Return the name that "the bureau" or "the group" only begins: "the Bureau of Industry and Security"."""
    for j in range(i + 1, reference.last + 1):
        for hit in hits_at(cut, lists.names, j):
            if hit.end > reference.end and hit.value[0] and _cased(folded, hit) and _meant(folded, hit, lists):
                return hit
    return None


def codes(folded: Folded, taken: bytearray) -> Iterator[Mention]:
    """Yield product codes that no list knows ("B40", "MLU600"), where nothing else was found."""
    lists = lexicon()
    for match in _brands().finditer(folded.low):
        if not any(taken[match.start() : match.end()]) and not _COUNTED.match(folded.low, match.end()):
            yield Mention(*match.span(), "entity", type="product")
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for match in _CODE.finditer(folded.low):
        start, end = match.span()
        letters, digits, tail = match.groups()
        if any(taken[start:end]) or letters.upper() in lists.codes or not folded.plain[start].isupper():
            continue
        gap = folded.low[start + len(letters)]
        if gap == " " and (len(letters) < 2 or not folded.plain[start : start + len(letters)].isupper()):
            continue
        if len(digits) == 4 and not tail and digits[:2] in ("19", "20"):
            continue
        kind = "model" if letters.upper() in lists.models else "chip"
        if len(letters) == 1 and len(digits) == 1 and not tail:
            continue
        if gap == " " and _COUNTED.match(folded.low, end):
            continue
        yield Mention(start, end, "entity", type=kind)


def _cased(folded: Folded, hit: Hit) -> bool:
    if not hit.rule:
        return True
    written = folded.plain[hit.start : hit.end]
    return written.isupper() if hit.rule == "caps" else any(c.isupper() for c in written)


def _meant(folded: Folded, hit: Hit, lists: Lexicon) -> bool:
    """Whether a name that is an everyday word too stands for the name here."""
    name = folded.low[hit.start : hit.end]
    if name in _TOWARDS and _other_word(folded.low, hit):
        return False
    if name[0].isdigit() and (
        folded.low[max(0, hit.start - 1) : hit.start] in tuple(_AFTER_CURRENCY) or _COUNTED.match(folded.low, hit.end)
    ):
        return False
    if name in lists.beside["strict"]:
        before, after = folded.low[max(0, hit.start - 4) : hit.start], folded.low[hit.end : hit.end + 4]
        return after.startswith(tuple(w.lower() for w in (*lists.beside["after"], "、", "和", "("))) or before.endswith(
            (*lists.beside["before"], "、")
        )
    return True


_TOWARDS = frozenset(("对华", "对美", "在美", "赴美", "访美", "在华", "访华", "赴华"))


def _other_word(low: str, hit: Hit) -> bool:
    """Tell whether 对华 or 对美 is cut out of other words: 对华为, 反对美方, 对美元, 在华盛顿."""
    after, before = low[hit.end : hit.end + 1], low[hit.start - 1 : hit.start] if hit.start else ""
    if low[hit.end - 1] == "美":
        return after in tuple("国方元光企股团的") or before in tuple("反针面绝核")
    return after in tuple("为盛人虹创润夏硕邦大中") or before in tuple("反针面绝")


def _mention(folded: Folded, hit: Hit, lists: Lexicon) -> Mention:
    id, others, type = hit.value
    family = next((f for f in (id, *others) if f in lists.families), "")
    if family:
        _, coded, *chips = lists.families[family]
        member = _MEMBER.match(folded.low, hit.end) if coded else None
        if member and not _COUNTED.match(folded.low, member.end()):
            return Mention(hit.start, member.end(), "entity", "", (family,), "chip")
        others = [*others, *(c for c in chips if c not in others)]
    return Mention(hit.start, hit.end, "entity", id, tuple(others), type)


@cache
def _masks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in lexicon().masks)


@cache
def _brands() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z])(?:{lexicon().brands})(?:[- ]?v?\d{{1,4}}(?:\.\d+)?[a-z]{{0,2}})(?![a-z0-9%]|[,.]\d)"
        r"(?: (?:pro|plus|ultra|max|pro max|mini|air|turbo|se)(?![a-z]))?"
    )


def masked(low: str) -> Iterator[tuple[int, int]]:
    """Yield stretches with digits or numerals that are neither numbers nor names: ``N+1``, 一家独大, §742.4."""
    for pattern in _masks():
        yield from (m.span() for m in pattern.finditer(low))
