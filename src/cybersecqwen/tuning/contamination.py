"""Keeping what a model is judged by out of what it learns.

Three signs, each enough to leave a record out: an exact identifier of a benchmark's item (a CVE), the same
beginning of a text, or of what stands behind an instruction, once it is normalised (80 letters and digits), a
run of 13 words that stands in an item too. Thirteen is what the makers of large models use (Brown et al.
2020, Language Models are Few-Shot Learners, appendix C). Wording that five or more texts of a file share,
mostly their published instruction, is not counted as theirs; a text that several items repeat whole, a
passage with its questions, counts once. Of shorter texts than that beginning the whole is compared, from 30
characters on.

Descriptions of vulnerabilities by one authority follow a form, so that a third of them share a run with some
item: "It is possible to launch the attack remotely. The exploit …". Such a one is kept without the sentences
that make the run, where its first sentence and half of it stay; nothing of an item is in it then.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sys
import zlib
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
_PACKED = ".gz"
_PART = re.compile(r"\n+|(?<=[a-z]): |:\*\* ")
"""What stands between an instruction and what it is about; a letter before an option is none."""
_LOOKED_AT = 4 * PREFIX
"""Characters of which a beginning is taken: signs and blanks fall out."""


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
    unread: tuple[str, ...] = ()
    """Names of files of other kinds, which nothing was held apart from."""

    def sign(self, record: Record) -> str:
        """Why a record must not be learned: "identifier", "beginning", "run of words"; "" where it may be."""
        for text in (record.source, *_texts(record)):
            if any(one.upper() in self.ids for one in _CVE.findall(text)):
                return "identifier"
        for text in _texts(record):
            if any(one in self.prefixes for one in _beginnings(text)):
                return "beginning"
            if self._shares(_WORD.findall(text.lower())):
                return "run of words"
        # Of an option its beginning says little: names of techniques are options everywhere.
        shared = any(self._shares(_WORD.findall(option.lower())) for option in record.choices)
        return "run of words" if shared else ""

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
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    paths = [path for path in found if _suffix(path) in _SUFFIXES]
    others = [path for path in found if _suffix(path) not in _SUFFIXES]
    if not paths:
        raise InputError(f"{folder} holds no benchmark files ({', '.join(_SUFFIXES)}).")
    if len(paths) > _MOST_FILES or sum(path.stat().st_size for path in paths) > _MOST_BYTES:
        raise LimitError(f"{folder} holds more than {_MOST_FILES} files or {_MOST_BYTES >> 20} MB of them.")
    ids: set[str] = set()
    prefixes: set[str] = set()
    runs: set[int] = set()
    count = 0
    room = _MOST_BYTES
    for path in paths:
        text = _text(path, room)
        room -= len(text)
        seen: Counter[int] = Counter()
        beginnings: Counter[str] = Counter()
        known: set[int] = set()
        for item in filter(None, _items(path, text)):
            count += 1
            ids.update(one.upper() for text in item for one in _CVE.findall(text))
            texts = [words for text in item if (words := _WORD.findall(text.lower()))]
            new = [words for words in texts if hash(tuple(words)) not in known]
            known.update(hash(tuple(words)) for words in texts)
            # An item that says something twice, in its text and in its prompt, says it once.
            seen.update({run for words in new for run in _runs(words)})
            beginnings.update({_beginning(words) for words in new})
        runs.update(run for run, times in seen.items() if times < _SHARED)
        prefixes.update(one for one, times in beginnings.items() if one and times < _SHARED)
    return Benchmarks(
        ids=frozenset(ids),
        prefixes=frozenset(prefixes),
        runs=frozenset(runs),
        files=tuple(str(path.relative_to(folder)) for path in paths),
        items=count,
        unread=tuple(str(path.relative_to(folder)) for path in others[:_MOST_FILES]),
    )


def _suffix(path: Path) -> str:
    """What a file's name ends in, .gz not counted."""
    ends = path.suffix.lower()
    return Path(path.stem).suffix.lower() if ends == _PACKED else ends


def _text(path: Path, most: int) -> str:
    """Raises InputError where a file cannot be read, LimitError where it holds more than may be read."""
    try:
        with gzip.open(path, "rb") if path.suffix.lower() == _PACKED else path.open("rb") as stream:
            data = stream.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(f"The benchmark file {path} cannot be read: {error}.") from error
    if len(data) > most:
        raise LimitError(f"With {path} the benchmarks unpack to more than {_MOST_BYTES >> 20} MB.")
    return data.decode("utf-8", "replace")


def _items(path: Path, text: str) -> Iterator[list[str]]:
    suffix = _suffix(path)
    try:
        if suffix in (".tsv", ".csv"):
            csv.field_size_limit(min(sys.maxsize, 1 << 24))
            rows = io.StringIO(text, newline="")  # a field may go over lines
            for row in csv.reader(rows, delimiter="\t" if suffix == ".tsv" else ","):
                yield [one for one in row if one]
        elif suffix in (".json", ".jsonl"):
            whole = [text] if suffix == ".json" else text.split("\n")
            for one in whole:
                if one.strip():
                    yield from _told(json.loads(one))
        else:
            yield from ([line] for line in text.splitlines() if line.strip())
    except (ValueError, RecursionError, csv.Error) as error:
        raise InputError(f"The benchmark file {path} cannot be read: {error}.") from error


def _told(value: Any) -> Iterator[list[str]]:
    """The items of a JSON value, each with all of its texts: those of its lists of objects, else itself."""
    if isinstance(value, list):
        yield from (list(_strings(one)) for one in value)
    elif isinstance(value, dict):
        rows = [one for one in value.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
        for row in rows:
            yield from (list(_strings(one)) for one in row)
        yield list(_strings([one for one in value.values() if not any(one is row for row in rows)]))
    else:
        yield list(_strings(value))


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


def _beginnings(text: str) -> Iterator[str]:
    """How a text begins, and each part of it: what follows, and its line alone."""
    for at in (0, *(match.end() for match in _PART.finditer(text))):
        rest = text[at : at + _LOOKED_AT]
        for part in (rest, rest.partition("\n")[0]):
            if found := _beginning(_WORD.findall(part.lower())):
                yield found


def _beginning(words: list[str]) -> str:
    """The first characters of a text, all of a shorter one; "" where too little to be told from others."""
    joined = " ".join(words)
    return joined[:PREFIX] if len(joined) >= _LEAST else ""


def _runs(words: list[str]) -> Iterator[int]:
    for at in range(len(words) - WORDS + 1):
        yield hash(tuple(words[at : at + WORDS]))
