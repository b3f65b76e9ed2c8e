"""The compiled word lists, names and units."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from highfence.claims.mentions.tokens import Tree
from highfence.core.datapack import load_pack

DATA = Path(__file__).parent / "data"
CODE = tuple(Path(__file__).parent / f"{name}.py" for name in ("compile", "tokens"))


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Names and words as trees of tokens.

    Attributes
    ----------
    folding : traditional characters and their simplified ones. names : of entities; words : of all other kinds.
    units : spelling -> unit, factor, counted noun. families : id -> vendor, ``codes`` or none, chips.
    brands : pattern of the brands behind which a number is part of the name.
    directions : sign of each class of change words.
    times : reading and pattern of each way to write a time.
    """

    folding: tuple[str, str]
    names: Tree
    words: Tree
    units: dict[str, dict[str, list[Any]]]
    beside: dict[str, list[str]]
    codes: frozenset[str]
    models: frozenset[str]
    masks: tuple[str, ...]
    brands: str
    families: dict[str, list[str]]
    directions: dict[str, int]
    times: tuple[tuple[str, str], ...]


def folders() -> tuple[Path, ...]:
    """Return the folders that the lexicon is compiled from."""
    from highfence.catalogue.store import DATA as CATALOGUE

    return (DATA, *(CATALOGUE / name for name in ("chips", "systems", "memory", "models", "things")))


def compile_mentions() -> dict[str, Any]:
    """Compile the shipped lists."""
    from highfence.claims.mentions.compile import compile_lexicon

    return compile_lexicon(DATA)


@cache
def lexicon() -> Lexicon:
    """Return the shipped lexicon."""
    pack = load_pack("mentions", folders(), compile_mentions, code())
    sets = {
        "codes": frozenset(pack["codes"]),
        "models": frozenset(pack["models"]),
        "masks": tuple(pack["masks"]),
        "folding": tuple(pack["folding"]),
        "times": tuple(map(tuple, pack["times"])),
    }
    return Lexicon(**{**pack, **sets})


def code() -> tuple[Path, ...]:
    """Return the other files that the compiled form depends on."""
    from highfence.catalogue.store import DATA as CATALOGUE

    return (*CODE, CATALOGUE / "firms.yaml")
