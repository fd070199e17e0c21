"""yarn.lock of version 1 and of Berry (2 and later), read line by line.

Both have a block for each package: a line at the margin with what was asked for, fields two columns in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cybersecqwen.records import Limits

from .collect import PACKAGES, Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown
from .npm_spec import split_at

_FIELD = re.compile(r"  \"?([A-Za-z]{1,40})\"?:?(?: +\"?([^\"]{0,4000})\"?)?")
_NEED = re.compile(r"    \"?([^\s\":]{1,600})\"?:? +\"?([^\"]{0,2000})\"?")
_UNREAD = "it is not as yarn writes it, and was not read"
_ASKED = 1_000  # ranges that one block answers; most answer one
_ASKING = frozenset(("dependencies", "optionalDependencies"))
_ELSEWHERE = re.compile(
    r"(?:git|github|gitlab|bitbucket|file|link|portal|exec|https?|ssh)(?:\+[a-z]{1,8})?[:@]"
)


@dataclass(slots=True)
class _Block:
    line: int
    asked: list[str]
    fields: dict[str, str] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)


class YarnLockReader(ManifestReader):
    """yarn.lock."""

    name = "yarn-lock"
    ecosystem = "npm"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "yarn.lock"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        blocks = _blocks(found, lines)
        if any("resolution" in block.fields for block in blocks):
            _berry(found, blocks)
        else:
            _classic(found, blocks)
        return found.manifest()


def _blocks(found: Collector, lines: list[str]) -> list[_Block]:
    blocks: list[_Block] = []
    block, group = _Block(0, []), ""
    for number, line in enumerate(lines, 1):
        if not line or line[0] == "#":
            continue
        if line[0] != " ":
            group = ""
            if not line.endswith(":") or len(line) > 1 << 20:
                found.skip(_UNREAD, number)
                block = _Block(number, [])
                continue
            asked = (part.strip(' "') for part in line[:-1].split(",", _ASKED)[:_ASKED])
            block = _Block(number, [one for one in asked if one])
            if len(blocks) < PACKAGES:
                blocks.append(block)
            else:
                found.leave_out()
        elif line.startswith("    "):
            if group not in _ASKING:
                continue
            need = _NEED.fullmatch(line)
            if need is not None:
                block.needs.append(f"{need[1]}@{need[2]}")
            else:
                found.skip(_UNREAD, number)
        elif (match := _FIELD.fullmatch(line)) is not None and block.line:
            group = match[1]
            if match[2]:
                block.fields[group] = match[2]
        elif not line.isspace():
            group = ""
            found.skip(_UNREAD, number)
    return [block for block in blocks if block.asked != ["__metadata"]]


def _classic(found: Collector, blocks: list[_Block]) -> None:
    """Version 1 does not tell what is direct: what no other block needs."""
    needed = {need for block in blocks for need in block.needs}
    for block in blocks:
        name, spec = split_at(block.asked[0]) if block.asked else ("", "")
        if spec.startswith("npm:"):
            name, _ = split_at(spec[4:])
        version, resolved = block.fields.get("version", ""), block.fields.get("resolved", "")
        if _ELSEWHERE.match(spec) or resolved.startswith(("git+", "git:", "file:")):
            found.skip(f"{shown(name)!r} comes from a folder or an address, not from a registry", block.line)
        elif not version:
            found.skip(f"{shown(name)!r} has no version", block.line)
        else:
            found.add(name, version, line=block.line, direct=needed.isdisjoint(block.asked))


def _berry(found: Collector, blocks: list[_Block]) -> None:
    """Later ones hold the project itself, as a block of its workspace.

    What it needs only for developing stands there like all else, so that nothing is told about that.
    """
    by_asked = {asked: at for at, block in enumerate(blocks) for asked in block.asked}
    asked: set[int] = set()
    for block in blocks:
        if "@workspace:" in block.fields.get("resolution", ""):
            for need in block.needs:
                name, spec = split_at(need)  # versions 2 and 3 leave the protocol out here
                at = by_asked.get(need, by_asked.get(f"{name}@npm:{spec}", -1))
                asked.add(at)
    for at, block in enumerate(blocks):
        resolution = block.fields.get("resolution", "")
        name, where = split_at(resolution)
        if where.startswith("workspace:"):
            continue
        if where.startswith("patch:"):
            where = "npm:"
        version = block.fields.get("version", "")
        if not where.startswith("npm:"):
            found.skip(f"{shown(name)!r} comes from a folder or an address, not from a registry", block.line)
        elif not version:
            found.skip(f"{shown(name)!r} has no version", block.line)
        else:
            found.add(name, version, line=block.line, direct=at in asked)
