"""``choose``, ``indifference`` and ``buyers``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from highfence.cli.cost_commands import parse_given
from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.errors import HighfenceError, InputError, NoAnswer

if TYPE_CHECKING:
    from highfence.choice.buyers import Buyer
    from highfence.choice.feasible import Option
    from highfence.choice.indifference import Indifference

ALL = "all"
"""Stands for every shipped segment."""

_SHARED = [
    click.option("--buyer", "buyer_", required=True, metavar="BUYER",
                 help="A segment of highfence buyers, all of them (all), or a YAML file (highfence template buyer)."),
    click.option("--to", default="CN", show_default=True, help="Where it is bought and run: ISO code or name."),
    click.option("--on", help="Day of the purchase: of law, prices and supply, YYYY-MM-DD; today if omitted."),
    click.option("--as-of", help="Day of knowledge: what was published later is not seen."),
    click.option("--set", "given", multiple=True, metavar="NAME=NUMBER",
                 help="A value of your own: price.H20=8000, buyer.budget_usd=200000, ..."),
    click.option("--chart", type=click.Path(path_type=Path), help="Write the chart as SVG."),
    click.option("--draws", type=int, default=1000, show_default=True, help="Draws behind the intervals."),
    click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws."),
    click.option("--why", is_flag=True, help="Print every term with its grade and source."),
]


def _asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that both commands share."""
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.command()
@_asked
@click.option("--chips", metavar="CHIPS", help="Chips to choose among, joined by commas; all that matter if omitted.")
@click.option("--overlay", "overlays", multiple=True, metavar="FILE", help="A reform of law, or a shipped bill.")
@format_option
@lang_option
def choose(buyer_: str, chips: str | None, given: tuple[str, ...], overlays: tuple[str, ...], chart: Path | None,
           why: bool, format_: str, lang: str, **asked: Any) -> int:
    """Say which chips a buyer takes: shares of its work, by what it may have and what the work costs there.

    --set takes price.CHIP, rental.CHIP, whatever highfence cost lets be set, licence_odds, parameters of the choice and
    numbers of the buyer (buyer.NUMBER).
    """
    from highfence.choice.choose import choose as answer
    from highfence.cli.choice_view import choice_rows, show_choice, show_choices
    from highfence.cli.law_commands import read_overlays

    asked["on"] = asked["on"] or date.today().isoformat()
    names = [name.strip() for name in chips.split(",") if name.strip()] if chips is not None else None
    values, laid = parse_given(given), read_overlays(overlays)
    found, refused = _each(buyer_, lambda b, tell: answer(b, chips=names, given=values, overlay=laid, progress=tell,
                                                          **asked))
    if chart is not None:
        from highfence.report.choice_charts import shares_chart

        _write(chart, shares_chart(found, lang))
    if format_ == "json":
        result = found[0].to_dict() if buyer_ != ALL else {"answers": [c.to_dict() for c in found], "refused": refused}
        print_json("choice" if buyer_ != ALL else "choices", result,
                   warnings=dict.fromkeys(w for c in found for w in c.warnings),
                   sources=_sources(id for c in found for id in c.sources))
    elif format_ == "table":
        if buyer_ == ALL:
            show_choices(found, lang, console())
        for c in found if why or buyer_ != ALL else ():
            show_choice(c, lang, why, console())
        _tell(refused)
    else:
        print_rows([row for c in found for row in choice_rows(c)], format_, "choice")
        _tell(refused)
    return 0


