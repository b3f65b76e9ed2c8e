"""Physical quantities: human text at the edge, plain floats inside.

Inside, a quantity is a float in the unit that :data:`KINDS` gives for its kind. Text such as ``4,000 GB/s`` is
read once, here; the same table writes it back for people. ``TFLOPS`` is 1e12 FLOP/s, ``GB`` is 1e9 bytes,
``GiB`` is 2**30, and a unit of another kind (``Gb/s`` for ``GB/s``) is an error, never a conversion.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from highfence.core.errors import InputError
from highfence.core.labels import Label

if TYPE_CHECKING:
    from pint import UnitRegistry


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of quantity: the unit inside, and how people read and write it.

    Attributes
    ----------
    unit : unit of the plain float inside.
    scales : human units with their size in ``unit``, largest first; the last is the smallest shown.
    example : one good text.
    """

    unit: str
    scales: tuple[tuple[str, float], ...]
    example: str


KINDS: dict[str, Kind] = {
    "flop_rate": Kind("FLOP/s", (("TFLOP/s", 1e12), ("GFLOP/s", 1e9)), "148 TFLOP/s"),
    "op_rate": Kind("OP/s", (("TOP/s", 1e12), ("GOP/s", 1e9)), "296 TOP/s"),
    "bandwidth": Kind("B/s", (("GB/s", 1e9), ("MB/s", 1e6)), "4.0 TB/s"),
    "capacity": Kind("B", (("GB", 1e9), ("MB", 1e6)), "96 GB"),
    "area": Kind("mm2", (("mm²", 1.0),), "814 mm2"),
    "length_nm": Kind("nm", (("nm", 1.0),), "5 nm"),
    "time": Kind("s", (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)), "50 ms"),
    "power": Kind("W", (("W", 1.0),), "400 W"),
    "frequency": Kind("Hz", (("GHz", 1e9), ("MHz", 1e6)), "1.98 GHz"),
    "money": Kind("USD", (("USD", 1.0),), "11000 USD"),
    "money_rate": Kind("USD/h", (("USD/h", 1.0),), "2.3 USD/h"),
    "tpp": Kind("TPP", (("TPP", 1.0),), "2368"),
    "tpp_density": Kind("TPP/mm2", (("TPP/mm²", 1.0),), "2.91"),
    "bandwidth_density": Kind("B/s/mm2", (("GB/s/mm²", 1e9),), "3.3 GB/s/mm2"),
    "count": Kind("count", (("", 1.0),), "2"),
    "share": Kind("share", (("%", 0.01),), "50 %"),
}

_SPELLINGS = (
    (re.compile(r"(?<=[A-Za-z])FLOPS\b", re.I), "FLOP/s"),
    (re.compile(r"\b([KMGTPE]?)FLOPs?/s\b", re.I), r"\1FLOP/s"),
    (re.compile(r"(?<=[KMGTPE])OPS\b", re.I), "OP/s"),
    (re.compile(r"(?<=[KMGTPE])OPs?/s(ec)?\b", re.I), "OP/s"),
    (re.compile(r"(?<=[kKMGTPi])Bytes?/s(ec)?\b", re.I), "B/s"),
    (re.compile(r"(?<=[kKMGTP])bps\b"), "b/s"),
    (re.compile(r"(?<=[kKMGTP])Bps\b"), "B/s"),
    (re.compile(r"(?<=[kKMGTP])bits?/s(ec)?\b", re.I), "b/s"),
    (re.compile(r"mm\s*(?:\^\s*2|²|2)(?!\d)"), "mm**2"),
    (re.compile(r"\$/h(r|our)?\b"), "USD/h"),
)
_NUMBER = re.compile(
    r"\s*(?:\$\s*)?([-+]?(?:[0-9]{1,3}(?:[,  ][0-9]{3})+|[0-9]+)?"
    r"(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?)\s*(.*)", re.S)
_MAX_TEXT = 80


def parse_quantity(text: str | float | int, kind: str, where: str = "quantity") -> float:
    """Return a quantity as a plain float in the unit of its kind.

    A bare number is taken in the unit inside only for kinds that people write bare (TPP, density, count, area
    in mm2, nm, money); elsewhere a unit is required.

    >>> parse_quantity("4.0 TB/s", "bandwidth") == parse_quantity("4,000 GB/s", "bandwidth") == 4e12
    True
    >>> parse_quantity("296 TFLOPS", "flop_rate")
    296000000000000.0
    >>> parse_quantity("814 mm²", "area")
    814.0

    Raises
    ------
    InputError : not a quantity, not finite, negative, without a unit, or of another kind (bits for bytes).
    """
    spec = KINDS[kind]
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise _bad("not a quantity", where, text, spec)
    number, unit = _split(str(text), where, spec) if isinstance(text, str) else (_decimal(text, where, spec), "")
    value = float(number) if not unit else _convert(number, unit, text, spec, where)
    if not unit and kind not in _BARE and value != 0:
        raise _bad(f"a number without a unit; this is in {spec.scales[0][0]}", where, text, spec)
    if not unit and kind == "share" and value > 1:
        raise _bad("a bare share lies between 0 and 1; for percent write the sign", where, text, spec)
    if not math.isfinite(value) or value < 0:
        raise _bad("a quantity must be finite and not negative", where, text, spec)
    return value


