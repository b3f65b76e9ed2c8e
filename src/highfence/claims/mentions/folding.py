"""Copies of a text in which spellings that mean the same look the same, character by character.

Offsets stay: a folded copy is as long as the text. Traditional characters become simplified ones (one to one; words
that differ, such as 晶片 and 芯片, stand side by side in the word lists), full width becomes half width, curly quotes
and dashes become plain ones.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from highfence.claims.mentions.lexicon import lexicon

_PLAIN = {
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "‛": "'",
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "–": "-",
    "—": "-",
    "‒": "-",
    "―": "-",
    "‐": "-",
    "‑": "-",
    "−": "-",
    "～": "~",
    "〜": "~",
    "∼": "~",
    "\u3000": " ",
    "\xa0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u2007": " ",
    "\u200b": " ",
    "\ufeff": " ",
    "\t": " ",
    "\r": " ",
    "﹪": "%",
    "×": "x",
}


@dataclass(frozen=True, slots=True)
class Folded:
    """``plain`` keeps the case, ``low`` does not; both are as long as the text."""

    text: str
    plain: str
    low: str


def fold(text: str) -> Folded:
    """Return the folded copies of a text.

    >>> fold("昇騰９１０B佔４０％").plain
    '升腾910B占40%'
    >>> len(fold("ﬁﬀ İ").low) == len("ﬁﬀ İ")
    True
    """
    plain = text.translate(characters())
    low = plain.lower()
    if len(low) != len(plain):
        low = "".join(c if len(c.lower()) != 1 else c.lower() for c in plain)
    return Folded(text, plain, low)


_built: dict[int, str] = {}


def characters() -> dict[int, str]:
    """Return the table of :func:`fold`: from a character's code to its plain, simplified form."""
    if not _built:
        pack = lexicon().folding
        _built.update(zip(map(ord, pack[0]), pack[1]))
        for code in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7)):
            half = unicodedata.normalize("NFKC", chr(code))
            if len(half) == 1:
                _built[code] = half
        _built.update({ord(old): new for old, new in _PLAIN.items()})
    return _built