@click.command()
@click.argument("foreign")
@click.argument("domestic")
@_asked
@format_option
@lang_option
def indifference(foreign: str, domestic: str, buyer_: str, given: tuple[str, ...], chart: Path | None, why: bool,
                 format_: str, lang: str, **asked: Any) -> int:
    """Say whether taking a foreign chip now beats moving to a domestic one: trap, relief or neither, and its price.

    --set also takes hazard and reopening (a year) and the parameters of the decision, such as code_growth.
    """
    from highfence.choice.crossroads import indifference as answer
    from highfence.cli.choice_view import fork_row, show_fork, show_forks

    asked["on"] = asked["on"] or date.today().isoformat()
    values = parse_given(given)
    if chart is not None and buyer_ == ALL:
        raise InputError("the chart is of one buyer", where="--chart", hint="name one with --buyer")
    found, refused = _each(buyer_, lambda b, tell: answer(foreign, domestic, b, given=values, **asked))
    if chart is not None:
        from highfence.report.choice_charts import flip_map_chart

        _write(chart, flip_map_chart(found[0], lang))
    if format_ == "json":
        told = [{**f.to_dict(), "options": [o.to_dict() for o in _options(f, buyer_, asked["as_of"])]} for f in found]
        result = told[0] if buyer_ != ALL else {"answers": told, "refused": refused}
        print_json("indifference" if buyer_ != ALL else "indifferences", result,
                   sources=_sources(id for f in found for t in f.inputs.terms.values() for id in t.all_sources))
    elif format_ == "table":
        if buyer_ == ALL:
            show_forks(found, lang, console())
        for f in found if why or buyer_ != ALL else ():
            show_fork(f, lang, why, console(), _options(f, buyer_, asked["as_of"]))
        _tell(refused)
    else:
        print_rows([fork_row(f) for f in found], format_, "indifference")
        _tell(refused)
    return 0


@click.command()
@click.argument("name", required=False)
@format_option
@lang_option
def buyers(name: str | None, format_: str, lang: str) -> int:
    """List the segments of buyers, or show one with every number, its grade and its source.

    NAME is a segment, or a YAML file of your own.
    """
    from highfence.choice.buyers import buyers as shipped
    from highfence.choice.choose import buyer_from
    from highfence.cli.choice_view import buyer_row, show_buyer, show_buyers

    one = buyer_from(name) if name else None
    rows = [one] if one else list(shipped().values())
    if format_ == "json":
        ids = (v.source for b in rows for v in b.figures().values() if v.source)
        print_json("buyer" if one else "buyers", one.to_dict() if one else [b.to_dict() for b in rows],
                   sources=_sources(ids))
    elif format_ == "table":
        if one:
            show_buyer(one, lang, console())
        else:
            show_buyers(rows, lang, console())
    else:
        print_rows([buyer_row(b, lang) for b in rows], format_, "buyers")
    return 0


def _each(name: str, ask: Callable[[str | Buyer, Callable[[str], None]], Any],
          ) -> tuple[list[Any], list[dict[str, str]]]:
    """Return the answer for one buyer, or for every shipped segment with why some have none."""
    from highfence.choice.buyers import buyers as shipped

    if name != ALL:
        with _Progress(name) as told:
            return [ask(name, told)], []
    found: list[Any] = []
    refused: list[dict[str, str]] = []
    problem: HighfenceError | None = None
    for each in shipped():
        with _Progress(each) as told:
            try:
                found.append(ask(each, told))
            except InputError:
                raise
            except HighfenceError as why:
                problem = why
                refused.append({"buyer": each, "reason": str(why.args[0])})
    if not found:
        assert problem is not None
        raise problem
    return found, refused


def _options(f: Indifference, name: str, as_of: str | None) -> tuple[Option, ...]:
    """Return whether both chips of a fork can be had that day; none where neither can."""
    from highfence.choice.choose import buyer_from
    from highfence.choice.feasible import feasible

    i = f.inputs
    try:
        return feasible(buyer_from(i.buyer if name == ALL else name), to=i.place, on=i.on, as_of=as_of,
                        chips=[i.foreign, i.domestic])
    except NoAnswer:
        return ()


class _Progress:
    """A line on stderr that names the chip under way, on a terminal alone."""

    def __init__(self, buyer: str) -> None:
        self.buyer, self.out = buyer, console(stderr=True)
        self.status = self.out.status(buyer) if self.out.is_terminal else None

    def __enter__(self) -> Callable[[str], None]:
        if self.status:
            self.status.start()
        return self._tell

    def _tell(self, chip: str) -> None:
        if self.status:
            self.status.update(f"{self.buyer}: {chip}")

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()


def _sources(ids: Iterable[str]) -> list[Any]:
    from highfence.choice.store import known_sources

    known = known_sources()
    return [known[id] for id in dict.fromkeys(ids) if id in known]


def _tell(refused: list[dict[str, str]]) -> None:
    for row in refused:
        click.echo(f"{row['buyer']}: {row['reason']}", err=True)


def _write(path: Path, svg: str) -> None:
    write_whole(path, svg)
    click.echo(f"wrote {path}", err=True)
