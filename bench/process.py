"""A process at work beside the benchmark, one JSON line each way."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                          "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
"""Keeps the threads of linear algebra to one, so that a figure is one core's."""


class Stopped(Exception):
    """A process ended before it replied.

    Attributes
    ----------
    module : file under ``bench/peers`` that it ran.
    told : the last that it said.
    """

    def __init__(self, module: str, told: str) -> None:
        super().__init__(f"`{module}` stopped: {told}")
        self.module, self.told = module, told


class PeerProcess:
    """One file of ``bench/peers`` at work; it rests while something else is timed."""

    def __init__(self, python: Path | str, module: str, log: Path, *arguments: str,
                 environment: Mapping[str, str] | None = None) -> None:
        script, self._module, self._log = Path(__file__).parent / "peers" / module, module, log
        with log.open("w") as errors:
            self._process = subprocess.Popen([str(python), str(script), *arguments], stdin=subprocess.PIPE,
                                             stdout=subprocess.PIPE, stderr=errors, text=True,
                                             env={**os.environ, **(environment or {})})

    def __enter__(self) -> PeerProcess:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def ask(self, do: str, **given: Any) -> dict[str, Any]:
        """Send one request and wait for its reply.

        Raises
        ------
        Stopped : the process ended.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        try:
            print(json.dumps({"do": do, **given}), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise self._stopped() from None
        line = self._process.stdout.readline()
        if not line:
            raise self._stopped()
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _stopped(self) -> Stopped:
        told = self._log.read_text(errors="replace").strip().splitlines()
        return Stopped(self._module, told[-1] if told else "no message")
