"""Limits on how long a request may wait, as people write them: ``ttft=1s,tpot=50ms,p99``."""

from __future__ import annotations

from dataclasses import dataclass

from highfence.core.errors import InputError, did_you_mean
from highfence.core.quantities import format_quantity, parse_quantity
from highfence.perf.prediction import Prediction

TIMES = ("ttft", "tpot", "latency")
STATISTICS = ("mean", "p99")
EXAMPLE = "ttft=1s,tpot=50ms,p99"
LONGEST = 86_400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest that is allowed, seconds; None where nothing is asked.

    Attributes
    ----------
    ttft_s : to the first token. tpot_s : per output token after it. latency_s : from request to last token.
    statistic : ``mean``, or ``p99``: of a hundred requests ninety-nine.
    """

    ttft_s: float | None = None
    tpot_s: float | None = None
    latency_s: float | None = None
    statistic: str = "mean"

    def text(self) -> str:
        """Return the limits as they are written.

        >>> Limits(1.0, 0.05, statistic="p99").text()
        'ttft=1s,tpot=50ms,p99'
        """
        stated = [f"{name}={format_quantity(value, 'time').replace(' ', '')}" for name in TIMES
                  if (value := getattr(self, f"{name}_s")) is not None]
        return ",".join([*stated, *([] if self.statistic == "mean" else [self.statistic])])

    def judged(self, answer: Prediction) -> tuple[float, float]:
        """Return TTFT and TPOT of a prediction at the statistic of the limits."""
        tail = self.statistic == "p99"
        return (answer.ttft_p99, answer.tpot_p99) if tail else (answer.ttft.value, answer.tpot.value)

    def kept_by(self, answer: Prediction) -> bool:
        """Return whether a prediction keeps every limit."""
        ttft, tpot = self.judged(answer)
        spent = ((ttft, self.ttft_s), (tpot, self.tpot_s), (ttft + answer.output * tpot, self.latency_s))
        return all(limit is None or time <= limit for time, limit in spent)


def parse_limits(text: str, where: str = "--limit") -> Limits:
    """Read limits joined by commas.

    >>> parse_limits("ttft=1s, tpot=50ms")
    Limits(ttft_s=1.0, tpot_s=0.05, latency_s=None, statistic='mean')

    Raises
    ------
    InputError : no ``name=time``, an unknown name, a time without a unit, a limit stated twice, or none at all.
    """
    found: dict[str, float] = {}
    statistic = ""
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        name = name.casefold()
        if not sign and name in STATISTICS:
            if statistic and name != statistic:
                raise InputError("two statistics", where=where, got=text, expected="mean or p99", example=EXAMPLE)
            statistic = name
            continue
        if not sign or name not in TIMES:
            raise InputError("no such limit", where=where, got=part,
                             expected="ttft, tpot or latency with a time; mean or p99", example=EXAMPLE,
                             hint=did_you_mean(name, (*TIMES, *STATISTICS)), code="unknown-limit")
        if name in found:
            raise InputError("a limit is stated twice", where=where, got=text, example=EXAMPLE)
        found[name] = _seconds(value, f"{where}: {name}")
    if not found:
        raise InputError("no limit", where=where, got=text, expected="at least one time", example=EXAMPLE)
    return Limits(**{f"{name}_s": value for name, value in found.items()}, statistic=statistic or "mean")


def _seconds(text: str, where: str) -> float:
    value = parse_quantity(text, "time", where)
    if not 0.0 < value <= LONGEST:
        raise InputError("a limit must be longer than nothing and at most a day", where=where, got=text,
                         example="50 ms")
    return value
