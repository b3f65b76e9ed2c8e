"""The checker's evidence: labelled articles, copies of them, made sentences and time, each beside its bar."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter

from highfence.claims.model import Document, Judgement
from highfence.claims.validation.labels import Gold, merged, read_labels
from highfence.claims.validation.perturbing import followed
from highfence.claims.validation.score import FALSE, Score, pair, score
from highfence.claims.validation.sentences import MUTATIONS, sentences
from highfence.claims.validation.wording import Sentence

OWN = Path(__file__).parent / "articles"
"""Short articles written for the project, with their labels."""

FOUNDING = ("commentary_2025-07.txt", "commentary_gold.jsonl", date(2025, 7, 16))
MADE_ON = date(2026, 10, 1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure beside its bar.

    Attributes
    ----------
    group : what was checked. n : cases behind it. bar : the value asked for, or None. above : whether it must exceed
    the bar. development : whether the checker was written looking at these cases.
    """

    group: str
    name: str
    value: float
    n: int
    bar: float | None = None
    above: bool = True
    development: bool = False
    note: str = ""

    @property
    def held(self) -> bool:
        """Whether the bar is met; True where there is none."""
        return self.bar is None or (self.value > self.bar if self.above else self.value <= self.bar)


def measures(data: Path | None = None, made: int = 2400) -> Iterator[Measure]:
    """Yield every measure; those of the founding commentary only where its text is in a folder of data.

    Parameters
    ----------
    data : folder that holds ``claims/``. made : how many sentences to make.
    """
    folder = None if data is None else data / "claims"
    if folder is not None and (folder / FOUNDING[0]).is_file():
        yield from _founding(folder)
    yield from _own()
    yield from _sentences(made)


def _judge(text: str, lang: str, published: date | None) -> tuple[Judgement, ...]:
    from highfence.claims.check import check
    from highfence.claims.ingest import read

    return check(read(text, published=published, lang=lang, format="txt")).judgements


def _founding(folder: Path) -> Iterator[Measure]:
    text = (folder / FOUNDING[0]).read_text("utf-8")
    gold = read_labels(folder / FOUNDING[1], text)
    yield from _scored("founding commentary", score([(gold, _judge(text, "zh", FOUNDING[2]))]), development=True)
    yield from _times(text)
    simple = simplified(text)
    again = [Gold(g.id, g.start, g.end, simple[g.start:g.end], g.kind, g.verdict, g.acceptable) for g in gold]
    found = score([(again, _judge(simple, "zh", FOUNDING[2]))])
    yield Measure("commentary in simplified Chinese", "recall", found.recall.value, found.recall.n, development=True)
    yield Measure("commentary in simplified Chinese", "macro-F1, lenient", found.lenient, len(found.pairs),
                  development=True)
    english, labels = statements(folder / FOUNDING[1])
    found = score([(labels, _judge(english, "en", FOUNDING[2]))])
    yield Measure("commentary's claims in English", "recall", found.recall.value, found.recall.n)
    yield Measure("commentary's claims in English", "macro-F1, lenient", found.lenient, len(found.pairs))
    document = Document(text, "zh", "hant", FOUNDING[2])
    rates = followed(document, gold, lambda t: _judge(t, "zh", FOUNDING[2]))
    for kind, rate in rates.rates.items():
        yield Measure("perturbed copies", f"verdict follows: {kind}", rate.value, rate.n)
    yield Measure("perturbed copies", "verdict follows the facts", rates.whole.value, rates.whole.n, 0.80)


