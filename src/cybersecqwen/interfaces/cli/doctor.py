"""`csq doctor`: what is there, what is missing, and proof that nothing leaves the machine."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable

from cybersecqwen import __version__, offline
from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError, OfflineError
from cybersecqwen.settings import load_settings


def run_doctor() -> int:
    """Check everything that a task needs; 0 if a triage can run."""
    print(
        f"csq {__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    )
    app = App(load_settings())
    needed = [
        _check("offline", _offline),
        _check("knowledge", lambda: _knowledge(app)),
        _check("signals", lambda: f"{len(app.rules.signals)} signals, version {app.rules.version}"),
    ]
    _check("language model", lambda: _model(app), missing="none: narratives are written without one")
    return 0 if all(needed) else 2


def _check(name: str, probe: Callable[[], str], *, missing: str = "") -> bool:
    start = time.perf_counter()
    try:
        said, good = probe(), True
    except CsqError as error:
        said, good = f"{missing + ': ' if missing else ''}{error.message} {error.hint}".strip(), False
    spent = (time.perf_counter() - start) * 1000
    print(f"  {'ok' if good else '--'}  {name:<16} {said} ({spent:.0f} ms)")
    sys.stdout.flush()
    return good


def _offline() -> str:
    """Try to connect, and be refused before a packet could leave (192.0.2.0/24 is RFC 5737: nobody's)."""
    import socket

    offline.enforce()
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.2).close()
    except OfflineError:
        return "connections are refused"
    except OSError:
        pass
    raise CsqError("A connection was not refused.", hint="Please report this: it is a defect.")


def _knowledge(app: App) -> str:
    store = app.store
    if store.resolve("T1059.001").entity is None:
        raise CsqError(
            "The knowledge bundle holds no ATT&CK.", hint="`csq kb update` or `csq kb build --from DIR`."
        )
    return f"{store.manifest.kind} bundle {store.manifest.version} at {store.path}"


def _model(app: App) -> str:
    model = app.shelf.show()
    return f"{model.name}, {model.bytes / 1e6:,.0f} MB"
