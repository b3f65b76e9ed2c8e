"""The group of commands; each command's module is imported only when it runs."""

from __future__ import annotations

from importlib import import_module

import click

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.errors import did_you_mean

COMMANDS: dict[str, tuple[str, str]] = {
    "chip": ("catalogue", "Show one chip: every fact with its range, grade and source."),
    "chips": ("catalogue", "List chips, filtered and sorted."),
    "systems": ("catalogue", "List servers, racks and clusters."),
    "memory": ("catalogue", "List memory stacks."),
    "models": ("catalogue", "List open language models."),
    "sources": ("catalogue", "List sources, or show one."),
    "series": ("series", "List series, or show one: every value with when it became public."),
    "events": ("series", "List dated events: controls, licences, orders, measures of both governments."),
    "facts": ("facts", "Browse every fact that articles are checked against, or count them by topic."),
    "sql": ("data", "Ask the catalogue in SQL."),
    "export": ("data", "Write the catalogue as CSV, Parquet, DuckDB or a spreadsheet."),
    "outcomes": ("market", "List what a run of the market tells: names, units and definitions."),
    "simulate": ("market", "Say what the market model expects of a quarter, from priors or from a day's knowledge."),
    "classify": ("law", "Say what the law makes of a part on one day."),
    "diff": ("law", "Show which chips change status between two days or under an overlay."),
    "overlays": ("law", "List the bills, readings and counterfactuals that ship as overlays."),
    "perf": ("perf", "Predict what a chip does with a language model."),
    "compare": ("perf", "Compare chips at decode, prefill, training, energy or cost."),
    "cost": ("cost", "Say what a chip costs: a million tokens, a training run, or its making."),
    "choose": ("choice", "Say which chips a buyer takes, where, on which day, and why."),
    "indifference": ("choice", "Say whether a foreign chip now is a trap, relief or neither, and at which price."),
    "buyers": ("choice", "List the segments of buyers, or show one."),
    "support": ("perf", "Tell what is covered for a chip and a model."),
    "scenarios": ("policy", "List scenarios of policy, or show one: law overlays and dated levers with their sources."),
    "whatif": ("whatif", "Say what a policy does against another, over paired draws of the market."),
    "thesis": ("thesis", "Say for which objectives and assumptions loosening the H20 beats banning it."),
    "brief": ("report", "Write the brief of a chip: terminal, HTML and JSON."),
    "check": ("check", "Check an article: every claim with a verdict, its evidence and the arithmetic."),
    "validate": ("report", "Recompute every published case and law case."),
    "template": ("law", "Print a sheet to fill in."),
    "schema": ("law", "Print the JSON Schema of a result."),
    "replay": ("law", "Run a recorded call again and compare."),
}

NEWCOMER = """\
highfence computes what a chip export rule does. Six things to try:

  highfence chip H20                                   what a chip is, every number with its source
  highfence classify H20 --to CN --on 2025-05-01 --why what the law said of it on that day, clause by clause
  highfence diff --on 2023-11-16 --on 2023-11-17       which chips a rule moved
  highfence brief H20                                  the whole story on one page
  highfence perf H20 --model llama-3.1-70b --tp 8      what it does on LLM work, with an interval
  highfence chips --where 'tpp>=4800' --sort -tpp      every chip above a line

highfence --help lists all commands. Not legal advice."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"highfence.cli.{COMMANDS[cmd_name][0]}_commands")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str],
                        ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            hint = did_you_mean(args[0], COMMANDS)
            raise click.UsageError(f"no such command {args[0]!r}." + (f" {hint[0].upper()}{hint[1:]}" if hint else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message=f"highfence {__version__}, data {DATA_VERSION}")
@click.pass_context
def app(ctx: click.Context) -> None:
    """Compute what a chip export rule does. Not legal advice."""
    if ctx.invoked_subcommand is None:
        click.echo(NEWCOMER)
