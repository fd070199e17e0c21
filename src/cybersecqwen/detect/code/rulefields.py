"""The fields of a rule's file, each of the kind that it must be: what is not is refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from re import Pattern
from typing import Any, TypeVar

import re2

from cybersecqwen.errors import RuleError

_HINT = 'docs/review.md lists the keys of a rule, under "Rules of your own".'
_LONGEST = 60
_HIGHEST = 99_999
"""Above every number of a weakness; https://cwe.mitre.org/data/ goes to four digits."""
Value = TypeVar("Value")


class Fields:
    """Reads the fields of one file. Every method raises RuleError, which names the file and the key."""

    def __init__(self, name: str) -> None:
        self._name = name

    def wrong(self, what: str, hint: str = _HINT) -> RuleError:
        """The error that a sentence about the file is."""
        return RuleError(f"The rule {self._name} cannot be used: {what}.", hint=hint)

    def text(self, key: str, given: Any) -> str:
        """A text, or a number that is meant as one, as it stands."""
        if not isinstance(given, str | int) or isinstance(given, bool):
            raise self.wrong(f"its {key!r} must be a text, not {shown(given)}")
        return str(given)

    def line(self, key: str, given: Any) -> str:
        """A text with single spaces and no line ends."""
        return " ".join(self.text(key, given).split())

    def texts(self, key: str, given: Any) -> tuple[str, ...]:
        """A text, or a list of such."""
        return tuple(self.text(key, one) for one in listed(given))

    def scalars(self, key: str, given: Any) -> frozenset[str]:
        """What a value in code may be: texts, numbers, true and false."""
        truths = {True: "true", False: "false"}
        some = [truths[one] if isinstance(one, bool) else one for one in listed(given)]
        return frozenset(self.texts(key, some))

    def number(self, key: str, given: Any) -> int:
        """A whole number, not below 0."""
        if not isinstance(given, int) or isinstance(given, bool) or given < 0:
            raise self.wrong(f"its {key!r} must be a whole number, not {shown(given)}")
        return given

    def truth(self, key: str, given: Any) -> bool:
        """True or false."""
        if not isinstance(given, bool):
            raise self.wrong(f"its {key!r} must be true or false, not {shown(given)}")
        return given

    def weaknesses(self, key: str, given: Any) -> tuple[str, ...]:
        """The numbers of weaknesses, as "CWE-78"."""
        made = []
        for one in listed(given):
            digits = self.text(key, one).removeprefix("CWE-")
            if not (digits.isascii() and digits.isdecimal() and 0 < len(digits) <= len(str(_HIGHEST))):
                hint = f"A number stands there as in {key}: [78]; https://cwe.mitre.org has them all."
                raise self.wrong(f"its {key!r} must be numbers of CWE, not {shown(one)}", hint)
            made.append(f"CWE-{int(digits)}")
        return tuple(made)

    def one_of(self, key: str, given: Any, choices: Mapping[str, Value]) -> Value:
        """What a word stands for."""
        if not isinstance(given, str) or given.lower() not in choices:
            raise self.wrong(f"its {key!r} must be one of {', '.join(choices)}, not {shown(given)}")
        return choices[given.lower()]

    def path(self, key: str, given: Any) -> tuple[str, ...]:
        """Keys with dots between them."""
        return tuple(part for part in self.text(key, given).split(".") if part)

    def pattern(self, key: str, given: Any) -> Pattern[str] | None:
        """Linear in the text whatever the pattern, since a rule may be anybody's; ^ and $ stand at lines."""
        if given is None:
            return None
        options = re2.Options()
        options.log_errors = False
        try:
            compiled: Pattern[str] = re2.compile(f"(?m:{self.text(key, given)})", options)
        except re2.error as error:
            said = error.args[0] if error.args else b""
            why = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            hint = "https://github.com/google/re2/wiki/Syntax lists what an expression may hold."
            raise self.wrong(f"its {key!r} is no expression of RE2: {short(why)}", hint) from None
        return compiled

    def mapping(self, key: str, given: Any, keys: str = "") -> Mapping[Any, Any]:
        """A mapping; where `keys` are given, with no others."""
        if not isinstance(given, dict):
            raise self.wrong(f"its {key!r} must be a mapping, not {shown(given)}")
        unknown = [one for one in given if keys and one not in keys.split()]
        if unknown:
            said = f"{shown(unknown[0])} in its {key!r} is none of {', '.join(keys.split())}"
            raise self.wrong(said)
        return given


def listed(given: Any) -> list[Any]:
    """What may be one or several, as a list; nothing for none."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def shown(given: Any) -> str:
    """A value in a message: short, and never what stands in a list or mapping."""
    if isinstance(given, Mapping):
        return "a mapping"
    if isinstance(given, Iterable) and not isinstance(given, str | bytes):
        return "a list"
    if given is None or isinstance(given, bool):
        return {None: "nothing", True: "true", False: "false"}[given]
    try:
        return repr(short(str(given)))
    except ValueError:  # a number of thousands of digits, which Python does not write
        return "a long number"


def short(text: str) -> str:
    """The beginning of a text."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
