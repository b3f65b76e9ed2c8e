"""Which clauses can be checked, which judge, and which do neither."""

from __future__ import annotations

import re

from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.belonging import belonging
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.permission import permission
from highfence.claims.frames.roles import predicate
from highfence.claims.frames.view import View

CHECKABLE, OPINION, NEITHER = "checkable", "opinion", "neither"

_CONTRAST = {
    "zh": re.compile(
        "不是.{1,14}(?:而|就)?是|不再是|与其.+不如|越.{1,6}越|既.+[又也更]|不仅仅?.{0,12}更|是.{1,10}还是.{1,10}|早已不是|绝不是"
    ),
    "en": re.compile(
        r"\bnot .{1,40} but\b|\bthe (?:more|less|harder|tighter)\b.*\bthe (?:more|less|faster)\b|\bwhether "
        r".{1,40} or not\b"
    ),
}
_QUESTION = {
    "zh": re.compile("为何|为什么|怎么|如何|吗$|呢$|难道|何时|是否"),
    "en": re.compile(r"^(?:why|how|what|who|whether|is|are|can|will|does|did)\b.*\?$"),
}
_STANCE = {
    "zh": re.compile("历史(?:终将|必将|早已|已经|会)?证明|本质上|实质上|说到底|归根结底|归根到底|说白了|某种意义上"),
    "en": re.compile(
        r"\b(?:in essence|at its core|fundamentally|the truth is|in my view|in our view|make no mistake)\b"
    ),
}
_HOLDS = re.compile("认为|觉得|相信|以为|认定")
_PLAIN_LIKE = re.compile("如同|好比|犹如|宛如|仿佛|像是|可以是|算是")


def judged(view: View, clause: Clause, inherited: bool = False) -> str:
    """Return ``checkable``, ``opinion`` or ``neither`` for a clause.

    Facts weigh: numbers, times, named things, verbs of events, law, making and reporting. Judgements weigh: words that
    evaluate, figures of speech (a common noun in quotation marks, contrasts such as "not A but B"), the first and
    second person, exhortation. The heavier side wins; without a named thing or a number there is nothing to check.
    """
    start, end = clause.start, clause.end
    if _asks(view, clause):
        return NEITHER
    fact = _facts(view, clause, inherited)
    opinion = _opinions(view, clause.core if clause.role == "bracket" else start, end)
    if clause.sentence.block == "title" or (clause.sentence.block == "heading" and not numbers(view, start, end)):
        contrast = _CONTRAST[view.lang].search(view.folded, start, end) is not None
        return OPINION if opinion >= 3 and contrast and "?" not in view.folded[end : end + 2] else NEITHER
    if clause.role in ("item", "apposition") or stance(view, clause) or takes_stand(view, clause):
        return CHECKABLE
    if opinion < 2.0 and not view.has("us", start, clause.core + 2) and _relates(view, clause):
        return CHECKABLE
    swept = _sweeps(view, clause) if fact < 2.5 or not named(view, start, end) else 0.0
    if swept >= 2.0 and (opinion + swept > fact or not named(view, start, end)):
        return OPINION
    if fact > opinion and fact >= (1.5 if opinion == 0 else 2.0):
        return CHECKABLE
    about = (
        named(view, start, end)
        or view.has("legal", start, end)
        or (view.lang == "zh" and clause.role == "clause" and predicate(view, start, end))
    )
    return OPINION if opinion >= 2.0 and about and not view.has("us", start, clause.core + 2) else NEITHER


def _relates(view: View, clause: Clause) -> bool:
    """Tell whether a clause says whose a thing is, or what law makes of some goods."""
    whose = belonging(view, clause.start, clause.end)
    goods = any(m.type in ("chip", "system", "product") for m in view.within(clause.start, clause.end, "entity"))
    return whose is not None or (goods and permission(view, clause.start, clause.end) is not None)


