"""Every format: an example as its package manager writes it, and what is read from it."""

from __future__ import annotations

import pytest

from cybersecqwen.inputs.packages import MANIFESTS
from cybersecqwen.inputs.packages.open import is_manifest, read_manifest, reader_of
from cybersecqwen.records import Limits
from cybersecqwen.records.review import Package

from .examples import EXAMPLES, Example

NAMES = [f"{example.reader}-{at}" for at, example in enumerate(EXAMPLES)]


def seen(package: Package, ecosystem: str) -> tuple[str, str, str, int]:
    """A package as the examples have it."""
    assert not ecosystem or package.ecosystem == ecosystem
    name = package.name if ecosystem else f"{package.ecosystem}/{package.name}"
    marks = ("" if package.direct else "i") + ("d" if package.dev else "")
    return name, package.version or f"~ {package.wanted}", marks, package.place.line


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_example(example: Example) -> None:
    manifest = read_manifest(example.path, example.text.encode(), Limits())
    assert manifest is not None
    reader = MANIFESTS.get(example.reader)
    assert [seen(package, reader.ecosystem) for package in manifest.packages] == example.packages
    assert sum(one.count for one in manifest.skipped) == example.skipped, manifest.skipped
    assert manifest.includes == example.includes
    lines = example.text.replace("\r\n", "\n").split("\n")
    for package in manifest.packages:
        assert package.place.path == example.path
        assert package.place.text == lines[package.place.line - 1]
    for one in manifest.skipped:
        assert one.path == example.path
        assert one.reason.endswith(".")


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_right_reader_claims_it(example: Example) -> None:
    reader = reader_of(example.path, example.text.encode())
    assert reader is not None
    assert reader.name == example.reader
    if example.path != "any-name.json":
        assert is_manifest(example.path)
        assert is_manifest("C:\\x\\" + example.path.replace("/", "\\"))


@pytest.mark.parametrize(
    "name", ["app.py", "data.json", "requirements.md", "Cargo.lock.bak", "build.gradle", "x.xml", ""]
)
def test_other_files_are_no_manifests(name: str) -> None:
    assert not is_manifest(name)
    assert read_manifest(name, b"{}", Limits()) is None


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_line_ends_and_byte_order_marks_change_nothing(example: Example) -> None:
    plain = read_manifest(example.path, example.text.encode(), Limits())
    text = example.text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert read_manifest(example.path, b"\xef\xbb\xbf" + text.encode(), Limits()) == plain
    assert (
        read_manifest(example.path, text.encode("utf-16"), Limits()) == plain
        or example.path == "any-name.json"
    )


def test_an_included_file_is_read_whatever_it_is_called() -> None:
    assert read_manifest("deps/common.txt", b"flask==2.3.3\n", Limits()) is None
    manifest = read_manifest("deps/common.txt", b"flask==2.3.3\n", Limits(), format="requirements")
    assert manifest is not None
    assert [package.name for package in manifest.packages] == ["flask"]


@pytest.mark.parametrize("name", list(MANIFESTS.names()))
def test_every_reader_has_an_example(name: str) -> None:
    reader = MANIFESTS.get(name)
    assert reader.name == name
    assert (reader.__doc__ or "").strip()
    assert any(example.reader == name for example in EXAMPLES)
