"""Gemfile.lock (gems.locked) of Bundler."""

from __future__ import annotations

import re

from cybersecqwen.errors import InputError
from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown

_SPEC = re.compile(r"    ([^\s()]{1,256}) \(([^\s()]{1,256})\)")
_ASKED = re.compile(r"  ([^\s()!]{1,256})(?: \([^()]{0,1000}\))?!?")
_SECTION = re.compile(r"[A-Z][A-Z0-9 ]{1,40}")
_ELSEWHERE = {"GIT": "a repository", "PATH": "a folder", "SVN": "a repository", "PLUGIN SOURCE": "a plug-in"}
_KNOWN = frozenset(
    ("GEM", "PLATFORMS", "DEPENDENCIES", "RUBY VERSION", "BUNDLED WITH", "CHECKSUMS", *_ELSEWHERE)
)


class GemfileLockReader(ManifestReader):
    """Sections GEM, GIT, PATH and DEPENDENCIES; it does not tell what is only for developing."""

    name = "gemfile-lock"
    ecosystem = "RubyGems"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        named = base_name(path)
        return named == "gems.locked" or (named.startswith("Gemfile") and named.endswith(".lock"))

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "Gemfile.lock").split("\n")
        found = Collector(path, self.ecosystem, lines)
        section, inside, sections = "", False, set()
        specs: dict[tuple[str, str], int] = {}
        asked: set[str] = set()
        for number, line in enumerate(lines, 1):
            if not line or line.isspace():
                continue
            if line[0] != " ":
                section, inside = line.strip(), False
                sections.add(section)
                if section not in _KNOWN and not _SECTION.fullmatch(section):
                    found.skip(f"{shown(section)!r} is nothing that stands in a Gemfile.lock", number)
            elif section == "DEPENDENCIES":
                if match := _ASKED.fullmatch(line):
                    asked.add(match[1])
            elif line == "  specs:":
                inside = True
            elif inside and line.startswith("    ") and line[4:5] != " ":
                _spec(found, section, line, number, specs)
        if sections.isdisjoint(_KNOWN):
            raise InputError("The Gemfile.lock has none of the sections that Bundler writes.")
        for (name, version), number in specs.items():
            found.add(name, version, line=number, direct=name in asked)
        return found.manifest()


def _spec(found: Collector, section: str, line: str, number: int, specs: dict[tuple[str, str], int]) -> None:
    match = _SPEC.fullmatch(line)
    if match is None:
        found.skip(f"{shown(line.strip())!r} is no gem with a version", number)
    elif section in _ELSEWHERE:
        found.skip(f"{shown(match[1])!r} comes from {_ELSEWHERE[section]}, not from RubyGems", number)
    else:
        # Behind the first hyphen stands the platform: 1.15.0-x86_64-linux is 1.15.0, built.
        specs.setdefault((match[1], match[2].partition("-")[0]), number)
