"""Pick and order chips by clauses that people write: ``tpp>=4800 and vendor=nvidia``."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from highfence.catalogue.store import Catalogue, catalogue
from highfence.catalogue.table import CHIPS, Cell, Column, Row, chip_rows
from highfence.core.dates import Period, parse_period
from highfence.core.errors import InputError, did_you_mean
from highfence.core.quantities import human_scale, parse_quantity

EXAMPLE = "memory_bandwidth>=4 TB/s and vendor=nvidia"
MAX_CLAUSE = 400
MISSING = "missing"

_CLAUSE = re.compile(r"\s*([^\s!<>=~]+)\s*(!=|>=|<=|==|=|>|<|~)\s*(?!=)(.+?)\s*", re.S)
_AND = re.compile(r"\s+and\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", re.I)
_OR = re.compile(r"\s+or\s+[\w.]+\s*(!=|[<>=~])", re.I)
_SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "≠": "!=", "＝": "=", "＞": ">", "＜": "<", "～": "~"})
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge, "<": operator.lt,
    "<=": operator.le}
_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_CLOSED = ("id", "vendor", "country", "family", "kind", "form", "status", "foundry")
_SHORT = {"density": "performance_density", "pd": "performance_density", "maker": "vendor"}

Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition on one column, as written and as a test of a row."""

    text: str
    column: Column
    sign: str
    holds: Test


def select_chips(where: Sequence[str] = (), sort: Sequence[str] = (), columns: Sequence[str] | None = None,
                 source: Catalogue | None = None) -> list[Row]:
    """Return the rows of the chips that meet every clause.

    Parameters
    ----------
    where : clauses such as ``tpp>=4800``, ``memory_bandwidth>=4 TB/s``, ``datacenter=true``, ``name~RTX``,
        ``released>=2024``; several in one text are joined by ``and``. A missing value meets no clause but
        ``column=missing``. A contested value is compared by its preferred value.
    sort : column names, ``-`` in front for descending; missing values come last either way.
    columns : columns to keep, in this order; all if omitted. The unit may be left out of a name.

    Raises
    ------
    InputError : an unknown column, a clause that cannot be read, or a value of another kind.

    Examples
    --------
    >>> select_chips(["id=nvidia-h20"], columns=["tpp", "memory_bandwidth"])
    [{'tpp': 2368.0, 'memory_bandwidth_gb_s': 4000.0}]
    """
    held = source or catalogue()
    rows = chip_rows(held)
    for clause in parse_where(where, rows, held):
        rows = [row for row in rows if clause.holds(row)]
    for name in reversed(sort):
        rows = _sorted(rows, name)
    if columns is None:
        return rows
    kept = [find_column(name).name for name in columns]
    return [{name: row[name] for name in kept} for row in rows]


def parse_where(where: Iterable[str], rows: Sequence[Row], held: Catalogue) -> list[Clause]:
    """Read clauses; ``rows`` and ``held`` give the words that closed columns and vendors may take."""
    found = []
    for text in where:
        if len(text) > MAX_CLAUSE:
            raise InputError("clause too long", where="--where", got=text, example=EXAMPLE, code="bad-clause",
                             expected=f"at most {MAX_CLAUSE} characters")
        found += [_clause(part, rows, held) for part in _AND.split(text)]
    return found


def find_column(name: str) -> Column:
    """Return a column of chips by its name, with or without its unit.

    >>> find_column("memory_bandwidth").name
    'memory_bandwidth_gb_s'

    Raises
    ------
    InputError : no such column; the hint names the nearest.
    """
    key = name.strip().casefold().replace("-", "_")
    key = _SHORT.get(key, key)
    if key == "name":
        return _NAME
    by_name = {c.alias: c for c in CHIPS if c.alias} | {c.name: c for c in CHIPS}
    if key in by_name:
        return by_name[key]
    raise InputError("no such column of chips", got=name, hint=did_you_mean(key, by_name)
                     or f"such as {', '.join(list(by_name)[:6])}", code="unknown-column")


_NAME = next(c for c in CHIPS if c.name == "name_en")


def _clause(text: str, rows: Sequence[Row], held: Catalogue) -> Clause:
    match = _CLAUSE.fullmatch(text.translate(_SIGNS))
    if not match:
        raise _unreadable(text, "not a clause: column, sign, value")
    if _OR.search(text):
        raise _unreadable(text, "clauses are joined by and; for or, ask with highfence sql")
    name, sign, value = match[1], match[2].replace("==", "="), match[3].strip('"')
    column = find_column(name)
    if value.casefold() == MISSING and sign in ("=", "!="):
        return Clause(text, column, sign, _missing(column.name, sign == "="))
    if name.casefold() == "name":
        return Clause(text, column, sign, _any_name(text, sign, value))
    if column.type == "number":
        return Clause(text, column, sign, _number(column, name, sign, value))
    if column.type == "flag":
        return Clause(text, column, sign, _flag(column, text, sign, value))
    if column.kind == "date":
        return Clause(text, column, sign, _date(column, sign, value))
    return Clause(text, column, sign, _word(column, text, sign, _spelled(column, value, sign, rows, held)))


