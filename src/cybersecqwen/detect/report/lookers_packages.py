"""Packages of npm, PyPI, RubyGems, Cargo, Go, Maven and NuGet, where the text names the registry."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cybersecqwen.detect.text.matches import Match

from .interface import Looker
from .nearby import FUNCTION_WORDS, Span, ahead, behind, quoted_before
from .package_names import NO_NAMES, VERSION, bare_name, is_name, listed, name_at, quoted_name, value_of

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
_REGISTRY = re.compile(
    r"(?:(npm(?:js)?)|(pypi|python package index)|(rubygems)|(crates\.io)"
    r"|(nuget)|(maven central))(?![\w/-]|\.\w)"
)
_REGISTRIES = ("npm", "pypi", "gem", "cargo", "nuget", "maven")
_OPENING = frozenset("\"“”„«'‘’`")
_PACKAGE = re.compile(r"(?:package|crate|gem)s?(?![\w./-])")
_UPLOADED = re.compile(
    r"(?: packages?)?(?: (?:was|were|is|are|has been|had been|first|that))*+"
    r"(?: (?:uploaded|published|pushed|hosted|released|available|found|removed))?"
    r" (?:to|on|in|from|into)(?: the)? \Z"
)
_ANNOUNCED = re.compile(
    r"\s?(?:,\s)?(?:(?:which |that )?(?:is |was |are |were )?(?:named|called|known as|dubbed)"
    r"|names?(?::|(?=\s{1,2}[\"“'`]))|:|such as|like|with the names?|including|[(\u2013-])?:?\s{0,2}(?:the )?"
)
_TOLD = re.compile(r"named|called|known as|dubbed|name")
_PURL = re.compile(
    r"(?<![\w+.-])pkg:([a-z][a-z0-9.+-]{1,20})/((?:[\w.%~@+-]{1,120}/){0,6})([\w.%~+-]{1,120})(@[\w.%~+-]{1,80})?"
    r"(\?[\w.%~=&:/+-]{1,200})?(#[\w.%~/+-]{1,120})?",
    re.IGNORECASE,
)
# "the npm package crossenv was": what a sentence only says of one package
_TELLING = re.compile(
    r" (?!manag|registry|maint|author|develop|host|index|install|user|own|team|file|name|vers)"
    r"[a-z0-9_.-]{3,60}(?<!ing)(?<!s)"
    r" (?:was|has been|had been|contain(?:s|ed)|steals|stole|impersonat(?:es|ed)) "
)
_SCOPED = re.compile(r"(?<![\w.@/+-])@[a-z0-9][a-z0-9._~-]{1,60}/[a-z0-9][a-z0-9._~-]{1,80}(?![\w@/])")
_SCOPE_CUE = re.compile(r"npm|yarn")
_BEFORE = re.compile(r"(?:@[a-z0-9][\w.~-]{0,60}/[a-z0-9][\w.~-]{0,80})\Z")


def find_packages(text: str, low: str) -> Iterator[Match]:
    """Names of packages; see `interface.Looker`."""
    found = [
        *_purls(text, low),
        *_commands(text, low),
        *_words(text, low),
        *_scoped(low),
        *_near_registries(text, low),
    ]
    reached = 0
    for start, end, value in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= reached:
            reached = end
            yield Match(type="package", value=value, start=start, end=end)


Found = tuple[int, int, str]


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
            span = name_at(text, kind, gap.end(), end) if gap else None
            if not span or not _is_argument(text, span, end):
                break
            yield (*span, value_of(kind, text[slice(*span)]))
            version = VERSION.match(text, span[1], end)
            at = version.end() if version else span[1]
            if text[at : at + 1] in ("'", '"'):
                at += 1


def _is_argument(text: str, span: Span, end: int) -> bool:
    """Whether a word after a command is what it installs: no sentence goes on there, no file, no address."""
    raw = text[slice(*span)]
    if (
        raw.lower() in FUNCTION_WORDS
        or raw.lower() in NO_NAMES
        or text[span[1] : span[1] + 3] in ("://", "+ht")
    ):
        return False
    return text[span[1] : span[1] + 1] not in ("/", "\\", ":", "(", "+") and not raw.endswith(
        (".txt", ".whl", ".gz", ".tgz")
    )


def _words(text: str, low: str) -> Iterator[Found]:
    for word in _WORD.finditer(low):
        kind = _KINDS[(word.lastindex or 1) - 1]
        end = ahead(text, word.end(), 400)
        announced = _ANNOUNCED.match(low, word.end(), end)
        at = announced.end() if announced else word.end()
        told = bool(announced and _TOLD.search(announced.group()))
        told = told or bool(_TELLING.match(low, word.end(), end))
        first = quoted_name(text, kind, at, end) or bare_name(text, kind, at, end, told)
        if not first:
            start = behind(text, word.start(), 160)
            edge = len(low[start : word.start()].rstrip(" ")) + start
            for ending in (" malicious", " rogue", " popular", " legitimate", " compromised"):
                if low.endswith(ending, start, edge):
                    edge -= len(ending)
            before = quoted_before(text, start, edge) if edge > start else None
            if before and is_name(text, kind, before):
                yield (*before, value_of(kind, text[slice(*before)]))
            elif kind == "npm" and (scoped := _BEFORE.search(low, start, edge)):
                yield (*scoped.span(), value_of(kind, scoped.group()))
            continue
        yield (*first, value_of(kind, text[slice(*first)]))
        for more in listed(text, kind, first, end):
            yield (*more, value_of(kind, text[slice(*more)]))


def _near_registries(text: str, low: str) -> Iterator[Found]:
    """What "a package named x" and "x was uploaded to" name, on the line that names a registry."""
    for word in _PACKAGE.finditer(low):
        if not _begins(low, word.start()):
            continue
        end = ahead(text, word.end(), 200, 0)
        announced = _ANNOUNCED.match(low, word.end(), end)
        at = announced.end() if announced else word.end()
        told = bool(announced and _TOLD.search(announced.group())) or word.group() in ("crate", "gem")
        if not told and text[at : at + 1] not in _OPENING:
            continue
        kind = _nearest(low, word.start(), behind(text, word.start(), 200), end)
        first = quoted_name(text, kind, at, end) if kind else None
        if kind and not first and told:
            first = bare_name(text, kind, at, end, True)
        if first:
            yield (*first, value_of(kind, text[slice(*first)]))
            for more in listed(text, kind, first, end):
                yield (*more, value_of(kind, text[slice(*more)]))
    for registry in _REGISTRY.finditer(low):
        start = behind(text, registry.start(), 200)
        gap = _UPLOADED.search(low, max(start, registry.start() - 70), registry.start())
        before = quoted_before(text, start, gap.start()) if gap and _begins(low, registry.start()) else None
        kind = _REGISTRIES[(registry.lastindex or 1) - 1]
        if before and is_name(text, kind, before):
            yield (*before, value_of(kind, text[slice(*before)]))


def _nearest(low: str, at: int, start: int, end: int) -> str:
    """The registry that is named nearest, as a type of purl; "" for none."""
    found = [
        (abs(match.start() - at), _REGISTRIES[(match.lastindex or 1) - 1])
        for match in _REGISTRY.finditer(low, start, end)
        if _begins(low, match.start())
    ]
    return min(found)[1] if found else ""


def _begins(low: str, at: int) -> bool:
    """Whether a word begins here, and no part of an address or a longer name."""
    return not at or not (low[at - 1].isalnum() or low[at - 1] in "_./@-")


def _scoped(low: str) -> Iterator[Found]:
    for match in _SCOPED.finditer(low):
        raw = match.group().rstrip("._-~")
        near = (
            low[behind(low, match.start(), 200) : match.start()]
            + " "
            + low[match.end() : ahead(low, match.end(), 80, 0)]
        )
        if _SCOPE_CUE.search(near):
            yield match.start(), match.start() + len(raw), value_of("npm", raw)


PACKAGE = Looker(
    find=find_packages,
    needles=(
        "npm", "yarn", "pypi", "python package", "pip install", "pip3", "pip2", "pipx", "rubygem",
        "ruby gem", "gem install", "crate", "cargo", "go get", "go install", "go module", "go package",
        "golang", "maven", "nuget", "dotnet add", "install-package", "pkg:", "node.js package",
        "nodejs package", "javascript package",
    ),
    lines_after=1,
)  # fmt: skip
