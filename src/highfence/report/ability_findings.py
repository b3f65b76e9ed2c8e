"""What the numbers of a part's abilities say in words; no number and no verdict is written here by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.prediction import Estimate
from highfence.report.abilities import Abilities, AbilityRow, KernelRow, times_text
from highfence.report.ratios import percent
from highfence.report.texts import both, listed, say
from highfence.report.workloads import LEAST_ROWS, LOW_ROWS

NEAR = 1.15
"""Within this factor of parity two chips are called about as fast."""

WEAK, STRONG = 0.75, 1.0 / NEAR
"""Shares of a reference from which down a chip is called weak at some work, and from which up it keeps pace."""

CLEAR = 1.1
"""Factor from which the measured gap is said to differ from that of the peaks."""

TURN = 1.5
"""Factor from which attention over a latent is said to have turned against a chip."""


def findings(made: Abilities) -> tuple[Label, ...]:
    """Return what a part's abilities beside its first reference come to, a sentence each."""
    if not made.references or made.peak is None:
        return ()
    other = made.references[0].short
    found = (_spread(made, other), _products(made, other), _small(made, other), _grouped(made, other),
             _latent(made, other), *_saying(made, other),
             *(_assumption(row) for row in made.rows))
    return tuple(label for label in found if label is not None)


def shares(made: Abilities) -> Iterator[tuple[str, Label, Estimate]]:
    """Yield each workload that both the part and its first reference answer: id, title and share."""
    for row in made.rows:
        ratio = row.others[0].ratio if row.others else None
        if ratio is not None:
            yield row.id, row.title, ratio


def spread_sentence(made: Abilities) -> Label | None:
    """Say between which shares the workloads lie, and what the data sheets would suggest."""
    return None if not made.references or made.peak is None else _spread(made, made.references[0].short)


def _spread(made: Abilities, other: Label) -> Label | None:
    found = sorted(shares(made), key=lambda row: row[2].value)
    if len(found) < 2 or made.peak is None or made.bandwidth is None:
        return None
    (_, low_work, low), (_, high_work, high) = found[0], found[-1]
    return say("finding.spread", name=other, low=percent(low.value), low_work=low_work, high=percent(high.value),
               high_work=high_work, peak=percent(made.peak), memory=percent(made.bandwidth))


def _kernels(made: Abilities, id: str) -> list[KernelRow]:
    """Return the rows of a kernel that the first reference answers, smallest batch first."""
    return [row for row in made.kernels if row.id == id and row.cells and row.cells[0].times is not None]


def _words(row: KernelRow) -> dict[str, object]:
    cell = row.cells[0]
    assert cell.times is not None
    return {"times": times_text(cell.times.value), "n": f"{row.batch:,}",
            "range": both(f"{times_text(cell.times.low)}–{times_text(cell.times.high)}")}


def _products(made: Abilities, other: Label) -> Label | None:
    """Compare the gap of large products with that of the peaks."""
    row = next(iter(_kernels(made, "product_large")), None)
    if row is None or row.time is None or row.peaks is None or row.cells[0].times is None:
        return None
    gap, reached = row.cells[0].times.value / row.peaks, row.cells[0].reached or 0.0
    apart = "as" if 1.0 / CLEAR < gap < CLEAR else "nearer" if gap < 1.0 else "farther"
    return say(f"finding.products_{apart}", name=other, peaks=times_text(row.peaks), own=f"{row.time.of_peak:.0%}",
               other=f"{reached:.0%}", **_words(row))


def pace(times: Estimate) -> str:
    """Return how one chip's time stands to another's; outside of parity, but with parity in its interval, it is open.

    >>> [pace(Estimate(*v, "times")) for v in ((1.0, 0.9, 1.1), (1.2, 0.9, 1.5), (1.3, 1.1, 1.5), (0.5, 0.4, 0.6))]
    ['alike', 'open', 'slower', 'faster']
    """
    if 1.0 / NEAR <= times.value <= NEAR:
        return "alike"
    if times.low <= 1.0 <= times.high:
        return "open"
    return "faster" if times.value < 1.0 else "slower"


