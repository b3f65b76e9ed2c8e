"""Claims with a number: what it counts, of what, and whether it is a level, a change, a share, a ratio or a rank."""

from __future__ import annotations

import re

from highfence.claims.frames import slots
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.parts import Part
from highfence.claims.frames.slots import future, ids, linked
from highfence.claims.frames.subjects import Context, entities, ranked, subject, wide
from highfence.claims.frames.view import View
from highfence.claims.mentions.lexicon import lexicon as mention_lexicon
from highfence.claims.model import Claim, Mention, Quantity

_BY = {
    "zh": re.compile(
        "(?:增长|下降|上升|下跌|减少|增加|提高|降低|暴涨|暴跌|缩水|削减|增|减|涨|跌|降|升|提升|下滑|飙升|激增|大增|大涨)(?:了|幅|幅度|率|约|近|超|逾|达|为)*$"
    ),
    "en": re.compile(
        r"(?:\bby|\b(?:rose|fell|grew|increased|decreased|dropped|jumped|surged|slumped|declined|climbed|gained|"
        r"lost|slid|plunged|soared|up|down|tumbled|"
        r"shrank|expanded|advanced|rise|fall|grow|growth of|increase of|decrease of|drop of|decline of|jump of|"
        r"fell by))\s+(?:about|around|roughly|nearly|almost|some|"
        r"more than|over|at least|an estimated|a)?\s*$"
    ),
}


_TO = {
    "zh": re.compile("(?:至|到|为|达到?|突破)(?:了|约|近|超|逾|仅)*$"),
    "en": re.compile(
        r"\b(?:to|at|reach(?:es|ed|ing)?|hit|hits|totaled|totalled|total(?:l)?ing)\s+(?:a record |about |around |"
        r"roughly |nearly |almost |some |more than |over |just |only |as (?:much|many) as |"
        r"a |an estimated )*$"
    ),
}


_OF_EN = re.compile(
    r"^\s*(?:of|as (?:much|many|fast|powerful|large)|the (?:performance|size|price|speed|compute|bandwidth)|that "
    r"of|faster|slower|cheaper|more|less|higher|lower|weaker|better|worse|larger|smaller|stronger)\b"
)


_OF_FIRMS = frozenset(
    {"share", "revenue-share", "revenue", "orders", "units", "net-profit", "capex", "r-and-d", "gross-margin"}
)


def counted(view: View, clause: Clause, part: Part, ctx: Context) -> Claim:
    """Return what a stretch with a number asserts."""
    assert part.number is not None and part.number.quantity is not None
    number, quantity = part.number, part.number.quantity
    meant = slots.attribute_of(view, part.start, part.end, number) or slots.attribute_of(
        view, clause.start, part.end, number
    )
    attribute = meant.id if meant else _bare_attribute(view, clause, quantity, ctx)
    if quantity.unit == "share" and re.search(
        "占比|比重|占总", view.folded[meant.end if meant else part.start : number.start]
    ):
        attribute = "share"
    until = meant.start if meant is not None and meant.start < number.start else number.start
    who = subject(view, clause, until, ctx, attribute)
    if not entities(view, clause.core, until) and meant is not None:
        inside = entities(view, clause.core, number.start)
        who = who or ranked(view, inside, attribute)
    if who and all(wide(m) for m in who):
        firms = [m for m in entities(view, clause.core, clause.end) if m.type == "firm"]
        alone = all(m.id == "world" for m in who)
        topic = [m for m in ctx.topic or ctx.before if alone or not wide(m)]
        opens = attribute in _OF_FIRMS and meant is not None and meant.start <= clause.core + 2
        topic = topic if ctx.topic or opens else []
        who = (*firms[:1], *who) if firms and attribute in _OF_FIRMS else (*topic, *who)
    if (
        view.lang == "en"
        and number.start - clause.core <= 30
        and not view.has("verbs", clause.core, number.start)
        and not entities(view, clause.core, number.start)
        and re.match(r"\s*of\b", view.folded[number.end : number.end + 4])
    ):
        who = ranked(view, entities(view, number.end, clause.end), attribute) or who
    who = _of_its_kind(view, clause, who, attribute, quantity, ctx)
    whole = _whole(view, clause, number) if quantity.unit in ("share", "times") else None
    if whole is not None and who and who[0] is whole and meant is None and (ctx.topic or ctx.before):
        who = ctx.topic or ctx.before
    role, direction = _role(view, clause, part)
    other = _compared_with(view, clause, part, who)
    if quantity.unit == "share" and _HANDS_OVER[view.lang].search(view.folded, clause.core, clause.end):
        attribute, other = "revenue-cut", ()
    kind = _kind(view, clause, part, quantity, attribute, role, other)
    if attribute == "revenue-cut":
        kind = "quantity"
    if kind == "ratio":
        role = "ratio"
        attribute = attribute or _metric(view, clause)
    elif kind == "rank":
        role = "rank"
    ahead = future(view, clause)
    ctx.attribute = attribute or ctx.attribute
    place = slots.place_of(view, clause, ctx)
    if whole is not None and whole.type == "place":
        place = next((slots.code(m) for m in who if m.type == "place" and m is not whole), "")
    return Claim(
        part.start,
        part.end,
        view.text[part.start : part.end],
        "forecast" if ahead and kind not in ("rank",) else kind,
        subject=ids(who),
        object=ids(other),
        attribute=attribute,
        quantity=quantity,
        before=part.before.quantity if part.before else None,
        role=role,
        direction=direction,
        period=slots.period_of(view, clause, number.start, ctx, number.end),
        base=slots.base_of(view, clause, number),
        place=place,
        market=slots.market_of(view, clause, meant),
        speaker=slots.speaker_of(view, clause, ctx),
        negated=slots.negated(view, part.start, part.end),
        hedged=quantity.approximate or view.has("hedge", clause.core, clause.end),
        future=ahead,
        words=slots.words_of(view, part.start, part.end),
        mentions=linked(view, clause.start, clause.end),
    )


