"""The public surface: what is exported, what the command line says of itself, what the contracts promise."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

import highfence
from highfence.cli.app import app
from highfence.rules.verdict import Verdict

CONTRACTS = Path(__file__).parents[1] / "docs" / "contracts.md"


def commands(group: click.Group = app, path: tuple[str, ...] = ()) -> list[tuple[str, click.Command]]:
    """Return every command with its full name."""
    context = click.Context(group)
    found: list[tuple[str, click.Command]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        found.append((" ".join((*path, name)), command))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


def test_the_exported_names_are_sorted_and_each_can_be_had() -> None:
    names = highfence.__all__
    assert len(set(names)) == len(names)
    assert list(names) == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
    for name in names:
        assert getattr(highfence, name) is not None
    assert set(names) <= set(dir(highfence))


@pytest.mark.parametrize("room", ["cost", "market", "perf"])
def test_the_names_of_a_room_are_sorted_and_each_can_be_had(room: str) -> None:
    module = getattr(highfence, room)
    assert module.__all__ == sorted(module.__all__) and set(module.__all__) == set(module._LAZY)
    assert all(getattr(module, name) is not None for name in module.__all__)


def test_the_contracts_name_every_field_of_a_cost() -> None:
    from highfence.cost.making.answer import Made

    written = set(re.findall(r"[a-z_]+", CONTRACTS.read_text(encoding="utf-8")))
    for kind in (highfence.cost.TokenCost, highfence.cost.RunCost, Made):
        assert {f.name for f in fields(kind)} - {"draws"} <= written


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'classifi'"):
        highfence.classifi  # noqa: B018


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.help and command.help.strip()[0].isupper()
    for parameter in command.params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_with_a_day_says_which_day_it_means(name: str, command: click.Command) -> None:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and {"--on", "--as-of"} & set(parameter.opts):
            words = str(parameter.help).casefold()
            assert "law" in words if "--on" in parameter.opts else "known" in words or "knowledge" in words


@pytest.mark.skipif(not CONTRACTS.exists(), reason="docs/contracts.md is not written yet")
def test_the_contracts_name_every_field_of_a_verdict() -> None:
    text = CONTRACTS.read_text(encoding="utf-8")
    written = set(re.findall(r"`([a-z_]+)`", text))
    hidden: set[Any] = {"details", "outcome_label"}
    wanted = {f.name for f in fields(Verdict)} - hidden
    wanted |= set(highfence.classify("H20", to="CN", on="2025-05-01").to_dict())
    assert not wanted - written


@pytest.mark.skipif(not CONTRACTS.exists(), reason="docs/contracts.md is not written yet")
def test_the_contracts_name_every_command() -> None:
    text = CONTRACTS.read_text(encoding="utf-8")
    assert not [name for name, _ in commands() if not re.search(rf"\b{re.escape(name)}\b", text)]
