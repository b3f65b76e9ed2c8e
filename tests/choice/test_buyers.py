"""Buyers as shipped and as users write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from highfence.choice.buyer_schema import KINDS, TASKS
from highfence.choice.buyers import (
    FIGURES,
    Buyer,
    buyer,
    buyers,
    read_buyer,
    read_buyer_text,
    segment_share,
    template_buyer,
)
from highfence.choice.parameters import shipped_parameters
from highfence.choice.store import known_sources
from highfence.cli.app import app
from highfence.core.errors import HighfenceError, InputError, NoAnswer
from highfence.core.facts import GRADES

SEGMENTS = ("frontier-lab", "hyperscaler-training", "hyperscaler-inference", "state-telecom", "sme-inference",
            "driving-robotics", "research")
EVERY = pytest.mark.parametrize("one", buyers().values(), ids=lambda b: b.id)


def test_seven_segments_ship() -> None:
    assert tuple(buyers()) == SEGMENTS


@EVERY
def test_every_number_has_a_range_a_grade_and_a_source_or_a_note(one: Buyer) -> None:
    for path, number in one.figures().items():
        assert number.value.low <= number.value.mid <= number.value.high, path
        assert number.grade in GRADES, path
        if number.grade == "assumed":
            assert number.note and not number.source, path
        else:
            assert number.source in known_sources(), path
        if number.note:
            assert number.note.zh != number.note.en, path


@EVERY
def test_every_segment_is_labelled_in_both_languages_and_speaks_the_closed_words(one: Buyer) -> None:
    assert one.label.en and one.label.zh and one.label.en != one.label.zh
    assert one.kind in KINDS and {w.task for w in one.work} <= set(TASKS)
    assert one.home == "CN"


@EVERY
def test_the_shares_of_the_work_sum_to_one(one: Buyer) -> None:
    assert sum(w.share.value.mid for w in one.work) == pytest.approx(1.0)


@EVERY
def test_a_number_of_a_buyer_is_a_term_with_its_evidence(one: Buyer) -> None:
    for path, number in one.figures().items():
        term = one.term(path)
        assert term.value == number.value and term.grade == number.grade and term.unit
        assert term.label is FIGURES[path.rpartition(".")[2]][0]
    with pytest.raises(InputError, match="no such number"):
        one.term("software.cuda")


@EVERY
def test_a_buyer_is_plain_json(one: Buyer) -> None:
    raw = json.loads(json.dumps(one.to_dict()))
    assert raw["budget_usd"]["mid"] == one.budget_usd.value.mid
    assert raw["work"][0]["model"] == one.work[0].model


def test_only_the_state_is_funded_by_the_state_throughout() -> None:
    funded = {b.id: b.access.state_funded.value.mid for b in buyers().values()}
    assert funded.pop("state-telecom") == 1.0
    assert max(funded.values()) < 1.0


def test_china_telecom_trained_without_cuda_and_a_university_has_little_else() -> None:
    bound = {b.id: b.software.cuda_share.value.mid for b in buyers().values()}
    assert min(bound, key=bound.__getitem__) == "state-telecom"
    assert max(bound, key=bound.__getitem__) == "research"


@pytest.mark.parametrize("year", (2022, 2024, 2025, 2026))
def test_the_segments_share_out_the_whole_market(year: int) -> None:
    shares = {name: segment_share(name, f"{year}-07-01").value for name in SEGMENTS}
    assert sum(s.mid for s in shares.values()) == pytest.approx(1.0)
    assert sum(s.low for s in shares.values()) < 1.0 < sum(s.high for s in shares.values())


def test_internet_firms_hold_the_share_that_idc_published() -> None:
    """IDC: nearly half of the accelerated-server market in 2022, more than 65 % in 2024."""
    internet = ("frontier-lab", "hyperscaler-training", "hyperscaler-inference")
    held = {year: sum(segment_share(n, f"{year}-07-01").value.mid for n in internet) for year in (2022, 2024)}
    assert held[2022] == pytest.approx(0.47, abs=0.03)
    assert held[2024] == pytest.approx(0.65, abs=0.01)


def test_no_share_is_invented_for_a_year_or_place_without_one() -> None:
    with pytest.raises(NoAnswer):
        segment_share("research", "2019-01-01")
    with pytest.raises(NoAnswer):
        segment_share("research", "2025-01-01", place="DE")


def test_a_mistyped_segment_is_met_with_the_nearest() -> None:
    with pytest.raises(InputError) as problem:
        buyer("sme-inferense")
    assert problem.value.hint == "did you mean sme-inference?"
    assert "sme-inference" in str(problem.value.expected)
    assert buyer("SME_inference") is buyer("sme-inference")


def test_the_template_can_be_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(template_buyer(), encoding="utf-8")
    mine = read_buyer(path)
    assert mine.id == "my-firm" and mine.chips is not None and mine.chips.value.mid == 16
    assert mine.discount_rate.note is not None and mine.discount_rate.note.en == "as given by the user"
    assert mine.installed[0].chip == "nvidia-rtx-4090"


def test_the_command_line_prints_the_template() -> None:
    outcome = CliRunner().invoke(app, ["template", "buyer"])
    assert outcome.exit_code == 0
    assert read_buyer_text(outcome.stdout).id == "my-firm"


def _edited(old: str, new: str) -> str:
    text = template_buyer()
    assert text.count(old) == 1
    return text.replace(old, new)


def _line_of(needle: str, text: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), start=1) if needle in line)


BAD = [
    ("budget_usd:", "budget_us:", "unknown field", "budget_us", "did you mean budget_usd?"),
    ("discount_rate: 0.10", "discount_rate: cheap", "valid number", "discount_rate", None),
    ("horizon_years: 3", "horizon_years: -3", "out of range", "horizon_years", None),
    ("horizon_years: 3", "horizon_years: 0", "out of range", "horizon_years", None),
    ("horizon_years: 3", "horizon_years: .nan", "finite", "horizon_years", None),
    ("kind: enterprise", "kind: entreprise", "Input should be", "kind", None),
    ("cuda_share: {low: 0.7, mid: 0.9, high: 1.0", "cuda_share: {low: 0.95, mid: 0.9, high: 1.0", "ascend",
     "cuda_share", None),
    ("cuda_share: {low: 0.7, mid: 0.9, high: 1.0", "cuda_share: {low: 0.7, mid: 0.9, high: 1.1", "out of range",
     "cuda_share", None),
    ("share: 0.6", "share: 0.7", "do not sum to one", "work", None),
    ("task: training, model: qwen3-8b, share: 0.1, tokens: 1e9", "task: training, model: qwen3-8b, share: 0.1",
     "training needs tokens", "task: training", None),
    ("share: 0.1, tokens: 1e9", "share: 0.1, tokens: 1e9, tpot_s: 0.1", "contradictory limits", "tpot_s: 0.1", None),
    ("model: deepseek-r1", "model: deepseek-r11", "no such model", "deepseek-r11", "did you mean"),
    ("chip: RTX 4090", "chip: RTX 4190", "no such chip", "RTX 4190", None),
    ("home: CN", "home: XX", "unknown country", "home", None),
    ("listed: no ", "listed: maybe ", "Input should be", "listed", None),
    ("  power_kw: 60\n", "", "missing", "access", None),
    ("scale: {chips: {low: 8, mid: 16, high: 32, note: our forecast}}", "scale: {}", "scale is missing", "scale:",
     None),
    ("note: our forecast", "grade: press, note: our forecast", "names its source", "scale:", None),
    ("note: our forecast", "grade: press, source: nowhere-at-all", "no such source", "scale:", None),
    ("note: our forecast", "grade: rumour, note: our forecast", "no such grade", "scale:", None),
]


@pytest.mark.parametrize(("old", "new", "what", "at", "hint"), BAD, ids=[f"{b[2]}: {b[1][:30]}" for b in BAD])
def test_a_wrong_field_is_named_with_its_line(old: str, new: str, what: str, at: str, hint: str | None) -> None:
    text = _edited(old, new)
    with pytest.raises(InputError) as problem:
        read_buyer_text(text, "mine.yaml")
    assert what in problem.value.what
    assert f"line {_line_of(at, text)}" in str(problem.value.where), problem.value.where
    if hint:
        assert hint in str(problem.value.hint)


@pytest.mark.parametrize(("text", "what"), [
    ("", "a buyer is a mapping"), ("[1, 2]", "a buyer is a mapping"), ("a: *x", "not readable as YAML"),
    ("a: !!python/object:os.system {}", "not readable as YAML"), ("id: x\nid: y", "not readable as YAML"),
    ("[" * 60 + "]" * 60, "not readable as YAML"), ("id: x", "a field is missing")])
def test_what_is_no_buyer_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_buyer_text(text)


def test_a_large_file_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_text("#" * 200_000, encoding="utf-8")
    with pytest.raises(InputError, match="too large"):
        read_buyer(large)
    with pytest.raises(InputError, match="no such file"):
        read_buyer(tmp_path / "none.yaml")


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                        st.sampled_from(["id", "label", "work", "scale", "software", "note", "x"]), inner, max_size=4)))
def test_nothing_that_a_file_may_hold_escapes_as_a_bug(raw: Any) -> None:
    with pytest.raises(HighfenceError):
        read_buyer_text(json.dumps(raw))


def test_every_parameter_of_the_room_has_both_languages() -> None:
    for parameter in shipped_parameters():
        assert parameter.label.en and parameter.label.zh
        for value in parameter.values:
            assert (value.grade == "assumed") == (not value.source)
