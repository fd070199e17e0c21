"""The conditions that a figure was measured under: machine, versions, state of the source."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path

from cybersecqwen import __version__

_CHECKOUT = Path(__file__).resolve().parents[3]


def conditions() -> dict[str, str | int | float]:
    """What a report says about where it was made; nothing of it names the machine or its user."""
    return {
        "version": __version__,
        "commit": commit(),
        "cpu": cpu_model(),
        "cores": cores(),
        "ram_gb": ram_gb(),
        "load": load(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def hardware(facts: Mapping[str, object]) -> str:
    """The machine in a few words."""
    return f"{facts['cores']} cores, {facts['cpu']}, {facts['ram_gb']} GB"


def commit() -> str:
    """The commit of the checkout, with "+" where tracked files differ from it; "" outside a checkout."""
    if not (_CHECKOUT / ".git").exists():
        return ""
    short = _git("rev-parse", "--short=12", "HEAD")
    changed = _git("status", "--porcelain", "--untracked-files=no", "--", "src")
    return short + ("+" if short and changed else "")


def cpu_model() -> str:
    """The processor as the system names it."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines()[:200]:
            key, _, value = line.partition(":")
            if key.strip() in ("model name", "Model", "Hardware") and value.strip():
                return " ".join(value.split())
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown"


def cores() -> int:
    """Cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def ram_gb() -> int:
    """Memory of the machine in whole gigabytes; 0 where the system does not say."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)
    except (ValueError, OSError, AttributeError):
        return 0


def load() -> float:
    """Processes that wanted a core in the minute before: above `cores`, times are those of a busy machine."""
    try:
        return round(os.getloadavg()[0], 1)
    except (OSError, AttributeError):
        return 0.0


def _git(*words: str) -> str:
    try:
        line = ["git", "-C", str(_CHECKOUT), *words]
        return subprocess.run(line, capture_output=True, text=True, check=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
