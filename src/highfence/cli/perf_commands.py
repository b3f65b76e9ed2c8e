"""``perf``, ``compare`` and ``support``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

import click

from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.errors import InputError, did_you_mean

_LOAD = [
    click.option("--model", metavar="MODEL", help="A language model of the catalogue; list them: highfence models."),
    click.option("--input", "prompt", type=float, help="Tokens in, a request.  [1024]"),
    click.option("--output", type=float, help="Tokens out, a request.  [1024]"),
    click.option("--concurrency", type=float, help="Requests in flight.  [32]"),
    click.option("--rate", "--arrival", "rate", type=float, help="Requests a second instead, arriving at random."),
    click.option("--cached", type=float, help="Tokens of the prompt found in the prefix cache.  [0]"),
    click.option("--imbalance", type=float, help="Load of the busiest expert rank over the mean.  [1]"),
    click.option("--accepted", type=float, help="Tokens that a step of speculative decoding keeps."),
]
_SPLIT = [
    click.option("--tp", type=int, help="Tensor parallel ranks."),
    click.option("--pp", type=int, help="Pipeline stages."),
    click.option("--dp", type=int, help="Data parallel ranks; in serving, of attention."),
    click.option("--ep", type=int, help="Ranks among which experts are dealt."),
    click.option("--precision", help="Format of weights and products: bf16, fp8, int8, w4a16, nvfp4 …"),
    click.option("--kv", help="Format of the cache: bf16, fp8, fp4."),
    click.option("--software", help="Serving program: vllm, sglang or trtllm."),
    click.option("--system", metavar="NAME", help="The system that the chip is in: its links and network."),
    click.option("--emulate", is_flag=True, default=None,
                 help="Keep weights in a format that the chip cannot multiply."),
]
_TRAINING = [
    click.option("--tokens", type=float, help="Tokens to train on: 15e12."),
    click.option("--chips", type=int, help="Chips in all (with --training or --best)."),
    click.option("--batch", type=int, help="Sequences an iteration.  [1024]"),
    click.option("--sequence", type=int, help="Tokens of a sequence.  [4096]"),
    click.option("--micro-batch", type=int, help="Sequences a pass; the quickest that fits if omitted."),
    click.option("--zero", type=int, help="ZeRO stage, 0 to 3.  [1]"),
    click.option("--recompute", help="Recomputed in the backward pass: none, selective or full."),
    click.option("--interleave", type=int, help="Pipeline stages that a chip holds in turn.  [1]"),
]
_POOLS = [
    click.option("--prefill", metavar="POOL", help="Prompts on chips of their own: tp=8,dp=1,workers=2."),
    click.option("--decode", metavar="POOL", help="With --prefill, the chips that make tokens: tp=8,workers=4."),
]
_SEARCH = [
    click.option("--limit", metavar="LIMITS", help="Longest waits: ttft=1s,tpot=50ms,p99."),
    click.option("--goal", metavar="GOAL", help="throughput, fewest-chips or training.  [throughput]"),
]
_SERVED = ("prompt", "output", "concurrency", "rate", "cached", "imbalance", "accepted")
_DIVIDED = ("tp", "pp", "dp", "ep", "precision", "kv", "software", "system", "emulate")
_FORMATS = ("precision", "kv", "software", "system", "emulate")
_TRAINED = ("tokens", "chips", "batch", "sequence", "micro_batch", "zero", "recompute", "interleave")
_FLAG = {"prompt": "--input", "most": "--chips"}


def _options(*groups: list[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed([option for group in groups for option in group]):
            command = option(command)
        return command

    return add


@click.command()
@click.argument("chip", required=False)
@click.option("--training", is_flag=True, help="Train the model instead of serving it.")
@click.option("--best", is_flag=True, help="Search the best split and load for a goal.")
@click.option("--csv", "csv_", type=click.Path(), help="One serving question a row.")
@_options(_LOAD, _SPLIT, _POOLS, _TRAINING, _SEARCH)
@click.option("--why", is_flag=True,
              help="Print every operator, and a roofline chart; with --best the frontier, in JSON all of it.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Folder for the roofline as SVG and the answer as JSON; with --csv, the file to write.")
@format_option
@lang_option
def perf(chip: str | None, training: bool, best: bool, csv_: str | None, why: bool, out: Path | None, format_: str,
         lang: str, **given: Any) -> None:
    """Predict what a chip does with a language model: serving, or training.

    CHIP is a chip or system of the catalogue, or a YAML sheet (see: highfence template chip). Times come with an 80 %
    interval, and with the evidence that they rest on.
    """
    stated = {name: value for name, value in given.items() if value is not None}
    if sum((chip is not None, csv_ is not None)) != 1 or sum((training, best, csv_ is not None)) > 1:
        raise InputError("name one chip and one task",
                         expected="a chip, or --csv FILE; at most one of --training and --best",
                         example="highfence perf H20 --model llama-3.1-70b --tp 8")
    if csv_ is not None:
        _refuse(stated, (), "--csv")
        _rows(csv_, out, format_)
        return
    if "model" not in stated:
        raise InputError("which model?", where="--model", expected="a language model of the catalogue",
                         example="llama-3.1-70b", hint="list them: highfence models")
    assert chip is not None
    apart = {"prefill", "decode"} & stated.keys()
    task = _best if best else _train if training else _serve_apart if apart else _serve
    task(chip, stated.pop("model"), stated, why, out, format_, lang)


def _refuse(stated: dict[str, Any], known: tuple[str, ...], task: str) -> None:
    """Refuse an option that belongs to another task, so that none is silently ignored."""
    for name in stated:
        if name not in known:
            flag = _FLAG.get(name, f"--{name.replace('_', '-')}")
            raise InputError(f"{flag} does not go with {task}", where=flag, got=stated[name], hint=f"leave out {flag}")


def _serve(chip: str, model: str, stated: dict[str, Any], why: bool, out: Path | None, format_: str, lang: str) -> None:
    from highfence.cli.perf_view import prediction_row, show_prediction
    from highfence.perf.inference.arrivals import serving_at_rate
    from highfence.perf.inference.estimate import serving
    from highfence.perf.sheets import find_machine

    _refuse(stated, (*_SERVED, *_DIVIDED), "serving")
    if {"rate", "concurrency"} <= stated.keys():
        raise InputError("a rate or a number in flight, not both", where="--rate, --concurrency", got=stated["rate"])
    _check_in_flight(stated)
    machine = find_machine(chip, stated.pop("system", None))
    answer = (serving_at_rate if "rate" in stated else serving)(machine, model, **stated)
    drawn = None
    if why or out is not None:
        from highfence.perf.inference.roofline import roofline

        drawn = roofline(machine, model, answer, **{k: v for k, v in stated.items() if k in _DIVIDED})
    if out is not None:
        _write(out, answer, drawn, lang)
    if format_ == "json":
        result = answer.to_dict() | ({"roofline": drawn} if why else {})
        print_json("prediction", result, warnings=answer.warnings, sources=_sources(answer.chip, answer.model))
    elif format_ == "table":
        show_prediction(answer, drawn if why else None, lang, console())
    else:
        print_rows([prediction_row(answer)], format_, "prediction")


def _check_in_flight(stated: dict[str, Any]) -> None:
    """Refuse a part of a request; a mean number in flight follows from a rate."""
    asked = stated.get("concurrency", 1.0)
    if isfinite(asked) and asked != int(asked):
        raise InputError("must be a whole number of requests", where="--concurrency", got=asked, example="32",
                         hint="--rate takes requests a second")


def _serve_apart(chip: str, model: str, stated: dict[str, Any], why: bool, out: Path | None, format_: str, lang: str,
                 ) -> None:
    from highfence.cli.perf_view import prediction_row, show_prediction
    from highfence.perf.inference.apart import read_pool, serving_apart
    from highfence.perf.sheets import find_machine

    if out is not None:
        raise InputError("--out goes with one pool", where="--out", hint="redirect the output of --format json")
    _refuse(stated, ("prefill", "decode", "prompt", "output", "concurrency", *_FORMATS), "--prefill and --decode")
    if not {"prefill", "decode"} <= stated.keys():
        raise InputError("both pools are needed", where="--prefill, --decode", example="--prefill tp=8 --decode tp=8")
    _check_in_flight(stated)
    prefill, decode = (read_pool(stated.pop(name), f"--{name}") for name in ("prefill", "decode"))
    machine = find_machine(chip, stated.pop("system", None))
    answer = serving_apart(machine, model, prefill=prefill, decode=decode, **stated)
    if format_ == "json":
        print_json("prediction", answer.to_dict(), warnings=answer.warnings,
                   sources=_sources(answer.chip, answer.model))
    elif format_ == "table":
        show_prediction(answer, None, lang, console())
    else:
        print_rows([prediction_row(answer)], format_, "prediction")


def _write(out: Path, answer: Any, drawn: Any, lang: str) -> None:
    """Write the chart, its table twin and the answer into a folder."""
    from highfence.cli.output import as_csv, file_word, make_folder
    from highfence.core.envelope import envelope, to_json
    from highfence.report.roofline import roofline_figure, standalone, twin

    stem = f"{file_word(answer.chip)}-{file_word(answer.model)}"
    end = "" if lang == "en" else f"-{lang}"
    svg, rows = standalone(roofline_figure(drawn, lang).wide), twin(drawn, lang)
    result = envelope("prediction", answer.to_dict() | {"roofline": drawn}, warnings=answer.warnings,
                      sources=_sources(answer.chip, answer.model))
    folder = make_folder(out)
    write_whole(folder / f"roofline-{stem}{end}.svg", svg)
    write_whole(folder / f"roofline-{stem}{end}.csv", as_csv(list(rows[0]), rows))
    write_whole(folder / f"perf-{stem}.json", to_json(result))
    click.echo(f"wrote {folder / f'roofline-{stem}{end}'}.svg and .csv, {folder / f'perf-{stem}'}.json", err=True)


def _sources(chip: str, model: str) -> list[Any]:
    """Return the sources of the data sheet and of the model's shape."""
    from highfence.catalogue import catalogue

    known = catalogue()
    found = known.find_chip(chip)
    ids = [] if found is None else [r.fact.source for r in found.resolved.values()]
    return [known.source(id) for id in dict.fromkeys([*ids, known.model(model).source])]


