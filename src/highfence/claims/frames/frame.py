"""From a checkable clause to its claims: one for each number, else one for what it says happened, holds or ranks."""

from __future__ import annotations

from collections.abc import Iterator

from highfence.claims.frames import slots
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.counted import counted
from highfence.claims.frames.parts import parts
from highfence.claims.frames.slots import ids, linked
from highfence.claims.frames.subjects import Context, subject
from highfence.claims.frames.told import told
from highfence.claims.frames.view import View
from highfence.claims.model import Claim


def frame(view: View, clause: Clause, ctx: Context) -> Iterator[Claim]:
    """Yield the claims of a checkable clause."""
    for part in parts(view, clause):
        yield counted(view, clause, part, ctx) if part.number else told(view, clause, part, ctx)


def opinion(view: View, clause: Clause, ctx: Context) -> Claim:
    """Return a clause that judges as a claim of kind opinion."""
    who = subject(view, clause, clause.end, ctx)
    return Claim(
        clause.start,
        clause.end,
        view.text[clause.start : clause.end],
        "opinion",
        subject=ids(who),
        speaker=slots.speaker_of(view, clause, ctx),
        negated=slots.negated(view, clause.core, clause.end),
        words=slots.words_of(view, clause.start, clause.end),
        mentions=linked(view, clause.start, clause.end),
    )
