"""Ask the catalogue in SQL, in an embedded DuckDB that can read the tables and nothing else.

The query runs in a process of its own with a hard cap on memory, because the database's own limit does not
count what a single value takes (``repeat('a', 3000000000)``). In that process external access, extensions,
file systems and secrets are off, and the configuration is locked before the query is seen.
"""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from threading import Timer
from typing import TYPE_CHECKING, Any

from highfence.catalogue.store import Catalogue
from highfence.catalogue.table import Column, Row, columns, tables
from highfence.core.errors import InputError, MissingExtra, did_you_mean

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SECONDS = 20.0
MAX_QUERY = 20_000
MEMORY = 512
"""Memory of the database in MB; the process around it may take :data:`PROCESS_BYTES`."""
PROCESS_BYTES = 2 * 2**30
MAX_ANSWER = 50_000_000
EXAMPLE = "select name_en, tpp from chips where vendor = 'nvidia' order by tpp desc limit 5"

_GRACE_S = 10.0
_LOCKS = (
    ("threads", "2"), ("memory_limit", f"'{MEMORY}MB'"), ("temp_directory", "''"),
    ("max_temp_directory_size", "'0B'"), ("autoinstall_known_extensions", "false"),
    ("autoload_known_extensions", "false"), ("allow_community_extensions", "false"),
    ("allow_persistent_secrets", "false"), ("secret_directory", "'none'"),
    ("python_enable_replacements", "false"), ("enable_external_access", "false"),
    ("disabled_filesystems", "'LocalFileSystem'"), ("lock_configuration", "true"),
)
Answer = tuple[list[str], list[tuple[Any, ...]]]
SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "flag": "BOOLEAN"}


def run_sql(query: str, limit: int = 10_000, seconds: float = SECONDS) -> Answer:
    """Return the column names and the first ``limit`` rows of one SELECT over the tables of the catalogue.

    Tables: chips, facts, sources, prices, systems, memory, models, firms. Not-a-number and infinity become
    None; dates, decimals and the like become text.

    Raises
    ------
    InputError : not one single SELECT, WITH, DESCRIBE or SHOW; an error in it; too slow or too large.
    MissingExtra : DuckDB is not installed.
    """
    if find_spec("duckdb") is None:
        raise MissingExtra("sql", "SQL over the catalogue")
    if len(query) > MAX_QUERY:
        raise _refused("query too long", query, expected=f"at most {MAX_QUERY:,} characters")
    asked = json.dumps({"query": query, "limit": limit, "seconds": seconds})
    try:
        # -P: the folder that the user stands in is no place to import modules from
        done = subprocess.run([sys.executable, "-P", "-m", "highfence.catalogue.sql"], input=asked.encode(),
                              capture_output=True, timeout=seconds + _GRACE_S, check=False)
    except subprocess.TimeoutExpired:
        raise _too_slow(query, seconds) from None
    return _read_answer(done, query)


def _read_answer(done: subprocess.CompletedProcess[bytes], query: str) -> Answer:
    try:
        told = json.loads(done.stdout)
    except ValueError:
        if b"Traceback" in done.stderr and b"MemoryError" not in done.stderr:
            raise RuntimeError(done.stderr.decode(errors="replace")) from None
        raise _too_large(query) from None
    if "error" in told:
        raise InputError(**told["error"])
    return told["columns"], [tuple(row) for row in told["rows"]]


def load(connection: DuckDBPyConnection, source: Catalogue | None = None) -> None:
    """Create and fill every table of the catalogue in a database."""
    shapes = columns(source)
    for name, rows in tables(source).items():
        fill(connection, name, shapes[name], rows)


def fill(connection: DuckDBPyConnection, name: str, shape: Sequence[Column], rows: Sequence[Row]) -> None:
    """Create one table and fill it, column by column."""
    declared = ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}' for c in shape)
    connection.execute(f'CREATE TABLE "{name}" ({declared})')
    if rows:
        picked = ", ".join(f"unnest(${i}::{SQL_TYPES[c.type]}[])" for i, c in enumerate(shape, 1))
        cells = [[row[c.name] for row in rows] for c in shape]
        connection.execute(f'INSERT INTO "{name}" SELECT {picked}', cells)


def open_locked(source: Catalogue | None = None) -> DuckDBPyConnection:
    """Return an in-memory database that holds the tables and can reach nothing else, for good."""
    import duckdb

    connection = duckdb.connect(":memory:")
    load(connection, source)
    for name, value in _LOCKS:
        connection.execute(f"SET {name} = {value}")
    return connection


