"""The errors that users meet.

::

    HighfenceError
    ├── InputError     the caller gave something that cannot be read      exit code 2
    │   └── MissingExtra  an optional part is not installed               exit code 2
    └── NoAnswer       a fact is missing, so there is no honest answer    exit code 2

Anything else that escapes is a bug (exit code 101).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


class HighfenceError(Exception):
    """Base of the errors that a user may cause or must be told about."""

    code = "error"

    def to_dict(self) -> dict[str, object]:
        """Return the error as the JSON object that ``--format json`` prints."""
        return {"code": self.code, "what": str(self)}

    def __reduce__(self) -> tuple[Any, ...]:
        """Let the error travel between processes whole."""
        return _again, (type(self), self.args, dict(self.__dict__))


def _again(kind: type[HighfenceError], args: tuple[Any, ...], fields: dict[str, Any]) -> HighfenceError:
    found = kind.__new__(kind, *args)
    found.__dict__.update(fields)
    return found


class InputError(HighfenceError):
    """Something given by the caller cannot be read.

    Parameters
    ----------
    what : one sentence, what is wrong.
    where : place, such as ``part.yaml: peaks.fp16`` or ``--to``.
    got : the offending value as given.
    expected : what would have been accepted.
    example : one good value.
    hint : what to do next, such as a did-you-mean.
    code : short permanent identifier.

    Examples
    --------
    >>> print(InputError("not a date", where="--on", got="2025-13-01", expected="YYYY-MM-DD",
    ...                  example="2025-07-15"))
    not a date
      where:    --on
      got:      '2025-13-01'
      expected: YYYY-MM-DD
      example:  2025-07-15
    """

    code = "input"

    def __init__(
        self,
        what: str,
        *,
        where: str | None = None,
        got: object = None,
        expected: str | None = None,
        example: str | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        self.what, self.where, self.got = what, where, got
        self.expected, self.example, self.hint = expected, example, hint
        if code:
            self.code = code
        super().__init__(what)

    def __str__(self) -> str:
        rows = [("where", self.where), ("got", _shown(self.got)), ("expected", self.expected),
                ("example", self.example), ("hint", self.hint)]
        return "\n".join([self.what, *(f"  {name + ':':<9} {text}" for name, text in rows if text)])

    def to_dict(self) -> dict[str, object]:
        """Return the error as the JSON object that ``--format json`` prints."""
        fields = {"code": self.code, "what": self.what, "where": self.where, "got": _shown(self.got),
                  "expected": self.expected, "example": self.example, "hint": self.hint}
        return {name: value for name, value in fields.items() if value is not None}


class MissingExtra(InputError):
    """An optional part of highfence is not installed."""

    code = "missing-extra"

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs the optional part [{extra}]",
                         hint=f"pip install 'highfence[{extra}]'")


class NoAnswer(HighfenceError):
    """No honest answer exists: names the missing fact and what it would change."""

    code = "no-answer"

    def __init__(self, what: str, *, missing: str | None = None, would_change: str | None = None,
                 hint: str | None = None) -> None:
        self.what, self.missing, self.would_change, self.hint = what, missing, would_change, hint
        super().__init__(what)

    def __str__(self) -> str:
        rows = [("missing", self.missing), ("changes", self.would_change), ("hint", self.hint)]
        return "\n".join([self.what, *(f"  {name + ':':<9} {text}" for name, text in rows if text)])

    def to_dict(self) -> dict[str, object]:
        """Return the error as the JSON object that ``--format json`` prints."""
        fields = {"code": self.code, "what": self.what, "missing": self.missing,
                  "would_change": self.would_change, "hint": self.hint}
        return {name: value for name, value in fields.items() if value is not None}


def did_you_mean(word: str, candidates: Iterable[str], n: int = 3, cutoff: float = 0.6) -> str | None:
    """Return a hint that names the candidates nearest to a mistyped word, or None.

    >>> did_you_mean("H2O", ["H20", "L40S", "A100"])
    'did you mean H20?'
    """
    by_key = {c.casefold(): c for c in candidates}
    near = [by_key[key] for key in get_close_matches(str(word).casefold(), by_key, n=n, cutoff=cutoff)]
    if not near:
        return None
    return f"did you mean {' or '.join(near)}?"


def _shown(value: object, limit: int = 120) -> str | None:
    if value is None:
        return None
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
