"""The answer of a search as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from highfence.cli.fitting import Fitting
from highfence.cli.perf_view import prediction_row, show_prediction
from highfence.cli.perf_words import split_words, three, time_text
from highfence.core.envelope import plain
from highfence.core.labels import Label
from highfence.perf.choosing.goals import STOPS, Row
from highfence.perf.choosing.search import Search
from highfence.perf.prediction import Prediction

GOALS = {"throughput": Label("most output tokens per chip", "每芯片输出最多"),
         "fewest-chips": Label("fewest chips", "芯片最少"), "training": Label("fastest training", "训练最快")}
SHOWN = 12
"""Rows of the frontier that are shown; --format json has all with --why."""


def thinned(rows: Sequence[Row]) -> list[Row]:
    """Return rows of a frontier evenly, the first and the last among them.

    >>> thinned(range(100))
    [0, 9, 18, 27, 36, 45, 54, 63, 72, 81, 90, 99]
    """
    if len(rows) <= SHOWN:
        return list(rows)
    return [rows[round(n * (len(rows) - 1) / (SHOWN - 1))] for n in range(SHOWN)]


def search_document(found: Search, whole: bool) -> dict[str, Any]:
    """Return a search as JSON, its frontier thinned unless the whole is asked for."""
    return {**plain(found), "frontier": plain(found.frontier if whole else thinned(found.frontier)),
            "frontier_size": len(found.frontier)}


def show_search(found: Search, name: str, why: bool, lang: str, out: Any) -> None:
    """Print the best way, what it gives, and with ``why`` the ways that trade speed for throughput."""
    limits = found.limits.text() if any((found.limits.ttft_s, found.limits.tpot_s, found.limits.latency_s)) else ""
    under = Label(", under {limits}", "，满足{limits}").format(limits=limits).text(lang) if limits else ""
    goal = Label("{goal}, at most {n} chips", "{goal}，至多{n}颗芯片").format(
        goal=GOALS[found.goal].text(lang), n=f"{found.chips:,}").text(lang)
    out.print(f"{goal}{under}", style="dim", markup=False)
    if isinstance(found.best, Prediction):
        assert found.row is not None
        if found.row.replicas > 1:
            out.print(Label("{n} replicas on {c} chips; of one:", "{n}个副本，共{c}颗芯片；其一：").format(
                n=found.row.replicas, c=found.row.chips).text(lang))
        show_prediction(replace(found.best, warnings=found.warnings), None, lang, out)
        if found.row.stop:
            out.print(f"  {STOPS[found.row.stop].text(lang)}", style="dim")
    else:
        _show_trained(found, name, lang, out)
    considered = Label("formats considered: {f}; the model was released in {r}", "考虑的格式：{f}；模型以{r}发布")
    out.print(considered.format(f=", ".join(found.formats), r=found.released).text(lang), style="dim", markup=False)
    if found.why is not None:
        out.print(f"{Label('runner-up', '次优').text(lang)}  {found.why.text(lang)}", markup=False)
    out.print(Label("searched {n} ways, {e} evaluated, none missed", "共{n}种方案，计算{e}种，无遗漏").format(
        n=f"{found.loads:,}", e=f"{found.evaluated:,}").text(lang), style="dim")
    if why and found.frontier:
        _frontier(found.frontier, lang, out)


def _show_trained(found: Search, name: str, lang: str, out: Any) -> None:
    assert not isinstance(found.best, Prediction)
    run, step = found.best.run, found.best.step
    out.print(f"[bold]{name} × {step.chips:,}[/]  [bold]{found.model}[/]  {run.label().text(lang)}")
    out.print(Label("iteration {t} [{low} – {high}], {r} tokens/s a chip, MFU {m}",
                    "每次迭代{t} [{low} – {high}]，每芯片{r} 词元/秒，MFU {m}").format(
        t=time_text(step.seconds), low=time_text(step.low), high=time_text(step.high),
        r=three(step.tokens_per_second_per_chip), m=f"{step.mfu:.1%}").text(lang), markup=False)


def _frontier(rows: Sequence[Row], lang: str, out: Any) -> None:
    """Print the ways that no other beats in both speed and throughput, thinned to what a screen holds."""
    from rich import box
    from rich.table import Table

    title = Label("no other way is both faster and cheaper:", "无其他方案能同时更快且更省：").text(lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), title=title, title_justify="left")
    for n, head in enumerate((Label("split", "划分"), Label("format", "格式"), Label("in flight", "并发"),
                              Label("TTFT", "TTFT"), Label("TPOT", "TPOT"), Label("tokens/s a chip", "每芯片词元/秒"))):
        table.add_column(head.text(lang), justify="left" if n < 2 else "right", no_wrap=n >= 2)
    for row in thinned(rows):
        table.add_row(split_words({n: getattr(row, n) for n in ("tp", "pp", "dp", "ep")}) or "–", row.precision,
                      f"{row.concurrency:,}", time_text(row.ttft_s), time_text(row.tpot_s), three(row.per_chip))
    out.print(Fitting(table))


def search_rows(found: Search) -> list[dict[str, Any]]:
    """Return the best way as a row, with its replicas."""
    if not isinstance(found.best, Prediction):
        run, step = found.best.run, found.best.step
        return [{"goal": found.goal, "chip": found.chip, "model": found.model, **asdict(run.plan),
                 "micro_batch": run.micro_batch, "precision": run.precision, "iteration_s": step.seconds,
                 "iteration_low": step.low, "iteration_high": step.high, "mfu": step.mfu,
                 "tokens_per_s_per_chip": step.tokens_per_second_per_chip}]
    assert found.row is not None
    return [{"goal": found.goal, "replicas": found.row.replicas, **prediction_row(found.best)}]
