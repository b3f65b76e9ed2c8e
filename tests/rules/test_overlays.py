"""Overlays: reforms of law that leave the shipped law alone."""

from __future__ import annotations

import gc
import weakref
from datetime import date
from typing import Any

import pytest

from highfence.core.errors import InputError
from highfence.rules import classify, diff, read_overlay
from highfence.rules.compile import compile_law
from highfence.rules.law import law_from_pack
from highfence.rules.overlay import STATUSES, Overlay, shipped_bills
from highfence.rules.store import shipped_law
from highfence.rules.templates import OVERLAY_TEMPLATE

TPP_B1 = "us.ear.774.3A090.tpp_b1"
LETTER = "us.ear.744.letters.2025-04-09#letter.2025-04.named"


def lower(value: float = 2000, path: str = TPP_B1, first: str = "2024-01-01", **more: Any) -> Overlay:
    """Return an overlay that sets one parameter."""
    return read_overlay({"id": "reform", "changes": [{"parameter": path, "from": first, "value": value, **more}]})


def values(law: Any) -> dict[str, Any]:
    """Return every dated value of a law."""
    return {path: law.parameter(path).values for path in law.parameter_paths}


# --- what an overlay does

def test_a_lower_line_catches_the_h20_and_only_under_the_overlay() -> None:
    reform = lower()
    assert classify("H20", on="2024-06-01", overlay=reform).paragraph == "3A090.b.1"
    assert classify("H20", on="2024-06-01").paragraph == "3A991.p"


def test_a_reform_starts_on_its_day() -> None:
    reform = lower(first="2024-06-02")
    assert classify("H20", on="2024-06-01", overlay=reform).paragraph == "3A991.p"
    assert classify("H20", on="2024-06-02", overlay=reform).paragraph == "3A090.b.1"


def test_a_reform_with_a_last_day_gives_way_to_the_law_as_it_was() -> None:
    reform = lower(to="2024-12-31")
    days = {"2023-12-31": "3A991.p", "2024-01-01": "3A090.b.1", "2024-12-31": "3A090.b.1", "2025-01-01": "3A991.p"}
    assert {day: classify("H20", on=day, overlay=reform).paragraph for day in days} == days


def test_a_repealed_letter_no_longer_binds() -> None:
    reform = read_overlay({"id": "no-letters", "changes": [
        {"repeal": f"us.ear.744.letters.2025-04-09#letter.2025-04.{name}", "from": "2025-07-15"}
        for name in ("named", "h20_level", "lines")]})
    assert classify("H20", on="2025-07-14", overlay=reform).requirement == "licence"
    assert classify("H20", on="2025-07-15", overlay=reform).requirement == "none"


def test_a_scope_can_take_in_another_country() -> None:
    reform = read_overlay({"id": "malaysia", "changes": [
        {"scope": "regional_stability", "from": "2025-07-01", "plus": ["Malaysia"]}]})
    assert classify("H100 SXM", to="MY", on="2025-06-30", overlay=reform).requirement == "none"
    assert classify("H100 SXM", to="MY", on="2025-07-01", overlay=reform).requirement == "licence"
    assert classify("H100 SXM", to="VN", on="2025-07-01", overlay=reform).requirement == "licence"


def test_overlays_may_be_laid_over_one_another() -> None:
    both = [lower(), lower(1500, "us.ear.774.3A090.tpp_b2")]
    assert classify("L2", on="2024-06-01", overlay=both).paragraph == "3A090.b.2"
    assert classify("H20", on="2024-06-01", overlay=both).paragraph == "3A090.b.1"


def test_the_template_is_an_overlay_that_can_be_read(tmp_path: Any) -> None:
    path = tmp_path / "reform.yaml"
    path.write_text(OVERLAY_TEMPLATE, encoding="utf-8")
    assert classify("H20", on="2024-06-01", overlay=read_overlay(path)).paragraph == "3A090.b.1"


# --- immutability

def test_a_thousand_reforms_leave_the_shipped_law_as_it_was_and_no_memory_behind() -> None:
    before, layers = values(shipped_law()), shipped_law().on(date(2024, 6, 1))
    remembered = []
    for step in range(1000):
        reform = lower(1000 + step)
        law = reform.law()
        assert law.parameter(TPP_B1).on(date(2024, 6, 1)).value == 1000 + step
        remembered.append(weakref.ref(law))
    del reform, law
    gc.collect()
    assert values(shipped_law()) == before
    assert shipped_law().on(date(2024, 6, 1)) is layers
    assert sum(ref() is not None for ref in remembered) <= 1


def test_law_that_was_asked_about_is_forgotten_with_its_overlay() -> None:
    remembered = []
    for step in range(50):
        reform = lower(2000 + step)
        classify("H20", on="2024-06-01", overlay=reform)
        remembered.append(weakref.ref(reform.law()))
    del reform
    gc.collect()
    assert sum(ref() is not None for ref in remembered) <= 1


def test_the_law_under_an_overlay_is_built_once() -> None:
    reform = lower()
    assert reform.law() is reform.law()
    assert reform.law().overlays == ("reform",)


def test_an_overlay_cannot_be_altered() -> None:
    with pytest.raises(AttributeError):
        lower().status = "law"  # type: ignore[misc]


# --- the shipped bills and readings

def test_the_shipped_overlays_are_these() -> None:
    assert set(shipped_bills()) == {"s3374-safe-chips", "hr6875-ai-overwatch", "diffusion-enforced",
                                    "letters-reach-non-datacenter", "affiliates-back", "outputs-count-2022",
                                    "no-2022-rule", "a800-never", "h20-caught-2023", "no-april-2025-letters",
                                    "no-january-2026-rule", "no-chip-controls", "hbm-decontrolled", "open-trade",
                                    "total-ban"}


