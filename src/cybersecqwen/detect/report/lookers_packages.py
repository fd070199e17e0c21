"""Packages of npm, PyPI, RubyGems, crates.io, Go, Maven and NuGet, where the text names the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match, words

from .interface import Looker
from .nearby import FUNCTION_WORDS, Span, ahead, behind, quoted, quoted_before

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
_COMMAND = re.compile(
    r"(?<![\w./-])(?:(npm|yarn|pnpm) (?:install|i|add)|(pip[23]?|pipx) install|(gem) install"
    r"|(cargo) (?:add|install)|(go) (?:get|install)|(dotnet) add package|(nuget) install|(install-package))"
)
_TOOLS = ("npm", "pypi", "gem", "cargo", "golang", "nuget", "nuget", "nuget")
_ARGUMENT = re.compile(r"\s{1,3}[\"'`]?")
# Options with a value of their own, whose value is not the name
_OPTION = re.compile(r"\s{1,3}--?[A-Za-z][\w-]{0,30}(?:=\S{1,200})?")
_TAKES = (
    "-r",
    "-c",
    "-e",
    "-i",
    "-t",
    "-f",
    "--index-url",
    "--extra-index-url",
    "--requirement",
    "--target",
    "--registry",
    "--source",
    "--version",
)
_THINGS = r"(?:packages?|modules?|librar(?:y|ies)|projects?|dependenc(?:y|ies))"
_WORD = re.compile(
    r"(?<![\w./@:-])(?:"
    rf"(npm|npmjs)(?:['’]s)?(?: registry)?[ -]{_THINGS}"
    rf"|(pypi)(?:['’]s)?(?: (?:registry|repository|index))?[ -]{_THINGS}"
    r"|(ruby ?gems?)(?: packages?)?"
    r"|(crates?\.io (?:packages?|crates?)|(?:rust |cargo )crates?|cargo packages?)"
    r"|(go(?:lang)? (?:modules?|packages?))"
    r"|(maven (?:artifacts?|packages?|dependenc(?:y|ies)))|(nuget packages?)"
    r"|(python packages?)|((?:node\.js|nodejs|javascript) packages?))(?![\w-])"
)
_KINDS = (
    "npm",
    "pypi",
    "gem",
    "cargo",
    "golang",
    "maven",
    "nuget",
    "pypi",
    "npm",
)
_ANNOUNCED = re.compile(
    r"\s?(?:,\s)?(?:(?:which |that )?(?:is |was |are |were )?(?:named|called|known as|dubbed)"
    r"|names?:?|:|such as|like|with the names?|including|[(\u2013-])?:?\s{0,2}(?:the )?"
)
_TOLD = re.compile(r"named|called|known as|dubbed|name")
_SEPARATOR = re.compile(r"\s?(?:,\s?(?:and |or )?|and |or |/|\u2022|&)\s?")
_VERSION = re.compile(
    r"(?:@|==|>=|~=| ?\(?v?)(?=[0-9])[0-9][\w.+-]{0,40}\)?|@[\w.-]{1,30}|\[[\w,-]{1,60}\]|[=~>]=[\w.*]{1,30}"
)
_PURL = re.compile(
    r"(?<![\w+.-])pkg:([a-z][a-z0-9.+-]{1,20})/((?:[\w.%~@+-]{1,120}/){0,6})([\w.%~+-]{1,120})(@[\w.%~+-]{1,80})?"
    r"(\?[\w.%~=&:/+-]{1,200})?(#[\w.%~/+-]{1,120})?",
    re.IGNORECASE,
)
_SCOPED = re.compile(r"(?<![\w.@/+-])@[a-z0-9][a-z0-9._~-]{1,60}/[a-z0-9][a-z0-9._~-]{1,80}(?![\w@/])")
_SCOPE_CUE = re.compile(r"npm|yarn")
_BEFORE = re.compile(r"(?:@[a-z0-9][\w.~-]{0,60}/[a-z0-9][\w.~-]{0,80})\Z")


def find_packages(text: str, low: str) -> Iterator[Match]:
    """Names of packages; see `interface.Looker`."""
    found = [*_purls(text, low), *_commands(text, low), *_words(text, low), *_scoped(low)]
    reached = 0
    for start, end, value in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= reached:
            reached = end
            yield Match(type="package", value=value, start=start, end=end)


Found = tuple[int, int, str]


def _value(kind: str, name: str) -> str:
    """Type of the purl and name, as the registry compares names."""
    if kind == "pypi":  # From: PEP 503
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif kind in ("npm", "nuget", "cargo"):
        name = name.lower()
    return f"{kind}:{name}"


def _purls(text: str, low: str) -> Iterator[Found]:
    if "pkg:" not in low:
        return
    for match in _PURL.finditer(text):
        kind, space, name, version = match[1].lower(), match[2], match[3], match[4] or ""
        raw = match.group().rstrip(".,;")
        tail = raw[len("pkg:") + len(kind) + 1 + len(space) :]
        if not match[5] and not match[6] and not version:
            name = tail
        if kind in ("npm", "nuget", "cargo", "pypi", "github", "golang"):
            space, name = space.lower(), name.lower()
        if kind == "pypi":
            name = name.replace("_", "-")
        rest = tail[len(match[3]) :] if version or match[5] or match[6] else ""
        space = space.replace("%40", "@")
        if name:
            yield match.start(), match.start() + len(raw), f"pkg:{kind}/{space}{name}{rest}"


def _commands(text: str, low: str) -> Iterator[Found]:
    for command in _COMMAND.finditer(low):
        kind = _TOOLS[(command.lastindex or 1) - 1]
        at, end = command.end(), ahead(text, command.end(), 300, 0)
        for _ in range(10):
            option = _OPTION.match(text, at, end)
            if option and option.group().strip() in _TAKES:
                at = -1
                break
            if option:
                at = option.end()
                continue
            gap = _ARGUMENT.match(text, at, end)
            span = _name(text, kind, gap.end(), end) if gap else None
            if not span or not _is_argument(text, span, end):
                break
            yield (*span, _value(kind, text[slice(*span)]))
            version = _VERSION.match(text, span[1], end)
            at = version.end() if version else span[1]
            if text[at : at + 1] in ("'", '"'):
                at += 1


def _is_argument(text: str, span: Span, end: int) -> bool:
    """Whether a word after a command is what it installs: no sentence goes on there, no file, no address."""
    raw = text[slice(*span)]
    if (
        raw.lower() in FUNCTION_WORDS
        or raw.lower() in _NO_NAMES
        or text[span[1] : span[1] + 3] in ("://", "+ht")
    ):
        return False
    return text[span[1] : span[1] + 1] not in ("/", "\\", ":", "(", "+") and not raw.endswith(
        (".txt", ".whl", ".gz", ".tgz")
    )


_NO_NAMES = words(
    """
        command commands script scripts hook hooks process phase time step package packages module registry
        install user users dependencies malicious itself request output log npm lifecycle event
        """
)


def _name(text: str, kind: str, at: int, end: int) -> Span | None:
    match = _NAMES[kind].match(text, at, end)
    if not match:
        return None
    raw = match.group().rstrip("._-~")
    return (at, at + len(raw)) if len(raw) > 1 and any(c.isalpha() for c in raw) else None


def _words(text: str, low: str) -> Iterator[Found]:
    for word in _WORD.finditer(low):
        kind = _KINDS[(word.lastindex or 1) - 1]
        end = ahead(text, word.end(), 400)
        announced = _ANNOUNCED.match(low, word.end(), end)
        at = announced.end() if announced else word.end()
        told = bool(announced and _TOLD.search(announced.group()))
        first = _quoted_name(text, kind, at, end) or _bare(text, kind, at, end, told)
        if not first:
            start = behind(text, word.start(), 160)
            edge = len(low[start : word.start()].rstrip(" ")) + start
            for ending in (" malicious", " rogue", " popular", " legitimate", " compromised"):
                if low.endswith(ending, start, edge):
                    edge -= len(ending)
            before = quoted_before(text, start, edge) if edge > start else None
            if before and _is_whole(text, kind, before):
                yield (*before, _value(kind, text[slice(*before)]))
            elif kind == "npm" and (scoped := _BEFORE.search(low, start, edge)):
                yield (*scoped.span(), _value(kind, scoped.group()))
            continue
        yield (*first, _value(kind, text[slice(*first)]))
        at = first[1]
        for _ in range(20):
            version = _VERSION.match(text, at, end)
            at = version.end() if version else at
            while at < end and text[at] in "\"'`”’“":
                at += 1
            gap = _SEPARATOR.match(text, at, end)
            more = _quoted_name(text, kind, gap.end(), end) if gap else None
            if gap and not more:
                more = _bare(text, kind, gap.end(), end, False)
            if not more:
                break
            yield (*more, _value(kind, text[slice(*more)]))
            at = more[1]


def _quoted_name(text: str, kind: str, at: int, end: int) -> Span | None:
    span = quoted(text, at, end)
    if not span:
        return None
    name = _name(text, kind, span[0], span[1])
    if not name:
        return None
    rest = text[name[1] : span[1]]
    return name if not rest or _VERSION.fullmatch(rest) else None


def _is_whole(text: str, kind: str, span: Span) -> bool:
    return bool(_NAMES[kind].fullmatch(text, *span)) and text[slice(*span)].lower() not in FUNCTION_WORDS


def _bare(text: str, kind: str, at: int, end: int, told: bool) -> Span | None:
    """A name without quotation marks: any word that is told to be one, else one that no sentence has."""
    span = _name(text, kind, at, end)
    if not span:
        return None
    raw = text[slice(*span)]
    low = raw.lower()
    if low in FUNCTION_WORDS or low in _NO_NAMES or text[span[1] : span[1] + 1] == "(":
        return None
    if kind in ("golang", "maven") or raw.startswith("@"):
        return span
    if told:
        return span
    shaped = any(c.isdigit() for c in raw) or "_" in raw or ("-" in raw and raw == low and low.count("-") < 6)
    version = _VERSION.match(text, span[1], end)
    if version and text[span[1]] in "@=":
        return span
    return span if shaped and low.partition("-")[0] not in _COMPOUNDS else None


# First halves of words of a sentence: "well-known", "third-party", "look-alike"
_COMPOUNDS = words(
    """
        well third open look low high pre post non self re multi cross so up in two three end real long short
        supply developer user typo attacker full highly build install cyber data zero server client command
        """
)


def _scoped(low: str) -> Iterator[Found]:
    for match in _SCOPED.finditer(low):
        raw = match.group().rstrip("._-~")
        near = (
            low[behind(low, match.start(), 200) : match.start()]
            + " "
            + low[match.end() : ahead(low, match.end(), 80, 0)]
        )
        if _SCOPE_CUE.search(near):
            yield match.start(), match.start() + len(raw), _value("npm", raw)


PACKAGE = Looker(
    find=find_packages,
    needles=(
        "npm", "yarn", "pypi", "python package", "pip install", "pip3", "pip2", "pipx", "rubygem",
        "ruby gem", "gem install", "crate", "cargo", "go get", "go install", "go module", "go package",
        "golang", "maven", "nuget", "dotnet add",
        "install-package", "pkg:", "node.js package", "nodejs package", "javascript package",
    ),
    lines_after=1,
)  # fmt: skip
