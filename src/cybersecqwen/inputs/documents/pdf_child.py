"""The processes that read the pages of a PDF, watched: what one of them does costs at most its page."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

_SILENCE = 25.0
"""Seconds without a word from a process; a page is bounded to less."""
_RESTARTS = 20
_LINE_BYTES = 256 << 20
_LARGE = 300_000
"""Bytes of a file from which on two processes share the pages."""


@dataclass(slots=True)
class Answers:
    """What the processes said about a file."""

    count: int = -1
    """Pages; -1 where the file could not be opened."""
    info: dict[str, str] = field(default_factory=dict)
    pages: dict[int, dict[str, Any]] = field(default_factory=dict)
    """By number, from 1."""
    failed: dict[int, str] = field(default_factory=dict)
    """Why a page could not be read, a clause."""
    problem: str = ""
    """Why the file could not be opened, a sentence."""
    late: bool = False
    """The time for the file was over before all pages were read."""


class _Child:
    def __init__(self, file: IO[bytes], first: int, step: int, seconds: int, most: int) -> None:
        worker = Path(__file__).with_name("pdf_worker.py")
        self.step = step
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(worker), str(first), str(step), str(seconds), str(most)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout
        self.buffer = bytearray()
        self.heard = monotonic()
        self.at = 0
        """Page that it is reading."""
        self.finished = False

    def stop(self) -> None:
        self.process.kill()
        self.output.close()
        self.process.wait()

    def said(self) -> Iterator[dict[str, Any]]:
        """What came; ends its own `finished` at the end of the stream."""
        block = os.read(self.output.fileno(), 1 << 20)
        self.heard = monotonic()
        if not block:
            self.finished = True
            return
        self.buffer += block
        if len(self.buffer) > _LINE_BYTES:
            self.finished = True
        if b"\n" not in block:  # a long line comes in many pieces; what is there is not copied for each
            return
        *lines, rest = self.buffer.split(b"\n")
        self.buffer = bytearray(rest)
        for line in lines:
            yield json.loads(line)


def read_pages(path: Path, size: int, seconds: int, most: int) -> Answers:
    """Have a file's pages read, the first half forwards and the rest backwards until the two meet.

    `size` is that of the file in bytes, `seconds` the bound for all of it, `most` the characters of a page.
    """
    answers = Answers()
    end = monotonic() + seconds
    files: list[IO[bytes]] = []
    children: list[_Child] = []
    restarts = 0
    with selectors.DefaultSelector() as selector:

        def start(first: int, step: int) -> None:
            # A stream of its own for each: they would share the position of one.
            file = path.open("rb")
            files.append(file)
            child = _Child(file, first, step, seconds, most)
            children.append(child)
            selector.register(child.output, selectors.EVENT_READ, child)

        def end_of(child: _Child) -> None:
            selector.unregister(child.output)
            children.remove(child)
            child.stop()

        try:
            start(0, 1)
            if size >= _LARGE and (os.cpu_count() or 1) > 1:
                start(-1, -1)
            while children and not _complete(answers):
                if monotonic() > end:
                    answers.late = True
                    break
                for key, _ in selector.select(0.5):
                    child = key.data
                    for said in child.said():
                        _take(answers, child, said)
                for child in [one for one in children if one.finished or monotonic() - one.heard > _SILENCE]:
                    end_of(child)
                    if child.at and not _complete(answers) and child.at not in answers.pages:
                        why = "the parser did not answer" if not child.finished else "the parser gave up"
                        answers.failed.setdefault(child.at, why)
                        restarts += 1
                        beside = child.at + child.step
                        if restarts <= _RESTARTS and 1 <= beside <= answers.count:
                            start(beside - 1, child.step)
                    elif not child.at and answers.count < 0 and not answers.problem and not children:
                        answers.problem = "It cannot be parsed: the parser gave up."
        finally:
            for child in children:
                child.stop()
            for file in files:
                file.close()
    return answers


def _complete(answers: Answers) -> bool:
    if answers.problem:
        return True
    return 0 <= answers.count <= len(answers.pages.keys() | answers.failed.keys())


def _take(answers: Answers, child: _Child, said: dict[str, Any]) -> None:
    if "open" in said:
        answers.count, answers.info = said["open"], said["info"]
    elif "begin" in said:
        child.at = said["begin"]
    elif "page" in said:
        number = said["page"]
        child.at = 0
        if "failed" in said:
            answers.failed[number] = said["failed"]
        else:
            answers.pages[number] = said
    elif "failed" in said:
        answers.problem = said["failed"]
    elif "end" in said:
        child.finished, child.at = True, 0
