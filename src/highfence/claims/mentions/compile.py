"""Compile names, word lists and units into trees that load in milliseconds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from highfence.claims.mentions.tokens import Tree, plant
from highfence.core.documents import read_yaml

_HAN = re.compile(r"[\u3400-\u9fff]")
_CODE = re.compile(r"[^\W\d_]+[-\s]?\d|\d", re.ASCII)
_ORDER = ("firm", "agency", "person", "law", "place", "fund", "system", "chip", "model", "memory")
_VOWELS = "aeiou"


def compile_lexicon(data: Path) -> dict[str, Any]:
    """Read the word lists and the names of the catalogue.

    Raises
    ------
    InputError : a file that is no YAML.
    """
    raw = {path.stem: read_yaml(path) for path in sorted(data.glob("*.yaml"))}
    folding = ["".join(raw["folding"][side]) for side in ("traditional", "simplified")]
    table = str.maketrans(*folding)
    guards = raw["guards"]
    names, families = _names(raw, guards, table)
    tree: Tree = {}
    for name, found in names.items():
        ranked = sorted(found, key=lambda e: (e[2], _ORDER.index(e[1]) if e[1] in _ORDER else len(_ORDER)))
        first = ranked[0]
        others = list(dict.fromkeys(id for id, *_ in ranked[1:] if id != first[0]))
        value = [first[0], others, first[1]]
        for form in _forms(name, first[1]):
            plant(tree, form.translate(table).lower(), _rule(form, first[1]), value)
    words: Tree = {}
    for kind, id, form in _words(raw):
        plant(words, form.translate(table).lower(), "", [kind, id])
    for row in raw["ignore"]:
        for form in row:
            plant(words, form.translate(table).lower(), "", ["", ""])
    beside = {key: [w.translate(table) for w in value] for key, value in guards["beside"].items()}
    directions = {id: entry["direction"] for id, entry in raw["words"]["change"].items()}
    directions |= {f"{id}-{end}": d for id, d in directions.items() for end in ("to", "by")}
    return {
        "folding": folding,
        "names": tree,
        "words": words,
        "units": _units(raw["units"]),
        "beside": beside,
        "codes": guards["codes"],
        "models": guards["models"],
        "masks": guards["masks"],
        "families": families,
        "brands": "|".join(sorted((re.escape(b.lower()) for b in guards["brands"]), key=len, reverse=True)),
        "directions": directions,
        "times": _times(raw["times"]),
    }


def _names(
    raw: Mapping[str, Any], guards: Mapping[str, Any], table: dict[int, int]
) -> tuple[dict[str, list[list[Any]]], dict[str, list[str]]]:
    """Return, by name, the things it may mean (id, type, rank), and the vendor of each family."""
    from highfence.catalogue.statements import things
    from highfence.catalogue.store import catalogue

    known = catalogue()
    names: dict[str, list[list[Any]]] = {}

    def enter(forms: Iterable[str], id: str, type: str, rank: int) -> None:
        for form in dict.fromkeys(f.strip().translate(table) for f in forms):
            if form and form not in guards["never"] and not _unusable(form):
                names.setdefault(form, []).append([id, type, rank])

    vendor_names: dict[str, set[str]] = {}
    for firm in known.firms():
        forms = [firm.name.en, firm.name.zh, getattr(firm, "zh_hant", "") or "", *firm.aliases]
        vendor_names[firm.id] = set(forms)
        enter(forms, firm.id, "firm", 1)
    taken = {n.translate(table).lower() for forms in vendor_names.values() for n in forms}
    for thing in things().values():
        enter([thing.name.en, thing.name.zh, *thing.aliases], thing.id, thing.type, 1)
    for kind, rows in (
        ("chip", known.chips()),
        ("system", known.systems()),
        ("memory", known.memories()),
        ("model", known.models()),
    ):
        for entry in rows:
            forms = [entry.name.en, entry.name.zh, *entry.aliases]
            enter((f for f in forms if f.translate(table).lower() not in taken), entry.id, kind, 2)
    chips: dict[str, list[str]] = {}
    for chip in known.chips():
        chips.setdefault(f"{chip.vendor}/{chip.family}", []).append(chip.id)
    families: dict[str, list[str]] = {}
    for row in raw["families"]:
        enter(row["names"], row["id"], "product", 0)
        members = [id for family in row.get("chips", ()) for id in chips.get(f"{row['vendor']}/{family}", ())]
        families[row["id"]] = [row["vendor"], "codes" if row.get("codes") else "", *members]
    for id, row in raw["names"].items():
        enter(row["names"], id, row["type"], 1)
    for row in raw["places"]:
        enter([*row["names"], *row.get("cities", ())], row["id"], "place", 1)
        enter(row.get("government", ()), f"{row['id'].lower()}-government", "agency", 0)
    for type, lists in raw["references"].items():
        enter([*lists["en"], *lists["zh"]], "", type, 3)
    return names, families


def _unusable(name: str) -> bool:
    """Bare numbers, counts of chips and descriptions are no names."""
    return (
        name.replace(" ", "").isdigit()
        or re.match(r"\d+x ", name) is not None
        or "=" in name
        or "/" in name
        or len(name) < 2
        or len(name) > 60
    )


def _forms(name: str, type: str) -> Iterator[str]:
    """Yield a name, what is left of it without brackets, and its English plural where it is a common noun."""
    yield name
    short = re.sub(r"\s*[(（][^)）]*[)）]", "", name).strip()
    if short != name and len(short) > 2 and not _unusable(short):
        yield short
    if (
        type in ("product", "technology", "topic", "system", "memory", "chip", "model")
        and name[-1:].isalpha()
        and name.isascii()
        and not name.endswith("s")
    ):
        yield name + "s"


def _rule(name: str, type: str) -> str:
    """Return how the case of a Latin name counts: ``caps`` all, ``cap`` a capital somewhere, none."""
    if not type or _HAN.search(name) or (type in ("product", "topic", "technology") and name.islower()):
        return ""
    letters = [c for c in name if c.isalpha()]
    if len(letters) <= 4 and all(c.isupper() for c in letters) and not any(c.isdigit() for c in name):
        return "caps"
    return "cap" if any(c.isupper() for c in letters) and not _CODE.search(name) else ""


def _words(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield kind, id and every form of every word."""
    for id, lists in raw["attributes"].items():
        for form in _inflected(lists):
            yield "attribute", id, form
    for kind, classes in raw["words"].items():
        for id, lists in classes.items():
            verbs = list(_inflected(lists))
            for form in verbs:
                yield kind, id, form
            if not lists.get("to"):
                continue
            for form in verbs:
                if form in ("up", "down"):
                    continue
                if form.isascii():
                    yield kind, f"{id}-to", f"{form} to"
                    yield kind, f"{id}-by", f"{form} by"
                else:
                    for end in ("至", "到", "为", "成"):
                        yield kind, f"{id}-to", form + end
                    for end in ("了", "约", "近", "超"):
                        yield kind, f"{id}-by", form + end


