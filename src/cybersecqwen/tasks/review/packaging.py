"""The packages of a tree and what is known against them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from cybersecqwen.detect.code.secrets.joining import without_secrets
from cybersecqwen.errors import InputError
from cybersecqwen.inputs.packages.open import read_manifest
from cybersecqwen.inputs.source.changes import Changed
from cybersecqwen.inputs.source.languages import TEXT, language_of
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.knowledge.store import Store
from cybersecqwen.records import Limits
from cybersecqwen.records.review import Package, PackageFinding, Skipped

from .looking import Looked

_LARGEST = 64 << 20
"""Bytes of a manifest."""
_HEAD = 4_096
_ENDS = frozenset(
    (
        ".txt",
        ".in",
        ".toml",
        ".lock",
        ".json",
        ".yaml",
        ".yml",
        ".mod",
        ".sum",
        ".xml",
        ".csproj",
        ".lockfile",
    )
) | frozenset((".fsproj", ".vbproj", ".spdx", ".cdx", ".bom", ""))
"""Ends of names that a manifest may have: of other files not even the beginning is read."""


@dataclass(slots=True)
class Packages:
    """What was found of packages."""

    packages: list[Package] = field(default_factory=list)
    findings: tuple[PackageFinding, ...] = ()
    skipped: list[Skipped] = field(default_factory=list)
    advisories: str = ""
    """Which advisories they were held against; "" for none."""
    epss: str = ""
    """Which EPSS scores were looked up, and whether they are old; "" for none."""
    manifests: int = 0
    imported_as: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Installed distribution → what it is imported by."""

    def add(self, other: Packages) -> None:
        """Put what another place has beside it."""
        self.packages += other.packages
        self.skipped += other.skipped
        self.manifests += other.manifests
        self.imported_as.update(other.imported_as)


def packages_in(paths: Sequence[Path], limits: Limits, root: Path = Path()) -> Packages:
    """The packages that manifests and lock files among paths below a folder name."""
    found = Packages()
    for path in paths:
        if not _may_be_manifest(path.name):
            continue
        try:
            with (root / path).open("rb") as stream:
                head = stream.read(_HEAD)
                if path.suffix == ".json" and not _may_be_json_manifest(path.name, head):
                    continue
                data = head + stream.read(_LARGEST + 1 - len(head))
        except OSError as error:
            found.skipped.append(
                Skipped(path=path.as_posix(), reason=f"It cannot be read: {error.strerror or error}.")
            )
            continue
        _add(found, path.as_posix(), data, limits)
    found.packages = list(_joined(found.packages))
    return found


def packages_installed(folders: Iterable[Path], limits: Limits, root: Root) -> Packages:
    """What is installed in environments. Raises InputError for a folder that cannot be read."""
    from cybersecqwen.detect.packages.reach import names_in
    from cybersecqwen.inputs.packages.environment import read_environment, read_node_modules

    found = Packages()
    for folder in folders:
        if not folder.is_dir():
            raise InputError(f"There is no folder {str(folder)!r} with an environment.")
        read = read_node_modules if folder.name == "node_modules" else read_environment
        manifest = read(folder, limits)
        found.manifests += 1
        name = root.name(folder)
        found.packages += [
            replace(one, place=replace(one.place, path=_named(one.place.path, folder, name)))
            for one in manifest.packages
        ]
        found.skipped += [replace(one, path=_named(one.path, folder, name)) for one in manifest.skipped]
        for place in [folder, *folder.glob("lib/python*/site-packages")]:
            found.imported_as.update(names_in(place))
    return found


def _named(path: str, folder: Path, name: str) -> str:
    """A path below a folder, by the name of the folder."""
    return PurePosixPath(name, PurePosixPath(path).relative_to(folder)).as_posix()


def packages_changed(files: Iterable[Changed], limits: Limits) -> Packages:
    """The packages that a change brought: new ones, and those of another version than before."""
    found = Packages()
    for one in files:
        if not _may_be_manifest(PurePosixPath(one.path).name):
            continue
        now = Packages()
        _add(now, one.path, one.now, limits)
        before = Packages()
        if one.before is not None:
            _add(before, one.path, one.before, limits)
        known = {_key(package) for package in before.packages}
        found.packages += [package for package in now.packages if _key(package) not in known]
        found.skipped += now.skipped
        found.manifests += now.manifests
    found.packages = list(_joined(found.packages))
    return found