_HANDS_OVER = {
    "zh": re.compile(
        "上缴|上交|分成|抽成|抽走|让渡|缴纳[^,，。]{0,12}(?:收入|销售额)|(?:收入|销售额|营收)的[^,，。]{0,8}(?:交给|缴给|上缴)"
    ),
    "en": re.compile(
        r"\b(?:hand(?:s|ed|ing)? (?:over|\w+)|pay(?:s|ing)?|paid|giv(?:e|es|ing)|gave|given|remit(?:s|"
        r"ted)?|turn(?:s|ed)? over|"
        r"surrender(?:s|ed)?|fork(?:s|ed)? over|tak(?:e|es|ing)|took|keep(?:s|ing)?|kept|collect(?:s|ed)?|cut)\b"
        r"[^,;]{0,40}?(?:%|percent|per cent)[^,;]{0,12}? (?:cut )?(?:of|from) (?:the |its |their |all |"
        r"those |that |such |\w+'s )?"
        r"(?:\w+ )?(?:revenues?|sales|proceeds|takings)|\b(?:%|percent|per cent) cut\b"
    ),
}
"""Words of paying over a part of what is taken in."""

_SPENDS = {
    "zh": re.compile("投资|投入|注资|出资|斥资|砸下"),
    "en": re.compile(r"\b(?:spends?|spent|spending|invests?|invested|investing|pours?|poured|plough\w*|pump\w*)\b"),
}
_GRANTS = {
    "zh": re.compile("拨款|拨出|补贴|补助|资助|划拨"),
    "en": re.compile(
        r"\b(?:sets? aside|setting aside|allocat\w+|earmark\w+|appropriat\w+|grants?|subsid\w+|awarded)\b"
    ),
}
_FORMATS = re.compile(
    r"(?<![a-z])(?:(?:fp|int|bf|tf|mxfp|nvfp)-?\d{1,2}|half precision|single precision)(?![a-z0-9])|[半单双]精度"
)
_MIGHT = {
    "zh": re.compile("快|强|性能|速度"),
    "en": re.compile(r"\b(?:powerful|fast|faster|quick|speed|speedier|capable|slow|slower|performant)\b"),
}


def _metric(view: View, clause: Clause) -> str:
    """Return what a ratio that names no attribute compares: compute in a format, performance where it says fast."""
    if _FORMATS.search(view.folded, clause.start, clause.end):
        return "compute"
    return "performance" if _MIGHT[view.lang].search(view.folded, clause.core, clause.end) else ""


