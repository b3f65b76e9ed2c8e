"""A claim as read from the text, brought into the ids, places and words that facts are filed under."""

from __future__ import annotations

import re
from dataclasses import replace

from highfence.catalogue.statements import things
from highfence.claims.facts import name_of
from highfence.claims.matching.attributes import SPECS
from highfence.claims.matching.readings import country, is_chip, is_firm
from highfence.claims.mentions.folding import fold
from highfence.claims.model import Claim

REGIONS = frozenset(
    ("world", "Europe", "Asia", "Southeast-Asia", "Middle-East", "North-America", "Latin-America", "Africa", "West")
)
NARROW = ("product", "technology", "topic", "group")

MAINLAND = {
    "晶片": "芯片",
    "资料中心": "数据中心",
    "记忆体": "内存",
    "频宽": "带宽",
    "伺服器": "服务器",
    "软体": "软件",
    "硬体": "硬件",
    "网际网路": "互联网",
    "网路": "网络",
    "快闪": "闪存",
    "矽": "硅",
    "光阻": "光刻胶",
    "程式": "程序",
    "资讯": "信息",
    "数位": "数字",
    "积体电路": "集成电路",
    "人工智慧": "人工智能",
    "智慧驾驶": "智能驾驶",
    "智慧型": "智能",
    "智慧机器人": "智能机器人",
    "装置": "设备",
    "连线": "连接",
    "行动": "移动",
    "执行长": "首席执行官",
    "创办人": "创始人",
    "半导体装置": "半导体设备",
    "良率": "良率",
    "曝光机": "光刻机",
    "微影": "光刻",
    "辉达": "英伟达",
    "超微": "超威",
    "台积电": "台积电",
    "艾司摩尔": "阿斯麦",
    "川普": "特朗普",
    "黄仁勋": "黄仁勋",
    "运算": "计算",
    "机器人": "机器人",
    "专案": "项目",
}
"""Words of Taiwan and what the mainland says, in simplified script."""

DOMESTIC = (
    "国产",
    "本土",
    "国内厂商",
    "中国厂商",
    "中国企业",
    "domestic",
    "homegrown",
    "home-grown",
    "local chip",
    "chinese vendor",
    "chinese maker",
    "chinese-made",
    "chinese supplier",
)
"""Words that speak of a country's own makers."""

ALIKE: dict[str, tuple[str, ...]] = {
    "ai-chips": ("china-accelerators", "china-ai-chips-broad", "gpu-market", "china-ai-chip-market", "accelerators"),
    "ai-accelerators": ("china-accelerators", "ai-chips", "gpu-market"),
    "gpus": ("china-accelerators", "ai-chips", "gpu-market"),
    "china-ai-chip-market": ("china-accelerators", "ai-chips"),
    "gpu-market": ("ai-chips",),
    "semiconductors": ("china-integrated-circuits", "china-market", "chips"),
    "chips": ("semiconductors", "china-integrated-circuits"),
    "integrated-circuits": ("china-integrated-circuits", "semiconductors"),
    "china-market": ("semiconductors",),
    "semiconductor-equipment": ("china-chip-equipment", "equipment-market"),
    "equipment-market": ("semiconductor-equipment", "china-chip-equipment"),
    "hbm-memory": ("hbm-market", "china-hbm"),
    "big-fund": ("china-big-fund",),
    "chips-act": ("us-chips-act",),
    "computing-power": ("china-computing",),
    "eda-tools": ("eda-market",),
    "dram": ("dram-market",),
    "nand-flash": ("nand-market",),
    "server-cpus": (),
    "ai-servers": ("china-ai-servers",),
}
"""Topics that go by several ids."""


def place_of(id: str) -> str:
    """Return the ISO code of a place's id, ``world``, or nothing.

    >>> place_of("place-cn"), place_of("US"), place_of("nvidia")
    ('CN', 'US', '')
    """
    if id == "world":
        return "world"
    if id.startswith("place-"):
        one = things().get(id)
        return one.country if one is not None else id[6:].upper() if len(id) == 8 else ""
    return id if len(id) == 2 and id.isupper() else ""


