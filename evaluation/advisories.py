"""Turns every published advisory into cases, and asks whether each is answered rightly.

Run as: python -m evaluation.advisories DATA [--save FILE]

DATA is the folder of development data. For every range of every record in pypa_advisories_osv.zip and
go_advisories_osv.zip there are versions inside (the first affected one, one in between, the last) and outside
(the fixed one, one just below the first). What is right is computed here, from the records as they are
published, by the algorithm of OSV's schema word for word and by libraries that the program does not use for
it (`packaging` alone for PyPI, `semver` for Go). The answers come the whole way: import, database, look-up,
order, ranges. Withdrawn records must give nothing.

Besides: how long a lock file of 1,000 packages takes, all of which have advisories, in a process of its own,
its start and imports included; and how many of the packages with advisories look like popular ones.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cybersecqwen.detect.packages.advisory_files import documents
from cybersecqwen.detect.packages.lookalikes import likeness, popular
from cybersecqwen.detect.packages.ranges import judge
from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.advisories import Advisories
from cybersecqwen.knowledge.advisories.osv import Entry
from cybersecqwen.knowledge.advisories.writer import entries, write

ARCHIVES = ("pypa_advisories_osv.zip", "go_advisories_osv.zip")


def published(archive: Path) -> Iterator[dict[str, Any]]:
    """The records as they stand in an archive."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with zipfile.ZipFile(archive) as members:
        for name in members.namelist():
            if name.endswith(".json"):
                yield json.loads(members.read(name))
            elif name.endswith(".yaml"):
                yield yaml.load(members.read(name), Loader=loader)


def parsed(ecosystem: str, version: str) -> Any:
    """A version by another library than the program's; raises ValueError where it is none."""
    if ecosystem == "PyPI":
        from packaging.version import Version

        return Version(version)
    import semver

    text = version.removeprefix("v").partition("+")[0]
    core, _, pre = text.partition("-")
    core += ".0" * (2 - core.count("."))
    return semver.Version.parse(f"{core}-{pre}" if pre else core)


def is_affected(ecosystem: str, version: str, affected: dict[str, Any]) -> bool:
    """OSV's evaluation, word for word: https://ossf.github.io/osv-schema/#evaluation."""
    if version in affected.get("versions", ()):
        return True
    value = parsed(ecosystem, version)
    for found in affected.get("ranges", ()):
        if found["type"] == "GIT":
            continue
        events = [(kind, text) for event in found["events"] for kind, text in event.items()]
        limits = [text for kind, text in events if kind == "limit"]
        if limits and not any(text == "*" or value < parsed(ecosystem, text) for text in limits):
            continue
        zero = [event for event in events if event[1] == "0"]
        rest = sorted((e for e in events if e[1] != "0"), key=lambda e: parsed(ecosystem, e[1]))
        vulnerable = False
        for kind, text in [*zero, *rest]:
            if kind == "introduced" and (text == "0" or value >= parsed(ecosystem, text)):
                vulnerable = True
            elif (kind == "fixed" and value >= parsed(ecosystem, text)) or (
                kind == "last_affected" and value > parsed(ecosystem, text)
            ):
                vulnerable = False
        if vulnerable:
            return True
    return False


def _expected(ecosystem: str, version: str, same: list[dict[str, Any]]) -> bool | None:
    """Whether it is affected; None where a bound that decides it is no version of the ecosystem."""
    undecided = False
    for affected in same:
        try:
            if is_affected(ecosystem, version, affected):
                return True
        except ValueError:
            undecided = True
    return None if undecided else False


