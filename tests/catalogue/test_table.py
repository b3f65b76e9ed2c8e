"""The flat tables say what the catalogue says, in the units that people use."""

import pytest

from highfence.catalogue import catalogue, metrics_of
from highfence.catalogue.table import CHIPS, columns, tables


@pytest.fixture(scope="module")
def flat():
    return tables()


def row(flat, table, **where):
    return next(r for r in flat[table] if all(r[k] == v for k, v in where.items()))


def test_every_chip_has_one_row_and_every_row_has_all_columns_in_order(flat):
    assert [r["id"] for r in flat["chips"]] == [c.id for c in catalogue().chips()]
    for name, shape in columns().items():
        assert all(list(r) == [c.name for c in shape] for r in flat[name]), name
        assert len({c.name for c in shape}) == len(shape), name


def test_the_h20_stands_there_in_terabytes_and_teraflops_as_people_write_them(flat):
    h20 = row(flat, "chips", id="nvidia-h20")
    assert h20["vendor"] == "nvidia" and h20["country"] == "US" and h20["name_zh"].startswith("英伟达")
    assert h20["tpp"] == 2368 and h20["memory_capacity_gb"] == 96 and h20["memory_bandwidth_gb_s"] == 4000
    assert h20["peak_fp16_tflop_s"] == 148 and h20["host_interface"] == "PCIe 5.0 x16"


def test_a_contested_metric_shows_its_ends_and_an_undisputed_one_shows_none(flat):
    seen = set()
    for chip in catalogue().chips():
        metric, cells = metrics_of(chip).get("tpp"), row(flat, "chips", id=chip.id)
        ends = (cells["tpp_low"], cells["tpp_high"])
        assert (ends != (None, None)) == bool(metric and metric.contested), chip.id
        seen.add(ends == (None, None))
    assert seen == {True, False}


def test_an_io_total_without_a_known_upper_end_has_none_in_the_table(flat):
    low, high = "io_bandwidth_total_low_gb_s", "io_bandwidth_total_high_gb_s"
    open_ended = [r for r in flat["chips"] if r[low] is not None and r[high] is None]
    assert open_ended and all(
        r["link_bandwidth_gb_s"] is None or (r["host_interface"] is None and r["host_bandwidth_gb_s"] is None)
        for r in open_ended)


def test_missing_names_exactly_what_the_law_asks_and_nobody_sourced(flat):
    for cells in flat["chips"]:
        named = set((cells["missing"] or "").split("; ")) - {""}
        assert ("tpp" in named) == (cells["tpp"] is None), cells["id"]
        assert ("logic_die_area" in named) == (cells["logic_die_area_mm2"] is None), cells["id"]
        assert ("date" in named) == (cells["announced"] is None and cells["released"] is None), cells["id"]


def test_every_fact_is_a_row_with_its_unit_source_and_grade(flat):
    known = {r["id"] for r in flat["sources"]}
    held = catalogue()
    assert len(flat["facts"]) == sum(
        len(f) for e in (*held.chips(), *held.systems(), *held.memories()) for f in e.facts.values())
    assert all(r["source"] in known and r["grade"] for r in flat["facts"])
    bandwidth = row(flat, "facts", subject="nvidia-h20", attribute="memory_bandwidth")
    assert (bandwidth["value"], bandwidth["unit"]) == (4000, "GB/s")


def test_a_rejected_value_is_listed_with_the_reason(flat):
    rejected = [r for r in flat["facts"] if r["rejected"]]
    assert rejected and all(len(r["rejected"]) > 5 for r in rejected)


def test_a_flag_a_word_and_a_date_stand_in_the_text_column(flat):
    flag = row(flat, "facts", subject="nvidia-h100-sxm", attribute="datacenter")
    date = row(flat, "facts", subject="nvidia-h100-sxm", attribute="announced")
    assert (flag["text"], flag["value"]) == ("true", None) and date["text"] == "2022-03-22"


def test_rental_prices_are_per_hour_and_others_are_not(flat):
    assert {r["unit"] for r in flat["prices"] if r["kind"] == "rental"} == {"USD/h"}
    assert {r["unit"] for r in flat["prices"] if r["kind"] != "rental"} == {"USD"}


def test_architectures_of_language_models_are_flattened(flat):
    names = {c.name for c in columns()["models"]}
    assert {"layers", "hidden_size", "moe_experts", "mla_kv_lora_rank"} <= names
    assert row(flat, "models", id="llama-1-7b")["layers"] == 32


def test_cells_are_of_the_type_that_their_column_declares(flat):
    of_type = {"text": str, "number": (int, float), "flag": bool}
    for name, shape in columns().items():
        for column in shape:
            values = [r[column.name] for r in flat[name] if r[column.name] is not None]
            assert all(isinstance(v, of_type[column.type]) for v in values), f"{name}.{column.name}"


def test_numbers_with_a_unit_say_so_in_the_name_of_their_column():
    assert {c.name: c.unit for c in CHIPS}["dram_bandwidth_gb_s"] == "GB/s"
    assert all(c.unit is None for c in CHIPS if c.type != "number")
