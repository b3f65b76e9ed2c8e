"""Place labels beside points so that they do not run into one another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A point that wants a label, in pixels from the top left.

    Attributes
    ----------
    must : whether it is labelled even where there is no free room.
    """

    key: str
    x: float
    y: float
    text: str
    must: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its anchor, in pixels from the top left."""

    key: str
    x: float
    y: float
    align: str


Box = tuple[float, float, float, float]


def text_width(text: str, size: float) -> float:
    """Estimate the width of a text in pixels; a Chinese character is as wide as it is high.

    >>> text_width("中国", 12) > text_width("ab", 12)
    True
    """
    return sum(size if ord(c) > 0x2E80 else size * 0.58 for c in text)


def place(spots: Iterable[Spot], size: float, frame: tuple[float, float], reserved: Iterable[Box] = (),
          dots: Iterable[tuple[float, float]] = (), lines: Iterable[Box] = ()) -> list[Placed]:
    """Return one free place for each label, in order of the spots; what finds none and need not is left out.

    Parameters
    ----------
    frame : width and height. reserved : boxes that stay free. dots, lines : what no optional label may cover,
        and no label where it can be helped.
    """
    spots = list(spots)
    taken: list[Box] = [*reserved, *((s.x - 6, s.y - 6, s.x + 6, s.y + 6) for s in spots if s.must)]
    covered: list[Box] = [*lines, *((x - 3, y - 3, x + 3, y + 3) for x, y in dots)]
    found: list[Placed] = []
    for spot in spots:
        choices = [(p, box) for p, box in _choices(spot, size) if _inside(box, *frame)]
        hard = [(p, box) for p, box in choices if not any(_overlap(box, t) for t in taken)]
        clear = [(p, box) for p, box in hard if not any(_overlap(box, c) for c in covered)]
        free = clear or (hard if spot.must else [])
        chosen = free[0] if free else choices[0] if choices and spot.must else None
        if chosen is not None:
            found.append(chosen[0])
            taken.append(chosen[1])
    return found


def _choices(spot: Spot, size: float) -> Iterable[tuple[Placed, Box]]:
    w, h, gap = text_width(spot.text, size), size * 1.15, 9 if spot.must else 6
    for dx, dy, align in ((gap, 0, "left"), (-gap, 0, "right"), (0, -gap - h / 2, "center"), (0, gap + h / 2, "center"),
                          (gap, -h, "left"), (gap, h, "left"), (-gap, -h, "right"), (-gap, h, "right")):
        x, y = spot.x + dx, spot.y + dy
        left = x if align == "left" else x - w if align == "right" else x - w / 2
        yield Placed(spot.key, x, y, align), (left, y - h / 2, left + w, y + h / 2)


def _inside(box: Box, width: float, height: float) -> bool:
    return box[0] >= 2 and box[1] >= 2 and box[2] <= width - 2 and box[3] <= height - 2


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
