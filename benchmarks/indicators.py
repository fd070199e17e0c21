"""How fast indicators are found in the text of reports, stage by stage, beside three other extractors.

Run as: python -m benchmarks.indicators DATA_DIR [--peers PYTHON] [--megabytes N] [--part N] [--out FILE]

DATA_DIR holds intel/tram_reports.zip. Four texts are read: its 121 reports joined; the same repeated to N MB;
their plain prose (lines in which nothing is found) repeated to N MB; and a list of made indicators, one a
line, two in seven as they are and the others disarmed. Each text is scanned REPEATS times on one core after
a first scan that loads what is needed; caches of values are emptied before each scan. What a repeated text
has twice comes from them all the same, so the first text is the honest figure for reports. The best and the
middle run are given, in MB (10^6 bytes of UTF-8) a second of processor time.

Stages are those of `detect.report.scan`: folding, passes that find candidates, lines around words, patterns.
The other extractors (ioc-finder, iocsearcher, iocextract, where PYTHON has them) read the first --part
characters of each text, and so does ours beside them, one after the other, each in a process of its own that
has read a short text before.
"""

from __future__ import annotations

import argparse
import functools
import gc
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cybersecqwen.detect.report.anchors import Anchors
from cybersecqwen.detect.report.folding import folded
from cybersecqwen.detect.report.needles import lines_around, windows
from cybersecqwen.detect.report.rule_spans import remember
from cybersecqwen.detect.report.scan import Claims, in_windows, lookers, lowered, ordered, scan
from cybersecqwen.detect.report.shaped import LinedLooker, ShapedLooker

REPEATS = 5
_WARM = (
    "warm \u2014 hxxp://evil[.]com/a 192.0.2.1 a@b.com x.exe C:\\a\\b.dll cve-2021-44228 T1059.001 mitre "
    + "a1" * 32
)
SEED = 5
PEERS = ("ioc-finder", "iocsearcher", "iocextract")
_RUNNER = Path(__file__).with_name("indicator_peers.py")
_KEPT_CACHES = ("_suffixes", "_networks", "_automaton", "_compiled", "table", "_kinds", "_targets", "lookers")


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--peers", default="", help="a Python with the other extractors")
    parser.add_argument("--megabytes", type=float, default=20)
    parser.add_argument("--part", type=int, default=200_000, help="characters that the others read")
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--mine", default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.mine:
        print(json.dumps(_own(Path(args.mine).read_text("utf-8"))))
        return
    size = int(args.megabytes * 1_000_000)
    result: dict[str, Any] = {
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "command": "python -m benchmarks.indicators " + " ".join(sys.argv[1:]),
        "texts": {},
    }
    for name, text in texts(args.data, size).items():
        peers = {} if name == "reports, repeated" else _peers(args.peers, text[: args.part])
        result["texts"][name] = {**_measured(text), "peers": peers}
        print(json.dumps({name: result["texts"][name]}, indent=1), flush=True)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def texts(data: Path, size: int) -> dict[str, str]:
    """The texts that are read, by name."""
    with zipfile.ZipFile(data / "intel" / "tram_reports.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(".mjson"))
        reports = "\n".join(json.loads(archive.read(name))["signal"] for name in names)
    prose = "\n".join(line for line in reports.splitlines() if len(line) > 60 and not scan(line))
    return {
        "reports": reports,
        "reports, repeated": _repeated(reports, size),
        "prose": _repeated(prose, size),
        "list": made_list(min(size, 5_000_000)),
    }


def made_list(size: int) -> str:
    """Made indicators of six types, one a line; of seven ways to write a dot, two leave it as it is."""
    draw = random.Random(SEED)
    dots = (".", ".", "[.]", "(.)", "[dot]", "{.}", "[.")
    lines: list[str] = []
    length = 0
    while length < size:
        dot = draw.choice(dots)
        name = "".join(draw.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=draw.randint(5, 14)))
        host = name + dot + draw.choice(("com", "net", "ru", "xyz", "top", "info"))
        address = dot.join(str(draw.randint(1, 254)) for _ in range(4))
        kind = draw.randrange(6)
        digest = f"{draw.getrandbits(256):064x}"
        line = (
            host,
            address,
            f"{draw.choice(('http', 'hxxp', 'hxxps'))}{draw.choice(('://', '[:]//', '[://]'))}{host}/{name}.php",
            f"{name}@{host}",
            digest[: draw.choice((32, 40, 64))],
            f"CVE-{draw.randint(1999, 2026)}-{draw.randint(1000, 99999)}",
        )[kind]
        lines.append(line)
        length += len(line) + 1
    return "\n".join(lines)


