"""Fill the slots of a claim: who, what, how much, when, compared with what, said by whom."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from highfence.catalogue.statements import things
from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.view import MASK, View
from highfence.claims.model import Mention, Quantity, Time

if TYPE_CHECKING:
    from highfence.claims.frames.clauses import Clause

SPECS = frozenset({"compute", "tpp", "performance", "memory", "memory-bandwidth", "interconnect-bandwidth", "power", "yield", "transistors",
                   "die-area", "node", "process", "price", "efficiency", "memory-capacity", "interconnect"})
_RATES = frozenset({"share", "revenue-share", "yield", "utilisation", "gross-margin", "operating-margin", "localisation", "penetration", "tariff", "tax", "growth"})
_WIDE = ("place", "topic", "group", "technology")


def wide(m: Mention) -> bool:
    """Tell whether an entity is a place or topic, and no actor such as a government."""
    return m.type in _WIDE and not m.id.endswith("-government")


_MARKETS = ("product", "topic", "technology")
_GOODS = ("chip", "system", "model", "memory", "product", "technology")


@dataclass(slots=True)
class Context:
    """What earlier clauses leave to later ones.

    Attributes
    ----------
    sentence : number of the sentence in hand. topic : entities that the sentence is about; before : those of the
    sentence before. named : last entity by type, for pronouns. seen : every entity by id. checked : whether the sentence
    has stated something already. attribute, period, place, market : last ones.
    """

    sentence: int = -1
    paragraph: int = -1
    topic: tuple[Mention, ...] = ()
    before: tuple[Mention, ...] = ()
    heading: tuple[Mention, ...] = ()
    named: dict[str, Mention] = field(default_factory=dict)
    attribute: str = ""
    market: str = ""
    place: str = ""
    period: Time | None = None
    period_of_sentence: Time | None = None
    speaker: tuple[str, ...] = ()
    checked: bool = False
    seen: dict[str, Mention] = field(default_factory=dict)

    def enter(self, view: View, clause: Clause) -> None:
        """Move on to a clause: drop what does not outlive its sentence or paragraph."""
        if clause.number == self.sentence:
            return
        if clause.sentence.paragraph != self.paragraph:
            self.attribute, self.market, self.place, self.period = "", "", "", None
            if clause.sentence.block in ("heading", "title"):
                self.heading = tuple(view.within(clause.sentence.start, clause.sentence.end, "entity"))
        self.sentence, self.paragraph = clause.number, clause.sentence.paragraph
        self.before = self.topic or self.before
        self.topic, self.period_of_sentence, self.speaker, self.checked = (), None, (), False

    def leave(self, view: View, clause: Clause, subject: tuple[Mention, ...]) -> None:
        """Remember what a clause was about."""
        for m in view.within(clause.start, clause.end, "entity"):
            self.seen[m.id] = m
            if m.id and m.id != "world":
                self.named[m.type] = m
        if subject:
            narrow = tuple(m for m in subject if not wide(m))
            ordered = (*narrow, *(m for m in subject if wide(m)))
            if not self.topic or narrow and narrow[0].type in ("firm", "chip", "system", "agency", "person") or wide(self.topic[0]):
                self.topic = ordered
            if narrow or "subject" not in self.named:
                self.named["subject"] = self.topic[0]
        times = [m.time for m in view.within(clause.start, clause.end, "time") if m.time is not None]
        if times:
            self.period_of_sentence = times[0]
            self.period = times[0]


def entities(view: View, start: int, end: int) -> list[Mention]:
    """Return the entities of a stretch that have an id."""
    return [m for m in view.within(start, end, "entity") if m.id]


def subject(view: View, clause: Clause, until: int, ctx: Context, attribute: str = "") -> tuple[Mention, ...]:
    """Return what a clause speaks of, most likely first: names before ``until``, else what was named before."""
    begin = clause.head[0] if clause.head and clause.head[0] < clause.core else clause.core
    found = entities(view, begin, max(until, begin))
    if not found and clause.start < begin:
        found = _in_lead(view, clause, begin)
    referred = _referred(view, begin, clause.end, ctx)
    if referred:
        return (*referred, *(m for m in found if m.id != referred[0].id))
    if clause.speech and clause.speech[1] <= clause.core + 1 and view.lang == "zh" and opens_with_verb(view, clause.core, clause.end):
        said = [m for m in entities(view, *clause.speech) if m.type in ("firm", "agency", "person", "place")]
        if said:
            return (*_ranked(view, said, attribute), *found)
    if ctx.topic and view.lang == "en" and clause.core > clause.sentence.start and re.compile(r"(?:and |but |then )?(?:\w+(?:ed|ing)|which|who|down|up)\b").match(
            view.bare, clause.core, clause.end):
        return (*ctx.topic, *(m for m in found if m not in ctx.topic))
    if found:
        ranked = _ranked(view, found, attribute)
        if any(not wide(m) for m in ranked) or not _refers(view, clause, until):
            return ranked
    if not _leaves_open(view, clause):
        return tuple(found)
    if ctx.topic:
        return (*found, *ctx.topic) if found and not wide(found[0]) else (*ctx.topic, *found)
    late = [m for m in entities(view, until, clause.end) if m.type != "place"]
    if clause.sentence.block == "body" and not found and not late and ctx.before:
        return ctx.before
    return tuple(found) or ctx.before[:1] or ctx.heading[:1]


_OPEN_EN = re.compile(
    r"(?:and |but |also |then |still |just |only |about |nearly |roughly |more than |over |some |almost |around |up to |at least |total |net |gross |annual |quarterly |global |overall "
    r"|both |its |their |his |the |a |an |\ufffc[\ufffc -]*)*(?:up|down|or|compared|from|with|to|at|which|who|that|while|is|are|was|were|has|have|had|will|would|can|could|may|might|"
    r"expects?|makes?|made|sells?|sold|rose|fell|grew|holds?|held|gets?|got|reported|said|\w+ing|\w+ed)\b")


def _leaves_open(view: View, clause: Clause) -> bool:
    """Tell whether a clause leaves out its subject: it begins with a verb, a number, what is measured or a pronoun."""
    if clause.role != "clause":
        return True
    start, end = clause.core, clause.end
    if any(m.start <= start + 3 for m in view.within(start, end, "attribute", "quantity", "change", "entity")):
        return True
    if view.starts("pronoun", start, end):
        return True
    if view.lang == "en":
        if any(m.start <= start + 16 and not view.has("verbs", start, m.start) for m in view.within(start, end, "quantity")):
            return True
        return lexicon.starts("en", "verbs", view.bare[start:end]) > 0 or _OPEN_EN.match(view.bare, start, end) is not None or any(
            m.start <= start + 24 for m in view.within(start, end, "attribute") if not view.has("verbs", start, m.start))
    skipped = re.compile("(?:却|又|也|还|再|大规模|全面|正式|直接|大幅|已经?|都|就|则|仍|更|并|同时|如今|目前|正|将|不|未|没|可|能|只|仅|约|近|超|逾|年|总|净|单|全)*").match(view.bare, start, end)
    first = skipped.end() if skipped else start
    return first > start or lexicon.starts("zh", "verbs", view.bare[first:end]) > 0 or MASK in view.bare[start:start + 2]


def opens_with_verb(view: View, start: int, end: int) -> bool:
    """Tell whether a Chinese stretch begins with a verb, adverbs before it left out."""
    skipped = _ADVERBS.match(view.bare, start, end)
    first = skipped.end() if skipped else start
    verb = lexicon.starts("zh", "verbs", view.bare[first:end]) or lexicon.starts("zh", "event", view.bare[first:end])
    noun = next((m.end - m.start for m in view.within(first, end, "attribute") if m.start == first), 0)
    return verb > 0 and verb >= noun


_ADVERBS = re.compile("(?:却|本质上|实际上|正在?|又|也|还|再|大规模|全面|正式|直接|大幅|已经?|都|就|同时|如今|将)*")


def _in_lead(view: View, clause: Clause, begin: int) -> list[Mention]:
    """Return entities of the lead-in that can be a subject: not those of a source or condition."""
    if clause.conditional or clause.speech and clause.speech[0] >= clause.start:
        return []
    return [m for m in entities(view, clause.start, begin) if m.type != "place"]


def _ranked(view: View, found: list[Mention], attribute: str) -> tuple[Mention, ...]:
    """Order entities: the last of A's B for properties of products, the first otherwise, places at the end."""
    narrow = [m for m in found if not wide(m)]
    broad = [m for m in found if wide(m)]
    if not narrow:
        return tuple(broad)
    goods = [m for m in narrow if m.type in ("chip", "system", "model", "memory")]
    if attribute in SPECS and goods:
        narrow = [*goods, *(m for m in narrow if m not in goods)]
    elif len(narrow) > 1 and not goods and _adjoined(view, narrow[0], narrow[1]) and narrow[1].type in ("firm", "chip", "system"):
        narrow = [narrow[1], narrow[0], *narrow[2:]]
    elif len(narrow) > 1 and narrow[0].type in ("product", "law") and any(m.type in ("firm", "agency", "person") for m in narrow):
        actors = [m for m in narrow if m.type in ("firm", "agency", "person")]
        narrow = [*actors, *(m for m in narrow if m not in actors)]
    return (*narrow, *broad)