def _small(made: Abilities, other: Label) -> Label | None:
    """Say how fast weights are read for a few rows."""
    return _paced(made, other, "product_small", "finding.small")


def _grouped(made: Abilities, other: Label) -> Label | None:
    """Say how attention with grouped queries compares."""
    return _paced(made, other, "grouped", "finding.grouped")


def _paced(made: Abilities, other: Label, id: str, key: str) -> Label | None:
    row = next(iter(_kernels(made, id)), None)
    if row is None or row.time is None or row.cells[0].times is None:
        return None
    return say(f"{key}_{pace(row.cells[0].times)}", name=other, bound=say(f"bound.{row.time.bound}"),
               **_words(row))


def _latent(made: Abilities, other: Label) -> Label | None:
    """Say from which batch up attention over a latent turns, and what binds it from there."""
    rows = _kernels(made, "latent")
    values = [(row, row.cells[0].times.value) for row in rows if row.cells[0].times is not None]
    if len(values) < 2:
        return None
    first, turned = values[0], [(row, v) for row, v in values if v >= TURN]
    if not turned or turned[-1] != values[-1] or first in turned:
        low, high = (times_text(f(v for _, v in values)) for f in (min, max))
        return say("finding.latent_even", name=other, low=low, high=high, first=f"{first[0].batch:,}",
                   last=f"{values[-1][0].batch:,}")
    start, end = turned[0], turned[-1]
    time = start[0].time
    assert time is not None
    if start is end:
        return say("finding.latent_turns_last", name=other, first=times_text(first[1]), low=times_text(start[1]),
                   last=f"{end[0].batch:,}", bound=say(f"bound.{time.bound}"))
    return say("finding.latent_turns", name=other, first=times_text(first[1]), batch=f"{start[0].batch:,}",
               low=times_text(start[1]), high=times_text(end[1]), last=f"{end[0].batch:,}",
               bound=say(f"bound.{time.bound}"))


def _assumption(row: AbilityRow) -> Label | None:
    """Name the assumption on which an answer hangs, and both answers."""
    unsure = row.unsure
    if unsure is None or unsure.value is None or unsure.otherwise is None:
        return None
    return say("finding.unmeasured", work=row.title, chip=unsure.short, rows=f"{LEAST_ROWS:.0f}", low=f"{LOW_ROWS:.0f}",
               value=format_number(unsure.otherwise.value, 3), other=format_number(unsure.value.value, 3))


def _saying(made: Abilities, other: Label) -> Iterator[Label]:
    """Judge "weak at training, strong at inference" where the data sheets suggest it: less arithmetic, no less
    memory.
    """
    found = list(shares(made))
    training = next((ratio for id, _, ratio in found if id == "training"), None)
    if training is None or made.peak is None or made.bandwidth is None:
        return
    if made.peak >= WEAK or made.bandwidth < STRONG:
        return
    unsure = {row.id for row in made.rows if row.unsure is not None}
    inference = [(title, ratio) for id, title, ratio in found if id != "training" and id not in unsure]
    wrong = [(title, ratio) for title, ratio in inference if ratio.value < WEAK and ratio.high < 1.0]
    right = [(title, ratio) for title, ratio in inference if ratio.value >= STRONG]
    share = percent(training.value)
    if training.value >= WEAK:
        yield say("finding.saying_training", name=other, share=share)
    if wrong:
        yield say("finding.saying_wrong", name=other, works=_each(wrong), share=share)
    if right:
        yield say("finding.saying_right", name=other, works=_each(right))
    elif wrong:
        yield _only_kernels(made, other)


def _only_kernels(made: Abilities, other: Label) -> Label:
    """Say for which single kernels the saying holds, where it holds for no whole model."""
    kept = [(row.title, row.cells[0].speed) for row in made.kernels
            if row.cells and row.cells[0].speed is not None and row.cells[0].speed.value >= STRONG]
    if not kept:
        return say("finding.saying_nowhere", name=other)
    return say("finding.saying_kernels", name=other, works=_each(kept))


def _each(found: Sequence[tuple[Label, Estimate]]) -> Label:
    """List works with their shares."""
    return listed([say("finding.work", work=title, share=percent(ratio.value)) for title, ratio in found])
