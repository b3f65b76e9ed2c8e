"""Fill the slots of a claim: who, what, how much, when, compared with what, said by whom."""

from __future__ import annotations

import re
from functools import cache

from highfence.catalogue.statements import things
from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.subjects import Context, entities, wide
from highfence.claims.frames.view import MASK, View
from highfence.claims.model import Mention, Quantity, Time

RATES = frozenset(
    {
        "share",
        "revenue-share",
        "yield",
        "utilisation",
        "gross-margin",
        "operating-margin",
        "localisation",
        "penetration",
        "tariff",
        "tax",
        "growth",
    }
)


COUNTED = frozenset({"fabs", "employees", "cities", "devices", "data-centers", "layers", "patents", "papers", "cores"})
"""Attributes that are counts of what stands right beside the number."""

MONEY = frozenset({"USD", "CNY", "EUR", "TWD", "KRW", "JPY", "HKD", "GBP"})
_MARKETS = ("product", "topic", "technology")


def attribute_of(view: View, start: int, end: int, near: Mention | None) -> Mention | None:
    """Return the attribute mention nearest to a number, one before it preferred."""
    found = [
        m
        for m in view.within(start, end, "attribute")
        if not any(e.start <= m.start and m.end <= e.end for e in view.within(start, end, "entity"))
    ]
    if near is not None and near.quantity is not None and near.quantity.unit not in ("1", "units"):
        found = [m for m in found if not m.id.endswith("-count")]
    if near is not None:
        found = [m for m in found if m.id not in COUNTED or (m.start - near.end <= 24 and near.start - m.end <= 10)]
    if near is not None and near.quantity is not None and near.quantity.count_of not in ("", "plants", "items"):
        found = [
            m for m in found if m.id not in ("fabs", "data-centers") or m.end <= near.start or m.start - near.end <= 3
        ]
    if near is not None and near.quantity is not None and near.quantity.unit in MONEY:
        found = [m for m in found if m.id not in RATES]
    if not found:
        return None
    if near is None:
        return found[-1]
    if near.quantity is not None and near.quantity.unit in ("share", "points"):
        rates = [m for m in found if m.id in RATES and m.end <= near.end + 24]
        changed = view.within(rates[0].end, near.start, "change") if rates and rates[0].end < near.start else []
        nearest = min(found, key=lambda m: abs(near.start - m.end))
        if rates and (
            nearest in rates
            or not any(m.start > nearest.end for m in changed)
            or re.match("(?:'s)? of |的", view.folded[rates[0].end : near.start])
        ):
            found = rates
    following = [m for m in found if m.start >= near.end]
    if (
        following
        and _measures(view, near, following[0])
        and not any(
            near.start - m.end <= 12 and not re.search(r"\band\b|,|和|、", view.folded[m.end : near.start])
            for m in found
            if m.end <= near.start
        )
    ):
        return following[0]
    return min(found, key=lambda m: near.start - m.end if m.end <= near.start else 8 + m.start - near.end)


def _measures(view: View, number: Mention, attribute: Mention) -> bool:
    """Tell whether a number is followed by what it measures: "4 TB/s of bandwidth", 40%的消费量."""
    between = view.folded[number.end : attribute.start]
    if view.lang == "zh":
        return (between.startswith("的") and len(between) <= 12) or between == ""
    return (
        len(between) <= 40
        and re.match(r"\s*(?:of|in|worth of)?\s(?![^,;]*[,;])", between) is not None
        and not lexicon.has("en", "verbs", between)
    )


def period_of(view: View, clause: Clause, near: int, ctx: Context, after: int = -1) -> Time | None:
    """Return the time just behind a number, else the nearest before it, else that of the clause or sentence."""
    times = [m for m in view.within(clause.start, clause.end, "time") if m.time is not None and not _compared(view, m)]
    behind = [m for m in times if 0 <= m.start - after <= 10] if after >= 0 and view.lang == "en" else []
    if behind:
        return behind[0].time
    before = [m for m in times if m.end <= near]
    if before:
        return before[-1].time
    if times:
        return min(times, key=lambda m: m.start).time
    return None if _BACK_THEN[view.lang].search(view.folded, clause.start, clause.end) else ctx.period_of_sentence


_BACK_THEN = {
    "zh": re.compile("当年(?!\\d)|昔日|往年|那年|那时"),
    "en": re.compile(r"\b(?:back then|in those days|years ago)\b"),
}


def _compared(view: View, time: Mention) -> bool:
    """Tell whether a time is that of a comparison: 同期, "from a year earlier"."""
    before = view.folded[max(0, time.start - 14) : time.start]
    after = view.folded[time.end : time.end + 8]
    if view.lang == "zh":
        return re.search("[较比]$|相比$|低于$|高于$", before) is not None or after.startswith(("同期相比", "的水平"))
    if re.search(
        r"(?:%|percent|points|up|down|higher|lower|increase|decrease|drop|rise|growth) from (?:in )?(?:the )?$", before
    ):
        return True
    return re.search(r"(?:compared (?:with|to)|than|versus|vs\.?) (?:in )?(?:the )?$", before) is not None or (
        " earlier" in after or " ago" in after
    )