def hold_against(
    found: Packages, looked: Looked, advisories: Path | None, store: Store, epss: Path | None = None
) -> None:
    """Find what is known against packages. Raises KnowledgeError where a file is damaged."""
    from cybersecqwen.detect.packages.likelihood import scores_in
    from cybersecqwen.detect.packages.lookalikes import look_alikes
    from cybersecqwen.detect.packages.matching import exploited_in, match, ordered
    from cybersecqwen.detect.packages.reach import reached
    from cybersecqwen.detect.packages.unmaintained import unmaintained
    from cybersecqwen.knowledge.advisories.store import Advisories

    if not found.packages:
        return
    if advisories is None or not advisories.is_file():
        found.findings = ordered([*unmaintained(found.packages), *look_alikes(found.packages)])
        return
    with Advisories.open(advisories) as base, scores_in(epss) as scores:
        matched = match(
            found.packages,
            base,
            exploited=exploited_in(store),
            likely=scores.of,
            reach=lambda package: reached(package, looked.imports, found.imported_as),
            reach_parts=lambda package, parts: reached(
                package, looked.imports, found.imported_as, parts=parts
            ),
        )
        alike = look_alikes(
            found.packages, known=lambda ecosystem, name: bool(base.for_package(ecosystem, name))
        )
        # The day stands first: that of the advisories is the time of an OpenVEX document.
        found.advisories = f"{base.version}, {base.records:,} advisories"
        found.epss = scores.told
    found.skipped += matched.skipped
    ended = unmaintained(found.packages, told=matched.findings)
    found.findings = ordered([*matched.findings, *ended, *alike])


def _may_be_manifest(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in _ENDS and language_of(name, "") in ("", TEXT)


def _may_be_json_manifest(name: str, head: bytes) -> bool:
    """Whether a JSON file is one by its name, or an SBOM by its beginning: most are data."""
    from cybersecqwen.inputs.packages.open import is_manifest, reader_of

    return is_manifest(name) or reader_of(name, head) is not None


def _add(found: Packages, path: str, data: bytes, limits: Limits) -> None:
    try:
        manifest = read_manifest(path, data, limits)
    except InputError as error:
        found.skipped.append(Skipped(path=path, reason=error.message))
        return
    if manifest is not None:
        found.manifests += 1
        found.packages += (_shown(one) for one in manifest.packages)
        found.skipped += (replace(one, reason=without_secrets(one.reason)) for one in manifest.skipped)


def _shown(package: Package) -> Package:
    """A package, nothing of which shows the password or token of the address that it comes from."""
    text, wanted = without_secrets(package.place.text), without_secrets(package.wanted)
    if (text, wanted) == (package.place.text, package.wanted):
        return package
    return replace(package, wanted=wanted, place=replace(package.place, text=text))


def _key(package: Package) -> tuple[str, str, str, str]:
    return package.ecosystem, package.name, package.version, package.wanted


def _joined(packages: Iterable[Package]) -> Iterator[Package]:
    """The packages; of those that a lock file of the same folder pins, the pinned version alone.

    go.sum also has versions that were only looked at, so what go.mod says is taken where both are there.
    """
    by_folder: dict[tuple[str, str], list[Package]] = defaultdict(list)
    for one in packages:
        folder = str(PurePosixPath(one.place.path).parent)
        by_folder[(folder, one.ecosystem)].append(one)
    for (_, ecosystem), some in by_folder.items():
        names = {PurePosixPath(one.place.path).name for one in some}
        if ecosystem == "Go" and "go.mod" in names:
            some = [one for one in some if PurePosixPath(one.place.path).name != "go.sum"]
        pinned = {one.name for one in some if one.version}
        asked = {one.name for one in some if not one.version and one.direct}
        needed = {one.name for one in some if not one.version and not one.dev}
        seen: set[tuple[str, str]] = set()
        for one in some:
            if not one.version and one.name in pinned:
                continue
            if (one.name, one.version or one.wanted) in seen:
                continue
            seen.add((one.name, one.version or one.wanted))
            direct = one.direct or one.name in asked
            yield replace(one, direct=direct, dev=one.dev and one.name not in needed)
