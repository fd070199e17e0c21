"""go.mod and go.sum. https://go.dev/ref/mod#go-mod-file, https://go.dev/ref/mod#go-sum-files."""

from __future__ import annotations

import re

from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown

_VERBS = frozenset(("require", "replace", "exclude", "retract", "tool", "ignore", "godebug"))
_OTHER = frozenset(("module", "go", "toolchain"))
_WORD = re.compile(r"\"[^\"]{0,2000}\"|`[^`]{0,2000}`|=>|[^\s\"`]{1,2000}")
_SUM = re.compile(r"(\S{1,512}) (v\S{1,256}) (h\d{1,2}:[A-Za-z0-9+/=]{1,200})")
_Replacement = tuple[str, str]


class GoModReader(ManifestReader):
    """go.mod: `require`, with what `replace` puts in its place."""

    name = "go-mod"
    ecosystem = "Go"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "go.mod"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "go.mod").split("\n")
        found = Collector(path, self.ecosystem, lines)
        required: list[tuple[int, str, str, bool]] = []
        replaced: dict[tuple[str, str], _Replacement] = {}
        block = ""
        for number, line in enumerate(lines, 1):
            code, _, comment = line.partition("//")
            words = [word.strip('"`') for word in _WORD.findall(code[:8_000])]
            if not words:
                continue
            if block and words == [")"]:
                block = ""
                continue
            verb = block or words.pop(0)
            if not block and words == ["("]:
                block = verb
                continue
            if verb == "require" and len(words) == 2:
                required.append((number, words[0], words[1], not comment.strip().startswith("indirect")))
            elif verb == "replace" and "=>" in words:
                _replace(found, words, number, replaced)
            elif (verb not in _VERBS and verb not in _OTHER) or verb in ("require", "replace"):
                found.skip(f"{shown(line.strip())!r} is nothing that stands in a go.mod", number)
        for number, name, version, direct in required:
            _take(found, number, name, version, direct, replaced)
        return found.manifest()


def _replace(
    found: Collector, words: list[str], number: int, replaced: dict[tuple[str, str], _Replacement]
) -> None:
    at = words.index("=>")
    old, new = words[:at], words[at + 1 :]
    if len(old) not in (1, 2) or len(new) not in (1, 2):
        found.skip(f"{shown(' '.join(words))!r} replaces nothing that can be read", number)
        return
    replaced[old[0], old[1] if len(old) == 2 else ""] = (new[0], new[1] if len(new) == 2 else "")


def _take(
    found: Collector,
    number: int,
    name: str,
    version: str,
    direct: bool,
    replaced: dict[tuple[str, str], _Replacement],
) -> None:
    new = replaced.get((name, version)) or replaced.get((name, ""))
    if new is not None:
        if not new[1]:
            found.skip(f"{shown(name)!r} is replaced by the folder {shown(new[0])!r}", number)
            return
        name, version = new
    found.add(name, version, line=number, direct=direct)


class GoSumReader(ManifestReader):
    """go.sum: all that was downloaded once; it may hold versions that are not used any more."""

    name = "go-sum"
    ecosystem = "Go"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) in ("go.sum", "go.work.sum")

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "go.sum").split("\n")
        found = Collector(path, self.ecosystem, lines)
        for number, line in enumerate(lines, 1):
            match = _SUM.fullmatch(line.strip())
            if match is None:
                if line.strip():
                    found.skip(f"{shown(line.strip())!r} is no line of a go.sum", number)
            elif not match[2].endswith("/go.mod"):  # that only its go.mod was looked at tells of no use
                found.add(match[1], match[2], line=number, direct=False)
        return found.manifest()
