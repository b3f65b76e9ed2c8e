"""Buyers of accelerators: what they run, how much, on whose code, with whose money and under whose rules.

>>> buyer("sme-inference").home
'CN'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from highfence.core.dates import parse_day
from highfence.core.errors import InputError, did_you_mean
from highfence.core.labels import Label
from highfence.core.parameters import Valid
from highfence.core.ranges import Range
from highfence.core.terms import Term

AS_GIVEN = Label("as given by the user", "由用户给定")


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work.

    Attributes
    ----------
    task : decode, prefill, serving, training or edge. model : id in the catalogue. share : of the buyer's work,
    in chip time. input, output : tokens a request. tokens : of a training run. ttft_s, tpot_s : longest time to
    first token and per output token. cached : share of the prompt that the cache holds.
    """

    task: str
    model: str
    share: Valid
    input: int | None
    output: int | None
    tokens: float | None
    ttft_s: float | None
    tpot_s: float | None
    cached: Valid
    note: Label | None = None


@dataclass(frozen=True, slots=True)
class Software:
    """How the buyer's code stands.

    Attributes
    ----------
    cuda_share : share of the code, by effort, that runs on CUDA alone. port_months : engineer-months to move all of
    it once. engineers : who could be put to it. wage_usd_year : cost of one, at ``wage_place``.
    """

    cuda_share: Valid
    port_months: Valid
    engineers: Valid
    wage_usd_year: Valid
    wage_place: str


@dataclass(frozen=True, slots=True)
class Installed:
    """Machines that the buyer has: ``platform`` is the software they hold it to (cuda, cann …)."""

    platform: str
    chip: str
    count: Valid


@dataclass(frozen=True, slots=True)
class Risk:
    """How the buyer weighs risk.

    Attributes
    ----------
    cutoff_aversion : weight of an expected loss from a cut-off of supply; 1 is indifferent to risk.
    compliance_tolerance : from 0, takes no legal risk, to 1, does not mind it.
    """

    cutoff_aversion: Valid
    compliance_tolerance: Valid


@dataclass(frozen=True, slots=True)
class Access:
    """What keeps the buyer from buying.

    Attributes
    ----------
    headquarters, parent_headquarters : where the firm, and its ultimate parent, sit. listed : on which list of
    end users. state_funded : share of its projects that state money reaches. power_kw : of its site.
    capital_usd : most that it can pay at once.
    """

    headquarters: str
    parent_headquarters: str | None
    listed: str
    end_use: str
    state_funded: Valid
    power_kw: Valid
    capital_usd: Valid


@dataclass(frozen=True, slots=True)
class Buyer:
    """A buyer, or a segment of buyers by one that is typical.

    Attributes
    ----------
    home : country whose government binds it. kind : one of :data:`highfence.choice.buyer_schema.KINDS`.
    chips : accelerators of the H20's class in one decision; ``tokens_per_day`` : to serve; at least one is known.
    budget_usd : for chips and servers, over the horizon. horizon_years : for which the decision is made.
    discount_rate : a year.
    """

    id: str
    label: Label
    home: str
    kind: str
    work: tuple[Work, ...]
    chips: Valid | None
    tokens_per_day: Valid | None
    budget_usd: Valid
    horizon_years: Valid
    discount_rate: Valid
    software: Software
    installed: tuple[Installed, ...]
    risk: Risk
    access: Access
    note: Label | None = None

    def figures(self) -> dict[str, Valid]:
        """Return every number of the buyer by its path, such as ``software.cuda_share``."""
        return dict(_figures(self, ""))

    def term(self, path: str) -> Term:
        """Return one number of the buyer as a term.

        >>> buyer("sme-inference").term("software.cuda_share").unit
        'share'

        Raises
        ------
        InputError : no such number.
        """
        found = self.figures()
        if path not in found:
            raise InputError("the buyer has no such number", got=path, expected=", ".join(found),
                             hint=did_you_mean(path, found))
        name, value = path.rpartition(".")[2], found[path]
        label, unit = FIGURES[name]
        return Term(f"{self.id}.{path}", label, value.value, unit, value.grade,
                    (value.source,) if value.source else (), value.note)

    def to_dict(self) -> dict[str, Any]:
        """Return the buyer as JSON."""
        return {k: v for k, v in _plain(self).items() if v is not None}


FIGURES: dict[str, tuple[Label, str]] = {
    "chips": (Label("accelerators wanted", "所需加速卡数"), "chips"),
    "tokens_per_day": (Label("tokens a day", "每日词元数"), "tokens/day"),
    "budget_usd": (Label("budget", "预算"), "USD"),
    "horizon_years": (Label("horizon", "决策期"), "years"),
    "discount_rate": (Label("discount rate", "贴现率"), "1/year"),
    "share": (Label("share of the work", "负载占比"), "share"),
    "cached": (Label("cache hits", "缓存命中率"), "share"),
    "cuda_share": (Label("CUDA-bound code", "依赖CUDA的代码占比"), "share"),
    "port_months": (Label("effort of a port", "移植工作量"), "engineer-months"),
    "engineers": (Label("engineers", "工程师人数"), "people"),
    "wage_usd_year": (Label("cost of an engineer", "工程师年成本"), "USD/year"),
    "count": (Label("installed chips", "已装芯片数"), "chips"),
    "cutoff_aversion": (Label("aversion to a cut-off", "断供厌恶"), "weight"),
    "compliance_tolerance": (Label("tolerance of legal risk", "合规风险容忍度"), "share"),
    "state_funded": (Label("state-funded projects", "国家资金项目占比"), "share"),
    "power_kw": (Label("power of the site", "站点功率"), "kW"),
    "capital_usd": (Label("capital at hand", "可用资本"), "USD"),
}
"""Every number of a buyer, in words, and its unit."""

