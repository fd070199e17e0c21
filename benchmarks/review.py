"""What `csq review` costs, and what others cost on the same tree in the same run.

Run as: python -m benchmarks.review [--data DIR] [--peer NAME=PROGRAM]... [--runs N] [--save FILE]

All are whole commands, start-up included: the standard library of the Python that runs this, with an empty
cache and with a full one; ten changed files of a repository of a thousand; a lock file of a thousand packages
against the advisories in DIR; the start of `csq --help`. Peers (bandit, ruff, semgrep) are programs that are
installed elsewhere; they look at the same tree in turn with ours, semgrep by a few local rules of our own.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from .processes import Cost, run

ROOT = Path(__file__).resolve().parent.parent
CSQ = (sys.executable, "-m", "cybersecqwen")
QUIET = ("--fail-on", "never", "--format", "json")
_OTHERS = ("site-packages", "__pycache__", "lib2to3/tests", "idlelib", "turtledemo")
"""Folders of the library that are left out: packages of others, and files that do not parse on purpose."""
RULES = """\
rules:
  - {id: eval, languages: [python], severity: ERROR, message: m, pattern: eval(...)}
  - {id: exec, languages: [python], severity: ERROR, message: m, pattern: exec(...)}
  - {id: system, languages: [python], severity: ERROR, message: m, pattern: os.system(...)}
  - {id: shell, languages: [python], severity: ERROR, message: m, pattern: "$M.$F(..., shell=True, ...)"}
  - {id: pickle, languages: [python], severity: ERROR, message: m, pattern: pickle.loads(...)}
  - {id: yaml, languages: [python], severity: ERROR, message: m, pattern: yaml.load(...)}
  - {id: md5, languages: [python], severity: ERROR, message: m, pattern: hashlib.md5(...)}
  - {id: mktemp, languages: [python], severity: ERROR, message: m, pattern: tempfile.mktemp(...)}