def _repeated(text: str, size: int) -> str:
    return "\n".join([text] * max(1, round(size / max(1, len(text)))))


def _measured(text: str) -> dict[str, Any]:
    """Speed of the whole and of the stages."""
    scan(text[:200_000])
    size = len(text.encode("utf-8", "replace")) / 1e6
    seconds: list[float] = []
    found: Sequence[Any] = ()
    for _ in range(REPEATS):
        _empty_caches()
        begin = time.process_time()
        found = scan(text)
        seconds.append(time.process_time() - begin)
    return {
        "megabytes": round(size, 2),
        "indicators": len(found),
        "types": dict(Counter(match.type for match in found).most_common()),
        "mb_per_second_best": round(size / min(seconds), 2),
        "mb_per_second_middle": round(size / statistics.median(seconds), 2),
        "stage_ms_per_megabyte": {
            name: round(1e3 * spent / size, 2) for name, spent in _stages(text).items()
        },
    }


def _stages(text: str) -> dict[str, float]:
    """Seconds of processor time of each stage, in one run of the steps of `scan`."""
    _empty_caches()
    spent: dict[str, float] = defaultdict(float)
    reached = time.process_time()

    def done(stage: str) -> None:
        nonlocal reached
        now = time.process_time()
        spent[stage] += now - reached
        reached = now

    seen = folded(text)
    done("fold")
    anchors = Anchors(seen.text)
    done("shadow")
    claims = Claims(anchors.size)
    around = windows(anchors, lookers())
    done("needles")
    shaped = False
    for at, looker in enumerate(lookers()):
        if isinstance(looker, ShapedLooker):
            if not shaped:
                shaped = True
                remember(anchors.text, claims.kept)
            free = claims.free(looker.starts(anchors))
            done("passes")
            claims.add(looker.find_at(anchors.text, anchors.low, free))
            done("patterns")
        elif isinstance(looker, LinedLooker):
            lines = lines_around(looker.marks(anchors), looker, anchors)
            claims.add(in_windows(looker, anchors.text, lines))
            done("windows")
        elif looker.needles:
            claims.add(in_windows(looker, anchors.text, around.get(at, ())))
            done("windows")
        else:
            claims.add(looker.find(anchors.text, lowered(anchors.text)))
            done("whole text")
    ordered(claims.kept, seen)
    done("order")
    return dict(spent)


def _empty_caches() -> None:
    """Forgets values of earlier texts; tables and compiled patterns stay."""
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            module, name = getattr(one, "__module__", ""), getattr(one, "__name__", "")
            if module.startswith("cybersecqwen.detect") and name not in _KEPT_CACHES:
                one.cache_clear()


def _own(text: str) -> dict[str, Any]:
    scan(_WARM)
    begin = time.process_time()
    found = scan(text)
    return {"seconds": time.process_time() - begin, "found": len(found)}


def _peers(python: str, text: str) -> dict[str, Any]:
    """Seconds and counts of the others and of ours on one part, in turns."""
    if not python:
        return {}
    size = len(text.encode("utf-8", "replace")) / 1e6
    figures: dict[str, Any] = {"megabytes": round(size, 2)}
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "part.txt"
        part.write_text(text, "utf-8", "replace")
        own = [sys.executable, "-m", "benchmarks.indicators", ".", "--mine", str(part)]
        commands = {"csq": own, **{name: [python, str(_RUNNER), name, str(part)] for name in PEERS}}
        for name, command in commands.items():
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
                read = json.loads(done.stdout.strip().splitlines()[-1])
            except (subprocess.TimeoutExpired, ValueError, IndexError) as error:
                figures[name] = {"failed": type(error).__name__}
                continue
            figures[name] = {
                "mb_per_second": round(size / read["seconds"], 3),
                "found": read["found"],
            }
    for name in PEERS:
        speed = figures.get(name, {}).get("mb_per_second")
        if speed and "mb_per_second" in figures["csq"]:
            figures[name]["times_slower"] = round(figures["csq"]["mb_per_second"] / speed, 1)
    return figures


if __name__ == "__main__":
    main()
