"""The catalogue in memory: loaded once from its compiled form, entries built when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from highfence.catalogue.entries import (
    Chip,
    Firm,
    LanguageModel,
    MemoryStack,
    System,
    entry_from_pack,
    plain_from_pack,
)
from highfence.catalogue.names import name_key
from highfence.core.datapack import content_hash, load_pack
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import Source

DATA = Path(__file__).parent / "data"
CODE = tuple(Path(__file__).parent / f"{name}.py" for name in ("compile", "schema", "attributes", "names"))


class Catalogue:
    """Chips, systems, memory, models, firms and their sources, found by any name that people use."""

    def __init__(self, pack: dict[str, Any]) -> None:
        self._pack = pack
        self._built: dict[tuple[str, str], Any] = {}

    def chip(self, name: str) -> Chip:
        """Return a chip by id, name or alias in either language and script.

        Raises
        ------
        InputError : no such chip; the hint names the nearest.
        """
        return cast(Chip, self._get("chip", name))

    def system(self, name: str) -> System:
        """Return a server, rack or cluster by any of its names."""
        return cast(System, self._get("system", name))

    def memory(self, name: str) -> MemoryStack:
        """Return a memory stack by any of its names."""
        return cast(MemoryStack, self._get("memory", name))

    def model(self, name: str) -> LanguageModel:
        """Return a language model by any of its names."""
        return cast(LanguageModel, self._get("model", name))

    def firm(self, id: str) -> Firm:
        """Return a firm by id."""
        return cast(Firm, self._build("firms", id))

    def source(self, id: str) -> Source:
        """Return a source by id."""
        return Source(**self._pack["sources"][id])

    def find_chip(self, name: str) -> Chip | None:
        """Return a chip by any of its names, or None."""
        id = self._id("chip", name)
        return None if id is None else cast(Chip, self._build("chip", id))

    def find_system(self, name: str) -> System | None:
        """Return a server, rack or cluster by any of its names, or None."""
        id = self._id("system", name)
        return None if id is None else cast(System, self._build("system", id))

    def chips(self) -> Iterator[Chip]:
        """Yield every chip, in the order of the files."""
        return (cast(Chip, self._build("chip", id)) for id in self._pack["chip"])

    def systems(self) -> Iterator[System]:
        """Yield every system."""
        return (cast(System, self._build("system", id)) for id in self._pack["system"])

    def memories(self) -> Iterator[MemoryStack]:
        """Yield every memory stack."""
        return (cast(MemoryStack, self._build("memory", id)) for id in self._pack["memory"])

    def models(self) -> Iterator[LanguageModel]:
        """Yield every language model."""
        return (cast(LanguageModel, self._build("model", id)) for id in self._pack["model"])

    def firms(self) -> Iterator[Firm]:
        """Yield every firm."""
        return (self.firm(id) for id in self._pack["firms"])

    def sources(self) -> Iterator[Source]:
        """Yield every source, by id."""
        return (self.source(id) for id in sorted(self._pack["sources"]))

    def names(self, kind: str = "chip") -> list[str]:
        """Return every name that entries of a kind answer to, as people write them."""
        rows = self._pack[kind].values()
        return [name for row in rows for name in (row["id"], row["name"]["en"], row["name"]["zh"], *row["aliases"])]

    def _id(self, kind: str, name: str) -> str | None:
        names: dict[str, str] = self._pack[f"{kind}_names"]
        return names.get(name_key(name)) if isinstance(name, str) else None

    def _get(self, kind: str, name: str) -> Any:
        id = self._id(kind, name)
        if id is None:
            raise InputError(f"no such {kind} in the catalogue", got=name,
                             hint=did_you_mean(str(name), self.names(kind)) or f"list them: highfence {kind}s",
                             code=f"unknown-{kind}")
        return self._build(kind, id)

    def _build(self, kind: str, id: str) -> Any:
        built = self._built.get((kind, id))
        if built is None:
            raw = self._pack[kind][id]
            built = (plain_from_pack(Firm, raw) if kind == "firms" else
                     plain_from_pack(LanguageModel, raw) if kind == "model" else entry_from_pack(kind, raw))
            self._built[kind, id] = built
        return built


@cache
def catalogue() -> Catalogue:
    """Return the shipped catalogue."""
    return Catalogue(load_pack("catalogue", [DATA], _compile, CODE))


@lru_cache(maxsize=1)
def data_hash() -> str:
    """Return the hash of the catalogue's data files."""
    return content_hash([DATA])


def _compile() -> dict[str, Any]:
    from highfence.catalogue.compile import compile_catalogue

    return compile_catalogue(DATA)