_BARE = {"tpp", "tpp_density", "count", "area", "length_nm", "money", "share"}


def format_quantity(value: float, kind: str, digits: int = 4) -> str:
    """Write a quantity for people, in the unit that they use for its kind.

    >>> format_quantity(4e12, "bandwidth")
    '4,000 GB/s'
    >>> format_quantity(2.909, "tpp_density", 3)
    '2.91 TPP/mm²'
    """
    scales = KINDS[kind].scales
    unit, scale = next(((u, s) for u, s in scales if abs(value) >= s), scales[0] if value == 0 else scales[-1])
    shown = format_number(value / scale, digits)
    return f"{shown} {unit}".strip()


def format_number(value: float, digits: int = 4) -> str:
    """Write a number with at most ``digits`` significant digits, never dropping digits before the point.

    >>> format_number(15832.0), format_number(2.90909), format_number(148.0)
    ('15,832', '2.909', '148')
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def growth(ratio: float) -> Label:
    """Return by how much a thing exceeds another: in percent, as a multiple from ten times on.

    >>> growth(1.254).en, growth(35996.9).en, growth(35996.9).zh
    ('25%', '36,000x', '36,000倍')
    """
    if ratio < 10.0:
        share = f"{ratio - 1.0:.1%}".replace(".0%", "%") if ratio < 1.1 else f"{ratio - 1.0:.0%}"
        return Label(share, share)
    times = f"{float(f'{ratio:.3g}'):,.0f}"
    return Label(f"{times}x", f"{times}倍")


def human_scale(kind: str) -> tuple[str, float]:
    """Return the usual human unit of a kind and its size in the unit inside.

    >>> human_scale("bandwidth")
    ('GB/s', 1000000000.0)
    """
    return KINDS[kind].scales[0]


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Any]:
    from pint import UnitRegistry

    return UnitRegistry(str(files("highfence.core") / "units.txt"), non_int_type=Decimal, cache_folder=None)


def _split(text: str, where: str, spec: Kind) -> tuple[Decimal, str]:
    if len(text) > _MAX_TEXT:
        raise _bad("too long for a quantity", where, text, spec)
    match = _NUMBER.fullmatch(text)
    if not match or not match[1]:
        raise _bad("not a quantity", where, text, spec)
    unit = match[2].strip()
    for pattern, spelling in _SPELLINGS:
        unit = pattern.sub(spelling, unit)
    return _decimal(re.sub(r"[,  ]", "", match[1]), where, spec), unit


def _decimal(number: str | float | int, where: str, spec: Kind) -> Decimal:
    try:
        value = Decimal(str(number))
    except InvalidOperation:
        raise _bad("not a number", where, number, spec) from None
    if not value.is_finite():
        raise _bad("a quantity must be finite and not negative", where, number, spec)
    return value


@lru_cache(maxsize=512)
def _factor(unit: str, target: str) -> Decimal | str:
    """Return the size of ``unit`` in ``target``, or a word for why there is none."""
    if not re.fullmatch(r"[A-Za-zµμ%_*/0-9. ()-]*", unit):
        return "unknown"
    from pint.errors import DimensionalityError, PintError

    registry = _registry()
    try:
        return Decimal(registry.Quantity(Decimal(1), unit).to(_pint_name(target)).magnitude)
    except DimensionalityError:
        return "other"
    except (PintError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, SyntaxError):
        return "unknown"
    except Exception as problem:  # pint's parser leaks tokenizer errors on odd text
        if type(problem).__module__.split(".")[0] in {"pint", "tokenize", "token"}:
            return "unknown"
        raise


def _convert(number: Decimal, unit: str, text: object, spec: Kind, where: str) -> float:
    factor = _factor(unit, spec.unit)
    if factor == "unknown":
        raise _bad(f"unknown unit {unit!r}", where, text, spec)
    if isinstance(factor, str):
        hint = "bits are not bytes: divide by 8 and write B" if re.search(r"[kKMGT]?b(/|$)", unit) else None
        if "FLOP" in unit or "OP" in unit:
            hint = "FLOP/s is for floating-point formats, OP/s for integer formats"
        raise _bad(f"{unit!r} is not a unit of this kind", where, text, spec, hint)
    return float(number * factor)


def _pint_name(unit: str) -> str:
    return unit.replace("mm2", "mm**2").replace("share", "count")


def _bad(what: str, where: str, got: object, spec: Kind, hint: str | None = None) -> InputError:
    return InputError(what, where=where, got=got, expected=f"a quantity in {spec.scales[0][0] or 'units'}",
                      example=spec.example, hint=hint, code="bad-quantity")
