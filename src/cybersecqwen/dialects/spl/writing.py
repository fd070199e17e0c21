"""Names, values and strings as they are written: with quotation marks where they need them."""

from __future__ import annotations

import re

from cybersecqwen.errors import QuerySyntaxError

from .known import COMMANDS
from .tokens import Reader, balanced
from .tree import Macro

_NAME = re.compile(r"(?:<<\w+>>|[A-Za-z_*@$][\w.{}*:@$#-]*)")
_VALUE = re.compile(r"[\w.*:{}@$%/-]+")
_OPTION = re.compile(r"[\w.*:@%+/{}$#-]+")
_RAW = re.compile(r"\w*\(.*\)", re.DOTALL)
_TERM = re.compile(r"<<\w+>>|\$[\w.]+\$|\d*[A-Za-z_@][\w:@]*")
_DOTTED = re.compile(r"\d*[A-Za-z_@][\w:@]*(?:\{\d*\})?(?:\.[A-Za-z_@][\w:@]*(?:\{\d*\})?)*")
_ODD = re.compile(r'\\\\|\\(?=")|\\\Z|"')
"""A pair of backslashes, one before a quotation mark or at the end, a quotation mark."""
_WORDS = """
and or not xor in by groupby as term case where from over with output outputnew sortby eval like
"""
_RESERVED = frozenset(_WORDS.split())


def string(text: str) -> str:
    """In quotation marks, every backslash and quotation mark escaped."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def pattern(text: str) -> str:
    """In quotation marks, a backslash escaped only where it would be read as something else."""
    return '"' + _ODD.sub(lambda found: found[0] * 2 if found[0][0] == "\\" else '\\"', text) + '"'


def name(text: str) -> str:
    """A name in a command."""
    plain = _NAME.fullmatch(text) is not None and text.lower() not in _RESERVED
    if text[:1] == "`" and text[-1:] == "`" and len(text) > 2 and "`" not in text[1:-1]:
        return text
    return text if plain else string(text)


def names(texts: tuple[str, ...], between: str = ", ") -> str:
    """Several of them."""
    return between.join(map(name, texts))


def value(text: str | Macro) -> str:
    """A value that a field is compared with."""
    if isinstance(text, Macro):
        return macro(text)
    plain = _VALUE.fullmatch(text) is not None and text.lower() not in _RESERVED
    return text if plain else string(text)


def free(text: str) -> str:
    """A word or phrase that is looked for."""
    plain = _VALUE.fullmatch(text) is not None and text.lower() not in _RESERVED | COMMANDS
    return text if plain else string(text)


def term(text: str, bare: bool = False) -> str:
    """The name of a field in an expression."""
    if text.lower() not in _RESERVED and (_TERM.fullmatch(text) or (bare and _DOTTED.fullmatch(text))):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def option(one: tuple[str, str]) -> str:
    """name=value."""
    key, text = one
    if _OPTION.fullmatch(text) or _is_raw(text):
        return f"{key}={text}"
    return f"{key}={string(text)}"


def argument(text: str) -> str:
    """What a measure is computed over: a field, or something as written."""
    if _NAME.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return text if _is_raw(f"({text})") and "(" in text else string(text)


def macro(one: Macro) -> str:
    """In backticks."""
    return f"`{one.name}`" if one.args is None else f"`{one.name}({', '.join(one.args)})`"


def _is_raw(text: str) -> bool:
    """Whether parentheses can stand as they are."""
    if not _RAW.fullmatch(text):
        return False
    reader = Reader(text)
    reader.back(text.index("("))
    try:
        balanced(reader)
    except QuerySyntaxError:
        return False
    return reader.at == len(text)


def target(text: str) -> str:
    """The name of a field that eval sets."""
    if _TERM.fullmatch(text) or _DOTTED.fullmatch(text) or re.fullmatch(r"\{\w+\}", text):
        return text
    return string(text)
