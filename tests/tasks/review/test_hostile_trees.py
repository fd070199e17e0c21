"""Trees that are large, lead in circles, change while they are read, or have names like commands."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.rulebook import CodeRules
from cybersecqwen.inputs.source.files import SourceFile
from cybersecqwen.inputs.source.naming import Root
from cybersecqwen.interfaces.cli import main
from cybersecqwen.records.review import Skipped
from cybersecqwen.tasks.review import looking as room
from cybersecqwen.tasks.review.collecting import Collected, collect, summed
from cybersecqwen.tasks.review.looking import look_at
from cybersecqwen.tasks.review.pool import Pool

BAD = "import os\nos.system('ping ' + host)\n"
RULES = CodeRules.shipped()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return folder


def collected_in(*paths: Path) -> Collected:
    asked = [str(one) for one in paths]
    return collect(asked, Root.of(asked))


def quiet(*_: object) -> None:
    """No progress."""


@pytest.mark.timeout(240)
def test_twenty_thousand_small_files(tree: Path) -> None:
    for number in range(20_000):
        if number % 500 == 0:
            folder = tree / f"part{number}"
            folder.mkdir()
        (folder / f"f{number}.py").write_text("x = 1\n")
    (tree / "zlast.py").write_text(BAD)
    collected = collected_in(tree)
    assert len(collected.paths) == 20_001 and not collected.skipped
    found = look_at(collected.paths[:3_000] + collected.paths[-1:], RULES, None, 1, quiet, collected.root)
    assert found.files == {"python": 3_001} and len(found.findings) <= 1


def test_few_bytes_are_held_at_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        (tree / f"f{number:02}.py").write_text(BAD)
    given: list[int] = []
    look = Pool.map

    def counted(self: Pool[SourceFile, room.Result], sources: Sequence[SourceFile]) -> Iterator[room.Result]:
        given.append(len(sources))
        return look(self, sources)

    monkeypatch.setattr(Pool, "map", counted)
    monkeypatch.setattr(room, "_MOST_HELD", 6 * len(BAD))
    collected = collected_in(tree)
    found = look_at(collected.paths, RULES, None, 1, quiet, collected.root)
    assert given == [7, 7, 7, 7, 2]
    assert [one.place.path[-6:-3] for one in found.findings] == [f"f{number:02}" for number in range(30)]


def test_links_in_circles_are_not_followed(tree: Path) -> None:
    (tree / "a.py").write_text(BAD)
    (tree / "below").mkdir()
    (tree / "below" / "up").symlink_to(tree)
    (tree / "one").symlink_to("other")
    (tree / "other").symlink_to("one")
    (tree / "self.py").symlink_to("self.py")
    (tree / "out.py").symlink_to("/etc/hostname")
    (tree / "gone.py").symlink_to("nowhere.py")
    os.mkfifo(tree / "pipe.py")
    collected = collected_in(tree)
    assert [one.name for one in collected.paths] == ["a.py"]
    assert len(collected.skipped) == 7 and all(one.reason for one in collected.skipped)


def test_a_root_that_is_given_twice_is_looked_at_once(tree: Path) -> None:
    (tree / "a.py").write_text(BAD)
    assert len(collected_in(tree, tree, tree / "a.py", Path(), Path("../tree")).paths) == 1


def test_files_that_vanish_or_change_before_they_are_read(tree: Path) -> None:
    for name in ("a.py", "b.py", "c.py", "d.py"):
        (tree / name).write_text(BAD)
    collected = collected_in(tree)
    (tree / "a.py").unlink()
    (tree / "b.py").unlink()
    (tree / "b.py").mkdir()
    (tree / "c.py").write_bytes(b"\0\1")
    found = look_at(collected.paths, RULES, None, 1, quiet, collected.root)
    assert found.files == {"python": 1} and len(found.skipped) == 3
    assert all(one.reason.endswith(".") for one in found.skipped)


def test_files_and_folders_that_may_not_be_read(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.py", "b.py"):
        (tree / name).write_text(BAD)
    closed = Path.open

    def opened(self: Path, *args: object, **more: object) -> object:
        if self.name == "a.py":
            raise PermissionError(13, "Permission denied")
        return closed(self, *args, **more)  # type: ignore[arg-type, call-overload]

    monkeypatch.setattr(Path, "open", opened)
    collected = collected_in(tree)
    found = look_at(collected.paths, RULES, None, 1, quiet, collected.root)
    assert [one.reason for one in found.skipped] == ["It cannot be read: Permission denied."]
    assert len(found.findings) == 1


def test_many_that_are_left_out_are_counted_by_their_reasons() -> None:
    some = [Skipped(path=f"{number}", reason=f"Reason {number % 3}.") for number in range(10_000)]
    shown = list(summed(some))
    assert len(shown) == 203 and sum(one.count for one in shown) == 10_000


NAMES = [
    "a\nb.py",
    "\x1b[31mred\x1b]0;title\x07.py",
    "a\u202egnp.py",
    "<script>alert(1)</script>.py".replace("/", "∕"),
    "a|b`c`.py",
    "-rf.py",
    "a b'\"&.py",
    "\udcff\udcfe.py",
    "é😀.py",
    "%0a%1b.py",
]


@pytest.fixture
def named(tree: Path) -> Path:
    for name in NAMES:
        try:
            (tree / name).write_text(BAD)
        except (OSError, UnicodeError):  # a file system that takes no such name
            continue
    (tree / "x\x1b[2Jy.py").write_text("")
    return tree


@pytest.mark.parametrize(
    "shape", ["terminal", "markdown", "html", "sarif", "json", "codequality", "junit", "csv", "jsonl"]
)
def test_names_that_speak_to_terminals_and_pages_are_shown_harmlessly(
    shape: str, named: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    got = main(["review", "--format", shape, "--no-cache"])
    out, err = capfdbinary.readouterr()
    if got == 2 and b"format" in err:
        pytest.skip(f"a review has no {shape}")
    assert got == 1, err
    assert b"\x1b" not in out and b"\x07" not in out and b"\x1b[2J" not in err
    text = out.decode("utf-8")
    assert "\u202e" not in text if shape == "terminal" else True
    assert "<script>alert" not in text if shape in ("html", "markdown") else True
    if shape != "junit":  # where the text of an element may go on in the next line
        assert not any(line.startswith("b.py") for line in text.splitlines())
    if shape == "sarif":
        run = json.loads(text)["runs"][0]
        places = [
            one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]
        ]
        assert len(places) == len(list(named.iterdir())) - 1
        assert all(one.isascii() and one.isprintable() and " " not in one for one in places)


def test_fixes_of_files_with_such_names_are_patches_that_git_reads_or_none(
    named: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for path in list(named.iterdir()):
        path.write_text("import yaml\nyaml.load(x)\n")
    main(["review", "--diff-only", "--no-cache"])
    out, _ = capfdbinary.readouterr()
    assert b"SafeLoader" in out and b"\x1b" not in out
    assert not any(line.startswith(b"b.py") for line in out.splitlines())
