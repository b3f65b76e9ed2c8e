"""Short names of parts, firms and places, as charts and tables have room for."""

from __future__ import annotations

import re

from highfence.catalogue import catalogue
from highfence.core.labels import Label
from highfence.rules.law import Law
from highfence.rules.parts import Part

_MEMORY = re.compile(r"\s+\d+ ?GB\b")
_FORM = re.compile(r"\s+(SXM\d?|OAM)\b")
_REMARK = re.compile(r"\s*[(（][^)）]*[)）]")


def short_name(part: Part) -> Label:
    """Return a part's name without its maker, and without memory and form where the shorter name means it alone.

    >>> short_name(Part("sheet:x", Label("My part", "我的芯片"), {})).zh
    '我的芯片'
    """
    if part.entry is None:
        return part.name
    bare = _without_maker(part.name, part.vendor)
    for patterns in ((_REMARK, _FORM, _MEMORY), (_REMARK, _MEMORY), (_REMARK,)):
        shorter = Label(_strip(bare.en, patterns), _strip(bare.zh, patterns))
        found = catalogue().find_chip(shorter.en)
        if found is not None and found.id == part.id:
            return shorter
    return bare


def firm_name(id: str) -> Label:
    """Return a firm's name."""
    return catalogue().firm(id).name


def place_name(law: Law, code: str) -> Label:
    """Return a country's or territory's name."""
    return law.gazetteer.labels.get(code, Label(code, code))


def _strip(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub("", text)
    return text.strip() or text


def _without_maker(name: Label, vendor: str | None) -> Label:
    if vendor is None:
        return name
    firm = catalogue().firm(vendor).name
    return Label(_cut(name.en, (firm.en,)), _cut(name.zh, (firm.zh, firm.en)))


def _cut(text: str, makers: tuple[str, ...]) -> str:
    for maker in makers:
        if maker and text.startswith(maker) and len(text) > len(maker):
            return text[len(maker):].strip()
    return text
