"""How well the rules of `csq review` find insecure code, beside bandit: true and false findings in one run.

Run as: python -m evaluation.review_rules DATA_DIR [--bandit PROGRAM] [--clean FOLDER ...] [--out FILE]

DATA_DIR holds code/sven_train.zip (functions before and after a fix: J. He, M. Vechev, "Large Language Models
for Code: Security Hardening and Adversarial Testing", CCS 2023), code/purplellama_instruct.json.gz (insecure
snippets with their CWE: M. Bhatt et al., "Purple Llama CyberSecEval", arXiv:2312.04724) and
code/bandit_examples.zip. --clean names folders of code that is taken for sound; the standard library of the
Python that runs this is always among them.

Items are halved by the SHA-256 of their code: rules were written with an eye on the half "dev" alone, the
half "held" was only counted. A finding is of the right family where one of its CWEs is the item's or stands
in one group of FAMILIES with it. SVEN's truth is of the commit: a function of a fixing commit may hold
nothing of it. Bandit reads only what parses alone: methods are put below a statement first, so that it can
read them; what still does not parse is counted ("unread"), and the rates are given without it too ("read").
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import json
import subprocess
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


def sven(data: Path) -> tuple[list[Item], list[Item]]:
    """The Python functions before and after, in the same order."""
    before, after = [], []
    with zipfile.ZipFile(data / "code/sven_train.zip") as archive:
        for name in sorted(archive.namelist()):
            if "/train/" not in name or not name.endswith(".jsonl"):
                continue
            cwe = int(Path(name).stem.removeprefix("cwe-"))
            for number, line in enumerate(archive.read(name).decode().splitlines()):
                given = json.loads(line)
                if not given["file_name"].endswith(".py"):
                    continue
                half = half_of(given["func_src_before"])
                stem = f"sven_{cwe}_{number}"
                before.append(Item(f"{stem}_before", given["func_src_before"], "python", cwe, half))
                after.append(Item(f"{stem}_after", given["func_src_after"], "python", cwe, half))
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


def look_with_bandit(program: str, items: Sequence[Item]) -> None:
    """Fills in what bandit says of the items in Python."""
    with tempfile.TemporaryDirectory() as folder:
        by_name = {f"{one.name}.py": one for one in items if one.language == "python"}
        for name, item in by_name.items():
            Path(folder, name).write_text(readable(item.code), encoding="utf-8", errors="surrogatepass")
            item.by["bandit"] = []
        said = _bandit(program, ["-r", folder])
        for one in said["errors"]:
            by_name[Path(one["filename"]).name].unread.add("bandit")
        for one in said["results"]:
            by_name[Path(one["filename"]).name].by["bandit"].append(_of_bandit(one))


def readable(code: str) -> str:
    """A part of a file as a file that parses, where a small change makes it one; else as it is."""
    for tried in (code, f"if True:\n{code}", textwrap.dedent(code)):
        try:
            ast.parse(tried)
        except (SyntaxError, ValueError, RecursionError):
            continue
        return tried
    return code


def _bandit(program: str, what: Sequence[str]) -> dict[str, Any]:
    command = [program, "-q", "-f", "json", "--exit-zero", "--ignore-nosec", *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1_200)
    given: dict[str, Any] = json.loads(done.stdout)
    return given


def _of_bandit(given: Mapping[str, Any]) -> Found:
    ranks = {"LOW": 0, "MEDIUM": 1, "HIGH": 2}
    number = int(given.get("issue_cwe", {}).get("id") or 0)
    return Found(frozenset({number}), ranks.get(given["issue_confidence"], 0), given["test_id"])


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
        "right": {name: _plain(rate) for name, rate in right.items()},
        "any": _plain(anything),
        "unread": sum(tool in one.unread for one in chosen),
    }


def _plain(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    share = round(rate.hits / rate.of, 4) if rate.of else None
    return {"hits": rate.hits, "of": rate.of, "share": share, "low": round(low, 4), "high": round(high, 4)}


def clean_folders(folder: Path, program: str) -> dict[str, Any]:
    """Findings per 1,000 lines of a folder that is taken for sound; both tools look at the same files."""
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
    if program and python:
        said = [0, 0, 0]
        for found in map(_of_bandit, _bandit(program, python)["results"]):
            said[found.rank] += 1
        made["bandit"] = {"python": _clean(said, lines["python"])}
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


def main() -> None:
    """Prints the table and writes it as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--bandit", default="", help="the program, with its path; without it the rules alone")
    parser.add_argument("--clean", type=Path, nargs="*", default=[], help="folders of sound code")
    parser.add_argument("--no-library", action="store_true", help="leave the standard library out")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    before, after = sven(given.data)
    snippets, files = purple(given.data), examples(given.data)
    everything = [*before, *after, *snippets, *files]
    look_with_rules(everything)
    if given.bandit:
        look_with_bandit(given.bandit, everything)
    table = made_table(before, after, snippets, files)
    folders = [] if given.no_library else [Path(sysconfig.get_path("stdlib"))]
    table["clean"] = {one.name: clean_folders(one, given.bandit) for one in [*folders, *given.clean]}
    show(table)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def made_table(
    before: Sequence[Item], after: Sequence[Item], snippets: Sequence[Item], files: Sequence[Item]
) -> dict[str, Any]:
    """All figures but those of the clean folders."""
    table: dict[str, Any] = {"sven": {}, "purplellama": {}, "bandit examples": {}}
    for tool in ("csq", "bandit"):
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
    table["read"] = _read_by_both(before, after, snippets)
    return table


def _read_by_both(before: Sequence[Item], after: Sequence[Item], snippets: Sequence[Item]) -> dict[str, Any]:
    """The same for the items that bandit can read, with which both tools are compared on an equal footing."""
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
            for tool in ("csq", "bandit")
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
    for tool, languages in table["purplellama"].items():
        for language, halves in languages.items():
            for half, row in halves.items():
                _line(f"purplellama {language} {half} {tool}", row)
    for name, tools in table["read"].items():
        for tool, halves in tools.items():
            for half, row in halves.items():
                _line(f"read: {name} {half} {tool}", row)
    for tool, row in table["bandit examples"].items():
        print(f"bandit examples {tool}: files with a finding {_share(row)}")
    for name, row in table["clean"].items():
        for tool in ("csq", "bandit"):
            for language, figures in row.get(tool, {}).items():
                said = ", ".join(f"{key} {value}" for key, value in figures.items())
                print(f"clean {name} {language} {row['lines'][language]:,} lines {tool}: {said}")


def _line(name: str, row: Mapping[str, Any]) -> None:
    shares = "  ".join(f"≥{least} {_share(rate)}" for least, rate in row["right"].items())
    print(f"{name:45} {shares}  any {_share(row['any'])}  unread {row['unread']}")


def _share(row: Mapping[str, Any]) -> str:
    if not row["of"]:
        return "–"
    return f"{row['hits']}/{row['of']} {row['share']:.3f} [{row['low']:.3f}, {row['high']:.3f}]"


if __name__ == "__main__":
    main()
