"""Functions of text: lower, substr, replace, split, trim, tostring, hashes, JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

import orjson

from cybersecqwen.dialects.evaluating import value_at
from cybersecqwen.dialects.spl.tree import Call
from cybersecqwen.errors import LimitError

from .fields import LONGEST, Get, number, packed, several, text
from .making import Asking, Every, Make, every, of_values

_BACK = re.compile(r"\\(\d)")


def _each(function: Callable[[str], Any]) -> Callable[[Any], Any]:
    """A function of a text, for each of several."""

    def each(value: Any) -> Any:
        if value.__class__ is str:
            return function(value)
        return packed([function(text(one) or "") for one in several(value)])

    return each


def _substr(value: Any, start: Any, length: Any = None) -> str | None:
    said, first = text(value), number(start)
    if said is None or first is None:
        return None
    begin = int(first)
    begin = max(len(said) + begin, 0) if begin < 0 else max(begin - 1, 0)
    if length is None:
        return said[begin:]
    count = number(length)
    return None if count is None else said[begin : begin + max(int(count), 0)]


def _replace(args: list[Get], asking: Asking, call: Call) -> Get:
    subject, given, put = args

    def replace(row: Any) -> Any:
        value, pattern, new = text(subject(row)), text(given(row)), text(put(row))
        if value is None or pattern is None or new is None:
            return None
        return replaced(every(pattern), new, value)

    return replace


def replaced(expression: Every, new: str, value: str) -> str:
    r"""Every place where an expression is found, replaced; `\1` is its first group."""
    out: list[str] = []
    at = size = 0
    for found in expression(value):
        made = _BACK.sub(partial(_group, found), new)
        out += [value[at : found.start()], made]
        size += len(made)
        if size > LONGEST:
            raise LimitError(f"A text gets longer than {LONGEST:,} characters.")
        at = found.end()
    return "".join(out) + value[at:]


def _group(found: Any, back: re.Match[str]) -> str:
    try:
        return found.group(int(back[1])) or ""
    except IndexError:
        return ""


def _split(value: Any, separator: Any) -> Any:
    said, between = text(value), text(separator)
    if said is None or between is None:
        return None
    return packed(said.split(between) if between else list(said))


def _trim(strip: Callable[..., str]) -> Callable[..., Any]:
    def trim(value: Any, signs: Any = None) -> str:
        return strip(text(value) or "", text(signs) or " \t")

    return trim


_LARGEST = 1e300
"""Beyond it, as for what is no number, a number is written as it is."""


def _tostring(value: Any, form: Any = None) -> Any:
    if value is True or value is False:
        return "True" if value else "False"
    amount = number(value)
    if form is None or amount is None or not -_LARGEST < amount < _LARGEST:
        return packed([text(one) for one in several(value)])
    if form == "hex":
        return f"0x{int(amount):X}"
    if form == "commas":
        return f"{round(amount, 2):,}"
    if form == "duration":
        whole = int(amount)
        days, rest = divmod(whole, 86400)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
        return f"{days}+{clock}" if days else clock
    return text(value)


def _json_extract(value: Any, *paths: Any) -> Any:
    said = text(value)
    try:
        document = orjson.loads(said or "")
    except ValueError:
        return None
    found = [
        value_at({"": document}, "." + str(path).replace("{}", "")) for path in paths if path is not None
    ]
    return packed([one for one in found if one is not None]) if paths else document


def _hash(name: str) -> Make:
    def digest(value: str) -> str:
        return hashlib.new(name, value.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()

    return of_values(_each(digest))


TEXT: dict[str, Make] = {
    "lower": of_values(_each(str.lower)),
    "upper": of_values(_each(str.upper)),
    "len": of_values(_each(len)),
    "trim": of_values(_trim(str.strip), 1, 2),
    "ltrim": of_values(_trim(str.lstrip), 1, 2),
    "rtrim": of_values(_trim(str.rstrip), 1, 2),
    "substr": of_values(_substr, 2, 3),
    "replace": _replace,
    "split": of_values(_split, 2, 2),
    "tostring": of_values(_tostring, 1, 2),
    "urldecode": of_values(_each(unquote)),
    "spath": of_values(_json_extract, 2, 2),
    "json_extract": of_values(_json_extract, 1, 20),
    "md5": _hash("md5"),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
}