def base_of(view: View, clause: Clause, near: Mention | None) -> str:
    """Name what a change is compared with: the year before, the quarter before, or nothing said."""
    start, end = clause.start, clause.end
    for m in view.within(start, end, "comparison"):
        if m.id in ("year-on-year", "quarter-on-quarter", "annualised", "monthly", "cumulative"):
            return {"cumulative": "total"}.get(m.id, m.id)
    for name in ("year-on-year", "quarter-on-quarter", "month-on-month", "total"):
        if lexicon.has(view.lang, name, view.folded[start:end]):
            return name
    return ""


def place_of(view: View, clause: Clause, ctx: Context) -> str:
    """Return the ISO code of the place that a clause narrows its statement to; a firm's home is none."""
    places = [m for m in view.within(clause.start, clause.end, "entity") if m.type == "place" and m.id]
    where = [m for m in places if _where(view, m)] or [m for m in places if not _home(view, m, clause.end)]
    if where:
        return code(where[0])
    markets = [m for m in view.within(clause.start, clause.end, "entity") if m.type == "topic" and country(m.id)]
    if markets:
        return country(markets[0].id)
    text = view.folded[clause.start : clause.end]
    if re.search("全球|世界|\\bglobal|\\bworld", text):
        return "world"
    return "CN" if view.lang == "zh" and re.search("国产|国内|在华(?!盛)|对华(?!为|虹)", text) else ""


@cache
def country(id: str) -> str:
    """Return the country that a thing of the catalogue belongs to, or none."""
    found = things().get(id)
    return found.country if found and found.country else _homes().get(id, "")


@cache
def _homes() -> dict[str, str]:
    from highfence.catalogue import catalogue

    return {firm.id: firm.country or "" for firm in catalogue().firms()}


def code(m: Mention) -> str:
    """Return the ISO code of a place among its ids."""
    ids = (m.id, *m.others)
    return next(
        (id for id in ids if id == "world" or (len(id) == 2 and id.isupper())),
        m.id.removeprefix("place-").upper() if len(m.id) == 8 else m.id,
    )


def _where(view: View, m: Mention) -> bool:
    """Tell whether a place stands behind in, to or from, or before its market."""
    if view.lang == "zh":
        return (
            view.folded[m.start : m.end].startswith(("在", "对"))
            or view.folded[max(0, m.start - 1) : m.start] in ("在", "对", "向")
            or view.folded[m.end : m.end + 2] == "市场"
        )
    before, after = view.folded[max(0, m.start - 16) : m.start], view.folded[m.end : m.end + 8]
    return re.search(
        r"\b(?:in|to|from|into|across|within|inside)(?: the)? (?:mainland )?$", before
    ) is not None or after.startswith((" market", " share", " sales", " revenue"))


def _home(view: View, m: Mention, end: int) -> bool:
    """Tell whether a place only says where a firm is from: 荷兰ASML, "Dutch supplier ASML"."""
    later = [n for n in view.within(m.end, min(end, m.end + 40), "entity") if n.type in ("firm", "agency", "person")]
    if not later:
        return False
    between = view.bare[m.end : later[0].start]
    if view.lang == "zh":
        return len(between) <= 12 and not re.search("的|对|在|是|把|被|占|市场|将|已|要|,", between)
    return (
        len(between.split()) <= 4
        and re.search(r"\b\w{3,}ed\b", between) is None
        and "," not in between
        and not between.startswith("'s")
        and not lexicon.has("en", "verbs", between)
    )


def market_of(view: View, clause: Clause, attribute: Mention | None) -> str:
    """Return the product or segment that narrows an attribute: "AI chips" of "AI chip revenue"."""
    end = attribute.start if attribute else clause.end
    near = [m for m in entities(view, clause.start, clause.end) if m.type in _MARKETS]
    if not near:
        return ""
    return min(near, key=lambda m: abs(end - m.end)).id


def speaker_of(view: View, clause: Clause, ctx: Context) -> tuple[str, ...]:
    """Return the ids of who is said to have said it."""
    if clause.speech:
        found = entities(view, *clause.speech)
        if not found and clause.speech[0] <= clause.start:
            found = [
                m
                for m in entities(view, clause.sentence.start, clause.speech[0])
                if m.type in ("person", "firm", "agency")
            ][-1:]
        people = [m for m in found if m.type == "person"]
        return tuple(dict.fromkeys(m.id for m in (*people, *found) if not wide(m)))
    return ctx.speaker


def direction_of(view: View, near: list[Mention], directions: dict[str, int]) -> int:
    """Return the sign of the change word nearest to a number."""
    return next((directions[m.id] for m in near if directions.get(m.id)), 0)


