"""Clauses: pieces of sentences mended into stretches that one claim can span.

A piece that says nothing by itself is joined with its neighbour: a time, a condition, a source or a topic with what
follows, an afterthought without a verb with what went before. Items of a list and what stands in brackets are clauses
of their own where they say something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.segments import Piece, Sentence
from highfence.claims.frames.slots import opens_with_verb
from highfence.claims.frames.view import MASK, View

_NOUNS = re.compile("性能|产能|智能|功能|能力|能源|能够|需求|增值税|设备|设施|有限|所有|只有|没有|公司|可能|使命|使用者|用户|用途|作用|"
                    "开发者|设计者|投资者|研发中心|制造商|供应商|生产线|生产商|供应链|产业链|制造业|设计业|建设者|为首|为主|有关|"
                    "成本|成熟|成果|成功|成员|成绩|成品|着力|显著|著名|更新|大约|约束|合约|居民|像素|算力|算法|计算|预算|运算|极大|更多|更大|仅次|"
                    "影响力|竞争力|管理层|管理局|监管机构|测试版|估值|研究|持有人|领导|领袖|关系|主导权|控制权|技术封锁|出口管制|无人|会议|协会|社会|机会|将来|将军|需要|买家|卖家|做法|升级版|减排|提案|投入|推理|称号|说法|被动|把握|支持者|出口商")
_LINK = re.compile(r"[\s,，:：、“”\"'‘’()（）的在于从至到—-]+")
_REPORTS = {"zh": re.compile(r"(?:表示|称|说|指出|认为|强调|透露|披露|报道|写道|警告|预测|预计|显示|回应|宣布|补充说?|声称|直言|坦言|重申|证实|"
                             r"答道|问道|承认|否认|呼吁|提问|评论|告诉[^,，]{0,8})(?:道|了|过|称|说)?$"),
            "en": re.compile(r"\b(?:said|says|told \w+(?: \w+)?|reported|reports|wrote|writes|added|adds|noted|notes|announced|warned|"
                             r"according to .*|argued|argues|stated|confirmed|claimed|claims|estimates|estimated|showed|shows)"
                             r"(?: on \w+| in a \w+| in an \w+| that)?$")}
_ANNOUNCES = {"zh": re.compile("宣布|提问|签署|召开|发布|公布|任命"), "en": re.compile(r"\b(?:announced|unveiled|signed|testified)\b")}
_SOURCED = {"zh": re.compile(r"^(?:据|根据|按照|按|援引|引述|来自)"), "en": re.compile(r"^(?:according to|citing|per|based on|as reported by)\b")}
_FROM_TO = re.compile("从(.+)")
_TO = re.compile("(?:再|又|一直)?到")
_BACK = re.compile(r"(?:and )?(?:up|down|higher|lower)? ?(?:from|compared (?:with|to)|versus|vs\.?|against)\b(?!.*\b(?:said|rose|fell|grew)\b)")
_BACK_ZH = re.compile("(?:而|这)?(?:远|明显|大幅)?(?:较|比|高于|低于|相较于?|超过|超出|多于|少于)(?:去年|前年|上年|一年前|上一?季度?|此前|之前|上一?财年|分析师|市场|预期|\\d{4}年)[^,]{0,12}(?:的|为)?[^,]{0,3}\\d")
_RELATIVE = re.compile(r"^(?:which|who|whose|whom|where|that)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch that may hold a claim.

    Attributes
    ----------
    start, end : span. core : where the clause itself starts, behind a time, source or condition that leads it in.
    role : clause, bracket, item, list or apposition. sentence : its sentence. number : index of the sentence. head : the
    noun phrase that a bracket or apposition stands behind. speech : offsets of the words that say who reports it.
    conditional : whether a condition leads it in. quoted : whether it is somebody's own words. main : where the piece
    with the predicate starts, behind a topic.
    """

    start: int
    end: int
    core: int
    role: str
    sentence: Sentence
    number: int
    head: tuple[int, int] | None = None
    speech: tuple[int, int] | None = None
    conditional: bool = False
    quoted: bool = False
    main: int = -1

    @property
    def said(self) -> int:
        """Where the predicate's own piece starts, behind a topic with its appositions."""
        return max(self.main, self.core)


