"""Whatever stands in a manifest: readers raise nothing but InputError and LimitError, in linear time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError, LimitError
from cybersecqwen.inputs.packages import MANIFESTS, Manifest, collect, python_locks, xml_tree, yarn
from cybersecqwen.inputs.packages.collect import FILE_BYTES, NAMED
from cybersecqwen.inputs.packages.open import read_manifest
from cybersecqwen.records import Limits
from tests.amounts import draws

from .examples import EXAMPLES, SHAPES, Example

NAMES = [f"{example.reader}-{at}" for at, example in enumerate(EXAMPLES)]
LIMITS = Limits()


def read(example: Example, data: bytes) -> Manifest | None:
    """What the reader gives; None where it refuses the file."""
    try:
        manifest = MANIFESTS.get(example.reader)().read(data, example.path, LIMITS)
    except InputError as error:
        assert error.message.endswith(".")
        return None
    for package in manifest.packages:
        assert package.name
        assert package.place.line >= 1
        assert not package.version or not package.wanted
        for text in (package.name, package.version, package.wanted):
            assert text.isprintable()
    for one in manifest.skipped:
        assert one.count >= 1
        assert one.reason.isprintable()
        assert len(one.reason) < 1_000
    return manifest


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
@pytest.mark.parametrize(
    "data", [b"", b"\n \n", b"\x00\x01" * 40, b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b\x08\x00" * 9]
)
def test_what_is_no_text_is_refused(example: Example, data: bytes) -> None:
    manifest = read(example, data)
    assert manifest is None or not manifest.packages
    told = read_manifest(example.path, data, LIMITS)
    if example.path != "any-name.json":
        assert told is not None
        assert told.skipped
        assert not told.packages


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_every_truncation(example: Example) -> None:
    data = example.text.encode()
    for end in range(0, len(data), 7):
        read(example, data[:end])


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
@pytest.mark.parametrize(
    "piece",
    [
        "[" * 50_000,
        '{"a":' * 50_000,
        "<a>" * 50_000,
        "a = " + "[" * 50_000,
        "  " * 50_000,
        "- " * 50_000,
        "a." * 30_000 + "a = 1",
        "[" + "a." * 30_000 + "a]",
        "&a [*a, *a]\n" * 500,
        "\\\n" * 50_000,
        "(" * 50_000,
    ],
    ids=[
        "lists",
        "objects",
        "xml",
        "toml",
        "blanks",
        "items",
        "dots",
        "header",
        "anchors",
        "joined",
        "round",
    ],
)
@pytest.mark.timeout(60)
def test_deep_nesting_ends(example: Example, piece: str) -> None:
    read(example, piece.encode())
    read(example, example.text.encode() + b"\n" + piece.encode())
    read(example, piece.encode() + b"\n" + example.text.encode())


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
@draws(40)
@given(seed=st.integers(0, 1 << 32))
def test_mutations(example: Example, seed: int) -> None:
    """Bytes changed, lines doubled, dropped and swapped, pieces of other formats put in."""
    chance = random.Random(seed)
    data = bytearray(example.text.encode())
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(6):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randrange(40)]
            case 2:
                data[at:at] = data[at : at + chance.randrange(80)]
            case 3:
                data[at:at] = chance.choice(
                    (b'"', b"'", b"{", b"}", b"[", b"]", b"\\", b"\n", b":", b"=", b"@", b"\x00")
                )
            case 4:
                other = chance.choice(EXAMPLES).text.encode()
                data[at:at] = other[chance.randrange(len(other)) :][:60]
            case _:
                rows = bytes(data).split(b"\n")
                chance.shuffle(rows)
                data = bytearray(b"\n".join(rows))
    read(example, bytes(data))


@draws(150)
@given(data=st.binary(max_size=400), at=st.integers(0, len(EXAMPLES) - 1))
def test_any_bytes(data: bytes, at: int) -> None:
    read(EXAMPLES[at], data)


_MANY = 10_000


def many(reader: str, count: int) -> tuple[Example, str]:
    """A file of so many entries, and the example that names it."""
    example = next(one for one in EXAMPLES if one.reader == reader)
    return example, SHAPES[reader].text([(f"package-{at}", f"1.2.{at}") for at in range(count)])


@pytest.mark.parametrize("reader", list(MANIFESTS.names()))
@pytest.mark.timeout(15)
def test_many_entries_are_read_in_time(reader: str) -> None:
    example, text = many(reader, _MANY)
    manifest = read(example, text.encode())
    assert manifest is not None
    assert len(manifest.packages) == _MANY
    lines = text.split("\n")
    for at in (0, 1, 777, _MANY - 1):
        package = manifest.packages[at]
        assert package.name.endswith(f"package-{at}")
        assert package.version == f"1.2.{at}"
        line = lines[package.place.line - 1]
        assert f"package-{at}" in line or line == f'"1.2.{at}"', (at, package.place)


_ASKING = "<dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>"
SQUARES = {
    "requirements.txt": "a #\\\n" * 50_000,
    "pom.xml": "<project><dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a"
    f"</artifactId>{'<x/>' * 150_000}</dependency></dependencies></dependencyManagement><dependencies>"
    f"{_ASKING * 25_000}</dependencies></project>",
}
"""What once took the square of the number of its pieces."""


@pytest.mark.parametrize("path", list(SQUARES))
@pytest.mark.timeout(20)
def test_pieces_are_looked_at_once(path: str) -> None:
    manifest = read_manifest(path, SQUARES[path].encode(), LIMITS)
    assert manifest is not None
    assert len(manifest.packages) >= 25_000


@pytest.mark.parametrize("reader", list(MANIFESTS.names()))
@pytest.mark.timeout(60)
def test_many_made_up_versions_are_counted(reader: str) -> None:
    example, text = many(reader, 2_000)
    if reader in ("pom", "gradle-lock"):  # there a version may be any word
        text = text.replace("1.2.", "1 2 ")
    manifest = read(example, text.replace("1.2.", "one two ").encode())
    assert manifest is not None
    count = sum(one.count for one in manifest.skipped)
    assert not any(package.version for package in manifest.packages)
    assert count + len(manifest.packages) >= 2_000
    assert len(manifest.skipped) <= NAMED * 2 + 2


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """The bound on packages, made small: what is held is the counting, not the memory."""
    for module in (collect, python_locks, yarn):
        assert module.PACKAGES == 200_000
        monkeypatch.setattr(module, "PACKAGES", 300)
    return 300


@pytest.mark.parametrize("reader", list(MANIFESTS.names()))
def test_packages_behind_the_bound_are_counted(reader: str, few: int) -> None:
    example, text = many(reader, 1_000)
    manifest = read(example, text.encode())
    assert manifest is not None
    assert [package.name for package in manifest.packages] == [
        SHAPES[reader].full.format(f"package-{at}") for at in range(few)
    ]
    assert [one.count for one in manifest.skipped] == [1_000 - few]
    assert "were left out" in manifest.skipped[0].reason


@pytest.mark.parametrize("reader", list(MANIFESTS.names()))
def test_files_over_the_bound_are_refused(reader: str) -> None:
    example = next(one for one in EXAMPLES if one.reader == reader)
    with pytest.raises(LimitError, match="the bound is"):
        MANIFESTS.get(reader)().read(b" " * (FILE_BYTES + 1), example.path, LIMITS)
    with pytest.raises(LimitError, match="the bound is 10"):
        MANIFESTS.get(reader)().read(b" " * 11, example.path, Limits(file_bytes=10))


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
@pytest.mark.timeout(10)
def test_one_very_long_line(example: Example) -> None:
    for piece in (
        "a",
        " ",
        "=",
        "-",
        '"',
        "@",
        "/",
        "\\",
        "a.",
        "a-",
        "a:",
        "${a}",
        "a,",
        "#",
        "via ",
        "a<",
        '\\"',
        "'a",
    ):
        read(example, example.text.encode() + piece.encode() * 60_000)
        read(example, (piece * 60_000).encode() + b"\n" + example.text.encode())
        read(example, ('name = "' + piece * 60_000).encode() + b"\n" + example.text.encode())


def test_entities_are_not_expanded() -> None:
    bomb = (
        '<!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
        "<project><dependencies><dependency><groupId>&b;</groupId><artifactId>&c;</artifactId>"
        "<version>1</version></dependency></dependencies></project>"
    )
    manifest = read_manifest("pom.xml", bomb.encode(), LIMITS)
    assert manifest is not None
    assert not manifest.packages
    assert "document type or entities" in manifest.skipped[0].reason


@pytest.mark.parametrize(
    "start", ['<?xml encoding="none-such"?>', "<?xml ", "\n <?xml version='1.0' encoding='utf-7'?>"]
)
def test_declared_encodings_are_not_followed(start: str) -> None:
    data = f"{start}{start}<packages><package id='a' version='1.0'/></packages>".encode()
    manifest = read_manifest("packages.config", data, LIMITS)
    assert manifest is not None
    assert not manifest.packages
    text = (
        "\n<?xml version='1.0' encoding='none-such'?>\n<packages>\n<package id='a' version='1.0'/></packages>"
    )
    manifest = read_manifest("packages.config", text.encode(), LIMITS)
    assert manifest is not None
    assert [(one.name, one.place.line) for one in manifest.packages] == [("a", 4)]


def test_names_with_unseen_characters_are_reported_without_them() -> None:
    text = "evil\u202e\x1b[31m==1.0\nfla\u200bsk==1.0\n"
    manifest = read_manifest("requirements.txt", text.encode(), LIMITS)
    assert manifest is not None
    assert not manifest.packages
    assert len(manifest.skipped) == 2
    assert all(one.reason.isprintable() for one in manifest.skipped)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"dependencies": {"a": "1.0.0", "a": "2.0.0"}}'),
        ("package-lock.json", '{"packages": {"node_modules/a": {"version": "1.0.0", "version": "2.0.0"}}}'),
    ],
)
def test_of_a_key_that_stands_twice_the_last_counts(path: str, text: str) -> None:
    """As JSON.parse has it, so that nothing else is installed than what is looked up."""
    manifest = read_manifest(path, text.encode(), LIMITS)
    assert manifest is not None
    assert [package.version for package in manifest.packages] == ["2.0.0"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("uv.lock", 'version = 1\npackage = [{ name = "flask", version = "1.0" }]\n'),
        ("Cargo.lock", 'version = 3\n[[package]]\nname = "a"\n  version = "1.0.0"\n'),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages: {flask@1.0.0: {resolution: {}}}\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  ? flask@1.0.0\n  : {}\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n    flask@1.0.0:\n        dev: true\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n   flask@1.0.0:\n      dev: true\n"),
        ("pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n    {flask@1.0.0: {}}\n"),
        ("yarn.lock", "flask@1.0.0: {version: 1.0.0}\n"),
        ("yarn.lock", '  version "1.0.0"\n'),
    ],
)
def test_what_no_package_manager_writes_is_reported(path: str, text: str) -> None:
    manifest = read_manifest(path, text.encode(), LIMITS)
    assert manifest is not None
    assert not manifest.packages
    assert manifest.skipped


@pytest.mark.parametrize(
    "odd",
    ['  version "1.0.0" "2.0.0"', '   version "2.0.0"', "  ? resolved", "  dependencies:\n    range"],
)
def test_odd_fields_of_yarn_are_reported(odd: str) -> None:
    text = f'flask@1:\n  version "1.0.0"\n{odd}\n  resolved "https://r.example/x"\n'
    manifest = read_manifest("yarn.lock", text.encode(), LIMITS)
    assert manifest is not None
    assert [package.version for package in manifest.packages] == ["1.0.0"]
    assert [one.reason for one in manifest.skipped] == [
        f"Line {3 + odd.count(chr(10))}: it is not as yarn writes it, and was not read."
    ]


@pytest.mark.slow
@pytest.mark.timeout(30)
def test_looking_for_lines_in_vain_takes_linear_time() -> None:
    """One entry with a space makes all others be looked for as no one wrote them."""
    entries = "".join(f',"node_modules/p{at}":{{"version":"1.0.0"}}' for at in range(100_000))
    text = '{"packages": {"": {}' + entries + "}}"
    manifest = read_manifest("package-lock.json", text.encode(), LIMITS)
    assert manifest is not None
    assert len(manifest.packages) == 100_000
    names = "".join(f"p{at}.version = '1.0'\n" for at in range(40_000))
    assert read_manifest("Pipfile", f"[packages]\n{names}".encode(), LIMITS) is not None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("poetry.lock", "[[package]]\n" * 1_000),
        ("Cargo.lock", "[[package]]\n" * 1_000),
        ("yarn.lock", "a@1:\n" * 1_000),
    ],
)
def test_entries_behind_the_bound_are_counted(path: str, text: str, few: int) -> None:
    manifest = read_manifest(path, text.encode(), LIMITS)
    assert manifest is not None
    assert sum(one.count for one in manifest.skipped) == 1_000
    assert manifest.skipped[-1].count == 1_000 - few


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("requirements.txt", "a\n" + "\n" * 2_000_001),
        ("package-lock.json", '{"packages": [' + "[]," * 2_000_001 + "0]}"),
        ("package.json", '{"dependencies": [' + '"",' * 5_000_001 + "0]}"),
    ],
)
@pytest.mark.slow
@pytest.mark.timeout(60)
def test_small_text_of_large_trees_is_refused(path: str, text: str) -> None:
    manifest = read_manifest(path, text.encode(), LIMITS)
    assert manifest is not None
    assert not manifest.packages
    assert " over " in manifest.skipped[0].reason


def test_xml_of_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert xml_tree.ELEMENTS == 500_000
    monkeypatch.setattr(xml_tree, "ELEMENTS", 1_000)
    for count, reason in ((999, []), (1_000, ["The pom.xml has over 1,000 elements."])):
        manifest = read_manifest("pom.xml", f"<project>{'<a/>' * count}</project>".encode(), LIMITS)
        assert manifest is not None
        assert [one.reason for one in manifest.skipped] == reason
