"""One object at a time: a document walked beside `objects.toml`, with a stack of its own."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import re2

from cybersecqwen.records.rule_tests import Weight

from .description import Description, Keyed, Kind, Shape, description
from .finding import Path, Problems, quoted, short
from .forms import FORMS, prefix_of

_NAMES = {
    "text": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "list": "a list",
    "object": "an object",
}
_LISTED = 8  # words of a vocabulary that a hint lists


def validate(playbook: Mapping[str, Any], problems: Problems) -> None:
    """Hold a document against the description; every difference goes to `problems`."""
    _Walk(problems, defined(playbook)).run(playbook)


def defined(playbook: Mapping[str, Any]) -> frozenset[str]:
    """Names under which agents, targets and logins are defined, whatever their form."""
    names: set[str] = set()
    for where in ("agent_definitions", "target_definitions", "authentication_info_definitions"):
        held = playbook.get(where)
        names.update(held if isinstance(held, dict) else ())
    return frozenset(names)


class _Walk:
    def __init__(self, problems: Problems, names: frozenset[str]) -> None:
        self._problems = problems
        self._names = names
        self._all: Description = description()
        self._open: list[tuple[Path, Any, Kind]] = []
        self._by_word: dict[str, Callable[[Path, Any, Kind], None]] = {
            "object": self._object,
            "map": self._map,
            "family": self._family,
            "list": self._list,
            "extensions": self._extensions,
            "is": self._word,
            "open": self._word,
            "closed": self._word,
            "integer": self._integer,
            "boolean": self._boolean,
            "text": self._text,
        }
        self._keys = {one.name: re2.compile(f"(?s:{one.key})") for one in self._all.maps.values() if one.key}

    def run(self, playbook: Mapping[str, Any]) -> None:
        self._open.append(((), playbook, Kind("object", "playbook")))
        while self._open:
            path, value, kind = self._open.pop()
            if value is None and kind.or_null:
                continue
            self._by_word.get(kind.word, self._form)(path, value, kind)

    def _later(self, found: list[tuple[Path, Any, Kind]]) -> None:
        self._open.extend(reversed(found))  # so that problems come in the order of the document

    def _is(self, path: Path, value: Any, kinds: type | tuple[type, ...], name: str) -> bool:
        if isinstance(value, kinds) and not (isinstance(value, bool) and kinds is not bool):
            return True
        self._problems.add("type", path, f"It must be {name}, and is {quoted(value)}.")
        return False

    def _near(self, rule: str, word: str, words: Iterable[str]) -> list[str]:
        """The word that is probably meant."""
        room = self._problems.room(rule)
        return difflib.get_close_matches(word[:64], sorted(words), 1, 0.8) if room else []

    # Objects

    def _object(self, path: Path, value: Any, kind: Kind) -> None:
        if not self._is(path, value, dict, "an object"):
            return
        shape = self._all.objects[kind.name]
        self._missing(path, value, shape)
        found = []
        for key, inner in value.items():
            known = shape.properties.get(key)
            if key in shape.forbidden:
                message = f"A step of the type {shape.name} must not have {key}."
                self._problems.add("forbidden", (*path, key), message)
            elif known is not None:
                found.append(((*path, key), inner, known))
            elif not shape.open:
                self._unknown((*path, key), key, shape)
        self._later(found)

    def _missing(self, path: Path, value: Mapping[str, Any], shape: Shape) -> None:
        for name in shape.required:
            if name not in value:
                message = f"The property {name} is missing, and {_of(shape)} must have it."
                self._problems.add("required", (*path, name), message)
        there = [name for name in shape.exactly_one if name in value]
        if shape.exactly_one and len(there) != 1:
            wanted = ", ".join(shape.exactly_one)
            message = f"It must have one of {wanted}, and has {len(there)} of them."
            self._problems.add("exclusive", path, message)
        if "on_completion" in value and ("on_success" in value or "on_failure" in value):
            message = "on_completion stands beside on_success or on_failure, and they exclude each other."
            hint = "Keep on_completion for steps whose outcome does not matter, the other two for all others."
            if "on_completion" not in shape.forbidden and "on_success" not in shape.forbidden:
                self._problems.add("exclusive", (*path, "on_completion"), message, hint)

    def _unknown(self, path: Path, key: str, shape: Shape) -> None:
        near = self._near("unknown-property", key, shape.properties)
        hint = f"Is {near[0]} meant?" if near else "Properties of your own belong in an extension."
        message = f"CACAO 2.0 knows no property {quoted(key)} of {_of(shape)}."
        self._problems.add("unknown-property", path, message, hint)

    def _map(self, path: Path, value: Any, kind: Kind) -> None:
        if not self._is(path, value, dict, "an object"):
            return
        keyed = self._all.maps[kind.name]
        if keyed.nonempty and not value:
            self._problems.add("items", path, "It must not be empty.", "Leave it out.")
        self._later(
            [((*path, key), inner, self._kept(keyed, (*path, key), key)) for key, inner in value.items()]
        )

    def _kept(self, keyed: Keyed, path: Path, key: str) -> Kind:
        """What must stand under a key; tells of keys that have no place there."""
        if keyed.value is not None:
            if self._keys[keyed.name].fullmatch(key) is None:
                self._problems.add("form", path, f"{keyed.keys}, and {quoted(key)} is none.")
            return keyed.value
        prefix = prefix_of(key)
        if not prefix and keyed.others is not None:
            self._problems.add(
                "identifier",
                path,
                f"{quoted(key)} is not an identifier of CACAO.",
                "Write type--UUID; some tools read their own names.",
                severity=Weight.WARNING,
            )
        elif not prefix or (prefix not in keyed.prefixes and keyed.others is None):
            allowed = ", ".join(keyed.prefixes)
            message = f"{quoted(key)} is not an identifier that belongs here."
            self._problems.add("identifier", path, message, f"Write type--UUID with one of: {allowed}.")
        return keyed.prefixes.get(prefix) or keyed.others or Kind("any")

    def _family(self, path: Path, value: Any, kind: Kind) -> None:
        family = self._all.families[kind.name]
        name = value.get("type") if isinstance(value, dict) else None
        shape = family.types.get(name, family.others) if isinstance(name, str) else family.others
        self._object(path, value, shape)

    def _extensions(self, path: Path, value: Any, kind: Kind) -> None:
        if not self._is(path, value, dict, "an object"):
            return
        if not value:
            self._problems.add("items", path, "It must not be empty.", "Leave it out.")
        for key, inner in value.items():
            if prefix_of(key) != "extension-definition":
                message = f"{quoted(key)} is not the identifier of an extension definition."
                self._problems.add("identifier", (*path, key), message, "Write extension-definition--UUID.")
            self._is((*path, key), inner, dict, "an object")

    def _list(self, path: Path, value: Any, kind: Kind) -> None:
        if not self._is(path, value, list, "a list"):
            return
        least = kind.least or 0
        if len(value) < least:
            message = f"It must have at least {least} items, and has {len(value)}."
            self._problems.add("items", path, message, "Leave an empty list out." if not value else "")
        if kind.items is not None:
            self._later([((*path, at), inner, kind.items) for at, inner in enumerate(value)])

    # Single values

    def _text(self, path: Path, value: Any, kind: Kind) -> None:
        self._is(path, value, str, "text")

    def _boolean(self, path: Path, value: Any, kind: Kind) -> None:
        self._is(path, value, bool, "true or false")

    def _integer(self, path: Path, value: Any, kind: Kind) -> None:
        whole = int(value) if isinstance(value, float) and value.is_integer() else value
        if not self._is(path, whole, int, "a whole number"):
            return
        low, high = kind.least, kind.most
        if (low is not None and whole < low) or (high is not None and whole > high):
            wanted = f"from {low} to {high}" if high is not None else f"at least {low}"
            self._problems.add("value", path, f"It must be {wanted}, and is {quoted(whole)}.")

    def _word(self, path: Path, value: Any, kind: Kind) -> None:
        if not self._is(path, value, str, "text"):
            return
        words = frozenset({kind.name}) if kind.word == "is" else self._all.words[kind.name]
        if value in words:
            return
        near = self._near("vocabulary" if kind.word == "open" else "value", value, words)
        if kind.word == "open":
            about = kind.name.replace("_", " ")
            hint = f"Is {near[0]} meant?" if near else "It is allowed; other tools may not know it."
            message = f"{quoted(value)} is no {about} of CACAO 2.0."
            self._problems.add("vocabulary", path, message, hint)
            return
        listed = ", ".join(sorted(words)[:_LISTED]) + (" …" if len(words) > _LISTED else "")
        message = f"It must be {'one of ' if len(words) > 1 else ''}{listed}, and is {quoted(value)}."
        self._problems.add("value", path, message, f"Is {near[0]} meant?" if near else "")

    def _form(self, path: Path, value: Any, kind: Kind) -> None:
        if kind.word not in FORMS or not self._is(path, value, str, "text"):
            return
        fits, name, hint = FORMS[kind.word]
        if fits(value):
            return
        message = f"{quoted(value)} is not {name}."
        if kind.word != "identifier":
            self._problems.add("form", path, message, hint)
            return
        lenient = Weight.WARNING if value in self._names else None
        self._problems.add("identifier", path, message, hint, severity=lenient)


def _of(shape: Shape) -> str:
    name = short(shape.name.removeprefix("command-").replace("_", " "))
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
