"""Keeping what a model is judged by out of what it learns.

Three signs, each enough to leave a record out: an exact identifier of a benchmark's item (a CVE), the same
beginning of the text once it is normalised (80 letters and digits), a run of 13 words that stands in an item
too. Thirteen is what the makers of large models use (Brown et al. 2020, Language Models are Few-Shot
Learners, appendix C). Wording that five or more items of a file share, mostly their published instruction, is
not counted as theirs. Of shorter texts than that beginning the whole is compared, from 30 characters on.

Descriptions of vulnerabilities by one authority follow a form, so that a third of them share a run with some
item: "It is possible to launch the attack remotely. The exploit …". Such a one is kept without the sentences
that make the run, where its first sentence and half of it stay; nothing of an item is in it then.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, LimitError

from .records import Record

WORDS = 13
PREFIX = 80
_LEAST = 30
"""Characters of a text that is compared at all: shorter ones are names and options."""
_CVE = re.compile(r"CVE-\d{4}-\d{4,19}", re.I)
_WORD = re.compile(r"[a-z0-9]+")
_MOST_BYTES = 256 << 20
_MOST_FILES = 1_000
_SHARED = 5
"""A run of words in so many items of one file is the file's own wording."""
_DESCRIBED = frozenset(("cwe", "cvss"))
"""Skills whose question ends in a description, a paragraph of sentences."""
_BEFORE = re.compile(r"\n\n|Description: ")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SUFFIXES = (".tsv", ".csv", ".jsonl", ".json", ".txt", ".md")


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """What must not be learned."""

    ids: frozenset[str] = frozenset()
    """CVEs that items are about."""
    prefixes: frozenset[str] = frozenset()
    """Normalised beginnings of their texts."""
    runs: frozenset[int] = frozenset()
    """Hashes of all runs of `WORDS` words."""
    files: tuple[str, ...] = ()
    """Names of the files."""
    items: int = 0
    """How many there are."""

    def sign(self, record: Record) -> str:
        """Why a record must not be learned: "identifier", "beginning", "run of words"; "" where it may be."""
        for text in (record.source, *_texts(record)):
            if any(one.upper() in self.ids for one in _CVE.findall(text)):
                return "identifier"
        for text in _texts(record):
            words = _WORD.findall(text.lower())
            beginning = _beginning(words)
            if beginning and beginning in self.prefixes:
                return "beginning"
            if self._shares(words):
                return "run of words"
        return ""

    def without(self, record: Record) -> Record | None:
        """A record less the sentences of its description that make a run; None where that cannot be."""
        begins = [one.end() for one in _BEFORE.finditer(record.question)]
        if record.skill not in _DESCRIBED or not begins:
            return None
        before, described = record.question[: begins[-1]], record.question[begins[-1] :]
        first, *others = _SENTENCE.split(described)
        kept, last = [first], _WORD.findall(f"{before} {first}".lower())[1 - WORDS :]
        for one in others:
            words = [*last, *_WORD.findall(one.lower())]
            if not self._shares(words):
                kept.append(one)
                last = words[1 - WORDS :]
        short = replace(record, question=before + " ".join(kept))
        enough = 2 * sum(map(len, kept)) >= len(described)
        return short if enough and not self.sign(short) else None

    def _shares(self, words: list[str]) -> bool:
        return any(one in self.runs for one in _runs(words))


@dataclass
class Report:
    """What was left out, and for which sign."""

    kept: int = 0
    shortened: int = 0
    """Of those that were kept."""
    left: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """For the manifest of a corpus."""
        return {
            "kept": self.kept,
            "shortened": self.shortened,
            "left out": dict(sorted(self.left.items())),
        }


def held_apart(records: Iterable[Record], benchmarks: Benchmarks, report: Report) -> Iterator[Record]:
    """The records that hold nothing of a benchmark; `report` counts both kinds."""
    for record in records:
        sign = benchmarks.sign(record)
        short = benchmarks.without(record) if sign == "run of words" else None
        if sign and short is None:
            report.left[sign] += 1
        else:
            report.kept += 1
            report.shortened += short is not None
            yield short or record


def read_benchmarks(folder: Path) -> Benchmarks:
    """All items of the files below a folder: tables, lines of JSON, plain text (a line an item).

    Raises InputError where one cannot be read, LimitError where there are too many or too large ones.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in _SUFFIXES)
    if not paths:
        raise InputError(f"{folder} holds no benchmark files ({', '.join(_SUFFIXES)}).")
    if len(paths) > _MOST_FILES or sum(path.stat().st_size for path in paths) > _MOST_BYTES:
        raise LimitError(f"{folder} holds more than {_MOST_FILES} files or {_MOST_BYTES >> 20} MB of them.")
    ids: set[str] = set()
    prefixes: set[str] = set()
    runs: set[int] = set()
    count = 0
    for path in paths:
        seen: Counter[int] = Counter()
        beginnings: Counter[str] = Counter()
        for item in _items(path):
            count += 1
            ids.update(one.upper() for text in item for one in _CVE.findall(text))
            texts = [_WORD.findall(text.lower()) for text in item]
            # An item that says something twice, in its text and in its prompt, says it once.
            seen.update({run for words in texts for run in _runs(words)})
            beginnings.update({_beginning(words) for words in texts})
        runs.update(run for run, times in seen.items() if times < _SHARED)
        prefixes.update(one for one, times in beginnings.items() if one and times < _SHARED)
    return Benchmarks(
        ids=frozenset(ids),
        prefixes=frozenset(prefixes),
        runs=frozenset(runs),
        files=tuple(str(path.relative_to(folder)) for path in paths),
        items=count,
    )


def _items(path: Path) -> Iterator[list[str]]:
    try:
        text, suffix = path.read_text("utf-8", "replace"), path.suffix.lower()
        if suffix in (".tsv", ".csv"):
            csv.field_size_limit(min(sys.maxsize, 1 << 24))
            rows = io.StringIO(text, newline="")  # a field may go over lines
            for row in csv.reader(rows, delimiter="\t" if suffix == ".tsv" else ","):
                yield [one for one in row if one]
        elif suffix in (".json", ".jsonl"):
            whole = [text] if suffix == ".json" else text.split("\n")
            for one in whole:
                if one.strip():
                    yield from ([said] for said in _strings(json.loads(one)))
        else:
            yield from ([line] for line in text.splitlines() if line.strip())
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise InputError(f"The benchmark file {path} cannot be read: {error}.") from error


def _strings(value: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth < 20 and isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _strings(one, depth + 1)


def _texts(record: Record) -> Iterator[str]:
    yield record.question
    yield from (text for _, text in record.material)
    yield record.answer


def _beginning(words: list[str]) -> str:
    """The first characters of a text, all of a shorter one; "" where too little to be told from others."""
    joined = " ".join(words)
    return joined[:PREFIX] if len(joined) >= _LEAST else ""


def _runs(words: list[str]) -> Iterator[int]:
    for at in range(len(words) - WORDS + 1):
        yield hash(tuple(words[at : at + WORDS]))
