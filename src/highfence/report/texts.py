"""Every text of the report in both languages, read once from ``text.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from highfence.core.documents import read_yaml
from highfence.core.labels import Label


@cache
def texts() -> Mapping[str, Label]:
    """Return every text by its key, such as ``timeline.title``."""
    raw = read_yaml(Path(__file__).parent / "text.yaml")
    return {f"{section}.{key}": Label(str(row["en"]), str(row["zh"]))
            for section, rows in raw.items() for key, row in rows.items()}


def say(key: str, **values: object) -> Label:
    """Return a text with its fields filled in; a Label among the values is taken in each language.

    >>> say("word.yes").text("zh")
    '是'

    Raises
    ------
    KeyError : no such text.
    """
    label = texts()[key]
    return label.format(**values) if values else label


def both(text: str) -> Label:
    """Return one text that serves both languages."""
    return Label(text, text)


def listed(labels: tuple[Label, ...] | list[Label]) -> Label:
    """Join labels as a list is written in each language.

    >>> listed([Label("a", "甲"), Label("b", "乙")]).zh
    '甲、乙'
    """
    return Label("; ".join(label.en for label in labels), "、".join(label.zh for label in labels))