def cases(ecosystem: str, affected: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(what it is, version) for every bound of every range of a package."""
    listed = [str(version) for version in affected.get("versions", ())]
    for found in affected.get("ranges", ()):
        if found["type"] == "GIT":
            continue
        start = "0"
        for event in found["events"]:
            for kind, text in event.items():
                if kind == "introduced":
                    start = text
                    yield from _around_start(ecosystem, text)
                else:
                    yield kind, text
                    between = _between(ecosystem, start, text, listed)
                    if between:
                        yield "between", between
        if "fixed" not in found["events"][-1] and "last_affected" not in found["events"][-1]:
            yield "beyond", _raised(ecosystem, start)
    if listed:
        yield "listed", listed[0]
        yield "listed", listed[-1]


def _around_start(ecosystem: str, text: str) -> Iterator[tuple[str, str]]:
    if text == "0":
        yield "lowest", "0.0.0-0" if ecosystem == "Go" else "0.dev0"
        return
    yield "introduced", text
    below = _below(ecosystem, text)
    if below:
        yield "below", below


def _below(ecosystem: str, text: str) -> str:
    """Just below a release; "" for what is a pre-release itself."""
    if ecosystem == "Go":
        return "" if "-" in text else f"{text}-0"
    return "" if any(char.isalpha() for char in text) else f"{text}.dev0"


def _raised(ecosystem: str, text: str) -> str:
    """The next patch of a version, or the next release after a pre-release of Go."""
    core = text.removeprefix("v").partition("-")[0].partition("+")[0]
    head, _, last = core.rpartition(".")
    return f"{head}.{int(last) + 1}" if last.isdigit() and head else f"{core}.1"


def _between(ecosystem: str, start: str, end: str, listed: list[str]) -> str:
    try:
        low = parsed(ecosystem, "0.0.0" if start == "0" else start)
        high = parsed(ecosystem, end)
    except ValueError:
        return ""
    inside = [version for version in listed if _within(ecosystem, low, version, high)]
    if inside:
        return inside[len(inside) // 2]
    raised = _raised(ecosystem, "0.0.0" if start == "0" else start)
    return raised if _within(ecosystem, low, raised, high) else ""


def _within(ecosystem: str, low: Any, version: str, high: Any) -> bool:
    try:
        return bool(low < parsed(ecosystem, version) < high)
    except ValueError:
        return False


def run(data: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        to = Path(folder) / "advisories.sqlite"
        paths = [data / "code" / name for name in ARCHIVES]
        started = time.perf_counter()
        imported = write(to, documents(paths))
        seconds = time.perf_counter() - started
        result: dict[str, Any] = {
            "records": imported.records,
            "withdrawn": imported.withdrawn,
            "refused": dict(imported.refused),
            "import_seconds": round(seconds, 1),
            "file_bytes": to.stat().st_size,
        }
        with Advisories.open(to) as advisories:
            result["version"] = advisories.version
            for path in paths:
                result[path.name] = _counted(path, advisories)
        result["lock"] = _lock(to)
        result["look_alikes"] = _look_alikes(data)
    return result


_LOCK = """
import random, sqlite3, sys
from pathlib import Path
from cybersecqwen.detect.packages.matching import exploited_in, match
from cybersecqwen.knowledge import Store
from cybersecqwen.knowledge.advisories import Advisories
from cybersecqwen.records.review import Package, Place
file = Path(sys.argv[1])
names = sorted(sqlite3.connect(file).execute("SELECT DISTINCT ecosystem, name FROM affected"))
packages = [
    Package(ecosystem=e, name=n, version="1.2.3", place=Place(path="lock", line=line))
    for line, (e, n) in enumerate(random.Random(7).sample(names, 1000), 1)
]
with Advisories.open(file) as advisories, Store.open() as store:
    print(len(match(packages, advisories, exploited=exploited_in(store)).findings))
"""


def _lock(file: Path) -> dict[str, Any]:
    """Five runs, whole processes: seconds that passed, and seconds that a processor worked for them."""
    seconds, worked = [], []
    for _ in range(5):
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", _LOCK, str(file)], capture_output=True, text=True, check=True
        )
        seconds.append(time.perf_counter() - started)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return {
        "packages": 1000,
        "findings": int(done.stdout),
        "seconds": [round(s, 2) for s in sorted(seconds)],
        "processor_seconds": [round(s, 2) for s in sorted(worked)],
    }


def _look_alikes(data: Path) -> dict[str, Any]:
    """Real packages outside the lists of popular names, and which of them are taken for look-alikes."""
    found: dict[str, set[str]] = {"PyPI": set(), "npm": set()}
    for name, ecosystem in ((ARCHIVES[0], "PyPI"), ("retirejs.zip", "npm")):
        for document in documents([data / "code" / name]):
            with suppress(KnowledgeError):
                for entry in entries(*document):
                    if isinstance(entry, Entry):
                        found[ecosystem].update(package for _, package, _ in entry.packages)
    rates = {}
    for ecosystem, names in found.items():
        others = sorted(names - popular(ecosystem))
        taken = [name for name in others if likeness(ecosystem, name)]
        rates[ecosystem] = {"names": len(others), "taken_for_look_alikes": taken}
    return rates


def _counted(path: Path, advisories: Advisories) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong: list[str] = []
    for record in published(path):
        for affected in record["affected"]:
            package = affected["package"]
            ecosystem, name = package["ecosystem"], package["name"]
            same = [
                other
                for other in record["affected"]
                if (other["package"]["ecosystem"], other["package"]["name"]) == (ecosystem, name)
            ]
            extents = [
                extent
                for advisory in advisories.for_package(ecosystem, name)
                for extent in advisory.extents
                if extent.record == record["id"]
            ]
            counts["packages"] += 1
            for kind, version in cases(ecosystem, affected):
                expected = False if record.get("withdrawn") else _expected(ecosystem, version, same)
                answer = judge(ecosystem, version, extents)
                counts["cases"] += 1
                counts[
                    {True: "inside", False: "outside", None: "no versions of the ecosystem"}[expected]
                ] += 1
                kinds[kind] += 1
                if answer.affected is expected:
                    counts["right" if expected is not None else "said to be unreadable, rightly"] += 1
                    continue
                counts["unreadable" if answer.affected is None else "wrong"] += 1
                if len(wrong) < 50:
                    wrong.append(f"{record['id']} {name} {version}: {answer}, expected {expected}")
    return {**counts, "kinds": dict(kinds), "not_right": wrong}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--save", type=Path)
    given = parser.parse_args()
    result = run(given.data)
    text = json.dumps(result, indent=1, ensure_ascii=False)
    print(text)
    if given.save:
        given.save.parent.mkdir(parents=True, exist_ok=True)
        given.save.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
