"""SQL reads the catalogue, and nothing that a query says makes it do anything else."""

import time
from pathlib import Path

import pytest

duckdb = pytest.importorskip("duckdb")

from highfence.catalogue import sql  # noqa: E402
from highfence.catalogue.table import tables  # noqa: E402
from highfence.core.errors import InputError, MissingExtra  # noqa: E402


@pytest.fixture(scope="module")
def locked():
    return sql.open_locked()


def refusal(locked, query, seconds=10.0):
    with pytest.raises(InputError) as caught:
        sql.answer(locked, query, 10, seconds)
    return str(caught.value)


def test_a_question_in_sql_gets_columns_and_rows():
    names, rows = sql.run_sql("select id, tpp from chips where id = 'nvidia-h20'")
    assert (names, rows) == (["id", "tpp"], [("nvidia-h20", 2368.0)])


def test_every_table_is_there_with_every_row(locked):
    for name, rows in tables().items():
        assert sql.answer(locked, f"select count(*) from {name}", 1)[1] == [(len(rows),)]


def test_numbers_are_numbers_and_flags_are_flags(locked):
    _, rows = sql.answer(locked,
                         "select column_name, data_type from duckdb_columns() where table_name='chips'", 999)
    types = dict(rows)
    assert types["tpp"] == "DOUBLE" and types["datacenter"] == "BOOLEAN" and types["released"] == "VARCHAR"


@pytest.mark.parametrize("query", ["with a as (select tpp from chips) select max(tpp) from a",
                                   "describe chips",
                                   "show tables", "from chips select id", "select 1;", "select 1 -- done",
                                   "/* why */ select 1", "values (1)", "summarize chips"])
def test_reading_in_any_form_is_allowed(locked, query):
    names, rows = sql.answer(locked, query, 5)
    assert names and rows


def test_no_more_rows_come_than_were_asked_for(locked):
    assert len(sql.answer(locked, "from range(1000000000000)", 7)[1]) == 7


def test_what_json_cannot_hold_becomes_text_or_none(locked):
    _, rows = sql.answer(locked,
                         "select 'nan'::double, date '2024-01-01', 1.5::decimal(3,1), [1], {'a': 2}", 1)
    assert rows == [(None, "2024-01-01", "1.5", [1], {"a": 2})]


@pytest.mark.parametrize("query, hint", [
    ("select tppp from chips", "did you mean tpp?"), ("select * from chps", "did you mean chips?"),
    ("select c.tppp from chips c", "did you mean tpp?"), ("select memory_bandwidth from chips",
                                                          "memory_bandwidth_gb_s"),
    ("select at from facts", "double quotes"),
])
def test_a_misspelt_name_is_met_with_the_nearest(locked, query, hint):
    assert hint in refusal(locked, query)


@pytest.mark.parametrize("query", [
    "copy chips to 'stolen.csv'", "copy (select 1) to 'stolen.parquet'", "copy chips from '/etc/passwd'",
    "attach 'stolen.db'", "attach ':memory:' as x", "detach memory", "install httpfs", "load httpfs",
    "pragma version",
    "pragma database_list", "set threads = 8", "set memory_limit = '10GB'", "reset memory_limit",
    "set enable_external_access = true", "call pragma_version()", "create table x as select 1",
    "drop table chips",
    "insert into chips (id) values ('x')", "update chips set tpp = 1", "delete from chips", "truncate chips",
    "export database 'stolen'", "import database 'stolen'", "vacuum", "checkpoint", "begin", "use memory",
    "prepare p as select 1", "execute p", "explain select 1", "explain analyze select 1",
    "alter table chips drop tpp",
    "create secret s (type s3)", "with a as (select 1) insert into chips (id) select 'x'",
    "create macro f() as 1",
    "create view v as select 1", "pivot chips on vendor using count(*)",
])
def test_only_reading_is_allowed(locked, query):
    assert "not allowed" in refusal(locked, query) or "one statement" in refusal(locked, query)


