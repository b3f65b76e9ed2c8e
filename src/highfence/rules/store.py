"""The shipped law, loaded once from its compiled form."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from highfence.core.datapack import content_hash, load_pack
from highfence.rules.law import Law, law_from_pack

DATA = Path(__file__).parent / "data"
CODE = (Path(__file__).parent / "compile.py",)


@cache
def shipped_law() -> Law:
    """Return the law as shipped, without overlays."""
    return law_from_pack(load_pack("law", [DATA], _compile, CODE))


@cache
def law_hash() -> str:
    """Return the hash of the law's data files."""
    return content_hash([DATA])


def _compile() -> dict[str, Any]:
    from highfence.rules.compile import compile_law

    return compile_law(DATA)
