"""Fixes that were checked one by one, put into their files together and checked once more."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cybersecqwen.detect.code.fixing import applied, unified
from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.errors import OutputError, UsageError
from cybersecqwen.inputs.source.files import SourceFile, source_of
from cybersecqwen.records.review import CodeFinding, Edit, Fix, Status
from cybersecqwen.writing import write_whole

from .looking import Again, again

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_TEST_S = 1_800
"""Seconds that a command with tests may take."""


@dataclass(slots=True)
class Mended:
    """What fixes make of files."""

    diffs: dict[str, bytes] = field(default_factory=dict)
    """Path from where the program was started → the change as a unified diff, in the bytes of the file, as
    those who apply it need it."""
    fixes: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    """Path → why its fixes were not put in, a sentence."""
    _texts: dict[Path, tuple[bytes, bytes]] = field(default_factory=dict)


def mend(
    findings: Iterable[CodeFinding], rules: CodeRules, root: Path, opened: Callable[[str], str] = str
) -> Mended:
    """Put the fixes of open findings together, file by file; nothing is written.

    `opened` makes of a name the path by which a patch finds the file from where the program was started.
    Fixes that overlap wait for the next run. What stands in a file must still be what was looked at.
    """
    made = Mended()
    fixes: dict[str, list[Fix]] = defaultdict(list)
    for one in findings:
        if one.status is Status.OPEN and one.fix is not None:
            fixes[one.place.path].append(one.fix)
    with again(rules) as look:
        for path, some in sorted(fixes.items()):
            _mend_file(made, path, some, look, root / path, opened(path))
    return made


def _mend_file(made: Mended, path: str, fixes: Sequence[Fix], look: Again, file: Path, opened: str) -> None:
    try:
        data = file.read_bytes()
    except OSError as error:
        made.refused[opened] = f"It cannot be read: {error.strerror or error}."
        return
    source = source_of(path, data)
    if _CONTROLS.search(opened):
        made.refused[opened] = "Its name has characters that a patch cannot hold."
        return
    if file.is_symlink() or not isinstance(source, SourceFile):
        made.refused[opened] = "It is a link, or not the file that was looked at."
        return
    # A fix knows only where it begins and ends: in another text that may be anywhere.
    if any(unified(source.text, applied(source.text, one.edits), path) != one.diff for one in fixes):
        made.refused[opened] = "It is not what was looked at: it was changed since, or only a part is staged."
        return
    count, kept = _together(fixes)
    text = applied(source.text, kept)
    (before, problem), (after, worse) = look(source), look(replace(source, text=text))
    if problem or worse:  # what was not looked at to its end has no findings, and not for want of them
        made.refused[opened] = f"It cannot be checked with its fixes. {problem or worse}"
        return
    if len(after.findings) > len(before.findings) - count:
        made.refused[opened] = "Together the fixes do not hold; put them in one by one."
        return
    try:
        encoded = _encoded(data, text)
    except UnicodeEncodeError:
        made.refused[opened] = "The fix has letters that the file's encoding has not."
        return
    made.fixes += count
    made.diffs[opened] = _patch(opened, data, encoded)
    made._texts[file] = (data, encoded)


def _together(fixes: Sequence[Fix]) -> tuple[int, list[Edit]]:
    """(how many fixes, their edits): each fix whole or not at all, an import that several need once."""
    count, kept = 0, list[Edit]()
    for fix in sorted(fixes, key=lambda one: [(edit.start, edit.end) for edit in reversed(one.edits)]):
        fresh = [one for one in fix.edits if one not in kept]
        if fresh and not any(_meet(one, other) for one in fresh for other in kept):
            kept += fresh
            count += 1
    return count, kept


def _meet(one: Edit, other: Edit) -> bool:
    """Whether two edits are of the same signs; what is put in at one place has no order, but for lines."""
    if one.start == one.end == other.start == other.end:
        return not (one.text.endswith("\n") and other.text.endswith("\n"))
    return one.start < other.end and other.start < one.end


def _patch(path: str, before: bytes, after: bytes) -> bytes:
    """The change as a diff of bytes: latin-1 has a letter for each."""
    name = os.fsencode(path).decode("latin-1")
    return unified(before.decode("latin-1"), after.decode("latin-1"), name).encode("latin-1")


def _encoded(before: bytes, text: str) -> bytes:
    """A text in the encoding that the file had."""
    try:
        before.decode("utf-8")
    except UnicodeDecodeError:
        return text.encode("latin-1")
    return text.encode("utf-8-sig" if before.startswith(b"\xef\xbb\xbf") else "utf-8")


def write(made: Mended, test: str = "") -> str:
    """Write the files; with a command that tests them, keep only what it lets pass.

    Returns a sentence about what the command said, "" without one. Raises OutputError where a file cannot be
    written: those before it are put back.
    """
    command = _command(test) if test else []
    if not made.diffs:
        return ""
    _put(made, 1)
    if not command:
        return ""
    try:
        passed = _passes(command)
    except BaseException:  # what was not tested is not kept, an interruption included
        _put(made, 0)
        raise
    if passed:
        return "The tests pass."
    _put(made, 0)
    without = "" if _passes(command) else " without it, too"
    made.refused.update(dict.fromkeys(made.diffs, f"The tests fail{without or ' with it'}."))
    made.diffs.clear()
    made.fixes = 0
    if without:
        return "The tests fail without the fixes, too, so none was kept."
    return "The tests fail with the fixes, so none was kept."


def _put(made: Mended, which: int) -> None:
    done: list[Path] = []
    for file, versions in made._texts.items():
        try:
            if which and (file.is_symlink() or file.read_bytes() != versions[0]):
                raise OutputError(f"{str(file)!r} was changed in the meantime, so nothing was written.")
            write_whole(file, versions[which])
        except (OSError, OutputError) as error:
            for other in done:
                write_whole(other, made._texts[other][1 - which])
            if isinstance(error, OutputError):
                raise
            raise OutputError(f"{str(file)!r} cannot be written: {error.strerror or error}.") from error
        done.append(file)


def _command(test: str) -> list[str]:
    try:
        command = shlex.split(test)
    except ValueError as error:
        raise UsageError(f"--test {test!r} is no command: {error}.") from None
    if not command:
        raise UsageError("--test needs a command.")
    return command


def _passes(command: Sequence[str]) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TEST_S, check=False)
    except FileNotFoundError:
        raise UsageError(f"--test: there is no command {command[0]!r}.") from None
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
