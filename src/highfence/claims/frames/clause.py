"""The clause: a stretch of a sentence that may hold a claim."""

from __future__ import annotations

from dataclasses import dataclass

from highfence.claims.frames.segments import Sentence


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch that may hold a claim.

    Attributes
    ----------
    start, end : span. core : where the clause itself starts, behind a time, source or condition that leads it in.
    role : clause, bracket, item, list or apposition. sentence : its sentence. number : index of the sentence. head :
    the noun phrase that a bracket or apposition stands behind. speech : offsets of the words that say who reports it.
    conditional : whether a condition leads it in. quoted : whether it is somebody's own words. main : where the piece
    with the predicate starts, behind a topic. aside : what is told of the topic in between, a clause of its own.
    """

    start: int
    end: int
    core: int
    role: str
    sentence: Sentence
    number: int
    head: tuple[int, int] | None = None
    speech: tuple[int, int] | None = None
    conditional: bool = False
    quoted: bool = False
    main: int = -1
    aside: tuple[int, int] | None = None

    @property
    def said(self) -> int:
        """Where the predicate's own piece starts, behind a topic with its appositions."""
        return max(self.main, self.core)
