"""Rule files: folders, zip archives and single files of YAML, read within bounds.

What cannot be read or evaluated is named in `Ruleset.unsupported` with its reason; the rest goes on.
"""

from __future__ import annotations

import hashlib
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cybersecqwen.errors import RuleError

from .linking import linked
from .model import Correlation, Rule, Ruleset, Unsupported
from .parse import parse_rule

SHIPPED = Path(__file__).parent / "rules"
"""The starter rules."""

_SUFFIXES = (".yml", ".yaml")
_MOST_FILES = 50_000
_MOST_BYTES = 256 << 20
_FILE_BYTES = 1 << 20
_MOST_DOCUMENTS = 200
_NESTED = re.compile(r"[- ?] |[-?]\t")
_FLOW = re.compile(r"[\[{]")
_LINE = re.compile(r"[\r\n\x85\u2028\u2029]")

File = tuple[str, bytes]
"""Path inside the set, and the content."""


def rule_files(path: Path) -> list[File]:
    """The rule files of a folder, an archive or a single file, in the order of their names.

    Links that lead out of a folder are not followed. Raises RuleError where the path cannot be read, holds
    no rule file, or is larger than the bounds allow.
    """
    try:
        if path.is_dir():
            files = list(_folder(path))
        elif path.suffix.lower() in _SUFFIXES:
            files = [(path.name, _bounded(path))]
        elif zipfile.is_zipfile(path):
            files = list(_archive(path))
        elif path.exists():
            raise RuleError(f"{path} is no rule file, folder or zip archive.", hint="Rules end in .yml.")
        else:
            raise RuleError(
                f"There is no rule set {path}.", hint="Name a folder, a zip archive or a .yml file."
            )
    except OSError as error:
        raise RuleError(f"The rules in {path} cannot be read: {error.strerror or error}.") from error
    if not files:
        raise RuleError(f"There are no rules in {path}.", hint="Rules are files that end in .yml.")
    return files


def _folder(folder: Path) -> Iterator[File]:
    root, total = folder.resolve(), 0
    for count, path in enumerate(sorted(p for p in root.rglob("*") if p.suffix.lower() in _SUFFIXES), 1):
        if not _is_within(path, root) or not path.is_file():
            continue
        content = _bounded(path)
        total += len(content)
        if count > _MOST_FILES or total > _MOST_BYTES:
            raise RuleError(f"The rule set {folder} has more files or bytes than are read.")
        # Names of files need not be Unicode; what is not is written with a backslash.
        name = path.relative_to(root).as_posix().encode("utf-8", "backslashreplace").decode()
        yield name, content


def _is_within(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):  # links in a circle
        return False


def _bounded(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_FILE_BYTES + 1)


def _archive(path: Path) -> Iterator[File]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = sorted(
                (m for m in archive.infolist() if m.filename.lower().endswith(_SUFFIXES)),
                key=lambda m: m.filename,
            )
            if len(members) > _MOST_FILES or sum(m.file_size for m in members) > _MOST_BYTES:
                raise RuleError(f"The rule set {path} has more files or bytes than are read.")
            for member in members:
                with archive.open(member) as stream:
                    yield member.filename, stream.read(_FILE_BYTES + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError) as error:
        raise RuleError(f"The archive {path} is damaged: {error}.") from error
    except (RuntimeError, ValueError, EOFError, struct.error, lzma.LZMAError) as error:
        raise RuleError(f"The archive {path} is damaged: {error}.") from error


def digest_of(files: Sequence[File]) -> str:
    """SHA-256 over names and contents: what a compiled set is remembered under."""
    total = hashlib.sha256()
    for name, content in files:
        total.update(f"{len(name)} {name} {len(content)} ".encode())
        total.update(content)
    return total.hexdigest()


def parse_files(files: Sequence[File]) -> Ruleset:
    """All rules of the files. Rules whose id stands twice are named, and the first is kept."""
    rules: list[Rule] = []
    correlations: list[Correlation] = []
    unsupported: list[Unsupported] = []
    seen: dict[str, str] = {}
    for name, content in files:
        try:
            found = list(documents(content))
        except RuleError as error:
            unsupported.append(Unsupported(path=name, title="", reason=error.message))
            continue
        for number, document in enumerate(found):
            given = document.get("title")
            title = given[:300] if isinstance(given, str) else ""
            try:
                made = parse_rule(document, name if len(found) == 1 else f"{name}#{number + 1}")
                if made.about.id in seen:
                    raise RuleError(f"Its id stands in {seen[made.about.id]} already.")
            except RuleError as error:
                unsupported.append(Unsupported(path=name, title=title, reason=error.message))
                continue
            except RecursionError:
                unsupported.append(Unsupported(path=name, title=title, reason="It nests too deep."))
                continue
            seen[made.about.id] = name
            if isinstance(made, Rule):
                rules.append(made)
            else:
                correlations.append(made)
    return linked(rules, correlations, unsupported, digest_of(files)[:12])


def combined(sets: Sequence[Ruleset]) -> Ruleset:
    """Several sets as one, the first of two rules with one id kept and the other left out."""
    rules: dict[str, Rule] = {}
    correlations: dict[str, Correlation] = {}
    for one in sets:
        for rule in one.rules:
            rules.setdefault(rule.about.id, replace(rule, generate=True))
        for correlation in one.correlations:
            correlations.setdefault(correlation.about.id, correlation)
    unsupported = tuple(item for one in sets for item in one.unsupported)
    version = hashlib.sha256(" ".join(one.version for one in sets).encode()).hexdigest()[:12]
    return linked(list(rules.values()), list(correlations.values()), unsupported, version)


def documents(content: bytes) -> Iterator[Mapping[str, Any]]:
    """The documents of a rule file; raises RuleError where it is no YAML of rules, or beyond the bounds."""
    import yaml

    if len(content) > _FILE_BYTES:
        raise RuleError(f"The file is larger than {_FILE_BYTES >> 20} MiB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"The file is not UTF-8: {error.reason} at byte {error.start:,}.") from None
    # The C parser builds what it reads by recursion and dies of a hundred thousand levels. A level takes
    # a bracket, or a column and a mark in a line of its own.
    if len(_FLOW.findall(text)) > 5_000 or any(
        len(_NESTED.findall(line)) + len(line) - len(line.lstrip()) > 1_000 for line in _LINE.split(text)
    ):
        raise RuleError("The file nests too deep.")
    try:
        # csq: ignore[python-yaml-load] _loader gives a CSafeLoader that makes no times
        for count, document in enumerate(yaml.load_all(text, Loader=_loader()), 1):
            if document is None:
                continue
            if not isinstance(document, Mapping):
                raise RuleError("The file holds something that is no rule.")
            if count > _MOST_DOCUMENTS:
                raise RuleError(f"The file holds more than {_MOST_DOCUMENTS} rules.")
            if document.get("action") in ("global", "repeat", "reset"):
                raise RuleError("The file uses global actions, which the specification has dropped.")
            yield document
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError) as error:
        reason = " ".join(str(error).split())[:200]
        raise RuleError(f"The file is not valid YAML: {reason}.") from None


@lru_cache(maxsize=1)
def _loader() -> Any:
    """A safe loader that refuses what YAML takes in silence: keys that stand twice, and merged mappings."""
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            for key, _ in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    # A chain of them grows tenfold with every link.
                    raise yaml.constructor.ConstructorError(
                        None, None, "a key << is not taken", key.start_mark
                    )
            found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            if len(found) != len(node.value):
                raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
            return found

    return Loader
