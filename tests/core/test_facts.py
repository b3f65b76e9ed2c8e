"""Facts, sources, and the choice between facts that disagree."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from highfence.core.envelope import envelope, plain, to_json
from highfence.core.errors import InputError, MissingExtra, NoAnswer, did_you_mean
from highfence.core.facts import GRADES, Fact, Source, check_grade, resolve, worst_grade
from highfence.core.labels import Label, check_language
from highfence.core.records import RunRecord, digest, record_run, replay

TPP = Fact("nvidia-h20", "tpp", 2368.0, grade="filing", published="2025-04-15", source="a")


def test_the_strongest_grade_is_preferred_and_the_rest_widen_the_range() -> None:
    weaker = replace(TPP, value=2500.0, grade="press", source="b")
    found = resolve([weaker, TPP])
    assert found is not None
    assert (found.value, found.low, found.high, found.fact.source) == (2368.0, 2368.0, 2500.0, "a")


def test_of_one_grade_the_newest_is_preferred() -> None:
    newer = replace(TPP, value=2300.0, published="2025-08-01")
    found = resolve([TPP, newer])
    assert found is not None and found.value == 2300.0


def test_a_rejected_fact_stays_on_record_and_decides_nothing() -> None:
    wrong = replace(TPP, value=4736.0, grade="official", rejected=Label("counts the sparse rate", "按稀疏算力计"))
    found = resolve([wrong, TPP])
    assert found is not None and (found.value, found.low, found.high) == (2368.0, 2368.0, 2368.0)
    assert wrong in found.others
    assert resolve([wrong]) is None


def test_no_fact_is_no_answer_and_never_a_default() -> None:
    assert resolve([]) is None


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.sampled_from(GRADES), st.sampled_from(GRADES))
def test_the_preferred_value_lies_in_the_range(a: float, b: float, grade: str, other: str) -> None:
    found = resolve([replace(TPP, value=a, grade=grade), replace(TPP, value=b, grade=other)])
    assert found is not None and found.low <= float(found.value) <= found.high


def test_a_chain_of_evidence_is_as_good_as_its_weakest_part() -> None:
    assert worst_grade(["official", "press"]) == "press"
    assert worst_grade([]) == "assumed"
    with pytest.raises(InputError) as caught:
        check_grade("offical", "x")
    assert caught.value.hint == "did you mean official?"


def test_a_fact_survives_json() -> None:
    fact = replace(TPP, low=2300.0, note=Label("a note", "注"))
    assert Fact.from_dict(json.loads(to_json(fact))) == fact


@pytest.mark.parametrize("raw", [{"title": "x"}, {"titel": "x"},
                                 {"title": "x", "publisher": "y", "url": "z", "date": "soon"}])
def test_a_source_without_its_particulars_is_refused(raw: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Source.read("a", raw)


# --- errors

def test_an_error_names_place_got_expected_and_example() -> None:
    error = InputError("not a day", where="--on", got="x" * 500, expected="YYYY-MM-DD", example="2025-07-15", hint="h")
    lines = str(error).splitlines()
    assert [line.split(":")[0].strip() for line in lines[1:]] == ["where", "got", "expected", "example", "hint"]
    assert len(str(error)) < 400 and "(502 characters)" in str(error)
    assert error.to_dict()["code"] == "input"


def test_a_missing_part_says_what_to_install() -> None:
    assert "pip install 'highfence[sql]'" in str(MissingExtra("sql", "SQL"))


def test_no_answer_names_the_missing_fact_and_what_it_would_change() -> None:
    error = NoAnswer("no verdict", missing="logic die area", would_change="the paragraph")
    assert "logic die area" in str(error) and "the paragraph" in str(error)
    assert error.to_dict() == {"code": "no-answer", "what": "no verdict", "missing": "logic die area",
                               "would_change": "the paragraph"}


def test_a_hint_is_given_only_where_something_is_near() -> None:
    assert did_you_mean("H2O", ["H20", "L4"]) == "did you mean H20?"
    assert did_you_mean("zebra", ["H20", "L4"]) is None


# --- texts

def test_a_text_has_both_languages_or_serves_both() -> None:
    assert Label.read("H20") == Label("H20", "H20")
    assert Label.read({"en": "China", "zh": "中国"}).text("zh") == "中国"
    filled = Label("{n} of {what}", "{what}：{n}").format(n=2, what=Label("chips", "芯片"))
    assert filled == Label("2 of chips", "芯片：2")
    with pytest.raises(InputError, match="no such language"):
        check_language("fr")


@pytest.mark.parametrize("raw", [3, None, [], {}, {"zh": "只有中文"}, {"en": 3}, {"en": "x", "zh": None},
                                 {"en": "x", "fr": "y"}])
def test_what_is_no_text_is_refused(raw: object) -> None:
    with pytest.raises(InputError, match="not a text in English and Chinese"):
        Label.read(raw)  # type: ignore[arg-type]


# --- JSON and run records

def test_the_envelope_carries_versions_warnings_and_sources() -> None:
    wrapped = envelope("verdict", {"x": 1}, warnings=[Label("w", "警")],
                       sources=[Source("a", "Title", "Publisher", "https://example.org")])
    assert list(wrapped) == ["schema", "highfence", "data_version", "result", "warnings", "sources"]
    assert wrapped["warnings"] == [{"en": "w", "zh": "警"}] and wrapped["sources"][0]["id"] == "a"


def test_json_refuses_what_is_no_number_and_keeps_chinese_readable() -> None:
    assert "中国" in to_json({"x": "中国"})
    with pytest.raises(ValueError):
        to_json({"x": float("nan")})
    with pytest.raises(TypeError):
        plain(object())


def test_a_record_replays_to_the_same_result_and_notices_another() -> None:
    calls = {"double": lambda x: 2 * x}
    record = RunRecord.from_dict(json.loads(to_json(record_run("double", {"x": 3}, 6, "data"))))
    assert replay(record, calls, "data").same_result
    again = replay(record, {"double": lambda x: 3 * x}, "other")
    assert (again.same_result, again.same_data, again.same_code) == (False, False, True)


def test_a_record_whose_inputs_were_changed_is_refused() -> None:
    raw = json.loads(to_json(record_run("double", {"x": 3}, 6, "data")))
    with pytest.raises(InputError, match="were changed"):
        RunRecord.from_dict({**raw, "inputs": {"x": 4}})
    with pytest.raises(InputError, match="not a run record"):
        RunRecord.from_dict({"call": "double"})
    with pytest.raises(InputError, match="unknown call"):
        replay(RunRecord.from_dict(raw), {}, "data")


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=4))
def test_a_hash_does_not_depend_on_the_order_of_keys(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(list(value.items()))))
