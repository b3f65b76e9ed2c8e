"""A folder of articles, checked in parallel; what a former run has done and nothing has changed is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from highfence.__about__ import DATA_VERSION, __version__
from highfence.core.datapack import content_hash
from highfence.core.envelope import envelope, to_json
from highfence.core.errors import HighfenceError, InputError

SUFFIXES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")
PACKAGE = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Options:
    """What the articles of a folder share.

    Attributes
    ----------
    published, article_lang : of every article, or None to find them in each. lang : language of the pages.
    """

    published: date | None = None
    article_lang: str | None = None
    lang: str = "en"


def articles(folder: Path) -> Iterator[Path]:
    """Yield the articles under a folder, in order; links and hidden files are passed over."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink() and not hidden:
            yield path


def check_folder(folder: Path, out: Path, options: Options, *, workers: int | None = None,
                 progress: Callable[[int, int], None] | None = None) -> list[Mapping[str, Any]]:
    """Check every article of a folder, write ``NAME.json`` and ``NAME.html`` of each, and return a row for each.

    An article that cannot be read leaves a row with an ``error`` and stops nothing. An article whose result already
    stands in ``out``, made by the same code and data with the same options, is not checked again.

    Parameters
    ----------
    workers : processes; as many as there are processors if None. progress : told how many are done, and of how many.

    Raises
    ------
    InputError : the folder holds no article.
    """
    found = list(articles(folder))
    if not found:
        raise InputError("no article in the folder", where=str(folder), expected="files " + ", ".join(SUFFIXES))
    rows: dict[Path, Mapping[str, Any]] = {}
    todo = []
    for path in found:
        row = _kept(path, _place(path, folder, out), options)
        if row is None:
            todo.append(path)
        else:
            rows[path] = row
    if progress:
        progress(len(rows), len(found))
    if todo:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            waiting = {pool.submit(_check, path, _place(path, folder, out), options): path for path in todo}
            for done in as_completed(waiting):
                rows[waiting[done]] = done.result()
                if progress:
                    progress(len(rows), len(found))
    return [{"file": path.relative_to(folder).as_posix(), **rows[path]} for path in found]


def _place(path: Path, folder: Path, out: Path) -> Path:
    """Return where the result of an article stands."""
    return out / path.relative_to(folder).parent / f"{path.name}.json"


@cache
def _version() -> str:
    """Return a hash of all code and data that a verdict depends on."""
    code = sorted(PACKAGE.rglob("*.py"))
    return content_hash([PACKAGE], code)


def _record(path: Path, options: Options) -> dict[str, Any]:
    digest = blake2b(path.read_bytes(), digest_size=12)
    return {"article": digest.hexdigest(), "code": __version__, "data": DATA_VERSION, "version": _version(),
            "published": options.published.isoformat() if options.published else None,
            "article_lang": options.article_lang, "lang": options.lang}


def _kept(path: Path, place: Path, options: Options) -> Mapping[str, Any] | None:
    """Return the row of a result that a former run has left, if it would be the same."""
    try:
        held = json.loads(place.read_text("utf-8"))
        if held["result"]["record"] != _record(path, options):
            return None
        return _row(held["result"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _row(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"title": result["title"], "published": result["published"], "claims": len(result["claims"]),
            **result["verdicts"], "error": ""}


def _check(path: Path, place: Path, options: Options) -> Mapping[str, Any]:
    from highfence.claims.check import check
    from highfence.claims.ingest import read
    from highfence.report.article import render_article

    try:
        checked = check(read(path, published=options.published, lang=options.article_lang))
    except HighfenceError as problem:
        return {"error": str(problem).splitlines()[0]}
    result = {**checked.to_dict(), "record": _record(path, options)}
    place.parent.mkdir(parents=True, exist_ok=True)
    _write(place.with_suffix(".html"), render_article(checked, options.lang))
    _write(place, to_json(envelope("check", result, warnings=checked.warnings)))
    return _row(result)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
