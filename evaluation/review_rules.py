"""How well the rules of `csq review` find insecure code, beside bandit and ruff, true and false, in one run.

Run as: python -m evaluation.review_rules DATA_DIR [--bandit PROGRAM] [--ruff PROGRAM] [--clean FOLDER ...]
        [--speed | --speed-alone] [--out FILE]

DATA_DIR holds code/sven_train.zip (functions before and after a fix: J. He, M. Vechev, "Large Language Models
for Code: Security Hardening and Adversarial Testing", CCS 2023), code/purplellama_instruct.json.gz (insecure
snippets with their CWE: M. Bhatt et al., "Purple Llama CyberSecEval", arXiv:2312.04724) and
code/bandit_examples.zip. --clean names folders of code that is taken for sound; the standard library of the
Python that runs this is always among them. Ruff is asked for its rules S, those that are no preview.
--speed runs the three as whole commands over the standard library's files in Python, --speed-alone only them;
without either the times that OUT has stay in it.

Items are halved by the SHA-256 of their code: rules were written with an eye on the half "dev" alone, the
half "held" was only counted. A finding is of the right family where one of its CWEs is the item's or stands
in one group of FAMILIES with it. SVEN's truth is of the commit: a function of a fixing commit may hold
nothing of it. Bandit reads only what parses alone: methods are put below a statement first, so that it and
ruff can read them; what still does not parse is counted ("unread"), and the rates are given without it too
("read"). Ruff tells no confidence: all that it finds counts at each.

semgrep and opengrep are not among them: they come without rules, and fetch them from a registry.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import textwrap
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile, read_source, walk_sources
from cybersecqwen.records.review import Confidence
from evaluation.rates import Rate

FAMILIES: tuple[frozenset[int], ...] = (
    frozenset({77, 78, 88}),
    frozenset({94, 95, 96, 1336, 470, 913, 829, 98}),
    frozenset({22, 23, 36, 73, 434}),
    frozenset({79, 80, 83, 116}),
    frozenset({89, 564, 943}),
    frozenset({327, 328, 326, 916, 261, 759, 760, 329, 323, 780}),
    frozenset({330, 331, 332, 335, 336, 337, 338, 340}),
    frozenset({259, 321, 312, 522, 798, 256, 547}),
    frozenset({502, 915}),
    frozenset({295, 297, 319, 346, 345}),
    frozenset({611, 776, 827}),
    frozenset({185, 625, 1333, 400}),
    frozenset({119, 120, 121, 122, 125, 126, 131, 170, 242, 676, 680, 787, 788, 805, 806, 190, 193}),
    frozenset({190, 191, 680, 681, 194, 195, 196, 197}),
    frozenset({401, 415, 416, 476, 690, 252, 908, 909, 457, 665, 824, 825}),
    frozenset({362, 367, 377, 378, 379}),
    frozenset({203, 208, 385}),
    frozenset({276, 732, 200}),
)
"""CWEs that different labellers give to the same thing."""
TOOLS = ("csq", "bandit", "ruff")
TESTS: Mapping[str, frozenset[int]] = {
    number: frozenset(cwes)
    for numbers, cwes in (
        ("101 110 112", (703,)),
        ("102 307", (78, 95)),
        ("103", (732,)),
        ("104", (605,)),
        ("105 106 107", (259,)),
        ("108 306", (377,)),
        ("113", (400,)),
        ("201", (94, 489)),
        ("202", (22,)),
        ("301 302 403 614", (502,)),
        ("303 304 305 324 413 502 503 504", (327,)),
        ("308 703 704", (79,)),
        ("310", (22, 918)),
        ("311", (330,)),
        ("312 321 401 402 415 508 509", (319,)),
        ("313 314 315 316 317 318 319 320 405 406 407 408 409 410 411", (20, 611)),
        ("323 501 507", (295,)),
        ("404 601 602 603 604 605 606 607", (78,)),
        ("412", (284,)),
        ("505", (326,)),
        ("506", (20, 502)),
        ("608 610 611", (89,)),
        ("609", (155, 78)),
        ("612", (94,)),
        ("613", (838,)),
        ("615", (494,)),
        ("701", (94, 79)),
        ("702", (80,)),
    )
    for number in numbers.split()
}
"""Number of a test of bandit ("B102"), which ruff's have too ("S102") → what it finds.

