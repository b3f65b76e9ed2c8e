"""One fully stated question to the law: a part, a transaction and its parties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from highfence.rules.metrics import LAW_METRICS

CONTEXT = ("destination", "hq", "parent_hq", "exporter", "transaction", "item", "end_use", "end_user", "listed",
           "vendor", "part_id", "designed_in")
FOUND = ("paragraph", "ic_paragraph", "created_by", "undecided_by")


class Case:
    """The values that conditions read.

    Every metric is a float in the unit of its kind or None (unknown); ``flags`` maps names to true, false or
    None; ``paragraph``, ``ic_paragraph`` and ``created_by`` are filled in while the law is applied.
    """

    destination: str
    hq: str
    parent_hq: str
    exporter: str
    transaction: str
    item: str
    end_use: str | None
    end_user: str | None
    listed: str | None
    vendor: str | None
    part_id: str | None
    designed_in: str | None
    flags: Mapping[str, bool | None]
    paragraph: str | None
    ic_paragraph: str | None
    created_by: tuple[str, ...] = ()
    undecided_by: tuple[str, ...] = ()

    def __init__(self, values: Mapping[str, Any], flags: Mapping[str, bool | None]) -> None:
        self.__dict__.update(values)
        self.flags = flags

    def having(self, metrics: Mapping[str, float | None], flags: Mapping[str, bool | None]) -> Case:
        """Return a copy with some metrics and flags replaced, and nothing found yet."""
        known = {k: v for k, v in self.__dict__.items() if k not in FOUND}
        return Case({**known, **metrics}, {**self.flags, **flags} if flags else self.flags)


for _name in (*LAW_METRICS, *CONTEXT, "paragraph", "ic_paragraph"):
    setattr(Case, _name, None)


def under(paragraph: str | None, prefix: str) -> bool:
    """Return whether a paragraph is ``prefix`` or one of its sub-paragraphs.

    >>> under("3A090.a.1", "3A090.a"), under("3A090.b.1", "3A090.a"), under("4A090.a", "4A09")
    (True, False, False)
    """
    return paragraph is not None and (paragraph == prefix or paragraph.startswith(prefix + "."))