def clauses(view: View) -> tuple[Clause, ...]:
    """Return the clauses of a document, in the order of the text."""
    found: list[Clause] = []
    for number, sentence in enumerate(segments.sentences(view.document)):
        found.extend(_of_sentence(view, sentence, number))
    return tuple(sorted(found, key=lambda c: (c.sentence.start, c.start, -c.end)))


def _of_sentence(view: View, sentence: Sentence, number: int) -> Iterator[Clause]:
    cut = segments.pieces(view.text, sentence.start, sentence.end, view.lang)
    if view.lang == "en":
        cut = tuple(part for piece in cut for part in _conjoined(view, piece))
    else:
        cut = tuple(part for piece in cut for part in _enumerated(view, piece))
    if view.lang == "en":
        yield from _english_list(view, sentence, number)
    for clause in _mended(view, sentence, number, cut):
        clause = _spoken(view, clause)
        if clause.role == "list":
            yield clause
        else:
            yield from _with_brackets(view, clause)


# -- what a piece is ------------------------------------------------------------------------------------------------


def predicate(view: View, start: int, end: int) -> bool:
    """Tell whether a stretch says something: it holds a verb, a change or a number of its own."""
    if view.within(start, end, "change"):
        return True
    if any(m.quantity is not None for m in view.within(start, end, "quantity")):
        return True
    text = view.bare[start:end]
    if view.lang == "zh":
        text = _NOUNS.sub(lambda m: MASK * len(m.group()), text)
        return lexicon.has("zh", "verbs", text) or lexicon.has("zh", "event", text)
    return lexicon.has("en", "verbs", text) or re.search(r"\b(?!\w*(?:speed|need|red)\b)\w{3,}ed\b", text) is not None


def only_time(view: View, start: int, end: int) -> bool:
    """Tell whether a stretch holds nothing but a time and small words."""
    times = [m for m in view.within(start, end, "time", "quantity") if m.quantity is None or m.quantity.unit == "day"]
    if not times:
        return False
    rest = view.folded[start:end]
    for m in reversed(times):
        rest = rest[:m.start - start] + rest[m.end - start:]
    rest = _LINK.sub("", rest)
    small = {"zh": "截至|截止|自|当|今天|当天|当地时间|以来|底|末|初|间|内|后|前|里|期间|时候|时|为止|中|的|今年|过去|未来",
             "en": "in|on|by|at|since|during|the|as|of|for|from|until|over|after|before|back|early|late|last|this|year|ended|ending|through|and|then"}
    rest = re.sub(small[view.lang] if view.lang == "zh" else rf"\b(?:{small['en']})\b", "", rest)
    return len(_LINK.sub("", rest)) <= (1 if view.lang == "zh" else 2)


def _kind(view: View, piece: Piece) -> str:
    """Name what a piece is: time, source, speech, condition, lead, relative, clause or phrase."""
    start, end = piece.start, piece.end
    text = view.folded[start:end]
    lead = view.starts("leads", start, end)
    if lead and len(_LINK.sub("", text[lead:])) <= 1:
        return "lead"
    if only_time(view, start, end):
        return "time"
    if _SOURCED[view.lang].match(text):
        return "source"
    if _speaks(view, piece):
        return "speech"
    if view.starts("condition", start + lead, end) and _conditional(view, start + lead, end):
        return "condition"
    if (view.lang == "en" and _BACK.match(text)) or (view.lang == "zh" and _BACK_ZH.match(text) and view.within(start, end, "quantity")):
        return "back"
    if view.lang == "en" and view.starts("when", start, end) and not view.within(start, end, "quantity"):
        return "phrase" if not predicate(view, start, end) else "clause"
    if view.lang == "zh" and _adverbial(view, start + lead, end):
        return "phrase"
    if not predicate(view, start, end):
        return "clause" if _named_event(view, start, end) else "phrase"
    return "clause"


def _nominal(view: View, start: int, end: int) -> bool:
    """Tell whether the only verb of a Chinese piece is its last word, behind 的: 美国对中国的封锁."""
    if view.lang != "zh" or view.within(start, end, "quantity"):
        return False
    text = _NOUNS.sub(lambda m: MASK * len(m.group()), view.bare[start:end])
    verbs = [m for m in lexicon.pattern("zh", "verbs").finditer(text) if m.group() not in ("为", "对准")]
    at = text.rfind("的")
    return bool(verbs) and 0 <= at < verbs[0].start() and verbs[-1].end() >= len(text.rstrip("\"'")) and len(verbs) <= 2


