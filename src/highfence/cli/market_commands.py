"""``outcomes`` and ``simulate``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from highfence.cli.cost_commands import parse_given
from highfence.cli.output import console, format_option, lang_option, print_json, print_rows
from highfence.core.errors import InputError
from highfence.core.labels import Label

if TYPE_CHECKING:
    from highfence.market.inputs import Lever
    from highfence.market.pulls import Pull
    from highfence.market.runs import Trajectory

_LEVER = re.compile(r"^(?P<name>[a-z_]+)(?P<times>\*)?=(?P<value>[^@]+)@(?P<since>\d{4}Q[1-4])"
                    r"(\.\.(?P<until>\d{4}Q[1-4]))?$")

LONG_RUN = 5_000
"""Draws from which a run shows its progress."""


@click.command()
@format_option
@lang_option
def outcomes(format_: str, lang: str) -> None:
    """List what a run of the market tells: names, units and definitions."""
    from highfence.market.results import outcomes as every

    if format_ == "json":
        print_json("outcomes", {"outcomes": [o.to_dict() for o in every()]})
        return
    rows = [{"name": o.name, "unit": o.unit, "label": o.label.text(lang), "definition": o.definition.text(lang)}
            for o in every()]
    print_rows(rows, format_, "outcomes")


@click.command()
@click.option("--outcome", "names", multiple=True, required=True, metavar="NAME",
              help="What to tell, a name of `highfence outcomes`; repeat for several.")
@click.option("--at", "quarters", multiple=True, required=True, metavar="QUARTER",
              help="Quarter, such as 2025Q4; repeat for several.")
@click.option("--as-of", help="Day of knowledge, YYYY-MM-DD: laws, events and figures that became public later are not "
                              "used. All that the data knows if omitted.")
@click.option("--scenario", metavar="NAME", help="Policy to run under, a name of `highfence scenarios` or a YAML file; "
                                                "history if omitted.")
@click.option("--lever", "levers", multiple=True, metavar="NAME=VALUE@QUARTER[..QUARTER]",
              help="Set, or with *= multiply, what a quarter brings: granted=0@2025Q3, enforcement*=2@2026Q1..2027Q4.")
@click.option("--set", "given", multiple=True, metavar="NAME=NUMBER", help="Fix a parameter of docs/model.md.")
@click.option("--draws", type=int, default=1000, show_default=True, help="Draws.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed; runs of one seed are paired.")
@click.option("--prior", is_flag=True, help="Draw from the prior, fitted to nothing.")
@click.option("--engine", default="here", show_default=True, metavar="ENGINE",
              help="Where draws run: here, or dask, on a cluster; the answer is the same to the byte.")
@click.option("--scheduler", metavar="ADDRESS",
              help="Address of a Dask scheduler, tcp://HOST:PORT; processes of this machine if omitted.")
@click.option("--store", type=click.Path(), metavar="FOLDER",
              help="Keep results in a folder, piece by piece: a run that was stopped goes on, and needs little memory.")
@format_option
@lang_option
def simulate(names: tuple[str, ...], quarters: tuple[str, ...], as_of: str | None, scenario: str | None,
             levers: tuple[str, ...], given: tuple[str, ...], draws: int, seed: int, prior: bool, engine: str,
             scheduler: str | None, store: str | None, format_: str, lang: str) -> None:
    """Say what the market model expects of a quarter.

    Draws are of the latest posterior fitted to facts that were public by the day of knowledge; each answer names it.
    Without one, or with --prior, they are wide assumptions run through the model. Low and high hold 80 % of draws.
    """
    from highfence.market.runs import simulate as run

    last = max(quarters)
    own, table = [read_lever(text) for text in levers], None
    pulls: tuple[Pull, ...] = ()
    if scenario is not None:
        from highfence.market.runs import knowledge
        from highfence.policy.pulls import outside
        from highfence.policy.scenarios import find_scenario

        held = outside(find_scenario(scenario), knowledge(as_of))
        pulls, table = held.pulls, held.table
    with bar(draws) as told:
        made = run([*pulls, *own], draws=draws, seed=seed, given=parse_given(given), as_of=as_of, until=last,
                   keep=names, table=table, progress=told, posterior=not prior, engine=engine, address=scheduler,
                   store=store)
    found = [made.distribution(name, quarter) for name in names for quarter in quarters]
    warnings = [made.basis, *_failures(made)]
    if format_ == "json":
        print_json("simulation", {"distributions": found}, warnings=warnings)
        return
    rows = [_row(one, lang) for one in found]
    if format_ == "table":
        for warning in warnings:
            console().print(warning.text(lang), style="yellow", markup=False)
    print_rows(rows, format_, "simulation")


@contextmanager
def bar(draws: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal how many draws are done, for long runs only."""
    import sys

    if draws < LONG_RUN or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn("draws"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
                  console=Console(stderr=True), transient=True) as shown:
        line = shown.add_task("draws", total=draws)
        yield lambda done: shown.update(line, completed=done)


def read_lever(text: str) -> Lever:
    """Return a lever as it is written on the command line.

    >>> read_lever("enforcement*=2@2026Q1..2027Q4")
    Lever(name='enforcement', since='2026Q1', value=2.0, until='2027Q4', times=True)

    Raises
    ------
    InputError : it cannot be read.
    """
    from highfence.market.inputs import Lever

    found = _LEVER.match(text.strip())
    try:
        value = float(found["value"]) if found else float("nan")
    except ValueError:
        found = None
    if not found:
        raise InputError("not a lever", where="--lever", got=text, expected="NAME=VALUE@QUARTER[..QUARTER]",
                         example="granted=0@2025Q3")
    return Lever(found["name"], found["since"], value, found["until"], bool(found["times"]))


def _failures(made: Trajectory) -> list[Label]:
    n = int(made.failed.sum())
    return [] if not n else [Label(f"{n} of {made.draws} draws failed and are left out",
                                   f"{made.draws}次抽样中{n}次失败，未计入")]


def _row(found: dict[str, Any], lang: str) -> dict[str, Any]:
    q = found["quantiles"]
    return {"outcome": found["outcome"]["name"], "at": found["at"], "unit": found["outcome"]["unit"],
            "low": _short(q["0.1"]), "mid": _short(q["0.5"]), "high": _short(q["0.9"]), "mean": _short(found["mean"]),
            "draws": found["draws"], "basis": found["basis"][lang].split("，")[0].split(",")[0]}


def _short(value: float) -> float:
    """Return a number to four figures.

    >>> _short(123456.0)
    123500.0
    """
    return float(f"{value:.4g}")
