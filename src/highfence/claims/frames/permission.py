"""What law makes of a thing: a licence needed or not, a ban, a permission, in whatever words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from highfence.claims.frames.view import View

LICENCE, FREE, BAN, APPROVED = "licence-required", "free", "bans", "approves"
"""Attributes of a claim of status."""


@dataclass(frozen=True, slots=True)
class Permission:
    """What a stretch says law makes of a thing, and where: the words of denial inside belong to it."""

    attribute: str
    start: int
    end: int


_LIC = (
    r"(?:licen[cs](?:es?|ing)|permits?|export permission|authori[sz]ations?|(?:government |regulatory |"
    r"official )?sign-?off)"
)
_OF = (
    r"(?:(?:an?|the|any|individual|specific|special|prior|formal|further|further|such|government|federal|"
    r"american|us|u\.s\.|export|commerce|department|additional|new|separate|P\ufffc*|A\ufffc*(?:'s)?) )*"
)
_BE = r"(?:is|was|are|were|be|been|being|remains?|remained|becomes?|became|gets?|got)"
_RULE = (
    r"(?:rules?|controls?|curbs?|bans?|restrictions?|regulations?|thresholds?|limits?|sanctions|"
    r"licen[cs]ing|measures?|"
    r"net|ceiling|cap|provisions?|regime|package|update|amendments?)"
)
_GAP = r"(?:[a-z'’.-]+ |[A-Z]?\ufffc+(?:'s)? |\d+ ){0,6}?"

_EN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (attribute, re.compile(text))
    for attribute, text in (
        (
            FREE,
            (
                rf"\bno (?:longer )?(?:(?:P\ufffc*|us|export|such|"
                rf"special) )*{_LIC}(?: \w+){{0,2}}? (?:required|needed|necessary)"
            ),
        ),
        (FREE, rf"\bno (?:(?:P\ufffc*|us|export|such|special) )*{_LIC} (?:is|was|were|are)\b"),
        (
            FREE,
            (
                rf"\b(?:does|do|did|would|will|has|have|had)(?: not|n't|n’t) (?:\w+ )?(?:needs?|needed|"
                rf"requires?|required|be subject to) {_OF}(?:[a-z]+ )?{_LIC}"
            ),
        ),
        (
            FREE,
            (
                rf"\b(?:not|never) (?:been )?(?:subject to|required to (?:have|get|obtain|seek)|covered by|"
                rf"caught by|controlled|restricted|under) {_OF}(?:{_LIC}|{_RULE})"
            ),
        ),
        (FREE, rf"\b(?:needs?|needed|requires?|required) no (?:(?:P\ufffc*|us|export|such|special|longer) )*{_LIC}"),
        (
            FREE,
            (
                rf"\bwithout (?:needing |requiring |having |obtaining |seeking |the need for |"
                rf"first obtaining )?{_OF}{_LIC}"
            ),
        ),
        (
            FREE,
            (
                rf"\b(?:licen[cs]e-free|freely|unrestricted|uncontrolled|free of (?:\w+ )?(?:controls?|"
                rf"restrictions?|{_LIC}))\b"
            ),
        ),
        (FREE, rf"\b(?:exempt(?:ed)?|excluded|spared|free) from {_GAP}(?:{_LIC}|{_RULE})"),
        (
            FREE,
            (
                rf"\b(?:outside|beyond the reach of|below|just under|escaped?|escapes|escaping|slip(?:s|"
                rf"ped)? (?:past|under|through)|dodged?|dodges|skirts?|skirted) {_GAP}(?:export |"
                rf"chip |performance |density )?{_RULE}\b"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b(?:requires?|required|requiring|needs?|needed|needing|demands?|demanded|"
                rf"must (?:first )?(?:obtain|get|have|secure|seek|apply for)|(?:has|have|had) to (?:obtain|"
                rf"get|secure|seek|apply for)|subject to) {_OF}(?:[a-z]+ )?{_LIC}"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b{_LIC}(?: for \w+)? (?:\w+ )?(?:is|was|are|were|has been|have been|be|became|becomes|"
                rf"remains?) (?:now |also |still |then |first )?(?:required|needed|mandatory|compulsory|"
                rf"necessary|obligatory)"
            ),
        ),
        (LICENCE, rf"\b(?:only|solely) with {_OF}{_LIC}"),
        (
            LICENCE,
            (
                rf"\b(?:under|to|into|behind|faces?|faced|imposed?|imposing|slapped|"
                rf"extended) {_GAP}licen[cs](?:e|ing) (?:requirements?|rules?|regime|condition)"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b(?:put|puts|placed|places|brought|brings|fell|falls|fallen|fall|came|comes|come|"
                rf"{_BE}) (?:[A-Z]\ufffc* )?(?:now |back |also )?(?:squarely )?(?:under|within|"
                rf"into the scope of|inside) {_GAP}(?:export[- ])?(?:control|controls|curbs|restrictions|"
                rf"rules?)\b"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b(?:put|puts|placed|places|brought|brings|bringing|putting|"
                rf"placing) [^,;]{{0,60}}?(?:under|within) {_GAP}(?:export[- ])?(?:control|controls|curbs|"
                rf"restrictions|licen[cs]ing)\b"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b{_BE} (?:also |now |later |then |\w+ly )?(?:caught|captured|covered|hit|snared|"
                rf"ensnared|swept up|swept|trapped|targeted|affected|controlled|restricted|netted|reached|"
                rf"included) (?:up )?(?:by|in|under) {_GAP}{_RULE}"
            ),
        ),
        (
            LICENCE,
            (
                rf"\b{_RULE}(?: [a-z]+){{0,6}}? (?:caught|catch(?:es)?|covers?|covered|captures?|captured|"
                rf"hits?|swept|sweeps|ensnared|ensnares|targets?|targeted|closed off|reach(?:es|ed)?|"
                rf"extend(?:s|ed)? to|appl(?:y|ies|ied) to|took in|takes in|included?|trapped|blocked|"
                rf"hobbled) (?:up )?(?:the |also |even )?(?:[a-z'’-]+ |"
                rf"[FP]\ufffc*(?:'s)? ){{0,3}}?(?:[GT]\ufffc*)"
            ),
        ),
        (BAN, r"\boff[- ]limits\b|\bcut off from\b"),
        (
            BAN,
            (
                rf"\b{_BE} (?:also |now |still |effectively |\w+ly )?(?:banned|barred|blocked|prohibited|"
                rf"forbidden|outlawed|embargoed|halted|stopped)(?: (?:from|by|for|in|to|outright|under|"
                rf"since|altogether)\b|$|[,.;])"
            ),
        ),
        (
            BAN,
            (
                r"\b(?:cannot|can not|could not|can no longer|could no longer|may not|must not|"
                r"may no longer|can't|couldn't)(?: \w+)? be (?:sold|exported|shipped|supplied|delivered|"
                r"re-?exported|sent|bought)"
            ),
        ),
        (
            APPROVED,
            (
                rf"\b{_BE} (?:also |now |finally |again |\w+ly )?(?:cleared|approved|authori[sz]ed|"
                rf"licen[cs]ed|permitted|allowed|green-?lit|green-?lighted|waved through)\b"
            ),
        ),
        (
            APPROVED,
            (
                rf"\b(?:won|wins|got|gets|received|receives|secured|gained|obtained|granted|grants?|given|"
                rf"gave|gives) {_OF}(?:[A-Z]\ufffc* )?(?:the )?(?:{_LIC}|approvals?|clearance|permission|"
                rf"green light|go-ahead|nod)"
            ),
        ),
        (
            APPROVED,
            (
                r"\b(?:can|could|may) (?:now |once |once again |again |also )+be (?:sold|exported|shipped|"
                r"supplied|delivered)"
            ),
        ),
    )
)
_NOT = "(?:无须|无需|不需要?|不必|毋须|毋需|不用|免于?|没有|并非|未要求|并不|不再需?要?|无)"
_LIC_ZH = "(?:许可证?|执照|审批|批准|牌照|许可)"
_CONTROL = "(?:管制|管控|限制|出口管制|禁令|新规|规则|门槛|清单|约束)"
_ZH: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (attribute, re.compile(text))
    for attribute, text in (
        (FREE, rf"{_NOT}[^,，。]{{0,12}}?{_LIC_ZH}"),
        (
            FREE,
            rf"(?:不受|不在|未被|未受|没有被|没被|未列入|未纳入|豁免于?|逃过|躲过|避开|绕开|绕过|不属于|游离于)[^,，。]{{0,12}}?{_CONTROL}",
        ),
        (FREE, "(?:可以?|能|均可|仍可)(?:自由|直接|正常|照常)(?:出口|销售|卖|出售|对华)|许可例外|免许可"),
        (LICENCE, rf"(?:须|需要?|必须|应当?|要求?|方可|才能|得先?|凭)(?!量|求量)[^,，。不无]{{0,14}}?{_LIC_ZH}"),
        (LICENCE, rf"{_LIC_ZH}(?:才|方)(?:能|可)"),
        (
            LICENCE,
            r"(?:受到?|被|遭到?|列入|纳入|落入|置于|收进|划入|归入)[^,，。]{0,12}?(?:出口)?(?:管制|管控|限制|许可证要求)(?!措施|政策|清单之外)",
        ),
        (LICENCE, "许可证?(?:要求|制度)|逐案(?:审查|审批|审核)"),
        (
            LICENCE,
            (
                r"(?:新规|规则|禁令|管制|条例|规定)[^,，。]{0,10}?(?:覆盖|涵盖|堵住|封堵|堵上|波及|扩大到|扩大至|瞄准|殃及|一网打尽|套住|收紧到|"
                r"管住)[^,，。]{0,10}?[GT]\ufffc*"
            ),
        ),
        (
            BAN,
            "(?:被|遭|遭到)(?:美国|美方|全面|明令|彻底|A\ufffc*|P\ufffc*)?(?:禁止|禁售|禁运|禁|封杀|封锁|叫停|列禁)|(?:不得|不准|不许|不能再?|无法再?)(?:向|对|再|P\ufffc*|[^,，。]){0,6}?(?:出口|销售|出售|卖给|供货|发货|运往|售往|输出)",
        ),
        (
            APPROVED,
            rf"获准|获批|获得?[^,，。]{{0,16}}?(?:{_LIC_ZH}|放行)|拿到[^,，。]{{0,8}}?{_LIC_ZH}|被允许|得到[^,，。]{{0,6}}?{_LIC_ZH}",
        ),
    )
)
_GOODS = re.compile("[GT]\ufffc*")
_POINTED = {
    "en": re.compile(
        r"\b(?:it|they|the chips?|the processors?|the accelerators?|the gpus?|the cards?|these chips?|"
        r"both chips|such chips|the parts?)\b"
    ),
    "zh": re.compile("它们?|该芯片|这款芯片|该产品|这些芯片|两款芯片|此类芯片|该款|上述芯片"),
}


def permission(view: View, start: int, end: int) -> Permission | None:
    """Return what a stretch says law makes of the goods that it names or points at.

    >>> from highfence.claims import mentions
    >>> from highfence.claims.model import Document
    >>> document = Document("The A100 could be sold to China without a licence.", "en")
    >>> permission(View(document, mentions.find(document)), 0, 49).attribute
    'free'
    """
    if not _GOODS.search(view.typed, start, end) and not _POINTED[view.lang].search(view.folded, start, end):
        return None
    for attribute, pattern in _EN if view.lang == "en" else _ZH:
        match = pattern.search(view.typed, start, end)
        if match is not None:
            return Permission(attribute, *match.span())
    return None