_OF_GOODS = frozenset(
    {
        "compute",
        "tpp",
        "memory",
        "memory-capacity",
        "memory-bandwidth",
        "interconnect",
        "power",
        "transistors",
        "die-size",
    }
)
_BOOKS = frozenset(
    {"revenue", "net-profit", "operating-profit", "gross-margin", "capex", "r-and-d", "operating-margin"}
)


def _of_its_kind(
    view: View, clause: Clause, who: tuple[Mention, ...], attribute: str, quantity: Quantity, ctx: Context
) -> tuple[Mention, ...]:
    """Return what a number can be of, where none is named: goods named before have specs, firms have books."""
    if [m for m in entities(view, clause.core, clause.end) if not wide(m)]:
        return who
    goods = ("chip", "system")
    if (attribute in _OF_GOODS or quantity.unit in ("FLOP/s", "B/s", "B", "W")) and not any(
        m.type in goods for m in who
    ):
        if who and who[0].type not in ("agency", "place", "person", "law", "topic"):
            return who
        last = [ctx.named[t] for t in goods if t in ctx.named]
        return (*sorted(last, key=lambda m: -m.start)[:1], *who)
    if attribute in _BOOKS and who and all(wide(m) for m in who) and "firm" in ctx.named:
        return (ctx.named["firm"], *who)
    return who


def _whole(view: View, clause: Clause, number: Mention) -> Mention | None:
    """Return the thing that a Chinese number is a part or multiple of: H100 of 不到H100的六分之一."""
    near = entities(view, clause.core, number.start)
    if view.lang != "zh" or not near or len(near) > 2 or (len(near) == 2 and near[0].type != "firm"):
        return None
    return (
        near[-1]
        if re.fullmatch("(?:同期|同类产品|同行)?的(?:约|近|大约)?", view.folded[near[-1].end : number.start])
        else None
    )


def _bare_attribute(view: View, clause: Clause, quantity: Quantity, ctx: Context) -> str:
    """Return the attribute of a number that names none: what its unit or relation says, else the one before."""
    text = view.folded[clause.core : clause.end]
    if quantity.unit == "share" and re.search(
        "占|account(?:s|ed|ing)? for|represent|make(?:s)? up|made up|contribut", text
    ):
        return "share"
    rate = ctx.attribute in slots.RATES and quantity.unit in slots.MONEY
    goes_on = clause.core > clause.sentence.start or re.match("up|down|or |or about|同比|环比|其中", text) is not None
    if ctx.attribute and not rate and (goes_on or view.within(clause.core, clause.end, "change")):
        return ctx.attribute
    relation = [m.id for m in view.within(clause.core, clause.end, "relation") if m.id not in ("of", "heads")]
    if quantity.unit in slots.MONEY and _SPENDS[view.lang].search(text):
        return "investment"
    if quantity.unit in slots.MONEY and _GRANTS[view.lang].search(text):
        return "subsidy"
    if quantity.unit == "units" and "supplies" in relation:
        return "units"
    return {
        "FLOP/s": "compute",
        "OP/s": "compute",
        "TPP": "tpp",
        "B/s": "memory-bandwidth",
        "B": "memory",
        "W": "power",
    }.get(quantity.unit, relation[0] if relation else "" if rate else ctx.attribute)


def _role(view: View, clause: Clause, part: Part) -> tuple[str, int]:
    """Return what the number is (level, to, by) and the sign of the change."""
    number = part.number
    assert number is not None
    directions = mention_lexicon().directions
    changes = [
        m
        for m in view.within(clause.core, clause.end, "change")
        if m.id and m.id != "from" and not m.id.startswith("reach")
    ]
    if view.lang == "zh":
        changes = [m for m in changes if m.start >= number.start or not view.within(m.end, number.start, "attribute")]
    changes = [m for m in changes if part.start <= m.start < part.end] or [m for m in changes if m.end <= number.start]
    near = sorted(changes, key=lambda m: abs(number.start - m.end))
    direction = slots.direction_of(view, near, directions)
    if part.before is not None and not near and not re.search("从|由|自|from", view.folded[clause.core : part.end]):
        return "level", 0
    if part.before is not None:
        return "to", direction or _sign(part)
    if not near:
        return _unlisted(view.folded[max(clause.start, number.start - 10) : number.start])
    before = view.folded[max(clause.start, number.start - 24) : number.start]
    if _TO[view.lang].search(before) and not before.endswith("不到"):
        return "to", direction
    if near[0].id.endswith("-to"):
        return "to", direction
    if near[0].id.endswith("-by") or _BY[view.lang].search(before):
        return "by", direction
    unit = number.quantity.unit if number.quantity else ""
    if (
        unit in ("share", "points", "times")
        and abs(number.start - near[0].end) <= (8 if view.lang == "zh" else 24)
        and direction
    ):
        return "by", direction
    overlapping = near[0].start < number.end and number.start < near[0].end
    return ("by", direction) if overlapping else ("level", direction)