@pytest.mark.parametrize("query", ["select 1; select 2", "select 1; drop table chips", "", " ; ",
                                   "-- nothing"])
def test_one_statement_at_a_time(locked, query):
    assert "one statement at a time" in refusal(locked, query)


@pytest.mark.parametrize("query", [
    "select * from '/etc/passwd'", "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/proc/self/environ')", "select * from read_json('/etc/passwd')",
    "select * from parquet_scan('/etc/passwd')", "select * from glob('/etc/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from 'https://example.org/x.parquet'", "select * from read_csv('https://example.org/x.csv')",
    "select * from query('copy (select 1) to ''stolen.csv''')", "select getenv('HOME')",
    "select * from tables",
    "select * from duckdb", "select set_config('threads', '4')", "select * from read_duckdb('stolen.db')",
    "select * from parquet_metadata('/etc/passwd')", "select * from duckdb_extensions()",
])
def test_files_the_network_the_environment_and_python_are_out_of_reach(locked, query, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert refusal(locked, query)
    assert not list(tmp_path.iterdir())


def test_the_settings_are_locked_and_name_no_folder_of_the_user(locked):
    _, rows = sql.answer(locked, "select name, value from duckdb_settings()", 500)
    held = dict(rows)
    assert held["enable_external_access"] == "false" and held["lock_configuration"] == "true"
    assert held["autoload_known_extensions"] == held["autoinstall_known_extensions"] == "false"
    assert held["allow_community_extensions"] == "false"
    assert not [name for name, value in held.items() if value and str(Path.home()) in value]
    with pytest.raises(duckdb.Error):
        locked.execute("set threads = 8")


def test_a_join_without_end_is_stopped_in_time(locked):
    start = time.monotonic()
    told = refusal(locked, "select count(*) from range(1000000) a, range(1000000) b, range(1000000) c",
                   seconds=0.5)
    assert "took longer" in told and time.monotonic() - start < 5


def test_a_recursion_without_end_is_stopped_in_time(locked):
    endless = "with recursive t(n) as (select 1 union all select n + 1 from t) select max(n) from t"
    assert "took longer" in refusal(locked, endless, seconds=0.5)


def test_a_sort_larger_than_memory_is_stopped_and_spills_nothing(locked, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = refusal(locked, "select * from range(100000000) a, range(9) b order by hash(a.range)", seconds=20)
    assert "more memory" in told and not list(tmp_path.iterdir())


@pytest.mark.parametrize("query", [
    "select repeat('a', 3000000000)", "select range(2000000000)", "select list_resize([1], 2000000000)",
    "select printf('%2000000000d', 1)"])
def test_one_value_larger_than_memory_kills_only_its_own_process(query):
    with pytest.raises(InputError):
        sql.run_sql(query, seconds=10)


def test_work_that_cannot_be_interrupted_is_killed_with_its_process(monkeypatch):
    monkeypatch.setattr(sql, "_GRACE_S", 1.0)
    with pytest.raises(InputError, match=r"took longer|more memory"):
        sql.run_sql("select rpad('a', 2000000000, 'b')", seconds=1)


def test_modules_in_the_folder_of_the_user_are_not_imported(tmp_path, monkeypatch):
    for name in ("duckdb", "json", "highfence"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    assert sql.run_sql("select 1")[1] == [(1,)]


def test_deep_nesting_and_odd_bytes_are_errors_not_crashes():
    for query in ("select " + "(" * 9000 + "1" + ")" * 9000, "select " + "+".join(["1"] * 5000),
                  "select '\ud800'", "select \x00"):
        with pytest.raises(InputError):
            sql.run_sql(query)
    with pytest.raises(InputError, match="too long"):
        sql.run_sql("select " + "1," * 20_000)


def test_without_duckdb_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(sql, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra) as caught:
        sql.run_sql("select 1")
    assert "highfence[sql]" in str(caught.value)
