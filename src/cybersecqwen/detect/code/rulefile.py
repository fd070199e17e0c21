"""Reading a rule's file: YAML, checked as it is read, so that a rule that says nothing cannot be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from re import Pattern
from typing import Any

import re2
import yaml

from cybersecqwen.errors import RuleError
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Confidence

from .parts import BoundLoader
from .rule import (
    CallMatch,
    CodeRule,
    Condition,
    DocumentMatch,
    FixRule,
    KeyCondition,
    LineMatch,
    NodeMatch,
)
from .shapes import Shape

FOLDERS: Mapping[str, tuple[str, ...]] = {
    "python": ("python",),
    "javascript": ("javascript", "typescript", "tsx"),
    "java": ("java",),
    "go": ("go",),
    "c": ("c", "cpp"),
    "csharp": ("csharp",),
    "php": ("php",),
    "ruby": ("ruby",),
    "shell": ("shell",),
    "dockerfile": ("dockerfile",),
    "terraform": ("terraform",),
    "kubernetes": ("kubernetes",),
    "github": ("github",),
}
"""Folder of rules → the languages that they are for, unless a rule names some of them."""
LARGEST = 64 << 10
"""Characters of a rule's file."""
_MOST_PARTS = 5_000
"""Keys and values of a rule's file."""
_KEYS = frozenset(
    (
        *("title", "languages", "cwe", "severity", "confidence", "why", "instead", "references", "words"),
        *("requires", "absent", "calls", "match", "lines", "document", "fix", "bad", "good"),
    )
)
_SHAPES = {
    "constant": frozenset({Shape.CONSTANT}),
    "not constant": frozenset({Shape.BUILT, Shape.OTHER}),
    "built": frozenset({Shape.BUILT}),
}


def rule_of(text: str, folder: str, stem: str) -> CodeRule:
    """The rule of a file's text. Raises RuleError, which names the file and the key."""
    try:
        return _Reader(f"{folder}/{stem}.yaml").rule(text, folder, stem)
    except (yaml.YAMLError, re2.error, ValueError, KeyError, TypeError, RecursionError) as error:
        said = " ".join(str(error).split())[:300]
        raise RuleError(f"The rule {folder}/{stem}.yaml cannot be read: {said}.") from None


