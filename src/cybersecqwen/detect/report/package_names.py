"""How packages are named in their registries, and which words of a sentence are such names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import words

from .nearby import FUNCTION_WORDS, Span, quoted

_NPM = r"(?:@[a-z0-9][a-z0-9._~-]{0,80}/)?[a-z0-9][a-z0-9._~-]{0,120}"
_PLAIN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}"
# From: https://github.com/package-url/purl-spec, the types; the names that their registries allow
_NAMES: dict[str, re.Pattern[str]] = {
    "npm": re.compile(_NPM, re.IGNORECASE),
    "pypi": re.compile(_PLAIN),
    "gem": re.compile(_PLAIN),
    "cargo": re.compile(r"[A-Za-z][\w-]{0,63}"),
    "golang": re.compile(r"[A-Za-z0-9-]{1,60}(?:\.[A-Za-z0-9-]{1,60}){1,4}(?:/[\w.~-]{1,80}){1,6}"),
    "maven": re.compile(r"[A-Za-z][\w.-]{1,100}:[A-Za-z][\w.-]{1,100}"),
    "nuget": re.compile(r"[A-Za-z][\w.-]{1,100}"),
}
_SEPARATOR = re.compile(r"\s?(?:,\s?(?:and |or )?|and |or |/|\u2022|&)\s?")
VERSION = re.compile(
    r"(?:@|==|>=|~=| ?\(?v?)(?=[0-9])[0-9][\w.+-]{0,40}\)?|@[\w.-]{1,30}|\[[\w,-]{1,60}\]|[=~>]=[\w.*]{1,30}"
)
NO_NAMES = words(
    """
        command commands script scripts hook hooks process phase time step package packages module registry
        install user users dependencies malicious itself request output log npm lifecycle event
        library version versions file files name names author authors archive server
        """
)
# First halves of words of a sentence: "well-known", "third-party", "look-alike"
_COMPOUNDS = words(
    """
        well third open look low high pre post non self re multi cross so up in two three end real long short
        supply developer user typo attacker full highly build install cyber data zero server client command
        """
)


def value_of(kind: str, name: str) -> str:
    """Type of the purl and name, as the registry compares names."""
    if kind == "pypi":  # From: PEP 503
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif kind in ("npm", "nuget", "cargo"):
        name = name.lower()
    return f"{kind}:{name}"


def name_at(text: str, kind: str, at: int, end: int) -> Span | None:
    """A name by the rules of the registry, without the punctuation of the sentence."""
    match = _NAMES[kind].match(text, at, end)
    if not match:
        return None
    raw = match.group().rstrip("._-~")
    return (at, at + len(raw)) if len(raw) > 1 and any(c.isalpha() for c in raw) else None


def quoted_name(text: str, kind: str, at: int, end: int) -> Span | None:
    """A name in quotation marks or backticks, without a version behind it."""
    span = quoted(text, at, end)
    if not span:
        return None
    name = name_at(text, kind, span[0], span[1])
    if not name:
        return None
    rest = text[name[1] : span[1]]
    return name if not rest or VERSION.fullmatch(rest) else None


def is_name(text: str, kind: str, span: Span) -> bool:
    """Whether a stretch is a name from end to end."""
    raw = text[slice(*span)].lower()
    return (
        bool(_NAMES[kind].fullmatch(text, *span))
        and raw not in FUNCTION_WORDS
        and not raw.endswith((".gz", ".tgz", ".whl", ".zip", ".txt", ".json"))
    )


def bare_name(text: str, kind: str, at: int, end: int, told: bool) -> Span | None:
    """A name without quotation marks: any word that is told to be one, else one that no sentence has."""
    span = name_at(text, kind, at, end)
    if not span:
        return None
    raw = text[slice(*span)]
    low = raw.lower()
    if low in FUNCTION_WORDS or low in NO_NAMES or text[span[1] : span[1] + 1] == "(":
        return None
    if kind in ("golang", "maven") or raw.startswith("@"):
        return span
    if told:
        return span
    shaped = any(c.isdigit() for c in raw) or "_" in raw or ("-" in raw and raw == low and low.count("-") < 6)
    version = VERSION.match(text, span[1], end)
    if version and text[span[1]] in "@=":
        return span
    return span if shaped and low.partition("-")[0] not in _COMPOUNDS else None


def listed(text: str, kind: str, first: Span, end: int) -> Iterator[Span]:
    """The names that go on a list after one, at most 20."""
    at = first[1]
    for _ in range(20):
        version = VERSION.match(text, at, end)
        at = version.end() if version else at
        while at < end and text[at] in "\"'`”’“":
            at += 1
        gap = _SEPARATOR.match(text, at, end)
        if not gap:
            return
        more = quoted_name(text, kind, gap.end(), end) or bare_name(text, kind, gap.end(), end, False)
        if not more:
            return
        yield more
        at = more[1]
