"""pyproject.toml: PEP 621 dependencies, PEP 735 groups, and the tables of Poetry, PDM and uv."""

from __future__ import annotations

from typing import Any

from cybersecqwen.records import Limits

from .collect import Collector, Lines, base_name, text_of
from .interface import Manifest, ManifestReader
from .json_tree import items, mapping
from .names import exact, shown
from .pep508 import for_developing, ranges, specifier
from .toml_file import toml_of


class PyprojectReader(ManifestReader):
    """What a Python project asks for, with ranges; nothing of it is built."""

    name = "pyproject"
    ecosystem = "PyPI"

    def claims(self, path: str, head: bytes) -> bool:
        """See `ManifestReader.claims`."""
        del head
        return base_name(path) == "pyproject.toml"

    def read(self, data: bytes, path: str, limits: Limits) -> Manifest:
        """See `ManifestReader.read`."""
        text = text_of(data, limits, "pyproject.toml")
        root = toml_of(text, "pyproject.toml")
        found = Collector(path, self.ecosystem, text.split("\n"))
        where = Lines(text)
        project, tool = mapping(root.get("project")), mapping(root.get("tool"))
        specifiers(found, where, project.get("dependencies"), dev=False)
        for group, listed in mapping(project.get("optional-dependencies")).items():
            specifiers(found, where, listed, dev=for_developing(group))
        for listed in mapping(root.get("dependency-groups")).values():
            specifiers(found, where, listed, dev=True)
        specifiers(found, where, mapping(tool.get("uv")).get("dev-dependencies"), dev=True)
        for listed in mapping(mapping(tool.get("pdm")).get("dev-dependencies")).values():
            specifiers(found, where, listed, dev=True)
        specifiers(found, where, mapping(root.get("build-system")).get("requires"), dev=True)
        _poetry(found, where, mapping(tool.get("poetry")))
        return found.manifest()


def specifiers(found: Collector, where: Lines, listed: Any, *, dev: bool) -> None:
    """Take a list of dependency specifiers; groups that it includes are read where they stand."""
    for item in items(listed):
        if isinstance(item, dict) and "include-group" in item:
            continue
        if not isinstance(item, str):
            found.skip(f"{shown(str(type(item).__name__))} in a list of dependencies is no dependency")
            continue
        line = where.of(f'"{item}"', f"'{item}'", item[:40])
        where.step()
        one = specifier(item)
        if one is None:
            found.skip(f"{shown(item)!r} is no dependency", line)
        elif one.address:
            found.skip(f"{one.name!r} comes from an address, not from an index", line)
        else:
            found.add(one.name, one.version, wanted=one.wanted, line=line, dev=dev)


def _poetry(found: Collector, where: Lines, poetry: dict[str, Any]) -> None:
    if not poetry:
        return
    poetry_table(found, where, mapping(poetry.get("dependencies")), dev=False)
    poetry_table(found, where, mapping(poetry.get("dev-dependencies")), dev=True)
    for name, group in mapping(poetry.get("group")).items():
        poetry_table(found, where, mapping(mapping(group).get("dependencies")), dev=name != "main")


def poetry_table(found: Collector, where: Lines, table: dict[str, Any], *, dev: bool) -> None:
    """Take a table of name to range, or to a table or list of tables with the range (Poetry, Pipfile)."""
    for name, value in table.items():
        if name.lower() == "python":
            continue
        line = where.of(f"\n{name} =", f"\n{name}=", f'\n"{name}"', f".{name}]", name)
        for one in value if isinstance(value, list) else [value]:
            _poetry_one(found, name, one, line, dev)


def _poetry_one(found: Collector, name: str, value: Any, line: int, dev: bool) -> None:
    if isinstance(value, dict):
        if any(key in value for key in ("git", "path", "url", "file", "hg", "svn")) or "editable" in value:
            found.skip(f"{shown(name)!r} comes from a folder or an address, not from an index", line)
            return
        value = value.get("version", "*")
    if not isinstance(value, str):
        found.skip(f"{shown(name)!r} has no range that can be read", line)
        return
    value = value.strip()
    bare = exact("PyPI", value)
    strict = ranges(value)
    pinned = bare or (value[2:].strip() if strict and strict.startswith("==") and "," not in strict else "")
    if "*" in pinned:
        pinned = ""
    found.add(name, pinned, wanted="" if value == "*" else value, line=line, dev=dev)