def _train(chip: str, model: str, stated: dict[str, Any], why: bool, out: Path | None, format_: str, lang: str) -> None:
    from highfence.cli.perf_view import show_training, training_row
    from highfence.perf.train.run import training_run

    if out is not None:
        raise InputError("--out goes with serving", where="--out", hint="redirect the output of --format json")
    _refuse(stated, (*_TRAINED, "tp", "pp", "dp", "ep", "precision", "system"), "--training")
    run = training_run(chip, model, **stated)
    if format_ == "json":
        print_json("training", run, warnings=run.warnings, sources=_sources(run.chip, run.model))
    elif format_ == "table":
        show_training(run, why, lang, console())
    else:
        print_rows([training_row(run)], format_, "training")


def _best(chip: str, model: str, stated: dict[str, Any], why: bool, out: Path | None, format_: str, lang: str) -> None:
    from highfence.cli.search_view import search_document, search_rows, show_search
    from highfence.perf.choosing.limits import parse_limits
    from highfence.perf.choosing.search import best
    from highfence.perf.sheets import find_machine
    from highfence.perf.train.run import BATCH, SEQUENCE

    if out is not None:
        raise InputError("--out goes with serving", where="--out", hint="redirect the output of --format json")
    goal, chips = stated.pop("goal", "throughput"), stated.pop("chips", None)
    shared = ("precision", "software", "system")
    if goal == "training":
        _refuse(stated, ("batch", "sequence", *shared), "--best --goal training")
        stated = {"batch": BATCH, "sequence": SEQUENCE, **stated}
    else:
        load = ("concurrency", "rate") if goal == "fewest-chips" else ()
        _refuse(stated, ("prompt", "output", "limit", "kv", "emulate", *load, *shared), f"--best --goal {goal}")
        stated = {"prompt": 1024.0, "output": 1024.0, **stated}
    if chips is None:
        raise InputError("on how many chips at most?", where="--chips", example="8", hint="--chips 8")
    if "rate" in stated:
        stated["arrival"] = stated.pop("rate")
    if (limit := stated.pop("limit", None)) is not None:
        limits = parse_limits(limit)
        stated |= {"ttft_s": limits.ttft_s, "tpot_s": limits.tpot_s, "latency_s": limits.latency_s,
                   "quantile": limits.statistic}
    machine = find_machine(chip, stated.pop("system", None))
    found = best(machine, model, chips=chips, goal=goal, **stated)
    if format_ == "json":
        print_json("search", search_document(found, why), warnings=found.warnings,
                   sources=_sources(found.chip, found.model))
    elif format_ == "table":
        show_search(found, machine.name, why, lang, console())
    else:
        print_rows(search_rows(found), format_, "search")


