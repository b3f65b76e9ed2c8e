"""Which chips change status between two days, or under an overlay, and which clause moves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from highfence.catalogue import catalogue
from highfence.core.labels import Label
from highfence.rules.classify import classify
from highfence.rules.overlay import Overlay
from highfence.rules.verdict import Verdict

Overlays = Overlay | Sequence[Overlay] | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A chip whose status changes.

    Attributes
    ----------
    before, after : ``paragraph: requirement``.
    by : addresses of the provisions and paragraphs that make the difference.
    """

    chip: str
    name: Label
    before: str
    after: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Migration:
    """The migration matrix: how many chips go from one status to another, and which ones move.

    Attributes
    ----------
    matrix : requirement before, requirement after, number of chips.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    matrix: tuple[tuple[str, str, int], ...]
    moved: tuple[Moved, ...]
    total: int


def diff(*, on: Sequence[str | date], to: str = "CN", overlay: Overlays = None, chips: Iterable[str] | None = None,
         **context: Any) -> Migration:
    """Compare the status of chips on two days, or on one day with and without an overlay.

    Parameters
    ----------
    on : one or two days. With two, an overlay applies to the second only.
    chips : names; the whole catalogue if omitted.
    context : any other argument of :func:`classify`.

    Raises
    ------
    InputError : as :func:`classify`.

    Examples
    --------
    >>> [m.after for m in diff(on=["2025-04-01", "2025-05-01"], chips=["H20"]).moved]
    ['3A991.p: licence']
    """
    first, last = on[0], on[-1]
    names = [c.id for c in catalogue().chips()] if chips is None else list(chips)
    pairs = [(classify(n, to=to, on=first, **context), classify(n, to=to, on=last, overlay=overlay, **context))
             for n in names]
    counts = Counter((a.requirement, b.requirement) for a, b in pairs)
    moved = tuple(Moved(b.chip, b.name, _status(a), _status(b), _movers(a, b)) for a, b in pairs
                  if _status(a) != _status(b))
    laid = [overlay] if isinstance(overlay, Overlay) else list(overlay or ())
    return Migration({"on": str(first), "to": to, "overlays": []},
                     {"on": str(last), "to": to, "overlays": [o.id for o in laid]},
                     tuple((a, b, n) for (a, b), n in sorted(counts.items())), moved, len(pairs))


def _status(verdict: Verdict) -> str:
    return f"{verdict.paragraph}: {verdict.requirement}"


def _movers(before: Verdict, after: Verdict) -> tuple[str, ...]:
    """Return the provisions that are in one answer and not in the other."""
    a, b = {p.address for p in before.provisions}, {p.address for p in after.provisions}
    classified = [f"{before.paragraph} → {after.paragraph}"] if before.paragraph != after.paragraph else []
    return (*classified, *(f"+ {x}" for x in sorted(b - a)), *(f"− {x}" for x in sorted(a - b)))
