"""The extractors that are compared: ours in this process, the others through `indicators_runner.py`."""

from __future__ import annotations

import hashlib
import importlib
import json
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .indicators_labels import TYPES
from .indicators_runner import FINDER, SEARCHER

OURS = "csq"
PEERS = ("ioc-finder", "iocsearcher", "iocextract")
CLAIMS: dict[str, frozenset[str]] = {
    OURS: frozenset(TYPES),
    "ioc-finder": frozenset(FINDER.values()),
    "iocsearcher": frozenset(SEARCHER.values()),
    "iocextract": frozenset({"url", "ipv4", "ipv6", "email", "md5", "sha1", "sha256", "sha512", "yara"}),
}
"""Which of our types a tool looks for."""

_RUNNER = Path(__file__).with_name("indicators_runner.py")
_SCAN = "cybersecqwen.detect.report.scan"
_PATIENCE = 3_600.0


@dataclass(frozen=True, slots=True)
class Item:
    """What a tool found in a text; offsets are -1 where the tool gives none."""

    type: str
    value: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True, slots=True)
class Answer:
    """What one tool says about one text."""

    items: tuple[Item, ...]
    seconds: float


def ours(texts: Sequence[str]) -> list[Answer]:
    """What `cybersecqwen.detect.report.scan.scan` finds."""
    scan: Any = importlib.import_module(_SCAN).scan
    answers = []
    for text in texts:
        start = time.perf_counter()
        found = scan(text)
        seconds = time.perf_counter() - start
        items = tuple(Item(one.type, one.value, one.start, one.end) for one in found)
        answers.append(Answer(items, seconds))
    return answers


def peer(name: str, python: Path, texts: Sequence[str]) -> list[Answer]:
    """What another tool finds, run by the interpreter of its environment.

    Raises:
        RuntimeError: It did not answer for every text.
    """
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        [str(python), str(_RUNNER), name],
        input=lines,
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    if len(rows) != len(texts):
        raise RuntimeError(f"{name} answered for {len(rows)} of {len(texts)} texts: {done.stderr[-300:]}")
    return [_answer(row) for row in rows]


def load_or_run(
    texts: Sequence[str], python: Path | None, kept: Path | None = None, *, own: bool = True
) -> dict[str, list[Answer]]:
    """Answers of every tool, ours first; the others only where `python` is given.

    The others are slow: their answers are kept in the file `kept`, and taken from it where it is for these
    texts.
    Ours are always made anew, if `own`.
    """
    answers: dict[str, list[Answer]] = {}
    if own:
        answers[OURS] = ours(texts)
    if python is None:
        return answers
    digest = hashlib.sha256(json.dumps(list(texts)).encode()).hexdigest()
    if kept is not None and kept.exists():
        told = json.loads(kept.read_text("utf-8"))
        if told["texts"] == digest:
            return answers | {name: [_answer(row) for row in rows] for name, rows in told["answers"].items()}
    others = {name: peer(name, python, texts) for name in PEERS}
    if kept is not None:
        plain = {
            name: [[one.seconds, [[item.type, item.value] for item in one.items]] for one in rows]
            for name, rows in others.items()
        }
        kept.write_text(json.dumps({"texts": digest, "answers": plain}), "utf-8")
    return answers | others


def _answer(row: Any) -> Answer:
    seconds, found = row
    return Answer(tuple(Item(kind, value) for kind, value in found), seconds)
