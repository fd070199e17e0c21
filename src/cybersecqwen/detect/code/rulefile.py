"""Reading a rule's file: YAML, checked as it is read, so that a rule that says nothing cannot be kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from cybersecqwen.inputs.yaml_bounds import BoundLoader
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Confidence

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
from .rulefields import Fields, listed, short, shown
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
_WORDS = {
    "present": Condition(),
    "missing": Condition(missing=True),
    "tainted": Condition(tainted=True),
    **{name: Condition(shapes=shapes) for name, shapes in _SHAPES.items()},
}
"""What a condition may be in one word."""
_LISTS = ("of", "imports", "globals")
"""Keys of a fix that name several."""
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_SEVERITIES = {one.name.lower(): one for one in Severity}
_CONFIDENCES = {one.value: one for one in Confidence}


def rule_of(text: str, folder: str, stem: str, file: str = "") -> CodeRule:
    """The rule of a file's text. Raises RuleError, which names the file (`file`, if given) and the key."""
    return _Reader(file or f"{folder}/{stem}.yaml").rule(text, folder, stem)


class _Reader(Fields):
    def _read(self, text: str) -> Mapping[Any, Any]:
        if len(text) > LARGEST:
            raise self.wrong(f"it is longer than {LARGEST:,} characters")
        try:
            # csq: ignore[python-yaml-load] _Loader is a CSafeLoader with fewer kinds of scalars
            given = yaml.load(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            where = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
            raise self.wrong(f"it is no YAML{where}: {short(error.problem or '')}") from None
        except (yaml.YAMLError, RecursionError) as error:
            raise self.wrong(f"it is no YAML: {short(' '.join(str(error).split()))}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise self.wrong("it has a number, or a value with a tag, that cannot be read") from None
        if not isinstance(given, dict):
            raise self.wrong("it is no mapping")
        if not _is_small(given):
            raise self.wrong(f"it has more than {_MOST_PARTS:,} parts, its aliases written out")
        for key in given:
            if key not in _KEYS:
                raise self.wrong(f"{shown(key)} is no key of a rule")
        for key in ("title", "cwe", "severity", "why", "instead", "bad", "good"):
            if not given.get(key):
                raise self.wrong(f"it has no {key!r}")
        return given

    def rule(self, text: str, folder: str, stem: str) -> CodeRule:
        given = self._read(text)
        languages = self.texts("languages", given.get("languages")) or FOLDERS[folder]
        if not set(languages) <= set(FOLDERS[folder]):
            raise self.wrong(f"its 'languages' are none of {', '.join(FOLDERS[folder])}")
        calls = tuple(map(self._call, listed(given.get("calls"))))
        nodes = tuple(map(self._node, listed(given.get("match"))))
        lines = tuple(map(self._line, listed(given.get("lines"))))
        documents = tuple(map(self._document, listed(given.get("document"))))
        if not (calls or nodes or lines or documents):
            raise self.wrong("it looks for nothing: give calls, match, lines or document")
        return CodeRule(
            id=f"{folder}-{stem}",
            languages=languages,
            title=self.line("title", given["title"]),
            cwe=self.weaknesses("cwe", given["cwe"]),
            severity=self.one_of("severity", given["severity"], _SEVERITIES),
            confidence=self.one_of("confidence", given.get("confidence", "medium"), _CONFIDENCES),
            why=self.line("why", given["why"]),
            instead=self.line("instead", given["instead"]),
            references=self.texts("references", given.get("references")),
            words=self._words(given, calls, bool(nodes or lines or documents)),
            requires=self.pattern("requires", given.get("requires")),
            absent=self.pattern("absent", given.get("absent")),
            calls=calls,
            nodes=nodes,
            lines=lines,
            documents=documents,
            fixes=tuple(map(self._fix, listed(given.get("fix")))),
            bad=self.texts("bad", given["bad"]),
            good=self.texts("good", given["good"]),
        )

    def _words(self, given: Mapping[Any, Any], calls: Sequence[CallMatch], others: bool) -> tuple[str, ...]:
        if words := self.texts("words", given.get("words")):
            return words
        if others:
            return ()
        last = (name.rsplit(".", 1)[-1].removeprefix("new ") for one in calls for name in one.names)
        return tuple(dict.fromkeys(last))

    def _call(self, given: Any) -> CallMatch:
        given = self.mapping("calls", given, "to where unless fewer")
        names = self.texts("to", given.get("to"))
        if not names:
            raise self.wrong("one of its 'calls' has no 'to'")
        for name in names:
            if "*" in name.rsplit(".", 1)[-1] or "*" in name[1:]:
                raise self.wrong(f"{shown(name)} may have its * at the beginning alone")
        return CallMatch(
            names=names,
            where=self._where("where", given.get("where")),
            unless=tuple(self._where("unless", one) for one in listed(given.get("unless"))),
            fewer=self.number("fewer", given.get("fewer", 1_000)),
        )

    def _node(self, given: Any) -> NodeMatch:
        config = dict(self.mapping("match", given))
        where = self._where("where", config.pop("where", None))
        if "rule" not in config:
            config = {
                "rule": {key: value for key, value in config.items() if key not in ("constraints", "utils")},
                **{key: config[key] for key in ("constraints", "utils") if key in config},
            }
        return NodeMatch(config=self.mapping("match", config, "rule constraints utils"), where=where)

    def _line(self, given: Any) -> LineMatch:
        if isinstance(given, str):
            given = {"pattern": given}
        given = self.mapping("lines", given, "pattern in_comments")
        pattern = self.pattern("pattern", given.get("pattern") or None)
        if pattern is None:
            raise self.wrong("lines without a pattern would be all lines")
        return LineMatch(
            pattern=pattern, in_comments=self.truth("in_comments", given.get("in_comments", False))
        )

    def _document(self, given: Any) -> DocumentMatch:
        given = self.mapping("document", given, "each where unless")
        return DocumentMatch(
            each=self.path("each", given.get("each", "")),
            where=tuple(self._key("where", one) for one in listed(given.get("where"))),
            unless=tuple(self._key("unless", one) for one in listed(given.get("unless"))),
        )

    def _key(self, key: str, given: Any) -> KeyCondition:
        given = self.mapping(key, given)
        if "path" not in given:
            raise self.wrong("a condition of its 'document' has no 'path'")
        rest = {name: value for name, value in given.items() if name != "path"}
        return KeyCondition(
            path=self.path("path", given["path"]), condition=self._condition(key, rest or "present")
        )

    def _where(self, key: str, given: Any) -> dict[str, Condition]:
        if given is None:
            return {}
        given = self.mapping(key, given)
        return {self.text(key, name): self._condition(key, value) for name, value in given.items()}

    def _condition(self, key: str, given: Any) -> Condition:
        if isinstance(given, str):
            return self.one_of(key, given, _WORDS)
        given = self.mapping(key, given, "shape is is_not matches not_matches from not_from missing")
        missing = given.get("missing", False)
        if missing != "or" and self.truth("missing", missing):
            return Condition(missing=True)
        either = missing == "or" or set(given) <= {"is_not", "not_matches"}
        return Condition(
            shapes=self.one_of("shape", given["shape"], _SHAPES) if "shape" in given else frozenset(Shape),
            texts=self.scalars("is", given.get("is")),
            not_texts=self.scalars("is_not", given.get("is_not")),
            pattern=self.pattern("matches", given.get("matches")),
            not_pattern=self.pattern("not_matches", given.get("not_matches")),
            origin=self.pattern("from", given.get("from")),
            not_origin=self.pattern("not_from", given.get("not_from")),
            missing=None if either else False,
        )

    def _fix(self, given: Any) -> FixRule:
        given = self.mapping("fix", given, f"says replace call argument becomes add {' '.join(_LISTS)}")
        if not given.get("says") or not (set(given) - {"says", "becomes", *_LISTS}):
            raise self.wrong("a fix says what it does, and does something")
        of, imports, names = (self.texts(key, given.get(key)) for key in _LISTS)
        for module in imports:
            if not _MODULE.fullmatch(module):
                raise self.wrong(f"{shown(module)} in its 'imports' is no name of a module")
        texts: dict[str, Any] = {
            key: self.text(key, value) for key, value in given.items() if key not in _LISTS
        }
        return replace(FixRule(**texts), of=of, imports=imports, globals=names)


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
        elif isinstance(one, list | tuple | set):
            waiting += one
    return False
