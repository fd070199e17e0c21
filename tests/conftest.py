"""Fixtures that every test may use."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen import offline

ROOT = Path(__file__).resolve().parent.parent

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a job in the background of a shell has it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def find_data() -> Path | None:
    """The folder of development data, named by CSQ_DATA or standing beside the checkout."""
    candidates = [os.environ.get("CSQ_DATA", ""), str(ROOT.parent / "shared" / "data")]
    return next((Path(c) for c in candidates if c and Path(c, "README.md").is_file()), None)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The development data; the test is skipped where it is absent."""
    found = find_data()
    if found is None:
        pytest.skip("the development data is not beside this checkout (set CSQ_DATA to its folder)")
    return found


@pytest.fixture(scope="session")
def parsed_rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for XDG_CACHE_HOME where rule sets stay parsed, for tests that ask many things.

    The rules are found there by the hash of their files, so that no test sees anything of another.
    """
    return tmp_path_factory.mktemp("parsed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Language models share the processor with whatever runs beside the tests: they get more time."""
    for item in items:
        if item.get_closest_marker("model") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture
def loopback() -> None:
    """For tests with a server of their own: skipped in a namespace without interfaces."""
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            socket.create_connection(server.getsockname(), timeout=2).close()
    except OSError:
        pytest.skip("this machine has no loopback interface to serve from")


@pytest.fixture(autouse=True)
def _servers_of_tests() -> Iterator[None]:
    """Tests talk to servers of their own on the loopback interface, also after one switched the guard on.

    The guard itself is tested in processes of its own (test_offline.py).
    """
    with offline.allowed("127.0.0.1", "::1", "localhost"):
        yield


@pytest.fixture(autouse=True, scope="session")
def _home_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is made once for many tests sees nothing of the person who runs them either."""
    with pytest.MonkeyPatch.context() as patch:
        _leave(patch, tmp_path_factory.mktemp("home"))
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the home of the person who runs it, or that of another test."""
    _leave(monkeypatch, tmp_path_factory.mktemp("home"))


def _leave(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name in [n for n in os.environ if n.startswith("CSQ_") and n not in ("CSQ_DATA", "CSQ_MODELS")]:
        monkeypatch.delenv(name)  # settings of the shell are not those of the test
