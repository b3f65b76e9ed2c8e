"""What a piece of a sentence does: sets the time or scene, names a source, asks a condition, says something."""

from __future__ import annotations

import re

from highfence.claims.frames import lexicon
from highfence.claims.frames.segments import Piece
from highfence.claims.frames.view import MASK, View

NOUNS = re.compile(
    "性能|产能|智能|功能|能力|能源|能够|需求|增值税|设备|设施|有限|所有|只有|没有|公司|可能|使命|使用者|用户|用途|作用|"
    "开发者|设计者|投资者|研发中心|制造商|供应商|生产线|生产商|供应链|产业链|制造业|设计业|建设者|为首|为主|有关|"
    "成本|成熟|成果|成功|成员|成绩|成品|着力|显著|著名|更新|大约|约束|合约|居民|像素|算力|算法|计算|预算|运算|极大|更多|更大|仅次|"
    "影响力|竞争力|管理层|管理局|监管机构|测试版|估值|研究|持有人|领导|领袖|关系|主导权|控制权|技术封锁|出口管制|无人|会议|协会|社会|机会|将来|将军|需要|买家|卖家|做法|升级版|减排|提案|投入|"
    "推理|称号|说法|被动|把握|支持者|出口商"
)


_LINK = re.compile(r"[\s,，:：、“”\"'‘’()（）的在于从至到—-]+")


_REPORTS = {
    "zh": re.compile(
        r"(?:表示|称|说|指出|认为|强调|透露|披露|报道|写道|警告|预测|预计|显示|回应|宣布|补充说?|声称|直言|坦言|重申|证实|"
        r"答道|问道|承认|否认|呼吁|提问|评论|告诉[^,，]{0,8})(?:道|了|过|称|说)?$"
    ),
    "en": re.compile(
        r"\b(?:said|says|told \w+(?: \w+)?|reported|reports|wrote|writes|added|adds|noted|notes|announced|warned|"
        r"according to .*|argued|argues|stated|confirmed|claimed|claims|estimates|estimated|showed|shows)"
        r"(?: on \w+| in a \w+| in an \w+| that)?$"
    ),
}


_SOURCED = {
    "zh": re.compile(r"^(?:据|根据|按照|按|援引|引述|来自)"),
    "en": re.compile(r"^(?:according to|citing|per|based on|as reported by)\b"),
}


_BACK = re.compile(
    r"(?:and )?(?:up|down|higher|lower)? ?(?:from|compared (?:with|to)|versus|vs\.?|against)\b(?!.*\b(?:said|"
    r"rose|fell|grew)\b)"
)


_BACK_ZH = re.compile(
    "(?:而|这)?(?:远|明显|大幅)?(?:较|比|高于|低于|相较于?|超过|超出|多于|少于)(?:去年|前年|上年|一年前|上一?季度?|此前|之前|上一?财年|分析师|市场|预期|"
    "\\d{4}年)[^,]{0,12}(?:的|为)?[^,]{0,3}\\d"
)


_SETS_SCENE = re.compile(
    r"(?:in|on|at|by|for|from|with|under|over|amid|amidst|during|despite|unlike|like|through|throughout|within|"
    r"besides|given|as part of|following|along with|instead of|"
    r"thanks to|due to|because of|based on|founded|known|backed|driven|fuell?ed|faced|originally|initially|once|"
    r"long|already|(?:\w+ly )\w+ed)\b(?! (?:is|are|was|were)\b)"
)


def predicate(view: View, start: int, end: int) -> bool:
    """Tell whether a stretch says something: it holds a verb, a change or a number of its own."""
    if view.within(start, end, "change"):
        return True
    if any(m.quantity is not None for m in view.within(start, end, "quantity")):
        return True
    text = view.bare[start:end]
    if view.lang == "zh":
        text = NOUNS.sub(lambda m: MASK * len(m.group()), text)
        return lexicon.has("zh", "verbs", text) or lexicon.has("zh", "event", text)
    return lexicon.has("en", "verbs", text) or re.search(r"\b(?!\w*(?:speed|need|red)\b)\w{3,}ed\b", text) is not None


def only_time(view: View, start: int, end: int) -> bool:
    """Tell whether a stretch holds nothing but a time and small words."""
    times = [m for m in view.within(start, end, "time", "quantity") if m.quantity is None or m.quantity.unit == "day"]
    if not times:
        return False
    rest = view.folded[start:end]
    for m in reversed(times):
        rest = rest[: m.start - start] + rest[m.end - start :]
    rest = _LINK.sub("", rest)
    small = {
        "zh": "截至|截止|自|当|今天|当天|当地时间|以来|底|末|初|间|内|后|前|里|期间|时候|时|为止|中|的|今年|过去|未来",
        "en": (
            "in|on|by|at|since|during|the|as|of|for|from|until|over|after|before|back|early|late|last|this|year|"
            "ended|ending|through|and|then"
        ),
    }
    rest = re.sub(small[view.lang] if view.lang == "zh" else rf"\b(?:{small['en']})\b", "", rest)
    return len(_LINK.sub("", rest)) <= (1 if view.lang == "zh" else 2)