The first number of each is bandit's own, as its results say it; the second is what MITRE calls that weakness
where bandit's is another family. Both tools are counted with both.
"""
SUFFIXES = {
    "python": ".py",
    "javascript": ".js",
    "java": ".java",
    "c": ".c",
    "cpp": ".cpp",
    "csharp": ".cs",
    "php": ".php",
}
"""The languages of PurpleLlama that there are rules for; Rust is left out."""
NAMES = {"javascript": "JavaScript", "java": "Java", "c": "C", "cpp": "C++", "csharp": "C#", "php": "PHP"}
"""Those that docs/review.md has beside Python, as people write them."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool says of one file."""

    cwe: frozenset[int]
    rank: int
    """Confidence, 0 to 2."""
    rule: str = ""


@dataclass(slots=True)
class Item:
    """A piece of code with its label."""

    name: str
    code: str
    language: str
    cwe: int
    half: str
    by: dict[str, list[Found]] = field(default_factory=dict)
    """Tool → what it finds."""
    unread: set[str] = field(default_factory=set)
    """The tools that could not read it."""


def half_of(code: str) -> str:
    """Which half an item is in."""
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    return "dev" if int(digest[0], 16) < 8 else "held"


def sven(data: Path, language: str = "python") -> tuple[list[Item], list[Item]]:
    """The functions of one language before and after, in the same order."""
    before, after = [], []
    with zipfile.ZipFile(data / "code/sven_train.zip") as archive:
        for name in sorted(archive.namelist()):
            if "/train/" not in name or not name.endswith(".jsonl"):
                continue
            cwe = int(Path(name).stem.removeprefix("cwe-"))
            for number, line in enumerate(archive.read(name).decode().splitlines()):
                given = json.loads(line)
                if not given["file_name"].endswith(SUFFIXES[language]):
                    continue
                half = half_of(given["func_src_before"])
                stem = f"sven_{cwe}_{number}"
                before.append(Item(f"{stem}_before", given["func_src_before"], language, cwe, half))
                after.append(Item(f"{stem}_after", given["func_src_after"], language, cwe, half))
    return before, after


def purple(data: Path) -> list[Item]:
    """The snippets, those of languages without rules left out."""
    with gzip.open(data / "code/purplellama_instruct.json.gz", "rt", encoding="utf-8") as stream:
        given = json.load(stream)
    made = []
    for number, one in enumerate(given):
        code, language = one["origin_code"] or "", one["language"]
        if not code.strip() or language not in SUFFIXES:
            continue
        cwe = int(one["cwe_identifier"].removeprefix("CWE-"))
        made.append(Item(f"purple_{number}", code, language, cwe, half_of(code)))
    return made


def examples(data: Path) -> list[Item]:
    """The files that bandit is tested with and in which it expects something."""
    made = []
    with zipfile.ZipFile(data / "code/bandit_examples.zip") as archive:
        for name in sorted(archive.namelist()):
            if name.startswith("examples/") and name.endswith(".py"):
                code = archive.read(name).decode("utf-8", "replace")
                if code.strip():
                    made.append(Item(f"bandit_{Path(name).stem}", code, "python", 0, half_of(code)))
    return made


def family(cwe: int) -> frozenset[int]:
    """The CWEs that count as this one."""
    return frozenset({cwe}).union(*(one for one in FAMILIES if cwe in one))