def _sweeps(view: View, clause: Clause) -> float:
    """Weigh signs of a sweeping judgement: "nobody", "no ... can", 从来, 没有赢家, and figures of speech."""
    start, end = clause.start, clause.end
    if clause.sentence.block != "body" or clause.speech or clause.role != "clause":
        return 0.0
    if numbers(view, start, end) or view.within(start, end, "time"):
        return 0.0
    if view.has("us", start, end):
        return 0.0
    if any(m.type in ("chip", "system", "model", "memory", "law") for m in view.within(start, end, "entity")):
        return 0.0
    text = view.bare
    sweeping = len({m.group() for m in lexicon.pattern(view.lang, "sweeping").finditer(text, start, end)})
    figures = len({m.group() for m in lexicon.pattern(view.lang, "figures").finditer(text, start, end)})
    if not sweeping and not figures:
        return 0.0
    copula = {
        "zh": re.compile("是|成为|变成|沦为"),
        "en": re.compile(r"\b(?:is|was|are|were|becomes?|became|remains?)\b"),
    }
    judged_words = len(view.within(start, end, "evaluation"))
    return (
        1.25 * min(sweeping, 2)
        + 1.25 * min(figures, 2)
        + 0.75 * bool(copula[view.lang].search(text, start, end))
        + 0.75 * min(judged_words, 2)
        + 0.75 * bool(view.within(start, end, "negation"))
    )


_TAKES = {
    "zh": re.compile(
        "[APHX]\ufffc*(?:一贯|始终|坚决|坚定|强烈|历来|明确|已|多次|也|均)*(?:反对|敦促|谴责|呼吁|支持|欢迎|抗议|赞成|主张)"
    ),
    "en": re.compile(
        r"(?:the )?[APHX]\ufffc*(?: (?:has|have|had|is|are|\w+ly|long|also|repeatedly|again))*? "
        r"(?:opposes?|opposed|urges?|urged|"
        r"condemns?|condemned|calls? on|called on|calls? for|called for|protests?|protested|welcomes?|welcomed|"
        r"criticis\w+|criticiz\w+|denounc\w+|objects?|objected|supports?|supported|vows?|vowed)\b"
    ),
}


def takes_stand(view: View, clause: Clause) -> bool:
    """Tell whether a clause says that an agency, government or person opposes, urges or backs something."""
    return _TAKES[view.lang].match(view.typed, clause.core, clause.end) is not None


def holds(view: View, clause: Clause) -> bool:
    """Tell whether a clause opens with what nobody named holds: 认为..., 觉得..."""
    return view.lang == "zh" and _HOLDS.match(view.folded, clause.core, clause.end) is not None


def stance(view: View, clause: Clause) -> bool:
    """Tell whether somebody named is said to oppose, support or demand something: what he said can be checked."""
    return (
        clause.speech is not None
        and clause.speech[1] <= clause.start + 4
        and (lexicon.has(view.lang, "position", view.folded[clause.core : clause.end]))
    )


def named(view: View, start: int, end: int) -> bool:
    """Tell whether a stretch names anything of the field."""
    return bool(view.within(start, end, "entity"))


def numbers(view: View, start: int, end: int) -> int:
    """Return how many quantities a stretch prints that say something (not "a", "one of", nor how long it took)."""
    return sum(
        1
        for m in view.within(start, end, "quantity")
        if m.quantity is not None and m.quantity.unit != "day" and telling(view, m.start, m.end)
    )


def telling(view: View, start: int, end: int) -> bool:
    """Tell whether a printed number is one that can be checked, and not a word such as 一种, 三重 or "one"."""
    printed = view.folded[start:end]
    if printed.endswith("半") and view.folded[end : end + 1] in ("导", "年", "径", "成"):
        return False
    if re.search(r"\d", printed):
        return True
    if view.lang == "en":
        if re.fullmatch(r"(?:an?|one|two|three)[ -](?:third|quarter|fifth|sixth|tenth|fourth|eighth|half)s?", printed):
            return not printed.endswith(("quarters", "halves")) or view.folded[end : end + 3] == " of"
        return not re.fullmatch(r"(?:an?|one|two|three|both|single|first|half)(?: \w+)?", printed) or printed == "half"
    if re.search("[百千万亿]|成$|成多?|分之|倍|翻|[半]$|减半|砍半", printed):
        return not re.fullmatch("百年|千年|万一|千万|一[万千]", printed)
    return len(re.sub("[约近超逾多余个家款项名座条台颗块片张枚]", "", printed)) >= 2 and not re.match(
        "[一两二三四五六七八九十][种个重方面次条]", printed
    )