def _figures(part: Any, path: str) -> Any:
    for field in fields(part):
        value, here = getattr(part, field.name), f"{path}{field.name}"
        if isinstance(value, Valid):
            yield here, value
        elif isinstance(value, tuple):
            for i, item in enumerate(value):
                yield from _figures(item, f"{here}.{i}.")
        elif is_dataclass(value) and not isinstance(value, Label):
            yield from _figures(value, f"{here}.")


def _plain(value: Any) -> Any:
    if isinstance(value, Label):
        return value.to_dict()
    if isinstance(value, Valid):
        raw = {"low": value.value.low, "mid": value.value.mid, "high": value.value.high, "grade": value.grade,
               "source": value.source or None, "at": value.at or None, "note": _plain(value.note)}
        return {k: v for k, v in raw.items() if v is not None}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


@cache
def buyers() -> Mapping[str, Buyer]:
    """Return the shipped segments by id."""
    from highfence.choice.store import choice_pack

    return MappingProxyType({raw["id"]: buyer_of(raw) for raw in choice_pack()["buyers"]})


def buyer(name: str) -> Buyer:
    """Return a shipped segment.

    Raises
    ------
    InputError : no such segment; the hint names the nearest.
    """
    known = buyers()
    found = known.get(name.casefold().replace("_", "-").replace(" ", "-")) if isinstance(name, str) else None
    if found is None:
        raise InputError("no such buyer", where="--buyer", got=name, expected=", ".join(known),
                         hint=did_you_mean(str(name)[:60], known) or "write your own: highfence template buyer",
                         code="unknown-buyer")
    return found


def segment_share(name: str, on: str | date, place: str = "CN") -> Term:
    """Return the share of a segment in a country's spending on accelerators on a day.

    >>> segment_share("state-telecom", "2025-07-15").value
    Range(low=0.09, mid=0.15, high=0.23)

    Raises
    ------
    InputError : no such segment. NoAnswer : no share is known for the place and day.
    """
    from highfence.choice.parameters import shipped_parameters

    return shipped_parameters()[f"segment_share.{buyer(name).id}"].term(place, parse_day(on, "--on"))


def read_buyer(path: str | Path) -> Buyer:
    """Read a buyer that a user wrote in one YAML file.

    Raises
    ------
    InputError : no such file, too large, not YAML, or a field that is wrong, unknown, missing or contradicts another;
        the place names the line.
    """
    from highfence.core.documents import read_text

    text = read_text(path, limit=100_000)
    return read_buyer_text(text, str(path))


def read_buyer_text(text: str, where: str = "buyer") -> Buyer:
    """Read a buyer from the text of a YAML file.

    >>> read_buyer_text(template_buyer()).kind
    'enterprise'
    """
    from highfence.choice.buyer_reading import checked_buyer
    from highfence.core.documents import line_of, parse_yaml

    def line(path: tuple[str | int, ...]) -> str:
        number = line_of(text, path)
        return f"{where}, line {number}" if number else where

    raw = parse_yaml(text, where)
    if not isinstance(raw, Mapping):
        raise InputError("a buyer is a mapping", where=where, got=type(raw).__name__,
                         example="highfence template buyer")
    return buyer_of(checked_buyer(raw, text, where, line))


def template_buyer() -> str:
    """Return a buyer's file to fill in; it can be read as it is."""
    from highfence.choice.templates import BUYER_TEMPLATE

    return BUYER_TEMPLATE


def buyer_of(raw: Mapping[str, Any]) -> Buyer:
    """Return a buyer from its compiled form."""
    software, access, scale = raw["software"], raw["access"], raw["scale"]
    return Buyer(
        raw["id"], Label.read(raw["label"]), raw["home"], raw["kind"], tuple(_work(w) for w in raw["work"]),
        _valid(scale["chips"]), _valid(scale["tokens_per_day"]), _some(raw["budget_usd"]),
        _some(raw["horizon_years"]), _some(raw["discount_rate"]),
        Software(_some(software["cuda_share"]), _some(software["port_months"]), _some(software["engineers"]),
                 _some(software["wage_usd_year"]), software["wage_place"]),
        tuple(Installed(i["platform"], i["chip"], _some(i["count"])) for i in raw["installed"]),
        Risk(_some(raw["risk"]["cutoff_aversion"]), _some(raw["risk"]["compliance_tolerance"])),
        Access(access["headquarters"], access["parent_headquarters"], access["listed"], access["end_use"],
               _some(access["state_funded"]), _some(access["power_kw"]), _some(access["capital_usd"])), _note(raw))


def _work(raw: Mapping[str, Any]) -> Work:
    return Work(raw["task"], raw["model"], _some(raw["share"]), raw["input"], raw["output"], raw["tokens"],
                raw["ttft_s"], raw["tpot_s"], _some(raw["cached"]), _note(raw))


def _some(raw: Mapping[str, Any]) -> Valid:
    return Valid(Range(float(raw["low"]), float(raw["mid"]), float(raw["high"])), raw["grade"], raw["source"],
                 raw["at"], note=_note(raw))


def _valid(raw: Mapping[str, Any] | None) -> Valid | None:
    return None if raw is None else _some(raw)


def _note(raw: Mapping[str, Any]) -> Label | None:
    return Label.read(raw["note"]) if raw.get("note") else None