class _Reader:
    def __init__(self, name: str) -> None:
        self._name = name

    def _wrong(self, what: str) -> RuleError:
        return RuleError(f"The rule {self._name} cannot be used: {what}.")

    def rule(self, text: str, folder: str, stem: str) -> CodeRule:
        if len(text) > LARGEST:
            raise self._wrong(f"it is longer than {LARGEST:,} characters")
        # csq: ignore[python-yaml-load] _Loader is a CSafeLoader with fewer kinds of scalars
        given = yaml.load(text, Loader=_Loader)
        if not isinstance(given, dict):
            raise self._wrong("it is no mapping")
        if not _is_small(given):
            raise self._wrong(f"it has more than {_MOST_PARTS:,} parts, its aliases written out")
        if unknown := set(given) - _KEYS:
            raise self._wrong(f"{_shown(unknown)} is no key of a rule")
        for key in ("title", "cwe", "severity", "why", "instead", "bad", "good"):
            if not given.get(key):
                raise self._wrong(f"it has no {key!r}")
        languages = tuple(_list(given.get("languages"))) or FOLDERS[folder]
        if not set(languages) <= set(FOLDERS[folder]):
            raise self._wrong(f"its languages are none of {', '.join(FOLDERS[folder])}")
        calls = tuple(map(self._call, _list(given.get("calls"))))
        nodes = tuple(map(self._node, _list(given.get("match"))))
        lines = tuple(map(self._line, _list(given.get("lines"))))
        documents = tuple(map(self._document, _list(given.get("document"))))
        if not (calls or nodes or lines or documents):
            raise self._wrong("it looks for nothing: give calls, match, lines or document")
        return CodeRule(
            id=f"{folder}-{stem}",
            languages=languages,
            title=_text(given["title"]),
            cwe=tuple(f"CWE-{int(number)}" for number in _list(given["cwe"])),
            severity=Severity[str(given["severity"]).upper()],
            confidence=Confidence(given.get("confidence", "medium")),
            why=_text(given["why"]),
            instead=_text(given["instead"]),
            references=_texts(given.get("references")),
            words=self._words(given, calls, bool(nodes or lines or documents)),
            requires=_pattern(given.get("requires")),
            absent=_pattern(given.get("absent")),
            calls=calls,
            nodes=nodes,
            lines=lines,
            documents=documents,
            fixes=tuple(map(self._fix, _list(given.get("fix")))),
            bad=_texts(given["bad"]),
            good=_texts(given["good"]),
        )

    def _words(self, given: Mapping[str, Any], calls: Sequence[CallMatch], others: bool) -> tuple[str, ...]:
        if given.get("words"):
            return tuple(map(str, _list(given["words"])))
        if others:
            return ()
        last = (name.rsplit(".", 1)[-1].removeprefix("new ") for one in calls for name in one.names)
        return tuple(dict.fromkeys(last))

    def _call(self, given: Any) -> CallMatch:
        self._only(given, "to where unless fewer")
        names = tuple(map(str, _list(given["to"])))
        for name in names:
            if "*" in name.rsplit(".", 1)[-1] or "*" in name[1:]:
                raise self._wrong(f"{name!r} may have its * at the beginning alone")
        return CallMatch(
            names=names,
            where=self._where(given.get("where")),
            unless=tuple(map(self._where, _list(given.get("unless")))),
            fewer=int(given.get("fewer", 1_000)),
        )

    def _node(self, given: Any) -> NodeMatch:
        if not isinstance(given, dict):
            raise self._wrong("a match is a mapping, as ast-grep has it")
        config = dict(given)
        where = self._where(config.pop("where", None))
        if "rule" not in config:
            config = {
                "rule": {key: value for key, value in config.items() if key not in ("constraints", "utils")},
                **{key: config[key] for key in ("constraints", "utils") if key in config},
            }
        self._only(config, "rule constraints utils")
        return NodeMatch(config=config, where=where)

    def _line(self, given: Any) -> LineMatch:
        if isinstance(given, str):
            given = {"pattern": given}
        self._only(given, "pattern in_comments")
        pattern = _pattern(given.get("pattern") or None)
        if pattern is None:
            raise self._wrong("lines without a pattern would be all lines")
        return LineMatch(pattern=pattern, in_comments=bool(given.get("in_comments")))

    def _document(self, given: Any) -> DocumentMatch:
        self._only(given, "each where unless")
        return DocumentMatch(
            each=_path(given.get("each", "")),
            where=tuple(map(self._key, _list(given.get("where")))),
            unless=tuple(map(self._key, _list(given.get("unless")))),
        )

    def _key(self, given: Any) -> KeyCondition:
        if not isinstance(given, dict):
            raise self._wrong(f"{_shown([given])} names no path")
        rest = {key: value for key, value in given.items() if key != "path"}
        return KeyCondition(path=_path(given["path"]), condition=self._condition(rest or "present"))

    def _where(self, given: Any) -> dict[str, Condition]:
        if given is None:
            return {}
        if not isinstance(given, dict):
            raise self._wrong("a where is a mapping from an argument to what it must be")
        return {str(name): self._condition(value) for name, value in given.items()}

    def _condition(self, given: Any) -> Condition:
        if given == "present":
            return Condition()
        if given == "missing":
            return Condition(missing=True)
        if given == "tainted":
            return Condition(tainted=True)
        if isinstance(given, str):
            given = {"shape": given}
        self._only(given, "shape is is_not matches not_matches from not_from missing")
        if given.get("missing") is True:
            return Condition(missing=True)
        either = bool(given.get("missing") == "or") or set(given) <= {"is_not", "not_matches"}
        return Condition(
            shapes=_SHAPES[given["shape"]] if "shape" in given else frozenset(Shape),
            texts=frozenset(map(_scalar, _list(given.get("is")))),
            not_texts=frozenset(map(_scalar, _list(given.get("is_not")))),
            pattern=_pattern(given.get("matches")),
            not_pattern=_pattern(given.get("not_matches")),
            origin=_pattern(given.get("from")),
            not_origin=_pattern(given.get("not_from")),
            missing=None if either else False,
        )

    def _fix(self, given: Any) -> FixRule:
        self._only(given, "says replace call argument becomes add")
        if not given.get("says") or not (set(given) - {"says", "becomes"}):
            raise self._wrong("a fix says what it does, and does something")
        return FixRule(**{key: str(value) for key, value in given.items()})

    def _only(self, given: Any, keys: str) -> None:
        if not isinstance(given, dict):
            raise self._wrong(f"{_shown([given])} is no mapping")
        if unknown := set(map(str, given)) - set(keys.split()):
            raise self._wrong(f"{_shown(unknown)} is none of {keys.replace(' ', ', ')}")


class _Loader(BoundLoader):
    """A scalar stays the text that it is written as, but for true, false and whole numbers."""


_Loader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] in ("tag:yaml.org,2002:int", "tag:yaml.org,2002:bool")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    if first not in "yYnNoO"
}
"""Without yes, no, on and off, which are words here."""


def _is_small(given: Any) -> bool:
    """Whether a value stays small where every alias is written out: one may stand for many others."""
    waiting = [given]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return True
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return False


def _shown(given: Iterable[Any]) -> str:
    """The first of some values as a text for a message, shortened."""
    text = min(map(str, given))
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def _texts(given: Any) -> tuple[str, ...]:
    texts = _list(given)
    if not all(isinstance(one, str) for one in texts):
        raise ValueError("what should be texts is something else")
    return tuple(texts)


def _list(given: Any) -> list[Any]:
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


def _text(given: Any) -> str:
    if not isinstance(given, str | int):
        raise ValueError("what should be a text is something else")
    return " ".join(str(given).split())


def _scalar(given: Any) -> str:
    if isinstance(given, bool):
        return "true" if given else "false"
    return str(given)


def _path(given: str) -> tuple[str, ...]:
    return tuple(part for part in str(given).split(".") if part)


def _pattern(given: Any) -> Pattern[str] | None:
    """Linear in the text whatever the pattern, since a rule may be anybody's; ^ and $ stand at lines."""
    if given is None:
        return None
    if not isinstance(given, str | int):
        raise ValueError("what should be an expression is something else")
    options = re2.Options()
    options.log_errors = False
    compiled: Pattern[str] = re2.compile(f"(?m:{given})", options)
    return compiled
