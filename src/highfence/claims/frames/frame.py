"""From a checkable clause to its claims: one for each number, else one for what it says happened, holds or ranks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from highfence.claims.frames import checkable, lexicon, slots
from highfence.claims.frames.clauses import Clause
from highfence.claims.frames.slots import Context
from highfence.claims.frames.view import View
from highfence.claims.mentions.lexicon import lexicon as mention_lexicon
from highfence.claims.model import Claim, Mention, Quantity

_BY = {"zh": re.compile("(?:增长|下降|上升|下跌|减少|增加|提高|降低|暴涨|暴跌|缩水|削减|增|减|涨|跌|降|升|提升|下滑|飙升|激增|大增|大涨)(?:了|幅|幅度|率|约|近|超|逾|达|为)*$"),
       "en": re.compile(r"(?:\bby|\b(?:rose|fell|grew|increased|decreased|dropped|jumped|surged|slumped|declined|climbed|gained|lost|slid|plunged|soared|up|down|tumbled|"
                        r"shrank|expanded|advanced|rise|fall|grow|growth of|increase of|decrease of|drop of|decline of|jump of|fell by))\s+(?:about|around|roughly|nearly|almost|some|"
                        r"more than|over|at least|an estimated|a)?\s*$")}
_TO = {"zh": re.compile("(?:至|到|为|达到?|突破)(?:了|约|近|超|逾|仅)*$"),
       "en": re.compile(r"\b(?:to|at|reach(?:es|ed|ing)?|hit|hits|totaled|totalled|total(?:l)?ing)\s+(?:a record |about |around |roughly |nearly |almost |some |more than |over |just |only |as (?:much|many) as |"
                        r"a |an estimated )*$")}
_RATIO_ZH = re.compile("的(?:约|近|大约|大概)?$|(?:相当于|仅为|只有|等于|达到).{0,12}的$")
_OF_EN = re.compile(r"^\s*(?:of|as (?:much|many|fast|powerful|large)|the (?:performance|size|price|speed|compute|bandwidth)|that of|faster|slower|cheaper|more|less|higher|lower|weaker|better|worse|larger|smaller|stronger)\b")
_OF_FIRMS = frozenset({"share", "revenue-share", "revenue", "orders", "units", "net-profit", "capex", "r-and-d", "gross-margin"})
_NODE = ("nm", "node")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a clause with the number that it asserts, and the other end of "from A to B"."""

    start: int
    end: int
    number: Mention | None
    before: Mention | None = None


def frame(view: View, clause: Clause, ctx: Context) -> Iterator[Claim]:
    """Yield the claims of a checkable clause."""
    for part in _parts(view, clause):
        yield _quantified(view, clause, part, ctx) if part.number else _plain(view, clause, part, ctx)


def opinion(view: View, clause: Clause, ctx: Context) -> Claim:
    """Return a clause that judges as a claim of kind opinion."""
    who = slots.subject(view, clause, clause.end, ctx)
    return Claim(clause.start, clause.end, view.text[clause.start:clause.end], "opinion", subject=_ids(who),
                 speaker=slots.speaker_of(view, clause, ctx), negated=slots.negated(view, clause.core, clause.end),
                 words=slots.words_of(view, clause.start, clause.end), mentions=_mentions(view, clause.start, clause.end))


# -- parts ------------------------------------------------------------------------------------------------------------


def _parts(view: View, clause: Clause) -> tuple[Part, ...]:
    """Cut a clause into stretches of one number each."""
    told = [m for m in view.within(clause.start, clause.end, "quantity")
            if m.quantity is not None and checkable.telling(view, m.start, m.end)]
    asserted = [m for m in told if not _qualifies(view, clause, m, told)]
    if not asserted:
        return (Part(clause.start, clause.end, None),)
    parts: list[Part] = []
    start = clause.start
    for i, m in enumerate(asserted):
        if i and parts[-1].number is not None and _pair(view, parts[-1].number, m):
            first = parts.pop()
            number, before = (m, first.number) if _rises_to(view, first.number, m) else (first.number, m)
            parts.append(Part(first.start, m.end, number, before))
            start = m.end
            continue
        if parts:
            start = _cut_between(view, parts[-1], m)
            parts[-1] = replace(parts[-1], end=start)
        parts.append(Part(start, m.end, m))
        start = m.end
    return tuple(_tidied(view, clause, parts))