def negated(view: View, start: int, end: int) -> bool:
    """Tell whether the statement is denied; 不仅, 不断, 不少 deny nothing."""
    text = view.bare[start:end]
    if view.lang == "zh":
        text = re.sub(
            "不仅|不但|不断|不少|不久|不过|不止|不足|不到|不同|不低于|不超过|不少于|不亚于|没有?想到|无论|无人|无线|非常|除非|非洲|不得不|不光|不管|不惜|未来|不至于",
            MASK,
            text,
        )
    else:
        text = re.sub(
            r"not only|no\. ?\d|no less than|not just|no longer than|no later than|no fewer than|no more than",
            MASK,
            text,
        )
    return lexicon.has(view.lang, "negation", text)


_FUNCTION = re.compile(
    "[的了在和与是将被对把从到以为也都就而但其这那该此并及或中上下等已曾还更又则让使令给向由于\\W\ufffc\\d]+"
)


_SMALL = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "but",
        "as",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "their",
        "his",
        "her",
        "they",
        "he",
        "she",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "has",
        "have",
        "had",
        "will",
        "would",
        "can",
        "could",
        "may",
        "might",
        "said",
        "says",
        "more",
        "than",
        "which",
        "who",
        "whose",
        "into",
        "over",
        "under",
        "after",
        "before",
        "about",
        "not",
        "no",
        "also",
        "new",
        "one",
        "two",
        "year",
        "years",
        "month",
        "quarter",
        "per",
        "cent",
        "percent",
    ]
)


def words_of(view: View, start: int, end: int) -> tuple[str, ...]:
    """Return the content words of a stretch: in Chinese what stands between function words and names.

    >>> from highfence.claims.model import Document
    >>> view = View(Document("美国取消了芯片关税", "zh"), ())
    >>> words_of(view, 0, 9)
    ('美国取消', '芯片关税')
    """
    text = view.bare[start:end]
    if view.lang == "zh":
        found = [w for w in _FUNCTION.split(text) if len(w) >= 2]
    else:
        found = [w for w in re.findall(r"[a-z][a-z-]{2,}", text) if w not in _SMALL]
    quoted = [view.folded[q.start : q.end] for q in segments.quotes(view.text, start, end)]
    return tuple(dict.fromkeys([*found, *(q for q in quoted if 1 < len(q) <= 40)]))


def same(first: Quantity, second: Quantity) -> bool:
    """Tell whether two quantities count in the same unit."""
    return first.unit == second.unit or {first.unit, second.unit} <= {"share", "points"}


_NOT_FUTURE = re.compile(
    '(?:超出|高于|低于|不及|符合|好于|超过)[^,]{0,6}(?:预期|预测)|将军|将近|未来感|会议|社会|协会|机会|计划[将于]?于|["][^"]*["]|备胎计划|五年计划|计划生育|计划经济'
)


_WILL = re.compile(
    "将(?=会|在|于|不|继续|进一步|逐步|大|成|有|是|达|超|突破|损失|开始|推出|增|减|下降|上升|提|扩|迎|被|对|向|面临|占|从|由|为|以|与|和|更|仅|无|需|投|建|获|取|出|采|要|"
    "使|让|导致|影响|发布|量产|供应|恢复|"
    "允许|批准|禁止|限制|征收|加|收|全|持续|快速|正式|很|再|也|可能|主要|至少|于|首次|顺势|随)|预计|有望|预期|料将|预料|料会|预测|展望|计划|拟|打算|未来|力争|即将|势必|必将|或将|有意|目标[是为]"
)


def future(view: View, clause: Clause) -> bool:
    """Tell whether a clause speaks of what is to come; in Chinese 将 before a name or noun is "take", not "will"."""
    start, end = clause.start, clause.end
    if view.lang == "en":
        return lexicon.has(
            "en",
            "forecast",
            re.sub(r"may \d|would have|(?:was|were|had been) expected|expectations", " ", view.bare[start:end]),
        )
    text = _NOT_FUTURE.sub(lambda m: MASK * len(m.group()), view.bare[start:end])
    return any(m.group() != "将" or _will(text[m.end() :]) for m in _WILL.finditer(text))


def _will(rest: str) -> bool:
    """Tell whether 将 before some words means "will": no name follows it, and no verb of putting."""
    if re.match("[^,]{1,18}(?:列为|列入|纳入|视为|作为|改为|化|移|转|上缴|用于|送往|交给)", rest):
        return False
    return (re.match(".{0,1}\ufffc", rest) is None and not re.match("其|该|这|此", rest)) or re.match(
        "会|在|于|继续|进一步|开始|对|向|达|损失|突破|顺势|随", rest
    ) is not None


def ids(found: tuple[Mention, ...] | list[Mention]) -> tuple[str, ...]:
    """Return the ids of entities, those that an ambiguous name may mean behind the likely one."""
    return tuple(dict.fromkeys(id for m in found for id in (m.id, *m.others) if id))


def linked(view: View, start: int, end: int) -> tuple[Mention, ...]:
    """Return the mentions that a claim rests on."""
    return tuple(
        m
        for m in view.within(
            start, end, "entity", "quantity", "time", "attribute", "change", "comparison", "relation", "superlative"
        )
    )
