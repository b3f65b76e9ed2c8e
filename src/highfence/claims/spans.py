"""Spans of characters and how far two of them are one."""

from __future__ import annotations

Span = tuple[int, int]


def overlap(a: Span, b: Span) -> int:
    """Return how many characters two spans share.

    >>> overlap((0, 4), (2, 9))
    2
    """
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def matches(a: Span, b: Span) -> bool:
    """Whether two spans overlap by at least half of the longer one.

    >>> matches((0, 10), (0, 5)), matches((0, 10), (0, 4))
    (True, False)
    """
    return 2 * overlap(a, b) >= max(a[1] - a[0], b[1] - b[0])
