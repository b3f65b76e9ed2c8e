"""Clauses pick the chips that people mean, and say what is wrong with those that mean nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from highfence.catalogue.query import find_column, select_chips
from highfence.catalogue.table import chip_rows
from highfence.core.errors import InputError


def ids(*where, **kwargs):
    return [row["id"] for row in select_chips(where, **kwargs)]


def test_without_clauses_every_chip_comes_in_the_order_of_the_catalogue():
    assert ids() == [row["id"] for row in chip_rows()]


def test_chips_at_or_over_the_2023_line_include_the_a100_and_not_the_h20():
    over = ids("tpp>=4800")
    assert "nvidia-h100-sxm" in over and "nvidia-h20" not in over


def test_a_line_is_inclusive_or_strict_as_written():
    assert "nvidia-h20" in ids("tpp>=2368") and "nvidia-h20" not in ids("tpp>2368")
    assert "nvidia-h20" in ids("tpp<=2368") and "nvidia-h20" not in ids("tpp<2368")
    assert "nvidia-h20" in ids("tpp=2,368") and "nvidia-h20" not in ids("tpp!=2368")


@pytest.mark.parametrize("text", ["memory_bandwidth>=4 TB/s", "memory_bandwidth >= 4,000 GB/s",
                                  "memory_bandwidth_gb_s>=4000", "memory_bandwidth≥4.0TB/s",
                                  "MEMORY-BANDWIDTH_GB_S >= 4000 GB/s"])
def test_one_bandwidth_in_any_spelling_gives_one_answer(text):
    assert ids(text) == [r["id"] for r in chip_rows() if (r["memory_bandwidth_gb_s"] or 0) >= 4000]


def test_clauses_join_by_and_or_by_being_given_twice():
    both = ids("vendor=nvidia", "tpp>=4800")
    assert both and both == ids("vendor=nvidia and tpp>=4800") == ids("tpp>=4800 AND vendor=NVIDIA")


def test_a_vendor_answers_to_its_chinese_name():
    assert ids("vendor=华为") == ids("vendor=huawei") != []


def test_names_are_searched_in_both_languages_without_regard_to_case():
    assert "nvidia-rtx-4090" in ids("name~rtx 4090")
    assert ids("name~昇腾") and set(ids("name~昇腾")) <= set(ids("vendor=huawei"))


def test_a_search_is_for_the_text_itself_and_never_a_pattern():
    assert ids("name~(a+)+$") == []


def test_a_missing_value_meets_no_clause_except_missing():
    unknown = ids("tpp=missing")
    assert unknown and not set(unknown) & {*ids("tpp>=0"), *ids("tpp<1"), *ids("tpp!=5")}
    assert sorted([*unknown, *ids("tpp!=missing")]) == sorted(ids())


def test_flags_dates_and_words():
    assert "nvidia-h100-sxm" in ids("datacenter=true") and "nvidia-h100-sxm" in ids("datacenter!=no")
    assert "nvidia-h100-sxm" in ids("announced=2022") and "nvidia-h100-sxm" in ids("announced>=2022-03-22")
    assert "nvidia-h100-sxm" not in ids("announced>2022-03-22")
    assert "nvidia-h100-sxm" in ids("announced<2022-Q2")


def test_a_chip_dated_by_year_only_is_not_known_to_be_of_its_first_half():
    by_year = {r["id"] for r in chip_rows() if r["announced"] == "2024"}
    assert by_year and by_year <= set(ids("announced=2024"))
    assert not by_year & {*ids("announced=2024-H1"), *ids("announced<2024-07"), *ids("announced>=2024-07")}


def test_sorting_puts_missing_values_last_in_either_direction():
    for name, step in (("tpp", 1), ("-tpp", -1)):
        values = [row["tpp"] for row in select_chips(sort=[name])]
        known = [v for v in values if v is not None]
        assert known == sorted(known, reverse=step < 0) and values[-1] is None
        assert set(values[len(known):]) == {None}


def test_the_first_sort_column_rules_and_the_next_breaks_ties():
    rows = select_chips(["tpp>0"], ["vendor", "-tpp"])
    assert [(r["vendor"], -r["tpp"]) for r in rows] == sorted((r["vendor"], -r["tpp"]) for r in rows)


def test_columns_come_as_asked_with_their_units_in_the_name():
    row = select_chips(["id=nvidia-h20"], columns=["name", "memory_bandwidth", "pd"])[0]
    assert list(row) == ["name_en", "memory_bandwidth_gb_s", "performance_density"]


@pytest.mark.parametrize("clause, told", [
    ("memroy_bandwidth>4 TB/s", "did you mean memory_bandwidth"),
    ("vendor=nvidea", "did you mean nvidia"),
    ("memory_bandwidth>=4000", "without a unit"),
    ("memory_bandwidth>=4 Tb/s", "bits are not bytes"),
    ("peak_fp16>=296 TOP/s", "FLOP/s is for floating-point"),
    ("tpp>=lots", "not a quantity"), ("tpp>=-1", "not negative"), ("tpp~48", "looks for words"),
    ("tpp>=4800 or vendor=amd", "joined by and"), ("vendor>nvidia", "words have no order"),
    ("datacenter=maybe", "true or false"), ("datacenter>true", "true or false"),
    ("released>=2024-13", "period"),
    ("tpp", "not a clause"), ("", "not a clause"), ("tpp>=", "not a clause"), (">=3", "not a clause"),
    ("x" * 500, "too long"),
])
def test_a_clause_that_means_nothing_is_one_clear_error(clause, told):
    with pytest.raises(InputError) as caught:
        select_chips([clause])
    assert told in str(caught.value)


def test_an_unknown_column_to_sort_by_or_to_show_is_an_error_with_a_suggestion():
    for call in ({"sort": ["-tppp"]}, {"columns": ["tppp"]}):
        with pytest.raises(InputError, match="no such column") as caught:
            select_chips(**call)
        assert "did you mean tpp" in str(caught.value)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60) | st.builds(
    "{}{}{}".format, st.sampled_from(["tpp", "name", "released", "datacenter"]),
    st.sampled_from(["=", "!=", ">", "~", "<="]), st.text(max_size=20)))
def test_no_text_breaks_the_reader_of_clauses(text):
    try:
        assert isinstance(select_chips([text]), list)
    except InputError as told:
        assert str(told)


def test_every_column_is_found_with_and_without_its_unit():
    for row in chip_rows()[:1]:
        for name in row:
            assert find_column(name).name == name
    assert find_column("link_bandwidth").name == "link_bandwidth_gb_s"
