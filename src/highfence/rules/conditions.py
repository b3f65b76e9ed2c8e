"""Conditions of provisions: one form from which truth, vector code and explanation all come.

A condition is data (``{metric: tpp, at_least: tpp_a1}``). :mod:`highfence.rules.grammar` checks it once and returns a
tree of small nodes. Each node answers with true, false or None (unknown) on one case, with a boolean array on
many, and with a :class:`Finding` that shows its arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Protocol

from highfence.core.labels import Label
from highfence.core.quantities import format_quantity
from highfence.rules.case import Case, under
from highfence.rules.metrics import LAW_FLAGS, LAW_METRICS, PARAGRAPHS

Truth = bool | None
Test = Callable[[Case], Truth]
Arrays = dict[Any, Any]
ArrayTest = Callable[[Arrays, Any, bool], Any]
"""Boolean array from (columns, namespace, hopeful): what is missing (NaN) counts as met only if hopeful."""

OPERATORS = {"at_least": "≥", "above": ">", "below": "<", "at_most": "≤"}
_CONTRARY = {"at_least": "<", "above": "≤", "below": "≥", "at_most": ">"}


class Terms(Protocol):
    """What a condition needs to know of the law on one day."""

    def parameter(self, name: str) -> ParameterValue: ...
    def scope(self, name: str) -> frozenset[str] | None: ...
    def scope_title(self, name: str) -> Label: ...
    def named_list(self, name: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter on one day: ``value`` is a float, a bool, or None where nobody knows."""

    path: str
    value: float | bool | None
    since: str
    source: str
    at: str | None
    kind: str
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one condition came to in one case, with its arithmetic.

    Attributes
    ----------
    result : true, false or None (unknown).
    text : in words; ``arithmetic`` : with numbers, or empty.
    """

    result: Truth
    text: Label
    arithmetic: str = ""
    metric: str | None = None
    parameter: ParameterValue | None = None
    children: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        raw: dict[str, Any] = {"result": _word(self.result), "text": self.text.to_dict()}
        if self.arithmetic:
            raw["arithmetic"] = self.arithmetic
        if self.metric:
            raw["metric"] = self.metric
        if self.parameter:
            raw["parameter"] = {"path": self.parameter.path, "value": self.parameter.value,
                                "since": self.parameter.since, "source": self.parameter.source,
                                "at": self.parameter.at}
        if self.children:
            raw["children"] = [c.to_dict() for c in self.children]
        return raw


def _word(result: Truth) -> str:
    return "unknown" if result is None else "met" if result else "not met"


class Condition(Protocol):
    """A node of a condition."""

    def test(self, terms: Terms) -> Test: ...
    def array(self, terms: Terms) -> ArrayTest: ...
    def explain(self, case: Case, terms: Terms) -> Finding: ...
    def parts(self) -> Sequence[Condition]: ...


@dataclass(frozen=True, slots=True)
class Compare:
    """A metric against a dated parameter."""

    metric: str
    op: str
    limit: str

    def test(self, terms: Terms) -> Test:
        bound, get = terms.parameter(self.limit).value, attrgetter(self.metric)
        if bound is None:
            return lambda case: None
        if self.op == "at_least":
            return lambda case: None if (v := get(case)) is None else v >= bound
        if self.op == "above":
            return lambda case: None if (v := get(case)) is None else v > bound
        if self.op == "below":
            return lambda case: None if (v := get(case)) is None else v < bound
        return lambda case: None if (v := get(case)) is None else v <= bound

    def array(self, terms: Terms) -> ArrayTest:
        bound, name, op = terms.parameter(self.limit).value, self.metric, self.op

        def compare(arrays: Arrays, xp: Any, hopeful: bool) -> Any:
            values = arrays[name]
            met = (values >= bound if op == "at_least" else values > bound if op == "above" else
                   values < bound if op == "below" else values <= bound)
            return xp.logical_or(met, xp.isnan(values)) if hopeful else met

        return _once((name, op, bound), compare)

    def explain(self, case: Case, terms: Terms) -> Finding:
        limit, row = terms.parameter(self.limit), LAW_METRICS[self.metric]
        value, result = getattr(case, self.metric), self.test(terms)(case)
        shown = "?" if limit.value is None else format_quantity(float(limit.value), row.kind, 6)
        text = Label(f"{row.label.en} {OPERATORS[self.op]} {shown}", f"{row.label.zh} {OPERATORS[self.op]} {shown}")
        sign = "" if result is None else OPERATORS[self.op] if result else _CONTRARY[self.op]
        left = "unknown" if value is None else format_quantity(value, row.kind, 6)
        return Finding(result, text, f"{left} {sign} {shown}" if sign else left, self.metric, limit)

    def parts(self) -> Sequence[Condition]:
        return ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A yes-or-no fact."""

    name: str
    expected: bool

    def test(self, terms: Terms) -> Test:
        name, expected = self.name, self.expected
        return lambda case: None if (v := case.flags.get(name)) is None else v is expected

    def array(self, terms: Terms) -> ArrayTest:
        name, expected = self.name, self.expected

        def look(arrays: Arrays, xp: Any, hopeful: bool) -> Any:
            return arrays[name] if expected else xp.logical_not(arrays[name])

        return look

    def explain(self, case: Case, terms: Terms) -> Finding:
        label, result = LAW_FLAGS[self.name].label, self.test(terms)(case)
        text = label if self.expected else Label(f"not {label.en}", f"非{label.zh}")
        return Finding(result, text, metric=self.name)

    def parts(self) -> Sequence[Condition]:
        return ()


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter that is itself true, false or unknown."""

    name: str

    def test(self, terms: Terms) -> Test:
        value = terms.parameter(self.name).value
        truth = None if value is None else bool(value)
        return lambda case: truth

    def array(self, terms: Terms) -> ArrayTest:
        truth = bool(terms.parameter(self.name).value)
        return lambda arrays, xp, hopeful: truth

    def explain(self, case: Case, terms: Terms) -> Finding:
        setting = terms.parameter(self.name)
        return Finding(self.test(terms)(case), setting.label or Label(self.name, self.name), parameter=setting)

    def parts(self) -> Sequence[Condition]:
        return ()


@dataclass(frozen=True, slots=True)
class Member:
    """Whether something about the transaction is in a dated set of places or in a list of words."""

    what: str
    words: tuple[str, ...] = ()
    scope: str | None = None

    def _set(self, terms: Terms) -> frozenset[str] | None:
        if self.scope is None:
            return frozenset(self.words)
        return terms.named_list(self.scope) if self.what == "end_user" else terms.scope(self.scope)

    def test(self, terms: Terms) -> Test:
        members, what = self._set(terms), self.what
        if members is None:
            return lambda case: True
        if what == "headquarters":
            return lambda case: None if case.hq is None else case.hq in members or case.parent_hq in members
        if what == "headquarters_only":
            return lambda case: None if case.hq is None else case.hq in members and case.parent_hq in members
        get = attrgetter(READS[what])
        if what in _ABSENT_IS_NO:
            return lambda case: get(case) in members
        return lambda case: None if (v := get(case)) is None else v in members

    def array(self, terms: Terms) -> ArrayTest:
        raise NotImplementedError("conditions on the transaction are settled before rows are compared")

    def explain(self, case: Case, terms: Terms) -> Finding:
        result = self.test(terms)(case)
        what = _WORDS.get(self.what, Label(self.what.replace("_", " "), self.what))
        where = (terms.scope_title(self.scope) if self.scope else
                 Label(" or ".join(self.words), "或".join(self.words)))
        got = getattr(case, READS[self.what])
        if self.what.startswith("headquarters"):
            got = case.hq if case.hq == case.parent_hq else f"{case.hq}, {case.parent_hq}"
        return Finding(result, Label("{what}: {where}", "{what}：{where}").format(what=what, where=where),
                       f"{got or '–'} {'∈' if result else '∉' if result is False else '?'} {self.scope or '{…}'}")

    def parts(self) -> Sequence[Condition]:
        return ()


READS = {"destination": "destination", "destination_is": "destination", "headquarters": "hq",
          "headquarters_only": "hq", "exporter": "exporter", "transaction": "transaction", "end_user": "end_user",
          "end_use": "end_use", "listed": "listed", "vendor": "vendor", "named": "part_id",
          "designed_in": "designed_in", "item": "item"}
_ABSENT_IS_NO = {"end_user", "end_use", "listed", "named", "designed_in"}
_WORDS = {"destination": Label("destination in", "目的地属于"), "headquarters": Label("headquartered in", "总部位于"),
          "headquarters_only": Label("headquartered, with its parent, in", "总部及母公司均位于"),
          "exporter": Label("exported from", "出口自"), "destination_is": Label("destination", "目的地"),
          "transaction": Label("transaction", "交易类型"), "end_use": Label("end use", "最终用途"),
          "end_user": Label("end user among", "最终用户属于"), "listed": Label("listed", "列名情况"),
          "vendor": Label("maker", "厂商"), "named": Label("part named", "点名产品"),
          "designed_in": Label("designed in", "设计地")}


@dataclass(frozen=True, slots=True)
class Classified:
    """Whether the part (or the IC that it contains) falls under some paragraphs."""

    prefixes: tuple[str, ...]
    of_ic: bool

    def test(self, terms: Terms) -> Test:
        members = frozenset(p for p in PARAGRAPHS if any(under(p, prefix) for prefix in self.prefixes))
        if self.of_ic:
            return lambda case: None if (p := case.ic_paragraph) is None else p in members
        return lambda case: None if (p := case.paragraph) is None else p in members

    def array(self, terms: Terms) -> ArrayTest:
        raise NotImplementedError("paragraphs of contained ICs are found row by row")

    def explain(self, case: Case, terms: Terms) -> Finding:
        got = case.ic_paragraph if self.of_ic else case.paragraph
        names = ", ".join(self.prefixes)
        text = (Label(f"contains an IC of {names}", f"含{names}集成电路") if self.of_ic else
                Label(f"classified under {names}", f"归入{names}"))
        return Finding(self.test(terms)(case), text, got or "?")

    def parts(self) -> Sequence[Condition]:
        return ()


@dataclass(frozen=True, slots=True)
class CreatedBy:
    """Whether some provision that creates the requirement stands under one of some headings."""

    headings: tuple[str, ...]

    def test(self, terms: Terms) -> Test:
        headings = self.headings

        def created(case: Case) -> Truth:
            if any(h in address for address in case.created_by for h in headings):
                return True
            return None if any(h in address for address in case.undecided_by for h in headings) else False

        return created

    def array(self, terms: Terms) -> ArrayTest:
        raise NotImplementedError("requirements are found row by row")

    def explain(self, case: Case, terms: Terms) -> Finding:
        names = ", ".join(self.headings)
        return Finding(self.test(terms)(case), Label(f"required by {names}", f"要求出自{names}"))

    def parts(self) -> Sequence[Condition]:
        return ()


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold."""

    of: tuple[Condition, ...]

    def test(self, terms: Terms) -> Test:
        tests = [c.test(terms) for c in self.of]

        def every(case: Case) -> Truth:
            unknown = False
            for holds in tests:
                result = holds(case)
                if result is False:
                    return False
                unknown = unknown or result is None
            return None if unknown else True

        return every

    def array(self, terms: Terms) -> ArrayTest:
        return _once(self, _reduce([c.array(terms) for c in self.of], "logical_and"))

    def explain(self, case: Case, terms: Terms) -> Finding:
        found = tuple(c.explain(case, terms) for c in self.of)
        return Finding(self.test(terms)(case), Label("all of", "须同时满足"), children=found)

    def parts(self) -> Sequence[Condition]:
        return self.of


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must hold."""

    of: tuple[Condition, ...]

    def test(self, terms: Terms) -> Test:
        tests = [c.test(terms) for c in self.of]

        def some(case: Case) -> Truth:
            unknown = False
            for holds in tests:
                result = holds(case)
                if result:
                    return True
                unknown = unknown or result is None
            return None if unknown else False

        return some

    def array(self, terms: Terms) -> ArrayTest:
        return _once(self, _reduce([c.array(terms) for c in self.of], "logical_or"))

    def explain(self, case: Case, terms: Terms) -> Finding:
        found = tuple(c.explain(case, terms) for c in self.of)
        return Finding(self.test(terms)(case), Label("any of", "满足其一"), children=found)

    def parts(self) -> Sequence[Condition]:
        return self.of


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not hold."""

    of: Condition

    def test(self, terms: Terms) -> Test:
        holds = self.of.test(terms)
        return lambda case: None if (result := holds(case)) is None else not result

    def array(self, terms: Terms) -> ArrayTest:
        inner = self.of.array(terms)
        return lambda arrays, xp, hopeful: xp.logical_not(inner(arrays, xp, not hopeful))

    def explain(self, case: Case, terms: Terms) -> Finding:
        return Finding(self.test(terms)(case), Label("not", "不得"), children=(self.of.explain(case, terms),))

    def parts(self) -> Sequence[Condition]:
        return (self.of,)


def _reduce(tests: Sequence[ArrayTest], name: str) -> ArrayTest:
    def combined(arrays: Arrays, xp: Any, hopeful: bool) -> Any:
        combine = getattr(xp, name)
        total = tests[0](arrays, xp, hopeful)
        for one in tests[1:]:
            total = combine(total, one(arrays, xp, hopeful))
        return total

    return combined


def _once(key: Any, test: ArrayTest) -> ArrayTest:
    """Work a test out once a set of rows, however many provisions share it."""
    def kept(arrays: Arrays, xp: Any, hopeful: bool) -> Any:
        found = arrays.get((key, hopeful))
        if found is None:
            found = arrays[key, hopeful] = test(arrays, xp, hopeful)
        return found

    return kept


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and everything inside it."""
    yield condition
    for part in condition.parts():
        yield from walk(part)
