"""The working behind a verdict: margins, trace, open questions and sources, made only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from highfence.catalogue import catalogue
from highfence.core.facts import Source
from highfence.core.labels import Label
from highfence.core.quantities import human_scale
from highfence.rules.case import Case
from highfence.rules.conditions import OPERATORS, Compare, Member, walk
from highfence.rules.engine import Decision
from highfence.rules.law import Active, LawOnDay
from highfence.rules.metrics import LAW_METRICS
from highfence.rules.question import Question
from highfence.rules.verdict import Details, Margin, Reference, TraceStep

_ASKED_OF_CHIPS = ("tpp", "logic_die_area", "io_bandwidth", "dram_bandwidth")
_ASKED_OF_MEMORY = ("memory_bandwidth_density",)
_MARGIN_LAYERS = ("classification", "requirement", "exception", "review", "duty")
_TRACE_LAYERS = ("classification", "jurisdiction", "requirement", "exception", "review", "enforcement", "duty",
                 "measure")


def reference(active: Active) -> Reference:
    """Return a provision as it is cited."""
    provision, era = active.provision, active.era
    return Reference(provision.address, provision.id, provision.title, era.says, provision.citation, era.evidence,
                     era.source, era.first.isoformat())


class Working(Details):
    """Everything that a verdict can show on demand."""

    def __init__(self, today: LawOnDay, question: Question, case: Case, decision: Decision) -> None:
        self._today, self._question, self._case, self._decision = today, question, case, decision

    def margins(self) -> tuple[Margin, ...]:
        """Return the signed distance to every line of the day that concerns this kind of item."""
        return self._margins

    @cached_property
    def _margins(self) -> tuple[Margin, ...]:
        found: dict[tuple[str, float, str], Margin] = {}
        for active in self._relevant(_MARGIN_LAYERS):
            for node in walk(active.era.when):
                if isinstance(node, Compare) and self._concerns(node.metric):
                    margin = self._margin(active, node)
                    if margin is not None:
                        found.setdefault((margin.metric, margin.line, margin.provision), margin)
        return tuple(found.values())

    def _concerns(self, metric: str) -> bool:
        """Whether a line is about this kind of item, and about a number that the part has."""
        of_memory = metric == "memory_bandwidth_density"
        return not LAW_METRICS[metric].given and of_memory == (self._case.item == "hbm")

    def _margin(self, active: Active, node: Compare) -> Margin | None:
        limit = active.terms.parameter(node.limit)
        if limit.value is None:
            return None
        row = LAW_METRICS[node.metric]
        unit, scale = human_scale(row.kind)
        line = float(limit.value) / scale
        value, low, high = self._value(node.metric)
        v, lo, hi = (None if x is None else x / scale for x in (value, low, high))
        return Margin(
            active.provision.id, node.metric, row.label, OPERATORS[node.op], line, unit, v,
            None if v is None else v - line, None if v is None or not line else (v - line) / line * 100,
            None if lo is None else lo - line, None if hi is None else hi - line, node.test(active.terms)(self._case),
            limit.path, limit.source, active.provision.reported)

    def _value(self, metric: str) -> tuple[float | None, float | None, float | None]:
        part = self._question.part
        if metric == "performance_density" and part.input("logic_die_area").value:
            tpp, area = part.input("tpp"), part.input("logic_die_area")
            if tpp.value is None or area.value is None:
                return None, None, None
            return tpp.value / area.value, tpp.low / area.high, tpp.high / area.low if area.low else None
        if metric == "dram_plus_io":
            a, b = part.input("dram_bandwidth"), part.input("io_bandwidth")
            return (None, None, None) if a.value is None or b.value is None else (
                a.value + b.value, a.low + b.low, _finite(a.high + b.high))
        known = part.input("tpp" if metric == "bits_x_tops" else metric)
        return known.value, (known.low if known.value is not None else None), _finite(known.high)

    def trace(self) -> tuple[TraceStep, ...]:
        """Return every provision of the day, clause by clause."""
        return self._trace

    @cached_property
    def _trace(self) -> tuple[TraceStep, ...]:
        return tuple(TraceStep(a.provision.layer, reference(a), a.test(self._case),
                               a.era.when.explain(self._case, a.terms)) for a in self._relevant(_TRACE_LAYERS))

    def _relevant(self, layers: tuple[str, ...]) -> Iterator[Active]:
        """Yield provisions about this kind of item, or about the IC that it contains."""
        item = self._case.item
        items = {item, "ic"} if item in {"assembly", "computer", "software", "technology"} else {item}
        importing = self._case.transaction == "import"
        for layer in layers:
            if importing and layer in {"requirement", "exception", "review"}:
                continue
            for active in self._today.layers[layer]:
                if layer != "classification" or active.provision.items & items:
                    yield active

    def open_questions(self) -> tuple[Label, ...]:
        """Return what is assumed, contested, reported or unknown and bears on the answer."""
        return tuple(dict.fromkeys((*self._about_part(), *self._about_law())))

    def _about_part(self) -> Iterator[Label]:
        part = self._question.part
        names = {"logic_die_area": Label("logic die area", "逻辑裸片面积"),
                 **{n: m.label for n, m in LAW_METRICS.items()}}
        for name in _ASKED_OF_MEMORY if self._case.item == "hbm" else _ASKED_OF_CHIPS:
            known, label = part.input(name), names[name]
            if known.value is None:
                yield Label(f"{label.en}: not published", f"{label.zh}：未公布")
            elif not known.known:
                yield Label(f"{label.en}: published values differ, or are incomplete",
                            f"{label.zh}：公布数值不一致或不完整")
            elif known.grade == "assumed":
                note = next((f.note for f in known.facts if f.note), None)
                yield Label(f"{label.en} is assumed{': ' + note.en if note else ''}",
                            f"{label.zh}为假定值{'：' + note.zh if note else ''}")
        if part.datacenter is None and self._case.item != "hbm":
            yield Label("whether it is designed or marketed for data centres is not settled",
                        "是否为数据中心设计或销售未定")

    def _about_law(self) -> Iterator[Label]:
        for active in (*self._decision.created_by, *self._decision.undecided):
            if active.era.open_question:
                yield active.era.open_question
        for active in self._relevant(("classification",)):
            undecided = self._decision.paragraph is None and active.test(self._case) is None
            if active.era.open_question and (undecided or active is self._decision.classified_by):
                yield active.era.open_question
        if self._decision.subject_by is not None:
            question = self._decision.subject_by.era.open_question
            if question:
                yield question
        yield from self._about_places()

    def _about_places(self) -> Iterator[Label]:
        law = self._today.law
        places = dict.fromkeys((self._case.destination, self._case.hq, self._case.parent_hq))
        scopes = {n.scope for a in self._relevant(("requirement",)) for n in walk(a.era.when)
                  if isinstance(n, Member) and n.scope in law.scopes}
        for name in sorted(str(s) for s in scopes):
            for here in law.scopes[name].doubtful(law.groups, self._today.day).intersection(places):
                yield Label(f"the Country Group membership of {here} could not be verified for every day",
                            f"{here}的国家组归属无法逐日核实")

    def sources(self) -> tuple[Source, ...]:
        """Return the sources of every provision that decided and every fact that was read."""
        law = self._today.law
        decided = [self._decision.classified_by, *self._decision.created_by, *self._decision.undecided,
                   self._decision.subject_by]
        ids = [a.era.source for a in decided if a is not None]
        ids += [m.source for m in self.margins()]
        ids += [a.era.source for layer in ("enforcement", "measure", "review") for a in self._today.layers[layer]
                if a.test(self._case)]
        found = {id: law.sources[id] for id in dict.fromkeys(ids) if id in law.sources}
        facts = [f.source for known in self._question.part.inputs.values() for f in known.facts]
        for id in dict.fromkeys(facts):
            if id and id not in found:
                found[id] = catalogue().source(id)
        return tuple(found.values())


def _finite(value: float | None) -> float | None:
    return None if value is None or value == float("inf") else value