def _named_event(view: View, start: int, end: int) -> bool:
    """Tell whether a phrase names an event with its time and its party: 2018年"X断供"."""
    return bool(view.within(start, end, "time") and view.within(start, end, "entity")) and (
        view.has("legal", start, end) or view.has("event", start, end))


def _conditional(view: View, start: int, end: int) -> bool:
    if view.lang == "zh":
        return view.folded[start] != "如" or view.folded[start:start + 2] in ("如果", "如若")
    return predicate(view, start, end)


def _adverbial(view: View, start: int, end: int) -> bool:
    """Tell whether a Chinese piece only sets a scene: 随着..., 对...来说, 在...中, 由于..."""
    text = view.folded[start:end]
    if re.match("(?:对|对于|就|在|从).*(?:来说|而言|来看|来讲|方面|背景下|情况下|过程中|之下|看来)$", text):
        return True
    if re.match("(?:随着|自从|由于|为了|除了|面对|鉴于|关于|针对|作为|凭借|受.*影响$)", text):
        return True
    return re.match("(?:当|在|自).*(?:时|之际|之后|后|之前|前|以来|之时|中|下|上)$", text) is not None and not view.within(
        start, end, "quantity")


def _speaks(view: View, piece: Piece) -> bool:
    """Tell whether a piece says only who speaks: "X said", 发言人表示, or a source before a colon."""
    text = view.folded[piece.start:piece.end]
    if _REPORTS[view.lang].search(text) and piece.after != "" and not text.endswith(("来说", "简单说", "是说")):
        return len(text) <= (40 if view.lang == "zh" else 90)
    if piece.after in (":", "："):
        known = lexicon.has(view.lang, "source", text) or lexicon.has(view.lang, "reporting", text)
        return known and len(text) <= (30 if view.lang == "zh" else 80)
    if view.lang == "en" and piece.mark in (",", "”", '"'):
        return re.match(r"(?:\w+ ){0,5}?(?:said|says|reported|wrote|told|according to|(?<!was )(?<!were )(?<!been )(?<!be )added)\b(?! that| to )", text) is not None and (
            len(text.split()) <= 9 and not view.within(piece.start, piece.end, "quantity"))
    return False


# -- mending ----------------------------------------------------------------------------------------------------------


def _mended(view: View, sentence: Sentence, number: int, cut: tuple[Piece, ...]) -> Iterator[Clause]:
    """Join pieces into clauses, leading ones forward and trailing ones backward."""
    done: list[Clause] = []
    start = topic = -1
    conditional = False
    speech: tuple[int, int] | None = None
    listed = -1
    spoken = False
    for i, piece in enumerate(cut):
        kind = _kind(view, piece)
        last = i == len(cut) - 1
        if kind == "clause" and not last and _nominal(view, piece.start, piece.end) and opens_with_verb(
                view, cut[i + 1].start, cut[i + 1].end):
            kind = "phrase"
        if kind == "clause" and not last and view.lang == "zh" and re.match("(?:并?不是|并非|绝非)", view.folded[cut[i + 1].start:cut[i + 1].end]):
            kind = "phrase"
        if _is_list(view, piece):
            items = tuple(_items(view, piece, sentence, number))
            done.extend(items)
            listed = piece.start if listed < 0 else listed
            bracketed = any(_apposed(view, c.start, c.end) for c in items)
            start = (listed if bracketed else -1) if not last else -1
            continue
        if piece.after == "、" and _apposed(view, piece.start, piece.end):
            done.append(Clause(piece.start, piece.end, piece.start, "item", sentence, number))
            start = piece.start if start < 0 else start
            continue
        if kind == "lead":
            continue
        if kind == "speech":
            speech = (piece.start, piece.end)
            first = piece.start if start < 0 else start
            if done and (last or piece.after not in (":", "：")) and view.lang == "en" and piece.mark in (",", "”", '"'):
                done = [replace(c, speech=c.speech or speech) for c in done]
            elif view.within(first, piece.end, "time") and _ANNOUNCES[view.lang].search(view.folded, piece.start, piece.end):
                done.append(_clause(view, sentence, number, piece, first, None, False))
            start = -1
            spoken = piece.after in (":", "：")
            continue
        if spoken:
            kind, spoken = "clause" if kind == "phrase" else kind, False
            if view.text[piece.start] in segments.QUOTES and not predicate(view, piece.start - 1, piece.start):
                start = speech[0] if speech else start
        if kind == "back":
            if done and done[-1].role == "clause" and start < 0 and view.within(piece.start, piece.end, "quantity", "time"):
                done[-1] = replace(done[-1], end=piece.end)
                continue
            kind = "clause" if predicate(view, piece.start, piece.end) else "phrase"
        if kind in ("time", "source", "condition", "phrase") and not last and not (
                kind == "phrase" and view.lang == "en" and done and not _leads(view, cut, i)):
            if kind == "source":
                speech = (piece.start, piece.end)
            conditional = conditional or kind == "condition"
            if kind == "phrase":
                if topic >= 0 and _apposes(view, piece):
                    done.append(Clause(topic, piece.end, piece.start, "apposition", sentence, number, head=(topic, piece.start)))
                topic = piece.start if topic < 0 else topic
            start = piece.start if start < 0 else start
            continue
        if kind in ("phrase", "time", "source", "condition") and done and done[-1].role == "clause" and start < 0:
            if kind == "source":
                done[-1] = replace(done[-1], speech=(piece.start, piece.end))
            elif kind != "condition" or view.lang == "en":
                done[-1] = replace(done[-1], end=piece.end)
            continue
        clause = _clause(view, sentence, number, piece, start, speech, conditional)
        if 0 <= listed == start:
            clause = replace(clause, role="list")
        if 0 <= topic < clause.core:
            clause = replace(clause, core=_without_lead(view, topic, clause.end), main=clause.core)
        topic = -1
        if done and _chained(view, done[-1], clause, piece):
            done[-1] = replace(done[-1], end=clause.end)
        else:
            done.append(clause)
        start, conditional = -1, False
    yield from done


