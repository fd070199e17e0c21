"""Functions about text: conversions, pieces, replacing, encodings."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from .comparing import has
from .function_kinds import MANY, Function, takes
from .regex import all_in, compiled, found_in, replaced
from .values import CONVERSIONS, element, parsed, part, text, whole
from .xml_values import parse_xml

_LONGEST = 100_000
"""Characters of a text that a function makes."""


def _split(value: Any, by: Any, at: Any = None) -> Any:
    delimiter = text(by)
    found = text(value).split(delimiter) if delimiter else [text(value)]
    if at is None:
        return found
    place = whole(at)
    return [found[place]] if place is not None and -len(found) <= place < len(found) else []


def _substring(value: Any, start: Any, length: Any = None) -> str:
    given, at, size = text(value), whole(start) or 0, whole(length)
    at = max(0, len(given) + at) if at < 0 else at
    return given[at:] if size is None else given[at : at + max(0, size)]


def _extract(pattern: Any, group: Any, value: Any, type_: Any = None) -> Any:
    found = found_in(compiled(text(pattern)), text(value))
    number = whole(group) or 0
    if found is None or number < 0:
        return "" if type_ is None else None
    try:
        taken = found.group(number)
    except (IndexError, ValueError):
        return ""
    return taken or "" if type_ is None else CONVERSIONS.get(text(type_), text)(taken)


def _extract_all(pattern: Any, *rest: Any) -> Any:
    value = rest[-1]
    expression = compiled(text(pattern))
    wanted = [whole(one) or 0 for one in rest[0]] if len(rest) > 1 and isinstance(rest[0], list) else None
    out: list[Any] = []
    for found in all_in(expression, text(value)):
        groups = [one or "" for one in found.groups()]
        if wanted is not None:
            groups = [groups[at - 1] for at in wanted if 0 < at <= len(groups)]
        out.append((groups[0] if groups else found.group(0)) if len(groups) < 2 else groups)
    return out or None


def _replace_string(value: Any, old: Any, new: Any) -> str:
    given, before, after = text(value), text(old), text(new)
    if not before or given.count(before) * len(after) > _LONGEST:
        return given
    return given.replace(before, after)


def _replace_strings(value: Any, old: Any, new: Any) -> str:
    given = text(value)
    news = new if isinstance(new, list) else [new]
    for at, one in enumerate(old if isinstance(old, list) else [old]):
        given = _replace_string(given, one, news[min(at, len(news) - 1)] if news else "")
    return given


def _replace_regex(value: Any, pattern: Any, new: Any) -> str:
    return replaced(compiled(text(pattern)), text(new)[:1000], text(value))[:_LONGEST]


def _replace(pattern: Any, new: Any, value: Any) -> str:
    """The old function, whose text stands last."""
    return _replace_regex(value, pattern, new)


def _trim(start: bool, end: bool) -> Callable[[Any, Any], str]:
    def run(pattern: Any, value: Any) -> str:
        given = text(value)
        if start:
            found = found_in(compiled(f"^(?:{text(pattern)})"), given)
            given = given[found.end() :] if found is not None else given
        if end:
            found = found_in(compiled(f"(?:{text(pattern)})$"), given)
            given = given[: found.start()] if found is not None else given
        return given

    return run


def _index_of(value: Any, wanted: Any, start: Any = 0) -> int:
    return text(value).find(text(wanted), max(0, whole(start) or 0))


def _count_of(value: Any, wanted: Any, kind: Any = "normal") -> int:
    if text(kind) == "regex":
        return sum(1 for _ in all_in(compiled(text(wanted)), text(value)))
    given, needle = text(value), text(wanted)
    return (
        sum(given.startswith(needle, at) for at in range(len(given))) if needle and len(given) < 10_000 else 0
    )


def _from_base64(value: Any) -> str:
    try:
        return base64.b64decode(text(value), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _from_base64_to_list(value: Any) -> Any:
    try:
        return list(base64.b64decode(text(value), validate=True))
    except (binascii.Error, ValueError):
        return None


def _parse_url(value: Any) -> Any:
    given = text(value)
    try:
        found = urlsplit(given)
        port = found.port
    except ValueError:
        return {}
    if not found.scheme:
        return {}
    return {
        "Scheme": found.scheme,
        "Host": found.hostname or "",
        "Port": "" if port is None else str(port),
        "Path": found.path,
        "Username": found.username or "",
        "Password": found.password or "",
        "Query Parameters": dict(parse_qsl(found.query, keep_blank_values=True, max_num_fields=1000)[:1000]),
        "Fragment": found.fragment,
    }


_PATH = re.compile(r"(?:(?P<scheme>[A-Za-z][\w+.-]+)://)?(?P<root>[A-Za-z]:|\\\\[^\\/]+)?")


def _parse_path(value: Any) -> Any:
    given = text(value)
    found = _PATH.match(given)
    parts = re.split(r"[\\/]", given)
    name = parts[-1]
    folder = given[: len(given) - len(name)].rstrip("\\/")
    return {
        "Scheme": (found and found["scheme"]) or "",
        "RootPath": (found and found["root"]) or "",
        "DirectoryPath": folder,
        "DirectoryName": parts[-2] if len(parts) > 1 else "",
        "Filename": name,
        "Extension": name.rpartition(".")[2] if "." in name else "",
        "AlternateDataStreamName": "",
    }


def _extract_json(path: Any, value: Any, type_: Any = None) -> Any:
    found = parsed(text(value))
    for name, at in re.findall(
        r"\.?([A-Za-z_]\w*)|\[\s*['\"]?([^\]'\"]+)['\"]?\s*\]", text(path).lstrip("$")
    ):
        found = part(found, name) if name else element(found, int(at) if at.isdecimal() else at)
    return CONVERSIONS.get(text(type_), text)(found) if type_ is not None else text(found)


def _strcat(*values: Any) -> str:
    return "".join(map(text, values))[:_LONGEST]


def _strcat_delim(delimiter: Any, *values: Any) -> str:
    return text(delimiter).join(map(text, values))[:_LONGEST]


def _strrep(value: Any, count: Any, delimiter: Any = "") -> str:
    times = min(whole(count) or 0, 1024)
    return text(delimiter).join([text(value)] * max(0, times))[:_LONGEST]


def _hashed(name: str) -> Callable[[Any], str]:
    return lambda value: hashlib.new(
        name, text(value).encode("utf-8", "replace"), usedforsecurity=False
    ).hexdigest()


def _has_index(value: Any, wanted: Any) -> int:
    items = wanted if isinstance(wanted, list) else [wanted]
    folded = text(value).lower()
    return next((at for at, one in enumerate(items) if has(folded, text(one).lower())), -1)


def _compare(one: Any, other: Any) -> int:
    a, b = text(one), text(other)
    return (a > b) - (a < b)


def _tohex(value: Any, length: Any = 0) -> str:
    number = whole(value)
    return "" if number is None else format(number % 2**64, "x").zfill(min(64, whole(length) or 0))


TEXTS: dict[str, Function] = {
    "tostring": takes(text, 1),
    "tolower": takes(lambda value: text(value).lower(), 1),
    "toupper": takes(lambda value: text(value).upper(), 1),
    "strlen": takes(lambda value: len(text(value)), 1),
    "string_size": takes(lambda value: len(text(value).encode("utf-8", "replace")), 1),
    "strcat": takes(_strcat, 1, MANY),
    "strcat_delim": takes(_strcat_delim, 2, MANY),
    "strrep": takes(_strrep, 2, 3),
    "strcmp": takes(_compare, 2),
    "split": takes(_split, 2, 3),
    "substring": takes(_substring, 2, 3),
    "extract": takes(_extract, 3, 4),
    "extract_all": takes(_extract_all, 2, 3),
    "extractall": takes(_extract_all, 2, 3),
    "extract_json": takes(_extract_json, 2, 3),
    "extractjson": takes(_extract_json, 2, 3),
    "replace": takes(_replace, 3),
    "replace_string": takes(_replace_string, 3),
    "replace_strings": takes(_replace_strings, 3),
    "replace_regex": takes(_replace_regex, 3),
    "trim": takes(_trim(True, True), 2),
    "trim_start": takes(_trim(True, False), 2),
    "trim_end": takes(_trim(False, True), 2),
    "indexof": takes(_index_of, 2, 3),
    "countof": takes(_count_of, 2, 3),
    "reverse": takes(lambda value: text(value)[::-1], 1),
    "has_any_index": takes(_has_index, 2),
    "base64_decode_tostring": takes(_from_base64, 1),
    "base64_decodestring": takes(_from_base64, 1),
    "base64_decode_toarray": takes(_from_base64_to_list, 1),
    "base64_encode_tostring": takes(
        lambda value: base64.b64encode(text(value).encode("utf-8", "replace")).decode(), 1
    ),
    "url_decode": takes(lambda value: unquote(text(value)), 1),
    "url_encode": takes(lambda value: quote(text(value), safe="", errors="replace"), 1),
    "parse_url": takes(_parse_url, 1),
    "parseurl": takes(_parse_url, 1),
    "parse_urlquery": takes(
        lambda value: {
            "Query Parameters": dict(parse_qsl(text(value).lstrip("?"), keep_blank_values=True)[:1000])
        },
        1,
    ),
    "parse_path": takes(_parse_path, 1),
    "hash_md5": takes(_hashed("md5"), 1),
    "hash_sha1": takes(_hashed("sha1"), 1),
    "hash_sha256": takes(_hashed("sha256"), 1),
    "toguid": takes(text, 1),
    "tohex": takes(_tohex, 1, 2),
    "parse_json": takes(parsed, 1),
    "parse_xml": takes(parse_xml, 1),
    "parsejson": takes(parsed, 1),
    "todynamic": takes(parsed, 1),
    "toobject": takes(parsed, 1),
    "isascii": takes(lambda value: text(value).isascii(), 1),
    "unicode_codepoints_from_string": takes(lambda value: [ord(one) for one in text(value)], 1),
    "to_utf8": takes(lambda value: [ord(one) for one in text(value)], 1),
}
"""About text."""
