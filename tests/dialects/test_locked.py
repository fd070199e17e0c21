"""The process that runs SQL: what it is asked and answers, what ends it, and whose it is."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys

import pytest

pytest.importorskip("duckdb")

from cybersecqwen.dialects import locked
from cybersecqwen.dialects.columns import Column
from cybersecqwen.dialects.locked import fetched
from cybersecqwen.dialects.locked_worker import LENGTH, SECONDS
from cybersecqwen.errors import LimitError, UnsayableError

ENGINES = pytest.mark.parametrize("engine", ["duckdb", "sqlite"])
MOMENTS = (1_700_000_000.0, 1_700_000_000.5, None)


def _one(kind: str, *values: object, name: str = "a") -> list[tuple[str, list[Column]]]:
    return [("t", [Column(name=name, kind=kind, values=values)])]  # type: ignore[arg-type]


@ENGINES
def test_names_are_quoted(engine: str) -> None:
    name = 'a"); DROP TABLE t; --'
    text = 'SELECT "a""); DROP TABLE t; --" FROM t'
    assert fetched(engine, _one("text", "x", name=name), text, 9) == ([name], [["x"]])


@pytest.mark.parametrize(
    ("engine", "kind", "values", "found"),
    [
        ("duckdb", "time", MOMENTS, [1_700_000_000, 1_700_000_000.5, None]),
        ("sqlite", "time", MOMENTS, ["2023-11-14T22:13:20Z", "2023-11-14T22:13:20.5Z", None]),
        ("duckdb", "time", (1_700_000_000.123456,), [1_700_000_000.123456]),
        ("duckdb", "bool", (True, False, None), [True, False, None]),
        ("sqlite", "bool", (True, False, None), ["true", "false", None]),
        ("duckdb", "dynamic", ('{"b": [1]}', None), [{"b": [1]}, None]),
        ("duckdb", "number", (1.5, 2.0), [1.5, 2.0]),
        ("sqlite", "text", ("503", "x"), ["503", "x"]),
    ],
)
def test_values_come_back_as_they_are(
    engine: str, kind: str, values: tuple[object, ...], found: list[object]
) -> None:
    rows = fetched(engine, _one(kind, *values), "SELECT a FROM t", 9)[1]
    assert repr([row[0] for row in rows]) == repr(found)


def test_what_duckdb_computes_is_written_as_json_has_it() -> None:
    text = "SELECT 1.50::DECIMAL(5,2), 2::DECIMAL(5,2), DATE '2024-01-02', [1, 2], {'b': 1}"
    (row,) = fetched("duckdb", [], text, 9)[1]
    assert repr(row) == repr([1.5, 2, "2024-01-02", [1, 2], {"b": 1}])
    assert fetched("duckdb", [], "SELECT current_setting('TimeZone')", 9)[1] == [["UTC"]]


@ENGINES
def test_rows_beyond_the_most_are_refused(engine: str) -> None:
    assert len(fetched(engine, _one("whole", 1, 2, 3), "SELECT a FROM t", 3)[1]) == 3
    with pytest.raises(LimitError):
        fetched(engine, _one("whole", 1, 2, 3), "SELECT a FROM t", 2)


@pytest.mark.parametrize("text", ["SELECT hex(zeroblob(5))", "SELECT hex(randomblob(5))"])
def test_functions_that_make_much_of_nothing_are_forbidden(text: str) -> None:
    with pytest.raises(UnsayableError):
        fetched("sqlite", [], text, 9)


def test_duckdb_takes_no_other_settings_and_opens_nothing() -> None:
    code = """
import duckdb
from cybersecqwen.dialects.locked_worker import _duckdb_database
frame = [1]
for text in ("SET memory_limit = '9GB'", "SELECT * FROM read_text('/etc/hostname')", "SELECT * FROM frame"):
    try:
        _duckdb_database().cursor().execute(text).fetchall()
    except duckdb.Error:
        continue
    print(text)
"""
    assert _said(code) == ""


def _said(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_fork_has_a_process_of_its_own_and_leaves_the_other_alone() -> None:
    code = """
import os, sys
from cybersecqwen.dialects import locked
def asked():
    assert locked.fetched("sqlite", [], "SELECT 1 AS a", 9) == (["a"], [[1]])
    return locked._child(os.getpid())._process.pid
mine = asked()
if os.fork() == 0:
    sys.exit(asked() == mine)  # what is left behind here is stopped on the way out
status = os.wait()[1]
print(status, asked() == mine)
"""
    assert _said(code) == "0 True\n"


def test_an_interruption_is_not_the_processs_to_answer() -> None:
    fetched("sqlite", [], "SELECT 1", 9)
    process = locked._child(os.getpid())._process
    assert process is not None
    process.send_signal(signal.SIGINT)
    fetched("sqlite", [], "SELECT 1", 9)
    assert locked._child(os.getpid())._process is process


def test_a_process_that_ended_is_replaced() -> None:
    fetched("sqlite", [], "SELECT 1", 9)
    process = locked._child(os.getpid())._process
    assert process is not None
    process.kill()
    process.wait()
    assert fetched("sqlite", [], "SELECT 1 AS a", 9) == (["a"], [[1]])


def test_a_process_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """And what it may have taken is counted."""
    spent: list[float] = []
    child = locked._Child()
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    monkeypatch.setattr(
        locked,
        "_started",
        lambda: subprocess.Popen(sleeping, stdin=subprocess.PIPE, stdout=subprocess.PIPE),
    )
    monkeypatch.setattr(locked, "_WAIT_S", 0.2)
    monkeypatch.setattr(locked, "spend_elsewhere", spent.append)
    with pytest.raises(LimitError, match=f"longer than {SECONDS} seconds"):
        child.ask(b"{}")
    assert spent == [SECONDS] and child._process is None


def test_work_there_is_counted_here(monkeypatch: pytest.MonkeyPatch) -> None:
    spent: list[float] = []
    monkeypatch.setattr(locked, "spend_elsewhere", spent.append)
    fetched("duckdb", [], "SELECT count(*) FROM range(1000000)", 9)
    assert len(spent) == 1 and spent[0] > 0


def test_answers_that_are_cut_or_too_large_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = LENGTH.pack(4) + b"1234"
    assert locked._read(io.BytesIO(whole)) == b"1234"
    assert locked._read(io.BytesIO(whole[:-1])) is None and locked._read(io.BytesIO(whole[:3])) is None
    monkeypatch.setattr(locked, "LARGEST", 3)
    assert locked._read(io.BytesIO(whole)) is None
