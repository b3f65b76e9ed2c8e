"""A roofline in characters: one letter an operator, capitals for prefill."""

from __future__ import annotations

from math import ceil, floor, log10

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.inference.roofline import Roofline

HEIGHT = 15
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def letters_of(drawn: Roofline) -> dict[tuple[str, str], str]:
    """Return a letter for each operator by step, the same for both steps, capitals for prefill."""
    names = list(dict.fromkeys(p.operator for p in drawn.points))
    letter = {name: LETTERS[n % len(LETTERS)] for n, name in enumerate(names)}
    return {(p.step, p.operator): letter[p.operator].upper() if p.step == "prefill" else letter[p.operator]
            for p in drawn.points}


def text_roofline(drawn: Roofline, letters: dict[tuple[str, str], str], lang: str, width: int) -> str:
    """Return the chart as lines of text: TFLOP/s upwards, FLOPs a byte across, both in decades."""
    across = width - 10
    xs = [p.intensity for p in drawn.points] + [4.0 * peak / drawn.bandwidth for peak in drawn.peaks.values()]
    ys = [p.rate / 1e12 for p in drawn.points] + [peak / 1e12 for peak in drawn.peaks.values()]
    left, right = floor(log10(min(xs))), ceil(log10(max(xs)))
    low, high = floor(log10(min(ys))), log10(max(ys)) + 0.15

    def column(x: float) -> int:
        return round((log10(x) - left) / (right - left) * (across - 1))

    def row(y: float) -> int:
        return round((high - log10(y)) / (high - low) * (HEIGHT - 1))

    grid = [[" "] * across for _ in range(HEIGHT)]
    for peak in drawn.peaks.values():
        for n in range(across):
            x = 10.0 ** (left + n / (across - 1) * (right - left))
            sloped = x * drawn.bandwidth < peak
            at = row(min(peak, x * drawn.bandwidth) / 1e12)
            if 0 <= at < HEIGHT and grid[at][n] == " ":
                grid[at][n] = "/" if sloped else "─"
    for p in sorted(drawn.points, key=lambda p: p.seconds):
        grid[row(p.rate / 1e12)][column(p.intensity)] = letters[p.step, p.operator]
    marks = {row(10.0**k): f"{10.0**k:g}" for k in range(low, floor(high) + 1)}
    lines = [f"{marks.get(n, ''):>8} {'┤' if n in marks else '│'}{''.join(cells).rstrip()}"
             for n, cells in enumerate(grid)]
    foot = [" "] * across
    for k in range(left, right + 1):
        text = f"{10.0**k:g}"
        at = min(column(10.0**k), across - len(text))
        foot[at:at + len(text)] = text
    half = Label("16-bit", "16位").text(lang)
    roofs = ", ".join(f"{half if n == '16' else n.upper()} {format_number(p / 1e12, 3)} TFLOP/s"
                      for n, p in drawn.peaks.items())
    title = Label("TFLOP/s of one chip against FLOPs a byte: a decode, A prefill",
                  "单芯片TFLOP/s与FLOP/字节：小写为解码，大写为预填充").text(lang)
    return "\n".join([title, f"{roofs}, {format_number(drawn.bandwidth / 1e12, 3)} TB/s", *lines,
                      " " * 9 + "└" + "─" * across, " " * 10 + "".join(foot).rstrip()])
