"""The guard is for the life of a process, so each test runs in one of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

PREFIX = "import socket\nfrom cybersecqwen import offline\noffline.enforce()\n"


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PREFIX + code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "code",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
        "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('2001:db8::1', 53))",
        "socket.getnameinfo(('192.0.2.1', 80), 0)",
        "socket.getnameinfo(('2001:db8::1', 80, 0, 0), socket.NI_NAMEREQD)",
        "socket.gethostbyaddr('192.0.2.1')",
        "socket.getfqdn('192.0.2.1')",
        "with offline.allowed('192.0.2.9'): socket.getnameinfo(('192.0.2.1', 80), 0)",
        "socket.getaddrinfo('example.invalid', 443)",
        "socket.gethostbyname('example.invalid')",
        "socket.create_connection(('127.0.0.1', 9), timeout=1)",
        "s = socket.socket(socket.AF_INET6); s.connect(('2001:db8::1', 80))",
        "import httpx2; httpx2.get('http://192.0.2.1/')",
        "with offline.allowed('192.0.2.9'): socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "with offline.allowed('192.0.2.1'): pass\nsocket.create_connection(('192.0.2.1', 80), timeout=1)",
    ],
)
def test_connections_are_refused(code: str) -> None:
    result = run(code)
    assert result.returncode != 0
    assert "OfflineError" in result.stderr


def test_sockets_that_stay_inside_the_machine_work() -> None:
    code = "a, b = socket.socketpair(); a.sendall(b'x'); assert b.recv(1) == b'x'; print('ok')"
    assert run(code).stdout == "ok\n"
    code = "a, b = socket.socketpair(); a.sendmsg([b'x', b'y']); assert b.recv(2) == b'xy'; print('ok')"
    assert run(code).stdout == "ok\n"


def test_an_allowed_host_may_be_sent_to_and_looked_up() -> None:
    code = (
        "with offline.allowed('127.0.0.1'):\n"
        "    try:\n"
        "        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', 9))\n"
        "    except OSError: pass\n"
        "    flags = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV\n"
        "    print(socket.getnameinfo(('127.0.0.1', 9), flags)[0])"
    )
    result = run(code)
    assert result.stdout == "127.0.0.1\n", result.stderr


def test_an_allowed_name_lets_its_addresses_pass_and_closes_again() -> None:
    code = (
        "s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]\n"
        "with offline.allowed('localhost'):\n"
        "    socket.create_connection(('localhost', port), timeout=2).close()\n"
        "try: socket.create_connection(('127.0.0.1', port), timeout=2)\n"
        "except offline.OfflineError: print('closed')"
    )
    result = run(code)
    if "Cannot assign requested address" in result.stderr or "unreachable" in result.stderr:
        pytest.skip("there is no loopback interface here")
    assert result.stdout == "closed\n", result.stderr


def test_an_allowed_host_passes_the_guard() -> None:
    # Nothing listens there, so the error is the operating system's, not ours.
    code = (
        "try:\n    with offline.allowed('127.0.0.1'): socket.create_connection(('127.0.0.1', 9), timeout=1)\n"
        "except OSError as error: print(type(error).__name__)"
    )
    assert "Offline" not in run(code).stdout + run(code).stderr


@pytest.mark.parametrize("words", [["--version"], ["kb", "status"], ["model", "list"]])
def test_every_command_runs_behind_the_guard(words: list[str]) -> None:
    code = (
        "import socket\nfrom cybersecqwen.interfaces.cli import main\n"
        f"main({words!r})\n"
        "socket.create_connection(('192.0.2.1', 80), timeout=1)"
    )
    line = [sys.executable, "-c", code]
    result = subprocess.run(line, capture_output=True, text=True, timeout=60)
    assert "OfflineError" in result.stderr, result.stderr
