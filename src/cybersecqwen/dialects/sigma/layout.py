"""Rules as YAML that people write: four blanks a level, quotes only where they are needed.

The order of keys is that of the specification
(https://github.com/SigmaHQ/sigma-specification/blob/main/specification/sigma-rules-specification.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

ORDER = (
    "title", "id", "name", "related", "taxonomy", "status", "description", "license", "author", "references",
    "date", "modified", "logsource", "detection", "correlation", "fields", "falsepositives", "level", "tags",
    "scope", "generate",
)  # fmt: skip
_PLACE = {name: number for number, name in enumerate(ORDER)}
_STEP = "    "


def laid_out(documents: Iterable[Mapping[str, Any]]) -> str:
    """The text of rules, a line of dashes between them."""
    return "---\n".join("".join(line + "\n" for line in _mapping(_ordered(one), "")) for one in documents)


def _ordered(document: Mapping[str, Any]) -> dict[Any, Any]:
    """The keys of the specification in its order, then all others as they stand."""
    return dict(sorted(document.items(), key=lambda item: _PLACE.get(item[0], len(_PLACE))))


def _mapping(found: Mapping[Any, Any], before: str) -> Iterator[str]:
    for key, value in found.items():
        name = f"{before}{scalar(key)}:"
        if isinstance(value, Mapping) and value:
            yield name
            yield from _mapping(value, before + _STEP)
        elif isinstance(value, list) and value:
            yield name
            yield from _list(value, before + _STEP)
        elif isinstance(value, str) and _is_block(value):
            yield f"{name} |-"
            yield from (f"{before}{_STEP}{line}" if line else "" for line in value.split("\n"))
        else:
            yield f"{name} {_inline(value)}"


def _list(found: list[Any], before: str) -> Iterator[str]:
    for value in found:
        if isinstance(value, Mapping) and value:
            lines = _mapping(value, before + "  ")
        elif isinstance(value, list) and value:
            lines = _list(value, before + "  ")
        else:
            yield f"{before}- {_inline(value)}"
            continue
        # The first line stands behind the dash.
        yield f"{before}- {next(lines)[len(before) + 2 :]}"
        yield from lines


def _inline(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list) else scalar(value)


_PRINTED = re.compile(r"[ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_BLOCK = re.compile(r"[!-~][ -~]*(?:\n+(?:[ -~]*[!-~]))+")


def _is_block(text: str) -> bool:
    """Whether text of several lines can stand as such: printed characters, no blanks at ends of lines."""
    if "\n" not in text or _BLOCK.fullmatch(text) is None:
        return False
    return all(line == line.strip() for line in text.split("\n"))


_PLAIN = re.compile(r"[A-Za-z0-9_/\\.(*+$^;=~<][^\x00-\x1f\x7f]*")
_RISKY = re.compile(r":(?:\s|$)|\s#|\s$|^\*|^\\?$|[{}\[\],]|^[-?:](?:\s|$)|^[=<~]|^\.\.\.|^---")


def scalar(value: Any) -> str:
    """A scalar, which reads back as itself."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _fraction(value)
    if isinstance(value, date):
        return value.isoformat()
    return _string(str(value))


def _fraction(value: float) -> str:
    if math.isnan(value):
        return ".nan"
    if abs(value) == float("inf"):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return text
    # YAML 1.1 wants a point in the mantissa and a sign in the exponent.
    mantissa = mantissa if "." in mantissa else f"{mantissa}.0"
    return f"{mantissa}e{exponent if exponent[0] in '+-' else '+' + exponent}"


@lru_cache(maxsize=10_000)
def _string(text: str) -> str:
    if _PRINTED.fullmatch(text) is None:
        return '"' + "".join(map(_escaped, text)) + '"'
    if _PLAIN.fullmatch(text) and text.isascii() and not _RISKY.search(text) and _is_text(text):
        return text
    return "'" + text.replace("'", "''") + "'"


_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}


def _escaped(c: str) -> str:
    if c in _ESCAPES:
        return _ESCAPES[c]
    if _PRINTED.fullmatch(c):
        return c
    code = ord(c)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _is_text(text: str) -> bool:
    """Whether YAML takes it for text when it stands without quotes."""
    import yaml

    first = text[0]
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(first, ()):
        if pattern.match(text):
            return bool(tag == "tag:yaml.org,2002:str")
    return True
