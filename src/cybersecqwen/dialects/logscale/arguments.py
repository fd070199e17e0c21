"""What the arguments of a function say."""

from __future__ import annotations

import re

from cybersecqwen.errors import UnsayableError

from .table import SPAN, UNITS
from .tree import Argument, Bare, Call, Listed, Text, Value


def cannot(what: str, message: str, hint: str = "") -> UnsayableError:
    """The refusal of a part."""
    return UnsayableError(message, what=what, hint=hint)


def odd(call: Call) -> UnsayableError:
    """The refusal of a function with arguments that are not known here."""
    return cannot(
        f"other arguments of {call.name}()", f"{call.name}() has arguments that are not known here."
    )


class Arguments:
    """The arguments of a call by their names; the first without a name is the one called `first`."""

    def __init__(self, call: Call, first: str, *known: str) -> None:
        self.call = call
        self.found: dict[str, Value] = {}
        for argument in call.arguments:
            name = argument.name or first
            if name in self.found or name not in (first, *known):
                raise odd(call)
            self.found[name] = argument.value

    def texts(self, name: str) -> tuple[str, ...]:
        """The words of a list, or the only one; () for none."""
        value = self.found.get(name)
        items = value.items if isinstance(value, Listed) else () if value is None else (value,)
        return tuple(self._word(item) for item in items)

    def text(self, name: str, default: str = "") -> str:
        """One word."""
        found = self.texts(name)
        if len(found) > 1:
            raise odd(self.call)
        return found[0] if found else default

    def _word(self, value: Value) -> str:
        if isinstance(value, Text):
            return value.value
        if isinstance(value, Bare):
            return value.text
        raise odd(self.call)

    def number(self, name: str, default: int) -> int:
        """A whole number; the word max is the default."""
        text = self.text(name)
        if text in ("", "max"):
            return default
        if not re.fullmatch(r"\d{1,9}", text):
            raise odd(self.call)
        return int(text)

    def truth(self, name: str) -> bool:
        """Whether it says true."""
        text = self.text(name, "false").lower()
        if text not in ("true", "false"):
            raise odd(self.call)
        return text == "true"

    def calls(self, name: str) -> list[Call] | None:
        """The functions of a list, or the only one; None where none are told."""
        value = self.found.get(name)
        if value is None:
            return None
        items = value.items if isinstance(value, Listed) else (value,)
        found = [item for item in items if isinstance(item, Call)]
        if len(found) < len(items):
            raise odd(self.call)
        return found


def seconds_of(text: str) -> float | None:
    """The seconds of a length of time; None for what is none."""
    found = SPAN.fullmatch(text)
    return float(found[1]) * UNITS[found[2]] if found else None


def span_text(seconds: float) -> str:
    """A length of time as it is written."""
    if not float(seconds).is_integer() or not 0 < seconds < 1e9:
        raise cannot("parts of a second", "Times are counted in whole seconds.")
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % UNITS[unit] == 0)
    return f"{int(seconds / UNITS[unit])}{unit}"


def named(name: str, value: Value) -> Argument:
    """An argument with a name."""
    return Argument(name=name, value=value)


def field_value(text: str) -> Value:
    """A field in an argument: in quotes where it needs them."""
    return (
        Bare(text=text) if re.fullmatch(r"[#@]?[A-Za-z_]\w*(?:\.\w+)*", text, re.ASCII) else Text(value=text)
    )


def field_list(names: tuple[str, ...]) -> Listed:
    """Fields in a list."""
    return Listed(items=tuple(map(field_value, names)))