def _apposes(view: View, piece: Piece) -> bool:
    """Tell whether an English phrase between commas ranks or describes the name before it: "the world's largest foundry"."""
    return view.lang == "en" and re.match(r"(?:the|a|an|china's|america's|taiwan's|\ufffc+'s|its|one of) ?", view.bare[piece.start:piece.end]) is not None and (
        any(m.id in ("largest", "smallest", "only", "first") for m in view.within(piece.start, piece.end, "superlative")))


def _leads(view: View, cut: tuple[Piece, ...], i: int) -> bool:
    """Tell whether an English phrase belongs to what follows: it stands behind "and", "but" or a semicolon."""
    return cut[i].mark in (";", "；") or view.starts("leads", cut[i].start, cut[i].end) > 0


def _clause(view: View, sentence: Sentence, number: int, piece: Piece, start: int, speech: tuple[int, int] | None,
            conditional: bool) -> Clause:
    core = piece.start
    first = piece.start if start < 0 else start
    if first == core:
        core = first = _without_lead(view, core, piece.end)
    return Clause(first, _without_tail(view, piece.end), core, "clause", sentence, number, speech=speech, conditional=conditional)


def _without_lead(view: View, start: int, end: int) -> int:
    """Return the offset behind the connectives that a piece begins with."""
    for _ in range(3):
        skip = view.starts("leads", start, end)
        if not skip or end - start - skip < 3 or (view.lang == "zh" and view.folded[start:start + 2] in (
                "并购", "并列", "并非", "并未", "并没", "并不", "又是", "而是")):
            break
        start += skip
        while start < end and view.text[start] in " ,，:：":
            start += 1
    return start


def _without_tail(view: View, end: int) -> int:
    return end


def _chained(view: View, before: Clause, clause: Clause, piece: Piece) -> bool:
    """Tell whether a short predicate without subject goes on with a short clause: 已量产，逼近7nm水平."""
    if view.lang != "zh" or before.role != "clause" or clause.start - before.end > 2 or piece.mark not in (",", "，"):
        return False
    if not opens_with_verb(view, clause.start, clause.end):
        return False
    opens = view.folded[clause.start:clause.start + 2]
    if opens == "不是":
        return False
    if view.folded[before.core:before.core + 2] in ("不是", "并非") and re.match("而?是|就是", view.folded[clause.start:clause.end]):
        return True
    if _by_means(view, before):
        return True
    counted = [m for span in (before, clause) for m in view.within(span.start, span.end, "quantity")]
    if any(m.quantity is None or m.quantity.unit != "nm" for m in counted):
        return False
    return clause.end - clause.start <= 9 and before.end - before.core <= 10