def _adjoined(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether two names stand side by side as owner and owned: 华为昆仑芯, Huawei's Kunlun."""
    return view.folded[first.end:second.start].strip() in ("", "的", "'s", "'", "旗下", "旗下的")


def _refers(view: View, clause: Clause, until: int) -> bool:
    return view.starts("pronoun", clause.core, max(until, clause.core)) > 0


def _referred(view: View, start: int, end: int, ctx: Context) -> tuple[Mention, ...]:
    """Resolve a pronoun or "the company" to the last thing of its kind."""
    length = view.starts("pronoun", start, end)
    if not length or entities(view, start, start + length):
        return ()
    word = view.folded[start:start + length]
    kinds: tuple[str, ...] = ("subject",)
    if re.search("公司|企业|集团|厂|firm|company|chipmaker|chip maker|giant|foundry|startup|start-up|supplier|manufacturer|maker|group", word):
        kinds = ("firm",)
    elif re.search("芯片|产品|款|chip|processor|accelerator|gpu|product|device", word):
        kinds = ("chip", "system", "product")
    elif re.search("机构|agency|department|government|bureau", word):
        kinds = ("agency", "place")
    elif re.search("国|country", word):
        kinds = ("place",)
    elif word in ("他", "她", "he", "she", "his", "her"):
        kinds = ("person",)
    for kind in kinds:
        if kind in ctx.named:
            return (ctx.named[kind],)
    return (ctx.named["subject"],) if "subject" in ctx.named and kinds != ("subject",) else ()


def attribute_of(view: View, start: int, end: int, near: Mention | None) -> Mention | None:
    """Return the attribute mention nearest to a number, one before it preferred."""
    found = [m for m in view.within(start, end, "attribute")
             if not any(e.start <= m.start and m.end <= e.end for e in view.within(start, end, "entity"))]
    if not found:
        return None
    if near is None:
        return found[-1]
    if near.quantity is not None and near.quantity.unit in ("share", "points"):
        rates = [m for m in found if m.id in _RATES and m.end <= near.end + 24]
        changed = view.within(rates[0].end, near.start, "change") if rates and rates[0].end < near.start else []
        nearest = min(found, key=lambda m: abs(near.start - m.end))
        if rates and (nearest in rates or not any(m.start > nearest.end for m in changed) or re.match("(?:'s)? of |的", view.folded[rates[0].end:near.start])):
            found = rates
    following = [m for m in found if m.start >= near.end]
    if following and _measures(view, near, following[0]) and not any(
            near.start - m.end <= 12 and not re.search(r"\band\b|,|和|、", view.folded[m.end:near.start]) for m in found if m.end <= near.start):
        return following[0]
    return min(found, key=lambda m: (near.start - m.end if m.end <= near.start else 8 + m.start - near.end))


def _measures(view: View, number: Mention, attribute: Mention) -> bool:
    """Tell whether a number is followed by what it measures: "4 TB/s of bandwidth", 40%的消费量."""
    between = view.folded[number.end:attribute.start]
    if view.lang == "zh":
        return between.startswith("的") and len(between) <= 12 or between == ""
    return len(between) <= 40 and re.match(r"\s*(?:of|in|worth of)?\s(?![^,;]*[,;])", between) is not None and not lexicon.has("en", "verbs", between)


def period_of(view: View, clause: Clause, near: int, ctx: Context) -> Time | None:
    """Return the time nearest before a place in a clause, else after it, else that of the sentence."""
    times = [m for m in view.within(clause.start, clause.end, "time") if m.time is not None and not _compared(view, m)]
    before = [m for m in times if m.end <= near]
    if before:
        return before[-1].time
    if times:
        return min(times, key=lambda m: m.start).time
    return ctx.period_of_sentence


def _compared(view: View, time: Mention) -> bool:
    """Tell whether a time is that of a comparison: 同期, "from a year earlier"."""
    before = view.folded[max(0, time.start - 14):time.start]
    after = view.folded[time.end:time.end + 8]
    if view.lang == "zh":
        return re.search("[较比]$|相比$|低于$|高于$", before) is not None or after.startswith(("同期相比", "的水平"))
    if re.search(r"(?:%|percent|points|up|down|higher|lower|increase|decrease|drop|rise|growth) from (?:in )?(?:the )?$", before):
        return True
    return re.search(r"(?:compared (?:with|to)|than|versus|vs\.?) (?:in )?(?:the )?$", before) is not None or (
        " earlier" in after or " ago" in after)


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
    """Return the ISO code of the place that a clause narrows its statement to: where, or whose market; not a firm's home."""
    places = [m for m in view.within(clause.start, clause.end, "entity") if m.type == "place" and m.id]
    where = [m for m in places if _where(view, m)] or [m for m in places if not _home(view, m, clause.end)]
    if where:
        return _code(where[0])
    markets = [m for m in view.within(clause.start, clause.end, "entity") if m.type == "topic" and country(m.id)]
    if markets:
        return country(markets[0].id)
    text = view.folded[clause.start:clause.end]
    if re.search("全球|世界|\\bglobal|\\bworld", text):
        return "world"
    return "CN" if view.lang == "zh" and re.search("国产|国内|在华|对华", text) else ""


@cache
def country(id: str) -> str:
    """Return the country that a thing of the catalogue belongs to, or none."""
    found = things().get(id)
    return found.country if found else ""


def _code(m: Mention) -> str:
    """Return the ISO code of a place among its ids."""
    ids = (m.id, *m.others)
    return next((id for id in ids if id == "world" or len(id) == 2 and id.isupper()), m.id.removeprefix("place-").upper() if len(m.id) == 8 else m.id)


def _where(view: View, m: Mention) -> bool:
    if view.lang == "zh":
        return view.folded[m.start:m.end].startswith(("在", "对")) or view.folded[max(0, m.start - 1):m.start] in (
            "在", "对", "向") or view.folded[m.end:m.end + 2] == "市场"
    before, after = view.folded[max(0, m.start - 16):m.start], view.folded[m.end:m.end + 8]
    return re.search(r"\b(?:in|to|from|into|across|within|inside)(?: the)? (?:mainland )?$", before) is not None or after.startswith((" market", " share", " sales", " revenue"))


def _home(view: View, m: Mention, end: int) -> bool:
    """Tell whether a place only says where a firm is from: 荷兰ASML, "Dutch supplier ASML"."""
    later = [n for n in view.within(m.end, min(end, m.end + 40), "entity") if n.type in ("firm", "agency", "person")]
    if not later:
        return False
    between = view.bare[m.end:later[0].start]
    if view.lang == "zh":
        return len(between) <= 12 and not re.search("的|对|在|是|把|被|占|市场|将|已|要|,", between)
    return len(between.split()) <= 4 and re.search(r"\b\w{3,}ed\b", between) is None and "," not in between and not between.startswith("'s") and not lexicon.has("en", "verbs", between)


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
            found = [m for m in entities(view, clause.sentence.start, clause.speech[0]) if m.type in ("person", "firm", "agency")][-1:]
        people = [m for m in found if m.type == "person"]
        return tuple(dict.fromkeys(m.id for m in (*people, *found) if m.type != "place" or len(found) == 1))
    return ctx.speaker


def direction_of(view: View, near: list[Mention], directions: dict[str, int]) -> int:
    """Return the sign of the change word nearest to a number."""
    return next((directions[m.id] for m in near if directions.get(m.id)), 0)


def negated(view: View, start: int, end: int) -> bool:
    """Tell whether the statement is denied; 不仅, 不断, 不少 deny nothing."""
    text = view.bare[start:end]
    if view.lang == "zh":
        text = re.sub("不仅|不但|不断|不少|不久|不过|不止|不足|不到|不同|不低于|不超过|不少于|不亚于|没有?想到|无论|无人|无线|非常|除非|非洲|不得不|不光|不管|不惜|未来|不至于",
                      MASK, text)
    else:
        text = re.sub(r"not only|no\. ?\d|no less than|not just|no longer than|no later than|no fewer than|no more than", MASK, text)
    return lexicon.has(view.lang, "negation", text)


_FUNCTION = re.compile("[的了在和与是将被对把从到以为也都就而但其这那该此并及或中上下等已曾还更又则让使令给向由于\\W\ufffc\\d]+")
_SMALL = frozenset(("the a an of to in on at by for from with and or but as that this these those it its their his her they he she is are was were be "
                    "been has have had will would can could may might said says more than which who whose into over under after before about not no "
                    "also new one two year years month quarter per cent percent").split())


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
    quoted = [view.folded[q.start:q.end] for q in segments.quotes(view.text, start, end)]
    return tuple(dict.fromkeys([*found, *(q for q in quoted if 1 < len(q) <= 40)]))


def same(first: Quantity, second: Quantity) -> bool:
    """Tell whether two quantities count in the same unit."""
    return first.unit == second.unit or {first.unit, second.unit} <= {"share", "points"}
