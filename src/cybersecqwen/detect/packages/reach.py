"""Whether a project's own code imports a package: Python, JavaScript and Go, as far as import lines tell.

Lines are read, not parsed: text between triple quotes and comments is left out, a string that is spelled like
an import in JavaScript is taken for one. What is not seen: modules named at run time, plug-ins that a
framework finds by itself, programs that are only called. So "imported nowhere" lowers the priority of a
finding and never takes it away. Packages that others ask for are None, but where they are imported too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from cybersecqwen.knowledge.advisories.interface import name_key
from cybersecqwen.records.review import Package

PYTHON, JAVASCRIPT, GO = "python", "javascript", "go"
_LANGUAGES = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "tsx": JAVASCRIPT,
    "jsx": JAVASCRIPT,
    "vue": JAVASCRIPT,
    "svelte": JAVASCRIPT,
    "go": GO,
}
_ECOSYSTEMS = {"PyPI": PYTHON, "npm": JAVASCRIPT, "Go": GO}

_LINE = 4_000  # characters of a line that are looked at: imports are shorter
_IMPORT = re.compile(r"\s*(?:import\s+([\w. ,\t]+)|from\s+([A-Za-z_][\w.]*)\s+import\s+\(?\s*([\w ,\t]*))")
_DYNAMIC = re.compile(r"\b(?:import_module|__import__)\(\s*[\"']([A-Za-z_][\w.]{0,200})[\"']")
# A string that does not end is one up to the end of its line: else each quote in it would begin a search.
_QUOTES = re.compile(r'"""|\'\'\'|#|"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?')
_SPECIFIER = re.compile(
    r"(?:\bfrom|\bimport|\brequire(?:\.resolve)?)\s{0,20}\(?\s{0,20}[\"'`]([@A-Za-z0-9_][^\"'`\s$\\]{0,300})[\"'`]"
)
_GO_IMPORT = re.compile(
    r"\s*(?:import\s+)?(?:[\w.]+\s+)?[\"`]([A-Za-z0-9][^\"`\s]{0,500})[\"`]\s*(?:;|//.*)?$"
)
_ENVIRONMENT = 20_000  # distributions of one environment
_RECORD = 16 << 20  # bytes of one list of installed files


class Imports:
    """What the sources of a project import, and where first."""

    def __init__(self) -> None:
        self.files = {PYTHON: 0, JAVASCRIPT: 0, GO: 0}
        """Files read, by language."""
        self._first: dict[tuple[str, str], str] = {}

    def add(self, path: str, language: str, text: str) -> None:
        """Read one file; languages without imports that are known are passed over."""
        family = _LANGUAGES.get(language.lower())
        if family is None:
            return
        self.files[family] += 1
        for name, line in _READERS[family](text):
            self._first.setdefault((family, name), f"{path}:{line}")

    def first(self, family: str, name: str) -> str:
        """Where a module or package is first imported, as PATH:LINE; "" where it is not."""
        return self._first.get((family, name), "")


def imports_of(sources: Iterable[tuple[str, str, str]]) -> Imports:
    """What sources, each (path, language, text), import."""
    found = Imports()
    for path, language, text in sources:
        found.add(path, language, text)
    return found


def reached(
    package: Package,
    imports: Imports,
    environment: Mapping[str, tuple[str, ...]] | None = None,
    parts: tuple[str, ...] = (),
) -> tuple[str, bool | None]:
    """How the code reaches a package, in words, and whether it does; ("", None) where that cannot be told.

    `environment` says what an installed distribution of Python is imported by (`names_in`); `parts` are the
    import paths of a Go module that a problem is in.
    """
    family = _ECOSYSTEMS.get(package.ecosystem, "")
    files = imports.files.get(family, 0)
    if not files:
        return "", None
    names: tuple[str, ...] = (package.name,)
    if family != GO:
        names = _npm_names(package.name) if family == JAVASCRIPT else python_names(package.name, environment)
    for name in parts if family == GO and parts else names:
        place = imports.first(family, name)
        if place:
            return f"imported in {place}", True
    if not package.direct:
        return "", None
    if family == GO and parts and imports.first(GO, package.name):
        return "none of the affected parts is imported", False
    return f"imported in none of {files:,} files" if files > 1 else "not imported in the file", False


def python_names(name: str, environment: Mapping[str, tuple[str, ...]] | None = None) -> tuple[str, ...]:
    """What a distribution of PyPI is imported by: as installed, by the table, else what its name suggests."""
    key = name_key("PyPI", name)
    told = (environment or {}).get(key) or _table().get(key)
    if told:
        return told
    plain = key.replace("-", "_")
    guesses = [plain, key.replace("-", ".")]
    for beginning in ("python_", "py_", "django_", "flask_"):
        guesses += [plain.removeprefix(beginning)] if plain.startswith(beginning) else []
    for end in ("_python", "_py", "_binary", "_client"):
        guesses += [plain.removesuffix(end)] if plain.endswith(end) else []
    return tuple(dict.fromkeys(guesses))


def _npm_names(name: str) -> tuple[str, ...]:
    if name.startswith("@types/"):
        scope, _, rest = name[7:].partition("__")
        return (f"@{scope}/{rest}" if rest else scope,)
    return (name,)


