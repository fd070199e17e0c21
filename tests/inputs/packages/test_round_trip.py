"""Lock files written from drawn packages give just these packages, each on the line where it was written."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.packages.open import read_manifest
from cybersecqwen.records import Limits
from tests.amounts import draws

Drawn = list[tuple[str, str]]
Written = tuple[str, list[int]]
"""The text, and the line of each package."""

_WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_DASHED = st.lists(_WORD, min_size=1, max_size=3).map("-".join)
_SCOPED = st.one_of(_DASHED, st.tuples(_WORD, _DASHED).map(lambda pair: f"@{pair[0]}/{pair[1]}"))
_MODULE = st.lists(_DASHED, min_size=1, max_size=3).map(lambda parts: "example.org/" + "/".join(parts))
_NUMBER = st.integers(0, 999)
_SEMVER = st.one_of(
    st.tuples(_NUMBER, _NUMBER, _NUMBER).map(lambda parts: ".".join(map(str, parts))),
    st.tuples(_NUMBER, _NUMBER, _NUMBER, _WORD, _NUMBER).map(
        lambda parts: f"{parts[0]}.{parts[1]}.{parts[2]}-{parts[3]}.{parts[4]}"
    ),
)
_PEP440 = st.one_of(
    st.lists(_NUMBER, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
    st.tuples(_NUMBER, _NUMBER, st.sampled_from(["a", "b", "rc", ".post", ".dev"]), _NUMBER).map(
        lambda parts: f"{parts[0]}.{parts[1]}{parts[2]}{parts[3]}"
    ),
)
_GEM = st.one_of(
    st.lists(_NUMBER, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
    st.tuples(_NUMBER, _NUMBER, _WORD).map(lambda parts: f"{parts[0]}.{parts[1]}.{parts[2]}"),
)


def by_line(entries: list[list[str]], at: int, before: list[str], behind: list[str]) -> Written:
    """The entries in order, each with its name on its line number `at`."""
    lines, places = list(before), []
    for entry in entries:
        places.append(len(lines) + 1 + at)
        lines += entry
    return "\n".join(lines + behind) + "\n", places


def requirements(drawn: Drawn) -> Written:
    return by_line(
        [["# next", f"{name}=={version} \\", "    --hash=sha256:00"] for name, version in drawn], 1, [], []
    )


def poetry(drawn: Drawn) -> Written:
    entries = [
        [
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            'description = "[[package]] \\"x\\" [a"',
            "files = [",
            f'    {{file = "{name}.whl", hash = "sha256:00"}},',
            "]",
            "",
            "[package.dependencies]",
            'other = ">=1"',
            "",
        ]
        for name, version in drawn
    ]
    return by_line(entries, 1, ["# Poetry"], ["[metadata]", 'lock-version = "2.0"'])


def package_lock(drawn: Drawn) -> Written:
    packages: dict[str, object] = {"": {"dependencies": {name: "^1" for name, _ in drawn}}}
    for name, version in drawn:
        packages[f"node_modules/{name}"] = {"version": version, "engines": {"node": ">=1"}}
    text = json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2)
    lines = text.split("\n")
    return text, [lines.index(f'    "node_modules/{name}": {{') + 1 for name, _ in drawn]


def pnpm(drawn: Drawn) -> Written:
    entries = [
        [f"  '{name}@{version}':" if name[0] == "@" else f"  {name}@{version}:", "    resolution: {i: s}", ""]
        for name, version in drawn
    ]
    return by_line(entries, 0, ["lockfileVersion: '9.0'", "", "packages:", ""], ["snapshots:", ""])


def yarn(drawn: Drawn) -> Written:
    entries = [
        [
            f'"{name}@^1", "{name}@^2":',
            f'  version "{version}"',
            f'  resolved "https://r.example/{name}.tgz#00"',
            "",
        ]
        for name, version in drawn
    ]
    return by_line(entries, 0, ["# yarn lockfile v1", ""], [])


def go_sum(drawn: Drawn) -> Written:
    entries = [[f"{name} v{version} h1:aa=", f"{name} v{version}/go.mod h1:aa="] for name, version in drawn]
    return by_line(entries, 0, [], [])


def cargo(drawn: Drawn) -> Written:
    entries = [
        [
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            'source = "registry+x"',
            "dependencies = [",
            ' "other 1.0.0",',
            "]",
            "",
        ]
        for name, version in drawn
    ]
    return by_line(entries, 1, ["version = 3", ""], [])


def gemfile(drawn: Drawn) -> Written:
    entries = [[f"    {name} ({version})", "      other (>= 1.0)"] for name, version in drawn]
    return by_line(
        entries, 0, ["GEM", "  remote: https://r.example/", "  specs:"], ["", "DEPENDENCIES", "  x"]
    )


def uv(drawn: Drawn) -> Written:
    entries = [
        [
            "[[package]]",
            f'name = "{name}"',
            f'version = "{version}"',
            'source = { registry = "https://r.example" }',
            "wheels = [",
            '    { url = "x" },',
            "]",
            "",
        ]
        for name, version in drawn
    ]
    return by_line(entries, 1, ["version = 1", ""], [])


def composer(drawn: Drawn) -> Written:
    packages = [{"name": name, "version": version, "require": {"php": ">=8"}} for name, version in drawn]
    text = json.dumps({"packages": packages, "packages-dev": []}, indent=4)
    lines = text.split("\n")
    slashed = [f'            "name": {json.dumps(name)},' for name, _ in drawn]
    return text, [lines.index(line) + 1 for line in slashed]


FORMATS: dict[str, tuple[Callable[[Drawn], Written], st.SearchStrategy[str], st.SearchStrategy[str]]] = {
    "requirements.txt": (requirements, _DASHED, _PEP440),
    "poetry.lock": (poetry, _DASHED, _PEP440),
    "uv.lock": (uv, _DASHED, _PEP440),
    "package-lock.json": (package_lock, _SCOPED, _SEMVER),
    "pnpm-lock.yaml": (pnpm, _SCOPED, _SEMVER),
    "yarn.lock": (yarn, _SCOPED, _SEMVER),
    "go.sum": (go_sum, _MODULE, _SEMVER),
    "Cargo.lock": (cargo, _DASHED, _SEMVER),
    "Gemfile.lock": (gemfile, _DASHED, _GEM),
    "composer.lock": (composer, st.tuples(_WORD, _DASHED).map("/".join), _SEMVER),
}


@pytest.mark.parametrize("path", list(FORMATS))
@draws(40)
@given(data=st.data())
def test_what_was_written_is_read(path: str, data: st.DataObject) -> None:
    write, names, versions = FORMATS[path]
    drawn = data.draw(
        st.lists(st.tuples(names, versions), min_size=1, max_size=12, unique_by=lambda one: one[0])
    )
    text, places = write(drawn)
    manifest = read_manifest(path, text.encode(), Limits())
    assert manifest is not None
    assert manifest.skipped == ()
    assert [(one.name, one.version) for one in manifest.packages] == drawn
    assert [one.place.line for one in manifest.packages] == places