def plain(text: str) -> str:
    """Return a text in simplified script and the mainland's words."""
    folded = fold(text).plain
    for other, ours in MAINLAND.items():
        if other in folded:
            folded = folded.replace(other, ours)
    return folded


def settled(claim: Claim) -> Claim:
    """Return a claim with its places told from its parties, its market in words, and its text in plain script."""
    ids = [i for i in claim.subject if not place_of(i) and i not in REGIONS]
    places = [p for i in (claim.place, *claim.subject, *claim.object) if (p := place_of(i))]
    if DOLLARS.search(claim.text):
        places = [p for p in places if p != "US"]
    market = [claim.market] if claim.market and claim.market not in ids[:1] else []
    if ids and (is_firm(ids[0]) or is_chip(ids[0]) or _type(ids[0]) in ("firm", "fund")):
        market += [i for i in ids[1:] if _type(i) in NARROW]
        ids = [i for i in ids if _type(i) not in NARROW or i == ids[0]]
    text = plain(claim.text)
    said = {m.id for m in claim.mentions if m.kind == "entity"}
    if claim.kind == "attribution":
        ids = list(
            dict.fromkeys(
                [*(m.id for m in claim.mentions if m.kind == "entity" and m.type == "person"), *claim.speaker, *ids]
            )
        )
    if claim.attribute in NATIONAL and any(place_of(i) not in ("", "world") for i in claim.subject if i in said):
        ids = [i for i in ids if i in said]
    if not ids:
        topics = [i for i in (*market, *claim.object) if i and not place_of(i) and _type(i) in NARROW]
        ids = list(dict.fromkeys([*topics, *(f"place-{p.casefold()}" for p in places if p != "world")]))
    attribute = _attribute(claim)
    alike = [a for i in ids for a in ALIKE.get(i, ())]
    if any(w in text.casefold() for w in DOMESTIC) and ("CN" in places or "国产" in text):
        alike = ["china-vendors", *alike]
    objects = tuple(o for o in claim.object if not place_of(o) and o not in REGIONS) or tuple(
        o for o in claim.object if place_of(o) not in ("", "world")
    )
    return replace(
        claim,
        subject=tuple(dict.fromkeys((*ids, *alike))),
        object=objects,
        place=_place(ids, places, claim),
        text=text,
        attribute=attribute,
        market=" ".join(_words(m) for m in dict.fromkeys(market)),
    )


DOLLARS = re.compile(r"U\.?S\.? dollars?", re.I)
CHIPS = re.compile(r"芯片|半导体|集成电路|chip|semiconductor|integrated circuit", re.I)


MONEY = frozenset(("revenue", "share", "net-profit", "loss", "charge", "orders", "units", "revenue-share"))


