"""gradle.lockfile and the older dependency-locks/*.lockfile.

https://docs.gradle.org/current/userguide/dependency_locking.html
Build scripts are programs and are not read.
"""

from __future__ import annotations

import re

from cybersecqwen.records import Limits

from .collect import Collector, base_name, text_of
from .interface import Manifest, ManifestReader
from .names import shown

_LINE = re.compile(r"([^\s:=]{1,256}:[^\s:=]{1,256}):([^\s:=]{1,256})(?:=([^=]{0,20000}))?")


class GradleLockReader(ManifestReader):
    """Lines `group:artifact:version=configurations`; it does not tell what is direct."""

    name = "gradle-lock"
    ecosystem = "Maven"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        named = base_name(path)
        return named.endswith("gradle.lockfile") or (
            named.endswith(".lockfile") and "/dependency-locks/" in "/" + path.replace("\\", "/")
        )

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        lines = text_of(data, limits, "lock file").split("\n")
        found = Collector(path, self.ecosystem, lines)
        build = base_name(path).startswith("buildscript")
        for number, line in enumerate(lines, 1):
            line = line.strip()
            if not line or line[0] == "#" or line.startswith("empty="):
                continue
            match = _LINE.fullmatch(line)
            if match is None:
                found.skip(f"{shown(line)!r} is no line of a Gradle lock file", number)
                continue
            uses = [use for use in (match[3] or "").split(",") if use]
            dev = build or (bool(uses) and all(use.lower().startswith("test") for use in uses))
            found.add(match[1], match[2], line=number, direct=False, dev=dev)
        return found.manifest()
