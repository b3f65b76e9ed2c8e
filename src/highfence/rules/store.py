"""The shipped law, loaded once from its compiled form."""

from __future__ import annotations

from functools import cache
from typing import Any

from highfence.core.datapack import content_hash, load_pack
from highfence.rules.law import Law, law_from_pack

SALT = "law/1"


@cache
def shipped_law() -> Law:
    """Return the law as shipped, without overlays."""
    from pathlib import Path

    folder = Path(__file__).parent / "data"
    return law_from_pack(load_pack("law", [folder], _compile, SALT))


@cache
def law_hash() -> str:
    """Return the hash of the law's data files."""
    from pathlib import Path

    return content_hash([Path(__file__).parent / "data"], SALT)


def _compile() -> dict[str, Any]:
    from highfence.rules.compile import compile_law

    return compile_law()
