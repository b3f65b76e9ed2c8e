"""The brief as one self-contained page: no script, no request, light and dark, screen, phone and paper.

Other pages share its style, texts and template engine.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from highfence.core.errors import MissingExtra
from highfence.core.labels import Label, check_language
from highfence.report.brief import Brief
from highfence.report.choices import DRAWS
from highfence.report.texts import say, texts

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"
SHOWN_MARGINS = 10
"""Nearest lines that stand open on the page; the rest fold away."""


def render_page(brief: Brief, lang: str = "en") -> str:
    """Return the page of a brief as HTML.

    Raises
    ------
    InputError : a language that the interface does not speak.
    MissingExtra : the template engine or the chart renderer is not installed.
    """
    check_language(lang)
    template = environment().get_template("brief.html.j2")
    from highfence.report.charts import figures, legend_order
    from highfence.report.drawing import WIDE
    from highfence.report.plane_charts import outside
    from highfence.report.token_charts import statuses

    page = template.render(
        b=brief, lang=lang, figures=figures(brief, lang), css=style(),
        choice_draws=DRAWS, law_legend=statuses(brief.costs), legend=legend_order(brief.timeline),
        shown_margins=SHOWN_MARGINS,
        outside={p.id: outside(p, WIDE) for p in (brief.compute, brief.bandwidth)}, **words(lang))
    return tidy(page)


def style(*names: str) -> str:
    """Return the style sheet of all pages, and after it those of one kind."""
    return "\n".join((TEMPLATES / f"{name}.css").read_text("utf-8") for name in ("page", *names))


def tidy(page: str) -> str:
    """Return a page without its empty lines."""
    return re.sub(r"\n\s*\n+", "\n", page)


def words(lang: str) -> dict[str, Any]:
    """Return what the template needs to write texts and labels in one language."""

    def t(key: str, **values: object) -> str:
        return say(key, **values).text(lang)

    def pick(label: Label | None) -> str:
        return "" if label is None else label.text(lang)

    def word(section: str, key: str) -> str:
        found = texts().get(f"{section}.{key}")
        return found.text(lang) if found else key

    return {"t": t, "pick": pick, "word": word, "colon": say("word.colon").text(lang),
            "htmllang": {"en": "en", "zh": "zh-Hans"}[lang]}


@cache
def environment() -> Environment:
    """Return the engine that fills the templates of pages.

    Raises
    ------
    MissingExtra : it is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtra("brief", "a page") from None
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