def names_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """What each installed distribution in a site-packages folder is imported by; {} where none is read."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        places = sorted(folder.glob("*.dist-info"))[:_ENVIRONMENT]
    except OSError:
        return found
    for place in places:
        name = name_key("PyPI", place.name.partition("-")[0])
        names = _listed(place / "top_level.txt") or _recorded(place / "RECORD")
        if names:
            found[name] = names
    return found


def _listed(path: Path) -> tuple[str, ...]:
    return tuple(line for line in _read(path).split() if line.isidentifier())[:100]


def _recorded(path: Path) -> tuple[str, ...]:
    """The first parts of the paths of modules, and two parts where the first is only a namespace."""
    names: dict[str, None] = {}
    packages: set[str] = set()
    for line in _read(path).splitlines():
        file = line.partition(",")[0]
        head, _, rest = file.partition("/")
        if not rest and head.endswith((".py", ".so", ".pyd")):
            names[head.partition(".")[0]] = None
        elif rest.endswith((".py", ".so", ".pyd", ".pyi")) and head.isidentifier():
            if rest == "__init__.py":
                packages.add(head)
            names[head] = None
            inner = rest.split("/")
            if head not in packages and len(inner) > 1 and inner[0].isidentifier():
                names[f"{head}.{inner[0]}"] = None
    found = [name for name in names if name in packages or "." in name or _alone(name, names)]
    return tuple(name for name in found if name.partition(".")[0] not in packages or "." not in name)[:100]


def _alone(name: str, names: Mapping[str, None]) -> bool:
    return not any(other.startswith(f"{name}.") for other in names)


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > _RECORD or not path.is_file():
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    text = Path(__file__).with_name("import_names.toml").read_text(encoding="utf-8")
    return {name: tuple(names) for name, names in tomllib.loads(text).items()}


def _python(text: str) -> Iterable[tuple[str, int]]:
    """(dotted name and each of its beginnings, line) of what a Python file imports."""
    inside = ""
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole[:_LINE]
        if inside:
            if inside not in whole:
                continue
            line = line[line.find(inside) + 3 :] if inside in line else ""
        elif "import" not in line and '"""' not in line and "'''" not in line:
            continue  # nine lines of ten
        code, inside = _without_strings(line)
        for statement in code.split(";"):
            match = _IMPORT.match(statement)
            if match:
                yield from _told(match, number)
        for match in _DYNAMIC.finditer(line):
            yield from _beginnings(match[1], number)


def _without_strings(line: str) -> tuple[str, str]:
    """(the code before a comment, without strings; the triple quotes that are open at its end)."""
    parts = []
    at = 0
    while True:
        match = _QUOTES.search(line, at)
        if match is None:
            parts.append(line[at:])
            return "".join(parts), ""
        parts.append(line[at : match.start()])
        if match[0] == "#":
            return "".join(parts), ""
        if match[0] in ('"""', "'''"):
            end = line.find(match[0], match.end())
            if end < 0:
                return "".join(parts), match[0]
            at = end + 3
        else:
            at = match.end()


def _told(match: re.Match[str], line: int) -> Iterable[tuple[str, int]]:
    if match[1]:
        for part in match[1].split(","):
            name = part.split()[0] if part.split() else ""
            yield from _beginnings(name, line)
        return
    yield from _beginnings(match[2], line)
    for part in match[3].split(","):
        name = part.split()[0] if part.split() else ""
        if name.isidentifier():
            yield f"{match[2]}.{name}", line


def _beginnings(name: str, line: int) -> Iterable[tuple[str, int]]:
    parts = name.split(".")[:20]
    for count in range(1, len(parts) + 1):
        if parts[count - 1].isidentifier():
            yield ".".join(parts[:count]), line


def _javascript(text: str) -> Iterable[tuple[str, int]]:
    """(package, line) of what a JavaScript or TypeScript file imports."""
    line, at = 1, 0
    for match in _SPECIFIER.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        start = text.rfind("\n", max(0, at - _LINE), at) + 1
        if text[start : start + 200].lstrip().startswith(("//", "*", "/*")):
            continue
        name = _npm_package(match[1])
        if name:
            yield name, line


def _npm_package(specifier: str) -> str:
    """The package of "lodash/fp" or "@scope/name/part"; "" for what is none."""
    if ":" in specifier:  # node:fs, https://…
        return specifier[4:].partition("/")[0] if specifier.startswith("npm:") else ""
    parts = specifier.split("/")
    if specifier.startswith("@"):
        return "/".join(parts[:2]) if len(parts) > 1 and parts[0] != "@" else ""
    return parts[0]


def _go(text: str) -> Iterable[tuple[str, int]]:
    """(import path and each of its beginnings, line): a module is the beginning of its packages' paths."""
    inside = False
    for number, whole in enumerate(text.split("\n"), 1):
        line = whole[:_LINE]
        start = line.lstrip()
        if inside and start.startswith(")"):
            inside = False
        elif start.startswith("import") and start[6:].lstrip().startswith("("):
            inside = True
        elif start.startswith(("func ", "type ")) and not inside:
            return  # imports stand before everything else: https://go.dev/ref/spec#Source_file_organization
        elif inside or start.startswith("import"):
            match = _GO_IMPORT.match(line)
            if match:
                parts = match[1].split("/")[:30]
                for count in range(1, len(parts) + 1):
                    yield "/".join(parts[:count]), number


_READERS = {PYTHON: _python, JAVASCRIPT: _javascript, GO: _go}
