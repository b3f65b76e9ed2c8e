"""Words, digits and characters of a folded text, and how names are found among them.

A token is a run of Latin letters, a run of digits, one Chinese character or one other sign; spaces are none. Names are
paths in a tree of tokens, with a mark at each joint that says what may stand between two tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

Tree = dict[str, Any]
"""Token -> subtree; under ``""`` a list of ``[joints, rule, value]``."""

_TOKEN = re.compile(r"[a-z\u00e0-\u00f6\u00f8-\u024f]+|[0-9]+|[^\s]")
_LOOSE = re.compile(r"[\s\-·_/.']{1,2}")
_LETTERS = re.compile(r"[a-z\u00e0-\u024f]")
_COUNTING = frozenset("亿万千百%年月日元美颗名家倍个")


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a folded text with their places."""

    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A name found: token indices, place in the text, and the value kept with it."""

    first: int
    last: int
    start: int
    end: int
    rule: str
    value: Any


def tokens(low: str) -> Tokens:
    """Cut a folded, lower-case text."""
    found = list(_TOKEN.finditer(low))
    return Tokens(low, tuple(m.group() for m in found), tuple(m.start() for m in found), tuple(m.end() for m in found))


def path(name: str) -> tuple[list[str], str]:
    """Return the tokens of a folded, lower-case name and its joints: ``1`` where the name itself has a gap.

    >>> path("rtx 4090d")
    (['rtx', '4090', 'd'], '10')
    """
    cut = tokens(name)
    keep = [i for i, w in enumerate(cut.words) if i == 0 or w not in "-·_/"]
    joints = "".join("1" if cut.ends[a] < cut.starts[b] else "0" for a, b in pairwise(keep))
    return [cut.words[i] for i in keep], joints


def plant(tree: Tree, name: str, rule: str, value: Any) -> None:
    """Enter a folded, lower-case name."""
    words, joints = path(name)
    for word in words:
        tree = tree.setdefault(word, {})
    tree.setdefault("", []).append([joints, rule, value])


def hits_at(cut: Tokens, tree: Tree, first: int, free: bool = False) -> Iterator[Hit]:
    """Yield every name that starts at a token, shortest first.

    Parameters
    ----------
    free : whether plain words are looked for, whose ends are the ends of tokens and need no further look.
    """
    words, starts, ends, text = cut.words, cut.starts, cut.ends, cut.text
    node = tree.get(words[first])
    i, gaps = first, ""
    last = len(words) - 1
    while node is not None:
        for joints, rule, value in node.get("", ()):
            if all(g == "=" or (g in "~." and j == "1") or g == "~" for g, j in zip(gaps, joints)):
                end = ends[i] if free else _whole(cut, first, i)
                if end:
                    yield Hit(first, i, starts[first], end, rule, value)
        if i == last:
            return
        step = i + 1
        gap = text[ends[i] : starts[step]]
        if words[step] in "-·_/" and len(gap) <= 1 and step < last and _after(node, words[step + 1]):
            gap = text[ends[i] : starts[step + 1]]
            step += 1
        following = node.get(words[step])
        if following is None:
            return
        gaps += _joint(gap, words[i], words[step])
        node, i = following, step


def _after(node: Tree, word: str) -> bool:
    return word in node


def _joint(gap: str, left: str, right: str) -> str:
    """``=`` nothing between, ``~`` a gap that any code may have, ``.`` one that the name itself must have, ``x``."""
    if not gap:
        return "="
    if not _LOOSE.fullmatch(gap):
        return "x"
    code = left[-1] >= "a" and _LETTERS.match(left) is not None and right[0].isdigit()
    if code and (len(left) > 1 or gap == "-"):
        return "~"
    if gap == " " and (ord(left[-1]) >= 0x3400) != (ord(right[0]) >= 0x3400):
        return "~"
    return "."


def _whole(cut: Tokens, first: int, last: int) -> int:
    """Return where a name ends if it stands by itself, else 0: ``h20`` is in ``h20s``, but not in ``h200``."""
    words, starts, ends, text = cut.words, cut.starts, cut.ends, cut.text
    head, tail, end = words[first], words[last], ends[last]
    if head[0].isdigit() and starts[first] and text[starts[first] - 1] in "$.,€¥£₩":
        return 0
    if _latin(head) and first and ends[first - 1] == starts[first] and _latin(words[first - 1]):
        return 0
    if not _latin(tail) or last + 1 == len(words):
        return end
    following = words[last + 1]
    if starts[last + 1] > end:
        return end
    if tail.isdigit() and following == "." and text[end + 1 : end + 2].isdigit():
        return end + 2 if text[end + 1] == "0" and not text[end + 2 : end + 3].isdigit() else 0
    if tail.isdigit() and following in _COUNTING:
        return 0
    if not _latin(following):
        return end
    plural = following == "s" and (last + 2 == len(words) or starts[last + 2] > end + 1 or not _latin(words[last + 2]))
    return end + 1 if (plural and tail.isdigit()) or (plural and len(tail) == 1) else 0


def _latin(word: str) -> bool:
    return word.isdigit() or _LETTERS.match(word) is not None
