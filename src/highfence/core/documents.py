"""Read YAML documents that nobody vouches for.

YAML 1.2 core schema: ``on``, ``NO`` and ``12:30`` stay strings. Aliases, tags, duplicate keys, deep nesting
and large files are refused before they cost anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, ClassVar

import yaml

from highfence.core.errors import InputError, did_you_mean

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

_CParser: type | None = getattr(yaml, "cyaml", None) and getattr(yaml.cyaml, "CParser", None)


class _Composer(yaml.composer.Composer):
    """Builds the tree from events and refuses what the module refuses, before the tree costs anything."""

    depth = 0
    peek_event: Callable[[], Any]

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.events.AliasEvent):
            raise _refusal("aliases are refused", event)
        if getattr(event, "tag", None) not in (None, "!"):
            raise _refusal("tags are refused", event)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _refusal(f"nested deeper than {MAX_DEPTH}", event)
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


class _Constructor(yaml.constructor.SafeConstructor):
    """Builds plain values and refuses mappings whose keys are no words, or stand twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise _refusal("a key must be one word", key_node)
            key = self.construct_object(key_node)
            if key in seen:
                raise _refusal(f"duplicate key {key_node.value!r}", key_node)
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _refusal(what: str, place: Any) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, what, place.start_mark)


if _CParser is not None:

    class _Loader(_Composer, _CParser, _Constructor, yaml.resolver.Resolver):  # type: ignore[misc, valid-type]
        """libyaml's parser under the composer and the constructor above."""

        def __init__(self, text: str) -> None:
            _CParser.__init__(self, text)  # type: ignore[misc]
            _Composer.__init__(self)
            _Constructor.__init__(self)
            yaml.resolver.Resolver.__init__(self)
else:

    class _Loader(_Composer, _Constructor, yaml.SafeLoader):  # type: ignore[no-redef]
        """PyYAML's own parser under them, where libyaml is missing."""


class _CoreLoader(_Loader):
    """YAML 1.2 core scalars."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}  # type: ignore[misc]


def _resolve(tag: str, pattern: str, first: str) -> None:
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(pattern), list(first))


_resolve("null", r"^(?:~|null|Null|NULL|)$", "~nN")
_CoreLoader.yaml_implicit_resolvers.setdefault("", []).append(("tag:yaml.org,2002:null", re.compile("^$")))
_resolve("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF")
_resolve("int", r"^[-+]?[0-9]{1,18}$", "-+0123456789")
_resolve("float", r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)"
                  r"|\.(?:nan|NaN|NAN))$", "-+0123456789.")


def _integer(loader: Any, node: Any) -> int:
    return int(loader.construct_scalar(node), 10)


def _real(loader: Any, node: Any) -> float:
    return float(loader.construct_scalar(node).replace(".inf", "inf").replace(".nan", "nan"))


_CoreLoader.add_constructor("tag:yaml.org,2002:int", _integer)
_CoreLoader.add_constructor("tag:yaml.org,2002:float", _real)


def parse_yaml(text: str, where: str = "document") -> Any:
    """Return the one YAML 1.2 document in ``text``.

    >>> parse_yaml("{on: NO, at: 12:30, tpp: 2368}")
    {'on': 'NO', 'at': '12:30', 'tpp': 2368}

    Raises
    ------
    InputError : not YAML, or it uses aliases, tags, duplicate keys, or nests too deep.
    """
    loader = _CoreLoader(text)
    try:
        return loader.get_single_data()
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        mark = getattr(problem, "problem_mark", None)
        place = f"{where}, line {mark.line + 1}, column {mark.column + 1}" if mark else where
        what = getattr(problem, "problem", None) or str(problem).partition("\n")[0]
        raise InputError(f"not readable as YAML: {what}", where=place,
                         expected="YAML 1.2 without aliases, tags or duplicate keys", code="bad-yaml") from None
    finally:
        loader.dispose()


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """Return the line, counted from 1, on which a part of a YAML document stands; of what holds it where it is missing.

    >>> line_of("a: 1\\nb:\\n  - {c: 2}\\n", ["b", 0, "c"]), line_of("a: 1\\n", ["z"])
    (3, 1)
    """
    loader = _CoreLoader(text)
    try:
        node = loader.get_single_node()
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    finally:
        loader.dispose()
    named = node
    for step in path:
        named_inside, inside = _child(node, step)
        if inside is None:
            break
        named, node = named_inside, inside
    return None if named is None else named.start_mark.line + 1


def _child(node: Any, step: str | int) -> tuple[Any, Any]:
    """Return the key of a part, or the part itself in a list, and the part."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None, None


def read_text(path: Path | str, limit: int = MAX_BYTES) -> str:
    """Return the UTF-8 text of a file no larger than ``limit`` bytes.

    Raises
    ------
    InputError : no such file, a folder, too large, or not UTF-8.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError("no such file", where=str(path), hint=_nearest(path), code="no-file")
        with path.open("rb") as file:
            raw = file.read(limit + 1)
    except (OSError, ValueError) as problem:
        what = getattr(problem, "strerror", None) or str(problem)
        raise InputError(f"no such file, or none that can be read: {what}", where=str(path)[:200],
                         code="no-file") from None
    if len(raw) > limit:
        raise InputError("file too large", where=str(path), expected=f"at most {limit:,} bytes", code="too-large")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text", where=str(path), expected="a text file in UTF-8",
                         code="bad-encoding") from None


def _nearest(path: Path) -> str | None:
    return did_you_mean(path.name, (p.name for p in path.parent.iterdir())) if path.parent.is_dir() else None


def read_yaml(path: Path | str, limit: int = MAX_BYTES) -> Any:
    """Return the YAML document in a file.

    Raises
    ------
    InputError : as :func:`read_text` and :func:`parse_yaml`.
    """
    return parse_yaml(read_text(path, limit), where=str(path))
