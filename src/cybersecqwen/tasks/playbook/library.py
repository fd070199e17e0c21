"""Reading the action library: YAML, checked as it is read, so that no half action can be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from cybersecqwen.errors import RuleError
from cybersecqwen.inputs.yaml_bounds import read_yaml
from cybersecqwen.records.playbook import Effect, Evidence, Kind, Phase, Role

from .action import ANY, PLATFORMS, SHELLS, TOOLS, Action, CommandTemplate

SHIPPED = Path(__file__).with_name("actions")
"""The library that comes with the package."""
LARGEST = 1 << 20
"""Bytes of one file."""
MOST = 2_000
"""Actions of one file."""

PLACEHOLDER = re.compile("\\{(" + "|".join(kind.value for kind in Kind) + ")\\}")
"""A value to fill in; other braces are text of a command."""
_BRACES = re.compile(r"\{([a-z_]+)\}")

_PART = "Part it into several files."
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ANSWER = re.compile(r"\*|TA\d{4}|T\d{4}(?:\.\d{3})?|[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = frozenset(Action.__dataclass_fields__)
_NEEDED = ("id", "title", "phase", "platforms", "answers", "do", "effect", "minutes", "role", "verify")
_E = TypeVar("_E", bound=Enum)


class Library:
    """Actions in the order of their files."""

    def __init__(self, actions: Sequence[Action]) -> None:
        self.actions = tuple(actions)
        self.by_id: Mapping[str, Action] = {one.id: one for one in actions}

    @classmethod
    def shipped(cls, own: Sequence[Path] = ()) -> Library:
        """The actions of the package, then those of a user's files and folders; the last of an id counts.

        Raises RuleError, which names the file, the action and the key.
        """
        actions = {one.id: one for one in _shipped()}
        for path in own:
            actions |= {one.id: one for one in read_actions(path)}
        return cls(tuple(actions.values()))


@lru_cache(maxsize=1)
def _shipped() -> tuple[Action, ...]:
    return tuple(read_actions(SHIPPED))


def read_actions(path: Path) -> Iterator[Action]:
    """The actions of a file, or of the *.yaml files of a folder in order of name. Raises RuleError."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    seen: dict[str, Path] = {}
    for file in files:
        try:
            with file.open("rb") as stream:  # devices and pipes do not say how much they hold
                raw = stream.read(LARGEST + 1)
            if len(raw) > LARGEST:
                raise RuleError(f"{file} is larger than {LARGEST:,} bytes.", hint=_PART)
            text = raw.decode()
        except (OSError, UnicodeDecodeError) as error:
            raise RuleError(f"The actions in {file} cannot be read: {error}.") from None
        for action in actions_of(text, file.name):
            if action.id in seen:
                raise RuleError(f"{file.name}: the action {action.id} stands in {seen[action.id].name}, too.")
            seen[action.id] = file
            yield action


def actions_of(text: str, name: str) -> Iterator[Action]:
    """The actions of a file's text. Raises RuleError."""
    try:
        given = read_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())[:300]
        raise RuleError(f"{name} is no YAML: {said}.") from None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise RuleError(f"{name} is no list of actions.", hint="Each begins with '- id: …'.")
    if len(given) > MOST:
        raise RuleError(f"{name} has more than {MOST:,} actions.", hint=_PART)
    for one in given:
        yield _Reader(name, one).action()