def piece_role(view: View, piece: Piece) -> str:
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
    if (view.lang == "en" and _BACK.match(text)) or (
        view.lang == "zh" and _BACK_ZH.match(text) and view.within(start, end, "quantity")
    ):
        return "back"
    if (
        view.lang == "en"
        and _SETS_SCENE.match(text)
        and start == piece.start
        and not view.within(start, end, "quantity")
    ):
        return "phrase"
    if view.lang == "zh" and _adverbial(view, start + lead, end):
        return "phrase"
    if not predicate(view, start, end):
        return "clause" if named_event(view, start, end) else "phrase"
    return "clause"


def sets_scene(view: View, piece: Piece) -> bool:
    """Tell whether a phrase sets the scene, so that no subject stands in it: "In response", "Compared with ..."."""
    text = view.folded[piece.start : piece.end]
    return view.lang == "en" and (_SETS_SCENE.match(text) is not None or _BACK.match(text) is not None)


def nominal(view: View, start: int, end: int) -> bool:
    """Tell whether the only verb of a Chinese piece is its last word, behind 的: 美国对中国的封锁."""
    if view.lang != "zh" or view.within(start, end, "quantity"):
        return False
    text = NOUNS.sub(lambda m: MASK * len(m.group()), view.bare[start:end])
    verbs = [m for m in lexicon.pattern("zh", "verbs").finditer(text) if m.group() not in ("为", "对准")]
    at = text.rfind("的")
    return bool(verbs) and 0 <= at < verbs[0].start() and verbs[-1].end() >= len(text.rstrip("\"'")) and len(verbs) <= 2


def named_event(view: View, start: int, end: int) -> bool:
    """Tell whether a phrase names an event with its time and its party: 2018年"X断供"."""
    return bool(view.within(start, end, "time") and view.within(start, end, "entity")) and (
        view.has("legal", start, end) or view.has("event", start, end)
    )


def _conditional(view: View, start: int, end: int) -> bool:
    """Tell whether a piece that opens with if, 如 ... is a condition, and not 如同 or "were"."""
    if view.lang == "zh":
        return view.folded[start] != "如" or view.folded[start : start + 2] in ("如果", "如若")
    return predicate(view, start, end)


def _adverbial(view: View, start: int, end: int) -> bool:
    """Tell whether a Chinese piece only sets a scene: 随着..., 对...来说, 在...中, 由于..."""
    text = view.folded[start:end]
    if re.match("(?:对|对于|就|在|从).*(?:来说|而言|来看|来讲|方面|背景下|情况下|过程中|之下|看来)$", text):
        return True
    if re.match("(?:随着|自从|由于|为了|除了|面对|鉴于|关于|针对|作为|凭借|受.*影响$)", text):
        return True
    return re.match(
        "(?:当|在|自).*(?:时|之际|之后|后|之前|前|以来|之时|中|下|上)$", text
    ) is not None and not view.within(start, end, "quantity")


_TRAILS = re.compile(
    r"(?:[\w.'’-]+ ){0,5}?(?:said|says|reported|wrote|told|according to|(?<!was )(?<!were )(?<!been )(?<!be )"
    r"(?:added|confirmed|announced|warned|noted|argued|estimated|predicted|claimed|disclosed|acknowledged|estimates))"
    r"\b(?! that| to | by )"
)


def _speaks(view: View, piece: Piece) -> bool:
    """Tell whether a piece says only who speaks: "X said", 发言人表示, or a source before a colon."""
    text = view.folded[piece.start : piece.end]
    if _REPORTS[view.lang].search(text) and piece.after != "" and not text.endswith(("来说", "简单说", "是说")):
        return len(text) <= (40 if view.lang == "zh" else 90)
    if piece.after in (":", "："):
        known = lexicon.has(view.lang, "source", text) or lexicon.has(view.lang, "reporting", text)
        return known and len(text) <= (30 if view.lang == "zh" else 80)
    if view.lang == "en" and piece.mark in (",", "”", '"'):
        said = _TRAILS.match(text)
        if said is None or len(text.split()) > 9 or view.within(piece.start, piece.end, "quantity"):
            return False
        rest = view.bare[piece.start + said.end() : piece.end].strip()
        setting = re.match(r"(?:in|on|at|to|last|this|earlier|late|early|by|via|during)\b", rest)
        return setting is not None or not lexicon.has("en", "verbs", rest)
    return False


_ADVERBS = re.compile("(?:却|本质上|实际上|正在?|又|也|还|再|大规模|全面|正式|直接|大幅|已经?|都|就|同时|如今|将)*")


def opens_with_verb(view: View, start: int, end: int) -> bool:
    """Tell whether a Chinese stretch begins with a verb, adverbs before it left out."""
    skipped = _ADVERBS.match(view.bare, start, end)
    first = skipped.end() if skipped else start
    verb = lexicon.starts("zh", "verbs", view.bare[first:end]) or lexicon.starts("zh", "event", view.bare[first:end])
    noun = next((m.end - m.start for m in view.within(first, end, "attribute") if m.start == first), 0)
    return verb > 0 and verb >= noun