def look_with_rules(items: Iterable[Item]) -> None:
    """Fills in what the rules say."""
    rules = CodeRules.shipped()
    for item in items:
        text = item.code
        if item.language == "php" and "<?" not in text:
            text = f"<?php\n{text}"
        look = Look(SourceFile(path=item.name, language=item.language, text=text))
        item.by["csq"] = [
            Found(frozenset(int(cwe[4:]) for cwe in one.cwe), one.confidence.rank, one.rule)
            for one in look.findings(rules.of(item.language))
        ]


def look_with(tool: str, program: str, items: Sequence[Item]) -> None:
    """Fills in what bandit or ruff says of the items in Python."""
    with tempfile.TemporaryDirectory() as folder:
        by_name = {f"{one.name}.py": one for one in items if one.language == "python"}
        for name, item in by_name.items():
            Path(folder, name).write_text(readable(item.code), encoding="utf-8", errors="surrogatepass")
            item.by[tool] = []
        found, unread = said_by(tool, program, [str(Path(folder, name)) for name in by_name])
        for path in unread:
            by_name[Path(path).name].unread.add(tool)
        for path, one in found:
            by_name[Path(path).name].by[tool].append(one)


def readable(code: str) -> str:
    """A part of a file as a file that parses, where a small change makes it one; else as it is."""
    for tried in (code, f"if True:\n{code}", textwrap.dedent(code)):
        try:
            ast.parse(tried)
        except (SyntaxError, ValueError, RecursionError):
            continue
        return tried
    return code


def command_of(tool: str, program: str) -> list[str]:
    """A tool's command without the files: all that it finds, whatever comments say, as JSON."""
    if tool == "bandit":
        return [program, "-q", "-f", "json", "--exit-zero", "--ignore-nosec"]
    if tool == "ruff":
        told = "--isolated --no-cache --ignore-noqa --exit-zero --select S --target-version py314"
        return [program, "check", *told.split(), "--output-format", "json"]
    return [program, "review", "--no-packages", "--no-cache", "--fail-on", "never", "--format", "json"]


def said_by(tool: str, program: str, files: Sequence[str]) -> tuple[list[tuple[str, Found]], set[str]]:
    """(file, finding) of bandit or ruff, and the files that it could not read."""
    command = [*command_of(tool, program), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1_200)
    given: Any = json.loads(done.stdout)
    if tool == "bandit":
        found = [(one["filename"], _of_bandit(one)) for one in given["results"]]
        return found, {one["filename"] for one in given["errors"]}
    broken = {one["filename"] for one in given if one["code"] in (None, "invalid-syntax")}
    return [
        (one["filename"], Found(TESTS.get(one["code"][1:], frozenset()), 2, one["code"]))
        for one in given
        if one["code"] not in (None, "invalid-syntax")
    ], broken


def _of_bandit(given: Mapping[str, Any]) -> Found:
    ranks = {"LOW": 0, "MEDIUM": 1, "HIGH": 2}
    told = frozenset({int(given.get("issue_cwe", {}).get("id") or 0)})
    test = given["test_id"]
    return Found(told | TESTS.get(test[1:], frozenset()), ranks.get(given["issue_confidence"], 0), test)


def rates(items: Sequence[Item], tool: str, half: str) -> dict[str, Any]:
    """Shares of the items of a half with a finding of the right family, at each confidence, and with any."""
    chosen = [one for one in items if tool in one.by and (half == "all" or one.half == half)]
    right: dict[str, Rate] = {}
    for least in Confidence:
        hits = sum(
            any(found.cwe & family(one.cwe) and found.rank >= least.rank for found in one.by[tool])
            for one in chosen
        )
        right[least.value] = Rate(hits=hits, of=len(chosen))
    anything = Rate(hits=sum(bool(one.by[tool]) for one in chosen), of=len(chosen))
    return {
        "right": {name: plain(rate) for name, rate in right.items()},
        "any": plain(anything),
        "unread": sum(tool in one.unread for one in chosen),
    }


def plain(rate: Rate) -> dict[str, Any]:
    """A share with its interval, as JSON."""
    low, high = rate.interval
    share = round(rate.hits / rate.of, 4) if rate.of else None
    return {"hits": rate.hits, "of": rate.of, "share": share, "low": round(low, 4), "high": round(high, 4)}


