"""Text that the interface shows, in every language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from highfence.core.errors import InputError

LANGUAGES = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Label:
    """One text in English and in simplified Chinese.

    >>> Label("China", "中国").text("zh")
    '中国'
    """

    en: str
    zh: str

    def text(self, lang: str = "en") -> str:
        """Return the text in ``lang`` (``en`` or ``zh``)."""
        return self.zh if lang == "zh" else self.en

    def format(self, **values: object) -> Label:
        """Fill ``{name}`` fields in both languages; a Label among the values is taken in each language."""
        return Label(*(getattr(self, lang).format(**{k: v.text(lang) if isinstance(v, Label) else v
                                                     for k, v in values.items()}) for lang in LANGUAGES))

    @classmethod
    def read(cls, raw: Mapping[str, Any] | str) -> Label:
        """Read ``{en: …, zh: …}``, or one text that serves both."""
        if isinstance(raw, str):
            return cls(raw, raw)
        return cls(str(raw["en"]), str(raw.get("zh", raw["en"])))

    def to_dict(self) -> dict[str, str]:
        """Return ``{"en": …, "zh": …}``."""
        return {"en": self.en, "zh": self.zh}


def check_language(lang: str) -> str:
    """Return ``lang`` if the interface speaks it.

    Raises
    ------
    InputError : neither ``en`` nor ``zh``.
    """
    if lang not in LANGUAGES:
        raise InputError("no such language", where="--lang", got=lang, expected=" or ".join(LANGUAGES),
                         example="zh")
    return lang
