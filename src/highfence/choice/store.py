"""The shipped buyers, vendor supply and governments' measures, loaded once from their compiled form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import load_pack
from highfence.core.facts import Source

DATA = Path(__file__).parent / "data"
CODE = tuple(Path(__file__).parent / f"{name}.py" for name in ("compile", "buyer_reading", "buyer_schema"))


@cache
def choice_pack() -> dict[str, Any]:
    """Return the compiled data: ``buyers``, ``supply`` and ``measures``."""
    return load_pack("buyers", [DATA], _compile, CODE)


@cache
def known_sources() -> Mapping[str, Source]:
    """Return every source of the catalogue and of the law by id."""
    from highfence.catalogue import catalogue
    from highfence.rules.store import shipped_law

    return {**shipped_law().sources, **{s.id: s for s in catalogue().sources()}}


def _compile() -> dict[str, Any]:
    from highfence.choice.compile import compile_choice

    return compile_choice(DATA, known_sources())
