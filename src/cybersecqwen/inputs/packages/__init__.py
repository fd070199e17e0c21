"""Manifests and lock files: what packages a project names or has installed, one file a format family.

Names of packages are given in the form that their ecosystem compares by: PEP 503 for PyPI, lower case for
Packagist, `group:artifact` for Maven, the module path for Go, all else as it is written (NuGet compares
without case, but its advisories are listed under the name as written). Versions of Go stand without
their leading "v", as OSV has them; all other versions stand as they are written.

`direct` and `dev` are what the format tells. Lock files that do not name what the project asks for
(poetry.lock, pdm.lock, yarn.lock of version 1, composer.lock) count those as direct that nothing else in
the file needs. Scripts that must be run to be understood (build.gradle, setup.py, *.gemspec) are not read.
"""

from __future__ import annotations

from cybersecqwen.registry import Registry

from .interface import Manifest, ManifestReader

__all__ = ["MANIFESTS", "Manifest", "ManifestReader"]

_HERE = __name__

# Order: names that nothing else has first; what is told by its content (SBOMs) last.
MANIFESTS: Registry[type[ManifestReader]] = Registry(
    "package manifest",
    {
        "requirements": f"{_HERE}.requirements:RequirementsReader",
        "pyproject": f"{_HERE}.pyproject:PyprojectReader",
        "poetry-lock": f"{_HERE}.python_locks:PoetryLockReader",
        "pdm-lock": f"{_HERE}.python_locks:PdmLockReader",
        "pylock": f"{_HERE}.python_locks:PylockReader",
        "uv-lock": f"{_HERE}.uv_lock:UvLockReader",
        "pipfile": f"{_HERE}.pipfile:PipfileReader",
        "pipfile-lock": f"{_HERE}.pipfile:PipfileLockReader",
        "package-json": f"{_HERE}.npm:PackageJsonReader",
        "package-lock": f"{_HERE}.npm_lock:PackageLockReader",
        "pnpm-lock": f"{_HERE}.pnpm:PnpmLockReader",
        "yarn-lock": f"{_HERE}.yarn:YarnLockReader",
        "go-mod": f"{_HERE}.gomod:GoModReader",
        "go-sum": f"{_HERE}.gomod:GoSumReader",
        "cargo": f"{_HERE}.cargo:CargoReader",
        "cargo-lock": f"{_HERE}.cargo:CargoLockReader",
        "pom": f"{_HERE}.maven:PomReader",
        "gradle-lock": f"{_HERE}.gradle:GradleLockReader",
        "gemfile-lock": f"{_HERE}.gemfile:GemfileLockReader",
        "composer": f"{_HERE}.composer:ComposerReader",
        "composer-lock": f"{_HERE}.composer:ComposerLockReader",
        "nuget-lock": f"{_HERE}.nuget:NugetLockReader",
        "nuget-project": f"{_HERE}.nuget_project:NugetProjectReader",
        "cyclonedx": f"{_HERE}.cyclonedx:CycloneDxReader",
        "spdx": f"{_HERE}.spdx:SpdxReader",
    },
    group="cybersecqwen.manifests",
)