def _scored(group: str, found: Score, development: bool = False, bars: bool = True) -> Iterator[Measure]:
    def measure(name: str, value: float, n: int, bar: float | None = None, above: bool = True, note: str = "",
                ) -> Measure:
        return Measure(group, name, value, n, bar if bars else None, above, development, note)

    n = len(found.pairs)
    yield measure("claims found, recall", found.recall.value, found.recall.n, 0.90)
    yield measure("claims found, precision", found.precision.value, found.precision.n, 0.85)
    yield measure("verdict macro-F1, strict", found.strict, n, 0.75)
    yield measure("verdict macro-F1, lenient", found.lenient, n, 0.85)
    yield measure("end to end, balanced over four verdicts", found.balanced, n, 0.65,
                  note=f"best constant answer {found.constant:.2f}")
    yield measure("false or misattributed caught", found.caught.value, found.caught.n, 0.80,
                  note=f"with a sourced value {found.with_evidence.value:.2f}")
    wrong = found.wrongly_contradicted
    yield measure("wrongly contradicted", float(wrong.hits), wrong.n, 0.0, above=False,
                  note=f"upper bound {wrong.upper:.1%}")


def _times(text: str) -> Iterator[Measure]:
    started = perf_counter()
    _judge(text, "zh", FOUNDING[2])
    yield Measure("time", "an article of 7 kB again, seconds", perf_counter() - started, 1, 1.0, above=False)


def _own() -> Iterator[Measure]:
    held = []
    for labels in sorted(OWN.glob("*.jsonl")):
        text = labels.with_suffix(".txt").read_text("utf-8")
        first = json.loads(labels.read_text("utf-8").splitlines()[0])
        published = date.fromisoformat(first["published"])
        held.append((read_labels(labels, text), _judge(text, first["lang"], published)))
    if held:
        yield from _scored(f"{len(held)} articles of the project", score(held), bars=False)


def _sentences(n: int) -> Iterator[Measure]:
    made = sentences(n)
    verdicts = [(s, _verdict(s)) for s in made]
    true = [v for s, v in verdicts if s.true]
    wrong = _share(v == "contradicted" for v in true)
    yield Measure("made sentences", "true ones contradicted", wrong, len(true), 0.01, above=False)
    yield Measure("made sentences", "true ones supported", _share(v == "supported" for v in true), len(true))
    for lang in ("en", "zh"):
        false = [v for s, v in verdicts if not s.true and s.lang == lang]
        yield Measure("made sentences", f"changed ones flagged, {lang}", _share(map(_flagged, false)), len(false), 0.85)
    for mutation in MUTATIONS:
        found = [v for s, v in verdicts if s.mutation == mutation]
        yield Measure("made sentences", f"changed ones flagged: {mutation}", _share(map(_flagged, found)), len(found),
                      0.85)


def _verdict(sentence: Sentence) -> str:
    judged = _judge(sentence.text, sentence.lang, MADE_ON)
    gold = [Gold("", 0, len(sentence.text), sentence.text, "", "supported", frozenset({"supported"}))]
    best = pair(gold, judged)[0].judged
    if best is None and judged:
        best = max(judged, key=lambda j: j.claim.end - j.claim.start)
    return merged(best.verdict) if best else ""


def _flagged(verdict: str) -> bool:
    """Whether a verdict tells the reader that something is wrong."""
    return verdict in (*FALSE, "imprecise")


def _share(found: Iterator[bool] | Sequence[bool]) -> float:
    held = list(found)
    return sum(held) / len(held) if held else 0.0


def statements(path: Path) -> tuple[str, tuple[Gold, ...]]:
    """Return the labels' statements in English as one text, and labels that point into it."""
    text, found = "", []
    for line in path.read_text("utf-8").splitlines():
        raw = json.loads(line)
        said = (raw.get("statement_en") or "").strip().rstrip(".")
        if not said:
            continue
        found.append(Gold(raw["id"], len(text), len(text) + len(said), said, raw.get("type") or "", raw["verdict"],
                          frozenset({raw["verdict"], *(raw.get("acceptable_verdicts") or ())})))
        text += f"{said}.\n"
    return text, tuple(found)


def simplified(text: str) -> str:
    """Return a text in simplified characters, of the same length."""
    from highfence.claims.mentions.folding import characters

    return text.translate(characters())


