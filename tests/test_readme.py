"""What the README shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from highfence.cli import run

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal wide enough that no cell is broken."""
    monkeypatch.setenv("COLUMNS", "160")


BLOCKS = re.findall(r"```console\n(.*?)```", README, re.S)
SHOWN = [found for block in BLOCKS
         for found in re.findall(r"^\$ \.venv/bin/highfence (.*)\n((?:(?!\$ ).*\n)*)", block, re.M)]
ASKED = re.findall(r"\| `highfence (classify [^`]*)` \| ([^|]*) \|", README)


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_every_line_of_a_console_block_is_printed(command: str, output: str,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    assert run(shlex.split(command)) == 0
    printed = " ".join(capsys.readouterr().out.split())
    pieces = [" ".join(p.split()) for line in output.splitlines() for p in line.split("…") if "───" not in line]
    assert [p for p in pieces if p not in printed] == []


def test_the_answers_of_the_table_are_those_of_the_law(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "part.yaml"
    sheet.write_text("tpp: 2368\ndatacenter: true\n", encoding="utf-8")
    assert len(ASKED) == 5
    for asked, answer in ASKED:
        assert run(shlex.split(asked.replace("part.yaml", str(sheet)))) == 0
        printed = " ".join(capsys.readouterr().out.split())
        facts = re.findall(r"3A\d{3}\.\w|740 mm²|case by case if every condition is certified|presumption of approval",
                           answer)
        assert facts and all(fact in printed for fact in facts)
