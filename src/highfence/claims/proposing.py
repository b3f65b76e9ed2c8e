"""Claims that a language model proposes: exact spans only, read by the same rules, judged by the same facts.

Any endpoint that speaks the chat-completions protocol will do, a local one included. What it answers is kept on disk,
so that a check can be run again without it. It decides nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from highfence.claims.model import KINDS, Claim, Document
from highfence.claims.spans import matches
from highfence.core.errors import InputError, MissingExtra, NoAnswer

KEY = "HIGHFENCE_LLM_KEY"
"""Name of the environment variable that holds the endpoint's key, where it wants one."""

MOST_SPANS, LONGEST_SPAN, MOST_REPLY = 400, 600, 2_000_000

TASK = """\
Mark every checkable factual claim in the article: figures, comparisons, changes, shares, ranks, who makes or owns \
what, events and policies with their dates, who said what, what law allows, forecasts and causes. Copy each span \
exactly as it stands in the article, one claim to a span, as short as it can be and still be a statement. Leave out \
opinions. Judge nothing."""

SCHEMA: Mapping[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["claims"],
    "properties": {"claims": {"type": "array", "items": {
        "type": "object", "additionalProperties": False, "required": ["span", "kind"],
        "properties": {"span": {"type": "string"}, "kind": {"type": "string", "enum": list(KINDS)}}}}}}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the model answers.

    Attributes
    ----------
    url : base of the protocol, such as ``http://localhost:11434/v1``. model : its name there. cache : folder in which
    answers are kept, or None. seconds : how long to wait.
    """

    url: str
    model: str
    cache: Path | None = None
    seconds: float = 120.0

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise InputError("not an address", where="--llm", got=self.url, example="http://localhost:11434/v1")


def proposed(document: Document, endpoint: Endpoint, known: Sequence[Claim] = (),
             ask: Callable[[Endpoint, Mapping[str, Any]], str] | None = None) -> tuple[Claim, ...]:
    """Return claims that a model proposes and the rules have not found.

    A span that does not stand in the text is dropped, so is one that overlaps a known claim by half.

    Parameters
    ----------
    known : claims found already. ask : sends a request and returns the reply's text; over HTTP if None.

    Raises
    ------
    NoAnswer : the endpoint cannot be reached, or answers what is not asked for.
    MissingExtra : nothing is kept and the HTTP client is not installed.
    """
    taken = [(c.start, c.end) for c in known]
    found: list[Claim] = []
    for start, end, kind in _spans(document.text, _reply(document, endpoint, ask or _ask)):
        if not any(matches((start, end), span) for span in taken):
            claims = list(_framed(document, start, end, kind))
            found += claims
            taken += [(c.start, c.end) for c in claims]
    return tuple(sorted(found, key=lambda c: (c.start, -c.end)))


def _framed(document: Document, start: int, end: int, kind: str) -> Iterator[Claim]:
    """Yield what the rules read in a span, or the bare span where they read nothing."""
    from highfence.claims import frames, mentions

    alone = replace(document, text=" " * start + document.text[start:end], blocks=(), places=())
    read = frames.claims(alone, mentions.find(alone))
    if read:
        yield from read
    else:
        yield Claim(start, end, document.text[start:end], kind)


def _spans(text: str, reply: str) -> Iterator[tuple[int, int, str]]:
    try:
        rows = json.loads(reply)["claims"]
        pairs = [(str(row["span"]), str(row["kind"])) for row in rows[:MOST_SPANS]]
    except (ValueError, KeyError, TypeError):
        raise NoAnswer("the model did not answer in the form asked for", missing="a JSON object with claims") from None
    after: dict[str, int] = {}
    for span, kind in pairs:
        start = text.find(span, after.get(span, 0)) if len(span.strip()) > 0 and len(span) <= LONGEST_SPAN else -1
        if start >= 0 and kind in KINDS:
            after[span] = start + len(span)
            yield start, start + len(span), kind


def _reply(document: Document, endpoint: Endpoint, ask: Callable[[Endpoint, Mapping[str, Any]], str]) -> str:
    """Return the model's answer, from the folder of answers where it is kept there."""
    request = {"model": endpoint.model, "temperature": 0,
               "messages": [{"role": "system", "content": TASK}, {"role": "user", "content": document.text}],
               "response_format": {"type": "json_schema",
                                   "json_schema": {"name": "claims", "strict": True, "schema": SCHEMA}}}
    if endpoint.cache is None:
        return ask(endpoint, request)
    digest = blake2b(json.dumps([endpoint.url, request], sort_keys=True).encode(), digest_size=16).hexdigest()
    kept = endpoint.cache / f"{digest}.json"
    if kept.is_file():
        return kept.read_text("utf-8")
    reply = ask(endpoint, request)
    endpoint.cache.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".part")
    draft.write_text(reply, encoding="utf-8")
    draft.replace(kept)
    return reply


def _ask(endpoint: Endpoint, request: Mapping[str, Any]) -> str:
    try:
        import httpx
    except ImportError:
        raise MissingExtra("llm", "claims proposed by a language model") from None
    key = os.environ.get(KEY)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx.post(f"{endpoint.url.rstrip('/')}/chat/completions", json=request, headers=headers,
                            timeout=endpoint.seconds)
        answer.raise_for_status()
        if len(answer.content) > MOST_REPLY:
            raise NoAnswer("the model's answer is too long")
        return str(answer.json()["choices"][0]["message"]["content"])
    except httpx.HTTPError as problem:
        raise NoAnswer(f"the endpoint does not answer: {problem}", missing=endpoint.url) from None
    except (ValueError, KeyError, IndexError, TypeError):
        raise NoAnswer("the endpoint does not speak the chat-completions protocol", missing=endpoint.url) from None
