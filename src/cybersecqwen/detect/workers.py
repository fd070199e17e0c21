"""Worker processes that end with the process that started them, however that one ends."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time

_EVERY_S = 1.0


def context() -> multiprocessing.context.BaseContext:
    """Fork while this process has one thread, which saves the start; else a clean start."""
    single = threading.active_count() == 1 and "fork" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork" if single else "spawn")


def begin() -> None:
    """Set up a worker: interruptions are its parent's to answer, and without a parent it ends.

    A parent that is killed closes no queue: each of several workers holds the others' ends of the pipes open,
    and they would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    collect_seldom()
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()


def collect_seldom() -> None:
    """Look for circles of garbage seldom: batches of a million small parsed records hold none.

    At its default the collector goes over all of them every few hundred new ones: a tenth of a scan.
    """
    gc.set_threshold(200_000, 50, 100)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_EVERY_S)
    os._exit(1)
