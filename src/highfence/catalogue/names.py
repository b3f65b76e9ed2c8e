"""How names are compared: ``h20``, ``NVIDIA H20`` and ``Ｈ20`` are one."""

from __future__ import annotations

import re
import unicodedata

_DROPPED = re.compile(r"[\s\-_·・,()（）/™®]+|(?<!\d)\.|\.(?!\d)")
MAX_NAME = 120


def name_key(name: str) -> str:
    """Return the form of a name under which it is looked up.

    >>> name_key("NVIDIA GeForce RTX 4090 D") == name_key("nvidia geforce rtx-4090d")
    True
    >>> name_key("昇腾 910B"), name_key("OPT-1.3B")
    ('昇腾910b', 'opt1.3b')
    """
    return _DROPPED.sub("", unicodedata.normalize("NFKC", name[:MAX_NAME]).casefold())
