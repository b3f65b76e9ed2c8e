"""Money, counts of it and shares as a brief writes them."""

from __future__ import annotations

from highfence.core.labels import Label
from highfence.core.ranges import Range
from highfence.report.texts import both


def money(value: float) -> str:
    """Write dollars with three significant figures, cents below a hundred.

    >>> money(0.8877), money(12.34), money(10500.0), money(129646.0), money(0.0)
    ('$0.89', '$12.3', '$10,500', '$130,000', '$0')
    """
    size = abs(value)
    if size == 0.0:
        text = "0"
    elif size < 10.0:
        text = f"{size:.2f}"
    elif size < 100.0:
        text = f"{size:.1f}"
    else:
        digits = len(f"{size:.0f}") - 3
        text = f"{round(size, -max(digits, 0)):,.0f}"
    return f"{'−' if value < 0.0 else ''}${text}"


def money_range(value: Range) -> Label:
    """Write the ends of a range of dollars; empty where they are one.

    >>> money_range(Range(0.571, 0.88, 1.52)).en
    '$0.57–$1.52'
    """
    return both("" if value.low == value.high else f"{money(value.low)}–{money(value.high)}")


def share(value: float) -> str:
    """Write a share in whole percent.

    >>> share(0.284), share(0.004), share(0.0)
    ('28%', '<1%', '0%')
    """
    return "<1%" if 0.0 < value < 0.005 else f"{100.0 * value:.0f}%"


def share_range(value: Range) -> Label:
    """Write the ends of a range of shares.

    >>> share_range(Range(0.0, 0.28, 0.81)).en
    '0–81%'
    """
    low, high = f"{100.0 * value.low:.0f}", f"{100.0 * value.high:.0f}"
    return both(f"{low}%" if low == high else f"{low}–{high}%")