def _rows(path: str, out: Path | None, format_: str) -> None:
    from highfence.core.sheets import csv_text, read_csv_rows
    from highfence.perf.rows.answers import ADDED, answer_rows
    from highfence.perf.rows.files import EXAMPLE, check_columns, unread_columns
    from highfence.perf.rows.questions import formats_said

    if out is not None and out.resolve() == Path(path).resolve():
        raise InputError("the result would overwrite the questions", where="--out", got=str(out))
    header, questions = read_csv_rows(path, check_columns, example=EXAMPLE)
    if unread := unread_columns(header):
        click.echo(f"columns passed through unread: {', '.join(unread)}", err=True)
    asked = list(questions)
    done = [{**row, **answer} for row, answer in zip(asked, answer_rows(asked))]
    for said, rows in Counter(formats_said(row) for row in done if not row["reason"]).items():
        if said:
            click.echo(f"{rows} rows: {said}", err=True)
    columns = [*header, *ADDED]
    if out is not None or format_ in {"table", "csv"}:
        from highfence.cli.output import cell

        text = csv_text(columns, ({name: cell(value) for name, value in row.items()} for row in done))
        if out is not None:
            write_whole(out, text)
        else:
            click.echo(text, nl=False)
    else:
        print_rows(done, format_, "predictions", columns=columns)


