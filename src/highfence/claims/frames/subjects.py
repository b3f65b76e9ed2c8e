"""Who or what a clause speaks of: named in it, left out, or pointed at by a pronoun."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from highfence.claims.frames import lexicon
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.roles import opens_with_verb
from highfence.claims.frames.view import MASK, View
from highfence.claims.model import Mention, Time

SPECS = frozenset(
    {
        "compute",
        "tpp",
        "performance",
        "memory",
        "memory-bandwidth",
        "interconnect-bandwidth",
        "power",
        "yield",
        "transistors",
        "die-area",
        "node",
        "process",
        "price",
        "efficiency",
        "memory-capacity",
        "interconnect",
    }
)


_WIDE = ("place", "topic", "group", "technology")


def wide(m: Mention) -> bool:
    """Tell whether an entity is a place or topic, and no actor such as a government."""
    return m.type in _WIDE and not m.id.endswith("-government")


@dataclass(slots=True)
class Context:
    """What earlier clauses leave to later ones.

    Attributes
    ----------
    sentence : number of the sentence in hand. topic : entities that the sentence is about; before : those of the
    sentence before. named : last entity by type, for pronouns. seen : every entity by id. checked : whether the
    sentence has stated something already; held : whether it reports what nobody named holds. attribute, period,
    place, market : last ones.
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
    held: bool = False
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
        self.topic, self.period_of_sentence, self.speaker = (), None, ()
        self.checked = self.held = False

    def leave(self, view: View, clause: Clause, subject: tuple[Mention, ...]) -> None:
        """Remember what a clause was about."""
        for m in view.within(clause.start, clause.end, "entity"):
            self.seen[m.id] = m
            if m.id and m.id != "world":
                self.named[m.type] = m
        if subject:
            narrow = tuple(m for m in subject if not wide(m))
            ordered = (*narrow, *(m for m in subject if wide(m)))
            if (view.lang == "zh" and narrow and narrow[0] in view.within(clause.start, clause.end, "entity")) or (
                not self.topic
                or (narrow and narrow[0].type in ("firm", "chip", "system", "agency", "person"))
                or wide(self.topic[0])
            ):
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


_BOOKS = frozenset(
    {
        "revenue",
        "net-profit",
        "operating-profit",
        "gross-margin",
        "capex",
        "r-and-d",
        "operating-margin",
        "orders",
        "units",
    }
)
_BARE_PRONOUN = re.compile("(?:it|they|its|their)\\b|它们?|其(?!中|他|它|余|实|次)")


def _goods_meant(view: View, start: int, end: int, ctx: Context, attribute: str) -> tuple[Mention, ...]:
    """Return the chip that "it" stands for where a spec is told of it: the one the talk is of, else the last."""
    if attribute not in SPECS or not _BARE_PRONOUN.match(view.folded, start, end):
        return ()
    goods = ("chip", "system")
    topics = [m for m in (*ctx.topic, *ctx.before) if m.type in goods]
    last = sorted((ctx.named[t] for t in goods if t in ctx.named), key=lambda m: -m.start)
    return tuple((topics or last)[:1])


_GOES_ON = re.compile(
    r"(?:and |but |then )?(?:which|who|down|up|"
    r"(?!forcing|causing|prompting|leaving|allowing|letting|requiring|pushing)\w+(?:ed|ing))\b"
)


def subject(view: View, clause: Clause, until: int, ctx: Context, attribute: str = "") -> tuple[Mention, ...]:
    """Return what a clause speaks of, most likely first: names before ``until``, else what was named before."""
    begin = clause.head[0] if clause.head and clause.head[0] < clause.core else clause.core
    found = entities(view, begin, max(until, begin))
    if not found and clause.start < begin:
        found = _in_lead(view, clause, begin)
    referred = _goods_meant(view, begin, clause.end, ctx, attribute) or _referred(view, begin, clause.end, ctx)
    if referred:
        return (*referred, *(m for m in found if m.id != referred[0].id))
    if (
        clause.speech
        and clause.speech[1] <= clause.core + 1
        and view.lang == "zh"
        and opens_with_verb(view, clause.core, clause.end)
    ):
        said = [m for m in entities(view, *clause.speech) if m.type in ("firm", "agency", "person", "place")]
        if said:
            return (*ranked(view, said, attribute), *found)
    if (
        not found
        and clause.speech
        and view.lang == "en"
        and clause.speech[1] <= clause.core + 2
        and attribute in _BOOKS
    ):
        said = entities(view, clause.sentence.start, clause.speech[1])
        firms = [m for m in said if m.type == "firm"]
        if firms:
            return tuple(firms[:1])
    if (
        ctx.topic
        and view.lang == "en"
        and clause.core > clause.sentence.start
        and _GOES_ON.match(view.bare, clause.core, clause.end)
    ):
        return (*ctx.topic, *(m for m in found if m not in ctx.topic))
    if found:
        ordered = ranked(view, found, attribute)
        if any(not wide(m) for m in ordered) or not _refers(view, clause, until):
            return ordered
    if not _leaves_open(view, clause):
        return tuple(found)
    joined = view.folded[clause.start - 1 : clause.start] in ("、", "和", "与", "及")
    if clause.role == "bracket" and not found and not joined:
        return tuple(m for m in ctx.topic or ctx.before if wide(m))
    if ctx.topic:
        return (*found, *ctx.topic) if found and not wide(found[0]) else (*ctx.topic, *found)
    late = [m for m in entities(view, until, clause.end) if m.type != "place"]
    if clause.sentence.block == "body" and not found and not late and ctx.before:
        return ctx.before
    return tuple(found) or ctx.before[:1] or ctx.heading[:1]