def _asks(view: View, clause: Clause) -> bool:
    text = view.folded[clause.core : clause.end]
    if clause.sentence.question and not numbers(view, clause.start, clause.end):
        return True
    return (
        _QUESTION[view.lang].search(text) is not None
        and not clause.speech
        and (view.lang == "en" or re.search("^(?:为何|为什么|如何|怎么)|[吗呢]$", text) is not None)
    )


def _facts(view: View, clause: Clause, inherited: bool = False) -> float:
    start, end = clause.start, clause.end
    score = 2.5 * min(2, numbers(view, start, end))
    score += 0.5 * bool(view.within(start, end, "time"))
    names = view.within(start, end, "entity")
    specific = [m for m in names if m.type not in ("place", "topic", "group", "technology")]
    score += min(1.5, 1.0 * len(specific)) + 0.5 * min(2, len(names) - len(specific))
    score += 1.0 * bool(view.has("event", start, end)) + 1.0 * bool(view.has("legal", start, end))
    score += 0.75 * bool(view.has("origin", start, end)) + 1.0 * bool(view.has("rank", start, end))
    score += 0.75 * bool(view.has("ratio", start, end)) + 0.5 * bool(view.within(start, end, "attribute"))
    score += 0.5 * bool(view.within(start, end, "change")) + 0.5 * bool(view.has("forecast", start, end))
    score += 1.0 * bool(clause.speech) + 0.5 * bool(view.has("reporting", start, end))
    score += 0.5 * (clause.role in ("item", "bracket")) + 0.5 * (inherited and not specific)
    if (
        not names
        and not numbers(view, start, end)
        and not clause.speech
        and not view.within(start, end, "time")
        and not (view.within(start, end, "attribute") and (view.within(start, end, "change") or inherited))
    ):
        return min(score, 1.5 if inherited else 1.25)
    if (
        not predicate(view, start, end)
        and clause.role == "clause"
        and not numbers(view, start, end)
        and not (view.has("legal", start, end) or view.has("event", start, end))
    ):
        return min(score, 1.25)
    return score


def _opinions(view: View, start: int, end: int) -> float:
    text = view.folded
    hits = {m.start() for m in lexicon.pattern(view.lang, "opinion").finditer(text, start, end)}
    judged_words = [m for m in view.within(start, end, "evaluation") if not any(m.start <= h < m.end for h in hits)]
    score = 1.5 * len(hits) + 1.0 * len(judged_words)
    score += 2.5 * bool(_STANCE[view.lang].search(text, start, end))
    score += 2.0 * bool(_CONTRAST[view.lang].search(text, start, end))
    score += 1.5 * bool(view.has("us", start, end)) + (1.0 if view.lang == "zh" else 2.0) * bool(
        view.has("exhort", start, end)
    )
    score += 1.0 * len(scare_quotes(view, start, end))
    if view.lang == "zh":
        score += 1.0 * bool(_PLAIN_LIKE.search(text, start, end)) + 3.0 * bool(_HOLDS.match(text, start, end))
    return score


def scare_quotes(view: View, start: int, end: int) -> tuple[tuple[int, int], ...]:
    """Return short quoted words that name nothing, count nothing and say who did nothing: figures of speech."""
    found = []
    for quote in segments.quotes(view.text, start, end):
        inner = view.folded[quote.start : quote.end]
        short = len(inner) <= 8 if view.lang == "zh" else len(inner.split()) <= 3
        if (
            short
            and not view.within(quote.start, quote.end, "entity", "quantity", "attribute")
            and not view.has("legal", quote.start, quote.end)
        ):
            found.append((quote.start, quote.end))
    return tuple(found)