@pytest.mark.parametrize("id", sorted(shipped_bills()))
def test_a_shipped_overlay_says_what_it_is_in_both_languages(id: str) -> None:
    overlay = read_overlay(id)
    assert overlay.id == id
    assert overlay.status in STATUSES and overlay.status in {"bill", "alternative-reading", "hypothetical", "proposal"}
    assert overlay.source in shipped_law().sources
    assert overlay.note is not None
    for label in (overlay.title, overlay.note):
        assert label.en and label.zh and label.en != label.zh
        assert any("一" <= c <= "鿿" for c in label.zh)


@pytest.mark.parametrize("id", sorted(shipped_bills()))
def test_no_bill_is_law(id: str) -> None:
    assert id not in shipped_law().overlays
    assert not [address for address in shipped_law().addresses if "bills" in address]


def test_the_safe_chips_bill_moves_parts_of_makers_that_got_no_letter() -> None:
    moved = diff(on=["2026-03-01"], overlay=read_overlay("s3374-safe-chips"), chips=["H20", "L20", "RTX 5090 D V2"])
    assert moved.moved == ()
    part = {"tpp": 1000, "performance_density": 1, "dram_gb_s": 4200, "io_gb_s": 64, "datacenter": True,
            "vendor": "qualcomm"}
    assert classify(part, on="2026-03-01").requirement == "none"
    assert classify(part, on="2026-03-01", overlay=read_overlay("s3374-safe-chips")).review == "statutory_denial"


# --- overlays that cannot be read

@pytest.mark.parametrize(("change", "what", "hint"), [
    ({"parameter": "us.ear.774.3A090.tpp_b11", "from": "2024-01-01", "value": 1}, "unknown parameter", "tpp_b1"),
    ({"scope": "regional_stabilty", "from": "2024-01-01", "plus": ["MY"]}, "unknown scope", "regional_stability"),
    ({"scope": "regional_stability", "from": "2024-01-01", "any_of": ["D:9"]}, "unknown country group", None),
    ({"scope": "regional_stability", "from": "2024-01-01", "plus": ["Malasia"]}, "unknown country", "Malaysia"),
    ({"scope": "regional_stability", "from": "2024-01-01"}, "a scope needs members", None),
    ({"scope": "china", "from": "2024-01-01", "plus": ["MY"], "add": ["MY"]}, "unknown field of a scope", None),
    ({"repeal": LETTER + "s", "from": "2025-07-15"}, "unknown provision", LETTER),
    ({"repeal": LETTER}, "not a calendar day", None),
    ({"parameter": TPP_B1, "from": "2024-13-01", "value": 1}, "not a calendar day", None),
    ({"parameter": TPP_B1, "from": "2024-01-01", "to": "2023-01-01", "value": 1}, "ends before it starts", None),
    ({"parameter": TPP_B1, "from": "2024-01-01"}, "a value is needed", None),
    ({"parameter": TPP_B1, "from": "2024-01-01", "value": "1400 GB/s"}, "not a unit of this kind", None),
    ({"parameter": TPP_B1, "from": "2024-01-01", "value": -1}, "finite and not negative", None),
    ({"parameter": TPP_B1, "from": "2024-01-01", "valeu": 1}, "unknown field", "value"),
    ({"parameter": "us.ear.742.6_a_6.worldwide_applied", "from": "2024-01-01", "value": 3}, "not true, false", None),
    ({"raise": TPP_B1}, "a change sets a parameter", None),
    ({"enact": "us.ear.774.3A090", "file": {}}, "this file of law exists", None),
    ({"enact": "us.new", "file": {"layer": "requirement"}}, "us.new: title", None),
    ({"enact": "us.new", "file": None}, "Input should be", None),
    ({"enact": 3, "file": {}}, "a file of law has a path", None),
    ({"scope": ["china"], "from": "2024-01-01"}, "unknown scope", None),
    ({"scope": "china", "from": "2024-01-01", "plus": 3}, "plus is a list", None),
    ({"scope": "china", "from": "2024-01-01", "plus": None}, "plus is a list", None),
    ("lower the line", "a change is a mapping", None),
])
def test_a_change_that_cannot_be_read_is_refused(change: Any, what: str, hint: str | None) -> None:
    with pytest.raises(InputError, match=what) as caught:
        read_overlay({"id": "reform", "changes": [change]})
    assert "changes[0]" in str(caught.value.where)
    if hint:
        assert hint in (caught.value.hint or "")


@pytest.mark.parametrize("raw", [
    {}, {"id": "x"}, {"id": "x", "changes": []}, {"id": 3, "changes": [{}]}, {"id": "x", "changes": {}},
    {"id": "x", "changes": [{}], "status": "law"}, {"id": "x", "change": []}, [], 3,
    {"id": "x", "title": {"zh": "只有中文"}, "changes": [{"repeal": LETTER, "from": "2025-07-15"}]},
    {"id": "x", "title": 3, "changes": [{"repeal": LETTER, "from": "2025-07-15"}]},
])
def test_a_file_that_is_no_overlay_is_refused(raw: Any, tmp_path: Any) -> None:
    import yaml

    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_overlay(path)
    assert str(path) in str(caught.value)


def test_an_unknown_bill_brings_the_nearest() -> None:
    with pytest.raises(InputError) as caught:
        read_overlay("s3374-safe-chip")
    assert "s3374-safe-chips" in (caught.value.hint or "")


def test_the_law_compiles_from_its_yaml_to_what_ships() -> None:
    assert values(law_from_pack(compile_law())) == values(shipped_law())
