"""Reading what stands behind the names of commands: options, names, lists, measures, and text as written."""

from __future__ import annotations

import re

from .search_words import Subsearch, bracket
from .stages import Measure, Options
from .tokens import WORDS, Placed, Reader, Token, balanced, unescaped
from .tree import Macro, Sub, Value
from .values import macro_of, parse_value

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.\d+)?")


def plain(token: Token) -> str:
    """What a token stands for: a string without its marks."""
    return unescaped(token.text[1:-1] if token.kind == "string" else token.text)


def name_here(reader: Reader, what: str) -> Placed:
    """The name that stands here."""
    token = reader.take()
    if token.kind not in ("word", "string"):
        if token.kind == "end" or token.text in ("|", "]"):
            raise reader.error(f"{what} is missing at the end of the command.", token.at)
        raise reader.error(f"{token.text[:40]!r} stands where {what} was expected.", token.at)
    name = plain(token)
    if token.kind == "word" and reader.is_mark("(") and reader.peek().at == token.end:
        name += balanced(reader)  # what a function was called by: predicted(x)
    return Placed(name, token.at)


def is_option(reader: Reader) -> bool:
    """Whether a word and an equals sign stand here."""
    token = reader.peek()
    if token.kind != "word":
        return False
    following = WORDS.match(reader.text, token.end)
    return following is not None and following["mark"] in ("=", "==")


def option(reader: Reader) -> tuple[str, str]:
    """name=value."""
    name = reader.take().text.lower()
    equals = reader.take()
    if reader.is_mark("("):
        return name, balanced(reader)
    token = reader.take()
    if token.kind not in ("word", "string"):
        raise reader.error(f"The option {name[:40]!r} has no value.", equals.at)
    value = plain(token)
    while (
        token.kind == "word" and (mark := reader.peek()).at == token.end and mark.kind in ("word", "string")
    ):
        token = reader.take()
        value += plain(token)
    if token.kind == "word" and reader.is_mark("(") and reader.peek().at == token.end:
        value += balanced(reader)
    return name, value


def options_here(reader: Reader) -> Options:
    """All options that stand here."""
    found: list[tuple[str, str]] = []
    while is_option(reader):
        found.append(option(reader))
        if reader.is_mark(","):
            reader.take()
    return tuple(found)


def names_here(reader: Reader, *stop: str) -> tuple[tuple[str, ...], Options]:
    """Names, separated by spaces or commas, and the options between them, up to a word of `stop`."""
    names: list[str] = []
    options: list[tuple[str, str]] = []
    while not (reader.at_end() or (stop and reader.is_word(*stop))):
        if reader.is_mark(","):
            reader.take()
        elif is_option(reader):
            options.append(option(reader))
        elif reader.peek().kind == "macro":
            token = reader.take()
            names.append(Placed(token.text, token.at))
        else:
            names.append(name_here(reader, "the name of a field"))
    return tuple(names), tuple(options)


def alias_here(reader: Reader) -> str:
    """The name behind AS; "" where there is none."""
    if not reader.is_word("as"):
        return ""
    reader.take()
    return name_here(reader, "a name behind AS")


def measures_here(reader: Reader, *stop: str) -> tuple[tuple[Measure | Macro, ...], Options]:
    """Measures and the options before or between them, up to a word of `stop`."""
    measures: list[Measure | Macro] = []
    options: list[tuple[str, str]] = []
    while not (reader.at_end() or reader.is_word(*stop)):
        token = reader.peek()
        if reader.is_mark(","):
            reader.take()
        elif token.kind == "macro":
            measures.append(macro_of(reader, reader.take()))
        elif is_option(reader):
            options.append(option(reader))
        else:
            measures.append(_measure(reader))
    return tuple(measures), tuple(options)


def _measure(reader: Reader) -> Measure:
    token = reader.take()
    if token.kind not in ("word", "string") or not _FUNCTION.fullmatch(plain(token)):
        raise reader.error(f"{token.text[:40]!r} stands where a function was expected.", token.at)
    argument: str | Value | None = None
    if reader.is_mark("("):
        argument = _argument(reader, token)
    return Measure(function=plain(token).lower(), argument=argument, alias=alias_here(reader), at=token.at)


def _argument(reader: Reader, function: Token) -> str | Value | None:
    opened = reader.peek()
    place = reader.at
    reader.take()
    if reader.is_word("eval"):
        reader.take()
        if reader.is_mark("("):
            inner = reader.take()
            found = parse_value(reader)
            reader.expect(")", inner.at, "A parenthesis")
            reader.expect(")", opened.at, f"{function.text}(")
            return found
    reader.back(place)
    text = balanced(reader)[1:-1].strip()
    at = opened.at + 1
    if not text:
        return None
    if _QUOTED.fullmatch(text):
        return Placed(unescaped(text[1:-1]), at)
    return Placed(text, at)


def rest_here(reader: Reader, sub: Subsearch) -> tuple[str | Macro | Sub, ...]:
    """Everything up to the end of the command: pieces as written, macros and subsearches."""
    parts: list[str | Macro | Sub] = []
    start = end = -1
    while True:
        token = reader.peek()
        done = reader.at_end()
        special = not done and (token.kind == "macro" or (token.kind == "mark" and token.text == "["))
        if start >= 0 and (done or special or token.at != end):
            parts.append(Placed(reader.text[start:end], start))
            start = -1
        if done:
            return tuple(parts)
        reader.take()
        if special:
            parts.append(macro_of(reader, token) if token.kind == "macro" else bracket(reader, sub, token))
            continue
        start = token.at if start < 0 else start
        end = token.end
