"""Processes that are ended when their time for a file is over, and what becomes of the rest."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.tasks.review import pool as room
from cybersecqwen.tasks.review.looking import look_at, pool_of
from cybersecqwen.tasks.review.pool import Pool


def work(number: int) -> int:
    if number == 13:
        while True:
            pass
    if number == 17:
        raise ValueError("seventeen")
    if number == 19:
        os._exit(3)
    return number * number


def late(number: int) -> int:
    return -number


@pytest.mark.parametrize("count", [1, 2])
def test_results_come_in_order(count: int) -> None:
    with Pool(work, late, count) as pool:
        assert list(pool.map(range(10))) == [number * number for number in range(10)]
        assert list(pool.map([])) == []
        many = [number % 13 for number in range(300)]
        assert list(pool.map(many)) == [number * number for number in many]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("count", [1, 2])
def test_what_takes_too_long_is_ended_and_the_rest_is_done(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SECONDS", 0.3)
    with Pool(work, late, count) as pool:
        assert list(pool.map([1, 13, 2, 13, 3, 19, 4])) == [1, -13, 4, -13, 9, -19, 16]
        assert list(pool.map([5])) == [25]


def much(number: int) -> int:
    return len(bytearray(3 << 30)) if number == 13 else number


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not bound memory")
def test_what_takes_too_much_memory_is_ended_and_the_rest_is_done() -> None:
    with Pool(much, late, 1) as pool:
        assert list(pool.map([1, 13, 2])) == [1, -13, 2]


def test_an_error_is_raised_where_it_belongs() -> None:
    with Pool(work, late, 1) as pool:
        found = pool.map([1, 17, 2])
        assert next(found) == 1
        with pytest.raises(ValueError, match="seventeen"):
            next(found)


def test_processes_end_with_the_pool() -> None:
    with Pool(work, late, 2) as pool:
        list(pool.map(list(range(13)) * 5))
        pids = [one.process.pid for one in pool._workers]
    assert pids and not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("name", "text"), [("a.js", "->\n" * 30_000), ("a.py", "/*\n" * 30_000)])
def test_a_file_that_no_parser_ends_with(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SECONDS", 1)
    (tmp_path / name).write_text(text)
    (tmp_path / "z.py").write_text("import os\ndef f(x):\n    os.system('a ' + x)\n")
    found = look_at(sorted(tmp_path.iterdir()), CodeRules.shipped(), None, 1, lambda *_: None)
    assert [one.place.path.rpartition("/")[2] for one in found.findings] == ["z.py"]
    (one,) = found.skipped
    assert one.path.endswith(name) and "takes too long" in one.reason


def test_spawned_processes_read_the_rules_themselves() -> None:
    import pickle

    rules = CodeRules.shipped()
    text = "import os\ndef f(x):\n    os.system('a ' + x)\n"
    with pool_of(rules, 1) as pool:
        again = pickle.loads(pickle.dumps(pool._work))
    seen, problem = again(SourceFile(path="a.py", language="python", text=text))
    assert len(seen.findings) == 1 and problem == ""
