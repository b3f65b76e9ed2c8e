"""Acts of agencies, governments and courts: a rule issued or withdrawn, a law signed, a firm listed, a probe opened."""

from __future__ import annotations

import re

from highfence.claims.frames.view import View

_RULE = (
    r"(?:rules?|controls?|curbs?|regulations?|restrictions?|guidance|guidelines?|order|directive|notice|proclamation|"
    r"measures?|framework|export ban|ban|list|package|thresholds?|policy|L\ufffc*)"
)
_GAP = r"(?:[^,;]{0,60}?)\b"
_EN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(text))
    for name, text in (
        (
            "lists",
            (
                r"\b(?:added|adds|adding|add|placed|places|placing|put|puts|putting)\b[^;]{0,120}?\b(?:on|"
                r"to|onto) (?:[a-z'’]+ |[A-Z]\ufffc*(?:'s)? ){0,4}?(?:entity list|blacklist|"
                r"trade blacklist|export blacklist|unverified list|sanctions list|T\ufffc*)|"
                r"\bblacklist(?:ed|s|ing)\b"
            ),
        ),
        (
            "investigates",
            (
                rf"\b(?:opened|opens|launched|launches|began|started|initiated|announced|"
                rf"widened){_GAP}(?:probe|investigation|inquiry|review)\b|\b(?:investigat(?:ed|es|ing)|"
                rf"probed|probing|summoned|summons|raided|questioned)\b"
            ),
        ),
        (
            "rescinds",
            (
                rf"\b(?:rescind(?:ed|s|ing)?|revok(?:ed|es|ing)|withdrew|withdraws|withdrawn|scrapp?(?:ed|s|"
                rf"ing)|repeal(?:ed|s|ing)?|abolish(?:ed|es)|cancell?ed|tore up|overturn(?:ed|s)|"
                rf"revers(?:ed|es)|threw out|struck down|shelv(?:ed|es)|dropp?(?:ed|s))\b{_GAP}{_RULE}\b|"
                rf"\b{_RULE} (?:was|were|is|has been) (?:\w+ly )?(?:rescinded|revoked|withdrawn|scrapped|"
                rf"repealed|cancell?ed|overturned|shelved|dropped)"
            ),
        ),
        ("signs", r"\b(?:signed|signs|signing)\b"),
        (
            "enacts",
            (
                r"\b(?:became|becomes|become|passed|passes) (?:into )?law\b|\b(?:enact(?:ed|s|ing)?|"
                r"took effect|takes effect|take effect|came into (?:force|effect)|comes? into (?:force|"
                r"effect)|entered into force|went into (?:force|effect))\b|\b(?:passed|passes|adopted|"
                r"approved|cleared)\b[^,;]{0,40}?(?:bill|act|law|L\ufffc*)\b"
            ),
        ),
        (
            "tariff",
            (
                rf"\b(?:imposed|imposes|slapped|levied|levies|raised|raises|doubled|announced|"
                rf"set){_GAP}(?:tariffs?|dut(?:y|ies)|lev(?:y|ies))\b"
            ),
        ),
        (
            "subsidy",
            (
                rf"\b(?:awarded|awards|granted|handed|set aside|allocated|earmarked|provided|finalised|"
                rf"finalized){_GAP}(?:grants?|subsid(?:y|ies)|funding|loans?|award|incentives|"
                rf"tax credits?)\b"
            ),
        ),
        ("fine", r"\b(?:fined|fines|penali[sz]ed|sued|sues|indicted|charged|convicted|sentenced|settled)\b"),
        (
            "issued",
            (
                rf"\b(?:issu(?:ed|es|ing)|publish(?:ed|es)|releas(?:ed|es)|unveil(?:ed|s)|introduc(?:ed|es)|"
                rf"announc(?:ed|es)|impos(?:ed|es|ing)|rolled out|rolls out|finali[sz](?:ed|es)|proposed|"
                rf"proposes|adopt(?:ed|s)|tighten(?:ed|s)|expand(?:ed|s)|updated?|wrote|drew up|"
                rf"brought in){_GAP}{_RULE}\b"
            ),
        ),
        (
            "issued",
            (
                rf"\b(?:{_RULE}) (?:that |which )?(?:[a-z]+ |[AHP]\ufffc* ){{0,4}}?(?:had |has |have |was |"
                rf"were )?(?:been )?(?:issued|published|imposed|introduced|put in place|unveiled)\b"
            ),
        ),
    )
)
_ZH: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(text))
    for name, text in (
        (
            "lists",
            "(?:列入|加入|纳入|放入|放进|添加|增列|写入|拉入|拉进|新增)[^,，。]{0,10}?(?:清单|名单|T\ufffc*)|拉黑",
        ),
        (
            "investigates",
            "立案|(?:发起|启动|展开|开展|进行|宣布)[^,，。]{0,14}?(?:调查|审查)|约谈|突击检查|搜查|反垄断调查",
        ),
        (
            "rescinds",
            "(?:撤销|废除|废止|撤回|取消|推翻|作废|叫停|收回)[^,，。]{0,24}?(?:规则|规定|新规|禁令|条例|措施|许可|框架|管制|L\ufffc*)|(?:规则|规定|新规|禁令|L\ufffc*)[^,，。]{0,6}?(?:被|遭)(?:撤销|废除|撤回|取消|推翻)",
        ),
        ("signs", "签署|签字"),
        ("enacts", "(?:正式|开始)?(?:生效|施行)|成为法律|(?:通过|表决通过)[^,，。]{0,12}?(?:法案|法|决议|L\ufffc*)"),
        ("tariff", "(?:加征|征收|上调|提高|开征)[^,，。]{0,16}?(?:关税|税)"),
        ("subsidy", "拨款|补贴|补助|资助|(?:拨付|发放)[^,，。]{0,10}?(?:资金|补贴|款|奖励)"),
        ("fine", "罚款|处罚|起诉|判处|和解|罚没"),
        (
            "issued",
            "(?:发布|出台|公布|颁布|推出|实施|祭出|抛出|下发|印发|宣布|制定|收紧|升级|扩大|更新|修订|施加|加码)[^,，。]{0,20}?(?:规则|规定|新规|管制|禁令|条例|办法|措施|清单|公告|通知|命令|指引|限制|政策|L\ufffc*)",
        ),
    )
)
_ACTOR = re.compile("[APHLX]\ufffc*")
_PRONOUN = {
    "en": re.compile(
        r"\b(?:it|he|she|they|the (?:agency|administration|government|department|ministry|bureau|"
        r"president|commission|white house)|regulators?|lawmakers|congress|officials)\b"
    ),
    "zh": re.compile("当局|政府|官方|部门|国会|总统|商务部|监管|其"),
}


def act(view: View, start: int, end: int) -> str:
    """Return the attribute of the act of law or policy that a stretch tells of, or nothing.

    >>> from highfence.claims import mentions
    >>> from highfence.claims.model import Document
    >>> document = Document("The Commerce Department rescinded the rule.", "en")
    >>> act(View(document, mentions.find(document)), 0, 42)
    'rescinds'
    """
    if not _ACTOR.search(view.typed, start, end) and not _PRONOUN[view.lang].search(view.folded, start, end):
        return ""
    for name, pattern in _EN if view.lang == "en" else _ZH:
        if pattern.search(view.typed, start, end):
            return name
    return ""
