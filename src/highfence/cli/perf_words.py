"""Words and numbers of the performance room as a person reads them: three digits, intervals in brackets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from highfence.core.labels import Label
from highfence.core.quantities import format_number
from highfence.perf.prediction import Estimate

EVIDENCE_ZH = {"measured kernel": "内核实测", "fitted family": "同系列拟合", "data sheet only": "仅规格表",
               "assumed": "假定"}
UNIT_ZH = {"tokens/s": "词元/秒", "USD/M tokens": "美元/百万词元", "J a token": "J/词元", "d": "天"}
STEP_ZH = {"decode": "解码", "prefill": "预填充", "mixed": "混合"}
GRADE_ZH = {"official": "官方", "filing": "监管申报", "measured": "实测", "press": "媒体", "estimate": "估算",
            "assumed": "假定"}
BASIS_ZH = {
    "means over requests; p50 and p99 from the model's queue": "按请求取均值；p50与p99由排队模型得出",
    "means over requests; p99 at the busiest hundredth of the time": "按请求取均值；p99取最忙的1%时间",
    "closed loop in steady state, exact lengths": "闭环稳态，长度固定",
}
"""Statistics and arrival patterns that an answer may state."""


def word(text: str, table: Mapping[str, str], lang: str) -> str:
    """Return a word of the contract in a language; one without a translation as it is.

    >>> word("decode", STEP_ZH, "zh"), word("decode", STEP_ZH, "en")
    ('解码', 'decode')
    """
    return table.get(text, text) if lang == "zh" else text


def basis(text: str, lang: str) -> str:
    """Return a statistic or an arrival pattern in a language.

    >>> basis("open loop, random arrivals at 2 requests/s; the load follows by Little's law", "zh")
    '开环，随机到达2次请求/秒；并发数由利特尔法则得出'
    """
    import re

    found = re.fullmatch(r"open loop, random arrivals at (\S+) requests/s; the load follows by Little's law", text)
    if lang == "zh" and found:
        return f"开环，随机到达{found[1]}次请求/秒；并发数由利特尔法则得出"
    return word(text, BASIS_ZH, lang)


def three(value: float) -> str:
    """Return a number to three digits.

    >>> three(758.96), three(0.0402), three(15832.4)
    ('759', '0.0402', '15,832')
    """
    return format_number(value, 3)


TIMES = (("d", 86400.0), ("h", 3600.0), ("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))


def time_unit(seconds: float) -> tuple[str, float]:
    """Return the unit in which a time is told and its seconds; hours from an hour on, days from two days on.

    >>> time_unit(0.04), time_unit(7200.0)
    (('ms', 0.001), ('h', 3600.0))
    """
    return next(((u, s) for u, s in TIMES if abs(seconds) >= (2.0 * s if u == "d" else s)), TIMES[-1])


def time_text(seconds: float) -> str:
    """Return a time to three digits.

    >>> time_text(0.04016), time_text(1.025), time_text(15552000.0)
    ('40.2 ms', '1.02 s', '180 d')
    """
    unit, size = time_unit(seconds)
    return f"{three(seconds / size)} {unit}"


def with_interval(value: Estimate, lang: str = "en", unit: str = "") -> str:
    """Return an estimate with its 80 % interval in brackets; a time in the unit of its middle.

    >>> with_interval(Estimate(0.0402, 0.0313, 0.0516, "s"))
    '40.2 ms [31.3 – 51.6]'
    """
    unit, scale = time_unit(value.value) if value.unit == "s" else (unit or value.unit, 1.0)
    return (f"{three(value.value / scale)} {word(unit, UNIT_ZH, lang)}".rstrip()
            + f" [{three(value.low / scale)} – {three(value.high / scale)}]")


def gigabytes(value: float) -> str:
    """Return bytes in GB.

    >>> gigabytes(17.64e9)
    '17.6 GB'
    """
    return f"{three(value / 1e9)} GB"


def tokens_text(value: float) -> str:
    """Return a number of tokens in powers of a thousand.

    >>> tokens_text(15e12), tokens_text(2.5e9), tokens_text(4096.0)
    ('15e12', '2.5e9', '4,096')
    """
    power = next((p for p in (12, 9, 6) if value >= 10.0**p), 0)
    return f"{three(value / 10.0**power)}e{power}" if power else three(value)


def split_words(split: Mapping[str, Any], lang: str = "en") -> str:
    """Return the ranks of a split that are more than one.

    >>> split_words({"tp": 8, "pp": 2, "dp": 1, "ep": 1}), split_words({"tp": 1})
    ('tp 8, pp 2', '')
    >>> split_words({"tp": 8, "workers": 2, "prefill_tp": 4}, "zh")
    'tp 8, 实例 2, 预填充tp 4'
    """
    def named(name: str) -> str:
        return name.replace("prefill_", "预填充").replace("workers", "实例") if lang == "zh" else name

    return ", ".join(f"{named(name)} {ranks}" for name, ranks in split.items() if ranks != 1)


def evidence_words(evidence: str, grade: str, lang: str) -> str:
    """Return the evidence of an answer, and the weakest grade on the data sheet."""
    return Label("{evidence}; weakest number of the data sheet: {grade}", "{evidence}；规格表最弱证据：{grade}").format(
        evidence=word(evidence, EVIDENCE_ZH, lang), grade=word(grade, GRADE_ZH, lang)).text(lang)
