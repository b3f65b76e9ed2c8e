"""``cost``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click

from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.errors import HighfenceError, InputError, NoAnswer


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


OF_ONE_CHIP = frozenset({"unsupported-format", "out-of-memory"})
"""Codes of errors that say something of one chip, not of the question."""

_SERVED = ("prompt", "output", "cached", "limit", "most", "style", "precision", "software", "budget", "power", "chart")
_TRAINED = ("tokens", "most", "batch", "sequence", "precision")
_PRICED = ("model", "rent", "overlays")
_FLAG = {"prompt": "--input", "most": "--chips", "overlays": "--overlay"}
_SET = {"serving": "goodput", "training": "utilisation"}


@click.command()
@click.argument("chips", nargs=-1, required=True, metavar="CHIPS...")
@click.option("--model", metavar="MODEL", help="A language model of the catalogue; needed unless --making.")
@click.option("--to", default="US", show_default=True, help="Where it is bought and run: ISO code or name.")
@click.option("--on", help="Day of prices and law, YYYY-MM-DD; today if omitted.")
@click.option("--as-of", help="Day of knowledge: prices published later are not seen.")
@click.option("--input", "prompt", type=float, help="Tokens in, a request.  [2048]")
@click.option("--output", type=float, help="Tokens out, a request.  [512]")
@click.option("--cached", type=float, help="Share of a prompt found in a cache.  [0]")
@click.option("--limit", metavar="LIMITS", help="Longest mean waits: ttft=1s,tpot=50ms,latency=10s.")
@click.option("--chips", "most", type=int, help="Chips of the deployment at most [64], or of the training run [1024].")
@click.option("--budget", type=float, metavar="USD", help="For chips, servers and network at most; nothing is rented.")
@click.option("--power", type=float, metavar="KW", help="Of the site at most, at rated power.")
@click.option("--style", type=click.Choice(["best", "one", "two"]),
              help="One pool, or prompts and tokens in two.  [best]")
@click.option("--precision", help="Format of the weights; that of the release if omitted.")
@click.option("--software", help="Serving program: vllm, sglang or trtllm.")
@click.option("--rent/--own", default=None, help="Rent or own; the cheaper if omitted.")
@click.option("--set", "given", multiple=True, metavar="NAME=NUMBER",
              help="A value of your own: price.H20=8000, pue=1.2, utilisation=0.5 …")
@click.option("--overlay", "overlays", multiple=True, metavar="FILE", help="A reform of law, or a shipped bill.")
@click.option("--training", is_flag=True, help="A training run instead of serving.")
@click.option("--tokens", type=float, help="Tokens of the training run.  [1e12]")
@click.option("--batch", type=int, help="Sequences an iteration.  [1024]")
@click.option("--sequence", type=int, help="Tokens of a sequence.  [4096]")
@click.option("--making", is_flag=True, help="What the chip costs to make, and the margin at its price.")
@click.option("--chart", type=click.Path(path_type=Path), help="Write price against performance as SVG.")
@click.option("--draws", type=int, default=1000, show_default=True, help="Draws behind the intervals.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of the draws.")
@click.option("--why", is_flag=True, help="Print every term with its grade and source.")
@format_option
@lang_option
def cost(chips: tuple[str, ...], to: str, on: str | None, as_of: str | None, given: tuple[str, ...], training: bool,
         making: bool, draws: int, seed: int, why: bool, format_: str, lang: str, **asked: Any) -> int:
    """Say what a chip costs: a million tokens, a training run, or its making.

    CHIPS are names in the catalogue. Prices are of the day and place; the law of that day stands beside.
    """
    from highfence.core.dates import parse_day

    if training and making:
        raise InputError("one task at a time", where="--training, --making", hint="leave out one of them")
    stated = {name: value for name, value in asked.items() if value not in (None, ())}
    values = parse_given(given)
    shared = {"to": to, "on": parse_day(on, "--on") if on else date.today(),
              "as_of": parse_day(as_of, "--as-of") if as_of else None, "given": values, "draws": draws, "seed": seed}
    if making:
        _refuse(stated, (), "--making")
        return _making(chips, shared, why, format_, lang)
    task = "training" if training else "serving"
    _refuse(stated, (*_PRICED, *(_TRAINED if training else _SERVED)), task)
    if _SET[task] in values:
        raise InputError(f"{_SET[task]} is not a value of {task}", where="--set", got=_SET[task],
                         hint=f"{task} has {_SET['serving' if training else 'training']}")
    if "model" not in stated:
        raise InputError("which model?", where="--model", expected="a language model of the catalogue",
                         example="deepseek-r1", hint="list them: highfence models; --making needs none")
    return (_training if training else _serving)(chips, stated, shared, why, format_, lang)


def _refuse(stated: dict[str, Any], known: tuple[str, ...], task: str) -> None:
    """Refuse an option that belongs to another task, so that none is silently ignored."""
    for name, value in stated.items():
        if name not in known:
            flag = ("--rent" if value else "--own") if name == "rent" else _FLAG.get(name, f"--{name}")
            raise InputError(f"{flag} does not go with {task}", where=flag, got=value, hint=f"leave out {flag}")


def _serving(chips: tuple[str, ...], stated: dict[str, Any], shared: dict[str, Any], why: bool, format_: str,
             lang: str) -> int:
    """Print what a million tokens cost on each chip."""
    from highfence.cost.tokens import token_cost

    chart = stated.pop("chart", None)
    question = _question(stated, shared, {"budget": "capital", "power": "power_kw"})
    if "limit" in question:
        question["limits"] = mean_limits(question.pop("limit"))
    found, refused = _answers(chips, lambda chip: token_cost(chip, **question))
    if chart is not None:
        from highfence.report.cost_charts import price_performance

        write_whole(chart, price_performance(found, lang))
        click.echo(f"wrote {chart}", err=True)
    _print(found, refused, False, why, format_, lang)
    return 0


def mean_limits(text: str) -> Any:
    """Return limits on means.

    Raises
    ------
    InputError : as :func:`highfence.perf.choosing.limits.parse_limits`, or a limit on a quantile.
    """
    from highfence.perf.choosing.limits import parse_limits

    limits = parse_limits(text)
    if limits.statistic != "mean":
        raise InputError("costs keep limits on means", where="--limit", got=text, example="ttft=1s,tpot=50ms")
    return limits


def _training(chips: tuple[str, ...], stated: dict[str, Any], shared: dict[str, Any], why: bool, format_: str,
              lang: str) -> int:
    """Print what a training run costs on each chip."""
    from highfence.cost.runs import run_cost

    question = {"tokens": 1e12, "chips": 1024, **_question(stated, shared, {})}
    found, refused = _answers(chips, lambda chip: run_cost(chip, **question))
    _print(found, refused, True, why, format_, lang)
    return 0


def _question(stated: dict[str, Any], shared: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return options as arguments of the cost room."""
    from highfence.cli.law_commands import read_overlays

    names = {"most": "chips", **names}
    question = {names.get(name, name): value for name, value in stated.items() if name != "overlays"}
    return question | shared | {"overlay": read_overlays(stated.get("overlays", ()))}


def _making(chips: tuple[str, ...], shared: dict[str, Any], why: bool, format_: str, lang: str) -> int:
    """Print what each chip costs to make, and the vendor's margin at its price there and then."""
    from highfence.cli.cost_view import making_row, show_making
    from highfence.cost.making.answer import making_cost

    found, refused = _answers(chips, lambda chip: making_cost(chip, **shared))
    if format_ == "json":
        from highfence.catalogue import catalogue

        ids = dict.fromkeys(s for c in found for s in c.sources)
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


def _answers(chips: tuple[str, ...], ask: Callable[[str], Any]) -> tuple[list[Any], list[tuple[str, str]]]:
    """Return the answers, and why the other chips have none; one chip alone, or none answered, raises."""
    found: list[Any] = []
    refused: list[tuple[str, str]] = []
    last: HighfenceError | None = None
    for chip in dict.fromkeys(chips):
        try:
            found.append(ask(chip))
        except (InputError, NoAnswer) as problem:
            if len(chips) == 1 or (isinstance(problem, InputError) and problem.code not in OF_ONE_CHIP):
                raise
            last = last or problem
            refused.append((chip, "; ".join(filter(None, (problem.what, problem.hint)))))
    if last is not None and not found:
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
