"""Quantities found in labelled sentences: highfence beside quantulum3 and the Microsoft recognizers.

    python bench/mentions.py [LABELLED.yaml ...]

A rival that is not installed is skipped with a reason. A quantity is found where spans overlap; it is read right where
value (either end of a range) and unit agree within a thousandth. Rivals are not asked for units that they do not know:
only the value counts for them, scaled as they print it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "tests" / "claims" / "data"
LABELLED = (DATA / "quantities.yaml", DATA / "quantities_later.yaml")
CLOSE = 1e-3
Found = tuple[int, int, tuple[float, ...], str]
"""Start, end, values (one, or both ends of a range) and unit ("" where the tool's own name of it is not compared)."""


@dataclass(frozen=True, slots=True)
class Gold:
    """A labelled quantity in its sentence."""

    start: int
    end: int
    ends: tuple[float, float]
    unit: str


@dataclass(frozen=True, slots=True)
class Score:
    """What one tool found: labelled, found, read right, and found where nothing is."""

    tool: str
    lang: str
    labelled: int
    found: int
    right: int
    false: int
    seconds: float

    def row(self) -> str:
        """Return the score as a row of a table."""
        n = max(1, self.labelled)
        precision = self.found / max(1, self.found + self.false)
        return (
            f"| {self.tool} | {self.lang} | {self.labelled} | {self.found / n:.3f} | {self.right / n:.3f} | "
            f"{precision:.3f} | {self.false} | {self.seconds:.2f} |"
        )


def labelled(*paths: Path) -> list[tuple[str, str, list[Gold]]]:
    """Return language, text and quantities of each sentence."""
    import yaml

    rows = []
    for row in (r for path in paths or LABELLED for r in yaml.safe_load(path.read_text(encoding="utf-8"))):
        at, golds = 0, []
        for label in row["gold"]:
            printed, value, unit = (part.strip() for part in label.split("|"))
            start = row["text"].index(printed, at)
            at = start + len(printed)
            low, _, high = value.partition("..")
            golds.append(Gold(start, at, (float(low), float(high or low)), unit))
        rows.append((row["lang"], row["text"], golds))
    return rows


def score(
    tool: str,
    lang: str,
    find: Callable[[str, str], Iterable[Found]],
    rows: list[tuple[str, str, list[Gold]]],
    units: bool,
) -> Score:
    """Run one tool over the sentences of one language."""
    total = hits = right = false = 0
    started = time.perf_counter()
    for tongue, text, golds in rows:
        if tongue != lang:
            continue
        found = list(find(text, tongue))
        used: set[int] = set()
        total += len(golds)
        for gold in golds:
            match = next(
                (i for i, f in enumerate(found) if i not in used and f[0] < gold.end and f[1] > gold.start), None
            )
            if match is None:
                continue
            used.add(match)
            hits += 1
            right += _agrees(found[match], gold, units)
        false += len(found) - len(used)
    return Score(tool, lang, total, hits, right, false, time.perf_counter() - started)


def _agrees(found: Found, gold: Gold, units: bool) -> bool:
    ends = (found[2][0], found[2][-1]) if found[2] else ()
    near = bool(ends) and all(abs(a - b) <= CLOSE * max(abs(b), 1e-12) for a, b in zip(ends, gold.ends, strict=True))
    return near and (not units or found[3] == gold.unit)


def ours(text: str, lang: str) -> Iterable[Found]:
    """Find quantities with highfence."""
    from highfence.claims.mentions import find
    from highfence.claims.model import Document

    for m in find(Document(text, lang, published=date(2025, 7, 16))):  # type: ignore[arg-type]
        if m.quantity is not None:
            yield m.start, m.end, m.quantity.ends, m.quantity.unit


_SCALES = {
    "percentage": 0.01,
    "percentage point": 0.01,
    "basis point": 1e-4,
    "watt": 1.0,
    "kilowatt": 1e3,
    "gigawatt": 1e9,
    "megawatt": 1e6,
    "gigabyte": 1e9,
    "terabyte": 1e12,
    "year": 365.25,
    "month": 30.4375,
    "day": 1.0,
    "dozen": 12.0,
    "gigabyte per second": 1e9,
    "terabyte per second": 1e12,
    "petaflops": 1e15,
    "kilometre": 1e3,
    "hour": 1.0,
}


def quantulum() -> Callable[[str, str], Iterable[Found]]:
    """Return quantulum3 (English only), without its classifier, which needs another scikit-learn than it names.

    Raises
    ------
    ImportError : not installed.
    """
    from quantulum3 import classifier, parser

    classifier.USE_CLF = False

    def find(text: str, lang: str) -> Iterable[Found]:
        for q in parser.parse(text):
            scale = _SCALES.get(q.unit.name, 1.0)
            yield q.span[0], q.span[1], (q.value * scale,), q.unit.name

    return find


def recognizers() -> Callable[[str, str], Iterable[Found]]:
    """Return the Microsoft recognizers: numbers with units, percentages, ranges and plain numbers.

    Raises
    ------
    ImportError : not installed.
    """
    import importlib

    name = "ms_recognizers_text"
    sys.modules.setdefault("recognizers_text", importlib.import_module(name))
    for part in ("culture", "extractor", "matcher", "meta_data", "model", "parser", "recognizer", "utilities"):
        sys.modules.setdefault(f"recognizers_text.{part}", importlib.import_module(f"{name}.{part}"))
    from recognizers_number import recognize_number, recognize_percentage
    from recognizers_number_with_unit import recognize_currency, recognize_dimension

    calls = (recognize_currency, recognize_dimension, recognize_percentage, recognize_number)

    def find(text: str, lang: str) -> Iterable[Found]:
        culture = "zh-cn" if lang == "zh" else "en-us"
        taken: list[tuple[int, int]] = []
        for call in calls:
            for result in call(text, culture):
                start, end = result.start, result.end + 1
                if any(start < e and s < end for s, e in taken):
                    continue
                taken.append((start, end))
                yield start, end, _value(result), str((result.resolution or {}).get("unit", ""))

    return find


def _value(result: Any) -> tuple[float, ...]:
    resolution = result.resolution or {}
    text = str(resolution.get("value", "")).replace(",", "")
    share = text.endswith("%")
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        return ()
    unit = str(resolution.get("unit", "")).lower()
    return (value * (0.01 if share else _SCALES.get(unit, 1.0)),)


def main(*paths: Path) -> None:
    """Print the table."""
    rows = labelled(*paths)
    print(
        "| tool | language | labelled | found | value right | precision | false | s |\n|---|---|---|---|---|---|---|"
        "---|"
    )
    ours(rows[0][1], "en")
    for lang in ("en", "zh"):
        list(ours(rows[0][1], lang))
        print(score("highfence", lang, ours, rows, units=True).row())
    for name, make, tongues in (("quantulum3", quantulum, ("en",)), ("ms-recognizers", recognizers, ("en", "zh"))):
        try:
            find = make()
        except ImportError as missing:
            print(f"{name}: skipped, {missing}", file=sys.stderr)
            continue
        for lang in tongues:
            print(score(name, lang, find, rows, units=False).row())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
