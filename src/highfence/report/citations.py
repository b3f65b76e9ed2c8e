"""The numbered list of sources at the end of a brief, and the numbers that lead to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from highfence.catalogue import catalogue
from highfence.core.facts import Fact, Source
from highfence.rules.law import Law

SHEET = "sheet"
"""Id of the source that stands for what the caller stated."""


@dataclass(frozen=True, slots=True)
class Cite:
    """A number in the list of sources, and the place in that source."""

    n: int
    id: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class CitedSource:
    """One entry of the list of sources.

    Attributes
    ----------
    at : every page, table or paragraph of it that was cited.
    background : cited only for parts that stand around this one in a figure.
    """

    n: int
    source: Source
    at: tuple[str, ...]
    background: bool = False


class Bibliography:
    """Numbers sources in the order in which they are first cited."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._numbers: dict[str, int] = {}
        self._places: dict[str, dict[str, None]] = {}
        self._last_own = 0

    def cite(self, id: str, at: str | None = None) -> Cite:
        """Return the number of a source, giving it the next one at its first mention."""
        id = id or SHEET
        number = self._numbers.setdefault(id, len(self._numbers) + 1)
        places = self._places.setdefault(id, {})
        if at and not 0 < number <= self._last_own:
            places[at] = None
        return Cite(number, id, at)

    def facts(self, facts: Iterable[Fact]) -> tuple[Cite, ...]:
        """Return the numbers of the sources of some facts, each once; what has none was stated by the caller."""
        cites = {f.source: self.cite(f.source, f.at) for f in facts}
        return tuple(cites.values()) or (self.cite(SHEET),)

    def close_own(self) -> None:
        """Mark that what is cited from here on concerns only the background."""
        self._last_own = len(self._numbers)

    def sources(self) -> tuple[CitedSource, ...]:
        """Return the list of sources in the order of their numbers."""
        last = self._last_own or len(self._numbers)
        return tuple(CitedSource(n, self._find(id), tuple(self._places[id]), n > last)
                     for id, n in self._numbers.items())

    def _find(self, id: str) -> Source:
        if id == SHEET:
            return Source(SHEET, "As stated by the caller", "the sheet or specification given", "")
        if id in self._law.sources:
            return self._law.sources[id]
        return catalogue().source(id)
