"""A prediction as a person reads it in a terminal: the answer, what it rests on, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from highfence.cli.fitting import Fitting
from highfence.cli.perf_words import (
    STEP_ZH,
    basis,
    evidence_words,
    gigabytes,
    split_words,
    three,
    time_text,
    time_unit,
    tokens_text,
    with_interval,
    word,
)
from highfence.core.labels import Label
from highfence.perf.inference.roofline import Roofline
from highfence.perf.prediction import BOUND_ZH, Prediction, StepTime
from highfence.perf.train.plan import RECOMPUTE_ZH
from highfence.perf.train.run import TrainingRun

LEAST_SHARE = 0.001
"""Share of a step below which an operator is not shown."""


def show_prediction(answer: Prediction, drawn: Roofline | None, lang: str, out: Any) -> None:
    """Print a prediction, and why if its roofline is given."""
    _head(out, _on(answer.name, answer.chips, answer.split, lang), answer.model,
          [answer.precision, f"KV {answer.cache}", answer.software])
    asked = Label("{i} tokens in, {o} out, {c} requests in flight; {how}",
                  "输入{i}词元，输出{o}，并发{c}；{how}").format(
        i=three(answer.prompt), o=three(answer.output), c=three(answer.concurrency), how=basis(answer.arrivals, lang))
    out.print(asked.text(lang), style="dim")
    out.print(_times(answer, lang))
    _grid(out, _served_lines(answer, lang))
    _warn(out, answer.warnings, lang)
    if drawn is not None:
        _why(answer.steps, drawn, lang, out)


def _on(name: str, chips: int, split: Any, lang: str) -> str:
    words = split_words(split, lang)
    return f"{name} × {chips:,}" + (f" ({words})" if words else "")


def _head(out: Any, on: str, model: str, how: list[str]) -> None:
    from rich.text import Text

    out.print(Text.assemble((on, "bold"), "  ", (model, "bold"), "  ", (" · ".join(how), "")))


def _warn(out: Any, warnings: Iterable[Label], lang: str) -> None:
    for warning in warnings:
        out.print(f"! {warning.text(lang)}", style="yellow", markup=False)


def _times(answer: Prediction, lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0))
    for n, head in enumerate((Label("", ""), Label("mean", "均值"), Label("80 % interval", "80%区间"),
                              Label("p50", "p50"), Label("p99", "p99"))):
        table.add_column(head.text(lang), justify="left" if n == 0 else "right", no_wrap=True)
    for label, value, p50, p99 in (
            (Label("time to first token", "首词元时间TTFT"), answer.ttft, answer.ttft_p50, answer.ttft_p99),
            (Label("time per output token", "每词元时间TPOT"), answer.tpot, answer.tpot_p50, answer.tpot_p99),
            (Label("whole request", "整个请求"), answer.latency, None, None)):
        unit, size = time_unit(value.value)
        mean, interval = with_interval(value).split(" [")
        table.add_row(label.text(lang), mean, f"\\[{interval}", *(
            "" if quantile is None else f"{three(quantile / size)} {unit}" for quantile in (p50, p99)))
    return Fitting(table)


def _grid(out: Any, lines: Iterable[tuple[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for label, text in lines:
        grid.add_row(label, Text(text))
    out.print(grid)


def _served_lines(answer: Prediction, lang: str) -> Iterable[tuple[str, str]]:
    def row(en: str, zh: str, text: str | Label) -> tuple[str, str]:
        return Label(en, zh).text(lang), text if isinstance(text, str) else text.text(lang)

    yield row("output", "输出", with_interval(answer.throughput, lang))
    yield row("  per chip", "  每芯片", with_interval(answer.per_chip, lang))
    yield row("requests", "请求", f"{three(answer.requests_per_s)} /s")
    m = answer.memory
    yield row("memory a chip", "每芯片显存", Label(
        "weights {w} + cache {c} of {u}; room for {n} sequences", "权重{w} + 缓存{c}，可用{u}；可容纳{n}个序列").format(
            w=gigabytes(m.weights), c=gigabytes(m.cache), u=gigabytes(m.usable),
            n=three(float(int(m.sequences * answer.split["dp"])))))
    if answer.waiting_s > 0.0:
        yield row("waiting", "排队等待", Label("{t} of TTFT; {n} requests run at once",
                                            "TTFT中占{t}；同时运行{n}个请求").format(
            t=time_text(answer.waiting_s), n=three(answer.running)))
    if answer.power is not None and answer.energy is not None:
        yield row("power a chip", "每芯片功率", with_interval(answer.power))
        yield row("energy", "能耗", with_interval(answer.energy, lang, "J a token"))
    else:
        yield row("power", "功率", Label("not published", "未公布"))
    for step in answer.steps:
        yield row(f"{step.kind} step", f"{STEP_ZH.get(step.kind, step.kind)}步", Label(
            "{t}, mostly bound by {b}", "{t}，主要受限于{b}").format(
                t=time_text(step.seconds), b=word(step.bound(), BOUND_ZH, lang)))
    others = answer.tpot.value - answer.steps[0].seconds
    if others > 0.005 * answer.tpot.value:
        yield row("others' prompts", "他人预填充", Label("{t} of TPOT: steps that also work on prompts",
                                                    "TPOT中占{t}：与预填充同批的步").format(t=time_text(others)))
    yield row("statistic", "统计口径", basis(answer.statistic, lang))
    yield row("evidence", "证据", evidence_words(answer.evidence, answer.grade, lang))


def _why(steps: tuple[StepTime, ...], drawn: Roofline, lang: str, out: Any) -> None:
    """Print each step's operators as a tree, and the roofline below."""
    from rich.console import Group
    from rich.tree import Tree

    from highfence.cli.roofline_view import letters_of, text_roofline

    letters = letters_of(drawn)
    root = Tree(Label("why", "理由").text(lang))
    for step in steps:
        title = Label("{k} step of {n} tokens a rank: {t}", "{k}步，每组{n}词元：{t}").format(
            k=word(step.kind, STEP_ZH, lang), n=three(step.tokens), t=time_text(step.seconds)).text(lang)
        root.add(Group(f"[bold]{title}[/]", _operators(step, drawn, letters, lang)))
    out.print(root)
    out.print(text_roofline(drawn, letters, lang, min(out.width, 100)), markup=False)


