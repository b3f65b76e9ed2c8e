"""``cost``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.errors import HighfenceError, InputError


def parse_given(pairs: tuple[str, ...]) -> dict[str, float]:
    """Return the values that a user sets, ``name=number``.

    >>> parse_given(("pue=1.2", "price.H20=8000"))
    {'pue': 1.2, 'price.H20': 8000.0}

    Raises
    ------
    InputError : no equals sign, no number, or a name stated twice.
    """
    found: dict[str, float] = {}
    for pair in pairs:
        name, sign, value = (part.strip() for part in pair.partition("="))
        try:
            number = float(value.replace(",", ""))
        except ValueError:
            number = float("nan")
        if not sign or not name or not abs(number) < 1e18:
            raise InputError("not a name with a number", where="--set", got=pair, expected="name=number",
                             example="price.H20=8000")
        if name in found:
            raise InputError("a value is set twice", where="--set", got=name)
        found[name] = number
    return found


@click.command()
@click.argument("chips", nargs=-1, required=True, metavar="CHIPS...")
@click.option("--model", metavar="MODEL", help="A language model of the catalogue; needed unless --making.")
@click.option("--to", default="US", show_default=True, help="Where it is bought and run: ISO code or name.")
@click.option("--on", help="Day of prices and law, YYYY-MM-DD; today if omitted.")
@click.option("--as-of", help="Day of knowledge: prices published later are not seen.")
@click.option("--input", "prompt", type=int, default=2048, show_default=True, help="Tokens in, a request.")
@click.option("--output", type=int, default=512, show_default=True, help="Tokens out, a request.")
@click.option("--cached", type=float, default=0.0, show_default=True, help="Share of a prompt found in a cache.")
@click.option("--limit", metavar="LIMITS", help="ttft=1s,tpot=50ms,latency=10s, means.")
@click.option("--chips", "most", type=int, help="Chips of the deployment at most (64), or of the training run (1024).")
@click.option("--style", type=click.Choice(["best", "one", "two"]), default="best", show_default=True,
              help="One pool, or prompts and tokens in two.")
@click.option("--precision", help="Format of the weights; that of the release if omitted.")
@click.option("--software", help="Serving program, as in highfence perf.")
@click.option("--rent/--own", default=None, help="Rent or own; the cheaper if omitted.")
@click.option("--set", "given", multiple=True, metavar="NAME=NUMBER",
              help="A value of your own: price.H20=8000, pue=1.2, utilisation=0.5, ...")
@click.option("--overlay", "overlays", multiple=True, metavar="FILE", help="A reform of law, or a shipped bill.")
@click.option("--training", is_flag=True, help="A training run instead of serving.")
@click.option("--tokens", type=float, default=1e12, show_default=True, help="Tokens of the training run.")
@click.option("--batch", type=int, default=1024, show_default=True, help="Sequences an iteration.")
@click.option("--sequence", type=int, default=4096, show_default=True, help="Tokens of a sequence.")
@click.option("--making", is_flag=True, help="What the chip costs to make, and the margin at its price.")
@click.option("--chart", type=click.Path(path_type=Path), help="Write price against performance as SVG.")
@click.option("--draws", type=int, default=1000, show_default=True, help="Draws behind the intervals.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--why", is_flag=True, help="Print every term with its grade and source.")
@format_option
@lang_option
def cost(chips: tuple[str, ...], model: str | None, limit: str | None, most: int | None, given: tuple[str, ...],
         overlays: tuple[str, ...], training: bool, making: bool, chart: Path | None, why: bool, format_: str,
         lang: str, **asked: Any) -> int:
    """Say what a chip costs: a million tokens, a training run, or its making.

    CHIPS are names in the catalogue or YAML sheets. Prices are of the day and place; the law of that day stands beside.
    """
    from highfence.cli.law_commands import read_overlays
    from highfence.perf.choosing.limits import parse_limits

    asked["on"] = asked["on"] or date.today().isoformat()
    values = parse_given(given)
    if making:
        return _making(chips, asked, values, why, format_, lang)
    if model is None:
        raise InputError("which model?", where="--model", example="--model deepseek-r1",
                         hint="highfence models lists them; --making needs none")
    if training and chart is not None:
        raise InputError("the chart is of serving", where="--chart", hint="leave out --training")
    shared = {"to": asked["to"], "on": asked["on"], "as_of": asked["as_of"], "rent": asked["rent"], "given": values,
              "overlay": read_overlays(overlays), "draws": asked["draws"], "seed": asked["seed"]}
    if training:
        from highfence.cost.runs import run_cost

        def ask(chip: str) -> Any:
            return run_cost(chip, model, tokens=asked["tokens"], chips=most or 1024, batch=asked["batch"],
                            sequence=asked["sequence"], precision=asked["precision"] or "bf16", **shared)
    else:
        from highfence.cost.tokens import CHIPS, token_cost

        limits = parse_limits(limit) if limit else None
        if limits and limits.statistic != "mean":
            raise InputError("costs keep limits on means", where="--limit", got=limit, example="ttft=1s,tpot=50ms")

        def ask(chip: str) -> Any:
            return token_cost(chip, model, prompt=asked["prompt"], output=asked["output"], cached=asked["cached"],
                              limits=limits, chips=most or CHIPS, style=asked["style"], precision=asked["precision"],
                              software=asked["software"], **shared)
    found, refused = _answers(chips, ask)
    if chart is not None:
        from highfence.report.cost_charts import price_performance

        write_whole(chart, price_performance(found, lang))
        click.echo(f"wrote {chart}", err=True)
    _print(found, refused, training, why, format_, lang)
    return 0


def _making(chips: tuple[str, ...], asked: dict[str, Any], values: dict[str, float], why: bool, format_: str,
            lang: str) -> int:
    """Print what each chip costs to make, and the vendor's margin at its price there and then."""
    from highfence.cli.cost_view import making_row, show_making
    from highfence.cost.making.answer import making_cost

    found, refused = _answers(chips, lambda chip: making_cost(
        chip, to=asked["to"], on=asked["on"], as_of=asked["as_of"], given=values, draws=asked["draws"],
        seed=asked["seed"]))
    if format_ == "json":
        from highfence.catalogue import catalogue

        ids = dict.fromkeys(s for c in found for s in c.cost.all_sources)
        print_json("making", {"answers": [c.to_dict() for c in found],
                              "refused": [{"chip": name, "reason": reason} for name, reason in refused]},
                   sources=[catalogue().source(s) for s in ids])
    elif format_ == "table":
        show_making(found, refused, lang, why, console())
    else:
        print_rows([making_row(c) for c in found], format_, "making")
        for name, reason in refused:
            click.echo(f"{name}: {reason}", err=True)
    return 0


