"""What the string operations of PowerShell, JavaScript and VBScript do, as far as obfuscation uses them.

Every function returns None where it does not understand its operands, and where the result would be
longer than the room that is left. Values are str, int and lists of those.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Value = str | int | list[str | int]

_PLACEHOLDER = re.compile(r"\{(\d{1,4})(?:[:,][^{}]{0,20})?\}")
_META = re.compile(r"[.^$*+?()\[\]{}|]")
_CLASS = re.compile(r"\[([^\]\\^-]{1,64})\]\Z")
_INT_BASE = re.compile(r",\s{0,4}(2|8|16)\s{0,4}\)")
_SHIFT = re.compile(r"\$_\s{0,4}(-bxor|[-+])\s{0,4}['\"]?(0x[0-9a-f]{1,4}|[0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class Result:
    """The value of a folded expression."""

    value: Value
    """The value."""
    how: str = ""
    """Technique undone, for people; "" where nothing was hidden."""


def characters(codes: list[int]) -> str | None:
    """The text of character codes, or None where one is no character."""
    if any(not 0 <= code < 0xD800 for code in codes):
        return None
    return "".join(map(chr, codes))


def formatted(pattern: str, values: list[str | int], room: int) -> Result | None:
    """`'{1}{0}' -f 'b','a'` and `[string]::Format`."""
    size = len(pattern)
    for match in _PLACEHOLDER.finditer(pattern):
        if int(match[1]) >= len(values):
            return None
        size += len(str(values[int(match[1])]))
        if size > room:
            return None
    text = _PLACEHOLDER.sub(
        lambda m: str(values[int(m[1])]), pattern.replace("{{", "\x00").replace("}}", "\x01")
    )
    return Result(text.replace("\x00", "{").replace("\x01", "}"), "format operator")


def replaced(text: str, old: str, new: str, room: int, *, fold_case: bool = False) -> Result | None:
    """`.Replace('a','b')`, `Replace("x", "a", "b")`; `fold_case` as -replace compares."""
    if not old:
        return None
    pattern = re.compile(re.escape(old), re.IGNORECASE if fold_case else 0)
    count = sum(1 for _ in pattern.finditer(text))
    if len(text) + count * (len(new) - len(old)) > room:
        return None
    return Result(pattern.sub(lambda _: new, text), "replace") if count else Result(text)


def replaced_pattern(text: str, old: str, new: str, room: int, *, fold_case: bool) -> Result | None:
    """`-replace` where its pattern is a literal, a list of literals or a set of characters."""
    charset = _CLASS.match(old)
    options = list(charset[1]) if charset else [_literal(part) or "" for part in old.split("|")]
    if not all(options) or len(options) > 64 or "$" in new:
        return None
    result: Result | None = Result(text)
    for option in options:
        result = replaced(str(result.value), option, new, room, fold_case=fold_case) if result else None
    return result


def _literal(pattern: str) -> str | None:
    """The text that a regular expression without operators matches."""
    plain = re.sub(r"\\([^\w\s])", "", pattern)
    if _META.search(plain) or "\\" in plain:
        return None
    return re.sub(r"\\([^\w\s])", r"\1", pattern)


def split(value: Value, separator: str, *, regex: bool) -> Result | None:
    """`-split 'x'`, `.Split('xy')`: at the separator, or at any of its characters."""
    texts = [str(item) for item in value] if isinstance(value, list) else [str(value)]
    if not separator:
        return Result([c for text in texts for c in text])
    charset = _CLASS.match(separator) if regex else None
    marks = list(charset[1]) if charset else [_literal(separator) if regex else separator]
    if not regex and len(separator) > 1 and not any(separator in text for text in texts):
        marks = list(separator)  # String.Split(char[])
    if not all(marks) or len(marks) > 32:
        return None
    pattern = re.compile("|".join(re.escape(str(mark)) for mark in marks), re.IGNORECASE if regex else 0)
    return Result([part for text in texts for part in pattern.split(text)])


def joined(value: Value, separator: str, room: int) -> Result | None:
    """`-join`, `.join('')`, `[string]::Join`."""
    items = value if isinstance(value, list) else [value]
    if sum(len(str(item)) for item in items) + len(separator) * len(items) > room:
        return None
    return Result(separator.join(map(str, items)), "join")


def indexed(value: Value, positions: list[int]) -> Result | None:
    """`'abc'[2,1,0]`, `'abc'[-1..-3]`: one element, or a list of them."""
    items: list[str | int] = list(value) if isinstance(value, str | list) else []
    if any(not -len(items) <= at < len(items) for at in positions):
        positions = [at for at in positions if -len(items) <= at < len(items)]
    if not positions:
        return None
    backwards = len(positions) > 1 and positions[0] > positions[-1]
    how = "reverse" if backwards and positions[0] in (-1, len(items) - 1) else "index"
    return Result(items[positions[0]] if len(positions) == 1 else [items[at] for at in positions], how)


def computed(left: Value, name: str, right: Value, room: int) -> Result | None:
    """A binary operator applied to two values."""
    if name == "-f" and isinstance(left, str):
        return formatted(left, right if isinstance(right, list) else [right], room)
    if name == "-join" and isinstance(right, str):
        return joined(left, right, room)
    if name.endswith("split") and isinstance(right, str):
        return split(left, right, regex=True)
    if name.endswith("replace") and isinstance(left, str):
        pair = [str(x) for x in right] if isinstance(right, list) else [str(right), ""]
        if len(pair) != 2:
            return None
        return replaced_pattern(left, pair[0], pair[1], room, fold_case=name != "-creplace")
    if isinstance(left, list) and isinstance(right, list | str) and name == "+":
        return Result(left + (right if isinstance(right, list) else [right]))
    if isinstance(left, int) and isinstance(right, int):
        return _arithmetic(left, name, right)
    return None


def _arithmetic(left: int, name: str, right: int) -> Result | None:
    if name == "..":
        step = 1 if right >= left else -1
        return Result(list(range(left, right + step, step))) if abs(right - left) <= 4_096 else None
    if max(abs(left), abs(right)) > 1 << 32:
        return None
    table = {"+": left + right, "-": left - right, "*": left * right, "-bxor": left ^ right}
    return Result(table[name]) if name in table else None


def mapped(value: Value, body: str) -> Result | None:
    """`| % { [char]($_ -bxor 5) }`: what the usual loop bodies do to each element."""
    items = value if isinstance(value, list) else [value]
    low = body.lower()
    if low.strip() in ("$_", "$_.value", "$_.tostring()", "$psitem"):
        return Result(list(items))
    if "char" not in low and "getstring" not in low:
        return None
    base = _INT_BASE.search(low)
    radix = int(base[1]) if base else 16 if "'0x'" in low or '"0x"' in low else 10
    codes = _codes(items, radix)
    shift = _SHIFT.search(low)
    if shift and codes:
        by = int(shift[2], 0) if shift[2][:2] == "0x" else int(shift[2])
        codes = [_shifted(code, shift[1], by) for code in codes]
    text = characters(codes) if codes else None
    how = "char codes" + (f" > {'xor' if shift[1] == '-bxor' else 'shift'} {shift[2]}" if shift else "")
    return Result(list(text), how) if text else None


def _codes(items: list[str | int], radix: int) -> list[int]:
    codes: list[int] = []
    for item in items:
        text = str(item).strip()
        if not text:
            continue
        try:
            codes.append(int(text[2:], 16) if text[:2].lower() == "0x" else int(text[:12], radix))
        except ValueError:
            return []
    return codes


def _shifted(code: int, operator: str, by: int) -> int:
    return code ^ by if operator == "-bxor" else code + by if operator == "+" else code - by


def _substring(value: Value, args: list[Value], room: int) -> Result | None:
    numbers = [a for a in args if isinstance(a, int)]
    if not isinstance(value, str) or not 1 <= len(numbers) <= 2 or numbers[0] < 0:
        return None
    end = numbers[0] + numbers[1] if len(numbers) == 2 else None
    return Result(value[numbers[0] : end], "substring")


def _reverse(value: Value, args: list[Value], room: int) -> Result | None:
    return Result(value[::-1], "reverse") if isinstance(value, str | list) else None


def _replace(value: Value, args: list[Value], room: int) -> Result | None:
    if not isinstance(value, str) or len(args) < 2:
        return None
    return replaced(value, str(args[0]), str(args[1]), room) if isinstance(args[0], str | int) else None


def _split(value: Value, args: list[Value], room: int) -> Result | None:
    separator = args[0] if args else " "
    if isinstance(separator, list):
        separator = "".join(map(str, separator))
    return split(value, separator, regex=False) if isinstance(separator, str) else None


def _concat(value: Value, args: list[Value], room: int) -> Result | None:
    flat = [str(x) for v in (value, *args) for x in (v if isinstance(v, list) else [v])]
    return Result("".join(flat), "concatenation") if sum(map(len, flat)) <= room else None


def _char_codes(value: Value, args: list[Value], room: int) -> Result | None:
    flat = [x for a in args for x in (a if isinstance(a, list) else [a])]
    codes = _codes(flat, 10)
    text = characters(codes) if codes and len(codes) == len(flat) else None
    return Result(text, "char codes") if text is not None else None


def _char_at(value: Value, args: list[Value], room: int) -> Result | None:
    at = args[0] if args else 0
    return indexed(value, [at]) if isinstance(value, str) and isinstance(at, int) else None


def _unescape(value: Value, args: list[Value], room: int) -> Result | None:
    from .markup import unquote

    if len(args) != 1 or not isinstance(args[0], str):
        return None
    text = unquote(args[0])
    return Result(text, "url") if text != args[0] else None


def _to_int(value: Value, args: list[Value], room: int) -> Result | None:
    if not args or not isinstance(args[0], str | int):
        return None
    radix = args[1] if len(args) > 1 and isinstance(args[1], int) else 10
    codes = _codes([args[0]], radix) if radix in (2, 8, 10, 16) else []
    return Result(codes[0]) if codes else None


Method = Callable[[Value, list[Value], int], Result | None]

METHODS: dict[str, Method] = {
    "replace": _replace,
    "split": _split,
    "join": lambda value, args, room: joined(value, str(args[0]) if args else ",", room),
    "tochararray": lambda value, args, room: Result(list(value)) if isinstance(value, str) else None,
    "tostring": lambda value, args, room: Result(value) if isinstance(value, str) else None,
    "trim": lambda value, args, room: Result(value.strip()) if isinstance(value, str) and not args else None,
    "tolower": lambda value, args, room: Result(value.lower()) if isinstance(value, str) else None,
    "toupper": lambda value, args, room: Result(value.upper()) if isinstance(value, str) else None,
    "substring": _substring,
    "substr": _substring,
    "reverse": _reverse,
    "concat": _concat,
    "charat": _char_at,
    "chars": _char_at,
}
"""Methods of a string or list value, by lower-case name."""

CALLS: dict[str, Method] = {
    "chr": _char_codes,
    "chrw": _char_codes,
    "chrb": _char_codes,
    "string.fromcharcode": _char_codes,
    "convert::tochar": _char_codes,
    "char::convertfromutf32": _char_codes,
    "convert::toint32": _to_int,
    "convert::toint16": _to_int,
    "convert::tobyte": _to_int,
    "parseint": _to_int,
    "cint": _to_int,
    "clng": _to_int,
    "strreverse": lambda _, args, room: _reverse(args[0], [], room) if args else None,
    "replace": lambda _, args, room: _replace(args[0], args[1:], room) if len(args) > 2 else None,
    "unescape": _unescape,
    "decodeuri": _unescape,
    "decodeuricomponent": _unescape,
    "uri::unescapedatastring": _unescape,
    "string::join": lambda _, args, room: _join_call(args, room),
    "string::concat": lambda _, args, room: _concat("", args, room),
    "string::format": lambda _, args, room: _format_call(args, room),
    "regex::matches": lambda _, args, room: _matches(args),
    "regex::replace": lambda _, args, room: _regex_replace(args, room),
}
"""Functions, by lower-case name; static methods as "type::method"."""


def _join_call(args: list[Value], room: int) -> Result | None:
    if len(args) < 2 or not isinstance(args[0], str):
        return None
    rest = args[1] if len(args) == 2 else [x for x in args[1:] if not isinstance(x, list)]
    return joined(rest, args[0], room)


def _format_call(args: list[Value], room: int) -> Result | None:
    if len(args) < 2 or not isinstance(args[0], str):
        return None
    values = [x for a in args[1:] for x in (a if isinstance(a, list) else [a])]
    return formatted(args[0], values, room)


def _matches(args: list[Value]) -> Result | None:
    """`[regex]::Matches('cba','.','RightToLeft')`, the one pattern in use."""
    if len(args) < 2 or not isinstance(args[0], str) or args[1] != ".":
        return None
    backwards = len(args) > 2 and "right" in str(args[2]).lower()
    return Result(list(args[0][::-1] if backwards else args[0]), "reverse" if backwards else "")


def _regex_replace(args: list[Value], room: int) -> Result | None:
    texts = [a for a in args if isinstance(a, str)]
    if len(texts) != 3 or len(args) != 3:
        return None
    return replaced_pattern(texts[0], texts[1], texts[2], room, fold_case=False)
