"""Turn what a caller asks into a part and a case, with a warning for everything that was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from highfence.catalogue import catalogue
from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.quantities import parse_quantity
from highfence.rules.case import Case
from highfence.rules.law import HORIZON, Law, LawOnDay
from highfence.rules.metrics import (
    END_USES,
    ITEMS,
    LAW_FLAGS,
    LAW_METRICS,
    LISTED,
    NOT_CLAIMED,
    NOT_SAID,
    TRANSACTIONS,
)
from highfence.rules.parts import Part, part_of_chip, part_of_memory

_GIVEN = {**{n: m for n, m in LAW_METRICS.items() if m.given}, **{n: f for n, f in LAW_FLAGS.items() if f.given}}


class _Omitted(str):
    """``"US"`` as a default that can be told from ``"US"`` as an answer."""

    __slots__ = ()


US_BY_DEFAULT = _Omitted("US")


@dataclass(frozen=True, slots=True)
class Question:
    """A part, the case that it makes, and what had to be filled in."""

    part: Part
    case: Case
    day: date
    asked: Mapping[str, Any]
    warnings: tuple[Label, ...]


def find_part(chip: Any, item: str) -> Part:
    """Return the part that a caller means: a catalogue name, a sheet (mapping or file), or a Part.

    Raises
    ------
    InputError : an unknown name, or a sheet that cannot be read.
    """
    if isinstance(chip, Part):
        return chip
    if isinstance(chip, Mapping):
        from highfence.rules.sheet import part_of_sheet

        return part_of_sheet(chip)
    if isinstance(chip, Path) or (isinstance(chip, str) and chip.endswith((".yaml", ".yml"))):
        from highfence.rules.sheet import read_sheet

        return read_sheet(chip)
    if item == "hbm":
        return part_of_memory(catalogue().memory(chip).id)
    return _chip_or_system(chip, item)


def _chip_or_system(name: str, item: str) -> Part:
    """Return a chip, or the chip that a named server, rack or cluster is built of."""
    system = None if catalogue().find_chip(name) else catalogue().find_system(name)
    if system is None:
        return part_of_chip(catalogue().chip(name).id)
    if item == "ic":
        raise InputError("this is a system, not an integrated circuit", got=name, where="chip",
                         hint=f"ask with --item computer, or name its chip, {system.chip}")
    return replace(part_of_chip(system.chip), name=system.name)


def ask(
    law: Law, chip: Any, *, to: str, on: str | date, hq: str | None, parent_hq: str | None, end_user: str | None,
    end_use: str | None, listed: str | None, exporter: str, reexport_from: str | None, transaction: str, item: str,
    datacenter: bool | None, conditions: Mapping[str, Any] | None,
) -> Question:
    """Read every argument of a question, strictly.

    Raises
    ------
    InputError : an unknown word, place, condition or day.
    """
    day = parse_day(on, "--on")
    today = law.on(day)
    _check_words(transaction, item, listed, end_use, end_user, datacenter)
    if reexport_from and transaction == "export":
        transaction = "reexport"
    part = find_part(chip, item)
    if datacenter is not None and datacenter is not part.datacenter:
        part = _with_datacenter(part, datacenter)
    warnings: list[Label] = []
    place = law.gazetteer.code
    destination = place(to)
    if transaction == "import" and destination != "US":
        raise InputError("an import is into the United States here", where="--to", got=to, expected="US",
                         hint="leave out --transaction for a shipment to another place")
    hq = place(hq, "--hq") if hq else _same_as_destination(destination, transaction, warnings)
    parent = place(parent_hq, "--parent-hq") if parent_hq else hq
    origin = _exporter(law, part, destination, exporter, reexport_from, transaction, warnings)
    if day > HORIZON:
        warnings.append(Label(
            f"The public record was read to {HORIZON}; a later rule, a court or a truce may have changed this.",
            f"公开记录查至{HORIZON}；此后的规则、判决或休战安排可能已改变结果。"))
    given = read_conditions(conditions)
    case = _case(part, given, {
        "destination": destination, "hq": hq, "parent_hq": parent, "exporter": origin, "transaction": transaction,
        "item": item, "end_use": end_use, "end_user": end_user.casefold() if end_user else None, "listed": listed,
        "vendor": part.vendor, "part_id": part.id, "designed_in": part.designed_in}, today)
    asked = {"to": destination, "on": day.isoformat(), "hq": hq, "parent_hq": parent, "end_user": end_user,
             "end_use": end_use, "listed": listed, "exporter": origin, "transaction": transaction, "item": item,
             "datacenter": part.datacenter, "reexport_from": reexport_from, "conditions": dict(given),
             "overlay": list(law.overlays)}
    return Question(part, case, day, asked, tuple(warnings))


def _check_words(transaction: Any, item: Any, listed: Any, end_use: Any, end_user: Any, datacenter: Any) -> None:
    _one_of(transaction, TRANSACTIONS, "--transaction")
    _one_of(item, ITEMS, "--item")
    if listed is not None:
        _one_of(listed, LISTED, "--listed")
    if end_use is not None:
        _one_of(end_use, END_USES, "--end-use")
    if datacenter is not None and not isinstance(datacenter, bool):
        raise InputError("not yes or no", where="--datacenter", got=datacenter, expected="True or False")
    if end_user is not None and not isinstance(end_user, str):
        raise InputError("an end user is a name", where="--end-user", got=end_user, example="G42")


def read_conditions(raw: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the stated conditions: flags as booleans, quantities in the unit inside.

    Raises
    ------
    InputError : a name that no provision asks for, or a value of the wrong kind.
    """
    given: dict[str, Any] = {}
    if raw is not None and not isinstance(raw, Mapping):
        raise InputError("conditions are a mapping", where="conditions", got=raw, example='{"certified": True}')
    for name, value in (raw or {}).items():
        if name not in _GIVEN:
            raise InputError("no provision asks for this condition", where="conditions", got=name,
                             expected=", ".join(sorted(_GIVEN)), hint=did_you_mean(str(name), _GIVEN),
                             code="unknown-condition")
        given[name] = _given_value(name, value)
    return given


