"""``brief`` and ``validate``."""

from __future__ import annotations

from pathlib import Path

import click

from highfence.cli.output import console, file_word, make_folder, print_json, working, write_whole


@click.command()
@click.argument("chip")
@click.option("--to", default="CN", show_default=True, help="Destination: ISO code or name.")
@click.option("--on", help="Day of the law, YYYY-MM-DD; today if omitted.")
@click.option("--against", help="Chips to compare with, joined by commas; chosen from the catalogue if omitted.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True, help="Language of the page.")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for brief-CHIP.html and .json; made if missing.")
@click.option("--format", "format_", type=click.Choice(["table", "json", "html"]), default="table", show_default=True,
              help="What to print on the terminal.")
def brief(chip: str, to: str, on: str | None, against: str | None, lang: str, out: Path | None, format_: str) -> None:
    """Write the brief of a chip: terminal, and with --out one HTML page and its JSON.

    CHIP is a name in the catalogue, or a YAML sheet.
    """
    from highfence.core.envelope import envelope, to_json
    from highfence.report.brief import build_brief
    from highfence.report.page import render_page
    from highfence.report.terminal import print_brief
    from highfence.report.texts import say

    others = [name.strip() for name in against.split(",") if name.strip()] if against else None
    with working(say("page.working").text(lang)) as told:
        made = build_brief(chip, to=to, on=on, against=others, progress=told)
    cited = [s.source for s in made.sources]
    if out is not None:
        page, data = render_page(made, lang), to_json(envelope("brief", made, sources=cited))
        folder = make_folder(out)
        stem = f"brief-{file_word(chip)}" + ("" if lang == "en" else f"-{lang}")
        write_whole(folder / f"{stem}.html", page)
        write_whole(folder / f"{stem}.json", data)
        click.echo(f"wrote {folder / stem}.html and .json", err=True)
    if format_ == "json":
        print_json("brief", made, sources=cited)
    elif format_ == "html":
        click.echo(render_page(made, lang))
    else:
        print_brief(made, lang, console())


@click.command()
@click.argument("room", required=False, type=click.Choice([
    "rules", "catalogue", "perf", "cost", "choice", "market", "policy"]))
@click.option("--cases", type=click.Path(path_type=Path), help="Folder of law cases; tests/laws if omitted.")
@click.option("--data", type=click.Path(path_type=Path),
              help="Folder of measurements and published cases; HIGHFENCE_SHARED_DATA if omitted.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the page here; the summary goes to the terminal.")
@click.option("--format", "format_", type=click.Choice(["table", "json", "md"]), default="table", show_default=True,
              help="How to print the result.")
def validate(room: str | None, cases: Path | None, data: Path | None, out: Path | None, format_: str) -> int:
    """Recompute every law case and cross-check; exit 1 if one fails.

    Law cases are read from tests/laws of a checkout, or from --cases. The figures of perf are recomputed from
    measurements, which takes minutes, and those of cost and policy from published cases; without them they are left
    out. The backtests of market and the signs of policy take about a minute each. A missed bar is reported and is no
    failure.
    """
    from highfence.report.validation import build_validation, print_summary, render_validation

    found = build_validation(room, cases, data)
    if out is not None:
        write_whole(out, render_validation(found))
        if found.performance is not None:
            from highfence.report.scatter import scatter

            write_whole(out.parent / "serving-scatter.svg", scatter(found.performance.points))
    if format_ == "json":
        print_json("validation", found)
    elif format_ == "md":
        click.echo(render_validation(found))
    else:
        print_summary(found, console())
    return int(found.failed)
