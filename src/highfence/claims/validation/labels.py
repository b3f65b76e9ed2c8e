"""Labelled articles: the text, and what readers found to be claims in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from highfence.claims.model import VERDICTS
from highfence.core.errors import InputError

MERGED = {"not_checkable": "no_evidence"}
"""Verdicts that are scored as another."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A claim as readers labelled it.

    Attributes
    ----------
    verdict : adjudicated. acceptable : all that a careful reader may give. links : pages that bear it out.
    """

    id: str
    start: int
    end: int
    text: str
    kind: str
    verdict: str
    acceptable: frozenset[str]
    error: str = ""
    links: tuple[str, ...] = ()

    @property
    def opinion(self) -> bool:
        """Whether it is first of all an opinion."""
        return self.verdict == "opinion"


def merged(verdict: str) -> str:
    """Return the verdict that one is scored as.

    >>> merged("not_checkable"), merged("supported")
    ('no_evidence', 'supported')
    """
    return MERGED.get(verdict, verdict)


def read_labels(path: Path, text: str) -> tuple[Gold, ...]:
    """Return the labels of a text from JSON lines with ``id, span, start, end, type, verdict, acceptable_verdicts``.

    Raises
    ------
    InputError : a line that is none, an unknown verdict, or a span that is not in the text where it says.
    """
    found = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip():
            where = f"{path.name}: line {number}"
            try:
                raw = json.loads(line)
                found.append(_gold(raw, text, where))
            except (ValueError, KeyError, TypeError) as problem:
                raise InputError("not a label", where=where, got=str(problem)) from None
    return tuple(sorted(found, key=lambda g: (g.start, -g.end)))


def _gold(raw: Mapping[str, Any], text: str, where: str) -> Gold:
    start, end = int(raw["start"]), int(raw["end"])
    if text[start:end] != raw["span"]:
        raise InputError("the span does not stand there", where=where, got=raw["span"], expected=text[start:end])
    verdicts = {raw["verdict"], *raw.get("acceptable_verdicts", ())}
    if not verdicts <= set(VERDICTS):
        raise InputError("no such verdict", where=where, got=", ".join(sorted(verdicts)), expected=", ".join(VERDICTS))
    links = tuple(e["url"] for e in raw.get("evidence") or () if e.get("url"))
    return Gold(str(raw["id"]), start, end, raw["span"], str(raw.get("type", "")), raw["verdict"],
                frozenset(verdicts), str(raw.get("error_type") or ""), links)