_JOINT = {"zh": re.compile("[、,;]|以及|并且|并|和|与|及"), "en": re.compile(r",? (?:and|or|but|while|with|plus|for|in) |, ")}


def _cut_between(view: View, before: Part, m: Mention) -> int:
    """Return where the stretch of one number ends and that of the next begins: at the conjunction between them."""
    assert before.number is not None
    joint = _JOINT[view.lang].search(view.folded, before.number.end, m.start)
    return joint.start() if joint else before.end


def _converted(view: View, m: Mention, told: list[Mention]) -> bool:
    """Tell whether a number in brackets only gives the one before it in another unit: 344 billion yuan ($47 billion)."""
    opened = view.folded[max(0, m.start - 12):m.start].rfind("(")
    if opened < 0:
        return False
    at = max(0, m.start - 12) + opened
    return any(o.end <= at and at - o.end <= 2 and o.quantity is not None and m.quantity is not None and o.quantity.unit != m.quantity.unit for o in told)


def _qualifies(view: View, clause: Clause, m: Mention, told: list[Mention]) -> bool:
    """Tell whether a number only narrows a thing: a node, an age, a count inside a name, next to another number."""
    quantity = m.quantity
    if quantity is None:
        return True
    others = [o for o in told if o is not m and o.quantity is not None and o.quantity.unit not in _NODE]
    if quantity.unit in _NODE and others or _converted(view, m, told):
        return True
    return quantity.unit == "day" and bool(others)