def clean_folders(folder: Path, programs: Mapping[str, str]) -> dict[str, Any]:
    """Findings per 1,000 lines of a folder that is taken for sound; all tools look at the same files."""
    rules = CodeRules.shipped()
    lines: dict[str, int] = defaultdict(int)
    counted: dict[str, int] = defaultdict(int)
    ranks: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    python = []
    for source in _sources(folder):
        lines[source.language] += source.text.count("\n")
        if source.language == "python":
            python.append(source.path)
        for one in Look(source).findings(rules.of(source.language)):
            counted[one.rule] += 1
            ranks[source.language][one.confidence.rank] += 1
    made: dict[str, Any] = {
        "lines": dict(lines),
        "rules": dict(sorted(counted.items(), key=lambda one: -one[1])),
    }
    made["csq"] = {language: _clean(ranks[language], lines[language]) for language in lines}
    for tool, program in programs.items():
        if not python:
            continue
        said, kinds = [0, 0, 0], defaultdict[str, int](int)
        for _, found in said_by(tool, program, python)[0]:
            said[found.rank] += 1
            kinds[found.rule] += 1
        made[tool] = {"python": _clean(said, lines["python"])}
        made[f"{tool}'s rules"] = dict(sorted(kinds.items(), key=lambda one: -one[1]))
    return made


def _clean(ranks: Sequence[int], lines: int) -> dict[str, Any]:
    total = sum(ranks)
    return {
        "findings": total,
        "per 1,000 lines": round(1_000 * total / lines, 3) if lines else None,
        "of medium confidence or better": sum(ranks[1:]),
        "those per 1,000 lines": round(1_000 * sum(ranks[1:]) / lines, 3) if lines else None,
    }


def _sources(folder: Path) -> Iterator[SourceFile]:
    """The code below a folder, without tests, which do on purpose what rules look for."""
    for path in walk_sources(str(folder)):
        if not isinstance(path, Path) or _is_test(path.relative_to(folder)):
            continue
        source = read_source(path)
        if isinstance(source, SourceFile) and source.language in {*SUFFIXES, "typescript", "tsx"}:
            yield source


def _is_test(path: Path) -> bool:
    return bool({"test", "tests", "idle_test", "lib2to3"} & set(path.parts))


def of_c(data: Path) -> dict[str, Any]:
    """The rates of SVEN's functions in C, which the others do not read."""
    before, after = sven(data, "c")
    look_with_rules([*before, *after])
    return {
        half: {"before": rates(before, "csq", half), "after": rates(after, "csq", half)}
        for half in ("dev", "held", "all")
    }


def speed(programs: Mapping[str, str]) -> dict[str, Any]:
    """Whole commands over the standard library's files in Python, tests left out: time, memory, load."""
    folder = Path(sysconfig.get_path("stdlib"))
    files = [one.path for one in _sources(folder) if one.language == "python"]
    size = sum(Path(one).stat().st_size for one in files)
    made: dict[str, Any] = {"files": len(files), "MB": round(size / 1e6, 2)}
    for tool, program in {"csq": str(Path(sys.executable).with_name("csq")), **programs}.items():
        made[tool] = [_timed([*command_of(tool, program), *files], len(files)) for _ in range(3)]
    return made


_RUNNER = """
import json, os, subprocess, sys, time
begun = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - begun,
                  used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Starts a command out of a small process: the kernel counts the memory of who starts it, too."""


def _timed(command: Sequence[str], files: int) -> dict[str, Any]:
    """One run; memory is that of the largest process, as the kernel counts it."""
    load = os.getloadavg()[0]
    runner = [sys.executable, "-I", "-S", "-c", _RUNNER, *command]
    done = subprocess.run(runner, capture_output=True, text=True, check=True, timeout=1_200)
    code, wall, spent, memory = json.loads(done.stdout)
    return {
        "exit code": code,
        "seconds": round(wall, 2),
        "processor seconds": round(spent, 2),
        "files a second": round(files / wall, 1),
        "files a processor second": round(files / spent, 1),
        "MB": round(memory / 1_000, 1),
        "load before": round(load, 2),
    }


