"""Ranges as manifests write them ("^1.2", "~=4.1,!=4.1.3", "[1.0,2.0)"), as spans of versions.

Only what is sure is read: a form that is not known gives None. A version that is left out (!=) is not: the
span is larger than what the manifest allows, so that "every version of it is affected" stays true.

Forms: PEP 440 and Poetry's, https://docs.npmjs.com/cli/configuring-npm/package-json#dependencies,
https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html, RubyGems' pessimistic operator,
https://getcomposer.org/doc/articles/versions.md, Maven's and NuGet's intervals.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from .orders import key
from .ranges import BEFORE_ALL, BEHIND_ALL, Cut, Span

_LONGEST = 1_000
_ALTERNATIVES = 50
_PARTS = re.compile(r"\s*(===|~=|==|!=|<=|>=|~>|<|>|=|\^|~)?\s*([vV]?[0-9*xX][^\s,|<>=!~^]*)\s*,?", re.ASCII)
_HYPHEN = re.compile(r"\s*([vV]?\d[^\s,|]*)\s+-\s+([vV]?\d[^\s,|]*)\s*", re.ASCII)
_INTERVAL = re.compile(r"\s*+([\[(])([^\[\](),]*+)(?:(,)([^\[\](),]*+))?([\])])\s*+,?", re.ASCII)
_NUMBERS = re.compile(r"[vV]?(\d{1,9}(?:\.\d{1,9}){0,3})(?:\.[*xX])*(.*)", re.ASCII)
# The lowest version that starts with a number, where pre-releases stand before it: ">=1,<2" has no 2.0rc1.
_LOWEST = {"PyPI": ".dev0", "npm": "-0", "crates.io": "-0", "Packagist": "-dev", "RubyGems": ".0.a"}


def spans(ecosystem: str, wanted: str) -> tuple[Span, ...] | None:
    """What versions a range allows; None where it cannot be read."""
    text = wanted.strip()
    if len(text) > _LONGEST or not text.isascii():
        return None
    if text in ("", "*", "x", "latest") and ecosystem != "NuGet":
        return ((BEFORE_ALL, BEHIND_ALL),)
    if ecosystem in ("Maven", "NuGet"):
        return _intervals(ecosystem, text)
    if ecosystem == "Packagist":
        text = re.sub(r"@[a-z]+\b", "", text, flags=re.IGNORECASE)
    pieces = re.split(r"\|\|?", text) if ecosystem in ("npm", "Packagist", "PyPI") else [text]
    if len(pieces) > _ALTERNATIVES:
        return None
    found: list[Span] = []
    for piece in pieces:
        span = _all_of(ecosystem, piece)
        if span is None:
            return None
        found.append(span)
    return tuple(span for span in found if span[0] < span[1]) or None


def lowest(wanted: str) -> str:
    """The lowest version that an inclusive range of NuGet allows, which is the one that it takes; or ""."""
    found = re.match(r"\s*\[?\s*(\d[^\s,\[\]()*]*)\s*(?:[,\]].*)?$", wanted[:_LONGEST])
    return found[1] if found else ""


def _all_of(ecosystem: str, text: str) -> Span | None:
    """What all parts of a piece allow together."""
    text = text.strip().strip(",").strip()
    if text in ("", "*", "x", "X"):
        return BEFORE_ALL, BEHIND_ALL
    hyphen = _HYPHEN.fullmatch(text) if ecosystem in ("npm", "Packagist") else None
    if hyphen:
        low, high = _one(ecosystem, ">=", hyphen[1]), _one(ecosystem, "<=", hyphen[2])
        return None if low is None or high is None else (low[0], high[1])
    low_cut, high_cut = BEFORE_ALL, BEHIND_ALL
    at = 0
    while at < len(text):
        part = _PARTS.match(text, at)
        if part is None:
            return None
        at = part.end()
        if part[1] == "!=":
            continue
        span = _one(ecosystem, part[1] or "", part[2])
        if span is None:
            return None
        low_cut = span[0] if low_cut < span[0] else low_cut
        high_cut = span[1] if span[1] < high_cut else high_cut
    return low_cut, high_cut


def _one(ecosystem: str, sign: str, version: str) -> Span | None:
    if version.strip("vV.*xX") == "":
        return BEFORE_ALL, BEHIND_ALL
    found = _NUMBERS.fullmatch(version)
    if found is None:
        return None
    numbers = [int(part) for part in found[1].split(".")]
    rest = found[2]
    wild = bool(re.search(r"\.[*xX]", version))
    if not sign:
        sign = "^" if ecosystem == "crates.io" else "="
        wild = wild or (ecosystem == "npm" and len(numbers) < 3 and not rest)
    if sign == "===":
        sign = "="
    if wild and sign in ("=", "==", "~", "^") and not rest:
        kept = len(numbers) if sign in ("=", "==") else _kept(ecosystem, sign, numbers)
        return _between(ecosystem, version_text(numbers), _raised(numbers, kept))
    text = version_text(numbers) + rest
    return _BY_SIGN[sign](ecosystem, text, numbers) if sign in _BY_SIGN else None


def version_text(numbers: list[int]) -> str:
    """A version out of its numbers."""
    return ".".join(map(str, numbers))


def _kept(ecosystem: str, sign: str, numbers: list[int]) -> int:
    """How many leading numbers must stay, by the operator."""
    if sign == "^":
        # The first number that is not zero: ^0.2.3 is <0.3.0, ^0.0.3 is <0.0.4, ^0 is <1.
        return next((i + 1 for i, number in enumerate(numbers[:3]) if number), len(numbers[:3]))
    if sign == "~" and ecosystem in ("npm", "crates.io", "PyPI"):
        return min(len(numbers), 2)
    return max(len(numbers) - 1, 1)  # ~= and ~> of Python, Ruby and PHP: the last one named may rise


def _raised(numbers: list[int], kept: int) -> str:
    """The first version behind all that have the first `kept` numbers."""
    return version_text([*numbers[: kept - 1], numbers[kept - 1] + 1, *([0] * max(3 - kept, 0))])


def _between(ecosystem: str, low: str, high: str) -> Span | None:
    start, end = _cut(ecosystem, low, -1), _before(ecosystem, high)
    return None if start is None or end is None else (start, end)


def _cut(ecosystem: str, version: str, side: int) -> Cut | None:
    place = key(ecosystem, version)
    return None if place is None else Cut(place, side)


def _before(ecosystem: str, version: str) -> Cut | None:
    """Before a version and its pre-releases, where it is none itself."""
    if re.fullmatch(r"[vV]?[\d.]+", version):
        cut = _cut(ecosystem, _padded(ecosystem, version) + _LOWEST.get(ecosystem, ""), -1)
        if cut is not None:
            return cut
    return _cut(ecosystem, version, -1)


def _padded(ecosystem: str, version: str) -> str:
    missing = 2 - version.count(".") if ecosystem in ("npm", "crates.io", "Packagist") else 0
    return version + ".0" * max(missing, 0)


def _from(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
    cut = _cut(ecosystem, text, -1)
    return None if cut is None else (cut, BEHIND_ALL)


def _above(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
    if ecosystem == "npm" and len(numbers) < 3:  # >1 is >=2.0.0
        return _from(ecosystem, _raised(numbers, len(numbers)), numbers)
    cut = _cut(ecosystem, text, 1)
    return None if cut is None else (cut, BEHIND_ALL)


def _below(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
    cut = _before(ecosystem, text)
    return None if cut is None else (BEFORE_ALL, cut)


def _up_to(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
    if ecosystem in ("npm", "crates.io") and len(numbers) < 3:  # <=1 is <2.0.0
        return _below(ecosystem, _raised(numbers, len(numbers)), numbers)
    cut = _cut(ecosystem, text, 1)
    return None if cut is None else (BEFORE_ALL, cut)


def _exactly(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
    place = key(ecosystem, text)
    return None if place is None else (Cut(place, -1), Cut(place, 1))


def _near(sign: str) -> Callable[[str, str, list[int]], Span | None]:
    def read(ecosystem: str, text: str, numbers: list[int]) -> Span | None:
        return _between(ecosystem, text, _raised(numbers, _kept(ecosystem, sign, numbers)))

    return read


_BY_SIGN: dict[str, Callable[[str, str, list[int]], Span | None]] = {
    ">=": _from,
    ">": _above,
    "<": _below,
    "<=": _up_to,
    "=": _exactly,
    "==": _exactly,
    "^": _near("^"),
    "~": _near("~"),
    "~=": _near("~="),
    "~>": _near("~>"),
}


def _intervals(ecosystem: str, text: str) -> tuple[Span, ...] | None:
    """Intervals of Maven and NuGet: [1.0,2.0), (,1.0], [1.2]; a bare version is a wish, not a bound."""
    if re.fullmatch(r"\d[^\s,\[\]()*]*", text):
        span = _from(ecosystem, text, []) if ecosystem == "NuGet" else _exactly(ecosystem, text, [])
        return None if span is None else (span,)
    found: list[Span] = []
    at = 0
    while at < len(text):
        part = _INTERVAL.match(text, at)
        if part is None or len(found) >= _ALTERNATIVES:
            return None
        at = part.end()
        low, high = part[2].strip(), (part[4] if part[3] else part[2]).strip()
        start = _cut(ecosystem, low, -1 if part[1] == "[" else 1) if low else BEFORE_ALL
        end = _cut(ecosystem, high, 1 if part[5] == "]" else -1) if high else BEHIND_ALL
        if start is None or end is None:
            return None
        found.append((start, end))
    return tuple(found) or None
