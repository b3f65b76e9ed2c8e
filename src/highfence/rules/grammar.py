"""The grammar of conditions: from checked YAML to the nodes of :mod:`highfence.rules.conditions`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from highfence.core.errors import InputError, did_you_mean
from highfence.rules.conditions import (
    OPERATORS,
    READS,
    AllOf,
    AnyOf,
    Classified,
    Compare,
    Condition,
    CreatedBy,
    Flag,
    Member,
    Not,
    Setting,
)
from highfence.rules.metrics import END_USES, ITEMS, LAW_FLAGS, LAW_METRICS, LISTED, PARAGRAPHS, TRANSACTIONS


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that a file of law may use."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    scopes: Mapping[str, Any] = field(default_factory=dict)
    lists: Mapping[str, Any] = field(default_factory=dict)


_WORD_LISTS: dict[str, tuple[str, ...]] = {"transaction": TRANSACTIONS, "end_use": END_USES, "listed": LISTED,
                                           "paragraph": PARAGRAPHS, "contains": PARAGRAPHS, "item": ITEMS}
_SCOPED = {"destination", "headquarters", "headquarters_only", "designed_in"}


def read_condition(raw: Any, known: Vocabulary, where: str) -> Condition:
    """Return a checked condition.

    Raises
    ------
    InputError : an unknown word, metric, flag, parameter, scope or list.
    """
    if not isinstance(raw, Mapping) or not raw:
        raise InputError("a condition is a mapping", where=where, got=raw, example="{metric: tpp, at_least: tpp_a1}")
    if "metric" in raw:
        return _read_compare(raw, known, where)
    if "flag" in raw:
        _check(raw, {"flag", "is"}, where)
        name = _one_of(raw["flag"], LAW_FLAGS, "flag", where)
        if not isinstance(raw.get("is", True), bool):
            raise InputError("not true or false", where=f"{where}: is", got=raw["is"], example="false")
        return Flag(name, raw.get("is", True) is True)
    if len(raw) != 1:
        raise InputError("one key only", where=where, got=sorted(raw))
    (word, value), = raw.items()
    if word in {"all", "any"}:
        if not isinstance(value, Sequence) or isinstance(value, str) or not value:
            raise InputError(f"{word} takes a list", where=where, got=value)
        nodes = tuple(read_condition(v, known, f"{where}.{word}[{i}]") for i, v in enumerate(value))
        return AllOf(nodes) if word == "all" else AnyOf(nodes)
    if word == "not":
        return Not(read_condition(value, known, f"{where}.not"))
    if word == "parameter":
        return Setting(_one_of(value, known.parameters, "parameter", where))
    if word in {"paragraph", "contains"}:
        return Classified(_words(word, value, where), word == "contains")
    if word == "created_by":
        return CreatedBy(_words(word, value, where))
    if word not in READS:
        raise InputError("unknown word in a condition", where=where, got=word,
                         hint=did_you_mean(str(word), [*READS, "all", "any", "not", "metric", "flag", "paragraph"]))
    if isinstance(value, str):
        table = known.lists if word == "end_user" else known.scopes
        return Member(word, scope=_one_of(value, table, "list" if word == "end_user" else "scope", where))
    if word in _SCOPED:
        raise InputError(f"{word} names a scope", where=where, got=value)
    return Member(word, words=_words(word, value, where))


def _read_compare(raw: Mapping[str, Any], known: Vocabulary, where: str) -> Compare:
    ops = [k for k in raw if k != "metric"]
    if len(ops) != 1 or ops[0] not in OPERATORS:
        raise InputError("a comparison has one operator", where=where, got=ops, expected=", ".join(OPERATORS))
    metric = _one_of(raw["metric"], LAW_METRICS, "metric", where)
    return Compare(metric, ops[0], _one_of(raw[ops[0]], known.parameters, "parameter", where))


def _one_of(name: Any, table: Mapping[str, Any], what: str, where: str) -> str:
    if not isinstance(name, str) or name not in table:
        raise InputError(f"unknown {what}", where=where, got=name, hint=did_you_mean(str(name), table))
    return name


def _words(word: str, value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InputError(f"{word} takes a list", where=where, got=value)
    allowed = _WORD_LISTS.get(word)
    for item in value:
        if allowed and item not in allowed:
            raise InputError(f"unknown {word}", where=where, got=item, hint=did_you_mean(str(item), allowed))
    return tuple(map(str, value))


def _check(raw: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in raw:
        if name not in known:
            raise InputError("unknown field", where=where, got=name, hint=did_you_mean(str(name), known))
