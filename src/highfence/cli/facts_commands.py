"""``facts``: the base of facts that articles are checked against."""

from __future__ import annotations

from typing import Any

import click

from highfence.claims.facts import TOPICS, Record, about, counts, shown_value
from highfence.cli.output import format_option, lang_option, print_json, print_rows
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean

SHOWN = 60
"""Rows of a table; other formats give all."""


@click.command()
@click.option("--about", "word", default="", metavar="NAME", help="A name or a word, in either language.")
@click.option("--topic", default="", metavar="TOPIC", help=", ".join(TOPICS))
@click.option("--attribute", default="", metavar="NAME", help="A spec, measure, predicate or kind of event.")
@click.option("--as-of", help="Day of knowledge: what was public by then.")
@click.option("--count", is_flag=True, help="Count facts by topic.")
@format_option
@lang_option
def facts(word: str, topic: str, attribute: str, as_of: str | None, count: bool, format_: str, lang: str) -> None:
    """Browse the facts that claims are checked against: specs, series, events, statements, forecasts."""
    if topic and topic not in TOPICS:
        raise InputError(
            "no such topic", where="--topic", got=topic, expected=", ".join(TOPICS), hint=did_you_mean(topic, TOPICS)
        )
    if count:
        print_rows(
            [
                {
                    "topic": c.topic,
                    "facts": c.records,
                    "sources": c.sources,
                    "largest_series": c.largest,
                    "share_of_all": f"{100 * c.largest_share:.1f} %" if c.largest else "",
                }
                for c in counts()
            ],
            format_,
            "facts",
        )
        return
    if not (word or topic or attribute):
        raise InputError(
            "facts about what?",
            where="--about",
            example='highfence facts --about "Big Fund"',
            hint="highfence facts --count counts them by topic",
        )
    found = about(word, topic, attribute, parse_day(as_of, "--as-of") if as_of else None)
    if not found and format_ == "table":
        click.echo("nothing found", err=True)
    elif format_ == "json":
        from highfence.catalogue import catalogue

        print_json("facts", found, sources=[catalogue().source(s) for s in dict.fromkeys(r.source for r in found) if s])
    else:
        rows = [_row(r, lang) for r in (found[:SHOWN] if format_ == "table" else found)]
        print_rows(rows, format_, "facts")
        if format_ == "table" and len(found) > SHOWN:
            click.echo(f"{len(found) - SHOWN} more; --format csv gives all", err=True)


def _row(r: Record, lang: str) -> dict[str, Any]:
    low, high = r.ends
    spread = "" if low == high else f"{shown_value(low, r.unit)} – {shown_value(high, r.unit)}"
    return {
        "fact": r.id,
        "says": r.label.text(lang),
        "value": shown_value(r.value, r.unit),
        "range": spread,
        "period": r.fiscal or r.printed,
        "public": r.published,
        "grade": r.grade,
        "source": r.source,
    }