def _by_means(view: View, clause: Clause) -> bool:
    """Tell whether a clause only says with what, or in which time, the next one is done: 用五年时间, 以...为..."""
    text = view.bare[clause.core:clause.end]
    at = re.search("[用以靠](?!了|于|上|下|前|后|来|及|户|途)", text)
    if not at or any(m.quantity is None or m.quantity.unit != "day" for m in view.within(clause.start, clause.end, "quantity")):
        return False
    rest = text[at.end():]
    return re.search("时间$|方式$|手段$|为.{1,6}$|当.{1,8}$|作.{1,8}$", rest) is not None


_SAYS = {
    "en": re.compile(r"\b(?:said|says|told (?:\w+ ){1,4}?|announced|warned|estimates?|estimated|expects?|argues?|argued|believes?|claims?|claimed|noted|notes|added|predicts?|predicted|"
                     r"confirmed|disclosed|acknowledged|reported|projects|forecasts?|shows?|showed|found|suggests?|wrote)(?: (?:on|in|at|last|this|late|early|earlier) [\w\ufffc., ]{2,30}?)?"
                     r"(?: that|,)? (?=\S)"),
    "zh": re.compile("(?:表示|指出|认为|透露|披露|报道称|称|预测|预计|估计|显示|宣布|宣称|强调|警告|证实|承认)(?:,|:|道|说)?(?=.)")}


def _spoken(view: View, clause: Clause) -> Clause:
    """Part who speaks from what is said, within a clause: "X said that Y", X预计Y."""
    if clause.speech or clause.role != "clause":
        return clause
    if view.lang == "en" and view.text[clause.core] in segments.QUOTES:
        quoted = segments.quotes(view.text, clause.core, clause.end)
        after = quoted[0].end + 1 if quoted else clause.end
        if lexicon.has("en", "reporting", view.bare[after:clause.end]):
            return replace(clause, speech=(after, clause.end), quoted=True)
    match = _SAYS[view.lang].search(view.bare, clause.core, clause.end)
    if not match:
        return clause
    before = view.bare[clause.core:match.start()]
    who = view.within(clause.core, match.start(), "entity") or lexicon.has(view.lang, "source", before) or lexicon.starts(view.lang, "pronoun", before)
    longest = 30 if view.lang == "zh" else 110
    if not who or len(before) > longest or view.lang == "zh" and _far(view, clause.core, match.start()):
        return clause
    if view.lang == "en" and (lexicon.has("en", "verbs", before) or not _clausal(view, match.end(), clause.end)):
        return clause
    if view.lang == "zh" and not (predicate(view, match.end(), clause.end) and view.within(match.end(), clause.end, "entity", "quantity", "attribute")):
        return clause
    if view.lang == "zh" and view.folded[match.start():match.end()].startswith("宣布") and not view.within(match.end(), clause.end, "quantity"):
        return clause
    start = clause.start if match.end() - clause.start <= 0.42 * (clause.end - clause.start) else match.end()
    return replace(clause, start=start, core=match.end(), speech=(clause.core, match.end()))


def _far(view: View, start: int, at: int) -> bool:
    """Tell whether the last name before a Chinese verb of saying is no speaker: its object or a thing measured stands between."""
    return bool(view.within(start, at, "quantity", "change", "attribute")) or view.bare[max(start, at - 2):at].endswith(("被", "据", "所", "将", "大会"))


def _clausal(view: View, start: int, end: int) -> bool:
    """Tell whether what follows "said" is a clause with a verb of its own, not an object."""
    first = " ".join(_compact(view.bare[start:end]).split()[:12])
    return lexicon.has("en", "verbs", first) or re.search(r"\b\w{3,}ed\b", first) is not None


# -- lists ------------------------------------------------------------------------------------------------------------


def _is_list(view: View, piece: Piece) -> bool:
    """Tell whether a Chinese piece is a stretch of 从A...到B..., with names or brackets in its items."""
    if view.lang != "zh":
        return False
    text = view.folded[piece.start:piece.end]
    if not re.match("从.+?到|从|再到|到", text) or piece.after not in (",", "，", "") and "到" not in text:
        return False
    spans = list(_item_spans(view, piece))
    if len(spans) < 2 and not text.startswith(("再到", "到")):
        return len(spans) == 1 and "到" not in text and text.startswith("从") and _item(view, *spans[0]) == "origin"
    return any(_item(view, *s) for s in spans)


