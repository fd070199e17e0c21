"""What npm, pnpm and yarn write where a version or a range stands."""

from __future__ import annotations

import re
from typing import NamedTuple

from .names import exact

_ELSEWHERE = re.compile(
    r"(?:git|github|gitlab|bitbucket|gist|file|link|portal|workspace|exec|http|https|ssh|patch|catalog|jsr)"
    r"(?:\+[a-z]{1,8})?:|\.{0,2}/|~/",
)
_SHORT = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}(?:#.{0,200})?")


class Asked(NamedTuple):
    """A dependency of package.json."""

    name: str
    """Behind an alias (`npm:name@range`): the real one."""
    version: str
    wanted: str
    elsewhere: bool
    """It comes from a folder, a repository or an address."""


def asked(name: str, spec: str) -> Asked:
    """What `"name": "spec"` asks for."""
    spec = spec.strip()
    if spec.startswith("npm:"):
        name, spec = split_at(spec[4:])
    if spec.startswith("workspace:") or _ELSEWHERE.match(spec) or _SHORT.fullmatch(spec):
        return Asked(name, "", spec, True)
    version = exact("npm", spec.lstrip("=v ").strip())
    return Asked(name, version, "" if version or spec in ("", "*", "latest") else spec, False)


def split_at(text: str) -> tuple[str, str]:
    """`@scope/name@version` at the @ that parts them; the second is "" where there is none."""
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])
