"""Language and script of a text, by counting characters."""

from __future__ import annotations

import re
from functools import cache

_LETTERS = re.compile(r"[A-Za-z]")
_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHERS = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u0530-\u06ff\u0900-\u0fff\u3040-\u30ff\uac00-\ud7af]")
_MIXED = 0.2
_SAMPLE = 200_000
_LEVEL_ONE = 0xC6


def language(text: str) -> str:
    """Return ``zh`` where Chinese characters are more than a fifth of all letters, else ``en``.

    >>> language("華為 Ascend 910C 晶片"), language("Huawei (华为) makes the Ascend.")
    ('zh', 'en')
    """
    sample = text[:_SAMPLE]
    han = len(_HAN.findall(sample))
    return "zh" if han * 4 > len(_LETTERS.findall(sample)) and han else "en"


def script(text: str) -> tuple[str, bool]:
    """Return ``hans`` or ``hant``, and whether both kinds of characters stand in it in number.

    >>> script("晶片業績"), script("芯片业绩")
    (('hant', False), ('hans', False))
    """
    old, new = _sides()
    sample = text[:_SAMPLE]
    traditional, simplified = sum(c in old for c in sample), sum(c in new for c in sample)
    least, most = sorted((traditional, simplified))
    return ("hant" if traditional > simplified else "hans"), least >= 20 and least > _MIXED * most


def languages_beside(text: str) -> bool:
    """Whether letters of other scripts outnumber a tenth of the Latin and Chinese ones."""
    sample = text[:_SAMPLE]
    others = len(_OTHERS.findall(sample))
    known = len(_HAN.findall(sample)) + len(_LETTERS.findall(sample))
    return others * 10 > known or not known


@cache
def _sides() -> tuple[frozenset[str], frozenset[str]]:
    from highfence.claims.mentions.lexicon import lexicon

    old, new = lexicon().folding
    return frozenset(old), frozenset(c for c in new if c not in old and not _in_both(c))


def _in_both(character: str) -> bool:
    """Whether a simplified character is an everyday traditional one too (制, 后): level 1 of Big5 holds it."""
    coded = character.encode("big5", "ignore")
    return bool(coded) and coded[0] <= _LEVEL_ONE