def _apposed(view: View, start: int, end: int) -> bool:
    """Tell whether an item is a thing with a name in brackets, and nothing more."""
    return any(b.end - b.start <= 16 and not predicate(view, b.start, b.end) for b in segments.brackets(view.text, start, end))


def _item_spans(view: View, piece: Piece) -> Iterator[tuple[int, int]]:
    """Yield the items of 从A到B再到C; 到 counts only outside brackets and not before a number."""
    text = view.folded
    closed = [(b.start - 1, b.end + 1) for b in
              segments.brackets(view.text, piece.start, piece.end) + segments.quotes(view.text, piece.start, piece.end)]
    start = piece.start
    for match in _TO.finditer(text, piece.start, piece.end):
        if any(a <= match.start() < b for a, b in closed):
            continue
        if view.within(match.end(), min(match.end() + 12, piece.end), "quantity") and not view.within(
                match.end(), piece.end, "entity"):
            continue
        if start < match.start():
            yield start, match.start()
        start = match.end()
    if start < piece.end:
        yield start, piece.end


def _item(view: View, start: int, end: int) -> str:
    """Name what an item of a list says: origin (A's B; product (firm)), event, or nothing."""
    while view.folded[start:end].startswith(("从", "到", "再")):
        start += 1
    names = [m for m in view.within(start, end, "entity") if m.start <= start + 3 or m.type != "firm"]
    inside = segments.brackets(view.text, start, end)
    if inside:
        says = predicate(view, inside[0].start, inside[0].end)
        return "event" if says else "origin" if inside[0].end - inside[0].start <= 12 else ""
    if not names:
        return ""
    rest = view.folded[names[0].end:end]
    if rest.startswith("的"):
        return "origin" if len(rest) > 1 else ""
    if rest and (predicate(view, start, end) or view.has("legal", start, end) or len(names) == 1 and len(rest) >= 3):
        return "event"
    return "event" if view.within(start, end, "time") and rest else ""


def _items(view: View, piece: Piece, sentence: Sentence, number: int) -> Iterator[Clause]:
    for start, end in _item_spans(view, piece):
        said = _item(view, start, end)
        if said:
            first = start + 1 if view.folded[start] == "从" else start
            yield Clause(first, end, first, "item" if said == "origin" else "clause", sentence, number)


def _enumerated(view: View, piece: Piece) -> Iterator[Piece]:
    """Cut A（...）、B（...）和C（...） into its members, where each has a bracket that says something."""
    every = segments.brackets(view.text, piece.start, piece.end)
    inside = [b for b in every if predicate(view, b.start, b.end)] or [b for b in every if b.end - b.start <= 12 and view.within(b.start, b.end, "entity")]
    if len(inside) < 2:
        yield piece
        return
    start, mark = piece.start, piece.mark
    for bracket in inside[:-1]:
        after = re.compile("[、]|和|以及|与|及").match(view.text, bracket.end + 1)
        if after:
            yield Piece(start, bracket.end + 1, mark, "、")
            start, mark = after.end(), "、"
    yield Piece(start, piece.end, mark, piece.after)


def _english_list(view: View, sentence: Sentence, number: int) -> Iterator[Clause]:
    """Yield the items of "from A's B to C's D": who makes what."""
    for match in re.compile(r"\b(?:from|to|and) (?=\ufffc)").finditer(view.bare, sentence.start, sentence.end):
        names = view.within(match.end(), min(match.end() + 60, sentence.end), "entity")
        if len(names) < 2 or names[0].start != match.end() or names[0].type != "firm" or names[1].type not in ("product", "chip", "system", "technology"):
            continue
        if re.fullmatch(r"(?:'s?) (?:[a-z-]+ ){0,2}", view.folded[names[0].end:names[1].start]) and re.match(r"from |.*\bfrom ", view.folded[sentence.start:match.end()]):
            yield Clause(names[0].start, names[1].end, names[0].start, "item", sentence, number)


_AND = re.compile(r"\s+(?:and|but|while|whereas|although|though|because|as|after|before|when|since|even as)\s+(?=\S)")
_SUBJECT_VERB = re.compile(
    r"(?:the |a |an |its |their |his |us |chinese |american )?(?:[\w\ufffc'’.-]+ ){0,3}?(?:is|are|was|were|has|have|had|will|would|can|could|may|"
    r"makes?|made|rose|fell|said|says|grew|holds?|held|designs|produces|supplies|controls|accounted|accounts|remains?|"
    r"\w+ed)\b")