def _operators(step: StepTime, drawn: Roofline, letters: dict[tuple[str, str], str], lang: str) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for head, justify in ((Label("", ""), "left"), (Label("operator", "算子"), "left"), (Label("ms", "ms"), "right"),
                          (Label("share", "占比"), "right"), (Label("bound by", "受限于"), "left"),
                          (Label("FLOP/B", "FLOP/B"), "right"), (Label("of roof", "占上限"), "right")):
        table.add_column(head.text(lang), justify=justify, no_wrap=True)  # type: ignore[arg-type]
    points = {(p.step, p.operator): p for p in drawn.points}
    for o in step.operators:
        if o.share < LEAST_SHARE:
            continue
        point = points.get((step.kind, o.name))
        table.add_row(letters.get((step.kind, o.name), ""), operator_word(o.name, lang), three(o.seconds * 1e3),
                      f"{o.share:.1%}", word(o.bound, BOUND_ZH, lang), three(point.intensity) if point else "",
                      f"{point.rate / point.roof(drawn.bandwidth):.0%}" if point else "")
    return Fitting(table)


def operator_word(name: str, lang: str) -> str:
    """Return an operator's name in a language; English needs no look-up."""
    if lang == "en":
        return name
    from highfence.report.roofline import operator_name

    return operator_name(name, lang)


def prediction_row(answer: Prediction) -> dict[str, Any]:
    """Return a prediction as one row; times in milliseconds as in bulk, latency in seconds."""
    def ends(name: str, value: Any, scale: float = 1.0) -> dict[str, Any]:
        return {f"{name}_low": value.low * scale, f"{name}_high": value.high * scale} if value else {}

    power, energy = answer.power, answer.energy
    row = {"chip": answer.chip, "model": answer.model, "software": answer.software, "precision": answer.precision,
           "cache": answer.cache, **answer.split, "chips": answer.chips, "input": answer.prompt,
           "output": answer.output, "concurrency": answer.concurrency, "running": answer.running,
           "ttft_ms": answer.ttft.value * 1e3, "tpot_ms": answer.tpot.value * 1e3, **ends("ttft", answer.ttft, 1e3),
           **ends("tpot", answer.tpot, 1e3), "latency_s": answer.latency.value,
           "ttft_p50_ms": answer.ttft_p50 * 1e3, "ttft_p99_ms": answer.ttft_p99 * 1e3,
           "tpot_p50_ms": answer.tpot_p50 * 1e3, "tpot_p99_ms": answer.tpot_p99 * 1e3,
           "tokens_per_s": answer.throughput.value, **ends("tokens_per_s", answer.throughput),
           "tokens_per_s_per_chip": answer.per_chip.value, "requests_per_s": answer.requests_per_s,
           "weights_gb": answer.memory.weights / 1e9, "cache_gb": answer.memory.cache / 1e9,
           "power_w": power.value if power else None, "energy_j_per_token": energy.value if energy else None,
           "evidence": answer.evidence, "grade": answer.grade}
    return {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in row.items()}


def show_training(run: TrainingRun, why: bool, lang: str, out: Any) -> None:
    """Print a training run."""
    again = Label(f"recompute {run.recompute}", f"重计算：{RECOMPUTE_ZH[run.recompute]}").text(lang)
    _head(out, _on(run.name, run.chips, run.split, lang), run.model,
          [run.precision, run.software, f"ZeRO {run.zero}", again])
    asked = Label("{b} sequences of {s} tokens an iteration, {m} a pass",
                  "每次迭代{b}个序列，每序列{s}词元，微批{m}").format(
        b=f"{run.batch:,}", s=f"{run.sequence:,}", m=run.micro_batch)
    out.print(asked.text(lang), style="dim")
    _grid(out, _training_lines(run, lang))
    _warn(out, run.warnings, lang)
    if why:
        _training_why(run, lang, out)


