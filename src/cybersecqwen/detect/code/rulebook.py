"""The rules of a language, those that come along and those of a user's folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from cybersecqwen.errors import RuleError

from .rule import CodeRule
from .rulefile import FOLDERS, LARGEST, rule_of
from .secrets import kinds as secrets
from .tree import Tree

_WHERE = f"A rule is a file DIR/LANGUAGE/NAME.yaml, with LANGUAGE one of {', '.join(FOLDERS)}."
_AST_GREP = "https://ast-grep.github.io/reference/rule.html says what a match may hold."


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeRules:
    """Rules by language; each folder is read when a file of its language is first looked at."""

    places: tuple[Traversable, ...]
    _known: dict[str, tuple[CodeRule, ...]] = field(default_factory=dict)
    _words: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def shipped(cls, more: Sequence[Path] = ()) -> CodeRules:
        """The rules that come along, and those in folders that are laid out as ours are."""
        for place in more:
            if not place.is_dir():
                raise RuleError(
                    f"There is no folder {str(place)!r} with rules.",
                    hint=_WHERE,
                )
            if not any(
                one.suffix in (".yaml", ".yml") for name in FOLDERS for one in (place / name).glob("*")
            ):
                raise RuleError(f"The folder {str(place)!r} holds no rule.", hint=_WHERE)
        return cls(places=(files(__package__).joinpath("rules"), *more))

    def of(self, language: str) -> tuple[CodeRule, ...]:
        """The rules for a language, in the order of their ids. Raises RuleError."""
        known = self._known.get(language)
        if known is None:
            folder = next((name for name, languages in FOLDERS.items() if language in languages), "")
            found = [rule for rule in self._folder(folder) if language in rule.languages]
            known = self._known[language] = tuple(sorted(found, key=lambda rule: rule.id))
        return known

    def near(self, language: str, text: str) -> list[CodeRule]:
        """The rules that may find something in a text: those one of whose words stands in it."""
        rules = self.of(language)
        words = self._words.get(language)
        if words is None:
            words = self._words[language] = _automaton(rules)
        found = {number for number, rule in enumerate(rules) if not rule.words}
        for _, numbers in words.iter(text) if len(words) else ():
            found.update(numbers)
        return [rules[number] for number in sorted(found)]

    def all(self) -> tuple[CodeRule, ...]:
        """Every rule."""
        return tuple(rule for folder in FOLDERS for rule in self._folder(folder))

    def _folder(self, folder: str) -> Iterator[CodeRule]:
        seen: set[str] = set()
        for number, file, data in self._texts(folder):
            # Those that come along are tried by the tests.
            rule = _rule_in(file, data, folder, tried=bool(number))
            if rule.id in seen:
                hint = f"Give {file} another name."
                raise RuleError(f"There are two rules {rule.id!r}.", hint=hint)
            seen.add(rule.id)
            yield rule

    def _texts(self, folder: str) -> Iterator[tuple[int, Traversable, bytes]]:
        """(number of the place, file, content)."""
        for number, place in enumerate(self.places if folder else ()):
            within = place.joinpath(folder)
            if not within.is_dir():
                continue
            for one in sorted(within.iterdir(), key=lambda one: one.name):
                _, dot, end = one.name.rpartition(".")
                if dot and end in ("yaml", "yml") and one.is_file():
                    yield number, one, _bytes_of(one)

    def version(self) -> str:
        """A hash over the files of all rules and the formats of secrets, twelve digits."""
        digest = hashlib.sha256(secrets.version().encode())
        for folder in FOLDERS:
            for _, file, data in self._texts(folder):
                stem = file.name.rpartition(".")[0]
                digest.update(f"{folder}/{stem} {len(data)} ".encode() + data)
        return digest.hexdigest()[:12]


def read_rule(file: Traversable, folder: str) -> CodeRule:
    """The rule in a user's file. Raises RuleError, and OSError where the file cannot be read."""
    return _rule_in(file, _bytes_of(file), folder, tried=True)


def _bytes_of(file: Traversable) -> bytes:
    with file.open("rb") as stream:
        return stream.read(4 * LARGEST + 1)


def _rule_in(file: Traversable, data: bytes, folder: str, *, tried: bool) -> CodeRule:
    try:
        rule = rule_of(data.decode("utf-8"), folder, file.name.rpartition(".")[0], str(file))
    except UnicodeDecodeError:
        raise RuleError(f"The rule {file} is not UTF-8.", hint="Save it as UTF-8.") from None
    if tried:
        _try(rule, str(file))
    return rule


def _try(rule: CodeRule, name: str) -> None:
    """Have ast-grep take the patterns of a rule once. Raises RuleError where it does not."""
    for language in rule.languages if rule.nodes else ():
        root = Tree(" ", language).root
        for node in rule.nodes:
            try:
                root.find_all(dict(node.config))
            except BaseException as error:
                if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                    raise
                said = " ".join(str(error).partition("Stack backtrace")[0].split())[:300]
                raise RuleError(
                    f"The rule {name} cannot be used: ast-grep says {said!r}.", hint=_AST_GREP
                ) from None


def _automaton(rules: Sequence[CodeRule]) -> Any:
    """Word → numbers of the rules that have it."""
    import ahocorasick

    numbers: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for word in rule.words:
            numbers.setdefault(word, []).append(number)
    made = ahocorasick.Automaton()
    for word, some in numbers.items():
        made.add_word(word, some)
    made.make_automaton()
    return made
