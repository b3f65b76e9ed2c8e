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
    def read(cls, raw: Mapping[str, Any] | str, where: str = "text") -> Label:
        """Read ``{en: …, zh: …}``, or one text that serves both.

        Raises
        ------
        InputError : neither, or a language that the interface does not speak.
        """
        if isinstance(raw, str):
            return cls(raw, raw)
        texts = raw if isinstance(raw, Mapping) else {}
        if not set(texts) <= set(LANGUAGES) or not all(isinstance(t, str) for t in (texts.get("en"), *texts.values())):
            raise InputError("not a text in English and Chinese", where=where, got=raw, expected="{en: text, zh: text}",
                             example="{en: a lower line, zh: 更低的界线}")
        return cls(texts["en"], texts.get("zh", texts["en"]))

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
