"""Findings of other programs beside ours, where they are installed and asked for: ruff and semgrep.

They are run on the same paths, without the settings of the tree that is looked at, and without a connection;
their findings are held to the same bounds: secrets are hidden, comments that ignore one need a reason.
semgrep and opengrep run the rules of the user; none of theirs come along.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cybersecqwen.detect.code.secrets.joining import with_secrets
from cybersecqwen.detect.code.suppressing import suppressed
from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.source.files import SourceFile, read_source
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.records import Severity
from cybersecqwen.records.review import CodeFinding, Confidence, Place

_SECONDS = 600
_LARGEST = 256 << 20
_MOST = 50_000
_LINES = 10
_CWE = re.compile(r"CWE-(\d{1,4})")
_SEMGREP_LEVELS = {
    "CRITICAL": Severity.CRITICAL,
    "ERROR": Severity.HIGH,
    "HIGH": Severity.HIGH,
    "WARNING": Severity.MEDIUM,
    "MEDIUM": Severity.MEDIUM,
}


def by_ruff(paths: Sequence[str], root: Root) -> list[CodeFinding]:
    """What ruff's S rules find. Raises InputError where ruff is not installed or fails, LimitError."""
    program = _program("ruff", "--ruff")
    words = ("check", "--select", "S", "--isolated", "--no-cache", "--force-exclude", "--exit-zero")
    told = _told([program, *words, "--output-format", "json", "--", *paths], good=(0,))
    return _finished(_of_ruff(told if isinstance(told, list) else []), paths, root)


def by_semgrep(paths: Sequence[str], rules: Path, root: Root) -> list[CodeFinding]:
    """What rules of the user find by semgrep or opengrep. Raises InputError, LimitError as `by_ruff`."""
    if not rules.exists():
        raise InputError(f"There are no rules at {str(rules)!r}.", hint="--semgrep takes a file or folder.")
    program = _program("semgrep", "--semgrep", "opengrep")
    options = ["scan", "--config", str(rules), "--json", "--quiet", "--no-git-ignore"]
    if Path(program).name == "semgrep":
        options += ["--metrics=off", "--disable-version-check", "--oss-only"]
    told = _told([program, *options, "--", *paths], good=(0, 1))
    results = told.get("results") if isinstance(told, dict) else None
    return _finished(_of_semgrep(results if isinstance(results, list) else []), paths, root)


def _program(name: str, option: str, *others: str) -> str:
    beside = Path(sys.executable).parent
    for one in (name, *others):
        found = shutil.which(one, path=str(beside)) or shutil.which(one)
        if found:
            return found
    known = " or ".join((name, *others))
    raise InputError(f"{option} needs {known}, which is not installed.", hint="Install it, or leave it out.")


def _told(command: Sequence[str], good: Iterable[int]) -> Any:
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise LimitError(f"{Path(command[0]).name} takes longer than {_SECONDS} seconds.") from None
    except OSError as error:
        raise InputError(f"{command[0]!r} cannot be run: {error.strerror or error}.") from error
    name = Path(command[0]).name
    if done.returncode not in good:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[-1][:200]
        raise InputError(f"{name} ends with {done.returncode}: {said}")
    if len(done.stdout) > _LARGEST:
        raise LimitError(f"What {name} says is too long.")
    try:
        return json.loads(done.stdout or b"null")
    except (ValueError, RecursionError):
        raise InputError(f"What {name} says is no JSON.") from None


def _of_ruff(told: Sequence[Any]) -> Iterator[CodeFinding]:
    for one in told[:_MOST]:
        if not isinstance(one, dict) or not str(one.get("code") or "").startswith("S"):
            continue
        start, end = _mapping(one.get("location")), _mapping(one.get("end_location"))
        yield _finding(
            rule=f"ruff-{one['code']}",
            title=_sentence(one.get("message")),
            cwe=(),
            severity=Severity.MEDIUM,
            instead=f"See {one['url']}." if str(one.get("url", "")).startswith("https://") else "",
            path=str(one.get("filename", "")),
            reach=(_int(start, "row"), _int(start, "column"), _int(end, "row"), _int(end, "column")),
        )


def _of_semgrep(told: Sequence[Any]) -> Iterator[CodeFinding]:
    for one in told[:_MOST]:
        if not isinstance(one, dict):
            continue
        extra, start, end = (_mapping(one.get(name)) for name in ("extra", "start", "end"))
        metadata = _mapping(extra.get("metadata"))
        numbers = _CWE.findall(json.dumps(metadata.get("cwe", "")))
        yield _finding(
            rule=f"semgrep-{str(one.get('check_id', '')).rpartition('.')[2]}",
            title=_sentence(extra.get("message")),
            cwe=tuple(dict.fromkeys(f"CWE-{number}" for number in numbers)),
            severity=_SEMGREP_LEVELS.get(str(extra.get("severity")).upper(), Severity.LOW),
            instead="",
            path=str(one.get("path", "")),
            reach=(_int(start, "line"), _int(start, "col"), _int(end, "line"), _int(end, "col")),
        )


def _finding(
    *,
    rule: str,
    title: str,
    cwe: tuple[str, ...],
    severity: Severity,
    instead: str,
    path: str,
    reach: tuple[int, int, int, int],
) -> CodeFinding:
    line, column, end_line, end_column = reach
    return CodeFinding(
        rule=rule,
        title=title[:200],
        cwe=cwe,
        severity=severity,
        confidence=Confidence.MEDIUM,
        why=f"{rule.partition('-')[0]} says so by a rule of its own.",
        instead=instead,
        place=Place(
            path=path,
            line=max(1, line),
            column=max(1, column),
            end_line=max(line, end_line),
            end_column=max(1, end_column),
        ),
    )


def _finished(found: Iterable[CodeFinding], paths: Sequence[str], root: Root) -> list[CodeFinding]:
    """Named, with lines, secrets hidden, marks, and comments that ignore them; of files below the paths."""
    asked = [Path(one).resolve() for one in paths]
    by_path: dict[str, list[CodeFinding]] = defaultdict(list)
    for one in found:
        by_path[one.place.path].append(one)
    made: list[CodeFinding] = []
    for path, some in by_path.items():
        file = Path(path)
        if not any(file.resolve().is_relative_to(one) for one in asked):
            continue
        source = read_source(file, root.name(file))
        if not isinstance(source, SourceFile):
            continue
        shown = [_shown(one, source) for one in some]
        masked, _ = with_secrets(shown, None, source)
        ours = [one for one in masked if one.rule.startswith(("ruff-", "semgrep-"))]
        made += suppressed(ours, source.text)
    return made


def _shown(one: CodeFinding, source: SourceFile) -> CodeFinding:
    place = replace(one.place, path=source.path)
    lines = source.text.split("\n")[place.line - 1 : min(place.end_line, place.line + _LINES - 1)]
    shown = "\n".join(lines)[:2_000]
    mark = f"{one.rule}\0{place.path}\0{' '.join(shown.split())}"
    digest = hashlib.sha256(mark.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return replace(one, place=replace(place, text=shown), fingerprint=digest)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _int(value: Mapping[str, Any], key: str) -> int:
    found = value.get(key)
    return found if isinstance(found, int) and 0 <= found < 1 << 31 else 0


def _sentence(value: Any) -> str:
    return " ".join(str(value or "").split()).rstrip(".") or "A rule found something"
