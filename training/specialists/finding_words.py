"""What a finding of `csq review` looks like to a machine: the words that it and its surroundings are made of.

Comments and what stands inside of quotes say what people want to be believed. None of it is read: they
are blanked before anything else, so no sentence planted in code can change what is made here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cybersecqwen.records.review import CodeFinding
from cybersecqwen.tasks.review.judging import in_tests

BEFORE, AFTER = 4, 3
"""Lines around a finding that are read."""
_FAR = 10
"""Lines upwards in which the function is looked for that a finding stands in: as many as a snippet has."""
_WIDTH = 400
"""Characters of a line that are read."""
_LINES = 10
"""Lines of a finding that are read."""

# Each ends at the end of the text at the latest, and gives nothing back: what never ends is read once.
_STRINGS = r'"(?:[^"\\\n]|\\.)*+(?:"|(?=\n)|\\?\Z)|' + r"'(?:[^'\\\n]|\\.)*+(?:'|(?=\n)|\\?\Z)"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\\?\Z)|' + r"'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\\?\Z)"
_BACKTICK = r"`(?:[^`\\]|\\.)*+(?:`|\\?\Z)"
_BLOCK = r"/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_HASH, _SLASHES = r"\#[^\n]*", r"//[^\n]*"
_HASHES = frozenset(
    ("python", "ruby", "shell", "php", "yaml", "dockerfile", "terraform", "kubernetes", "github")
)
_MARKS = re.compile(r"%[sdrixuvq]|\$\{|#\{|[{}?]|\n")
"""What is kept of a text: where something is put in."""
_FUNCTION = re.compile(
    r"\b(?:def|func|function|fn|class|sub)[ \t]{1,20}(?:\([^)\n]{0,80}\)[ \t]{0,20})?([A-Za-z_]\w{0,80})"
)
_LAST_NAME = re.compile(r"[A-Za-z_]\w*$")
_NAME = re.compile(r"[A-Za-z_]\w*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SOUND = re.compile(
    r"escape|quote|saniti[sz]e|valid|allow|whitelist|realpath|basename|isinstance|secure_|safe|check"
    r"|compare_digest|sizeof|strlen|assert|limit|max|min|clean|filter|prepare"
)
_BRANCH = re.compile(r"^\s*(?:\}?\s*else\s+)?(?:if|elif|unless|switch|case|while|for|try|with)\b")
PLACES = {
    "example": re.compile(r"(?:^|/)(?:examples?|samples?|demos?|tutorials?|docs?)(?:/|$)"),
    "vendored": re.compile(
        r"(?:^|/)(?:third[-_]?party|vendor(?:ed)?|extern(?:al)?s?|deps|_vendor|bundled|contrib)(?:/|$)"
    ),
    "migration": re.compile(r"(?:^|/)(?:migrations?|migrate)(?:/|$)"),
    "tool": re.compile(r"(?:^|/)(?:scripts?|tools?|bin|build|ci|benchmarks?|bench)(?:/|$)"),
}
"""What the path of a file says of it."""


def places_of(path: str) -> frozenset[str]:
    """Kinds of place that a file stands in, as its path says: test, example and so on."""
    found = {name for name, pattern in PLACES.items() if pattern.search(path[-400:])}
    return frozenset(found | {"test"} if in_tests(path) else found)


@lru_cache(maxsize=4)
def _pattern(language: str) -> re.Pattern[str]:
    kinds = [_HASH] if language in _HASHES else []
    if language not in ("python", "ruby", "shell", "yaml", "dockerfile", "kubernetes", "github"):
        kinds += [_BLOCK, _SLASHES]
    if language == "python":
        kinds.append(_TRIPLE)
    if language in ("javascript", "typescript", "tsx", "go"):
        kinds.append(_BACKTICK)
    return re.compile("|".join([*kinds, _STRINGS]), re.DOTALL)


def blanked(text: str, language: str) -> str:
    """Code without its comments, and without what stands inside of quotes but marks where values go."""

    def blank(match: re.Match[str]) -> str:
        found = match.group()
        kept = "".join(_MARKS.findall(found))
        if found[0] in "\"'`":
            return f"{found[0]}{kept}{found[0]}"
        return "\n" * kept.count("\n")

    return _pattern(language).sub(blank, text)


@dataclass(frozen=True, slots=True)
class Code:
    """A file as lines that hold code alone; made once for all findings of a file."""

    language: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, text: str, language: str) -> Code:
        """Read a file."""
        return cls(language, tuple(line[:_WIDTH] for line in blanked(text, language).split("\n")))


def described(one: CodeFinding, code: Code) -> str:
    """A finding as words, the features that the machine learns from."""
    return " ".join(_words(one, code))


def _words(one: CodeFinding, code: Code) -> Iterator[str]:
    begin = max(0, one.place.line - 1)
    end = min(max(begin + 1, one.place.end_line), begin + _LINES)
    own = code.lines[begin:end]
    yield f"rule_{one.rule}"
    yield from (f"is_{cwe.lower()}" for cwe in one.cwe[:2])
    yield f"severity_{one.severity.label} confidence_{one.confidence.value} language_{code.language}"
    yield from (f"path_{name}" for name in sorted(places_of(one.place.path)))
    yield from (f"made_{name}" for name in _shapes(" ".join(own)))
    function = _function(code.lines, begin)
    yield from (f"in_{part}" for part in _parts(function))
    near = [*code.lines[max(0, begin - BEFORE) : begin], *code.lines[end : end + AFTER]]
    if any(map(_BRANCH.match, code.lines[max(0, begin - BEFORE) : begin])):
        yield "near_branch"
    yield from sorted({f"near_{found}" for line in near for found in _SOUND.findall(line.lower())})
    for line in own:
        yield line.strip()
        yield from (f"has_{part}" for name in _NAME.findall(line) for part in _parts(name))
    yield from sorted(
        {f"by_{part}" for line in near for name in _NAME.findall(line) for part in _parts(name)}
    )


def _parts(name: str) -> list[str]:
    return [part.lower() for part in _PART.findall(name)[:6] if len(part) > 1]


def _shapes(line: str) -> Iterator[str]:
    """How the values of a line are made, as far as its letters tell."""
    if re.search(r"\b[fF][rR]?[\"']|\$\"|`[^`]*\$\{|#\{", line):
        yield "interpolated"
    if re.search(r"[\"']\s*\+|\+\s*[\"']|[\"']\s*\.\s*\$", line):
        yield "joined"
    if re.search(r"[\"']\s*%|\.format\(|sprintf|String\.Format", line):
        yield "formatted"
    if re.search(r"\(\s*[\"'][^\"']*[\"']\s*\)", line):
        yield "constant"
    if re.search(r"\(\s*[A-Za-z_$][\w.>-]*\s*[,)]", line):
        yield "name"
    if re.search(r"\bself\.|\bthis[.\->]", line):
        yield "own"
    if re.search(r"\breq(?:uest)?\b|params|argv|\$_|input|getParameter|query", line, re.IGNORECASE):
        yield "request"


def _function(lines: tuple[str, ...], at: int) -> str:
    """The name of the function that a line stands in, as far as letters tell; "" for none."""
    for number in range(min(at, len(lines) - 1), max(-1, at - _FAR), -1):
        line = lines[number]
        found = _FUNCTION.search(line)
        if found is not None:
            return found[1]
        head, paren, _ = line.partition("(")
        if paren and line[:1].isalpha() and line.rstrip().endswith((")", "{", ",")):  # as in C
            last = _LAST_NAME.search(head.rstrip())
            return last.group() if last is not None else ""
    return ""
