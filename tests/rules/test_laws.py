"""Every law case under ``tests/laws``: a question of law, the known answer, and its source."""

from __future__ import annotations

from pathlib import Path

import pytest

from highfence.core.errors import InputError
from highfence.rules.store import shipped_law
from highfence.rules.validation import BASES, LawCase, answer_case, cases, differences, law_cases, read_cases

LAWS = Path(__file__).parents[1] / "laws"
CASES = law_cases(LAWS)

GOOD = """\
- name: one
  sheet: {tpp: 4800}
  to: CN
  on: 2024-06-01
  expect: {paragraph: 3A090.a.1}
  basis: rule_text
  source: fr-88-73458
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.id} {case.name}")
def test_the_law_answers_as_its_source_says(case: LawCase) -> None:
    assert not differences(answer_case(case), case.expect)


def test_every_provision_of_the_shipped_law_decides_some_case() -> None:
    """A provision that no case reaches is a provision that nobody checked."""
    steps = [step for case in CASES for step in answer_case(case).trace]
    reached = {step.provision.address for step in steps
               if step.result or (step.result is None and step.layer in {"requirement", "review"})}
    missing = set(shipped_law().addresses) - reached
    assert not missing


def test_every_kind_of_evidence_has_cases() -> None:
    assert {case.basis for case in CASES} == set(BASES)
    assert len(CASES) >= 120


def test_validation_recomputes_every_case_and_says_what_differs() -> None:
    rows = cases(LAWS)
    assert len(rows) == len(CASES)
    assert all(row.ok and row.error == "" and not row.used_to_fit for row in rows)


def test_a_wrong_expectation_is_reported_with_both_answers(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(GOOD.replace("3A090.a.1", "3A090.b.1"), encoding="utf-8")
    row, = cases(tmp_path)
    assert (row.ok, row.error) == (False, "paragraph: 3A090.a.1, expected 3A090.b.1")


@pytest.mark.parametrize(("old", "new", "what"), [
    ("to: CN", "destination: CN", "unknown field of a law case"),
    ("paragraph:", "eccn:", "unknown expectation"),
    ("fr-88-73458", "fr-88-73459", "unknown source"),
    ("rule_text", "hearsay", "unknown basis"),
    ("sheet: {tpp: 4800}", "note: none", "names a chip or a sheet"),
    ("basis: rule_text", "note: none", "needs basis"),
])
def test_a_law_case_that_cannot_be_read_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=what):
        read_cases(path, "case")


def test_two_cases_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(GOOD + GOOD, encoding="utf-8")
    with pytest.raises(InputError, match="two law cases of one name"):
        read_cases(path, "case")


def test_a_folder_without_cases_is_no_evidence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no law cases"):
        law_cases(tmp_path)


def test_the_shipped_examples_hold_too() -> None:
    from highfence.rules import validation

    assert all(row.ok for row in cases(Path(validation.__file__).parent / "examples"))