def _given_value(name: str, value: Any) -> bool | float:
    if name in LAW_FLAGS:
        word = value if isinstance(value, bool) else _BOOLEANS.get(str(value).casefold())
        if word is None:
            raise InputError("not yes or no", where=f"conditions: {name}", got=value, expected="true or false",
                             example="true")
        return word
    kind = LAW_METRICS[name].kind
    amount = parse_quantity(value, kind, f"conditions: {name}")
    if kind == "share" and amount > 1 and name != "us_volume_share":
        raise InputError("more than the whole", where=f"conditions: {name}", got=value, expected="0 % to 100 %",
                         example="40 %")
    return amount


_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def _one_of(word: str, words: tuple[str, ...], where: str) -> None:
    if word not in words:
        raise InputError("unknown word", where=where, got=word, expected=", ".join(words), example=words[0],
                         hint=did_you_mean(str(word), words))


def _same_as_destination(destination: str, transaction: str, warnings: list[Label]) -> str:
    if transaction != "import":
        warnings.append(_assumed_hq(destination))
    return destination


@lru_cache(maxsize=512)
def _assumed_hq(destination: str) -> Label:
    return Label(f"No headquarters stated: the end user is taken to be headquartered in {destination}.",
                 f"未说明总部所在地：假定最终用户总部位于{destination}。")


def _exporter(law: Law, part: Part, destination: str, exporter: str, reexport_from: str | None, transaction: str,
              warnings: list[Label]) -> str:
    if reexport_from:
        if not isinstance(exporter, _Omitted) and law.gazetteer.code(exporter) != law.gazetteer.code(reexport_from):
            raise InputError("a reexport leaves one country", where="--exporter", got=exporter,
                             expected=f"{reexport_from}, or nothing")
        return law.gazetteer.code(reexport_from, "--reexport-from")
    if transaction == "transfer":
        return destination if isinstance(exporter, _Omitted) else law.gazetteer.code(exporter, "--exporter")
    if isinstance(exporter, _Omitted) and part.designed_in not in (None, "US"):
        home = str(part.designed_in)
        warnings.append(Label(f"No exporter stated: the part is taken to leave {home}, where its maker is.",
                              f"未说明出口地：假定自其厂商所在地{home}发出。"))
        return home
    if isinstance(exporter, _Omitted) and transaction == "reexport":
        raise InputError("a reexport leaves a third country", where="--reexport-from", expected="a country",
                         example="SG")
    return law.gazetteer.code(exporter, "--exporter")


def _with_datacenter(part: Part, datacenter: bool) -> Part:
    return replace(part, datacenter=datacenter)


def _case(part: Part, given: Mapping[str, Any], context: dict[str, Any], today: LawOnDay) -> Case:
    metrics: dict[str, Any] = {**NOT_CLAIMED, **part.known_metrics}
    flags = {**NOT_SAID, "datacenter": part.datacenter, "has_hbm": part.has_hbm, **_origin(part, context, today)}
    for name, value in given.items():
        (flags if name in LAW_FLAGS else metrics)[name] = value
    return Case({**metrics, **context}, flags)


def _origin(part: Part, context: Mapping[str, Any], today: LawOnDay) -> dict[str, bool | None]:
    """What is known of a part's origin: US designers' parts are US origin; parts at home abroad are left open."""
    home = part.designed_in
    if home is None:
        # A reexport or an in-country transfer is, by the EAR's own terms, of an item that is subject to the EAR.
        stated = context["transaction"] in {"reexport", "transfer"} or None
        return {"us_origin": stated, "us_direct_product": stated}
    if home == "US":
        return {"us_origin": True, "us_direct_product": True}
    around = today.places("china_macau") if home in today.places("china_macau") else {home}
    stays = context["exporter"] in around and context["destination"] in around
    abroad = part.made_in in today.places("us_equipped_fabs") and not stays
    return {"us_origin": False, "us_direct_product": abroad or None}