def _pair(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether two numbers are the ends of one change or comparison: 从5%至18%, "from 5 to 18%", "up from 5%"."""
    if first.quantity is None or second.quantity is None or not slots.same(first.quantity, second.quantity):
        return False
    between = view.folded[first.end:second.start]
    before = view.folded[max(0, first.start - 12):first.start]
    if view.lang == "zh":
        started = re.search("[从由自](?:[^,，。]{0,8})$", before) is not None
        return started and len(between) <= 24 and re.search("[到至为升降跌涨]", between) is not None or re.match(
            "(?:的)?(?:.{0,10})?(?:高于|低于|较|比|远超|超过).{0,12}的?$", between) is not None
    if re.search(r"\bfrom (?:[\w ]{0,20})?$", before) and re.search(r"\bto\b", between) and len(between) <= 60:
        return True
    return len(between) <= 60 and re.search(r"\b(?:from|versus|vs\.?|compared (?:with|to)|against)\b", between) is not None


def _rises_to(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether the second of a pair is where the change ends."""
    if view.lang == "zh":
        return re.search("[从由自][^,，。]{0,8}$", view.folded[max(0, first.start - 12):first.start]) is not None
    return re.search(r"\bto\b", view.folded[first.end:second.start]) is not None and "compared to" not in view.folded[first.end:second.start]


def _tidied(view: View, clause: Clause, parts: list[Part]) -> Iterator[Part]:
    """Give the last part the rest of the clause, and parts too short to stand alone the words before them."""
    least = 2 if view.lang == "zh" else 6
    for i, part in enumerate(parts):
        start, end = part.start, clause.end if i == len(parts) - 1 else part.end
        if i and part.number is not None and part.number.start - start < least:
            start = parts[0].start
        joint = re.compile(r"[\s,，、;；]*(?:and |but |while |以及|并且|和|与)?").match(view.folded, start, end)
        start = joint.end() if joint else start
        yield replace(part, start=start, end=end)


# -- numbers ----------------------------------------------------------------------------------------------------------


def _quantified(view: View, clause: Clause, part: Part, ctx: Context) -> Claim:
    assert part.number is not None and part.number.quantity is not None
    number, quantity = part.number, part.number.quantity
    meant = slots.attribute_of(view, part.start, part.end, number) or slots.attribute_of(view, clause.start, part.end, number)
    attribute = meant.id if meant else _bare_attribute(view, clause, quantity, ctx)
    until = meant.start if meant is not None and meant.start < number.start else number.start
    who = slots.subject(view, clause, until, ctx, attribute)
    if not slots.entities(view, clause.core, until) and meant is not None:
        inside = slots.entities(view, clause.core, number.start)
        who = slots._ranked(view, inside, attribute) if inside and not ctx.topic else who
    if who and all(slots.wide(m) for m in who):
        firms = [m for m in slots.entities(view, clause.core, clause.end) if m.type == "firm"]
        topic = [m for m in ctx.topic or ctx.before if not slots.wide(m)]
        topic = topic if ctx.topic or attribute in _OF_FIRMS and meant is not None and meant.start <= clause.core + 2 else []
        who = (*firms[:1], *who) if firms and attribute in _OF_FIRMS else (*topic, *who)
    if view.lang == "en" and not slots.entities(view, clause.core, number.start) and re.match(r"\s*of\b", view.folded[number.end:number.end + 4]):
        who = slots._ranked(view, slots.entities(view, number.end, clause.end), attribute) or who
    role, direction = _role(view, clause, part)
    other = _compared_with(view, clause, part, who)
    kind = _kind(view, clause, part, quantity, attribute, role, other)
    if kind == "ratio":
        role = "ratio"
    elif kind == "rank":
        role = "rank"
    future = _future(view, clause)
    ctx.attribute = attribute or ctx.attribute
    return Claim(
        part.start, part.end, view.text[part.start:part.end], "forecast" if future and kind not in ("rank",) else kind, subject=_ids(who), object=_ids(other), attribute=attribute,
        quantity=quantity, before=part.before.quantity if part.before else None, role=role, direction=direction,
        period=slots.period_of(view, clause, number.start, ctx), base=slots.base_of(view, clause, number),
        place=slots.place_of(view, clause, ctx), market=slots.market_of(view, clause, meant),
        speaker=slots.speaker_of(view, clause, ctx), negated=slots.negated(view, part.start, part.end),
        hedged=quantity.approximate or view.has("hedge", clause.core, clause.end), future=future,
        words=slots.words_of(view, part.start, part.end), mentions=_mentions(view, clause.start, clause.end))


def _bare_attribute(view: View, clause: Clause, quantity: Quantity, ctx: Context) -> str:
    """Return the attribute of a number that names none: what its unit or relation says, else the one before."""
    text = view.folded[clause.core:clause.end]
    if quantity.unit == "share" and re.search("占|account(?:s|ed|ing)? for|represent|make(?:s)? up|made up|contribut", text):
        return "share"
    if view.within(clause.core, clause.end, "change") or clause.core > clause.sentence.start or re.match("up|down|or |or about|同比|环比|其中", text):
        if ctx.attribute:
            return ctx.attribute
    relation = [m.id for m in view.within(clause.core, clause.end, "relation") if m.id not in ("of", "heads")]
    return {"FLOP/s": "compute", "OP/s": "compute", "TPP": "tpp", "B/s": "memory-bandwidth", "B": "memory", "W": "power"}.get(
        quantity.unit, relation[0] if relation else ctx.attribute)


def _role(view: View, clause: Clause, part: Part) -> tuple[str, int]:
    """Return what the number is (level, to, by) and the sign of the change."""
    number = part.number
    assert number is not None
    directions = mention_lexicon().directions
    changes = [m for m in view.within(clause.core, clause.end, "change") if m.id and m.id != "from" and not m.id.startswith("reach")]
    if view.lang == "zh":
        changes = [m for m in changes if m.start >= number.start or not view.within(m.end, number.start, "attribute")]
    changes = [m for m in changes if part.start <= m.start < part.end] or [m for m in changes if m.end <= number.start]
    near = sorted(changes, key=lambda m: abs(number.start - m.end))
    direction = slots.direction_of(view, near, directions)
    if part.before is not None and not near and not re.search("从|由|自|from", view.folded[clause.core:part.end]):
        return "level", 0
    if part.before is not None:
        return "to", direction or _sign(part)
    if not near:
        return "level", 0
    before = view.folded[max(clause.start, number.start - 24):number.start]
    if _TO[view.lang].search(before) and not before.endswith("不到"):
        return "to", direction
    if near[0].id.endswith("-to"):
        return "to", direction
    if near[0].id.endswith("-by") or _BY[view.lang].search(before):
        return "by", direction
    unit = number.quantity.unit if number.quantity else ""
    if unit in ("share", "points", "times") and abs(number.start - near[0].end) <= (8 if view.lang == "zh" else 24) and direction:
        return "by", direction
    overlapping = near[0].start < number.end and number.start < near[0].end
    return ("by", direction) if overlapping else ("level", direction)


def _sign(part: Part) -> int:
    if part.before is None or part.number is None or part.before.quantity is None or part.number.quantity is None:
        return 0
    gap = part.number.quantity.value - part.before.quantity.value
    return (gap > 0) - (gap < 0)


def _compared_with(view: View, clause: Clause, part: Part, who: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return what a number is a ratio to: H100 of "H100的15%", "60% of the H100's"."""
    number = part.number
    assert number is not None
    used = set(_ids(who[:1]))
    after = [m for m in slots.entities(view, number.end, clause.end) if m.id not in used]
    if view.lang == "zh":
        near = [m for m in slots.entities(view, max(clause.core, number.start - 24), number.start) if m.id not in used]
        link = [m for m in near if re.search("的[^,，]{0,8}$", view.folded[m.end:number.start]) or view.within(m.end, number.start, "comparison")
                or re.search("(?:相当于|仅为|只有|比|是|为|较|达)[^,，]{0,4}$", view.folded[max(0, m.start - 10):m.start])]
        return tuple(reversed(link)) or tuple(after[:1])
    if _OF_EN.match(view.folded[number.end:number.end + 30]):
        return tuple(after)
    return tuple(after[:1])


def _kind(view: View, clause: Clause, part: Part, quantity: Quantity, attribute: str, role: str, other: tuple[Mention, ...]) -> str:
    number = part.number
    assert number is not None
    before, after = view.folded[max(clause.start, number.start - 16):number.start], view.folded[number.end:number.end + 40]
    if quantity.unit == "rank" or re.match("第[一二三四五\\d]|前[三五十两]|top", view.folded[number.start:number.end]):
        return "rank"
    if role in ("to", "by") and (part.before is not None or role == "by"):
        return "change"
    compared = [m.id for m in view.within(clause.core, clause.end, "comparison") if m.id in ("than", "equal", "ratio", "exceed", "below", "approach")]
    goods = any(m.type in ("chip", "system", "model", "memory") for m in other)
    if not goods and not re.search("相当于|同期的$", before) and _is_share(view, clause, number, quantity, attribute):
        return "share"
    if quantity.unit == "times" or quantity.unit == "share" and (
            goods or re.search("相当于", before) or (compared and other and attribute != "share")):
        return "ratio"
    if view.lang == "zh" and quantity.unit == "share" and re.search("同期的$", before):
        return "ratio"
    return "change" if role == "to" else "quantity"


def _is_share(view: View, clause: Clause, number: Mention, quantity: Quantity, attribute: str) -> bool:
    """Tell whether a percentage is a part of a whole."""
    if quantity.unit != "share":
        return False
    before, after = view.folded[clause.core:number.start], view.folded[number.end:number.end + 40]
    if attribute in ("share", "revenue-share") or re.search(r"accounts? for|accounted for|accounting for|represent|ma[kd]e up|contribut|占|份额|贡献|全球的?$", before):
        return True
    return re.match(r"\s*of\b", after) is not None if view.lang == "en" else after.startswith("的")


_NOT_FUTURE = re.compile("(?:超出|高于|低于|不及|符合|好于|超过)[^,]{0,6}(?:预期|预测)|将军|将近|未来感|会议|社会|协会|机会|计划[将于]?于|[\"][^\"]*[\"]|备胎计划|五年计划|计划生育|计划经济")
_WILL = re.compile("将(?=会|在|于|不|继续|进一步|逐步|大|成|有|是|达|超|突破|损失|开始|推出|增|减|下降|上升|提|扩|迎|被|对|向|面临|占|从|由|为|以|与|和|更|仅|无|需|投|建|获|取|出|采|要|使|让|导致|影响|发布|量产|供应|恢复|"
                   "允许|批准|禁止|限制|征收|加|收|全|持续|快速|正式|很|再|也|可能|主要|至少|于|首次|顺势|随)|预计|有望|预期|料将|预料|料会|预测|展望|计划|拟|打算|未来|力争|即将|势必|必将|或将|有意|目标")


def _future(view: View, clause: Clause) -> bool:
    """Tell whether a clause speaks of what is to come; in Chinese 将 before a name or noun is "take", not "will"."""
    start, end = clause.start, clause.end
    if view.lang == "en":
        return lexicon.has("en", "forecast", re.sub(r"may \d|would have|(?:was|were|had been) expected|expectations", " ", view.bare[start:end]))
    text = _NOT_FUTURE.sub(lambda m: MASK_OUT * len(m.group()), view.bare[start:end])
    return any(m.group() != "将" or _will(text[m.end():]) for m in _WILL.finditer(text))


def _will(rest: str) -> bool:
    """Tell whether 将 before some words means "will": no name follows it, and no verb of putting."""
    if re.match("[^,]{1,18}(?:列为|列入|纳入|视为|作为|改为|化|移|转|上缴|用于|送往|交给)", rest):
        return False
    return re.match(".{0,1}\ufffc", rest) is None and not re.match("其|该|这|此", rest) or re.match("会|在|于|继续|进一步|开始|对|向|达|损失|突破|顺势|随", rest) is not None


MASK_OUT = "\ufffc"


# -- without numbers --------------------------------------------------------------------------------------------------


def _plain(view: View, clause: Clause, part: Part, ctx: Context) -> Claim:
    start, end = part.start, part.end
    kind = _plain_kind(view, clause)
    if kind == "attribution" and clause.speech and 0 <= start - clause.speech[1] <= 4:
        start = clause.speech[0]
    verb = _verb_at(view, clause, kind)
    relation = _relation(view, clause, kind)
    attribute = relation
    meant = slots.attribute_of(view, start, end, None)
    if kind in ("rank", "ratio", "change") and meant is not None:
        attribute = meant.id
    elif not attribute and meant is not None:
        attribute = meant.id
    who = slots.subject(view, clause, verb, ctx, attribute)
    used = set(_ids(who))
    objects = [m for m in slots.entities(view, verb, end) if m.id not in used and m not in who]
    if kind == "origin" and clause.role in ("item", "bracket", "apposition"):
        who, objects = _owner(view, clause)
    directions = mention_lexicon().directions
    changes = [m for m in view.within(clause.core, end, "change") if m.id]
    return Claim(
        start, end, view.text[start:end], kind, subject=_ids(who), object=_ids(objects), attribute=attribute,
        role="rank" if kind == "rank" else "ratio" if kind == "ratio" else "", direction=slots.direction_of(view, changes, directions),
        period=slots.period_of(view, clause, verb, ctx), base=slots.base_of(view, clause, None), place=slots.place_of(view, clause, ctx),
        market=slots.market_of(view, clause, meant), speaker=slots.speaker_of(view, clause, ctx),
        negated=slots.negated(view, clause.core, end), hedged=view.has("hedge", clause.core, end), future=_future(view, clause),
        words=slots.words_of(view, start, end), mentions=_mentions(view, clause.start, end))


def _plain_kind(view: View, clause: Clause) -> str:
    """Name the kind of a claim without a number."""
    start, end = clause.start, clause.end
    if clause.role == "item":
        return "origin"
    if clause.role == "apposition":
        return "rank"
    if clause.role == "bracket" and not checkable.predicate(view, clause.core, end - 1):
        return "origin"
    if clause.speech and (clause.speech[0] == clause.start and clause.core == clause.start or view.text[clause.core] in "“\"「"):
        return "attribution"
    if clause.quoted:
        return "attribution"
    if checkable.stance(view, clause):
        return "attribution"
    if _future(view, clause):
        return "forecast"
    if _superlative(view, clause):
        return "rank"
    compared = [m for m in view.within(clause.said, end, "comparison") if m.id in ("exceed", "below", "approach", "equal", "than")]
    if compared and not view.has("event", clause.said, end) and view.within(start, end, "entity"):
        return "ratio"
    timed = bool(view.within(start, end, "time"))
    if view.has("legal", clause.said, end):
        return "event" if timed or _acts(view, clause) else "status"
    if view.has("causal", clause.said, end) and not timed:
        return "causal"
    relations = [m.id for m in view.within(clause.said, end, "relation")]
    if any(m.id == "foundry-service" and view.text[m.start:m.end].strip()[:1] == "代" for m in view.within(clause.said, end, "entity")):
        relations.append("makes")
    if not timed and (any(r in ("makes", "designs", "owns", "supplies", "founded") for r in relations) or "heads" in relations and _holds_office(view, clause)) and not (
            view.lang == "zh" and view.has("event", clause.said, end)):
        return "origin"
    if view.within(clause.said, end, "change") and view.within(clause.said, end, "attribute") and not view.has("event", clause.said, end):
        return "change"
    return "event"


def _holds_office(view: View, clause: Clause) -> bool:
    return re.search({"zh": "是|担任|出任|任|为", "en": r"\b(?:is|was|became|named|appointed|serves?|served|heads?|leads?|led|runs?)\b"}[view.lang], view.bare[clause.said:clause.end]) is not None


def _acts(view: View, clause: Clause) -> bool:
    """Tell whether an agency or government does something, against a thing that simply is banned."""
    hits = view.find("legal", clause.said, clause.end)
    if not hits:
        return False
    actors = [m for m in slots.entities(view, clause.said, hits[0].start()) if m.type in ("agency", "place", "person")]
    passive = {"zh": "被|受到|遭|获批|受限|属于|需要", "en": r"\b(?:is|are|remains?|be|being|been|requires?|subject to|needs?)\b"}[view.lang]
    return bool(actors) and re.search(passive, view.bare[clause.said:hits[0].end()]) is None


def _superlative(view: View, clause: Clause) -> bool:
    found = [m for m in view.within(clause.said, clause.end, "superlative") if m.id in ("largest", "smallest", "only")]
    return bool(found) or lexicon.has(view.lang, "rank", re.sub("首次|首个|首款|first", "", view.bare[clause.said:clause.end])) and view.lang == "zh"


def _verb_at(view: View, clause: Clause, kind: str) -> int:
    """Return where the verb of a clause starts, so that names before it are its subject."""
    by = re.compile("由(?=\ufffc)").search(view.bare, clause.core, clause.end) if view.lang == "zh" else None
    if by:
        return by.start()
    names = slots.entities(view, clause.core, clause.end)
    hits = sorted([h.start() for h in view.find("verbs", clause.core, clause.end)] + [
        m.start for m in view.within(clause.core, clause.end, "relation", "change", "reporting")
        if m.id not in ("of", "heads", "from") and m.end - m.start > (1 if view.lang == "zh" else 0) and not _noun(view, m)])
    if view.lang == "en":
        hits = sorted([*hits, *(m.start() for m in re.compile(r"\b\w{3,}ed\b").finditer(view.bare, clause.core, clause.end))])
    if kind == "ratio":
        compared = view.within(names[0].end if names else clause.core, clause.end, "comparison")
        if compared:
            return compared[0].start
    first = names[0].end if names and (not hits or names[0].start <= hits[0]) else clause.core
    return min((h for h in hits if h >= first), default=clause.end)


def _noun(view: View, m: Mention) -> bool:
    """Tell whether a word of a relation stands for a thing or place and not for an act: 旗下的, 子公司, "maker"."""
    return re.fullmatch("旗下|母公司|子公司|供应商|客户|subsidiary|subsidiaries|parent|customers?|suppliers?|makers?|founders?|unit of|arm of|division of", view.folded[m.start:m.end]) is not None


_RELATIONS = ("bans", "approves", "makes", "designs", "owns", "supplies", "buys", "founded", "heads", "invests", "launches", "expands", "replaces", "uses",
              "requires", "covers", "partof")


def _relation(view: View, clause: Clause, kind: str) -> str:
    """Return the relation that a clause asserts: makes, owns, bans, says ..."""
    if kind == "attribution":
        return "says"
    if kind == "origin" and clause.role in ("item", "bracket"):
        return "makes"
    found = [m for m in view.within(clause.said, clause.end, "relation") if m.id in _RELATIONS and not (
        m.id == "owns" and view.folded[m.start:m.end] == "旗下")]
    if not found:
        services = [m for m in view.within(clause.said, clause.end, "entity") if m.id == "foundry-service"]
        return "causes" if kind == "causal" else "makes" if services and kind == "origin" else ""
    order = {name: i for i, name in enumerate(_RELATIONS)}
    return min(found, key=lambda m: (order[m.id] > 1 if kind in ("status", "event") else 0, m.start)).id


def _owner(view: View, clause: Clause) -> tuple[tuple[Mention, ...], list[Mention]]:
    """Return owner and owned of A's B, or of B (A)."""
    names = slots.entities(view, clause.start, clause.end)
    firms = [m for m in names if m.type in ("firm", "agency", "person", "fund")]
    rest = [m for m in names if m not in firms]
    return tuple(firms[:1]) or tuple(names[:1]), rest or firms[1:]


def _ids(found: tuple[Mention, ...] | list[Mention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(id for m in found for id in (m.id, *m.others) if id))


def _mentions(view: View, start: int, end: int) -> tuple[Mention, ...]:
    return tuple(m for m in view.within(start, end, "entity", "quantity", "time", "attribute", "change", "comparison", "relation", "superlative"))