@click.command()
@click.argument("chips", nargs=-1, required=True)
@click.option("--model", required=True, metavar="MODEL", help="A language model of the catalogue.")
@click.option("--by", default="decode", show_default=True, metavar="WORK",
              help="decode, prefill, training, energy or cost.")
@click.option("--input", "prompt", type=float, default=2048.0, show_default=True, help="Tokens in, a request.")
@click.option("--output", type=float, default=512.0, show_default=True, help="Tokens out, a request.")
@click.option("--load", type=float, help="Requests in flight a chip; in training, sequences a chip and iteration.  [8]")
@click.option("--precision",
              help="One format for all; if omitted that of the model's release, or the chip's nearest to it.")
@click.option("--emulate", is_flag=True, default=None, help="Keep weights in a format that a chip cannot multiply.")
@click.option("--to", help="By cost, where it is bought and run: ISO code or name.  [US]")
@click.option("--on", help="By cost, day of prices and law, YYYY-MM-DD; today if omitted.")
@click.option("--limit", metavar="LIMITS", help="By cost, longest mean waits: ttft=1s,tpot=50ms.")
@click.option("--chips", "most", type=int, help="By cost, chips of the deployment at most.  [64]")
@format_option
@lang_option
def compare(chips: tuple[str, ...], model: str, by: str, format_: str, lang: str, **given: Any) -> None:
    """Compare chips at one kind of work, each on the fewest that hold the model, under the same load a chip.

    CHIPS are chips or systems of the catalogue, or YAML sheets; ratios are to the first. By cost each is at the
    cheapest way that keeps the limits: a million output tokens, prompts included.
    """
    from highfence.cli.compare_view import comparison_row, show_comparison

    stated = {name: value for name, value in given.items() if value is not None}
    found = _compared(chips, model, by, stated)
    if format_ == "json":
        print_json("comparison", found)
    elif format_ == "table":
        show_comparison(found, lang, console())
    else:
        print_rows([comparison_row(row) for row in found.rows], format_, "comparison")


def _compared(chips: tuple[str, ...], model: str, by: str, stated: dict[str, Any]) -> Any:
    """Return a comparison, by the cost room or by this one."""
    from highfence.perf.choosing.comparison import MEASURES
    from highfence.perf.choosing.comparison import compare as side_by_side

    known = (*MEASURES, "cost")
    if by not in known:
        raise InputError("no such kind of work to compare by", where="--by", got=by, expected=", ".join(known),
                         hint=did_you_mean(by, known), code="unknown-measure")
    if by != "cost":
        _refuse(stated, ("prompt", "output", "load", "precision", "emulate"), f"--by {by}")
        return side_by_side(chips, model, by, **stated)
    from datetime import date

    from highfence.cli.cost_commands import mean_limits
    from highfence.cost.comparison import compare_cost

    _refuse(stated, ("prompt", "output", "precision", "to", "on", "limit", "most"), "--by cost")
    question = {"on": date.today().isoformat(), **stated}
    if "limit" in question:
        question["limits"] = mean_limits(question.pop("limit"))
    if "most" in question:
        question["chips"] = question.pop("most")
    return compare_cost(chips, model, **question)


@click.command()
@click.argument("chip")
@click.option("--model", required=True, metavar="MODEL", help="A language model of the catalogue.")
@click.option("--system", metavar="NAME", help="The system that the chip is in: its links and network.")
@format_option
@lang_option
def support(chip: str, model: str, system: str | None, format_: str, lang: str) -> None:
    """Tell what is covered for a chip and a model, and on what evidence, before anything is computed.

    CHIP is a chip or system of the catalogue, or a YAML sheet.
    """
    from highfence.cli.compare_view import show_support, support_rows
    from highfence.perf.choosing.coverage import support as coverage

    found = coverage(chip, model, system)
    if format_ == "json":
        print_json("support", found)
    elif format_ == "table":
        show_support(found, lang, console())
    else:
        print_rows(support_rows(found, lang), format_, "support")