def answer(connection: DuckDBPyConnection, query: str, limit: int, seconds: float = SECONDS) -> Answer:
    """Run one checked query on a locked database.

    Raises
    ------
    InputError : as :func:`run_sql`.
    """
    import duckdb

    timer = Timer(seconds, connection.interrupt)
    timer.start()
    try:
        _check_single_select(connection, query)
        connection.execute(query)
        names = [str(column[0]) for column in connection.description or ()]
        return names, [tuple(map(_plain, row)) for row in connection.fetchmany(limit)]
    except duckdb.InterruptException:
        raise _too_slow(query, seconds) from None
    except (duckdb.OutOfMemoryException, MemoryError):
        raise _too_large(query) from None
    except (duckdb.Error, RuntimeError, UnicodeError) as problem:
        raise _explained(connection, query, str(problem)) from None
    finally:
        timer.cancel()


def _check_single_select(connection: DuckDBPyConnection, query: str) -> None:
    from duckdb import StatementType

    expected = "a single SELECT, WITH, DESCRIBE or SHOW"
    query.encode()
    found = connection.extract_statements(query)
    if len(found) != 1:
        raise _refused("one statement at a time", query, expected=expected)
    if found[0].type != StatementType.SELECT:
        verb = str(found[0].type).rpartition(".")[2]
        raise _refused(f"{verb} is not allowed: SQL only reads the catalogue", query, expected=expected)


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return str(value)


def _explained(connection: DuckDBPyConnection, query: str, problem: str) -> InputError:
    """Return the database's complaint as one sentence, with the nearest table or column."""
    if "disabled by configuration" in problem or problem.startswith("Permission Error"):
        return _refused("not allowed: SQL reads the tables of the catalogue and nothing else", query,
                        expected=f"a query over {', '.join(_tables(connection))}")
    what = re.sub(r"^\w[\w ]* Error: ", "", problem.partition("\n")[0])
    what = re.sub(r"\s*(Did you mean|Candidate|Use \"SET).*", "", what)
    return _refused(what, query, hint=_nearest(connection, problem) or _keyword(query, problem))


def _tables(connection: DuckDBPyConnection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]


def _keyword(query: str, problem: str) -> str | None:
    if "syntax error" in problem and re.search(r"\bat\b(?!\")", query, re.I):
        return 'the column "at" is also a word of SQL: write it in double quotes'
    return None


def _nearest(connection: DuckDBPyConnection, problem: str) -> str | None:
    table = re.search(r'Table with name "?([^" ]+)"? does not exist', problem)
    column = re.search(r'column "?([\w.]+)"? not found|does not have a column named "?(\w+)"?', problem)
    if table:
        known = _tables(connection)
        return did_you_mean(table[1], known) or f"tables: {', '.join(known)}"
    if column:
        known = [r[0] for r in connection.execute("SELECT DISTINCT column_name FROM duckdb_columns() "
                                                  "WHERE NOT internal ORDER BY 1").fetchall()]
        word = (column[1] or column[2]).rpartition(".")[2]
        starting = [name for name in known if name.startswith(word)]
        return did_you_mean(word, known) or did_you_mean(word, starting) or (
            f"did you mean {' or '.join(starting[:3])}?" if starting else "list them: describe chips")
    return None


def _refused(what: str, query: str, **told: Any) -> InputError:
    return InputError(what, where="SQL", got=query, code="bad-sql", **{"example": EXAMPLE, **told})


def _too_slow(query: str, seconds: float) -> InputError:
    return InputError(f"the query took longer than {seconds:g} s and was stopped", where="SQL", got=query,
                      hint="join fewer tables, or export the catalogue and ask there", code="sql-too-slow")


def _too_large(query: str) -> InputError:
    return InputError("the query needed more memory than it may use and was stopped", where="SQL", got=query,
                      expected=f"at most {MEMORY} MB", hint="select fewer rows or columns",
                      code="sql-too-large")


def _cap_process(seconds: float) -> None:
    """Cap memory and processor time of this process, and forbid it to write files, where the system can."""
    try:
        import resource
    except ImportError:
        return
    caps = (("RLIMIT_AS", PROCESS_BYTES), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0),
            ("RLIMIT_CPU", int(4 * seconds + 4 * _GRACE_S)))
    for name, cap in caps:
        try:
            resource.setrlimit(getattr(resource, name), (cap, cap))
        except (AttributeError, ValueError, OSError):
            continue


def main() -> None:
    """Answer the one query on standard input, as JSON on standard output."""
    asked = json.load(sys.stdin.buffer)
    try:
        connection = open_locked()
        _cap_process(asked["seconds"])
        names, rows = answer(connection, asked["query"], asked["limit"], asked["seconds"])
        told = json.dumps({"columns": names, "rows": rows}, ensure_ascii=True)
        if len(told) > MAX_ANSWER:
            raise _too_large(asked["query"])
    except InputError as problem:
        fields = ("what", "where", "got", "expected", "example", "hint", "code")
        told = json.dumps({"error": {name: getattr(problem, name) for name in fields}})
    sys.stdout.write(told)


if __name__ == "__main__":
    main()