def _training_lines(run: TrainingRun, lang: str) -> Iterable[tuple[str, str]]:
    def row(en: str, zh: str, text: str | Label) -> tuple[str, str]:
        return Label(en, zh).text(lang), text if isinstance(text, str) else text.text(lang)

    yield row("iteration", "每次迭代", with_interval(run.iteration))
    yield row("tokens a chip", "每芯片训练", with_interval(run.per_chip, lang))
    yield row("MFU (HFU)", "MFU（HFU）", f"{run.mfu:.1%} ({run.hfu:.1%})")
    if run.duration is not None and run.tokens is not None:
        yield row("to train on", "训练量", Label("{n} tokens: {t}, without restarts and evaluations",
                                              "{n}词元：{t}，不含重启与评估").format(
            n=tokens_text(run.tokens), t=with_interval(run.duration, lang)))
    whole = run.iteration.value
    spent = ", ".join(f"{word(bound, BOUND_ZH, lang)} {seconds / whole:.0%}"
                      for bound, seconds in run.step.by_bound.items())
    yield row("time by bound", "时间构成", spent)
    yield row("pipeline idles", "流水线空闲", f"{run.bubble_share:.1%}")
    m = run.step.memory
    parts = ((Label("weights", "权重"), m.weights), (Label("gradients", "梯度"), m.gradients),
             (Label("optimizer", "优化器"), m.optimizer), (Label("activations", "激活"), m.activations),
             (Label("logits", "logits"), m.logits), (Label("reserved", "预留"), m.reserved))
    yield row("memory a chip", "每芯片显存", Label("{t} of {c}: {p}", "{t}，共{c}：{p}").format(
        t=gigabytes(m.total), c=gigabytes(run.step.capacity),
        p=", ".join(f"{label.text(lang)} {three(v / 1e9)}" for label, v in parts if v >= 5e7)))
    yield row("energy", "能耗", Label("not published", "未公布") if run.energy is None else Label(
        f"{three(run.energy)} J a token", f"{three(run.energy)} J/词元"))
    yield row("statistic", "统计口径", Label("mean of whole iterations; 80 % interval in brackets",
                                          "完整迭代的均值；括号内为80%区间"))
    yield row("evidence", "证据", evidence_words(run.evidence, run.grade, lang))


def _training_why(run: TrainingRun, lang: str, out: Any) -> None:
    """Print the operators of one iteration as a tree by what bounds them."""
    from rich.tree import Tree

    root = Tree(Label("one iteration, slowest stage", "一次迭代，最慢的流水级").text(lang))
    whole = run.iteration.value
    for bound, seconds in sorted(run.step.by_bound.items(), key=lambda pair: -pair[1]):
        if seconds <= 0.0:
            continue
        node = root.add(f"[bold]{word(bound, BOUND_ZH, lang)}[/] {time_text(seconds)}, {seconds / whole:.1%}")
        for o in sorted(run.step.operators, key=lambda o: -o.whole):
            if _bound_of(o) == bound and o.whole >= LEAST_SHARE * whole:
                node.add(f"{operator_word(o.name, lang)}  {time_text(o.whole)}, {o.whole / whole:.1%}")
    out.print(root)


def _bound_of(operator: Any) -> str:
    from highfence.perf.train.iteration import seconds_by_bound

    found = seconds_by_bound((operator,))
    return max(found, key=lambda bound: found[bound])


def training_row(run: TrainingRun) -> dict[str, Any]:
    """Return a training run as one row."""
    row = {"chip": run.chip, "model": run.model, "software": run.software, "precision": run.precision, **run.split,
           "chips": run.chips, "zero": run.zero, "recompute": run.recompute, "interleave": run.interleave,
           "batch": run.batch, "sequence": run.sequence, "micro_batch": run.micro_batch,
           "iteration_s": run.iteration.value, "iteration_low": run.iteration.low, "iteration_high": run.iteration.high,
           "tokens_per_s_per_chip": run.per_chip.value, "mfu": run.mfu, "hfu": run.hfu, "tokens": run.tokens,
           "days": run.duration.value / 86400 if run.duration else None,
           "days_low": run.duration.low / 86400 if run.duration else None,
           "days_high": run.duration.high / 86400 if run.duration else None,
           "memory_gb": run.step.memory.total / 1e9, "energy_j_per_token": run.energy, "evidence": run.evidence,
           "grade": run.grade}
    return {name: float(f"{value:.6g}") if isinstance(value, float) else value for name, value in row.items()}
