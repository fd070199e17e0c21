"""Names in versions that stand for others: `${x}` in Maven, `$(X)` in MSBuild."""

from __future__ import annotations

import re
from collections.abc import Mapping

_ROUNDS = 16
_CHARS = 512
MAVEN = re.compile(r"\$\{([^{}$]{1,200})\}")
MSBUILD = re.compile(r"\$\(([A-Za-z_][\w.-]{0,200})\)")


def resolved(text: str, known: Mapping[str, str], pattern: re.Pattern[str]) -> str:
    """The text with all names put in; what is not known, circular or grows too long stays as it is."""
    for _ in range(_ROUNDS):
        if len(text) > _CHARS or pattern.search(text) is None:
            break
        put_in = pattern.sub(lambda match: known.get(match[1], match[0])[:_CHARS], text)
        if put_in == text:
            break
        text = put_in
    return text
