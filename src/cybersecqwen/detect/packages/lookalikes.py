"""Names that are spelled like those of popular packages and are none of them.

A name is held against a list of widely used ones (`popular_*.txt`): one letter more, fewer, another, two
changed over, separators left out or put in, letters that look alike, or an affix that says nothing. Plain
names are near to each other by chance too: short ones, digits and plurals are left out, and so is every name
that is known to be real.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cybersecqwen.knowledge.advisories.interface import name_key
from cybersecqwen.records import Severity
from cybersecqwen.records.review import Package, PackageFinding

from .fingerprints import fingerprint
from .unmaintained import ended

_LISTS = {"PyPI": "popular_pypi.txt", "npm": "popular_npm.txt"}
_SHORTEST = 6
"""Characters of a popular name that any one edit is looked for in: shorter ones have real neighbours."""

_LONGEST = 214  # npm's bound; PyPI's names are shorter
_ALIKE = str.maketrans({"0": "o", "1": "l", "5": "s", "|": "l"})
_SEPARATORS = re.compile(r"[-_.]+")
# Affixes of look-alikes that were found, and that no maintainer of a package would add to its own name.
_AFFIXES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "PyPI": (("python3-", "py3-", "pip-", "pypi-"), ("-official", "-latest", "-fixed", "-updated")),
    "npm": (
        ("npm-", "node-npm-", "nodejs-"),
        (".js", "-js-official", "-official", "-latest", "-fixed", "-npm"),
    ),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """What a name looks like."""

    to: str
    """The popular name."""
    how: str
    """In words: "one letter more"."""


@dataclass(frozen=True, slots=True)
class _Book:
    names: frozenset[str]
    by_part: Mapping[str, tuple[str, ...]]
    """A name, or a name without one of its characters, to popular names of which it is that."""
    by_shape: Mapping[str, str]
    """Without separators, and with letters that look alike made one, to the popular name."""


def look_alikes(
    packages: Iterable[Package], *, known: Callable[[str, str], bool] = lambda ecosystem, name: False
) -> tuple[PackageFinding, ...]:
    """A finding for every package whose name looks like a popular one's.

    `known` says of (ecosystem, name) that the package is real: that advisories are about it, say.
    """
    return tuple(
        _finding(package, like)
        for package in packages
        if (like := likeness(package.ecosystem, package.name)) and not known(package.ecosystem, package.name)
    )


def likeness(ecosystem: str, name: str) -> Likeness | None:
    """The popular name that a name looks like; None where it is one itself or looks like none."""
    if ecosystem not in _LISTS or not 3 <= len(name) <= _LONGEST:
        return None
    book = _book(ecosystem)
    plain = name_key(ecosystem, name).lower()
    if plain in book.names or plain.startswith("@") or (ecosystem, plain) in ended():
        return None
    return _shaped(plain, book) or _affixed(ecosystem, plain, book) or _edited(plain, book)


def _shaped(name: str, book: _Book) -> Likeness | None:
    same = book.by_shape.get(_shape(name))
    if same is None or len(same) < 5:
        return None
    if _SEPARATORS.sub("", same) == _SEPARATORS.sub("", name):
        return Likeness(same, "other separators")
    return Likeness(same, "letters that look alike")


def _affixed(ecosystem: str, name: str, book: _Book) -> Likeness | None:
    beginnings, ends = _AFFIXES[ecosystem]
    if ecosystem == "PyPI" and re.match(r"python[23]-", name) and "python-" + name[8:] in book.names:
        return Likeness("python-" + name[8:], "another beginning")
    for beginning in beginnings:
        if name.startswith(beginning) and name.removeprefix(beginning) in book.names:
            return Likeness(name.removeprefix(beginning), f"“{beginning}” put before it")
    for end in ends:
        if name.endswith(end) and name.removesuffix(end) in book.names:
            return Likeness(name.removesuffix(end), f"“{end}” put behind it")
    return None


def _edited(name: str, book: _Book) -> Likeness | None:
    for part in dict.fromkeys((name, *_parts(name))):
        for popular in book.by_part.get(part, ()):
            how = _edit(name, popular)
            if how:
                return Likeness(popular, how)
    return None


def _edit(name: str, popular: str) -> str:
    """The one edit between two names, in words; "" where there is none, or one that real names have."""
    shorter = min(len(name), len(popular))
    at = next((i for i in range(shorter) if name[i] != popular[i]), shorter)
    mine, other = name[at:], popular[at:]
    if len(name) == len(popular) + 1 and mine[1:] == other:
        return "" if _ordinary(name, at) else "one letter more"
    if len(name) + 1 == len(popular) and mine == other[1:]:
        return "" if _ordinary(popular, at) else "one letter fewer"
    if len(popular) < _SHORTEST:
        return ""
    if len(name) == len(popular) and mine[1:] == other[1:]:
        # Another beginning is mostly another word: pyaml and yaml, redis and tedis.
        return "" if at == 0 or not (mine[0] + other[0]).isalpha() else "another letter"
    if mine[:2] == other[1::-1] and mine[2:] == other[2:]:
        return "two letters changed over"
    return ""


def _ordinary(longer: str, at: int) -> bool:
    """Whether the letter at a place is one that real packages have more than others.

    Digits and hyphens, a plural, a letter in front; of short names all but one that is doubled.
    """
    letter, before = longer[at], longer[at - 1 : at]
    doubled = letter == before
    if not letter.isalpha() or at == 0 or (letter == "s" and at == len(longer) - 1 and not doubled):
        return True
    return len(longer) <= _SHORTEST and not doubled


def _parts(name: str) -> Iterator[str]:
    return (name[:i] + name[i + 1 :] for i in range(len(name)))


def _shape(name: str) -> str:
    return _SEPARATORS.sub("", name).translate(_ALIKE).replace("rn", "m").replace("vv", "w")


@cache
def _book(ecosystem: str) -> _Book:
    names = popular(ecosystem)
    by_part: dict[str, tuple[str, ...]] = {}
    for name in sorted(names):
        if len(name) >= _SHORTEST - 1 and not name.startswith("@"):
            for part in {name, *_parts(name)}:
                by_part[part] = (*by_part.get(part, ()), name)
    return _Book(names=names, by_part=by_part, by_shape={_shape(name): name for name in sorted(names)})


@cache
def popular(ecosystem: str) -> frozenset[str]:
    """The list of names that look-alikes are made of, and real ones near to them."""
    text = Path(__file__).with_name(_LISTS[ecosystem]).read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


def _finding(package: Package, like: Likeness) -> PackageFinding:
    return PackageFinding(
        kind="look-alike",
        package=package,
        title=f"{package.name} is spelled like {like.to}",
        severity=Severity.MEDIUM,
        why=f"Against the widely used {like.to} it has {like.how}; such names wait for those who mistype.",
        instead=f"If {like.to} is meant, name it; else see who publishes {package.name}, and say so.",
        fingerprint=fingerprint("look-alike", package, like.to),
    )