def _conjoined(view: View, piece: Piece) -> Iterator[Piece]:
    """Cut an English piece at a conjunction that has a whole clause on each side."""
    start, mark = piece.start, piece.mark
    for match in _AND.finditer(view.bare, piece.start, piece.end):
        left, right = view.bare[start:match.start()], view.bare[match.end():piece.end]
        if len(left.split()) < 3 or len(right.split()) < 3 or not predicate(view, start, match.start()):
            continue
        head = re.match(r"[\ufffc ]+", right)
        opens = head is not None or re.match(r"(?:it|they|he|she|the|its|their|a|an|[a-z]+ \ufffc)\b", right) is not None
        if opens and _SUBJECT_VERB.match(_compact(right)):
            yield Piece(start, match.start(), mark, match.group().strip())
            start, mark = match.end(), match.group().strip()
    yield Piece(start, piece.end, mark, piece.after)


def _compact(text: str) -> str:
    return re.sub(MASK + "+", "X", text)


# -- brackets and appositions ------------------------------------------------------------------------------------------


def _with_brackets(view: View, clause: Clause) -> Iterator[Clause]:
    """Yield a clause, and what its brackets say where they say something of their own."""
    rest = clause
    for bracket in segments.brackets(view.text, clause.start, clause.end):
        if not _says(view, bracket.start, bracket.end):
            continue
        head = _head(view, clause, bracket.start - 1)
        if not head:
            continue
        if bracket.end + 1 >= clause.end - 2 and clause.role == "clause" and not _acts(view, clause.core, bracket.start - 1):
            rest = replace(clause, role="bracket", head=(clause.core, bracket.start - 1), core=bracket.start)
        elif bracket.end + 1 >= clause.end - 2 and clause.role == "clause":
            rest = replace(clause, end=bracket.start - 1)
            yield Clause(head[0], bracket.end + 1, bracket.start, "bracket", clause.sentence, clause.number, head=head, speech=clause.speech)
        elif head[0] <= clause.core + 2 and clause.end - bracket.end > 6 and clause.role == "clause" and clause.start == clause.core:
            yield Clause(head[0], bracket.end + 1, bracket.start, "bracket", clause.sentence, clause.number, head=head, speech=clause.speech)
            rest = replace(rest, start=bracket.end + 1, core=bracket.end + 1, head=head)
        else:
            yield Clause(head[0], bracket.end + 1, bracket.start, "bracket", clause.sentence, clause.number, head=head, speech=clause.speech)
    yield rest


def _acts(view: View, start: int, end: int) -> bool:
    """Tell whether what stands before a bracket is a statement of its own."""
    return view.has("event", start, end) or bool(view.within(start, end, "quantity"))


def _says(view: View, start: int, end: int) -> bool:
    """Tell whether a bracket holds more than an alias, a list of examples or a reference."""
    text = view.folded[start:end]
    if re.match("如|例如|比如|包括|以下简称|简称|下称|即|见|注|e\\.g|such as|i\\.e|see |formerly|nasdaq|nyse", text):
        return False
    told = view.within(start, end, "quantity")
    if told and view.within(max(0, start - 28), start - 1, "quantity") and end - start - sum(m.end - m.start for m in told) <= 4:
        return False
    return predicate(view, start, end)


_HEAD_STOP = re.compile("[，,；;：:、。]|从|(?<!达)到|以及|和|与|及|由|在|对|是(?!否)")


def _head(view: View, clause: Clause, end: int) -> tuple[int, int] | None:
    """Return the noun phrase before a bracket."""
    start = clause.start
    if view.lang == "zh":
        quoted = [(q.start - 1, q.end + 1) for q in segments.quotes(view.text, clause.start, end)]
        for match in _HEAD_STOP.finditer(view.bare, clause.start, end - 1):
            if not any(a <= match.start() < b for a, b in quoted):
                start = match.end()
        return (start, end) if end - start >= 2 else None
    words = view.text[clause.start:end].rstrip()
    names = view.within(clause.start, end, "entity", "attribute")
    start = names[-1].start if names else clause.start + max(0, words.rfind(" ", 0, max(0, len(words) - 1)) + 1)
    return (start, clause.start + len(words)) if start < end else None