_OPEN_EN = re.compile(
    r"(?:and |but |also |then |still |just |only |about |nearly |roughly |more than |over |some |almost |around |"
    r"up to |at least |total |net |gross |annual |quarterly |global |overall "
    r"|both |its |their |his |the |a |an |\ufffc[\ufffc -]*)*(?:up|down|or|compared|from|with|to|at|which|who|"
    r"that|while|is|are|was|were|has|have|had|will|would|can|could|may|might|"
    r"expects?|makes?|made|sells?|sold|rose|fell|grew|holds?|held|gets?|got|reported|said|\w+ing|\w+ed)\b"
)


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
        if any(
            m.start <= start + 16 and not view.has("verbs", start, m.start) for m in view.within(start, end, "quantity")
        ):
            return True
        return (
            lexicon.starts("en", "verbs", view.bare[start:end]) > 0
            or _OPEN_EN.match(view.bare, start, end) is not None
            or any(
                m.start <= start + 24
                for m in view.within(start, end, "attribute")
                if not view.has("verbs", start, m.start)
            )
        )
    skipped = re.compile(
        "(?:却|又|也|还|再|大规模|全面|正式|直接|大幅|已经?|都|就|则|仍|更|并|同时|如今|目前|正|将|不|未|没|可|能|只|仅|约|近|超|逾|年|总|净|单|全)*"
    ).match(view.bare, start, end)
    first = skipped.end() if skipped else start
    return (
        first > start or lexicon.starts("zh", "verbs", view.bare[first:end]) > 0 or MASK in view.bare[start : start + 2]
    )


def _in_lead(view: View, clause: Clause, begin: int) -> list[Mention]:
    """Return entities of the lead-in that can be a subject: not those of a source or condition."""
    if clause.conditional or (clause.speech and clause.speech[0] >= clause.start):
        return []
    return [m for m in entities(view, clause.start, begin) if m.type != "place"]


def ranked(view: View, found: list[Mention], attribute: str) -> tuple[Mention, ...]:
    """Order entities: the last of A's B for properties of products, the first otherwise, places at the end."""
    narrow = [m for m in found if not wide(m)]
    broad = [m for m in found if wide(m)]
    if not narrow:
        return tuple(broad)
    goods = [m for m in narrow if m.type in ("chip", "system", "model", "memory")]
    if attribute in SPECS and goods:
        narrow = [*goods, *(m for m in narrow if m not in goods)]
    elif (
        len(narrow) > 1
        and not goods
        and _adjoined(view, narrow[0], narrow[1])
        and narrow[1].type in ("firm", "chip", "system")
    ):
        narrow = [narrow[1], narrow[0], *narrow[2:]]
    elif (
        len(narrow) > 1
        and narrow[0].type in ("product", "law")
        and any(m.type in ("firm", "agency", "person") for m in narrow)
    ):
        actors = [m for m in narrow if m.type in ("firm", "agency", "person")]
        narrow = [*actors, *(m for m in narrow if m not in actors)]
    return (*narrow, *broad)


def _adjoined(view: View, first: Mention, second: Mention) -> bool:
    """Tell whether two names stand side by side as owner and owned: 华为昆仑芯, Huawei's Kunlun."""
    return view.folded[first.end : second.start].strip() in ("", "的", "'s", "'", "旗下", "旗下的")


def _refers(view: View, clause: Clause, until: int) -> bool:
    return view.starts("pronoun", clause.core, max(until, clause.core)) > 0


_POINTED = re.compile(
    "(?:这种|这类|此类|这款|该款|这些|该|此)[^,的]{0,10}?(?:芯片|晶片|处理器|加速卡|产品|公司|企业|厂商|集团|机构|国家)"
)


_DESCRIBED = re.compile(
    r"(?:the|this) (?:[a-z-]+ |[PAT]\ufffc*(?:-based|-headquartered|-listed)? ){1,3}"
    r"(?:company|firm|chipmaker|giant|foundry|start-?up|supplier|manufacturer|maker|group|toolmaker|vendor|designer)\b(?!s)"
)


def _referred(view: View, start: int, end: int, ctx: Context) -> tuple[Mention, ...]:
    """Resolve a pronoun or "the company" to the last thing of its kind."""
    if view.lang == "en" and (described := _DESCRIBED.match(view.typed, start, end)) is not None:
        return (ctx.named["firm"],) if "firm" in ctx.named and described else ()
    if view.lang == "en" and "person" in ctx.named and view.folded.startswith("who ", start):
        return (ctx.named["person"],)
    length = view.starts("pronoun", start, end)
    pointed = _POINTED.match(view.folded, start, end) if view.lang == "zh" else None
    if pointed and pointed.end() - start > length:
        length = pointed.end() - start
    if not length or entities(view, start, start + length):
        return ()
    word = view.folded[start : start + length]
    kinds: tuple[str, ...] = ("subject",)
    if re.search(
        "公司|企业|集团|厂|firm|"
        "company|chipmaker|chip maker|giant|foundry|startup|start-up|supplier|manufacturer|maker|group",
        word,
    ):
        kinds = ("firm",)
    elif re.search("芯片|晶片|处理器|加速卡|产品|款|chip|processor|accelerator|gpu|product|device", word):
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
