"""The machine that a name stands for: a chip or a system of the catalogue, or a sheet that a user writes."""

from __future__ import annotations

from pathlib import Path

from highfence.catalogue.sheets import chip_of_sheet, maker_of_sheet, read_sheet_file, stated_fields
from highfence.core.errors import InputError
from highfence.perf.machine import Machine, machine_from, machine_of

SHEETS = (".yaml", ".yml")


def find_machine(name: str, system: str | None = None) -> Machine:
    """Return the machine of a chip, of a system, or of the YAML sheet at a path.

    >>> find_machine("H20").memory / 2**30
    96.0

    Raises
    ------
    InputError : no such chip, or a sheet that cannot be read. NoAnswer : the peak, memory or bandwidth is missing.
    """
    if not name.casefold().endswith(SHEETS):
        return machine_of(name, system)
    if system is not None:
        raise InputError("a sheet states its own links; the catalogue's systems hold the catalogue's chips",
                         where="--system", got=system, hint="leave out --system, and state link_bandwidth in the sheet")
    return machine_of_sheet(name)


def machine_of_sheet(path: str | Path) -> Machine:
    """Return the machine that a sheet describes; ``highfence template chip`` prints one to fill in.

    Raises
    ------
    InputError : as for any sheet. NoAnswer : the dense peak, memory or its bandwidth is not stated.
    """
    where = str(path)
    given = stated_fields(read_sheet_file(path), where)
    maker, _ = maker_of_sheet(given, where)
    return machine_from(chip_of_sheet(given, where, maker))
