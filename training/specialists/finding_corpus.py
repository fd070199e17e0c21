"""Findings of `csq review` with labels: of fixing commits, of insecure snippets, of code taken for sound.

Real is a finding of the right family of weakness in a function that a commit mended, gone after it, or in
a snippet that PurpleLlama has for that weakness. Not real is one that the mended function still has, and,
which is assumed and not known, one in code that many people use: the standard library, well-known packages.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evaluation.review_rules import family

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile, read_source, walk_sources
from cybersecqwen.inputs.source.languages import language_of
from cybersecqwen.records.review import CodeFinding

from .finding_words import Code, described


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A finding with its label."""

    source: str
    """"sven", "purplellama", "clean"."""
    part: str
    """"train", "dev", "held"."""
    real: bool
    rule: str
    cwe: str
    confidence: str
    path: str
    words: str
    """As the machine sees it."""
    item: str
    """Where it comes from: the number of an item, or the name of a tree."""
    line: int
    proven: bool
    lines: str
    """Of the file, around it; for a language model."""
    why: str = ""
    title: str = ""


def part_of(code: str) -> str:
    """Which part a piece of code is in. "held" is within the half that rules were only counted on."""
    digit = int(hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[0], 16)
    return "held" if digit >= 12 else "dev" if digit in (5, 6, 7) else "train"


class Looker:
    """Rules over texts."""

    def __init__(self) -> None:
        self._rules = CodeRules.shipped()

    def find(self, path: str, language: str, text: str) -> list[tuple[CodeFinding, str, str]]:
        """(finding, its words, the lines around it)."""
        look = Look(SourceFile(path=path, language=language, text=text), mends=False)
        found = look.findings(self._rules.near(language, text))
        if not found:
            return []
        code, lines = Code.of(text, language), text.split("\n")
        return [
            (one, described(one, code), "\n".join(lines[max(0, one.place.line - 12) : one.place.line + 8]))
            for one in found
        ]


def examples(data: Path, clean: Sequence[Path]) -> Iterator[Example]:
    """All of them, each finding of a text once."""
    looker = Looker()
    yield from _sven(data, looker)
    yield from _purple(data, looker)
    for folder in clean:
        yield from _clean(folder, looker)


def _example(
    source: str, part: str, real: bool, item: str, path: str, given: tuple[CodeFinding, str, str]
) -> Example:
    one, words, lines = given
    return Example(
        source=source,
        part=part,
        real=real,
        rule=one.rule,
        cwe=one.cwe[0],
        confidence=one.confidence.value,
        path=path,
        words=words,
        item=item,
        line=one.place.line,
        proven=one.proven,
        lines=lines,
        why=one.why,
        title=one.title,
    )


def _fits(one: CodeFinding, cwe: int) -> bool:
    return any(int(name[4:]) in family(cwe) for name in one.cwe)


def _sven(data: Path, looker: Looker) -> Iterator[Example]:
    with zipfile.ZipFile(data / "code/sven_train.zip") as archive:
        for name in sorted(archive.namelist()):
            if "/train/" not in name or not name.endswith(".jsonl"):
                continue
            cwe = int(Path(name).stem.removeprefix("cwe-"))
            for number, line in enumerate(archive.read(name).decode().splitlines()):
                given = json.loads(line)
                path, before, after = given["file_name"], given["func_src_before"], given["func_src_after"]
                language = _language(path)
                if not language:
                    continue
                part, item = part_of(before), f"sven_{cwe}_{number}"
                old, new = looker.find(path, language, before), looker.find(path, language, after)
                left = {_key(one) for one, _, _ in new}
                for found in old:
                    if _fits(found[0], cwe) and _key(found[0]) not in left:
                        yield _example("sven", part, True, item, path, found)
                for found in new:
                    yield _example("sven", part, False, item, path, found)


def _key(one: CodeFinding) -> tuple[str, str]:
    return one.rule, " ".join(one.place.text.split())


def _language(path: str) -> str:
    return language_of(path, "") or ""


def _purple(data: Path, looker: Looker) -> Iterator[Example]:
    with gzip.open(data / "code/purplellama_instruct.json.gz", "rt", encoding="utf-8") as stream:
        items = json.load(stream)
    for number, given in enumerate(items):
        code, language, path = given["origin_code"] or "", given["language"], given["file_path"]
        if not code.strip() or language == "rust":
            continue
        cwe = int(given["cwe_identifier"].removeprefix("CWE-"))
        text = f"<?php\n{code}" if language == "php" and "<?" not in code else code
        for found in looker.find(path, language, text):
            if _fits(found[0], cwe):
                yield _example("purplellama", part_of(code), True, f"purple_{number}", path, found)


def _clean(folder: Path, looker: Looker) -> Iterator[Example]:
    for path in walk_sources(str(folder)):
        source = read_source(path) if isinstance(path, Path) else None
        if isinstance(source, SourceFile):
            short = Path(source.path).relative_to(folder).as_posix()
            try:
                found = looker.find(short, source.language, source.text)
            except RecursionError:
                continue
            for one in found:
                yield _example("clean", part_of(source.text), False, folder.name, short, one)


def write(path: Path, made: Iterable[Example]) -> None:
    """As lines of JSON."""
    with path.open("w", encoding="utf-8") as stream:
        for one in made:
            stream.write(json.dumps(asdict(one)) + "\n")


def read(path: Path) -> list[Example]:
    """What `write` wrote."""
    with path.open(encoding="utf-8") as stream:
        rows: list[dict[str, Any]] = [json.loads(line) for line in stream]
    return [Example(**one) for one in rows]