def _inflected(lists: Mapping[str, list[str]]) -> Iterator[str]:
    for word in lists.get("en", ()):
        if word.endswith("*"):
            yield from (word[:-1], _plural(word[:-1]))
        elif "~" in word:
            stem, _, rest = word.partition("~")
            yield from (form + rest for form in _verb(stem))
        else:
            yield word
    yield from lists.get("zh", ())


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def _verb(stem: str) -> tuple[str, ...]:
    """Return the regular forms of an English verb.

    >>> _verb("surge"), _verb("carry")[2], _verb("drop")[2]
    (('surge', 'surges', 'surged', 'surging'), 'carried', 'dropped')
    """
    if stem.endswith("e"):
        return stem, stem + "s", stem + "d", stem[:-1] + "ing"
    if stem.endswith("y") and stem[-2:-1] not in _VOWELS:
        return stem, stem[:-1] + "ies", stem[:-1] + "ied", stem + "ing"
    short = re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", stem) is not None
    base = stem + stem[-1] if short else stem
    return stem, _plural(stem), base + "ed", base + "ing"


def _times(raw: Mapping[str, Any]) -> list[list[str]]:
    """Return reading and pattern of each row, the parts put in their places."""
    found = []
    for row in raw["patterns"]:
        pattern = row["pattern"]
        for name, part in raw["parts"].items():
            pattern = pattern.replace(f"<{name}>", part)
        found.append([row["read"], pattern])
    return found


def _units(raw: list[Mapping[str, Any]]) -> dict[str, dict[str, list[Any]]]:
    """Return spelling -> unit, factor, counted noun: ``exact`` by case, ``any`` in lower case."""
    exact: dict[str, list[Any]] = {}
    loose: dict[str, list[Any]] = {}
    for row in raw:
        value = [row["unit"], float(row.get("factor", 1)), row.get("of", "")]
        for word in row.get("exact", ()):
            exact[word] = value
        for word in row.get("en", ()):
            for form in {word[:-1], _plural(word[:-1])} if word.endswith("*") else {word}:
                loose[form.lower()] = value
        for word in row.get("zh", ()):
            loose[word.lower()] = value
    return {"exact": exact, "any": loose}
