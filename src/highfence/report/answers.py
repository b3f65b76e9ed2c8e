"""Answers such as ``3A090.b.2: licence``, which verdicts list as codes, in words."""

from __future__ import annotations

import re

from highfence.core.labels import Label
from highfence.report.texts import say

_CODE = re.compile(r"(?P<paragraph>(?:\d[A-E]\d{3}(?:\.\w+)*)|none|unknown): (?P<requirement>licence|none|unknown)\b")


def in_words(label: Label) -> Label:
    """Return a label with every coded answer written out in its language.

    >>> in_words(Label("unknown: none: none or 3A090.b.2: licence", "未知：3A090.b.2: licence")).zh
    '未知：3A090.b.2，须许可'
    """
    return Label(_replaced(label.en, "en"), _replaced(label.zh, "zh"))


def _replaced(text: str, lang: str) -> str:
    return _CODE.sub(lambda found: _words(found["paragraph"], found["requirement"], lang), text)


def _words(paragraph: str, requirement: str, lang: str) -> str:
    if paragraph in {"none", "unknown"}:
        paragraph = say(f"answer.{paragraph}").text(lang)
    return say("answer.both", paragraph=paragraph, requirement=say(f"requirement.{requirement}")).text(lang)