def _answers(chips: tuple[str, ...], ask: Any) -> tuple[list[Any], list[tuple[str, str]]]:
    """Return the answers, and why the other chips have none; one chip alone, or none answered, raises."""
    found: list[Any] = []
    refused: list[tuple[str, str]] = []
    for chip in dict.fromkeys(chips):
        try:
            found.append(ask(chip))
        except HighfenceError as problem:
            if len(chips) == 1 or (isinstance(problem, InputError) and problem.where not in (None, "chip")):
                raise
            last = problem
            refused.append((chip, str(problem.args[0])))
    if not found:
        raise last
    return found, refused


def _print(found: list[Any], refused: list[tuple[str, str]], training: bool, why: bool, format_: str,
           lang: str) -> None:
    from highfence.cli.cost_view import run_row, show_runs, show_tokens, token_row

    if format_ == "json":
        from highfence.catalogue import catalogue

        cited = [catalogue().source(s) for s in dict.fromkeys(s for c in found for s in c.sources)]
        cited += [s for c in found for s in c.lawful.sources]
        print_json("cost", {"answers": [c.to_dict() for c in found],
                            "refused": [{"chip": name, "reason": reason} for name, reason in refused]},
                   warnings=dict.fromkeys(n for c in found for n in c.warnings),
                   sources=dict.fromkeys(cited))
    elif format_ == "table":
        (show_runs if training else show_tokens)(found, refused, lang, why, console())
    else:
        print_rows([run_row(c) if training else token_row(c) for c in found], format_, "cost")
        for name, reason in refused:
            click.echo(f"{name}: {reason}", err=True)