def with_topics(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return settled claims; one about a country alone that follows closely on talk of chips is about its chips."""
    found: list[Claim] = []
    for i, claim in enumerate(claims):
        one = settled(claim)
        one = _carried(one, claims[:i])
        if one.subject and all(s.startswith("place-") for s in one.subject) and one.attribute in SIZES:
            near = " ".join(plain(c.text) for c in claims[max(0, i - 2) : i + 1] if claim.start - c.end < 60)
            if CHIPS.search(near):
                one = replace(
                    one,
                    subject=("semiconductors", "china-integrated-circuits", *one.subject),
                    market=f"{one.market} semiconductor 半导体 芯片",
                )
        found.append(one)
    return tuple(found)


def _carried(one: Claim, before: tuple[Claim, ...]) -> Claim:
    """Return a claim with the firm or chip of those before it, where it names none or only what it is set against."""
    near = [c for c in before[-6:] if one.start - c.end < 400][::-1]
    chips = [s for c in near for s in c.subject[:1] if is_chip(s)]
    q = one.quantity
    bare = bool(one.mentions) and not any(m.kind == "attribute" for m in one.mentions)
    if one.kind == "change" and bare and near and one.start - near[0].end < 12:
        one = replace(one, market=f"{one.market} {plain(near[0].text)}".strip())
    if one.attribute in SPECS:
        alone = one.subject[:1] if one.subject and is_chip(one.subject[0]) and not one.object else ()
        compared = (
            q is not None and q.unit in ("share", "times") and one.kind in ("ratio", "share", "quantity") and alone
        )
        if compared and (others := [c for c in chips if c != alone[0]]):
            return replace(one, subject=(others[0],), object=alone, kind="ratio")
        if not one.subject and chips:
            return replace(one, subject=(chips[0],))
    if one.kind in ("event", "status") and one.attribute and not one.subject and not one.object:
        parties = [s for c in near for s in c.subject[:1] if is_firm(s) or is_chip(s)]
        return replace(one, subject=tuple(parties[:1]))
    if (
        one.attribute in ("revenue-share", "share")
        and not one.place
        and near
        and one.start - near[0].end < 30
        and not (set(one.subject) & {m.id for m in one.mentions if m.kind == "entity"})
    ):
        one = replace(one, place=next((p for i in (near[0].place, *near[0].subject) if (p := place_of(i))), ""))
    if one.attribute in MONEY and all(s.startswith("place-") for s in one.subject):
        firms = [s for c in near for s in c.subject[:1] if is_firm(s)]
        if firms:
            return replace(
                one, subject=(firms[0], *one.subject), place=one.place or next(iter(map(place_of, one.subject)), "")
            )
    return one


SIZES = frozenset(("market-size", "consumption", "imports", "exports", "output", "share", "units", "growth", "revenue"))


def _type(id: str) -> str:
    one = things().get(id)
    return one.type if one is not None else ""


def _attribute(claim: Claim) -> str:
    """Return what a number is about: a verb says nothing of it, and a share of revenue is a share."""
    a, q = claim.attribute, claim.quantity
    if a == "compute" and LOOSE.search(claim.text) and not STRICT.search(claim.text):
        return "performance"
    if q is None or claim.kind not in ("quantity", "share", "change", "forecast", "causal"):
        return a
    if a in VERBS:
        return ""
    if claim.kind == "share" and q.unit == "share" and a not in SPECS:
        return {"revenue": "revenue-share", "sales": "revenue-share"}.get(a, a if a in KEPT else "share")
    return a


NATIONAL = frozenset(("consumption", "imports", "exports", "gdp", "trade-balance"))
"""Attributes of countries rather than of firms."""
LOOSE = re.compile(r"性能|效能|表现|performance", re.I)
STRICT = re.compile(r"算力|运算|運算|flops|tops\b|comput|processing power|峰值|peak", re.I)
VERBS = frozenset(
    (
        "makes",
        "designs",
        "owns",
        "founded",
        "heads",
        "supplies",
        "buys",
        "uses",
        "bans",
        "approves",
        "invests",
        "launches",
        "expands",
        "replaces",
        "requires",
        "covers",
        "partof",
        "of",
        "license",
        "entity-list",
        "says",
    )
)
KEPT = frozenset(
    (
        "share",
        "revenue-share",
        "localisation",
        "yield",
        "utilization",
        "gross-margin",
        "operating-margin",
        "growth",
        "tax",
        "tariff",
        "self-sufficiency",
        "capacity",
        "revenue-cut",
        "premium",
    )
)


def _words(market: str) -> str:
    one = things().get(market)
    return " ".join((name_of(market).en, name_of(market).zh, *one.aliases[:6])) if one else market.replace("-", " ")


def _place(ids: list[str], places: list[str], claim: Claim) -> str:
    """Return the place that a claim is about: another than the subject's home where one is named."""
    home = country(ids[0]) if ids else ""
    abroad = [p for p in places if p not in (home, "world")]
    if abroad and home:
        return abroad[0]
    if not home:
        inside = [p for p in places if p != "world"]
        return inside[0] if inside else "world" if places else ""
    return home if home in places else "world" if "world" in places else ""
