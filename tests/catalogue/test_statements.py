"""Things and statements: the shipped ones load, broken ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from highfence.catalogue import statements as s
from highfence.catalogue.statements_schema import compile_statements
from highfence.core.errors import InputError

THING = "- {id: a-law, type: law, name: {en: A law, zh: 某法}}\n"
STATEMENT = """- {{id: one, subject: {subject}, predicate: {predicate}, object: a-law, grade: {grade}, source: {source},
   label: {{en: One, zh: 一}}}}
"""


def written(folder: Path, **changes: str) -> Path:
    plain = {"subject": "asml", "predicate": "makes", "grade": "press", "source": "cset-supply-chain-explorer"}
    values = plain | changes
    for name, text in (("things", THING), ("statements", STATEMENT.format(**values))):
        (folder / name).mkdir()
        (folder / name / "some.yaml").write_text(text, encoding="utf-8")
    return folder


def test_everything_that_ships_has_a_day_and_known_ends() -> None:
    assert s.statements()
    for row in s.statements():
        assert row.public is not None, row.id
        assert s.about(row.subject)


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    found = compile_statements(written(tmp_path))
    assert found["statements"][0]["topic"] == "some"


@pytest.mark.parametrize("change", [{"subject": "asmll"}, {"predicate": "make"}, {"grade": "good"},
                                    {"source": "no-such-source"}])
def test_a_broken_file_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    with pytest.raises(InputError):
        compile_statements(written(tmp_path, **change))


def test_a_thing_has_one_id(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "things" / "more.yaml").write_text(THING, encoding="utf-8")
    with pytest.raises(InputError, match="same id"):
        compile_statements(folder)
