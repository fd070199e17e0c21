"""What is learned from: one question with its answer, as a line of JSON.

A record holds the parts of a prompt, not its text: they are framed when the model is known, as the product
frames them when it asks, so that what was learned is what will be read.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.models.interface import Material, Prompt

LONGEST = 200_000
"""Characters of a line."""
MOST = 5_000_000
"""Lines of a file."""
MOST_BYTES = 8 << 30
"""Bytes of a file once it is unpacked."""
SKILL = re.compile(r"(?!planted$)[a-z][a-z-]{0,40}")
"""Names of skills; "planted" is what the gate calls its own measure."""
CHOICES = range(2, 27)
"""How many options a record may offer."""
_PARTS = ("skill", "instructions", "material", "question", "choices", "answer", "source", "licence")


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One question and what is right to answer."""

    skill: str
    """What it teaches: "cwe", "multiple-choice", "narrative" …; see `SKILLS` of `corpora`."""
    instructions: str = ""
    """As the system message has them; empty for a prompt that is sent as it is."""
    material: tuple[tuple[str, str], ...] = ()
    """Pairs of label and text: other people's text, which is data."""
    question: str
    """What is asked about it."""
    choices: tuple[str, ...] = ()
    """Options, the answer among them: put to a model by letter or by their words, as it answers best."""
    answer: str
    """What the model should write, and nothing else."""
    source: str
    """Where the facts are from: "nvd:CVE-2023-0001", "store:T1059.001/who", "pairs:17", "template:roles" …"""
    licence: str = "Apache-2.0"
    """Of what the record says; that of our own templates where nothing else is in it."""

    @property
    def prompt(self) -> Prompt:
        """As the product asks it."""
        material = tuple(Material(label=label, text=text) for label, text in self.material)
        return Prompt(
            instructions=self.instructions, material=material, question=self.question, skill=self.skill
        )

    @property
    def text(self) -> str:
        """All that is read, for looking for what must not stand in it."""
        parts = (f"{label}\n{text}" for label, text in self.material)
        return "\n".join((self.instructions, *parts, self.question, *self.choices))

    @property
    def key(self) -> str:
        """The same for records that ask the same: sha256 of skill, material, question and choices."""
        chosen_from = (self.choices,) if self.choices else ()
        asked = json.dumps([self.skill, self.material, self.question, *chosen_from], ensure_ascii=False)
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_records(path: Path, records: Iterable[Record]) -> tuple[int, str]:
    """Write records as lines of JSON, packed where the name ends in .gz; the file is whole or not there.

    Half a surrogate pair, which is no text in UTF-8, becomes a question mark.

    Returns how many they are, and the sha256 of the lines. Raises OutputError.
    """
    from cybersecqwen.writing import write_whole

    data, count = _lines(records)
    packed = gzip.compress(data, mtime=0) if path.suffix == ".gz" else data
    write_whole(path, packed, folder_mode=0o755)
    return count, hashlib.sha256(data).hexdigest()


def packed_records(records: Iterable[Record]) -> tuple[bytes, str]:
    """(What a file `….jsonl.gz` with these records holds, the sha256 of the lines)."""
    data, _ = _lines(records)
    return gzip.compress(data, mtime=0), hashlib.sha256(data).hexdigest()


def _lines(records: Iterable[Record]) -> tuple[bytes, int]:
    lines = [json.dumps(_as_json(one), ensure_ascii=False) + "\n" for one in records]
    return "".join(lines).encode("utf-8", "replace"), len(lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Broken:
    """A line that is no record."""

    line: int
    """Its number, from 1."""
    reason: str
    """One clause."""


def read_records(path: Path) -> Iterator[Record | Broken]:
    """The records of a file, in its order; lines that are none, with the reason.

    Raises InputError where the file cannot be read, LimitError where it holds more lines than `MOST` or
    more bytes than `MOST_BYTES`.
    """
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as stream:
            room = MOST_BYTES
            for number in range(1, MOST + 2):
                raw = stream.readline(LONGEST * 4 + 2)
                if not raw:
                    return
                room = _less(path, room, raw)
                if number > MOST:
                    raise LimitError(f"{path} holds more than {MOST:,} lines.")
                if not raw.endswith(b"\n") and len(raw) > LONGEST * 4:
                    yield Broken(line=number, reason="longer than a record may be")
                    while raw and not raw.endswith(b"\n"):
                        raw = stream.readline(1 << 20)
                        room = _less(path, room, raw)
                    continue
                if raw.strip():
                    yield _read(raw, number)
    except (OSError, EOFError, zlib.error) as error:
        said = getattr(error, "strerror", None) or error
        raise InputError(f"The records {path} cannot be read: {said}.") from error


def _less(path: Path, room: int, raw: bytes) -> int:
    """The room that is left: a small packed file may hold more than anybody wants to wait for."""
    if len(raw) > room:
        raise LimitError(f"{path} holds more than {MOST_BYTES >> 20:,} MB once it is unpacked.")
    return room - len(raw)


def _read(raw: bytes, number: int) -> Record | Broken:
    try:
        value = json.loads(raw.decode("utf-8"))
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        return Broken(line=number, reason="no JSON in UTF-8")
    reason = _against(value)
    if reason:
        return Broken(line=number, reason=reason)
    material = tuple((str(label), str(text)) for label, text in value.get("material", ()))
    given = {name: value[name] for name in _PARTS if name in value}
    return Record(**{**given, "material": material, "choices": tuple(value.get("choices", ()))})


def _against(value: Any) -> str:
    """Why a value is no record; "" where it is one."""
    if not isinstance(value, dict):
        return "no JSON object"
    if unknown := sorted(set(value) - set(_PARTS)):
        return f"unknown part {unknown[0][:40]!r}"
    for name in ("skill", "question", "answer", "source"):
        if not isinstance(value.get(name), str) or not value[name].strip():
            return f"no {name}"
    if not SKILL.fullmatch(value["skill"]):
        return "its skill is no name"
    for name in ("instructions", "licence"):
        if not isinstance(value.get(name, ""), str):
            return f"{name} is no text"
    material = value.get("material", [])
    if not isinstance(material, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
        for one in material
    ):
        return "material is no list of pairs of label and text"
    choices = value.get("choices", [])
    if not isinstance(choices, list) or not all(isinstance(one, str) and one.strip() for one in choices):
        return "choices is no list of texts"
    if choices and (len(choices) not in CHOICES or len(set(choices)) != len(choices)):
        return "choices are not 2 to 26 different texts"
    if choices and value["answer"] not in choices:
        return "the answer is none of the choices"
    if (
        sum(len(text) for text in (*(text for _, text in material), *choices))
        + len(value["question"])
        + len(value["answer"])
        > LONGEST
    ):
        return "longer than a record may be"
    return ""


def _as_json(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = {"skill": record.skill}
    if record.instructions:
        found["instructions"] = record.instructions
    if record.material:
        found["material"] = [list(pair) for pair in record.material]
    found["question"] = record.question
    if record.choices:
        found["choices"] = list(record.choices)
    found |= {"answer": record.answer, "source": record.source}
    return found | ({"licence": record.licence} if record.licence != "Apache-2.0" else {})
