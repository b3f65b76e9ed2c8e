"""Walk through the clauses of a document and collect their claims."""

from __future__ import annotations

from collections.abc import Iterator

from highfence.claims.frames import checkable
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.clauses import clauses
from highfence.claims.frames.embedded import embedded
from highfence.claims.frames.frame import frame, opinion
from highfence.claims.frames.roles import opens_with_verb
from highfence.claims.frames.subjects import Context, entities
from highfence.claims.frames.view import View
from highfence.claims.model import Claim


def extracted(view: View) -> tuple[Claim, ...]:
    """Return the claims of a document, sorted, no two with the same span and kind."""
    found: dict[tuple[int, int, str, str], Claim] = {}
    for claim in _claims(view):
        found.setdefault((claim.start, claim.end, claim.kind, claim.role), claim)
    return tuple(sorted(found.values(), key=lambda c: (c.start, c.end)))


def _claims(view: View) -> Iterator[Claim]:
    ctx = Context()
    origins: set[tuple[str, str]] = set()
    for clause in clauses(view):
        ctx.enter(view, clause)
        verdict = checkable.judged(view, clause, ctx.checked)
        ctx.held = ctx.held or checkable.holds(view, clause)
        if (
            ctx.held
            and not checkable.named(view, clause.start, clause.end)
            and opens_with_verb(view, clause.core, clause.end)
        ):
            continue
        told: list[Claim] = []
        if verdict == checkable.CHECKABLE:
            told = list(frame(view, clause, ctx))
            told.extend(embedded(view, clause, origins))
        elif verdict == checkable.OPINION:
            told = [opinion(view, clause, ctx)]
        yield from told
        _remember(view, clause, ctx, told)


def _remember(view: View, clause: Clause, ctx: Context, told: list[Claim]) -> None:
    named = ctx.seen | {m.id: m for m in entities(view, clause.sentence.start, clause.end)}
    subject = tuple(named[id] for id in told[0].subject if id in named) if told else ()
    if not subject and not ctx.topic:
        subject = tuple(m for m in entities(view, clause.core, clause.end) if m.type not in ("place", "topic"))[:1]
    ctx.leave(view, clause, subject)
    ctx.checked = ctx.checked or any(c.kind != "opinion" for c in told)
