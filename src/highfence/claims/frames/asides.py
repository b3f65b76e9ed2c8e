"""What stands in brackets, and who is said to speak within a clause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from highfence.claims.frames import lexicon, segments
from highfence.claims.frames.clause import Clause
from highfence.claims.frames.lists import compact
from highfence.claims.frames.roles import predicate
from highfence.claims.frames.view import View

_SAYS = {
    "en": re.compile(
        r"\b(?:said|says|told (?:\w+ ){1,4}?|announced|warned|estimates?|estimated|expects?|argues?|argued|"
        r"believes?|claims?|claimed|noted|notes|added|predicts?|predicted|"
        r"confirmed|disclosed|acknowledged|reported|projects|forecasts?|shows?|showed|found|suggests?|wrote)(?: "
        r"(?:on|in|at|last|this|late|early|earlier) [\w\ufffc., ]{2,30}?)?"
        r"(?: that|,)? (?=\S)"
    ),
    "zh": re.compile(
        "(?:表示|指出|认为|透露|披露|报道称|称|预测|预计|估计|显示|宣布|宣称|强调|警告|证实|承认)(?:,|:|道|说)?(?=.)"
    ),
}


_SPEAKERS = ("firm", "agency", "person", "place", "group", "fund", "")


def spoken(view: View, clause: Clause) -> Clause:
    """Part who speaks from what is said, within a clause: "X said that Y", X预计Y."""
    if clause.speech or clause.role != "clause":
        return clause
    if view.lang == "en" and view.text[clause.core] in segments.QUOTES:
        quoted = segments.quotes(view.text, clause.core, clause.end)
        after = quoted[0].end + 1 if quoted else clause.end
        if lexicon.has("en", "reporting", view.bare[after : clause.end]):
            return replace(clause, speech=(after, clause.end), quoted=True)
    match = _SAYS[view.lang].search(view.bare, clause.core, clause.end)
    if not match:
        return clause
    before = view.bare[clause.core : match.start()]
    names = view.within(clause.core, match.start(), "entity")
    who = (
        (bool(names) and (view.lang == "en" or names[-1].type in _SPEAKERS))
        or lexicon.has(view.lang, "source", before)
        or lexicon.starts(view.lang, "pronoun", before)
    )
    longest = 30 if view.lang == "zh" else 110
    if not who or len(before) > longest or (view.lang == "zh" and _far(view, clause.core, match.start())):
        return clause
    said = re.sub(r"(?:has|have|had|also|then|later)( (?:also|already|since))?\s*$", "", before)
    if view.lang == "en" and (lexicon.has("en", "verbs", said) or not _clausal(view, match.end(), clause.end)):
        return clause
    if view.lang == "zh" and not (
        predicate(view, match.end(), clause.end)
        and view.within(match.end(), clause.end, "entity", "quantity", "attribute")
    ):
        return clause
    if (
        view.lang == "zh"
        and view.folded[match.start() : match.end()].startswith("宣布")
        and not view.within(match.end(), clause.end, "quantity")
    ):
        return clause
    start = clause.start if match.end() - clause.start <= 0.42 * (clause.end - clause.start) else match.end()
    return replace(clause, start=start, core=match.end(), speech=(clause.core, match.end()))


def _far(view: View, start: int, at: int) -> bool:
    """Tell whether what stands before a Chinese verb of saying is no speaker but a thing measured or acted on."""
    return bool(view.within(start, at, "quantity", "change", "attribute")) or view.bare[
        max(start, at - 2) : at
    ].endswith(("被", "据", "所", "将", "大会"))


def _clausal(view: View, start: int, end: int) -> bool:
    """Tell whether what follows "said" is a clause with a verb of its own, not an object."""
    first = " ".join(compact(view.bare[start:end]).split()[:12])
    return lexicon.has("en", "verbs", first) or re.search(r"\b\w{3,}ed\b", first) is not None


def with_brackets(view: View, clause: Clause) -> Iterator[Clause]:
    """Yield a clause, and what its brackets say where they say something of their own."""
    rest = clause
    for bracket in segments.brackets(view.text, clause.start, clause.end):
        if not _says(view, bracket.start, bracket.end):
            continue
        head = _head(view, clause, bracket.start - 1)
        if not head:
            continue
        if (
            bracket.end + 1 >= clause.end - 2
            and clause.role == "clause"
            and not _acts(view, clause.core, bracket.start - 1)
        ):
            rest = replace(clause, role="bracket", head=(clause.core, bracket.start - 1), core=bracket.start)
        elif bracket.end + 1 >= clause.end - 2 and clause.role == "clause":
            rest = replace(clause, end=bracket.start - 1)
            yield Clause(
                head[0],
                bracket.end + 1,
                bracket.start,
                "bracket",
                clause.sentence,
                clause.number,
                head=head,
                speech=clause.speech,
            )
        elif (
            head[0] <= clause.core + 2
            and clause.end - bracket.end > 6
            and clause.role == "clause"
            and clause.start == clause.core
        ):
            yield Clause(
                head[0],
                bracket.end + 1,
                bracket.start,
                "bracket",
                clause.sentence,
                clause.number,
                head=head,
                speech=clause.speech,
            )
            rest = replace(rest, start=bracket.end + 1, core=bracket.end + 1, head=head)
        else:
            yield Clause(
                head[0],
                bracket.end + 1,
                bracket.start,
                "bracket",
                clause.sentence,
                clause.number,
                head=head,
                speech=clause.speech,
            )
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
    if (
        told
        and view.within(max(0, start - 28), start - 1, "quantity")
        and end - start - sum(m.end - m.start for m in told) <= 4
    ):
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
    words = view.text[clause.start : end].rstrip()
    names = view.within(clause.start, end, "entity", "attribute")
    start = names[-1].start if names else clause.start + max(0, words.rfind(" ", 0, max(0, len(words) - 1)) + 1)
    return (start, clause.start + len(words)) if start < end else None