"""


@dataclass(slots=True)
class Measured:
    """One command, run several times."""

    name: str
    files: int = 0
    costs: list[Cost] = field(default_factory=list)

    @property
    def wall_s(self) -> float:
        """The median."""
        return statistics.median(one.wall_s for one in self.costs)

    @property
    def cpu_s(self) -> float:
        """The median."""
        return statistics.median(one.cpu_s for one in self.costs)

    def row(self, first: float = 0) -> str:
        """A line of the table; with the seconds of ours how many times as long it took."""
        most = max(one.tree_mb for one in self.costs)
        speed = f"{self.files / self.wall_s:,.0f}" if self.files else ""
        ratio = f"{self.wall_s / first:.1f}" if first else ""
        shown = (
            self.name,
            len(self.costs),
            f"{self.wall_s:.2f}",
            f"{self.cpu_s:.2f}",
            speed,
            f"{most:.0f}",
            ratio,
        )
        return "".join(f"| {one} " for one in shown) + "|"

    def to_json(self) -> dict[str, Any]:
        """For a file."""
        return {"name": self.name, "files": self.files, "runs": [one.to_json() for one in self.costs]}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PROGRAM")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--save", type=Path)
    args = parser.parse_args()
    peers = dict(one.split("=", 1) for one in args.peer)
    cores = len(os.sched_getaffinity(0))
    machine = f"{platform.machine()}, {cores} cores, Python {platform.python_version()}"
    print(f"{machine}, {date.today().isoformat()}, load {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), args.runs)
        print("| command | runs | s | CPU s | files/s | MB, all processes | times ours |")
        print("|---|---|---|---|---|---|---|")
        bench.library(peers)
        bench.change()
        if (zipped := args.data / "code" / "pypa_advisories_osv.zip").is_file():
            bench.lock_file(zipped)
        bench.start()
    print(f"\nload at the end {os.getloadavg()[0]:.1f}: above {cores} others were working too")
    if args.save:
        made = {"machine": machine, "cores": cores, "date": date.today().isoformat()}
        made_all = {**made, "measured": [one.to_json() for one in bench.measured]}
        args.save.write_text(json.dumps(made_all, indent=1) + "\n", encoding="utf-8")


class Bench:
    """Commands in a folder of their own, with a cache and data of their own."""

    def __init__(self, folder: Path, runs: int) -> None:
        self._folder = folder
        self._runs = runs
        self.measured: list[Measured] = []

    def _env(self, cache: str = "cache") -> dict[str, str]:
        return {
            "XDG_CACHE_HOME": str(self._folder / cache),
            "XDG_DATA_HOME": str(self._folder / "data"),
            "SEMGREP_SEND_METRICS": "off",
            "SEMGREP_ENABLE_VERSION_CHECK": "0",
        }

    def _once(
        self, one: Measured, command: Sequence[str], cwd: Path | None = None, cache: str = "cache"
    ) -> None:
        cost = run(command, self._folder / "out", env=self._env(cache), cwd=cwd or self._folder)
        one.costs.append(cost)

    def _made(self, name: str, files: int = 0) -> Measured:
        made = Measured(name, files)
        self.measured.append(made)
        return made

    def library(self, peers: dict[str, str]) -> None:
        """The standard library: ours with an empty and a full cache, and each peer, in turn."""
        tree = self._folder / "library"
        files = _copied(Path(sysconfig.get_paths()["stdlib"]), tree)
        ours = [*CSQ, "review", "--no-packages", *QUIET, str(tree)]
        cold, warm = self._made("csq review, cold", files), self._made("csq review, warm", files)
        others = [(self._made(name, files), command) for name, command in self._peers(peers, tree)]
        for number in range(self._runs):
            self._once(cold, ours, cache=f"cache{number}")
            self._once(warm, ours, cache=f"cache{number}")
            for one, command in others:
                self._once(one, command)
        for one in (cold, warm, *(one for one, _ in others)):
            print(one.row(cold.wall_s), flush=True)

    def _peers(self, peers: dict[str, str], tree: Path) -> list[tuple[str, list[str]]]:
        rules = self._folder / "rules.yaml"
        rules.write_text(RULES, encoding="utf-8")
        arguments: dict[str, Callable[[], list[str]]] = {
            "bandit": lambda: ["-r", "-q", "--exit-zero", "-f", "json", str(tree)],
            "ruff": lambda: ["check", "--isolated", "--no-cache", "--exit-zero", "--select", "S", str(tree)],
            "semgrep": lambda: [
                "scan",
                "--config",
                str(rules),
                "--json",
                "--quiet",
                "--no-git-ignore",
                str(tree),
            ],
        }
        made = []
        for name, program in peers.items():
            if name not in arguments:
                raise SystemExit(f"no peer {name!r}: {', '.join(arguments)}")
            made.append((name, [program, *arguments[name]()]))
        return made

    def change(self) -> None:
        """Ten changed files of a repository of a thousand."""
        tree = self._folder / "repository"
        source = sorted(self._folder.joinpath("library").rglob("*.py"))[:1_000]
        for number, path in enumerate(source):
            target = tree / f"part{number % 20}" / f"file{number}.py"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "All"]):
            git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *words]
            subprocess.run(git, cwd=tree, check=True)
        for number in range(0, 1_000, 100):
            with (tree / f"part{number % 20}" / f"file{number}.py").open("a", encoding="utf-8") as stream:
                stream.write("\nimport os\n\ndef ping(host):\n    os.system('ping ' + host)\n")
        one = self._made("csq review --diff HEAD, 10 files of 1,000")
        for _ in range(self._runs):
            self._once(one, [*CSQ, "review", "--diff", "HEAD", *QUIET], tree)
        print(one.row(), flush=True)

    def lock_file(self, zipped: Path) -> None:
        """A lock file of a thousand packages, half of them named in advisories."""
        imported = self._made("csq kb import of the advisories")
        self._once(imported, [*CSQ, "kb", "import", str(zipped)])
        print(imported.row(), flush=True)
        names = _names(zipped)[:500]
        names += [f"package-of-ours-{number}" for number in range(1_000 - len(names))]
        tree = self._folder / "locked"
        tree.mkdir()
        text = "".join(f"{name}==1.{number % 7}.{number % 5}\n" for number, name in enumerate(names))
        (tree / "requirements.txt").write_text(text, encoding="utf-8")
        one = self._made("csq review of a lock file, 1,000 packages")
        for _ in range(self._runs):
            self._once(one, [*CSQ, "review", *QUIET, str(tree)])
        print(one.row(), flush=True)

    def start(self) -> None:
        """Commands that do nothing."""
        one, none = self._made("csq --help"), self._made("python -c pass")
        for _ in range(max(3, self._runs)):
            self._once(one, [*CSQ, "--help"])
            self._once(none, [sys.executable, "-c", "pass"])
        print(one.row())
        print(none.row())


def _copied(library: Path, tree: Path) -> int:
    """Copy the library's own files. Returns how many."""
    count = 0
    for path in sorted(library.rglob("*.py")):
        below = path.relative_to(library).as_posix()
        if (
            any(f"{other}/" in f"{below}" for other in _OTHERS)
            or "/tests/" in f"/{below}"
            or "/test/" in f"/{below}"
        ):
            continue
        target = tree / below
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
        count += 1
    return count


def _names(zipped: Path) -> list[str]:
    """Names of packages in advisories, in the order of the alphabet."""
    found: set[str] = set()
    with zipfile.ZipFile(zipped) as archive:
        for name in archive.namelist():
            if len(found) >= 700:
                break
            if name.endswith(".json"):
                given = json.loads(archive.read(name))
                found |= {one["package"]["name"] for one in given.get("affected", ()) if "package" in one}
            elif name.endswith((".yaml", ".yml")):
                lines = archive.read(name).decode("utf-8").splitlines()
                found |= {
                    line.partition("name:")[2].strip(" '\"")
                    for line in lines
                    if line.strip().startswith("name:")
                }
    return sorted(one for one in found if one.replace("-", "").replace("_", "").isalnum())


if __name__ == "__main__":
    main()
