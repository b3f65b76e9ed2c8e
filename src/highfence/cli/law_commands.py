"""``classify``, ``diff``, ``overlays``, ``template``, ``schema`` and ``replay``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from highfence.cli.output import console, format_option, lang_option, print_json, print_rows, write_whole
from highfence.core.errors import InputError
from highfence.core.labels import Label
from highfence.rules import Overlay, Verdict
from highfence.rules import classify as ask_law
from highfence.rules.metrics import END_USES, ITEMS, LISTED, TRANSACTIONS

_QUESTION = [
    click.option("--to", default="CN", show_default=True, help="Destination: ISO code or name."),
    click.option("--on", help="Day of the law, YYYY-MM-DD; today if omitted."),
    click.option("--hq", help="Where the end user is headquartered; the destination if omitted."),
    click.option("--parent-hq", help="Where its ultimate parent is headquartered."),
    click.option("--end-user", help="Name of the end user, for lists that provisions hold."),
    click.option("--end-use", type=click.Choice(END_USES), help="Known end use."),
    click.option("--listed", type=click.Choice(LISTED), help="Whether a party is listed."),
    click.option("--exporter", help="Country that the part leaves; US, or the maker's country, if omitted."),
    click.option("--reexport-from", help="Third country of a reexport."),
    click.option("--transaction", type=click.Choice(TRANSACTIONS), help="export if omitted."),
    click.option("--item", type=click.Choice(ITEMS), help="ic if omitted."),
    click.option("--datacenter/--no-datacenter", default=None, help="Designed or marketed for data centres."),
    click.option("--condition", multiple=True, metavar="NAME=VALUE", help="A fact that only the parties know."),
    click.option("--overlay", "overlays_", multiple=True, metavar="FILE", help="A reform of law, or a shipped bill."),
]


def question_options(command: Any) -> Any:
    """Add every argument of a question."""
    for option in reversed(_QUESTION):
        command = option(command)
    return command


def arguments_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that the user gave, conditions and overlays read."""
    from highfence.rules.bulk import parse_conditions

    kept = {k: v for k, v in given.items() if v is not None and k not in {"condition", "overlays_"}}
    kept.setdefault("on", date.today().isoformat())
    if given["condition"]:
        kept["conditions"] = parse_conditions(";".join(given["condition"]))
    if given["overlays_"]:
        kept["overlay"] = read_overlays(given["overlays_"])
    return kept


def read_overlays(names: tuple[str, ...]) -> list[Overlay]:
    """Read overlays from files or by the id of a shipped bill."""
    from highfence.rules import read_overlay

    return [read_overlay(name) for name in names]


@click.command()
@click.argument("chip", required=False)
@click.option("--sheet", type=click.Path(), help="A part of your own in YAML; see: highfence template chip.")
@click.option("--csv", "csv_", type=click.Path(), help="One question a row.")
@click.option("--why", is_flag=True, help="Print every clause with its arithmetic.")
@click.option("--fail-on", type=click.Choice(["licence", "unknown", "any"]), help="Exit 1 on this requirement.")
@click.option("--record", type=click.Path(path_type=Path), help="Write a run record to replay.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the result of --csv to a file.")
@question_options
@format_option
@lang_option
def classify(chip: str | None, sheet: str | None, csv_: str | None, why: bool, fail_on: str | None,
             record: Path | None, out: Path | None, format_: str, lang: str, **given: Any) -> int:
    """Say what the law makes of a part on one day.

    CHIP is a name in the catalogue. --on is the date of the law.
    """
    if sum(x is not None for x in (chip, sheet, csv_)) != 1:
        raise InputError("name one part", expected="a chip, --sheet FILE or --csv FILE",
                         example="highfence classify H20")
    if csv_ is None and out is not None:
        raise InputError("--out goes with --csv", where="--out", hint="for one verdict, redirect the output")
    if csv_ is not None and (record is not None or why):
        raise InputError("--record and --why are for one question", where="--csv")
    if out is not None and csv_ is not None and out.resolve() == Path(csv_).resolve():
        raise InputError("the result would overwrite the questions", where="--out", got=str(out))
    arguments = arguments_of(given)
    if csv_ is not None:
        return _classify_csv(csv_, arguments, out, fail_on, format_, lang)
    verdict = ask_law(Path(sheet) if sheet else chip, **arguments)
    if record is not None:
        _write_record(record, chip, sheet, arguments, verdict)
    if format_ == "json":
        print_json("verdict", verdict.to_dict(lang), warnings=verdict.warnings, sources=verdict.sources)
    elif format_ == "table":
        print_verdict(verdict, lang, why)
    else:
        from highfence.rules.bulk import verdict_columns

        row = {"chip": verdict.chip, "to": verdict.query["to"], "on": verdict.query["on"],
               **verdict_columns(verdict, lang)}
        print_rows([row], format_, "verdict")
    return _gate(fail_on, [verdict.requirement])


def _gate(fail_on: str | None, requirements: list[str]) -> int:
    caught = {"licence": {"licence"}, "unknown": {"unknown"}, "any": {"licence", "unknown"}}.get(fail_on or "", set())
    return int(any(r in caught for r in requirements))


