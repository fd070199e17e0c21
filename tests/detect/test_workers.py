"""Workers end with their parent, also where that one is killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

CODE = """
import os, sys, time
from cybersecqwen.detect.workers import begin
if os.fork() == 0:
    begin()
    print(os.getpid(), flush=True)
    time.sleep(60)
else:
    time.sleep(0.5)
    os.kill(os.getpid(), 9)
"""


def test_a_worker_does_not_outlive_a_parent_that_is_killed() -> None:
    process = subprocess.Popen([sys.executable, "-c", CODE], stdout=subprocess.PIPE)
    with process:
        assert process.stdout is not None
        worker = int(process.stdout.readline())
        assert process.wait(30) == -9
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if _state(worker) == "Z":  # ended; whoever adopted it has not asked yet
            return
        time.sleep(0.05)
    raise AssertionError("the worker lives on")


def _state(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stream:  # noqa: PTH123 - a file of the kernel
            return stream.read().rpartition(")")[2].split()[0]
    except OSError:
        return ""