class _Reader:
    def __init__(self, name: str, given: dict[Any, Any]) -> None:
        id = given.get("id")
        self._where = f"{name}: the action {id[:60] if isinstance(id, str) else '?'}"
        self._given = given

    def _wrong(self, what: str, hint: str = "") -> RuleError:
        return RuleError(f"{self._where} cannot be used: {what}.", hint=hint)

    def action(self) -> Action:
        unknown = {str(key) for key in self._given} - _KEYS
        if unknown:
            raise self._wrong(f"{min(unknown)[:60]!r} is no key", _known(sorted(_KEYS)))
        for key in _NEEDED:
            if not self._given.get(key):
                raise self._wrong(f"it has no {key!r}")
        action = Action(
            id=self._text("id"),
            title=self._text("title"),
            phase=self._one("phase", Phase),
            platforms=self._words("platforms", PLATFORMS),
            answers=self._texts("answers"),
            not_for=self._texts("not_for"),
            acts_on=self._many("acts_on", Kind),
            like=self._texts("like"),
            needs=self._text("needs"),
            when=self._text("when"),
            do=self._text("do"),
            commands=tuple(self._commands()),
            query=self._text("query"),
            effect=self._one("effect", Effect),
            collects=self._many("collects", Evidence),
            destroys=self._many("destroys", Evidence),
            reversible=self._bool("reversible", True),
            undo=self._text("undo"),
            breaks=self._text("breaks"),
            approval=self._text("approval"),
            decides=self._texts("decides"),
            minutes=self._number("minutes", 1, 2_880),
            role=self._one("role", Role),
            verify=self._text("verify"),
            urgency=self._number("urgency", 0, 3, 2),
            sources=self._texts("sources"),
        )
        self._sound(action)
        return action

    def _sound(self, action: Action) -> None:
        """What the keys say together."""
        if not _ID.fullmatch(action.id):
            raise self._wrong("its id is not lower-case words joined by hyphens")
        if bad := [one for one in (*action.answers, *action.not_for) if not _ANSWER.fullmatch(one)]:
            raise self._wrong(f"{bad[0][:60]!r} is no technique, tactic, incident type or {ANY!r}")
        if action.needs and action.needs not in TOOLS:
            raise self._wrong(f"{action.needs[:60]!r} is no kind of tool", _known(TOOLS))
        used = set(_BRACES.findall(" ".join((action.title, action.do))))
        for command in action.commands:
            used |= set(PLACEHOLDER.findall(command.run))
        if used - set(action.acts_on):
            raise self._wrong(f"{{{min(used - set(action.acts_on))}}} is not among what it acts on")
        if action.effect is Effect.CHANGE and not action.undo:
            raise self._wrong("it changes something and does not say how to undo it")
        if action.effect.rank >= Effect.CHANGE.rank and not action.breaks:
            raise self._wrong("it changes something and does not say what could break")
        if action.effect is Effect.DESTROY and action.reversible:
            raise self._wrong("it destroys something and is said to be reversible")
        if not action.reversible and not action.approval:
            raise self._wrong("it cannot be taken back and does not say why a person must decide")
        if action.collects and action.effect is not Effect.COLLECT:
            raise self._wrong("it collects evidence, so its effect is collect")

    def _commands(self) -> Iterator[CommandTemplate]:
        given = self._given.get("commands") or []
        if not isinstance(given, list):
            raise self._wrong("its commands are no list")
        for one in given:
            if not isinstance(one, dict) or not {"tool", "run"} <= set(one) <= {"tool", "run", "platform"}:
                raise self._wrong("a command has the keys tool, run and, if it needs one, platform")
            if not all(isinstance(value, str) and value for value in one.values()):
                raise self._wrong("a command's values are texts")
            if one["tool"] not in SHELLS:
                raise self._wrong(f"{one['tool'][:60]!r} takes no commands", _known(SHELLS))
            if one.get("platform", PLATFORMS[0]) not in PLATFORMS:
                raise self._wrong(f"{one['platform'][:60]!r} is no platform")
            yield CommandTemplate(tool=one["tool"], run=one["run"].strip(), platform=one.get("platform", ""))

    def _text(self, key: str) -> str:
        given = self._given.get(key, "")
        if not isinstance(given, str):
            raise self._wrong(f"{key!r} is no text", "Put it into quotes.")
        return " ".join(given.split())

    def _texts(self, key: str) -> tuple[str, ...]:
        given = self._given.get(key) or []
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise self._wrong(f"{key!r} is no list of texts")
        return tuple(" ".join(one.split()) for one in given)

    def _words(self, key: str, known: Sequence[str]) -> tuple[str, ...]:
        words = self._texts(key)
        if bad := [one for one in words if one not in known]:
            raise self._wrong(f"{bad[0][:60]!r} is none of its {key}", _known(known))
        return words

    def _many(self, key: str, kind: type[_E]) -> tuple[_E, ...]:
        words = self._words(key, [str(one.value) for one in kind])
        return tuple(kind(one) for one in words)

    def _one(self, key: str, kind: type[_E]) -> _E:
        try:
            return kind(self._text(key))
        except ValueError:
            known = _known([str(one.value) for one in kind])
            raise self._wrong(f"{self._text(key)[:60]!r} is no {key}", known) from None

    def _bool(self, key: str, otherwise: bool) -> bool:
        given = self._given.get(key, otherwise)
        if not isinstance(given, bool):
            raise self._wrong(f"{key!r} is neither true nor false")
        return given

    def _number(self, key: str, least: int, most: int, otherwise: int = 0) -> int:
        given = self._given.get(key, otherwise)
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            raise self._wrong(f"{key!r} is no whole number from {least} to {most:,}")
        return given


def _known(words: Sequence[str]) -> str:
    return f"Known are: {', '.join(words)}."