def _classify_csv(path: str, arguments: dict[str, Any], out: Path | None, fail_on: str | None, format_: str,
                  lang: str) -> int:
    from highfence.rules.bulk import ADDED, classify_rows, read_rows, unread_columns, write_csv

    header, rows = read_rows(path)
    if unread := unread_columns(header):
        click.echo(f"columns passed through unread: {', '.join(unread)}", err=True)
    done = list(classify_rows(_progress(rows), arguments, path, lang))
    if out is not None:
        write_whole(out, write_csv(header, iter(done)))
    elif format_ in {"table", "csv"}:
        click.echo(write_csv(header, iter(done)), nl=False)
    else:
        print_rows(done, format_, "verdicts", columns=[*header, *ADDED])
    return _gate(fail_on, [row["requirement"] for row in done])


def _progress(rows: Any) -> Any:
    """Show progress on a terminal, for long tables only."""
    import sys

    if not sys.stderr.isatty():
        return rows
    from rich.progress import track

    return track(list(rows), description="classify", console=console(stderr=True), transient=True)


def _write_record(path: Path, chip: str | None, sheet: str | None, arguments: dict[str, Any], verdict: Verdict) -> None:
    from highfence.core.envelope import to_json
    from highfence.core.records import record_run
    from highfence.rules.replay import data_hash

    if "overlay" in arguments or sheet:
        raise InputError("only questions about a catalogue chip under the shipped law are recorded", where="--record",
                         hint="leave out --sheet and --overlay")
    write_whole(path, to_json(record_run("classify", {"chip": chip, **arguments}, verdict.to_dict(), data_hash())))


def print_verdict(verdict: Verdict, lang: str, why: bool) -> None:
    """Print a verdict for people."""
    from highfence.cli.verdict_view import show_verdict

    show_verdict(verdict, lang, why, console())


@click.command()
@click.option("--on", "days", multiple=True, required=True,
              help="Day of the law, YYYY-MM-DD; given twice, two days to compare.")
@click.option("--to", default="CN", show_default=True, help="Destination: ISO code or name.")
@click.option("--overlay", "overlays_", multiple=True, metavar="FILE", help="A reform of law, applied on the last day.")
@click.option("--chip", "chips", multiple=True, help="Only these chips.")
@format_option
@lang_option
def diff(days: tuple[str, ...], to: str, overlays_: tuple[str, ...], chips: tuple[str, ...], format_: str,
         lang: str) -> None:
    """Show which chips change status between two days or under an overlay, and which clause moved them."""
    from highfence.rules import diff as compare

    if len(days) > 2 or (len(days) == 1 and not overlays_):
        raise InputError("two days, or one day and an overlay, are compared", where="--on", got=list(days),
                         example="highfence diff --on 2023-11-16 --on 2023-11-17")
    migration = compare(on=days, to=to, overlay=read_overlays(overlays_) or None, chips=chips or None)
    if format_ == "json":
        print_json("migration", migration)
        return
    if format_ == "table":
        rows = [{"before": a, "after": b, "chips": n} for a, b, n in migration.matrix]
        print_rows(rows, "table", "matrix", title=f"{days[0]} → {days[-1]}, {to}, {migration.total} chips")
    print_rows([{"chip": m.chip, "name": m.name.text(lang), "before": m.before, "after": m.after, "by": m.by}
                for m in migration.moved], format_, "migration", columns=["chip", "name", "before", "after", "by"])


@click.command()
@format_option
@lang_option
def overlays(format_: str, lang: str) -> None:
    """List the bills, readings and counterfactuals that ship as overlays."""
    from highfence.rules.overlay import read_overlay, shipped_bills

    laid = [read_overlay(id) for id in shipped_bills()]
    print_rows([{"id": o.id, "title": o.title.text(lang), "status": o.status, "changes": len(o.changes),
                 "source": o.source, "note": o.note.text(lang) if o.note else ""} for o in laid], format_, "overlays")


@click.command()
@click.argument("what", type=click.Choice(["chip", "overlay", "csv", "buyer", "scenario"]))
def template(what: str) -> None:
    """Print a sheet to fill in: a chip, an overlay, a table of questions, a buyer or a scenario."""
    from highfence.choice.templates import BUYER_TEMPLATE
    from highfence.policy.templates import SCENARIO_TEMPLATE
    from highfence.rules.templates import TEMPLATES

    click.echo({**TEMPLATES, "buyer": BUYER_TEMPLATE, "scenario": SCENARIO_TEMPLATE}[what], nl=False)


@click.command()
@click.argument("what", type=click.Choice(["envelope", "verdict", "migration", "chip", "prediction", "training",
                                         "comparison", "support", "search", "predictions", "cost", "making"]))
def schema(what: str) -> None:
    """Print the JSON Schema of a result."""
    from highfence.cli.schemas import schema_of
    from highfence.core.envelope import to_json

    click.echo(to_json(schema_of(what)))


@click.command()
@click.argument("record", type=click.Path(path_type=Path))
@lang_option
def replay(record: Path, lang: str) -> int:
    """Run a recorded call again and compare; exit 1 if the result differs."""
    from highfence.rules.replay import replay_file

    outcome = replay_file(record)
    words = Label("same result" if outcome.same_result else "the result differs",
                  "结果一致" if outcome.same_result else "结果不同")
    click.echo(f"{words.text(lang)}  (code {'same' if outcome.same_code else 'differs'}, "
               f"data {'same' if outcome.same_data else 'differs'})")
    return 0 if outcome.same_result else 1
