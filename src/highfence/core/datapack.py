"""Compile folders of YAML into hashed JSON that loads in milliseconds.

The key is a hash of every source byte, so that a changed file is compiled anew and an unchanged one never is.
A built package carries the compiled form; elsewhere it lies in the user's cache folder.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from hashlib import blake2b
from pathlib import Path
from typing import Any

Compiled = dict[str, Any]


def content_hash(folders: Iterable[Path], code: Iterable[Path] = ()) -> str:
    """Return the hash of all YAML under some folders, with their relative names, and of the code that reads it."""
    digest = blake2b(digest_size=12)
    for path in code:
        digest.update(path.read_bytes())
    for folder in folders:
        for path in sorted(folder.rglob("*.yaml")):
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def load_pack(name: str, folders: Iterable[Path], compile_pack: Callable[[], Compiled], code: Iterable[Path] = (),
              ) -> Compiled:
    """Return the compiled form of a folder of data, compiling it only when a source file changed.

    Parameters
    ----------
    name : name of the pack, part of the file's name.
    folders : folders whose YAML files the pack is made of.
    compile_pack : reads the YAML and returns plain JSON-able data.
    code : files of the code that compiles; a change in them compiles anew.
    """
    key = content_hash(folders, code)
    for place in (_shipped(), _cache()):
        path = place / f"{name}-{key}.json"
        try:
            pack: Compiled = json.loads(path.read_bytes())
        except (OSError, ValueError):
            continue
        return pack
    pack = compile_pack()
    _write(_cache() / f"{name}-{key}.json", pack)
    return pack


def write_shipped(name: str, folders: Iterable[Path], pack: Compiled, code: Iterable[Path] = ()) -> Path:
    """Write the compiled form beside the code, as building the package does."""
    path = _shipped() / f"{name}-{content_hash(folders, code)}.json"
    _write(path, pack)
    return path


def _shipped() -> Path:
    return Path(__file__).parent.parent / "_compiled"


def _cache() -> Path:
    if given := os.environ.get("HIGHFENCE_CACHE"):
        return Path(given)
    from platformdirs import user_cache_path

    return user_cache_path("highfence")


def _write(path: Path, pack: Compiled) -> None:
    """Write whole or not at all; a cache that cannot be written is no error."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(pack, file, ensure_ascii=False, separators=(",", ":"))
        Path(draft).replace(path)
    except OSError:
        return
