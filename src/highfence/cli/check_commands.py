"""``check``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from highfence.cli.output import console, file_word, make_folder, print_json, print_rows, write_whole
from highfence.core.dates import parse_day
from highfence.core.errors import InputError

if TYPE_CHECKING:
    from highfence.claims.model import Checked, Judgement

GATES = ("contradicted", "misattributed", "imprecise", "no_evidence")
FORMATS = ("table", "json", "jsonl", "csv", "md", "html", "claimreview")


@click.command()
@click.argument("source", metavar="FILE|FOLDER|-")
@click.option("--published", help="Day of publication, YYYY-MM-DD; found in the article if omitted.")
@click.option("--article-lang", type=click.Choice(["zh", "en"]), help="Language of the article; found if omitted.")
@click.option("--out", type=click.Path(path_type=Path),
              help="Folder for NAME.html, NAME.json and NAME.claimreview.json; needed for a folder of articles.")
@click.option("--fail-on", multiple=True, type=click.Choice(GATES), help="Exit 1 where a claim has this verdict.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes for a folder; one a processor if omitted.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="table", show_default=True,
              help="How to print the result.")
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
              help="Language of the interface.")
def check(source: str, published: str | None, article_lang: str | None, out: Path | None, fail_on: tuple[str, ...],
          workers: int | None, format_: str, lang: str) -> int:
    """Check an article: every claim with a verdict, its evidence and the arithmetic.

    FILE is txt, md, html, pdf or docx; - reads standard input. Of a FOLDER each article is checked, in parallel, and
    what a former run has done is kept.
    """
    day = parse_day(published, "--published") if published else None
    if source != "-" and Path(source).is_dir():
        return _folder(Path(source), out, day, article_lang, lang, fail_on, workers, format_)
    from highfence.claims.check import check as check_document
    from highfence.claims.ingest import read

    given: Any = sys.stdin.buffer.read() if source == "-" else Path(source)
    checked = check_document(read(given, published=day, lang=article_lang))
    if out is not None:
        _write(checked, make_folder(out), "article" if source == "-" else file_word(Path(source).stem), lang)
    _print(checked, format_, lang)
    return int(any(j.verdict in fail_on for j in checked.judgements))


def _folder(folder: Path, out: Path | None, day: date | None, article_lang: str | None, lang: str,
            fail_on: Sequence[str], workers: int | None, format_: str) -> int:
    from rich.progress import Progress

    from highfence.report.article_folder import Options, check_folder

    if out is None:
        raise InputError("where to write?", where="--out", expected="a folder", example="--out checked")
    if format_ in ("html", "claimreview"):
        raise InputError("a folder is summed up as a table", where="--format", got=format_,
                         expected="table, json, jsonl, csv or md")
    shown = console(stderr=True)
    with Progress(console=shown, disable=not shown.is_terminal, transient=True) as bar:
        task = bar.add_task("articles")
        rows = check_folder(folder, make_folder(out), Options(day, article_lang, lang), workers=workers,
                            progress=lambda done, of: bar.update(task, completed=done, total=of))
    names = list(dict.fromkeys(name for row in rows for name in row))
    print_rows(rows, format_, "check-folder", columns=names)
    click.echo(f"wrote {out}", err=True)
    return int(any(row.get(verdict) for row in rows for verdict in fail_on))


def _write(checked: Checked, folder: Path, stem: str, lang: str) -> None:
    from highfence.claims.review import claim_reviews
    from highfence.core.envelope import envelope, to_json
    from highfence.report.article import render_article

    page = render_article(checked, lang)
    write_whole(folder / f"{stem}.html", page)
    write_whole(folder / f"{stem}.json", to_json(envelope("check", checked, warnings=checked.warnings)))
    write_whole(folder / f"{stem}.claimreview.json", to_json(claim_reviews(checked, lang)))
    click.echo(f"wrote {folder / stem}.html, .json and .claimreview.json", err=True)


def _print(checked: Checked, format_: str, lang: str) -> None:
    if format_ == "json":
        print_json("check", checked, warnings=checked.warnings, sources=_sources(checked))
    elif format_ == "html":
        from highfence.report.article import render_article

        click.echo(render_article(checked, lang))
    elif format_ == "claimreview":
        from highfence.claims.review import claim_reviews
        from highfence.core.envelope import to_json

        click.echo(to_json(claim_reviews(checked, lang)))
    elif format_ == "table":
        _show(checked, lang)
    else:
        print_rows([_row(n, j, lang) for n, j in enumerate(checked.judgements, 1)], format_, "check")


def _sources(checked: Checked) -> list[Any]:
    from highfence.catalogue import catalogue

    known = {s.id: s for s in catalogue().sources()}
    ids = dict.fromkeys(e.source for j in checked.judgements for e in j.evidence)
    return [known[id] for id in ids if id in known]


def _row(n: int, judged: Judgement, lang: str) -> dict[str, Any]:
    from highfence.claims.words import KIND_NAMES, VERDICT_NAMES

    claim = judged.claim
    return {"n": n, "start": claim.start, "end": claim.end, "text": claim.text,
            "kind": KIND_NAMES[claim.kind].text(lang), "verdict": VERDICT_NAMES[judged.verdict].text(lang),
            "now": VERDICT_NAMES[judged.verdict_now].text(lang), "confidence": round(judged.confidence, 2),
            "reason": judged.reason.text(lang), "computation": judged.computation,
            "evidence": [e.statement.text(lang) for e in judged.evidence],
            "source": [e.source for e in judged.evidence]}


STYLES = {"supported": "green", "imprecise": "yellow", "contradicted": "bold red", "misattributed": "magenta"}


def _show(checked: Checked, lang: str) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from highfence.claims.model import VERDICTS
    from highfence.claims.words import SWAP_NAMES, VERDICT_NAMES
    from highfence.core.labels import Label

    def t(en: str, zh: str) -> str:
        return Label(en, zh).text(lang)

    out, document = console(), checked.document
    if document.title:
        out.print(document.title, style="bold", markup=False)
    day = document.published.isoformat() if document.published else t("day of publication not known", "发表日期不明")
    out.print(day, style="dim", markup=False)
    for warning in (*document.warnings, *checked.warnings):
        console(stderr=True).print(warning.text(lang), style="yellow", markup=False)
    if not checked.judgements:
        out.print(t("No claim was found in this text.", "此文中未见可识别的论断。"))
        return
    counts = [(v, sum(j.verdict == v for j in checked.judgements)) for v in VERDICTS]
    out.print("  ".join(f"{VERDICT_NAMES[v].text(lang)} {n}" for v, n in counts if n), markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column(t("claim", "论断"), ratio=3, overflow="fold")
    table.add_column(t("verdict", "结论"), no_wrap=True)
    table.add_column(t("why and evidence", "理由与证据"), ratio=4, overflow="fold")
    for n, judged in enumerate(checked.judgements, 1):
        why = [judged.reason.text(lang)]
        if judged.swap is not None:
            why.append(f"{SWAP_NAMES[judged.swap.kind].text(lang)}: {judged.swap.printed.text(lang)} → "
                       f"{judged.swap.meant.text(lang)}")
        if judged.computation:
            why.append(judged.computation)
        why += [f"• {e.statement.text(lang)} [{e.source}]" for e in judged.evidence[:2]]
        style = STYLES.get(judged.verdict, "dim")
        table.add_row(str(n), Text(judged.claim.text), Text(VERDICT_NAMES[judged.verdict].text(lang), style=style),
                      Text("\n".join(line for line in why if line)))
    out.print(table)
