"""Whose a thing is and where a firm is at home, in whatever words: "a unit of X", "comes from X", X旗下, 出自X."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from highfence.claims.frames.slots import country
from highfence.claims.frames.view import View
from highfence.claims.model import Mention


@dataclass(frozen=True, slots=True)
class Belonging:
    """A relation of belonging: who owns, makes or designs (``owner``), what (``owned``), as which ``attribute``.

    ``located-in``: the owned one is a firm and the owner a place. ``makes``: the owner is a firm, the owned its goods.
    """

    attribute: str
    owner: Mention
    owned: Mention
    start: int
    end: int


_X = "(?P<x>[FG]\ufffc*|[T]\ufffc+)"
_Y = "(?P<y>[FA]\ufffc*)"
_P = "(?P<y>[PA]\ufffc*)"
_BE = (
    r"(?:is|was|are|were|remains?|became|has been|have been)(?: (?:also|itself|now|still|only|simply|"
    r"in fact|both|not))?"
)
_WORD = r"(?:[a-z][a-z'’/-]*|[TGM\d]\ufffc*(?:'s)?)"
_UNIT = (
    "unit|subsidiary|arm|division|affiliate|brand|spin-?off|offshoot|branch|sister|business|creation|brainchild|part|"
    "property|offspring"
)
_GOODS = (
    "chips?|processors?|accelerators?|gpus?|cpus?|npus?|asics?|tpus?|products?|models?|parts?|designs?|lines?|family|"
    "families|series|cards?|boards?|systems?|servers?|racks?|flagships?|silicon|hardware|devices?|machines?|"
    "T\ufffc*|G\ufffc*"
)
_FIRM = (
    "firm|company|compan(?:y|ies)|corporation|maker|chipmaker|chip-maker|toolmaker|manufacturer|designer|developer|"
    "group|conglomerate|start-?up|startup|foundry|giant|supplier|vendor|producer|champion|business|house|outfit|"
    "player|specialist|leader|monopolist|unicorn|enterprise|operator|distributor|fabricator|builder|provider|"
    "laborator(?:y|ies)|lab|titan|behemoth|powerhouse|multinational|newcomer"
)
_TURNED = "parent|owner|holding|mother"
_NO = "rivals?|competitors?|customers?|clients?|suppliers?|partners?|answers?|challengers?|investors?|backers?"

_EN: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("owns", re.compile(rf"{_X}[^,;]{{0,24}}? {_BE} (?:\w+ly )?(?:owned|controlled) by (?:the |its )?{_Y}")),
    ("owns", re.compile(rf"{_X}(?: [a-z]+){{0,2}} (?:belongs?|belonged) to (?:the )?{_Y}")),
    (
        "makes",
        re.compile(
            rf"{_X}(?: (?:chips?|processors?|accelerators?|family|series|line))? (?:comes?|came|hails?|"
            rf"hailed|originates?|"
            rf"originated|stems?|stemmed|issues?) (?:originally )?(?:from|out of) (?:the )?(?:{_WORD} ){{0,2}}{_Y}"
        ),
    ),
    (
        "owns",
        re.compile(
            rf"{_X}[^;]{{0,30}}? {_BE} (?:an?|the|one of the|"
            rf"another)? ?(?:{_WORD} ){{0,3}}?(?:{_UNIT}) (?:of|within|inside|at)"
            rf" (?:the )?(?:{_WORD} ){{0,2}}{_Y}"
        ),
    ),
    (
        "makes",
        re.compile(
            rf"{_X}[^;]{{0,30}}? {_BE} (?:an?|the|one of the|"
            rf"another) (?:{_WORD} ){{0,4}}?(?:{_GOODS}) (?:from|by|of|made by|"
            rf"designed by|developed by|built by|produced by|sold by|out of) (?:the )?(?:{_WORD} ){{0,2}}{_Y}"
        ),
    ),
    ("owns", re.compile(rf"{_X} {_BE} (?:part|all|wholly) of (?:the )?{_Y}")),
    (
        "",
        re.compile(
            rf"{_X} {_BE} {_Y}(?:'s?|’s?) (?:{_WORD} ){{0,4}}?(?P<noun>{_UNIT}|{_TURNED}|{_GOODS}|"
            rf"{_FIRM})\b(?! for| to)"
        ),
    ),
    (
        "parent",
        re.compile(
            rf"{_X}(?:'s?|’s?) (?:{_WORD} )?(?:parent|owner|maker|designer|developer|manufacturer)"
            rf"(?: (?:company|firm|group))?(?:,| is| was|) (?:the )?{_Y}"
        ),
    ),
    (
        "parent",
        re.compile(
            rf"{_X},? whose (?:{_WORD} )?(?:parent|owner|maker|designer|developer)(?: (?:company|firm|group))? "
            rf"(?:is|was) (?:the )?{_Y}"
        ),
    ),
    ("parent", re.compile(rf"{_X},? (?:owned|controlled|designed|developed|made|built|produced) by (?:the )?{_Y}")),
    (
        "located-in",
        re.compile(
            rf"(?P<x>F\ufffc*)[^;]{{0,20}}? {_BE} (?:an?|the|one of) (?:{_WORD} ){{0,4}}?{_P}(?:-based|"
            rf"-headquartered|-listed)?,? "
            rf"(?:{_WORD},? ){{0,4}}?(?:{_FIRM})s?\b"
        ),
    ),
    (
        "located-in",
        re.compile(
            rf"(?P<x>F\ufffc*), (?:an?|the) (?:{_WORD} ){{0,3}}?{_P}(?:-based|-headquartered)? "
            rf"(?:{_WORD} ){{0,4}}?(?:{_FIRM})\b"
        ),
    ),
    (
        "located-in",
        re.compile(
            rf"(?P<x>F\ufffc*)[^;]{{0,40}}?(?: {_BE}|,) (?:headquartered|based|located|domiciled|"
            rf"incorporated|seated) "
            rf"(?:in|at|near|outside) (?:the )?(?:[a-z]+, )?{_P}"
        ),
    ),
    (
        "located-in",
        re.compile(
            rf"(?P<x>F\ufffc*) (?:has|had|keeps) its (?:headquarters?|head office|seat|"
            rf"base) in (?:the )?{_P}"
        ),
    ),
    ("located-in", re.compile(rf"(?P<x>F\ufffc*) (?:comes|hails|came|hailed|is|was) from (?:the )?{_P}(?! to\b)")),
    (
        "trade",
        re.compile(
            rf"(?P<x>F\ufffc*)(?:,| {_BE}) (?:an?|the|one of the|"
            rf"one of) (?:{_WORD} ){{0,4}}?(?P<y>T\ufffc*) (?:{_WORD} ){{0,2}}?"
            rf"(?:{_FIRM})s?\b"
        ),
    ),
    (
        "trade",
        re.compile(
            rf"(?P<x>F\ufffc*)(?:,| {_BE}) (?:an?|the|one of the) (?:{_WORD} ){{0,4}}?(?:maker|designer|"
            rf"developer|producer|"
            rf"supplier|manufacturer|vendor|builder|provider)s? of (?:{_WORD} ){{0,3}}?(?P<y>[TG]\ufffc*)"
        ),
    ),
)

_SUPPLIES = {
    "en": re.compile(
        rf"{_X} {_BE} (?:(?:an?|the|one of(?: the)?) )?(?:{_WORD} ){{0,5}}?suppliers? "
        rf"(?:[^,;.]{{0,20}} )?(?:to|of|for) {_Y}|"
        rf"(?P<x2>F\ufffc*) {_BE} (?P<y2>F\ufffc*)(?:'s?|’s?) (?:{_WORD} ){{0,4}}?suppliers?\b"
    ),
    "zh": re.compile(f"{_X}[^,，。]{{0,4}}?(?:是|为|系){_Y}的?[^,，。FG]{{0,12}}?(?:供应商|供货商|供货方)"),
}

_ZH_IS = "(?:[^,，。]{0,6}?)(?:就|正|也|仍|都|均|同样|原|曾|乃)?(?:是|系|为|属|作为)"
_ZH_ONE = "(?:一家|一款|一颗|一个|家|由)?"
_ZH_DOES = "旗下|全资|控股|自主研发|自主设计|自研|研发|推出|设计|生产|开发|打造|出品|制造|子公司|参股|内部|自有|集团"
_ZH_FIRM = (
    "公司|企业|厂商|集团|巨头|龙头|大厂|厂家|代工厂|晶圆厂|制造商|供应商|设计商|开发商|运营商|机构|初创|独角兽|厂|商"
)
_ZH_GOODS = (
    "芯片|晶片|处理器|加速器|加速卡|显卡|产品|型号|系列|作品|方案|服务器|单位|部门|品牌|业务|平台|GPU|gpu|T\ufffc*"
)

_ZH: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "parent",
        re.compile(f"{_X}的?(?:母公司|大股东|控股股东|控股方|东家|所有者|开发商|设计方|制造商)(?:是|为|系|就是)?{_Y}"),
    ),
    (
        "",
        re.compile(
            f"{_X}{_ZH_IS}{_ZH_ONE}{_Y}(?P<noun>(?:公司|集团)?的?(?:{_ZH_DOES})(?:的|所)?[^,，。]{{0,16}}?"
            f"(?:{_ZH_GOODS}|{_ZH_FIRM})?)(?=[,，。]|$|在|于)"
        ),
    ),
    (
        "",
        re.compile(
            f"{_X}{_ZH_IS}{_ZH_ONE}{_Y}的(?P<noun>[^,，。的]{{0,8}}?(?:母公司|{_ZH_GOODS}|{_ZH_FIRM}))(?=[,，。]|$|之一)"
        ),
    ),
    (
        "parent",
        re.compile(
            f"{_Y}(?:公司|集团)?(?:最新|全新|新近|自主|自行|近期|此前)?(?:推出|研发|自研|设计|生产|开发|打造|发布|出品|制造|研制|旗下)的?{_X}"
            f"[^,，。]{{0,4}}?(?:是|为|属)(?!一?家)"
        ),
    ),
    ("makes", re.compile(f"{_X}[^,，。]{{0,6}}?(?:出自|源自|来自|产自|诞生于|出于){_Y}")),
    ("owns", re.compile(f"{_X}[^,，。]{{0,6}}?(?:隶属于?|属于|归属于?|从属于|归于|背靠|脱胎于|孵化自|分拆自){_Y}")),
    (
        "owns",
        re.compile(
            f"{_X}[^,，。]{{0,4}}?(?:归|由|被|为){_Y}(?:公司|集团)?(?:所有|全资|控股|拥有|持有|收购|所拥有|旗下)"
        ),
    ),
    ("parent", re.compile(f"{_X}[^,，。]{{0,4}}?(?:系|乃|是){_Y}(?:所|自主)?(?:研发|设计|生产|推出|打造|开发|制造)")),
    (
        "located-in",
        re.compile(
            f"(?P<x>F\ufffc*)[^,，。]{{0,4}}?总部[^,，。]{{0,6}}?(?:位于|设在|在|设于|坐落于?|座落于?|落户)[^,，。]{{0,2}}{_P}"
        ),
    ),
    (
        "located-in",
        re.compile(
            f"(?P<x>F\ufffc*){_ZH_IS}{_ZH_ONE}[^,，。]{{0,8}}?(?:来自|总部位于|总部设在|位于)?{_P}(?!市场|对|和|与|最)[^,，。]{{0,16}}?"
            f"(?:{_ZH_FIRM})(?=[,，。]|$|之一)"
        ),
    ),
    (
        "located-in",
        re.compile(
            f"(?P<x>F\ufffc*)[^,，。]{{0,4}}?(?:来自|位于|坐落于|属于){_P}(?:[^,，。]{{0,4}}(?:{_ZH_FIRM}))?(?=[,，。]|$)"
        ),
    ),
    (
        "trade",
        re.compile(
            f"(?P<x>F\ufffc*){_ZH_IS}{_ZH_ONE}(?:[^,，。]{{0,10}}?)(?P<y>T\ufffc*)[^,，。FG]{{0,6}}?(?:"
            f"{_ZH_FIRM})(?=[,，。]|$|之一)"
        ),
    ),
)
_RIVAL = {
    "en": re.compile(rf"\b(?:{_NO})\b"),
    "zh": re.compile("对手|客户|供应商|供货商|伙伴|股东|投资|竞品|替代|对标|同行|竞争"),
}
_MOTHER = re.compile(rf"{_TURNED}|母公司")
_OF_FIRM = re.compile(
    f"(?:{_UNIT})|子公司|旗下|全资|控股|部门|公司|企业|集团|maker|firm|company|business|house|designer"
)


def belonging(view: View, start: int, end: int) -> Belonging | None:
    """Return the relation of belonging that a stretch asserts, if any.

    >>> from highfence.claims import mentions
    >>> from highfence.claims.model import Document
    >>> document = Document("Kunlunxin is a chip unit of Baidu.", "en")
    >>> found = belonging(View(document, mentions.find(document)), 0, 34)
    >>> (found.attribute, found.owner.id, found.owned.id)
    ('owns', 'baidu', 'kunlunxin')
    """
    supplied = _SUPPLIES[view.lang].search(view.typed, start, end)
    if supplied is not None:
        second = view.lang == "en" and supplied["x2"] is not None
        x, y = (view.named_at(supplied.start(name)) for name in (("x2", "y2") if second else ("x", "y")))
        if x is not None and y is not None and x.id and y.id and x.id != y.id:
            return Belonging("supplies", x, y, *supplied.span())
    for attribute, pattern in _EN if view.lang == "en" else _ZH:
        match = pattern.search(view.typed, start, end)
        if match is None:
            continue
        x, y = view.named_at(match.start("x")), view.named_at(match.start("y"))
        if x is None or y is None or not x.id or not y.id or x.id == y.id:
            continue
        noun = match.groupdict().get("noun") or ""
        if _RIVAL[view.lang].search(view.typed, match.start(), match.end()):
            continue
        if attribute == "trade":
            return Belonging("makes", x, y, *match.span())
        if attribute == "" and _MOTHER.search(noun):
            x, y = y, x
        owns = x.type == "firm" or (attribute == "owns" and x.type != "chip") or _OF_FIRM.search(noun) is not None
        if attribute != "located-in":
            attribute = "owns" if owns else "makes"
        return Belonging(attribute, y, x, *match.span())
    return None


_FOLLOWED = re.compile(
    r"\s*(?:$|[,，、;；。.)]|和|与|及|也|都|则|是|在|将|已|一直|曾|正|刚|去年|今年|近|最近|同样|表示|称|说|宣布|计划|拟|被|对|向|从|因|由于|以|还|仍|"
    r"更|却|又|没|未|不|无|and\b|or\b|is\b|was\b|has\b|have\b|had\b|said\b|says\b|will\b|\w+ed\b|rose\b|"
    r"fell\b|makes?\b|made\b|sells?\b|sold\b|plans?\b|grew\b)"
)
_PRESUMED = {
    "en": (
        (
            "located-in",
            re.compile(
                rf"(?P<y>P\ufffc*)(?:-based)?(?:'s)? (?:(?!T|and\b|to\b|"
                rf"has\b)[a-z-]+ ){{0,2}}?(?:(?:{_FIRM}) )(?P<x>F\ufffc*)"
            ),
        ),
        ("located-in", re.compile("(?P<y>P\ufffc*)'s (?P<x>F\ufffc*)")),
        ("trade", re.compile(rf"(?P<y>T\ufffc*) (?:[a-z-]+ )?(?:{_FIRM}) (?P<x>F\ufffc*)")),
        ("makes", re.compile(r"(?P<y>F\ufffc*)-(?:made|designed|built|developed) (?:[a-z]+ ){0,2}?(?P<x>G\ufffc*)")),
        ("owns", re.compile(r"(?P<y>F\ufffc*)-(?:owned|controlled|backed) (?:[a-z]+ )?(?P<x>F\ufffc*)")),
        ("owns", re.compile(rf"(?P<y>F\ufffc*)(?:'s?|’s?) (?:[a-z-]+ ){{0,2}}?(?:{_UNIT}),? (?P<x>F\ufffc*)")),
        ("parent", re.compile(r"(?P<x>F\ufffc*)(?:'s?|’s?)? parent(?: company| firm)?,? (?P<y>F\ufffc*)")),
        ("makes", re.compile(r"(?P<x>G\ufffc*),? (?:made|designed|developed|built|produced) by (?P<y>F\ufffc*)")),
    ),
    "zh": (
        ("located-in", re.compile("(?P<y>P\ufffc*)的(?P<x>F\ufffc*)")),
        (
            "located-in",
            re.compile(f"(?P<y>P\ufffc*)(?:[^,，。、FGTPAH的和与对在]{{0,6}}?)(?:{_ZH_FIRM})(?P<x>F\ufffc*)"),
        ),
        ("trade", re.compile("(?P<y>T\ufffc*)(?:巨头|龙头|大厂|厂商|制造商|企业|公司|供应商|霸主)(?P<x>F\ufffc*)")),
        (
            "makes",
            re.compile(
                "(?P<y>F\ufffc*)(?:公司|集团)?(?:最新|全新|自主)?(?:推出|研发|自研|设计|开发|打造|研制)的(?P<x>G\ufffc*)"
            ),
        ),
        (
            "owns",
            re.compile(
                "(?P<y>F\ufffc*)(?:集团|公司)?(?:旗下|全资子公司|子公司|控股的?)[^,，。FGTPA]{0,6}?(?P<x>[FG]\ufffc*)"
            ),
        ),
    ),
}


def presumed(view: View, start: int, end: int) -> Iterator[Belonging]:
    """Yield what a noun phrase takes for granted: "Japanese chipmaker X", "Y-owned X", DRAM巨头X, Y旗下的X."""
    for attribute, pattern in _PRESUMED[view.lang]:
        for match in pattern.finditer(view.typed, start, end):
            x, y = view.named_at(match.start("x")), view.named_at(match.start("y"))
            if x is None or y is None or not x.id or not y.id or x.id == y.id:
                continue
            if attribute == "located-in":
                bare_of = "的" in view.typed[y.end : x.start] or "'s" in view.typed[y.end : x.start]
                if bare_of and not _FOLLOWED.match(view.typed, x.end):
                    continue
                homes = {country(i) for i in (x.id, *x.others)} - {""}
                if not homes or homes & {country(y.id), *_codes(y)}:
                    continue
            if attribute == "trade":
                yield Belonging("makes", x, y, *match.span())
            else:
                yield Belonging("owns" if attribute == "parent" else attribute, y, x, *match.span())


def _codes(m: Mention) -> set[str]:
    """Return a place's id in every form."""
    return {c for id in (m.id, *m.others) for c in (id, id.removeprefix("place-").upper(), country(id))}