def main() -> None:
    """Prints the table and writes it as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--bandit", default="", help="the program, with its path; left out without it")
    parser.add_argument("--ruff", default="", help="the same of ruff")
    parser.add_argument("--clean", type=Path, nargs="*", default=[], help="folders of sound code")
    parser.add_argument("--no-library", action="store_true", help="leave the standard library out")
    parser.add_argument("--speed", action="store_true", help="time whole commands, too")
    parser.add_argument("--speed-alone", action="store_true", help="renew these times in OUT alone")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    programs = {tool: program for tool in TOOLS[1:] if (program := getattr(given, tool))}
    if given.speed_alone:
        table = json.loads(given.out.read_text(encoding="utf-8")) | {"speed": speed(programs)}
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
        return
    before, after = sven(given.data)
    snippets, files = purple(given.data), examples(given.data)
    everything = [*before, *after, *snippets, *files]
    look_with_rules(everything)
    for tool, program in programs.items():
        look_with(tool, program, everything)
    table = made_table(before, after, snippets, files)
    table["sven c"] = of_c(given.data)
    table["versions"] = {tool: _version(program) for tool, program in programs.items()}
    folders = [] if given.no_library else [Path(sysconfig.get_path("stdlib"))]
    table["clean"] = {one.name: clean_folders(one, programs) for one in [*folders, *given.clean]}
    if given.speed:
        table["speed"] = speed(programs)
    elif given.out and given.out.exists():  # times are of a machine, not of the rules: they stay
        table["speed"] = json.loads(given.out.read_text(encoding="utf-8")).get("speed", {})
    show(table)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _version(program: str) -> str:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()[0]


def made_table(
    before: Sequence[Item], after: Sequence[Item], snippets: Sequence[Item], files: Sequence[Item]
) -> dict[str, Any]:
    """All figures but those of the clean folders."""
    table: dict[str, Any] = {"sven": {}, "purplellama": {}, "bandit examples": {}}
    table["purplellama by CWE"] = by_weakness(snippets)
    for tool in (one for one in TOOLS if any(one in item.by for item in before)):
        for half in ("dev", "held", "all"):
            at = table["sven"].setdefault(tool, {})
            at[half] = {"before": rates(before, tool, half), "after": rates(after, tool, half)}
            for cwe in sorted({one.cwe for one in before}):
                at[half][f"CWE-{cwe}"] = {
                    "before": rates([one for one in before if one.cwe == cwe], tool, half),
                    "after": rates([one for one in after if one.cwe == cwe], tool, half),
                }
            for language in SUFFIXES:
                chosen = [one for one in snippets if one.language == language and tool in one.by]
                if chosen:
                    table["purplellama"].setdefault(tool, {}).setdefault(language, {})[half] = rates(
                        chosen, tool, half
                    )
        if any(tool in one.by for one in files):
            table["bandit examples"][tool] = rates(files, tool, "all")["any"]
    table["read"] = _read_by_all(before, after, snippets)
    return table


def by_weakness(snippets: Sequence[Item]) -> dict[str, Any]:
    """Language → CWE → tool → half: shares with a finding of the right family, and of those not low alone."""
    made: dict[str, Any] = {}
    for language, cwe in sorted({(one.language, one.cwe) for one in snippets}):
        chosen = [one for one in snippets if (one.language, one.cwe) == (language, cwe)]
        for tool in (one for one in TOOLS if one in chosen[0].by):
            of_tool = made.setdefault(language, {}).setdefault(f"CWE-{cwe}", {}).setdefault(tool, {})
            for half in ("all", "held"):
                right = rates(chosen, tool, half)["right"]
                of_tool[half] = {least: right[least] for least in ("low", "medium")}
    return made


def weakness_rows(by_cwe: Mapping[str, Any]) -> Iterator[str]:
    """The rows of the two tables of docs/review.md: Python with every tool, then the other languages."""
    for cwe, tools in by_cwe["python"].items():
        for half in ("all", "held"):
            shares = [short(tools[tool][half]["low"]) if tool in tools else "" for tool in TOOLS]
            yield _row(cwe, half, tools["csq"][half]["low"]["of"], *shares)
    for language, rows in by_cwe.items():
        for cwe, tools in rows.items() if language != "python" else ():
            every, held = tools["csq"]["all"], tools["csq"]["held"]["low"]
            found = short(every["low"]), short(every["medium"])
            yield _row(NAMES[language], cwe, every["low"]["of"], *found, held["of"], short(held))


def _row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def short(row: Mapping[str, Any]) -> str:
    """A share as docs/review.md writes it: .712 (.663–.757); "–" of none. Rounded once, from the counts."""
    rate = Rate(hits=row["hits"], of=row["of"])
    if not rate.of:
        return "–"
    share, low, high = (f"{one:.3f}".removeprefix("0") for one in (rate.hits / rate.of, *rate.interval))
    return f"{share} ({low}–{high})"


def _read_by_all(before: Sequence[Item], after: Sequence[Item], snippets: Sequence[Item]) -> dict[str, Any]:
    """The same for the items that every tool can read, with which they are compared on an equal footing."""
    pairs = [
        (one, other) for one, other in zip(before, after, strict=True) if not (one.unread | other.unread)
    ]
    chosen = {
        "sven before": [one for one, _ in pairs],
        "sven after": [other for _, other in pairs],
        "purplellama python": [one for one in snippets if one.language == "python" and not one.unread],
    }
    return {
        name: {
            tool: {half: rates(items, tool, half) for half in ("dev", "held", "all")}
            for tool in TOOLS
            if all(tool in one.by for one in items)
        }
        for name, items in chosen.items()
    }


def show(table: Mapping[str, Any]) -> None:
    """Prints the figures for people."""
    for tool, halves in table["sven"].items():
        for half, at in halves.items():
            for name, rows in (("all", at), *((key, at[key]) for key in at if key.startswith("CWE"))):
                _line(f"sven {name} {half} {tool}: before", rows["before"])
                _line(f"sven {name} {half} {tool}: after", rows["after"])
    for half, at in table["sven c"].items():
        _line(f"sven c {half} csq: before", at["before"])
        _line(f"sven c {half} csq: after", at["after"])
    for tool, languages in table["purplellama"].items():
        for language, halves in languages.items():
            for half, row in halves.items():
                _line(f"purplellama {language} {half} {tool}", row)
    for line in weakness_rows(table["purplellama by CWE"]):
        print(line)
    for name, tools in table["read"].items():
        for tool, halves in tools.items():
            for half, row in halves.items():
                _line(f"read: {name} {half} {tool}", row)
    for tool, row in table["bandit examples"].items():
        print(f"bandit examples {tool}: files with a finding {share(row)}")
    for name, row in table["clean"].items():
        for tool in TOOLS:
            for language, figures in row.get(tool, {}).items():
                said = ", ".join(f"{key} {value}" for key, value in figures.items())
                print(f"clean {name} {language} {row['lines'][language]:,} lines {tool}: {said}")
    for tool in TOOLS:
        for run in table.get("speed", {}).get(tool, ()):
            print(f"speed {tool}: " + ", ".join(f"{key} {value}" for key, value in run.items()))


def _line(name: str, row: Mapping[str, Any]) -> None:
    shares = "  ".join(f"≥{least} {share(rate)}" for least, rate in row["right"].items())
    print(f"{name:45} {shares}  any {share(row['any'])}  unread {row['unread']}")


def share(row: Mapping[str, Any]) -> str:
    """The same for people."""
    if not row["of"]:
        return "–"
    return f"{row['hits']}/{row['of']} {row['share']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


if __name__ == "__main__":
    main()
