"""Answer the benchmark's requests, one JSON line each way; needs the standard library alone.

While a process works the benchmark waits, and the other way round, so that all meet the same noise.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable


def answer_requests(make_server: Callable[[], object]) -> None:
    """Read requests from standard input until it ends; whatever an engine prints goes to standard error.

    A request names a method of the server under ``do`` and gives its arguments; the reply is what it returns.
    """
    replies = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    sys.stdout = sys.stderr
    server = make_server()
    for line in sys.stdin:
        request = json.loads(line)
        reply = getattr(server, request.pop("do"))(**request)
        print(json.dumps(reply), file=replies, flush=True)