_DOWN_TO = re.compile("(?:减|降|跌|缩|削|砍|下调|调低)[^,]{0,3}[至到](?:约|近|仅)?$")
_UP_TO = re.compile("(?:增|升|涨|扩|提|上调|调高)[^,]{0,3}[至到](?:约|近|仅)?$")


def _unlisted(before: str) -> tuple[str, int]:
    """Return role and sign where no listed word of change stands, from the characters of its verb: 减免至3%."""
    return ("to", -1) if _DOWN_TO.search(before) else ("to", 1) if _UP_TO.search(before) else ("level", 0)


def _sign(part: Part) -> int:
    if part.before is None or part.number is None or part.before.quantity is None or part.number.quantity is None:
        return 0
    gap = part.number.quantity.value - part.before.quantity.value
    return (gap > 0) - (gap < 0)


def _compared_with(view: View, clause: Clause, part: Part, who: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return what a number is a ratio to: H100 of "H100的15%", "60% of the H100's"."""
    number = part.number
    assert number is not None
    used = set(ids(who[:1]))
    after = [m for m in entities(view, number.end, clause.end) if m.id not in used]
    if view.lang == "zh":
        near = [m for m in entities(view, max(clause.core, number.start - 24), number.start) if m.id not in used]
        link = [
            m
            for m in near
            if re.search("的[^,，]{0,8}$", view.folded[m.end : number.start])
            or view.within(m.end, number.start, "comparison")
            or re.search("(?:相当于|仅为|只有|比|是|为|较|达)[^,，]{0,4}$", view.folded[max(0, m.start - 10) : m.start])
        ]
        return tuple(reversed(link)) or tuple(after[:1])
    if _OF_EN.match(view.folded[number.end : number.end + 30]):
        return tuple(after)
    return tuple(after[:1])


def _kind(
    view: View, clause: Clause, part: Part, quantity: Quantity, attribute: str, role: str, other: tuple[Mention, ...]
) -> str:
    number = part.number
    assert number is not None
    before = view.folded[max(clause.start, number.start - 16) : number.start]
    if quantity.unit == "rank" or re.match(
        "第[一二三四五\\d]|前[三五十两]|top", view.folded[number.start : number.end]
    ):
        return "rank"
    if role in ("to", "by") and (part.before is not None or role == "by" or (quantity.unit == "times" and not other)):
        return "change"
    compared = [
        m.id
        for m in view.within(clause.core, clause.end, "comparison")
        if m.id in ("than", "equal", "ratio", "exceed", "below", "approach")
        and not (m.id in ("exceed", "below", "approach") and number.start - m.end <= 2 and m.end <= number.end)
    ]
    other = tuple(m for m in other if m.type not in ("technology", "topic"))
    goods = any(m.type in ("chip", "system", "model", "memory") for m in other)
    if not goods and not re.search("相当于|同期的$", before) and _is_share(view, clause, number, quantity, attribute):
        return "share"
    if quantity.unit == "times" or (
        quantity.unit == "share"
        and (goods or re.search("相当于", before) or (compared and other and attribute != "share"))
    ):
        return "ratio"
    if view.lang == "zh" and quantity.unit == "share" and re.search("同期的$", before):
        return "ratio"
    return "change" if role == "to" else "quantity"


def _is_share(view: View, clause: Clause, number: Mention, quantity: Quantity, attribute: str) -> bool:
    """Tell whether a percentage is a part of a whole."""
    if quantity.unit != "share":
        return False
    before, after = view.folded[clause.core : number.start], view.folded[number.end : number.end + 40]
    if attribute in ("share", "revenue-share") or re.search(
        r"accounts? for|accounted for|accounting for|represent|ma[kd]e up|contribut|占|份额|贡献|全球的?$", before
    ):
        return True
    return re.match(r"\s*of\b", after) is not None if view.lang == "en" else after.startswith("的")