def _missing(name: str, wanted: bool) -> Test:
    return lambda row: (row[name] is None) == wanted


def _number(column: Column, name: str, sign: str, value: str) -> Test:
    """Compare in the human unit; a bare number needs a unit, unless the column's name already says it."""
    if sign == "~":
        raise _unreadable(f"{name}~{value}", "~ looks for words, not numbers")
    asked = _quantity(column, name, value)
    compare = _ORDER[sign]

    def holds(row: Row) -> bool:
        held = row[column.name]
        return isinstance(held, (int, float)) and compare(float(held), asked)
    return holds


def _quantity(column: Column, name: str, value: str) -> float:
    unit, scale = human_scale(column.kind)
    bare = re.fullmatch(r"[-+]?[\d,.]+(?:[eE][-+]?\d+)?", value)
    names_unit = column.name != column.alias and name.strip().casefold() == column.name
    text = f"{value} {unit}" if bare and unit and names_unit else value
    return float(f"{parse_quantity(text, column.kind, f'--where {name}') / scale:.12g}")


def _flag(column: Column, text: str, sign: str, value: str) -> Test:
    if value.casefold() not in _FLAGS or sign not in ("=", "!="):
        raise InputError("a flag is true or false", where="--where", got=text, code="bad-clause",
                         expected="= or !=, true or false", example=f"{column.name}=true")
    wanted = _FLAGS[value.casefold()] == (sign == "=")
    return lambda row: row[column.name] is wanted


def _date(column: Column, sign: str, value: str) -> Test:
    """Compare periods: a chip known to be of 2024 is not known to be of before July 2024."""
    asked = parse_period(value, f"--where {column.name}") if sign != "~" else None

    def holds(row: Row) -> bool:
        held = row[column.name]
        if not isinstance(held, str):
            return False
        return value in held if asked is None else _periods(parse_period(held), sign, asked)
    return holds


def _periods(held: Period, sign: str, asked: Period) -> bool:
    inside = asked.start <= held.start and held.end <= asked.end
    return {"=": inside, "!=": not inside, ">=": held.start >= asked.start, ">": held.start > asked.end,
            "<=": held.end <= asked.end, "<": held.end < asked.start}[sign]


def _spelled(column: Column, value: str, sign: str, rows: Sequence[Row], held: Catalogue) -> str:
    """Return the word as a closed column writes it, so that a misspelt vendor is no empty answer."""
    if column.name not in _CLOSED or sign not in ("=", "!="):
        return value
    known = {str(row[column.name]).casefold(): str(row[column.name]) for row in rows if row[column.name]}
    if column.name in ("vendor", "foundry"):
        for firm in held.firms():
            known |= {n.casefold(): firm.id for n in (firm.id, firm.name.en, firm.name.zh, *firm.aliases)}
    if value.casefold() in known:
        return known[value.casefold()]
    listed = sorted(set(known.values()))
    raise InputError(f"no such {column.name} in the catalogue", where="--where", got=value,
                     expected=", ".join(listed) if len(listed) <= 12 else None,
                     hint=did_you_mean(value, known), code="unknown-word")


def _word(column: Column, text: str, sign: str, value: str) -> Test:
    test = _words(text, sign, value)
    return lambda row: isinstance(held := row[column.name], str) and test(held)


def _any_name(text: str, sign: str, value: str) -> Test:
    """Look at the names in both languages."""
    test = _words(text, sign, value)
    every = all if sign == "!=" else any
    return lambda row: every(test(str(row[c])) for c in ("name_en", "name_zh"))


def _words(text: str, sign: str, value: str) -> Callable[[Cell], bool]:
    key = value.casefold()
    tests: dict[str, Callable[[Cell], bool]] = {
        "=": lambda held: str(held).casefold() == key, "!=": lambda held: str(held).casefold() != key,
        "~": lambda held: key in str(held).casefold()}
    if sign not in tests:
        raise _unreadable(text, "words have no order; use =, != or ~ (contains)")
    return tests[sign]


def _sorted(rows: list[Row], name: str) -> list[Row]:
    column = find_column(name.removeprefix("-").removeprefix("+")).name
    present = sorted((row for row in rows if row[column] is not None), key=lambda row: _sort_key(row[column]),
                     reverse=name.startswith("-"))
    return present + [row for row in rows if row[column] is None]


def _sort_key(cell: Cell) -> tuple[float, str]:
    return (0.0, cell.casefold()) if isinstance(cell, str) else (float(cell or 0), "")


def _unreadable(text: str, what: str) -> InputError:
    return InputError(what, where="--where", got=text, expected="column, one of = != > >= < <= ~, value",
                      example=EXAMPLE, code="bad-clause")
