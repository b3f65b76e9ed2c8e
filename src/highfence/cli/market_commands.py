"""``outcomes`` and ``simulate``."""

from __future__ import annotations

import re
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
@format_option
@lang_option
def simulate(names: tuple[str, ...], quarters: tuple[str, ...], as_of: str | None, scenario: str | None,
             levers: tuple[str, ...], given: tuple[str, ...], draws: int, seed: int, format_: str, lang: str) -> None:
    """Say what the market model expects of a quarter.

    Every answer is a prior, not calibrated: wide assumptions run through the model, with the 80 % interval of draws.
    """
    from highfence.market.runs import PRIOR
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
    made = run([*pulls, *own], draws=draws, seed=seed, given=parse_given(given), as_of=as_of, until=last, keep=names,
               table=table)
    found = [made.distribution(name, quarter) for name in names for quarter in quarters]
    warnings = [PRIOR, *_failures(made)]
    if format_ == "json":
        print_json("simulation", {"distributions": found}, warnings=warnings)
        return
    rows = [_row(one, lang) for one in found]
    if format_ == "table":
        for warning in warnings:
            console().print(warning.text(lang), style="yellow", markup=False)
    print_rows(rows, format_, "simulation")


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
            "draws": found["draws"], "basis": "prior" if lang == "en" else "先验"}


def _short(value: float) -> float:
    """Return a number to four figures.

    >>> _short(123456.0)
    123500.0
    """
    return float(f"{value:.4g}")
