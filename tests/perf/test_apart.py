"""Prompts and tokens on separate pools."""

from __future__ import annotations

from typing import Any

import pytest

from highfence.cli import run
from highfence.core.errors import InputError, NoAnswer
from highfence.perf.inference.apart import read_pool, serving_apart
from highfence.perf.inference.estimate import serving


def apart(**changes: Any) -> Any:
    """A 70-billion-parameter model on two pools of H20, some things changed."""
    asked: dict[str, Any] = {"prompt": 4096, "output": 512, "concurrency": 64, "prefill": {"tp": 4, "workers": 2},
                             "decode": {"tp": 4, "workers": 2}, **changes}
    return serving_apart("H20", "llama-3.1-70b", **asked)


def test_decode_never_stops_for_a_prompt() -> None:
    together = serving("H20", "llama-3.1-70b", prompt=4096, output=512, concurrency=32, tp=4)
    assert apart().tpot.value < together.tpot.value


def test_more_prefill_workers_shorten_the_wait_and_more_decode_workers_the_token() -> None:
    base = apart(concurrency=256)
    assert apart(concurrency=256, prefill={"tp": 4, "workers": 8}).ttft.value < base.ttft.value
    assert apart(prefill={"tp": 4, "workers": 64}, decode={"tp": 4, "workers": 8}).tpot.value < apart(
        prefill={"tp": 4, "workers": 64}).tpot.value


def test_all_chips_are_counted() -> None:
    answer = apart(prefill={"tp": 8, "workers": 3}, decode={"tp": 2, "workers": 5})
    assert answer.chips == 34 and answer.split["prefill_workers"] == 3
    assert answer.per_chip.value == pytest.approx(answer.throughput.value / 34)


def test_prefill_that_cannot_keep_up_is_said() -> None:
    answer = apart(prompt=30000, output=64, concurrency=512, prefill={"tp": 4}, decode={"tp": 8, "workers": 8})
    assert any("prefill workers" in w.en for w in answer.warnings)


@pytest.mark.parametrize("text", ["tp", "tp=", "tp=a", "tp=1,tp=2", "=3", "tp=1.5", "tp=-1", "tp=9999999999999999", ""])
def test_pools_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_pool(text, "--prefill")


def test_pools_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="workers"):
        apart(decode={"tp": 4, "workers": 0})
    with pytest.raises(InputError, match="no such field"):
        apart(decode={"tpp": 4})
    with pytest.raises(NoAnswer, match="does not fit"):
        apart(prefill={"tp": 1})


def test_the_command_line_asks_for_both_pools(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["perf", "H20", "--model", "llama-3.1-70b", "--prefill", "tp=4"]
    assert run(words) == 2 and "both pools" in capsys.readouterr().err
    assert run([*words, "--decode", "tp=4,workers=2", "--format", "json"]) == 0
    assert '"prefill_tp": 4' in capsys.readouterr().out
