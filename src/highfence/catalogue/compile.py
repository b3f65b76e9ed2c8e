"""Read every YAML file of the catalogue, check it strictly, and return the compiled form.

``python -m highfence.catalogue.compile`` checks the data and prints what it holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from highfence.catalogue.names import name_key
from highfence.catalogue.schema import (
    ENTRY_SCHEMAS,
    EntryIn,
    FirmIn,
    ModelIn,
    PriceIn,
    read_observation,
    read_shape,
)
from highfence.core.dates import parse_period
from highfence.core.documents import read_yaml
from highfence.core.errors import InputError, did_you_mean
from highfence.core.facts import Source, check_grade
from highfence.core.quantities import parse_quantity

DATA = Path(__file__).parent / "data"
SECTIONS = {"chip": "chips", "system": "systems", "memory": "memory"}


def compile_catalogue(data: Path = DATA) -> dict[str, Any]:
    """Return the whole catalogue as JSON-able data.

    Raises
    ------
    InputError : at the first entry that breaks the schema, names an unknown source or firm, or repeats a name.
    """
    sources = compile_sources(data / "sources")
    firms = {row["id"]: row for row in _read_each(data / "firms.yaml", FirmIn)}
    pack: dict[str, Any] = {"sources": sources, "firms": firms}
    for kind, folder in SECTIONS.items():
        pack[kind] = {}
        for path, raw in _entries(data / folder):
            _add(pack[kind], _compile_entry(kind, raw, _place(path, raw), sources, firms), path)
    pack["model"] = {}
    for path, raw in _entries(data / "models"):
        _add(pack["model"], _compile_model(raw, _place(path, raw), sources), path)
    for kind in (*SECTIONS, "model"):
        pack[f"{kind}_names"] = _index_names(pack[kind], kind)
    _check_references(pack)
    return pack


def compile_sources(folder: Path, pattern: str = "*.yaml") -> dict[str, Any]:
    """Return every source of a folder of source lists.

    Raises
    ------
    InputError : a source that is defined twice or lacks a field.
    """
    found: dict[str, Any] = {}
    for path in sorted(folder.glob(pattern)):
        for id, raw in (read_yaml(path) or {}).items():
            if id in found:
                raise InputError("source defined twice", where=f"{path.name}: {id}")
            source = Source.read(id, raw)
            found[id] = {f: getattr(source, f) for f in Source.__slots__}
    return found


def _entries(folder: Path) -> Iterator[tuple[Path, Any]]:
    for path in sorted(folder.rglob("*.yaml")):
        rows = read_yaml(path)
        if not isinstance(rows, list):
            raise InputError("a file of entries holds a list", where=str(path.name))
        for raw in rows:
            yield path, raw


def _place(path: Path, raw: Any) -> str:
    return f"{path.parent.name}/{path.name}: {raw.get('id', '?') if isinstance(raw, dict) else raw!r}"


def _read_each(path: Path, model: type[FirmIn]) -> Iterator[dict[str, Any]]:
    for raw in read_yaml(path):
        row = read_shape(model, raw, _place(path, raw)).model_dump(exclude_none=True)
        row["name"] = {"en": row["name"]["en"], "zh": row["name"].get("zh", row["name"]["en"])}
        yield row


def _add(section: dict[str, Any], entry: dict[str, Any], path: Path) -> None:
    if entry["id"] in section:
        raise InputError("two entries have the same id", where=path.name, got=entry["id"])
    section[entry["id"]] = entry


def _compile_entry(kind: str, raw: Any, where: str, sources: dict[str, Any], firms: dict[str, Any]) -> dict[str, Any]:
    entry: EntryIn = read_shape(ENTRY_SCHEMAS[kind], raw, where)
    _known(entry.vendor, firms, f"{where}: vendor", "firm")
    facts = []
    for i, observation in enumerate(entry.observations):
        place = f"{where}: observations[{i}]"
        source = _known(observation.source, sources, f"{place}.source", "source")
        for fact in read_observation(observation, kind, place):
            facts.append(_dated(fact, source))
            if fact["attribute"] == "foundry":
                _known(fact["value"], firms, f"{place}.foundry", "firm")
    row = entry.model_dump(exclude={"observations", "prices"}, exclude_none=True)
    row["aliases"] = [str(a) for a in row["aliases"]]
    if hasattr(entry, "prices"):
        row["prices"] = [_compile_price(p, f"{where}: prices[{i}]", sources) for i, p in enumerate(entry.prices)]
    return {**row, "facts": facts}


def _dated(fact: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    dates = {"published": source["date"], "accessed": source["accessed"]}
    return {**{k: v for k, v in dates.items() if v is not None}, **fact}


def _compile_price(price: PriceIn, where: str, sources: dict[str, Any]) -> dict[str, Any]:
    _known(price.source, sources, f"{where}.source", "source")
    kind = "money_rate" if price.kind == "rental" else "money"
    row = price.model_dump(exclude_none=True)
    row["date"] = str(parse_period(str(price.date), where) and price.date)
    for name in ("value", "low", "high"):
        if name in row:
            row[name] = parse_quantity(row[name], kind, f"{where}.{name}")
    check_grade(price.grade, where)
    return row


def _compile_model(raw: Any, where: str, sources: dict[str, Any]) -> dict[str, Any]:
    model: ModelIn = read_shape(ModelIn, raw, where)
    _known(model.source, sources, f"{where}: source", "source")
    check_grade(model.grade, where)
    row = model.model_dump(exclude_none=True)
    for name in ("parameters_total", "parameters_active"):
        if name in row:
            if source := row[name].get("source"):
                _known(source, sources, f"{where}: {name}", "source")
                row.setdefault("citations", {})[name] = source
            row[name] = row[name]["value"]
    if "released" in row:
        row["released"] = str(row["released"])
        parse_period(row["released"], f"{where}: released")
    return row


def _known(id: Any, known: dict[str, Any], where: str, what: str) -> dict[str, Any]:
    if id not in known:
        raise InputError(f"unknown {what}", where=where, got=id, hint=did_you_mean(str(id), known))
    found: dict[str, Any] = known[id]
    return found


def _index_names(section: dict[str, Any], kind: str) -> dict[str, str]:
    index: dict[str, str] = {}
    for id, row in section.items():
        for name in {id, row["name"]["en"], row["name"]["zh"], *row["aliases"]}:
            key = name_key(name)
            if index.setdefault(key, id) != id:
                raise InputError(f"one name for two {kind} entries", where=f"{id} and {index[key]}", got=name)
    for id, row in section.items():
        for short in _without_maker(row["name"]["en"]):
            index.setdefault(name_key(short), id)
    return index


def _without_maker(name: str) -> Iterator[str]:
    """Yield a name without its first words: ``NVIDIA GeForce RTX 4090`` is also ``RTX 4090``."""
    words = name.split()
    yield from (" ".join(words[n:]) for n in (1, 2) if (len(words) > n and any(c.isdigit() for c in words[n])) or
                (len(words) > n + 1 and any(c.isdigit() for c in "".join(words[n:]))))


def _check_references(pack: dict[str, Any]) -> None:
    for id, row in pack["system"].items():
        _known(row["chip"], pack["chip"], f"system {id}: chip", "chip")
    for id, row in pack["firms"].items():
        if row.get("parent"):
            _known(row["parent"], pack["firms"], f"firm {id}: parent", "firm")
        if row.get("source"):
            _known(row["source"], pack["sources"], f"firm {id}: source", "source")


def main() -> None:
    """Check the catalogue and print its size."""
    try:
        pack = compile_catalogue()
    except InputError as problem:
        raise SystemExit(str(problem)) from None
    facts = sum(len(row["facts"]) for kind in SECTIONS for row in pack[kind].values())
    print(", ".join(f"{len(pack[k])} {k}" for k in (*SECTIONS, "model", "firms", "sources")), f"{facts} facts")


if __name__ == "__main__":
    main()
