"""Documents that users write, against a strict model: the first thing that is wrong, with its line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from highfence.core.documents import line_of
from highfence.core.errors import InputError, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], raw: Any, text: str, where: str, under: tuple[int, ...] = (), *,
              parts: Mapping[str, type[BaseModel]], forms: Collection[str], rest: type[BaseModel] | None = None,
              example: str, code: str) -> Model:
    """Return a document in the shape of a model.

    Parameters
    ----------
    text : the document that ``raw`` was read from. under : place of the part in the document.
    parts : models of fields by name; ``rest`` that of all others, the whole model if None. forms : names of models and
    types that a field may take one of. example : command that prints a good document. code : of the error.

    Raises
    ------
    InputError : names the first field that is wrong, unknown or missing, and its line.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as problems:
        first = _telling(problems.errors(include_url=False), forms)
    path = [step for step in first["loc"] if step not in forms]
    line, field = line_of(text, (*under, *path)), ".".join(map(str, path))
    unknown, missing = first["type"] == "extra_forbidden", first["type"] == "missing"
    words = [step for step in path[:-1] if isinstance(step, str)]
    near = parts.get(words[-1], rest or model) if words else model
    known = [f.alias or name for name, f in near.model_fields.items()] if unknown else []
    what = "unknown field" if unknown else "a field is missing" if missing else first["msg"]
    raise InputError(what, where=f"{where}, line {line}: {field}" if line else f"{where}: {field}",
                     got=None if missing else first.get("input"), expected=", ".join(known) or None,
                     hint=did_you_mean(str(path[-1]), known) if unknown else None,
                     example=example if missing else None, code=code)


def _telling(errors: Sequence[Any], forms: Collection[str]) -> Any:
    """Return the error that tells most: an unknown field, else one that is not of a form that was not meant."""
    meant = [e for e in errors if not _other_form(e, forms)] or list(errors)
    return next((e for e in meant if e["type"] == "extra_forbidden"), meant[0])


def _other_form(error: Any, forms: Collection[str]) -> bool:
    """Return whether an error only says that a number is no mapping, or a mapping no number or text."""
    form, mapping = error["loc"][-1], isinstance(error.get("input"), Mapping)
    return form in forms and mapping == (form in {"float", "str"})
